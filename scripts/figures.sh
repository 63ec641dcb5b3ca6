#!/bin/sh
# figures.sh BUILD: the figures of the README, measured now on this machine: what a connection
# costs in memory and in time, and what the server itself takes.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

"$build/hatch-cert" server --ca "$work/ca" --name localhost --ip 127.0.0.1 --out "$work/me" >/dev/null
"$build/hatch-serve" --port 0 --connections 8 --address 127.0.0.1 --quiet --ca "$work/ca/ca.pem" \
	--cert "$work/me.pem" --key "$work/me.key" >"$work/out" 2>&1 &
server=$!
n=0
until url=$(sed -n 's/^  Address *//p' "$work/out") && [ -n "$url" ]; do
	n=$((n + 1))
	[ $n -lt 100 ] || { cat "$work/out" >&2; exit 1; }
	sleep 0.1
done

# The value of a number in the status of a connection made with these curl options.
status() {
	field=$1
	shift
	curl -sS --cacert "$work/ca/ca.pem" "$@" "${url}api/status" |
		tr '{,' '\n\n' | sed -n "s/^\"$field\":\([0-9]*\).*/\1/p" | head -n 1
}
printf 'machine: %s, %s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(uname -m)"
printf 'server, 8 connections, 4 requests at once: %s bytes in one block\n' "$(status memory)"
for tls in 1.3 1.2; do
	printf 'TLS %s connection: %s bytes of TLS heap when idle, %s at the peak of the handshake\n' $tls \
		"$(status heap_now --tlsv$tls --tls-max $tls)" "$(status heap_peak --tlsv$tls --tls-max $tls)"
done
"$build/hatch-probe" --ca "$work/ca/ca.pem" --count 21 "$url"
