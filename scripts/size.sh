#!/bin/sh
# size.sh BUILD: code and data of each part of the library, in bytes, as compiled for this machine.
set -eu
cd "$(dirname "$0")/.."
size -t "$1/libhatch.a" | awk '
	NR == 1 { printf "%8s %8s %8s  %s\n", "text", "data", "bss", "file"; next }
	{ name = $6; sub(/\.c\.o$/, ".c", name); if ($0 ~ /TOTALS/) name = "all" }
	{ printf "%8d %8d %8d  %s\n", $1, $2, $3, name }'
