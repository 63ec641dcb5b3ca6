# SPDX-License-Identifier: MIT
"""permessage-deflate, RFC 7692: what is agreed on, packed messages right and wrong, bounded."""
import random
import struct
import zlib

import pytest

import harness
from harness import running
from live import BINARY, CLOSE, CONTINUATION, PING, TEXT, LiveServer, RawSocket, closing, frame

pytestmark = pytest.mark.linux("its own program")
RSV1 = 0x40
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"


@pytest.fixture(scope="module")
def live(pki, tmp_path_factory):
    with running(LiveServer(pki, tmp_path_factory.mktemp("live"))) as server:
        yield server


@pytest.fixture
def connect(live):
    clients = []

    def run(path="/packed", offer=OFFER):
        clients.append(RawSocket(live.plain_port, path, fields=[offer] if offer else []))
        return clients[-1]
    yield run
    for client in clients:
        client.close()
    live.await_stats(live=0)


def packer(bits=9):
    return zlib.compressobj(6, zlib.DEFLATED, -bits)


def packed(data, how=None):
    how = how or packer()
    return (how.compress(data) + how.flush(zlib.Z_SYNC_FLUSH))[:-4]


def unpacked(data, bits=9):
    return zlib.decompressobj(-bits).decompress(data + b"\0\0\xff\xff")


@pytest.mark.parametrize("path, offer, answer", [
    ("/packed", "permessage-deflate; client_max_window_bits",
     "permessage-deflate; server_no_context_takeover; client_max_window_bits=9"),
    ("/packed", "permessage-deflate; client_max_window_bits=12; server_max_window_bits=9",
     "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9"),
    ("/packed", "permessage-deflate;client_max_window_bits=8 ;server_no_context_takeover",
     "permessage-deflate; server_no_context_takeover; client_max_window_bits=8"),
    ("/packed", 'permessage-deflate; client_max_window_bits="15"',
     "permessage-deflate; server_no_context_takeover; client_max_window_bits=9"),
    ("/packed", "permessage-deflate; wrong, foo, permessage-deflate; client_max_window_bits",
     "permessage-deflate; server_no_context_takeover; client_max_window_bits=9"),
    ("/wide", "permessage-deflate", "permessage-deflate; server_no_context_takeover"),
    ("/packed", "permessage-deflate", None),  # it might use 32 kB
    ("/packed", "permessage-deflate; client_max_window_bits; server_max_window_bits=8", None),
    ("/wide", "permessage-deflate; server_max_window_bits=14", None),
    ("/packed", "permessage-deflate; client_max_window_bits=7", None),
    ("/packed", "permessage-deflate; client_max_window_bits=16", None),
    ("/packed", "permessage-deflate; client_max_window_bits=09", None),
    ("/packed", "permessage-deflate; client_max_window_bits; client_max_window_bits", None),
    ("/packed", "permessage-deflate; client_max_window_bits; server_max_window_bits", None),
    ("/packed", "permessage-deflate; client_max_window_bits; server_no_context_takeover=1", None),
    ("/packed", "permessage-bzip2", None), ("/echo", "permessage-deflate; client_max_window_bits", None),
])
def test_offers(connect, path, offer, answer):
    client = connect(path, f"Sec-WebSocket-Extensions: {offer}")
    assert client.status == 101 and client.head.get("sec-websocket-extensions") == answer
    client.send(frame(TEXT, b"plain"))
    assert client.frame() == (0x81, b"plain")
    if not answer:
        client.send(frame(TEXT, packed(b"x"), rsv=RSV1))
        assert client.close_code() == 1002


def test_echo_both_ways(connect):
    client, how = connect(), packer()
    for data in (b"", b"short", b"a" * 2000, bytes(range(256)) * 7, b"again " * 100):
        client.send(frame(BINARY, packed(data, how), rsv=RSV1))
        first, payload = client.frame()
        assert first in (0x82, 0xc2)
        assert (unpacked(payload) if first & RSV1 else payload) == data
        if data[:1] in (b"a",) and len(data) > 40:
            assert first & RSV1 and len(payload) < len(data) // 5


