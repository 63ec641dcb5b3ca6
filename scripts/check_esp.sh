#!/bin/sh
# check_esp.sh: does what ESP-IDF would compile of src/ compile for rv32imc?  Against headers that stand
# in for those of ESP-IDF 5 and 6, lwIP's own, and mbedTLS 3.6's: for 5 in ESP-IDF's configuration, for 6 in
# ours, since mbedTLS 4 is not at hand.  Nothing is linked.  Both with and without Hatch's arithmetic for 5.
# Without src/app/files_list.c, since picolibc has no dirent.h.
set -eu
cd "$(dirname "$0")/.."
mbedtls=$(ls -d .deps/mbedtls-3.6.* | tail -1)
lwip=$(ls -d .deps/lwip-2.2.* | tail -1)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# shellcheck disable=SC2086
# compile GENERATION STANDARD CONFIGURATION OPTIONS
compile() {
	find src -name '*.c' ! -path 'src/port/posix_*' ! -path src/app/files_list.c | sort | xargs -P "$(nproc)" -n 8 riscv64-unknown-elf-gcc --specs=picolibc.specs -march=rv32imc -mabi=ilp32 \
		-std="$2" -fsyntax-only -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror \
		-DESP_PLATFORM $4 -DMBEDTLS_CONFIG_FILE="<$3>" -Isrc -Itests/esp/include "-Itests/esp/include-$1" \
		-isystem tests/esp/include-lwip -isystem "$lwip/src/include" -isystem "$lwip/src/include/compat/posix" \
		-isystem "$mbedtls/include" -isystem deps -isystem . >"$log" 2>&1 || {
		echo "ESP-IDF $1, $2, $3:"
		cat "$log"
		exit 1
	}
}

compile 5 gnu17 tests/esp/mbedtls_config_idf5.h ""
compile 5 gnu17 tests/esp/mbedtls_config_idf5.h -DHATCH_WRAPPED
compile 6 gnu2x mbedtls_config.h "-DCONFIG_MBEDTLS_HARDWARE_AES=1 -DCONFIG_FREERTOS_UNICORE=1"
