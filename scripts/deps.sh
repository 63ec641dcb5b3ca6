#!/bin/sh
# deps.sh LEVEL: what Hatch needs on this machine.
#
#   demo   to build the library and the tools
#   virt   and the firmware of the virtual board, and to run it
#   test   and to run every test
#   bench  to build, and the servers that Hatch is measured beside
#
# Installs only what is missing, says before how much that is, and touches neither apt nor the
# network when nothing is.  Then puts the sources of mbedTLS and, from virt on, of lwIP into
# .deps/ (scripts/debian_source.sh), and for the tests Wycheproof's vectors (scripts/wycheproof.sh)
# and a WebSocket client (scripts/npm_ws.sh).
set -eu
cd "$(dirname "$0")/.."
level=${1:-demo}

# One line each: Debian's package, and a command or (with a slash) a file that shows it is there.
demo_needs='
gcc cc
libc6-dev /usr/include/stdlib.h
make make
cmake cmake
bzip2 bzip2
xz-utils xz
patch patch
zlib1g-dev /usr/include/zlib.h
'
virt_needs='
python3 /usr/bin/python3
curl curl
qemu-system-misc qemu-system-riscv32
gcc-riscv64-unknown-elf riscv64-unknown-elf-gcc
picolibc-riscv64-unknown-elf /usr/lib/picolibc/riscv64-unknown-elf/lib/release/rv32im/ilp32/libc.a
'
test_needs='
libcmocka-dev /usr/include/cmocka.h
libcjson-dev /usr/include/cjson/cJSON.h
libssl-dev /usr/include/openssl/evp.h
python3-pytest /usr/lib/python3/dist-packages/pytest/__init__.py
python3-kconfiglib /usr/lib/python3/dist-packages/kconfiglib.py
python3-yaml /usr/lib/python3/dist-packages/yaml/__init__.py
openssl openssl
pkg-config pkg-config
python3-websockets /usr/lib/python3/dist-packages/websockets/__init__.py
nodejs node
npm npm
python3-prometheus-client /usr/lib/python3/dist-packages/prometheus_client/parser.py
libnss3-tools certutil
chromium chromium
chromium-driver chromedriver
python3-selenium /usr/lib/python3/dist-packages/selenium/__init__.py
g++ g++
clang clang
clang-format clang-format
valgrind valgrind
'
# The tools for Windows, and what runs them: on this processor only.
if [ "$(uname -m)" = x86_64 ]; then
	test_needs=$test_needs'
gcc-mingw-w64-x86-64-win32 x86_64-w64-mingw32-gcc
wine64 /usr/lib/wine/wine64
'
fi
bench_needs='
python3 /usr/bin/python3
openssl openssl
curl curl
wrk wrk
util-linux taskset
lighttpd /usr/sbin/lighttpd
lighttpd-mod-mbedtls /usr/lib/lighttpd/mod_mbedtls.so
nginx-light /usr/sbin/nginx
libmicrohttpd-dev /usr/include/microhttpd.h
'
case $level in
demo) needs=$demo_needs ;;
virt) needs=$demo_needs$virt_needs ;;
test) needs=$demo_needs$virt_needs$test_needs ;;
bench) needs=$demo_needs$bench_needs ;;
*) echo "usage: scripts/deps.sh demo|virt|test|bench" >&2; exit 2 ;;
esac

is_there() {
	case $1 in
	/*) [ -e "$1" ] || ls "/usr/local${1#/usr}" >/dev/null 2>&1 ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

list_missing() {
	echo "$needs" | while read -r package sign; do
		[ -z "$package" ] || is_there "$sign" || echo "$package"
	done
}

missing=$(list_missing | tr '\n' ' ')
missing=${missing% }

if [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "Hatch needs a C compiler, make, CMake 3.16 and mbedTLS 3.6, and for its tests cmocka, cJSON, zlib, Python 3" \
			"with pytest, yaml, kconfiglib, prometheus-client, websockets and selenium, Node.js with npm, Chromium with its driver, curl, openssl with its headers, g++, clang, clang-format, valgrind, QEMU" \
			"for 32-bit RISC-V and a cross compiler with picolibc, MinGW-w64 and Wine; not found here: $missing" \
			"(Debian's names)." >&2
		exit 1
	fi
	if [ "$(id -u)" = 0 ]; then
		as_root=
	elif command -v sudo >/dev/null 2>&1 && echo "missing: $missing" && sudo -v; then
		as_root=sudo
	else
		echo "Some packages are missing. An administrator can install them with:" >&2
		echo "  apt-get update && apt-get install --no-install-recommends $missing" >&2
		exit 1
	fi
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	# Translated descriptions are the largest part of a full update, and nobody reads them here.
	apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends
		-o Acquire::Languages=none -o APT::Get::List-Cleanup=0"
	say_size() {
		LC_ALL=C $apt --assume-no install $missing 2>/dev/null </dev/null |
			sed -n 's/^Need to get \(.*\) of archives.*/downloading \1 .../p'
	}

	[ -n "$as_root" ] || echo "missing: $missing"
	# The lists may be absent, or so old that the mirror has moved on: then update them, and again.
	say_size
	if ! $apt install $missing </dev/null >"$log" 2>&1; then
		echo "updating apt's lists (9 MB) ..."
		if ! $apt update </dev/null >"$log" 2>&1; then
			cat "$log" >&2
			exit 1
		fi
		say_size
		if ! $apt install $missing </dev/null >"$log" 2>&1; then
			cat "$log" >&2
			exit 1
		fi
	fi
	left=$(list_missing | tr '\n' ' ')
	if [ -n "$left" ]; then
		echo "still missing after the installation: $left" >&2
		exit 1
	fi
fi

case $level in virt | test) scripts/debian_source.sh lwip ;; esac
[ "$level" != test ] || scripts/wycheproof.sh
# Without it its tests fail, and no others.
[ "$level" != test ] || scripts/npm_ws.sh || true

case ${MBEDTLS_DIR:-} in ?*) exit 0 ;; esac
scripts/debian_source.sh mbedtls && exit 0
# Without Debian's sources an installed mbedTLS will do; CMake checks its version.
if [ -e /usr/include/mbedtls/build_info.h ] || [ -e /usr/local/include/mbedtls/build_info.h ]; then
	echo "The installed mbedTLS is used instead." >&2
	exit 0
fi
echo "Install mbedTLS 3.6 or later, or set MBEDTLS_DIR to its source tree." >&2
exit 1
