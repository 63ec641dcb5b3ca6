# SPDX-License-Identifier: MIT
"""Server-sent events: as curl sees them, as bytes, and with clients that are too slow."""
import subprocess

import pytest

import harness
from harness import Client, running, wait_until
from live import LiveServer, Subscriber

pytestmark = [pytest.mark.linux("its own program"), pytest.mark.needs("curl")]


@pytest.fixture
def live(pki, tmp_path):
    with running(LiveServer(pki, tmp_path)) as server:
        yield server


def test_curl_sees_events(live, pki):
    with subprocess.Popen(["curl", "-sSN", "--cacert", pki.ca, f"https://localhost:{live.port}/events"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as curl:
        live.await_stats(live=1)
        assert live.publish("event /events 7 temp 21\\n22") == "0"
        want = b"retry: 1234\n\nid: 7\nevent: temp\ndata: 21\ndata: 22\n\n"
        seen = b""
        while len(seen.replace(b":\n\n", b"")) < len(want):
            seen += curl.stdout.read(1)
        assert seen.replace(b":\n\n", b"") == want
        live.say("quit")  # the stream ends in order, or curl would complain
        assert curl.wait(harness.PATIENCE) == 0, curl.stderr.read()


def test_the_head(live):
    with Subscriber(live.plain_port, "/events") as client:
        assert client.status == 200
        assert client.head["content-type"] == "text/event-stream"
        assert client.head["cache-control"] == "no-store"
        assert client.head["transfer-encoding"] == "chunked"
    with Client(live.plain_port) as client:
        answer = client.ask("/events", method="HEAD")
        assert answer.status == 200 and answer["content-type"] == "text/event-stream"
        assert client.ask("/").status == 200  # and no stream was begun
        assert client.ask("/events", method="POST", body=b"x").status == 405
    with Client(live.plain_port) as client:
        client.send(b"GET /events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        assert client.response().status == 400


def test_http_1_0_gets_it_without_chunks(live):
    with Subscriber(live.plain_port, "/events", version="1.0") as client:
        assert "transfer-encoding" not in client.head and client.head["connection"] == "close"
        assert client.block() == ["retry: 1234"]
        live.publish("event /events - - x")
        assert client.event() == (None, None, "x")
        live.say("quit")
        assert client.ended() == "closed"


@pytest.mark.parametrize("secure", [False, True])
def test_many_subscribers(live, pki, secure):
    port, context = (live.port, pki.context()) if secure else (live.plain_port, None)
    clients = [Subscriber(port, "/events", context) for _ in range(20)]
    live.await_stats(live=20)
    for i in range(100):
        assert live.publish(f"event /events {i} n {i}") == "0"
    for client in clients:
        for i in range(100):
            assert client.event() == ("n", str(i), str(i))
        client.close()
    live.await_stats(live=0, conns=0)


def test_replay(live):
    for i in range(1, 6):
        live.publish(f"event /events e{i} - {i}")
    live.stats()  # what was published before it has been handed out
    with Subscriber(live.plain_port, "/events", fields=["Last-Event-ID: e3"]) as client:
        assert [client.event()[1] for _ in range(2)] == ["e4", "e5"]
    with Subscriber(live.plain_port, "/events", fields=["Last-Event-ID: e5"]) as client:
        live.await_stats(live=1)
        live.publish("event /events e6 - 6")
        assert client.event() == (None, "e6", "6")
    with Subscriber(live.plain_port, "/events", fields=["Last-Event-ID: gone"]) as client:
        assert client.event()[1] == "e1"  # all that there is
    for i in range(7, 300):
        assert live.publish(f"event /events e{i} - {'x' * 30}") == "0"
    live.stats()
    with Subscriber(live.plain_port, "/events", fields=["Last-Event-ID: e6"]) as client:
        first = int(client.event()[1][1:])
        assert 150 < first < 290  # the memory has 4096 bytes
        for i in range(first + 1, 300):
            assert client.event()[1] == f"e{i}"


def test_one_and_all(live):
    with Subscriber(live.plain_port, "/greeting") as one, Subscriber(live.plain_port, "/strict") as two:
        assert one.event() == ("hello", None, "you")
        live.await_stats(live=2)
        assert live.publish("event * - all 1") == "0"
        assert one.event() == two.event() == ("all", None, "1")
        assert live.publish("event /strict - - 2") == "0"
        assert two.event() == (None, None, "2")
        assert live.publish("event /nowhere - - x") == "-1"
        assert live.publish("event /echo - - x") == "-1"  # no stream


def test_too_long(live):
    assert live.publish("event /events - - " + "x" * 1990) == "0"
    assert live.publish("event /events - - " + "x" * 2033) == "-7"  # config.live_buffer is 2048
    assert live.publish("event /strict - - " + "x" * 246) == "0"
    assert live.publish("event /strict - - " + "x" * 247) == "-7"  # its memory is 256


def test_keepalive(live):
    with Subscriber(live.plain_port, "/events") as client:
        assert client.block() == ["retry: 1234"]
        assert client.block() == [":"] and client.block() == [":"]


MUCH = 8000  # events of 1500 bytes: more than the sockets of a client take that does not read


def test_who_is_slow_misses_the_oldest(live):
    with Subscriber(live.plain_port, "/events", receive_buffer=4096) as slow, \
            Subscriber(live.plain_port, "/greeting") as other:
        live.await_stats(live=2)
        before = live.proc_kb("VmRSS")
        assert live.ask(f"pour /events {MUCH} 1500") == str(MUCH)
        assert live.proc_kb("VmRSS") - before < (20000 if harness.SANITIZED else 1000)
        stats = live.stats()
        assert stats["live_dropped"] > 0 and stats["live"] == 2
        assert live.publish("event /greeting - - still") == "0"
        while other.event()[2] != "still":
            pass
        live.publish("event /events end - end")
        numbers = []
        while (event := slow.event())[1] != "end":
            numbers.append(int(event[1]))
        assert numbers == sorted(set(numbers)) and 0 < len(numbers) < MUCH
    live.await_stats(live=0)


def test_who_is_slow_is_disconnected(live):
    with Subscriber(live.plain_port, "/strict", receive_buffer=4096) as slow:
        live.await_stats(live=1)
        assert live.ask(f"pour /strict {20 * MUCH} 150") == str(20 * MUCH)
        live.await_stats(live=0)
        numbers = []
        with pytest.raises(Exception):
            while True:
                numbers.append(int(slow.event()[1]))
        assert numbers == list(range(len(numbers)))  # without a gap, as far as it went


def test_who_takes_nothing_ends(pki, tmp_path):
    with running(LiveServer(pki, tmp_path, SEND_MS=500)) as live:
        with Subscriber(live.plain_port, "/events", receive_buffer=4096):
            live.await_stats(live=1)
            assert live.ask(f"pour /events {MUCH} 1500") == str(MUCH)
            live.await_stats(live=0)


def test_slots(pki, tmp_path):
    """One client has all but one; then 503, until one comes free."""
    with running(LiveServer(pki, tmp_path, LIVE=3)) as live:
        with Subscriber(live.plain_port, "/events") as one, Subscriber(live.plain_port, "/events"):
            with Subscriber(live.plain_port, "/events") as refused:
                assert refused.status == 503 and refused.head["retry-after"] == "10"
            assert "max_live" in live.log()
            one.close()
            live.await_stats(live=1)
            with Subscriber(live.plain_port, "/events") as again:
                assert again.status == 200
        with Client(live.plain_port) as client:
            assert client.ask("/").status == 200


def test_none_at_all(pki, tmp_path):
    with running(LiveServer(pki, tmp_path, LIVE=0)) as live:
        with Subscriber(live.plain_port, "/events") as client:
            assert client.status == 503
        assert live.publish("event /events - - x") == "-8"


def test_a_subscriber_that_talks(live):
    with Subscriber(live.plain_port, "/events") as client:
        client.send(b"x" * 4000)
        live.publish("event /events - - x")
        assert client.event()[2] == "x"
        client.send(b"x" * 200)
        live.await_stats(live=0)
    with Client(live.plain_port) as client:  # a request behind it was meant for HTTP
        client.send(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.ended() in ("closed", "reset")
        assert client.buffer.count(b"HTTP/1.1") == 1


def test_metrics(live):
    with Subscriber(live.plain_port, "/events"):
        live.await_stats(live=1)
        text = harness.get(live.plain_port, "/metrics").body.decode()
        assert "\nhatch_live 1\n" in text and "\nhatch_live_dropped_total 0\n" in text
        assert "\nhatch_publish_dropped_total 0\n" in text


def test_idle_subscribers_hold_no_record_buffers(live, pki):
    """More of them than the three pairs that there are."""
    clients = [Subscriber(live.port, "/events", pki.context()) for _ in range(12)]
    live.await_stats(live=12)
    assert harness.get(live.port, "/", pki.context()).status == 200
    for client in clients:
        assert client.block() == ["retry: 1234"]
    wait_until(lambda: live.stats()["tls_heap"] < 12 * 6000 + 3 * 22000 + 20000, "heap")
    for client in clients:
        client.close()


def test_nothing_is_linked_unless_it_is_named():
    """Of what hatch_live.h offers, and of zlib."""
    ours = ("hatch_websocket", "hatch_events", "hatch_publish", "hx_live_take", "hx_ws_fill", "hx_stream_add",
            "hx_frame_take", "hx_publish_begin", "hatch_ws_zlib", "inflateInit2_", "deflateInit2_")

    def found(program):
        done = subprocess.run(["nm", harness.BUILD / program], capture_output=True, text=True, check=True)
        names = {line.split()[-1].split("@")[0] for line in done.stdout.splitlines() if line}
        return {name for name in ours if name in names}
    assert found("tests/e2e/liveserver") == set(ours)
    assert found("tests/e2e/webserver") == set()
    zlib = {"hatch_ws_zlib", "inflateInit2_", "deflateInit2_"}
    assert found("tests/e2e/testserver") == set(ours) - zlib  # WebSockets, never compressed
