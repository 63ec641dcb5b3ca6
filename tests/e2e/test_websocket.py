# SPDX-License-Identifier: MIT
"""WebSockets as bytes: the handshake, frames right and wrong, closing, limits; RFC 6455."""
import json
import struct

import pytest

import harness
from harness import Client, running, wait_until
from live import (ACCEPT, BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, LiveServer, RawSocket,
                  closing, frame, handshake)

pytestmark = pytest.mark.linux("its own program")


@pytest.fixture(scope="module")
def live(pki, tmp_path_factory):
    with running(LiveServer(pki, tmp_path_factory.mktemp("live"))) as server:
        yield server


@pytest.fixture
def connect(live):
    clients = []

    def run(path="/echo", **options):
        clients.append(RawSocket(live.plain_port, path, **options))
        return clients[-1]
    yield run
    for client in clients:
        client.close()
    live.await_stats(live=0)


# ---- the handshake ------------------------------------------------------------------------------


def test_accepts(connect):
    client = connect()
    assert client.status == 101
    assert client.head["upgrade"] == "websocket" and client.head["connection"] == "Upgrade"
    assert client.head["sec-websocket-accept"] == ACCEPT
    assert "content-length" not in client.head and "transfer-encoding" not in client.head
    assert "sec-websocket-protocol" not in client.head
    assert "sec-websocket-extensions" not in client.head


