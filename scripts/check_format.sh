#!/bin/sh
# check_format.sh: are all C files laid out as .clang-format says?  `make format` does it.
set -eu
cd "$(dirname "$0")/.."
files=$(git ls-files --cached --others --exclude-standard -- 'src/*.[ch]' 'tools/*.[ch]' 'tests/*.[ch]' \
	'examples/*.[ch]' 'ports/*.[ch]' | sort -u)
[ -n "$files" ] || { echo "no C files found"; exit 1; }
# shellcheck disable=SC2086
bad=$(ls -d $files 2>/dev/null | xargs clang-format --dry-run 2>&1 | sed -n 's/:[0-9]*:[0-9]*: warning: code should be clang-formatted.*//p' | sort -u)
[ -z "$bad" ] || { echo "not laid out by clang-format (\`make format\` does it):"; echo "$bad"; exit 1; }
