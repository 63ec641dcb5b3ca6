#!/bin/sh
# check_format.sh: are all C files laid out as .clang-format says?  `make format` does it.
set -eu
cd "$(dirname "$0")/.."
files=$(git ls-files --cached --others --exclude-standard -- 'src/*.[ch]' 'tools/*.[ch]' 'tests/*.[ch]' \
	'examples/*.[ch]' 'ports/*.[ch]' | sort -u)
[ -n "$files" ] || { echo "no C files found"; exit 1; }
bad=
for file in $files; do
	[ -e "$file" ] || continue
	clang-format --dry-run -Werror "$file" 2>/dev/null || bad="$bad $file"
done
[ -z "$bad" ] || { echo "not laid out by clang-format:$bad"; echo "\`make format\` does it."; exit 1; }
