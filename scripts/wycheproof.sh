#!/bin/sh
# wycheproof.sh: puts Project Wycheproof's test vectors into .deps/wycheproof, unless they are there.
#
# They come in Debian's package golang-github-c2sp-wycheproof-dev (16 MB), which is in unstable only,
# from the mirror that this machine's apt already uses.  The version below is known by its hash.
# When it has been superseded the newest is taken, for which unstable's index is read (11 MB) and
# verified by apt with the keys that this machine already trusts.  Nothing is installed: the files
# that the tests read are unpacked, the rest is thrown away.
set -eu
cd "$(dirname "$0")/.."
package=golang-github-c2sp-wycheproof-dev
file=${package}_0.0~git20260625.ee7b4f7-1_all.deb
sha256=861bd806ec3b5bebd0bc0b89479e4f2979bdb7b4956dc5e3ae470d6ae47dbb10
wanted='x25519_test.json ecdh_secp256r1_ecpoint_test.json ecdsa_secp256r1_sha256_test.json
	ecdsa_secp256r1_sha256_p1363_test.json ecdsa_secp256r1_sha512_test.json'

missing() {
	for name in $wanted; do
		[ -s "$1/$name" ] || return 0
	done
	return 1
}

missing .deps/wycheproof || exit 0
give_up() {
	echo "Wycheproof's test vectors could not be fetched: $1. Put $(echo $wanted) into .deps/wycheproof." >&2
	exit 1
}
for command in apt-get dpkg-deb; do
	command -v $command >/dev/null 2>&1 || give_up "$command is not here"
done

mkdir -p .deps
work=$(mktemp -d "$PWD/.deps/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/new"

# The mirror of the main archive: what apt would fetch a package of it from, or what its entries say.
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT) $(LABEL)' 2>/dev/null |
	awk '$3 == "main" && $2 !~ /security/ && /Debian/ && !/Security/ { print $1; exit }')
case $mirror in
'' | /*)
	mirror=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		awk 'tolower($1) == "uris:" { at = $2 }
			$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) at = $i }
			at ~ /\/debian\/?$/ { print at; exit }') ;;
esac
mirror=${mirror%/}
[ -n "$mirror" ] || give_up "apt has no entry for Debian's main archive"

fetch_known() {
	/usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file \
		"$mirror/pool/main/w/wycheproof/$file" "$work/$file" "SHA256:$sha256" </dev/null
}

fetch_newest() {
	keys=/usr/share/keyrings/debian-archive-keyring.gpg
	rm -f "$work/$file"
	{
		printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\n' "$mirror"
		[ ! -e $keys ] || printf 'Signed-By: %s\n' $keys
	} >"$work/sid.sources"
	with_sid() {
		"$@" -qq -o Dir::Etc::SourceList="$work/sid.sources" -o Dir::Etc::SourceParts=/dev/null \
			-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \
			-o APT::Sandbox::User=root -o Acquire::Languages=none </dev/null
	}
	with_sid apt-get update && (cd "$work" && with_sid apt-get download $package)
}

echo "fetching Wycheproof's test vectors (16 MB) ..."
if ! fetch_known >"$work/log" 2>&1; then
	echo "that version has been superseded: fetching the newest, and Debian's index (27 MB) ..."
	if ! fetch_newest >>"$work/log" 2>&1; then
		sed 's/^/  apt: /' "$work/log" >&2
		give_up "see above"
	fi
fi
mkdir "$work/all"
dpkg-deb -x "$work/$package"_*.deb "$work/all"
for name in $wanted; do
	found=$(find "$work/all" -path "*testvectors_v1/$name" | head -n 1)
	[ -n "$found" ] || give_up "the package has no $name"
	cp "$found" "$work/new/"
done
rm -rf .deps/wycheproof
mv "$work/new" .deps/wycheproof
echo "unpacked $(echo $wanted | wc -w) files into .deps/wycheproof"
