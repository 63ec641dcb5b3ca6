# SPDX-License-Identifier: MIT
"""Kconfig: it parses, its numbers are hatch_limits.h's, and it selects what Hatch needs."""
import re

import pytest

import kconfig

NEEDED = {
    "5": ["MBEDTLS_SSL_PROTO_TLS1_3", "MBEDTLS_SSL_KEEP_PEER_CERTIFICATE", "MBEDTLS_CHACHA20_C",
          "MBEDTLS_POLY1305_C", "MBEDTLS_CHACHAPOLY_C", "MBEDTLS_SERVER_SSL_SESSION_TICKETS", "LWIP_SO_LINGER"],
    "6": ["MBEDTLS_SSL_PROTO_TLS1_3", "MBEDTLS_CHACHAPOLY_C", "MBEDTLS_SSL_CACHE_C",
          "MBEDTLS_X509_CREATE_C", "MBEDTLS_X509_CRT_WRITE_C", "LWIP_SO_LINGER"],
}


def limits():
    text = (kconfig.REPO / "src/hatch_limits.h").read_text()
    found = dict(re.findall(r"#ifndef (HATCH_\w+)\n#define \1 (\d+)\n#endif", text))
    assert len(found) == text.count("#define HATCH_") - 1, "a number without its #ifndef"
    return found


@pytest.mark.parametrize("generation", ["5", "6"])
def test_defaults_are_the_headers(tmp_path, generation):
    tree = kconfig.load(tmp_path, generation)
    assert not tree.warnings
    ints = {s.name: s for s in tree.unique_defined_syms if s.name.startswith("HATCH_") and s.str_value.isdigit()}
    assert {name: s.str_value for name, s in ints.items()} == limits()
    for symbol in ints.values():
        node = symbol.nodes[0]
        assert symbol.ranges and node.prompt and node.help, symbol.name
        low, high = (int(part.str_value) for part in symbol.ranges[0][:2])
        assert low <= int(symbol.str_value) <= high


@pytest.mark.parametrize("generation", ["5", "6"])
def test_selects(tmp_path, generation):
    tree = kconfig.load(tmp_path, generation)
    for name in NEEDED[generation]:
        assert tree.syms[name].str_value == "y", name


def test_what_is_turned_off_selects_nothing(tmp_path):
    off = ["HATCH_TLS_1_3=n", "HATCH_CHACHA20_POLY1305=n", "HATCH_SELF_SIGNED=n", "HATCH_RESET=n"]
    tree = kconfig.load(tmp_path, "6", off)
    for name in ["MBEDTLS_SSL_PROTO_TLS1_3", "MBEDTLS_CHACHA20_C", "MBEDTLS_X509_CREATE_C", "LWIP_SO_LINGER"]:
        assert tree.syms[name].str_value == "n", name


def test_all_that_it_names_of_esp_idf_is_known():
    """Else a misspelt option would select nothing, quietly."""
    text = (kconfig.REPO / "Kconfig").read_text() + (kconfig.REPO / "cmake/HatchComponent.cmake").read_text()
    named = set(re.findall(r"\b(?:CONFIG_)?((?:MBEDTLS|LWIP|IDF_TARGET)_[A-Z0-9_]+)\b", text))
    named |= {f"MBEDTLS_{name}" for name in re.findall(r"\b((?:HARDWARE|ATCA|TEE)_[A-Z0-9_]+)\b", text)}
    assert named - {"MBEDTLS_VERSION"} <= set(kconfig.options()), "not in options.txt"


def test_choice(tmp_path):
    assert kconfig.load(tmp_path, "5").syms["HATCH_TLS_FAST"].str_value == "y"
    rom = kconfig.load(tmp_path, "5", ["MBEDTLS_USE_CRYPTO_ROM_IMPL=y"])
    assert rom.syms["HATCH_TLS_FAST"].str_value == "n" and rom.syms["HATCH_TLS_STOCK"].str_value == "y"
    dynamic = kconfig.load(tmp_path, "5", ["MBEDTLS_DYNAMIC_BUFFER=y"])
    assert dynamic.syms["HATCH_TLS_1_3"].str_value == "n"
    assert dynamic.syms["MBEDTLS_SSL_PROTO_TLS1_3"].str_value == "n"
