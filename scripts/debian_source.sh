#!/bin/sh
# debian_source.sh mbedtls|lwip: puts the source of a library into .deps/, unless it is there.
#
# It is the source package of Debian 13, from the mirror that this machine's apt already uses.
# The version below is known by its hashes and takes 1 MB (lwip) or 6 MB (mbedtls).  When it has
# been superseded, the newest of the same series is taken instead, which takes the suite's index
# too (11 MB) and is verified by apt with the keys that this machine already trusts.  Debian's own
# patches are applied as Debian applies them, so that a security fix that exists only there is not
# lost.
set -eu
cd "$(dirname "$0")/.."
suite=trixie
package=${1:-}

# part: a file by which the source is known.  series: the versions that will do.
case $package in
mbedtls)
	title='mbedTLS 3.6' size='6 MB' series=3.6. part=library/ssl_tls.c
	version=3.6.6-0.1~deb13u1
	orig=mbedtls_3.6.6.orig.tar.bz2
	orig_sha256=8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a
	debian_sha256=210466c522eeebc85cf2f76bd5aef935b4ebac465559cc0a84f9e73a8ed6601c
	;;
lwip)
	title='lwIP 2.2' size='1 MB' series=2.2. part=src/api/sockets.c
	version=2.2.1+dfsg1-1+deb13u1
	orig=lwip_2.2.1+dfsg1.orig.tar.xz
	orig_sha256=83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1
	debian_sha256=faa343b3c76d69080240ae1323932b7348fa1d0042f6ad29bd286246660720a9
	;;
*)
	echo "usage: scripts/debian_source.sh mbedtls|lwip" >&2
	exit 2
	;;
esac
debian=${package}_$version.debian.tar.xz

upstream=${version%%[-+]*}
older=
for found in ".deps/$package-$series"*; do
	[ -e "$found/$part" ] || continue
	first=$(printf '%s\n' "$upstream" "${found##*-}" | sort -V | head -n 1)
	[ "$first" != "$upstream" ] || exit 0
	older=$found
done

give_up() {
	if [ -n "$older" ]; then
		echo "$1; $older is used instead." >&2
		exit 0
	fi
	echo "$1." >&2
	exit 1
}

ID=
VERSION_CODENAME=
[ ! -r /etc/os-release ] || . /etc/os-release
if [ "$ID" != debian ] || ! command -v apt-get >/dev/null 2>&1; then
	give_up "This is not Debian, so the source of $title is not fetched"
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

# The newest version of a security archive alone is cheap to ask for (0.3 MB).
awk -v RS= -v ORS='\n\n' '/\nSuites: [^\n]*-security/' "$work/debian.sources" >"$work/security.sources"
mirror=$(awk -v RS= -v FS='\n' '!/\nSuites: [^\n]*-security/' "$work/debian.sources" |
	awk 'tolower($1) == "uris:" { print $2; exit }')
mirror=${mirror%/}

# with_list FILE COMMAND...: apt, knowing only the entries in FILE and writing only below $work.
with_list() {
	list=$1
	shift
	"$@" -qq \
		-o Dir::Etc::SourceList="$list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none </dev/null
}

security_has_newer() {
	[ -s "$work/security.sources" ] || return 1
	with_list "$work/security.sources" apt-get update || return 1
	for there in $(with_list "$work/security.sources" apt-cache showsrc "$package" | sed -n 's/^Version: //p'); do
		! dpkg --compare-versions "$there" gt "$version" || return 0
	done
	return 1
}

fetch_known() {
	[ -n "$mirror" ] || return 1
	for pair in "$orig SHA256:$orig_sha256" "$debian SHA256:$debian_sha256"; do
		file=${pair% *}
		/usr/lib/apt/apt-helper -o APT::Sandbox::User=root \
			download-file "$mirror/pool/main/$(echo "$package" | cut -c 1)/$package/$file" "$work/$file" "${pair#* }" </dev/null || return 1
	done
}

fetch_newest() {
	rm -f "$work/${package}_"*
	# One entry that fails (a mirror without this suite) does not matter if another has the package.
	with_list "$work/debian.sources" apt-get update || true
	(cd "$work" && with_list "$work/debian.sources" apt-get source --download-only "$package")
}

echo "fetching the source of $title ($size) ..."
if security_has_newer >"$work/log" 2>&1 || ! fetch_known >>"$work/log" 2>&1; then
	echo "that version has been superseded: fetching the newest, and Debian's index (11 MB) ..."
	if ! fetch_newest >>"$work/log" 2>&1; then
		sed 's/^/  apt: /' "$work/log" >&2
		give_up "The source of $title could not be fetched"
	fi
fi

tar -xf "$work/${package}_$series"*.orig.tar.* -C "$work/new"
tar -xf "$work/${package}_$series"*.debian.tar.* -C "$work/new"
tree=$(ls -d "$work/new/$package-$series"*)
if [ -e "$work/new/debian/patches/series" ]; then
	grep -v -e '^#' -e '^$' "$work/new/debian/patches/series" | while read -r name _; do
		patch -s -f -p1 -d "$tree" <"$work/new/debian/patches/$name"
	done
fi
rm -rf ".deps/$package-"*
mv "$tree" .deps/
echo "unpacked ${tree##*/} into .deps/"
