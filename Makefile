# The commands of everyday work.  Each is a thin line over CMake or a script in scripts/.
#   make TLS=stock (the TLS library's own arithmetic), CC=clang, make BUILD=build-x, make PREFIX=/opt/hatch DESTDIR=..., make PORT=..., HOST=...

BUILD   ?= build
PREFIX  ?= /usr/local
PORT    ?= 8443
HOST    ?=
MBEDTLS_DIR ?=
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
PYTHON  := /usr/bin/python3
FORMAT  := $(wildcard src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] tools/*.[ch] tools/*/*.[ch] \
             examples/*.[ch] examples/*/*/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch] tests/*/*/*/*.[ch] tests/*/*/*/*/*.[ch] \
             ports/*/*.[ch] ports/*/*/*.[ch] ports/*/*/*/*.[ch])
TESTS    = $(PYTHON) scripts/run_tests.py --jobs $(JOBS)

# The firmware's build folder, its memory, and how it is built: $(call build_virt,FOLDER,CMAKE,BUILD)
VIRT   ?= build-virt
RAM_KB ?= 320
build_virt = { cmake -S ports/virt -B $(1) -DCMAKE_TOOLCHAIN_FILE=$(CURDIR)/ports/virt/toolchain.cmake \
  -DVIRT_RAM_KB=$(RAM_KB) $(if $(TLS),-DHATCH_TLS=$(TLS)) $(2) && cmake --build $(1) -j $(JOBS) $(3); } >$(1).log 2>&1 || { cat $(1).log; exit 1; }; rm -f $(1).log

configure = cmake -S . -B $(BUILD) $(if $(filter-out cc,$(CC)),-DCMAKE_C_COMPILER=$(CC)) -DHATCH_WERROR=ON \
  -DMBEDTLS_DIR=$(MBEDTLS_DIR) $(if $(TLS),-DHATCH_TLS=$(TLS)) $(CMAKE_ARGS) -DCMAKE_INSTALL_PREFIX=$(PREFIX) >$(BUILD).log 2>&1 || \
  { cat $(BUILD).log; exit 1; }; rm -f $(BUILD).log

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo deps deps-test deps-virt build check test test-long virt virt-demo virt-build virt-test virt-bench \
        lint format size bench crypto-bench figures install clean distclean

## everyday
help: ## list these commands
	@awk -F ':.*## ' '/^## /{printf "%s%s\n", n++ ? "\n" : "", substr($$0, 4)} \
	  /^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: deps build ## build, make a certificate and serve https://localhost:8443 (PORT=, HOST= for the LAN, UPLOADS=, ACCOUNT=)
	@PORT="$(PORT)" HOST="$(HOST)" ACCOUNT="$(ACCOUNT)" UPLOADS="$(UPLOADS)" scripts/demo.sh $(BUILD)

build: ## build the library, tools, examples and tests in build/
	@$(configure)
	@cmake --build $(BUILD) -j $(JOBS)

deps: ## install what is missing to build (Debian), fetch mbedTLS into .deps/
	@scripts/deps.sh demo

## tests
check: deps-test build ## quick: unit tests, simulator, include rule, format
	@$(TESTS) quick

test: deps-test ## everything; ends with `N passed, N failed, N skipped`
	@$(TESTS) full

test-long: deps-test ## everything, with more seeds and rounds, and with the thread sanitizer
	@$(TESTS) long

deps-test: ## install what is missing to run the tests
	@scripts/deps.sh test

## code
format: ## lay out the C code with clang-format
	@clang-format -i $(FORMAT)

lint: ## cppcheck and clang-tidy, where they are installed
	@scripts/lint.sh $(BUILD)

crypto-bench: ## instructions of each operation of src/crypto/ on an emulated rv32imc core
	@$(MAKE) -C tests/rv32 bench size BUILD=$(CURDIR)/build-rv32

bench: ## Hatch beside lighttpd, nginx and libmicrohttpd on this PC, into docs/performance.md (minutes)
	@scripts/deps.sh bench
	@$(MAKE) -s build
	@scripts/bench.py --json build/bench.json --page docs/performance.md

figures: build ## the figures of the README, measured on this machine
	@scripts/figures.sh $(BUILD)

## the virtual board: the same server as firmware for 32-bit RISC-V, in an emulator
virt: deps-virt virt-build ## build the demo firmware and boot it on https://localhost:8443/ (PORT=, RAM_KB=)
	@PORT="$(PORT)" BUILD="$(BUILD)" scripts/virt.sh $(VIRT) own

virt-demo: deps-virt virt-build ## the same with a certificate of the local CA, and the curl line for it
	@$(configure)
	@cmake --build $(BUILD) -j $(JOBS) --target hatch-cert >/dev/null
	@PORT="$(PORT)" BUILD="$(BUILD)" scripts/virt.sh $(VIRT) demo

virt-build: ## build the firmware in build-virt/ (RAM_KB=)
	@$(MAKE) -s hatch-embed TLS=
	@echo "building the firmware in $(VIRT)/ ..."
	@$(call build_virt,$(VIRT),-DHATCH_EMBED=$(abspath $(BUILD))/hatch-embed $(VIRT_ARGS),)

.PHONY: hatch-embed
hatch-embed: # the host's, which makes the firmware's pages
	@$(configure)
	@cmake --build $(BUILD) -j $(JOBS) --target hatch-embed >/dev/null

virt-test: deps-test build ## the board's own tests, and the end-to-end tests on it, in full
	@$(TESTS) virt

virt-bench: deps-test build virt-build ## instructions, heap and connections on the board beside stock, into docs/performance.md
	@$(MAKE) -s virt-build VIRT=$(VIRT)-stock TLS=stock
	@$(PYTHON) ports/virt/bench.py $(VIRT) $(VIRT)-stock --json build/virt-bench.json --page docs/performance.md

size: deps-virt build/size.map ## code and memory of each part of the firmware at -Os, into the README and build/size.json
	@scripts/size.py build/size.map --check --update README.md --json build/size.json

.PHONY: build/size.map
build/size.map: # the linker's map of the device without pages, with everything at -Os
	@$(call build_virt,$(VIRT)-size,-DVIRT_OPT_TLS=-Os,--target small)
	@mkdir -p build
	@cp $(VIRT)-size/small.map build/size.map

deps-virt: ## install what is missing for the virtual board (230 MB on a fresh Debian)
	@scripts/deps.sh virt

## installing
install: build ## install to PREFIX (/usr/local), below DESTDIR if set
	@DESTDIR="$(DESTDIR)" cmake --install $(BUILD) --prefix $(PREFIX)

clean: ## remove what was built
	@rm -rf build build-*

distclean: clean ## and the fetched sources
	@rm -rf .deps
