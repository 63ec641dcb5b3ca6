#!/bin/sh
# check_install.sh BUILD: what `make install` lays down can be used by a stranger's project, with
# find_package(hatch) and with pkg-config, and does not need this folder any more.
set -eu
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

DESTDIR= cmake --install "$build" --prefix "$root/hatch" >"$root/log" || { cat "$root/log"; exit 1; }
if grep -rIl "$PWD" "$root/hatch" | grep . ; then
	echo "the files above name the folder that Hatch was built in"
	exit 1
fi

mkdir "$root/app"
cd "$root/app"
cat >main.c <<'END'
#include <hatch.h>
#include <stdio.h>

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS; /* no identity: cannot be opened */
	struct hatch *server;
	int error = hatch_open(&server, &config);

	printf("%s\n", hatch_strerror(error));
	return error < 0 ? 0 : 1;
}
END
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.16)
project(app C)
find_package(hatch REQUIRED)
add_executable(app main.c)
target_link_libraries(app hatch::hatch)
END
{ cmake -S . -B out -DCMAKE_PREFIX_PATH="$root/hatch" && cmake --build out; } >log 2>&1 || { cat log; exit 1; }
out/app >log || { echo "the program built with find_package(hatch) fails"; exit 1; }

PKG_CONFIG_PATH=$(dirname "$(find "$root/hatch" -name hatch.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --define-variable=prefix="$root/hatch" --cflags --libs hatch)
# shellcheck disable=SC2086
cc -o app main.c $flags
./app >log || { echo "the program built with pkg-config fails"; exit 1; }

# Hatch's arithmetic (HATCH_TLS=fast) is in both, or in neither.
expected=0
case $flags in *--wrap=*) expected=1 ;; esac
for program in app out/app; do
	if [ "$(nm "$program" | grep -c ' T __wrap_mbedtls_ecdh_make_params$')" != $expected ]; then
		echo "$program has the wrong arithmetic"
		exit 1
	fi
done
echo "find_package(hatch) and pkg-config work"
