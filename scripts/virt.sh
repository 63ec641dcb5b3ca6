#!/bin/sh
# virt.sh FOLDER own|demo: starts the demo firmware of FOLDER on the virtual board; its console is
# this terminal.
#
#   own    as it comes from the factory: it makes a certificate of its own at its first start
#   demo   with a certificate of the local CA, and the curl line for it
#
#   PORT=8443     the port of localhost that leads to the board's 443
#   BUILD=build   where hatch-cert is
set -eu
cd "$(dirname "$0")/.."
folder=${1:-build-virt}
kind=${2:-demo}
port=${PORT:-8443}
build=${BUILD:-build}
flash=$folder/$kind.flash
url=https://localhost:$port/

[ -e "$folder/demo.elf" ] || { echo "$folder/demo.elf is not there: run \`make virt-build\`." >&2; exit 1; }
ports/virt/board.py "$folder/demo.elf" "$flash" --port "$port" --check
case $kind in
own)
	[ -e "$flash" ] || ports/virt/flash.py "$flash" hostname=localhost
	ports/virt/flash.py "$flash" url="$url"
	echo "The board's certificate is its own: a browser warns, and curl needs -k."
	echo "  curl -k ${url}api/status"
	;;
demo)
	base=$folder/localhost
	"$build/hatch-cert" server --name localhost --ip 127.0.0.1 --out "$base" --force >"$base.log" ||
		{ cat "$base.log"; exit 1; }
	ca=${XDG_DATA_HOME:-$HOME/.local/share}/hatch/ca/ca.pem
	ports/virt/flash.py "$flash" cert=@"$base.pem" key=@"$base.key" url="$url"
	echo "  curl --cacert $ca ${url}api/status"
	;;
*) echo "usage: scripts/virt.sh FOLDER own|demo" >&2; exit 2 ;;
esac
exec ports/virt/board.py "$folder/demo.elf" "$flash" --port "$port"
