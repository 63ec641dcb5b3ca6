# SPDX-License-Identifier: MIT
"""Events and WebSockets with the test server, on Linux and on the virtual board."""
import pytest

from harness import Client, request, wait_until
from live import BINARY, PING, TEXT, RawSocket, Subscriber, closing, frame


@pytest.fixture
def live(start):
    return start(max_live=4, goodbye_ms=500)


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def way(request, live, pki):
    """The arguments of a client: port and context."""
    return (live.port, pki.context()) if request.param else (live.plain_port, None)


def dial(way, **options):
    return RawSocket(way[0], "/t/ws", way[1], **options)


def test_echo(way):
    with dial(way) as client:
        assert client.status == 101
        for length in (0, 1, 125, 126, 1024):
            client.send(frame(BINARY, b"x" * length) + frame(PING, b"p"))
            assert client.frame() == (0x82, b"x" * length)
            assert client.frame() == (0x8a, b"p")
        client.send(closing(4000))
        assert client.close_code() == 4000


def test_many_messages(way):
    with dial(way) as client:
        for start in range(0, 2000, 100):
            client.send(b"".join(frame(TEXT, f"message {i}".encode()) for i in range(start, start + 100)))
            for i in range(start, start + 100):
                assert client.frame() == (0x81, f"message {i}".encode())


def test_split_at_every_byte(way):
    talk = frame(TEXT, "Grüße".encode()[:3], fin=False) + frame(PING) + frame(0, "Grüße".encode()[3:])
    with dial(way) as client:
        for at in range(len(talk) + 1):
            client.send(talk[:at])
            client.send(talk[at:])
            assert client.frame() == (0x8a, b"")
            assert client.frame() == (0x81, "Grüße".encode())


def test_publishing(live, way):
    with dial(way) as one, Subscriber(way[0], "/t/events", way[1]) as two, Client(*way) as other:
        for i in range(20):
            text = f"line {i}\nand another"
            other.send(request("/t/tell", method="POST", body=text.encode()))
            assert other.response().status == 204
            assert one.frame() == (0x81, text.encode())
            assert two.event() == ("told", "1", text)
    with Subscriber(way[0], "/t/events", way[1], fields=["Last-Event-ID: 0"]) as late:
        assert late.event()[2].endswith("and another")


def test_one_client_leaves_a_slot(live, way):
    clients = [dial(way) for _ in range(3)]
    with dial(way) as fourth:
        assert fourth.status == 503
    with Client(*way) as other:
        assert other.ask("/t/hello").status == 200
    clients[0].close()

    def again():
        with dial(way) as client:
            return client.status == 101
    wait_until(again, "a slot")
    for client in clients[1:]:
        client.close()
