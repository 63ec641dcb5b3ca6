# SPDX-License-Identifier: MIT
"""The server's say in suite and group: OpenSSL's clients, and a ClientHello made by hand."""

import re
import socket
import struct

import pytest

import harness
from test_tls import s_client  # noqa: F401  the fixture

pytestmark = pytest.mark.needs("openssl")

CHACHA, AES_128, AES_256 = 0x1303, 0x1301, 0x1302
AES_ONLY = "TLS_AES_256_GCM_SHA384"
X25519, P256 = 29, 23
# Any 32 bytes, and the base point.
SHARES = {X25519: bytes(range(32)),
          P256: bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                              "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")}


@pytest.fixture(scope="module")
def soft(pki, tmp_path_factory):
    """A server whose platform has no AES."""
    server = harness.testserver(pki, tmp_path_factory.mktemp("soft"), soft_aes=1)
    yield server
    server.stop()


def suite(talk):
    assert talk.code == 0, talk.all
    return talk.facts()["suite"]


def test_who_prefers_aes_gets_chacha(s_client, soft):  # noqa: F811
    assert suite(s_client(soft)) == "TLS_CHACHA20_POLY1305_SHA256"
    order = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"
    assert suite(s_client(soft, "-ciphersuites", order)) == "TLS_CHACHA20_POLY1305_SHA256"
    assert suite(s_client(soft, "-tls1_2")) == "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"


def test_who_has_only_aes_gets_aes(s_client, soft):  # noqa: F811
    order = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"
    assert suite(s_client(soft, "-ciphersuites", order)) == "TLS_AES_256_GCM_SHA384"
    order = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
    assert suite(s_client(soft, "-tls1_2", "-cipher", order)) == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"


def test_with_a_second_client_hello(s_client, soft):  # noqa: F811
    talk = s_client(soft, "-groups", "P-521:X25519", "-msg")
    assert len(re.findall(r">>> .*ClientHello", talk.text)) == 2
    assert suite(talk) == "TLS_CHACHA20_POLY1305_SHA256" and talk.facts()["group"] == "x25519"


def test_tickets_of_either_suite(s_client, soft, tmp_path):  # noqa: F811
    """A ticket keeps its suite, though the client would get another without it."""
    ticket = tmp_path / "ticket"
    for order, name in ((AES_ONLY, "TLS_AES_256_GCM_SHA384"), (None, "TLS_CHACHA20_POLY1305_SHA256")):
        args = ("-ciphersuites", order) if order else ()
        assert suite(s_client(soft, "-sess_out", ticket, *args)) == name
        talk = s_client(soft, "-sess_in", ticket)
        assert suite(talk) == name and talk.facts()["resumed"] == 1


@pytest.mark.linux("the board has no AES")
def test_where_aes_is_fast_the_clients_order_stands(s_client, shared):  # noqa: F811
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        fast = re.search(r"^(flags|Features).*\baes\b", file.read(), re.M)
    expected = "TLS_AES_256_GCM_SHA384" if fast else "TLS_CHACHA20_POLY1305_SHA256"
    assert suite(s_client(shared)) == expected


# ---- by hand ------------------------------------------------------------------------------------


def extension(number, body):
    return struct.pack(">HH", number, len(body)) + body


def listed(size, body):
    return struct.pack(">H" if size == 2 else "B", len(body)) + body


def client_hello(suites, shares, groups=(X25519, P256)):
    extensions = b"".join((
        extension(43, b"\x02\x03\x04"),
        extension(10, listed(2, struct.pack(f">{len(groups)}H", *groups))),
        extension(13, listed(2, struct.pack(">HH", 0x0403, 0x0804))),
        extension(51, listed(2, b"".join(struct.pack(">HH", group, len(SHARES[group])) + SHARES[group]
                                         for group in shares)))))
    body = (b"\x03\x03" + bytes(32) + listed(1, bytes(32)) + listed(2, struct.pack(f">{len(suites)}H", *suites))
            + b"\x01\x00" + listed(2, extensions))
    return b"\x01" + struct.pack(">I", len(body))[1:] + body


def server_hello(server, message, record=16384, pause=False):
    """The suite and the group that are chosen; (None, None) for an alert."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(message), record):
            piece = message[i:i + record]
            data = b"\x16\x03\x01" + struct.pack(">H", len(piece)) + piece
            for k in range(0, len(data), 3 if pause else len(data)):
                sock.sendall(data[k:k + 3] if pause else data)
        file = sock.makefile("rb")
        kind, _, size = struct.unpack(">BHH", file.read(5))
        found = file.read(size)
    if kind != 22:
        return None, None
    at = 4 + 2 + 32
    at += 1 + found[at]
    chosen = struct.unpack(">H", found[at:at + 2])[0]
    at += 5
    while at < len(found):
        number, size = struct.unpack(">HH", found[at:at + 4])
        if number == 51:
            return chosen, struct.unpack(">H", found[at + 4:at + 6])[0]
        at += 4 + size
    return chosen, None


ALL = (AES_256, AES_128, CHACHA)


@pytest.mark.parametrize("shares, group", [((P256, X25519), X25519), ((X25519, P256), X25519), ((P256,), P256)])
def test_x25519_before_p256_where_both_are_there(soft, shares, group):
    assert server_hello(soft, client_hello(ALL, shares)) == (CHACHA, group)
    assert server_hello(soft, client_hello(ALL[:2], shares)) == (AES_256, group)


def test_in_fragments(soft):
    hello = client_hello(ALL, (P256, X25519))
    for record in (1000, 100, 17):
        for pause in (False, True):
            assert server_hello(soft, hello, record, pause) == (CHACHA, X25519)


def test_no_share_that_we_take(soft):
    """HelloRetryRequest names its group without a share."""
    assert server_hello(soft, client_hello(ALL, (), (P256, X25519)))[0] == CHACHA


def test_odd_ones_are_the_librarys(soft):
    hello = client_hello(ALL, (X25519,))
    for at, byte in ((4, 2), (38, 33), (72, 7)):  # version, length of the session ID, of the suites
        odd = bytearray(hello)
        odd[at] = byte
        assert server_hello(soft, bytes(odd)) == (None, None)
    assert server_hello(soft, hello) == (CHACHA, X25519)