@pytest.mark.parametrize("status, change", [
    (426, {"Upgrade": None}), (426, {"Connection": "keep-alive"}), (426, {"Upgrade": "h2c"}),
    (426, {"Sec_WebSocket_Version": "8"}), (426, {"Sec_WebSocket_Version": None}),
    (400, {"Sec_WebSocket_Key": None}), (400, {"Sec_WebSocket_Key": "x"}),
    (400, {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAAAA"}),  # 18 bytes
    (400, {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAA!A=="}),
    (101, {"Connection": "keep-alive, UPGRADE", "Upgrade": "WebSocket"}),
    (403, {"Origin": "https://evil.example"}), (403, {"Origin": "null"}),
])
def test_refuses(live, status, change):
    with Client(live.plain_port) as client:
        client.send(handshake("/echo", live.plain_port, **change))
        answer = client.response()
        assert answer.status == status
        if status == 426:
            assert answer["upgrade"] == "websocket" and answer["sec-websocket-version"] == "13"
        if status != 101:
            assert client.ask("/").status == 200  # it is still HTTP


def test_other_requests(live):
    with Client(live.plain_port) as client:
        assert client.ask("/echo").status == 426
        assert client.ask("/echo", method="HEAD").status == 405
        assert client.ask("/echo", method="POST", body=b"x").status == 405
        client.send(handshake("/echo", live.plain_port).replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert client.response().status == 400


def test_origins(live, connect):
    ours = f"Origin: http://localhost:{live.plain_port}"
    assert connect(fields=[ours]).status == 101
    assert connect(fields=[ours.replace("http:", "https:")]).status == 403
    assert connect("/pieces", fields=["Origin: https://b.example"]).status == 101
    assert connect("/pieces", fields=["Origin: https://c.example"]).status == 403
    assert connect("/count", fields=["Origin: https://c.example"]).status == 101
    assert connect(fields=[ours, "Origin: https://evil.example"]).status == 403  # which of them?
    assert connect(fields=["Sec-WebSocket-Version: 8"]).status == 426


def test_protocols(connect):
    def agreed(*lines):
        return connect(fields=[f"Sec-WebSocket-Protocol: {line}" for line in lines]).head.get(
            "sec-websocket-protocol")
    assert agreed("one, two") == "two"  # our order
    assert agreed("three", "one") == "one"
    assert agreed("three") is None and agreed("ONE") is None


def test_the_application_refuses(connect):
    assert connect("/echo?no=1").status == 418


def test_a_limit_that_cannot_be(live, connect):
    assert connect("/wrong").status == 500
    assert "message_max is over config.live_piece" in live.log()


def test_early_bytes_end_it(live):
    with Client(live.plain_port) as client:
        client.send(handshake("/echo", live.plain_port) + frame(TEXT, b"early"))
        assert client.ended() in ("closed", "reset")
        assert b"early" not in client.buffer


# ---- messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, 124, 125, 126, 127, 128, 1000, 1023, 1024])
def test_echo(connect, length):
    client = connect()
    for opcode in (TEXT, BINARY):
        client.send(frame(opcode, b"z" * length))
        assert client.frame() == (0x80 | opcode, b"z" * length)


def test_message_limits(live, connect):
    client = connect()
    client.send(frame(TEXT, b"z" * 1025))
    assert client.close_code() == 1009
    client = connect()  # and as fragments: the second has the byte too many
    client.send(frame(TEXT, b"z" * 1024, fin=False) + frame(CONTINUATION, b"z"))
    assert client.close_code() == 1009
    client = connect()
    client.send(frame(TEXT, b"z" * 1024, fin=False) + frame(CONTINUATION, b""))
    assert client.frame() == (0x81, b"z" * 1024)
    client = connect("/short")
    client.send(frame(TEXT, b"z" * 125))
    assert client.frame() == (0x81, b"z" * 125)
    client.send(frame(TEXT, b"z" * 126))
    assert client.close_code() == 1009
    client = connect("/count")
    client.send(frame(BINARY, b"z" * 100000))
    assert client.frame() == (0x81, b"100000")
    client.send(frame(BINARY, b"z" * 100000, fin=False) + frame(CONTINUATION, b"z"))
    assert client.close_code() == 1009
    client = connect()
    client.send(frame(BINARY, b"", length=1 << 40))  # announced is enough
    assert client.close_code() == 1009


TALK = (frame(TEXT, "Grüße, 世界 🚀".encode()[:11], fin=False) + frame(PING, b"between") +
        frame(CONTINUATION, b"", fin=False) + frame(PONG, b"unasked") +
        frame(CONTINUATION, "Grüße, 世界 🚀".encode()[11:]) + frame(BINARY, bytes(range(256))) +
        frame(PING, b"p" * 125) + frame(TEXT, b"") + closing(1000, "tschüß".encode()))


def check_talk(client):
    assert client.frame() == (0x80 | PONG, b"between")
    first, payload = client.frame()
    while not first & 0x80:
        more, part = client.frame()
        payload, first = payload + part, first | (more & 0x80)
    assert (first, payload.decode()) == (0x81, "Grüße, 世界 🚀")
    assert client.frame() == (0x82, bytes(range(256)))
    assert client.frame() == (0x80 | PONG, b"p" * 125)
    assert client.frame() == (0x81, b"")
    assert client.close_code() == 1000


@pytest.mark.parametrize("secure", [False, True])
def test_split_at_every_byte(live, pki, secure):
    context = pki.context() if secure else None
    port = live.port if secure else live.plain_port
    for at in range(len(TALK) + 1):
        with RawSocket(port, "/echo", context) as client:
            client.send(TALK[:at])
            client.send(TALK[at:])
            check_talk(client)


def test_byte_by_byte(connect):
    client = connect()
    for at in range(len(TALK)):
        client.send(TALK[at:at + 1])
    check_talk(client)


def pieces_of(client):
    """A message of the server, of as many frames as it likes."""
    first, payload = client.frame()
    opcode, parts = first & 15, [payload]
    assert opcode in (TEXT, BINARY)
    while not first & 0x80:
        first, payload = client.frame()
        assert first & 15 == CONTINUATION
        parts.append(payload)
    return opcode, b"".join(parts)


def test_streamed_both_ways(connect):
    """Longer than any buffer of the server."""
    client = connect("/pieces")
    data = harness.pattern(200000)
    for start in range(0, len(data), 50000):
        client.send(frame(BINARY if start == 0 else CONTINUATION, data[start:start + 50000],
                          fin=start == 150000))
    assert pieces_of(client) == (BINARY, data)
    client.send(frame(TEXT, ("ä" * 5000).encode()))
    assert pieces_of(client) == (TEXT, ("ä" * 5000).encode())
    client.send(frame(TEXT, b"", fin=False) + frame(CONTINUATION, b""))
    assert pieces_of(client) == (TEXT, b"")


# ---- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/echo", "/pieces"])
@pytest.mark.parametrize("code, data", [
    (1002, frame(TEXT, b"x", masked=False)), (1002, frame(3, b"x")), (1002, frame(7)),
    (1002, frame(11)), (1002, frame(15)), (1002, frame(TEXT, b"x", rsv=0x40)),
    (1002, frame(TEXT, b"x", rsv=0x20)), (1002, frame(PING, rsv=0x10)),
    (1002, frame(CONTINUATION, b"x")), (1002, frame(TEXT, b"x", fin=False) + frame(TEXT, b"x")),
    (1002, frame(TEXT) + frame(CONTINUATION)),
    (1002, frame(PING, fin=False)), (1002, frame(PING, b"x" * 126)), (1002, closing(1000, b"x" * 124)),
    (1002, b"\x81\xfe\x00\x7d\x00\x00\x00\x00"),  # 125 in two bytes
    (1002, b"\x81\xff" + struct.pack(">Q", 65535) + bytes(4)),
    (1002, b"\x81\xff" + struct.pack(">Q", 1 << 63) + bytes(4)),
    (1002, frame(CLOSE, b"x")), (1002, closing(999)), (1002, closing(1004)), (1002, closing(1005)),
    (1002, closing(1006)), (1002, closing(1015)), (1002, closing(2999)), (1002, closing(5000)),
    (1007, closing(1000, b"\xff")), (1007, closing(1000, b"\xe4\xb8")),
    (1007, frame(TEXT, b"\xff")), (1007, frame(TEXT, b"\xc0\x80")), (1007, frame(TEXT, b"\xed\xa0\x80")),
    (1007, frame(TEXT, b"\xf4\x90\x80\x80")), (1007, frame(TEXT, b"\xe4\xb8")),
    (1007, frame(TEXT, b"\xe4", fin=False) + frame(CONTINUATION, b"\x41")),
    (1007, frame(TEXT, b"\xe4\xb8", fin=False) + frame(CONTINUATION, b"")),
])
def test_broken_rules(connect, path, code, data):
    client = connect(path, fields=["Origin: https://a.example"] if path == "/pieces" else [])
    client.send(data)
    first, payload = client.frame()
    while first & 15 != CLOSE:  # what was right before it
        first, payload = client.frame()
    assert struct.unpack(">H", payload)[0] == code
    assert client.ended() == "closed"


def test_text_fails_as_it_streams(connect):
    """Before the rest of the message has come."""
    client = connect()
    client.send(frame(TEXT, b"abc\xff", length=1000))
    assert client.close_code() == 1007


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999])
def test_close_codes(live, connect, code):
    client = connect()
    client.send(closing(code))
    assert client.close_code() == code
    live.await_stats(code=code)


def test_close_without_a_code(live, connect):
    client = connect()
    client.send(closing())
    assert client.close_code() is None
    live.await_stats(code=1005)


def test_we_close(live, connect):
    client = connect("/obey")
    client.send(frame(TEXT, b"close 1005"))
    assert client.frame() == (0x81, b"refused")
    client.send(frame(TEXT, b"close 4321") + frame(TEXT, b"after that nothing counts"))
    first, payload = client.frame()
    assert (first, payload) == (0x88, struct.pack(">H", 4321))
    client.send(frame(TEXT, b"still on its way") + closing(4321))
    assert client.ended() == "closed" and client.buffer == b""
    live.await_stats(code=4321)


def test_we_close_and_nobody_answers(connect):
    client = connect("/obey")
    client.send(frame(TEXT, b"close 4000"))
    assert client.frame()[0] == 0x88
    assert client.ended() == "closed"  # config.goodbye_ms


def test_a_message_that_fails(connect):
    client = connect("/obey")
    client.send(frame(TEXT, b"?"))
    assert client.close_code() == 1011


def test_cut(live, connect):
    closed = live.stats()["closed"]
    connect().reset()
    live.await_stats(closed=closed + 1, code=1006)


# ---- time, and load -----------------------------------------------------------------------------


def test_pings(live, connect):
    client = connect("/ping")
    for _ in range(3):
        assert client.frame() == (0x89, b"")
        client.send(frame(PONG))
    for _ in range(3):  # anything is a sign of life
        assert client.frame() == (0x89, b"")
        client.send(frame(PING, b"you"))
        assert client.frame() == (0x8a, b"you")
    assert client.frame() == (0x89, b"")
    assert client.ended() in ("closed", "cut", "reset")
    live.await_stats(live=0, code=1006)


def test_a_client_that_does_not_read_is_held_back(live, connect):
    client = connect(receive_buffer=4096)
    client.sock.settimeout(1)
    sent, message = 0, frame(TEXT, b"m" * 1000)
    with pytest.raises(OSError):
        while sent < 100000:
            client.send(message)
            sent += 1
    client.sock.settimeout(harness.PATIENCE)
    assert harness.get(live.plain_port, "/").status == 200
    for _ in range(sent):
        assert client.frame() == (0x81, b"m" * 1000)


def test_publishing(live, connect):
    clients = [connect("/api/news") for _ in range(3)]
    other = connect()
    wait_until(lambda: live.stats()["live"] == 4, "four")
    assert live.publish("say /api/news hello") == "0"
    assert live.publish("say * all") == "0"
    for client in clients:
        assert client.frame() == (0x81, b"hello") and client.frame() == (0x81, b"all")
    assert other.frame() == (0x81, b"all")
    assert live.publish("say /events x") == "-1"  # no WebSockets there
    assert live.publish("say /news x") == "-1" and live.publish("say /nowhere x") == "-1"
    assert live.publish("say /api/news " + "x" * 2017) == "-7"


def test_stop_says_1001(pki, tmp_path):
    live = LiveServer(pki, tmp_path)
    with running(live):
        plain, secure = RawSocket(live.plain_port, "/echo"), RawSocket(live.port, "/echo", pki.context())
        live.say("quit")
        live.wait()
        assert plain.close_code() == 1001 and secure.frame() == (0x88, struct.pack(">H", 1001))
        assert secure.ended() == "closed"
        plain.close()
        secure.close()
