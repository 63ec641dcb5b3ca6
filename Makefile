# The commands of everyday work.  Each is a thin line over CMake or a script in scripts/.
#   make CC=clang, make BUILD=build-x, make PREFIX=/opt/hatch DESTDIR=..., make PORT=..., HOST=...

BUILD   ?= build
PREFIX  ?= /usr/local
PORT    ?= 8443
HOST    ?=
MBEDTLS_DIR ?=
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
PYTHON  := /usr/bin/python3
FORMAT  := $(wildcard src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] tools/*.[ch] tools/*/*.[ch] \
             examples/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch] \
             ports/*/*.[ch] ports/*/*/*.[ch])
TESTS    = $(PYTHON) scripts/run_tests.py --jobs $(JOBS)

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo deps deps-test build check test test-long lint format size crypto-bench figures install clean distclean

## everyday
help: ## list these commands
	@awk -F ':.*## ' '/^## /{printf "%s%s\n", n++ ? "\n" : "", substr($$0, 4)} \
	  /^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: deps build ## build, make a certificate and serve https://localhost:8443 (PORT=, HOST= for the LAN)
	@PORT="$(PORT)" HOST="$(HOST)" scripts/demo.sh $(BUILD)

build: ## build the library, tools, examples and tests in build/
	@cmake -S . -B $(BUILD) $(if $(filter-out cc,$(CC)),-DCMAKE_C_COMPILER=$(CC)) -DHATCH_WERROR=ON -DMBEDTLS_DIR=$(MBEDTLS_DIR) \
	  $(CMAKE_ARGS) -DCMAKE_INSTALL_PREFIX=$(PREFIX) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log
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

size: build ## code and data of each part of the library
	@scripts/size.sh $(BUILD)

crypto-bench: ## instructions of each operation of src/crypto/ on an emulated rv32imc core
	@$(MAKE) -C tests/rv32 bench size BUILD=$(CURDIR)/build-rv32

figures: build ## the figures of the README, measured on this machine
	@scripts/figures.sh $(BUILD)

## installing
install: build ## install to PREFIX (/usr/local), below DESTDIR if set
	@DESTDIR="$(DESTDIR)" cmake --install $(BUILD) --prefix $(PREFIX)

clean: ## remove what was built
	@rm -rf build build-*

distclean: clean ## and the fetched sources
	@rm -rf .deps
