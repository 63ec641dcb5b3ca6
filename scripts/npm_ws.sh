#!/bin/sh
# npm_ws.sh: puts npm's package "ws", a WebSocket client for the tests, into .deps/npm, unless it is there.
#
# It has no dependencies, and nothing of it is run while it is installed.
set -eu
cd "$(dirname "$0")/.."
version=8.18.0
[ -s ".deps/npm/ws-$version" ] && exit 0
give_up() {
	echo "npm's package ws $version, which the tests of WebSockets need, could not be installed: $1" >&2
	exit 1
}
command -v npm >/dev/null 2>&1 || give_up "npm is not here"

mkdir -p .deps
work=$(mktemp -d "$PWD/.deps/npm.XXXXXX")
trap 'rm -rf "$work"' EXIT
npm install --prefix "$work" --no-audit --no-fund --ignore-scripts --loglevel=error "ws@$version" \
	>"$work/log" 2>&1 || give_up "$(cat "$work/log")"
echo "$version" >"$work/ws-$version"
rm -rf .deps/npm
mv "$work" .deps/npm