def test_split_at_every_byte(connect):
    data = ("Grüße " * 20).encode()
    raw = packed(data)
    client = connect()
    for at in range(1, len(raw)):
        client.send(frame(TEXT, raw[:at], fin=False, rsv=RSV1) + frame(PING) +
                    frame(CONTINUATION, raw[at:at + 1], fin=False))
        client.send(frame(CONTINUATION, raw[at + 1:]))
        assert client.frame() == (0x8a, b"")
        first, payload = client.frame()
        assert first == 0xc1 and unpacked(payload) == data


def test_a_last_block(connect):
    """7.2.3.4: a block that says that it is the last, and a byte of padding."""
    client = connect()
    how = packer()
    raw = how.compress(b"Hello, last block") + how.flush(zlib.Z_FINISH) + b"\0"
    for _ in range(2):
        client.send(frame(TEXT, raw, rsv=RSV1))
        assert client.frame() == (0x81, b"Hello, last block")


@pytest.mark.parametrize("code, data", [
    (1007, frame(TEXT, b"\xff\xff\xff\xff", rsv=RSV1)),
    (1007, frame(TEXT, packed(b"\xff"), rsv=RSV1)),
    (1009, frame(BINARY, packed(b"x" * 2001), rsv=RSV1)),
    (1009, frame(BINARY, packed(b"x" * 10000000), rsv=RSV1)),
    (1002, frame(TEXT, b"x", fin=False) + frame(CONTINUATION, b"", rsv=RSV1)),
    (1002, frame(PING, packed(b"x"), rsv=RSV1)),
])
def test_broken(connect, code, data):
    client = connect()
    client.send(data)
    first, payload = client.frame()
    assert first == 0x88 and struct.unpack(">H", payload)[0] == code


def test_just_in_time(connect):
    client = connect()
    client.send(frame(BINARY, packed(b"x" * 2000), rsv=RSV1))
    first, payload = client.frame()
    assert first == 0xc2 and unpacked(payload) == b"x" * 2000


def test_in_pieces(connect):
    client = connect("/wide", "Sec-WebSocket-Extensions: permessage-deflate")
    data = harness.pattern(100000)
    client.send(frame(BINARY, packed(data, packer(15)), rsv=RSV1))
    first, got = client.frame()
    assert first == BINARY
    while not first & 0x80:
        first, more = client.frame()
        got += more
    assert got == data
    client.send(frame(BINARY, packed(b"x" * ((1 << 20) + 1), packer(15)), rsv=RSV1))
    total, (first, payload) = 0, client.frame()
    while first & 15 != 8:
        total, (first, payload) = total + len(payload), client.frame()
    assert struct.unpack(">H", payload)[0] == 1009 and total <= 1 << 20


def test_who_finds_no_part_is_served_without(connect):
    clients = [connect() for _ in range(10)]
    assert ["sec-websocket-extensions" in client.head for client in clients] == [True] * 8 + [False] * 2
    for client in clients:
        client.send(frame(TEXT, b"z" * 1000))
        first, payload = client.frame()
        assert (unpacked(payload) if first & RSV1 else payload) == b"z" * 1000
    clients[3].close()
    fresh = connect()
    while "sec-websocket-extensions" not in fresh.head:
        fresh.close()
        fresh = connect()


def test_damaged(live):
    """Packed messages of which some bytes are others: each connection ends with a close frame that fits."""
    dice, codes = random.Random(7), set()
    for i in range(300):
        raw = bytearray(packed(bytes(dice.choices(b"abcdef \n", k=dice.randrange(1, 2000)))))
        for _ in range(i % 4):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        at = dice.randrange(len(raw) + 1)
        path, offer = [("/packed", OFFER), ("/wide", "Sec-WebSocket-Extensions: permessage-deflate")][i % 2]
        with RawSocket(live.plain_port, path, fields=[offer]) as client:
            client.send(frame(BINARY, raw[:at], fin=False, rsv=RSV1) + frame(CONTINUATION, raw[at:]) +
                        closing(1000))
            first, payload = client.frame()
            while first & 15 != CLOSE:
                first, payload = client.frame()
            code, = struct.unpack(">H", payload)
            assert code in (1000, 1007, 1009) and (code == 1000 or i % 4)
            codes.add(code)
    assert {1000, 1007} <= codes
