#!/bin/sh
# mbedtls.sh: puts the source of mbedTLS 3.6 into .deps/, unless it is there.
#
# It is the source package of Debian 13, from the mirror that this machine's apt already uses,
# verified by apt with the keys that this machine already trusts.  Debian's own patches are
# applied as Debian applies them, so that a security fix that exists only there is not lost.
set -eu
cd "$(dirname "$0")/.."
suite=trixie

case ${MBEDTLS_DIR:-} in ?*) exit 0 ;; esac
for found in .deps/mbedtls-3.6.*; do
	[ ! -e "$found/library/ssl_tls.c" ] || exit 0
done

# Without Debian's sources an installed mbedTLS will do; CMake checks its version.
give_up() {
	if [ -e /usr/include/mbedtls/build_info.h ] || [ -e /usr/local/include/mbedtls/build_info.h ]; then
		echo "$1; the installed mbedTLS is used instead." >&2
		exit 0
	fi
	echo "$1: install mbedTLS 3.6 or later, or set MBEDTLS_DIR to its source tree." >&2
	exit 1
}

ID=
VERSION_CODENAME=
[ ! -r /etc/os-release ] || . /etc/os-release
if [ "$ID" != debian ] || ! command -v apt-get >/dev/null 2>&1; then
	give_up "This is not Debian, so mbedTLS's source is not fetched"
fi

mkdir -p .deps
work=$(mktemp -d "$PWD/.deps/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/new"

# This machine's entries for the main and the security archive, as deb-src entries of $suite.
# Knows both forms: paragraphs (*.sources) and one-line entries (*.list).
{
	ls /etc/apt/sources.list.d/*.sources 2>/dev/null | while read -r list; do cat "$list"; echo; done | awk -v release="$VERSION_CODENAME" -v suite="$suite" '
		function archive(words,   n, list, i) {
			n = split(words, list, " ")
			for (i = 1; i <= n; i++) {
				if (list[i] == release || list[i] ~ /^(old)?stable$/) return suite
				if (list[i] ~ /-security$/) return suite "-security"
			}
			return ""
		}
		function flush_entry(   name) {
			name = archive(suites)
			if (enabled && name != "" && components ~ /(^| )main( |$)/ && types ~ /(^| )deb( |$)/)
				printf "Types: deb-src\nSuites: %s\nComponents: main\n%s\n", name, rest
			suites = components = types = rest = field = ""
			enabled = 1
		}
		BEGIN { enabled = 1 }
		/^#/ { next }
		/^[ \t]*$/ { flush_entry(); next }
		/^[^ \t]/ { field = tolower(substr($0, 1, index($0, ":") - 1)) }
		{ value = $0; if ($0 ~ /^[^ \t]/) sub(/^[^:]*:[ \t]*/, "", value) }
		field == "types" { types = types " " value; next }
		field == "suites" { suites = suites " " value; next }
		field == "components" { components = components " " value; next }
		field == "enabled" { enabled = tolower(value) !~ /^(no|false|0)/; next }
		field == "architectures" || field ~ /^x-/ { next }
		{ rest = rest $0 "\n" }
		END { flush_entry() }'
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v release="$VERSION_CODENAME" -v suite="$suite" '
		$1 != "deb" { next }
		{
			sub(/#.*/, "")
			signed = trusted = ""
			if (match($0, /\[[^]]*\]/)) {
				n = split(substr($0, RSTART + 1, RLENGTH - 2), option, " ")
				for (i = 1; i <= n; i++) {
					value = option[i]
					sub(/^[^=]*=/, "", value)
					if (option[i] ~ /^signed-by=/) signed = "Signed-By: " value "\n"
					if (option[i] ~ /^trusted=/) trusted = "Trusted: " value "\n"
				}
				$0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
			}
			main = 0
			for (i = 4; i <= NF; i++) if ($i == "main") main = 1
			name = ""
			if ($3 == release || $3 ~ /^(old)?stable$/) name = suite
			if ($3 ~ /-security$/) name = suite "-security"
			if (main && name != "" && $2 !~ /^cdrom:/)
				printf "Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\n%s%s\n", $2, name, signed, trusted
		}'
} >"$work/debian.sources"
[ -s "$work/debian.sources" ] || give_up "apt has no entry for Debian's main archive"

fetch() {
	apt-get -qq \
		-o Dir::Etc::SourceList="$work/debian.sources" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none "$@" </dev/null
}

echo "fetching the source of mbedTLS 3.6 (16 MB, most of it Debian's index) ..."
# One entry that fails (a mirror without this suite) does not matter if another has the package.
fetch update >"$work/log" 2>&1 || true
if ! (cd "$work" && fetch source --download-only mbedtls) >>"$work/log" 2>&1; then
	sed 's/^/  apt: /' "$work/log" >&2
	give_up "The source of mbedTLS could not be fetched"
fi

tar -xf "$work"/mbedtls_3.6.*.orig.tar.* -C "$work/new"
tar -xf "$work"/mbedtls_3.6.*.debian.tar.* -C "$work/new"
tree=$(ls -d "$work"/new/mbedtls-3.6.*)
if [ -e "$work/new/debian/patches/series" ]; then
	grep -v -e '^#' -e '^$' "$work/new/debian/patches/series" | while read -r name _; do
		patch -s -f -p1 -d "$tree" <"$work/new/debian/patches/$name"
	done
fi
mv "$tree" .deps/
echo "unpacked ${tree##*/} into .deps/"
