#!/bin/sh
# demo.sh BUILD: a local CA, a certificate for this machine, and a server on it.
#   PORT=8443   where it listens
#   ACCOUNT=    a file with NAME:PASSWORD for logging in; else a password is made and shown
#   UPLOADS=    a folder for what is uploaded; else nothing is
#   HOST=       a name or an address by which others reach this machine; then the LAN is served
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
port=${PORT:-8443}
host=${HOST:-}
base=$build/demo/localhost

for tool in hatch-cert hatch-serve; do
	[ -x "$build/$tool" ] || { echo "$build/$tool is not there: run \`make build\`." >&2; exit 1; }
done
case $host in
'') alias='' ;;
*:*) alias="--ip $host" ;;
*[!0-9.]*) alias="--name $host" ;;
*) alias="--ip $host" ;;
esac

mkdir -p "$build/demo"
# The CA is made here if there is none; it lives outside of the build folder, so that trusting it
# once is enough.
"$build/hatch-cert" server --name localhost --ip 127.0.0.1 --ip ::1 $alias --out "$base" --force \
	>"$build/demo/cert.log" || { cat "$build/demo/cert.log"; exit 1; }
echo "A certificate for localhost${host:+ and $host}: $base.pem"
ca=${XDG_DATA_HOME:-$HOME/.local/share}/hatch/ca/ca.pem
exec "$build/hatch-serve" --port "$port" --cert "$base.pem" --key "$base.key" --ca "$ca" ${host:+--lan --name "$host"} \
	${ACCOUNT:+--account "$ACCOUNT"} ${UPLOADS:+--uploads "$UPLOADS"}
