# SPDX-License-Identifier: MIT
"""Whose arithmetic is linked: what --wrap catches in the program and what it cannot, and what the log says.

--wrap changes references between object files only.  So in the finished program nobody but the function's
own file and __wrap_ itself may still call it.
"""

import collections
import os
import pathlib
import re
import subprocess

import pytest

import harness

BUILD = pathlib.Path(os.environ["HATCH_BUILD"])
pytestmark = [pytest.mark.linux("looks into the programs of this machine"), pytest.mark.needs("objdump", "nm")]
ROOT = pathlib.Path(__file__).resolve().parents[2]

# Who in the library has to be caught at least, and by what.
CALLERS = {"ssl_tls12_server.c.o": ["mbedtls_ecdh_make_params", "mbedtls_ecdh_calc_secret", "mbedtls_pk_sign"],
           "ssl_tls13_generic.c.o": ["mbedtls_pk_sign_ext"],
           "psa_crypto.c.o": ["mbedtls_psa_ecp_generate_key", "mbedtls_psa_ecp_export_public_key",
                              "mbedtls_psa_key_agreement_ecdh", "mbedtls_psa_ecdsa_sign_hash"],
           "pk_wrap.c.o": ["mbedtls_ecdsa_write_signature", "mbedtls_ecdsa_read_signature"],
           "ssl_tls.c.o": ["mbedtls_md_hmac_starts", "mbedtls_md_hmac_reset", "mbedtls_md_hmac_finish"]}

SAME_FILE = {"mbedtls_md_hmac"}


def wraps():
    text = (ROOT / "cmake/HatchFast.cmake").read_text(encoding="utf-8")
    return re.findall(r"\bmbedtls_\w+", re.search(r"set\(hatch_wraps(.*?)\)", text, re.S).group(1))


def output(*command):
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def is_fast():
    cache = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
    library = BUILD / "libhatch_mbedtls.a"
    return library.exists() and not re.search(r"^HATCH_TLS:STRING=stock$", cache, re.M)


def callers(program):
    """{function: the functions that call it or jump to it}"""
    found, inside = collections.defaultdict(set), None
    for line in output("objdump", "-d", "--no-show-raw-insn", program).splitlines():
        start = re.match(r"[0-9a-f]+ <([^>+]+)>:$", line)
        if start:
            inside = start.group(1)
        target = re.search(r"<([^>+]+)>$", line)
        if target and not start:
            found[target.group(1)].add(inside)
    return found


def undefined():
    """{object file of the library: what it takes from others}"""
    found, inside = collections.defaultdict(set), None
    for line in output("nm", "-u", BUILD / "libhatch_mbedtls.a").splitlines():
        if line.endswith(".o:"):
            inside = line[:-1]
        elif line.strip():
            found[inside].add(line.split()[-1])
    return found


def check_calls_are_caught():
    assert {name for names in CALLERS.values() for name in names} <= set(wraps())
    taken, called = undefined(), callers(BUILD / "tests/e2e/testserver")
    for file, names in CALLERS.items():
        for name in names:
            assert name in taken[file], f"{file} does not take {name} from another file: no wrap reaches it"
            assert called[f"__wrap_{name}"], f"nobody calls __wrap_{name}"
    for name in wraps():
        assert called[name] - {name} <= {f"__wrap_{name}"} | SAME_FILE, name


def check_nothing_is_linked():
    symbols = output("nm", BUILD / "tests/e2e/testserver")
    assert "hatch_open" in symbols
    assert not re.search(r"__wrap_|hx_(x25519|p256|fe25519|fast)", symbols)


def test_every_call_is_caught_or_nothing_is_linked():
    if is_fast():
        check_calls_are_caught()
    else:
        check_nothing_is_linked()


def test_the_log_says_which(start):
    server = start()
    found = [line for line in server.log().splitlines() if "X25519 and P-256 are" in line]
    assert len(found) == 1
    assert ("Hatch's" in found[0]) == is_fast()
