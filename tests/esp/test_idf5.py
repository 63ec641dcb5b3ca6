# SPDX-License-Identifier: MIT
"""ESP-IDF's port over mbedTLS as ESP-IDF 5 builds it: TLS 1.2 alone, no ChaCha20-Poly1305.

Needs a build with HATCH_PORT=freertos and HATCH_MBEDTLS_CONFIG=tests/esp/mbedtls_config_idf5.h.
"""

import contextlib
import re
import subprocess

import pytest

from harness import Client, TESTSERVER

pytestmark = pytest.mark.needs("openssl")

ONLY_1_2 = ("TLS 1.2 only: the TLS library was built without TLS 1.3 "
            "(CONFIG_MBEDTLS_SSL_PROTO_TLS1_3)")
NO_CHACHA = "AES is software here, and the TLS library was built without ChaCha20-Poly1305"


def openssl(server, *args):
    """What s_client says of a connection that asks for nothing."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *args],
                          input=b"", capture_output=True, timeout=60, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


def test_what_is_missing_is_said_once(start):
    server = start()
    openssl(server)
    log = server.log()
    assert log.count(f"2 {ONLY_1_2}\n") == 1
    assert log.count(f"2 {NO_CHACHA}") == 1


def test_nothing_is_missing_of_what_was_not_asked_for(start):
    assert ONLY_1_2 not in start(tls_max=0x0303).log()


def test_tls_1_3_alone_is_refused_at_open(pki, tmp_path):
    done = subprocess.run([TESTSERVER, *pki.files("s"), "tls_min=772"], capture_output=True,
                          timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert b"config.tls_min asks for TLS 1.3, which the TLS library was built without: set " \
        b"CONFIG_MBEDTLS_SSL_PROTO_TLS1_3\n" in done.stderr


def test_a_client_that_prefers_1_3_gets_1_2(start):
    """It offers suites of TLS 1.3 and ChaCha20, which the library has never heard of."""
    assert re.search("New, TLSv1.2, Cipher is ECDHE-ECDSA-AES128-GCM-SHA256", openssl(start()))


def test_a_client_of_1_3_alone_is_told(start):
    assert "alert handshake failure" in openssl(start(), "-tls1_3")


def test_a_client_of_chacha_alone_is_told(start):
    server = start()
    said = openssl(server, "-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305")
    assert "alert handshake failure" in said
    assert "Internal error" not in server.log()


def test_record_buffers_are_lent(pki, start):
    """Eight connections at rest would otherwise have 21 kB each."""
    server = start(record_buffers=2, max_conns=9, client_conns=9)
    assert "cannot lend" not in server.log()
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            client = stack.enter_context(Client(server.port, pki.context()))
            assert client.ask("/t/hello").status == 200
        assert server.counters()["conns"] == 9  # and the one that asks
        assert server.counters()["tls_heap"] < 8 * 21000 / 2
