#!/bin/sh
# lint.sh BUILD: cppcheck and clang-tidy over the library and the tools, whichever is installed.
set -eu
cd "$(dirname "$0")/.."
build=$1
ran=

if command -v cppcheck >/dev/null; then
	ran=yes
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
		--enable=warning,performance,portability -I src -I tools src tools
fi
if command -v clang-tidy >/dev/null; then
	ran=yes
	[ -e "$build/compile_commands.json" ] || { echo "run \`make build\` first" >&2; exit 1; }
	find src tools -name '*.c' ! -name 'freertos_*' ! -name 'lwip_*' ! -name '*_windows.c' -exec clang-tidy --quiet -p "$build" --warnings-as-errors='*' \
		--checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,clang-analyzer-*,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling' {} +
fi
[ -n "$ran" ] || { echo "neither cppcheck nor clang-tidy is installed" >&2; exit 1; }
