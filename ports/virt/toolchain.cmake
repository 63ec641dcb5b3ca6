# The instruction set of an ESP32-C3, rv32imc.  Debian's picolibc comes for rv32im, which it runs;
# the spec of 2.2 is the one that finds it (later ones split off zicsr, and match no library).
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# picolibc is built for size by default, with a memcpy() that moves bytes one by one: a fifth of all
# instructions.  "release" is the other build of it.
set(VIRT_CPU "-march=rv32imc -mabi=ilp32 -misa-spec=2.2")
set(VIRT_LIBC "--specs=picolibc.specs --picolibc-buildtype=release")
set(CMAKE_C_FLAGS_INIT "${VIRT_CPU} ${VIRT_LIBC} -ffunction-sections -fdata-sections -fno-common -g")
set(CMAKE_ASM_FLAGS_INIT "${VIRT_CPU}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "--crt0=hosted -Wl,--gc-sections") # hosted: main() ends in exit()
