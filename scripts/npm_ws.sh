#!/bin/sh
# npm_ws.sh FOLDER: npm's package "ws", a WebSocket client for the tests, in FOLDER/node_modules/.
#
# Does nothing when it is there.  Says what is wrong, and fails, when it cannot be had.
set -eu
folder=$1
version=8.18.0
[ "$(cat "$folder/node_modules/ws/version.txt" 2>/dev/null)" = "$version" ] && exit 0
mkdir -p "$folder"
if ! npm install --prefix "$folder" --no-audit --no-fund --no-save --ignore-scripts --loglevel=error \
	"ws@$version" >"$folder/npm.log" 2>&1; then
	cat "$folder/npm.log" >&2
	echo "npm cannot install ws $version, which the tests of WebSockets need: is npm there, and its registry?" >&2
	exit 1
fi
echo "$version" >"$folder/node_modules/ws/version.txt"
