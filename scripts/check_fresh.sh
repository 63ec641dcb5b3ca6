#!/bin/bash
# check_fresh.sh: what `make deps build` costs on a new Debian 12 that has only git and make.
#
# As root, with debootstrap.  Makes the system in a folder under /tmp from this machine's mirror,
# clones the last commit into it, and prints time and bytes received; then again without network; then
# the same for the virtual board's firmware.
# Not part of `make test`: it takes four minutes and downloads 400 MB.
set -euo pipefail
cd "$(dirname "$0")/.."
release=bookworm

mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
	awk '$1 == "URIs:" { print $2; exit } $1 == "deb" { sub(/\[[^]]*\]/, ""); print $2; exit }')
system=$(mktemp -d /tmp/fresh.XXXXXX)
leave() {
	umount "$system/proc" "$system/dev" 2>/dev/null || true
	rm -rf --one-file-system "$system"
}
trap leave EXIT

debootstrap --variant=minbase --include=git,make,ca-certificates "$release" "$system" "$mirror" >/dev/null
mount --bind /proc "$system/proc"
mount --bind /dev "$system/dev"
cp /etc/resolv.conf /etc/hosts "$system/etc/"
cp /etc/apt/apt.conf.d/* "$system/etc/apt/apt.conf.d/" 2>/dev/null || true
rm -rf "$system"/var/lib/apt/lists/*
git clone -q . "$system/hatch"

received() { awk 'NR > 2 && $1 != "lo:" { sum += $2 } END { print int(sum / 1000000) }' /proc/net/dev; }

# measure TARGET: what one target of make takes.
measure() {
	local before
	before=$(received)
	SECONDS=0
	chroot "$system" make -s -C /hatch "$1" >"$system/log" 2>&1 || { tail -n 30 "$system/log"; exit 1; }
	echo "$1: $SECONDS s, $(($(received) - before)) MB received"
}

measure deps
measure build
SECONDS=0
unshare -n chroot "$system" make -s -C /hatch deps build >/dev/null
echo "again, without network: $SECONDS s"
measure deps-virt
measure virt-build
SECONDS=0
unshare -n chroot "$system" make -s -C /hatch deps-virt virt-build >/dev/null
echo "again, without network: $SECONDS s"
