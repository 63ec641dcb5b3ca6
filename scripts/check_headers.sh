#!/bin/sh
# check_headers.sh: each public header compiles alone, as C11, C17 and C++17.
set -eu
cd "$(dirname "$0")/.."
strict="-Wall -Wextra -pedantic -Werror -fsyntax-only -I src"
for header in src/*.h; do
	for compiler in cc clang; do
		command -v $compiler >/dev/null || continue
		for standard in c11 c17; do
			echo "#include \"${header##*/}\"" | $compiler -x c -std=$standard $strict -Wstrict-prototypes -Wconversion -
		done
	done
	for compiler in g++ clang++; do
		command -v $compiler >/dev/null || continue
		echo "#include \"${header##*/}\"" | $compiler -x c++ -std=c++17 $strict -
	done
done
