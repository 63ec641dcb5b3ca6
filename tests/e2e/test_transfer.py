# SPDX-License-Identifier: MIT
"""Bytes in both directions: keep-alive, pipelining, chunks, large bodies, and constant memory."""

import hashlib
import os
import re
import socket
import ssl
import threading
import time
import zlib

import pytest

import harness
from harness import Client, Cut, chunked, get, pattern, request

MB = 1 << 20


def both(server, pki):
    """(port, context) of the TLS port and of the plain one."""
    return [(server.port, pki.context()), (server.plain_port, None)]


# ---- keep-alive and pipelining ------------------------------------------------------------------


def test_a_thousand_requests_on_one_connection(pki, start):
    server = start()
    for port, context in both(server, pki):
        with Client(port, context) as client:
            for number in range(1000):
                answer = client.ask(f"/t/path/{number}?q={number}")
                assert answer.status == 200
                assert answer.json() == {"path": f"/t/path/{number}", "query": f"q={number}"}
    counters = server.counters()
    assert counters["accepted"] == 3 and counters["full"] == 1  # the third is that of the counters
    assert counters["begun"] == counters["ended"] == counters["errors"]["0"] == 2000


def test_pipelined_answers_come_in_order(pki, shared):
    """What answers at once does not overtake what answers later."""
    for port, context in both(shared, pki):
        with Client(port, context) as client:
            wanted, data = [], b""
            for number in range(30):
                if number % 3 == 0:
                    data += request("/t/later?ms=5")
                    wanted.append(b'{"slept":5}\n')
                elif number % 3 == 1:
                    data += request("/t/collect", "POST", body=b"%d" % number)
                    wanted.append(b"%d" % number)
                else:
                    data += chunked("/t/echo", [b"a" * number, b"b"])
                    wanted.append(b"a" * number + b"b")
            client.send(data)
            assert [client.response().body for _ in wanted] == wanted


def test_pipelined_behind_a_body_that_nobody_wants(pki, shared):
    for port, context in both(shared, pki):
        with Client(port, context) as client:
            client.send(request("/t/forbidden", "POST", body=b"GET / HTTP/1.1\r\n\r\n" * 100)
                        + request("/t/hello"))
            assert client.response().status == 403
            assert client.response().body == b"hello\n"


def test_pipelined_beyond_every_buffer(pki, shared):
    """More requests than any buffer takes, and nobody reads until all are sent."""
    count = 3000
    for port, context in both(shared, pki):
        with Client(port, context) as client:
            sender = threading.Thread(target=client.sock.sendall,
                                      args=(request("/t/hello") * count,))
            if context is None:  # OpenSSL does not like two threads on one connection
                sender.start()
                time.sleep(0.2)
            else:
                count = 200
                client.send(request("/t/hello") * count)
            for _ in range(count):
                assert client.response().body == b"hello\n"
            if context is None:
                sender.join()


# ---- chunks and trailers ------------------------------------------------------------------------


def test_chunked_bodies_with_trailers(pki, shared):
    for port, context in both(shared, pki):
        with Client(port, context) as client:
            for sizes in ([1], [1] * 300, [70000, 1, 5000], []):
                chunks = [os.urandom(size) for size in sizes]
                client.send(chunked("/t/echo", chunks, ["X-Sum: 1", "X-More: two words"]))
                answer = client.response()
                assert answer.status == 200 and answer.body == b"".join(chunks)
            client.send(chunked("/t/collect", [b"col", b"lected"], ["X: y"]))
            assert client.response().body == b"collected"
            client.send(request("/t/hello"))
            assert client.response().body == b"hello\n"


def test_chunk_extensions_are_ignored_and_limited(shared):
    with Client(shared.plain_port) as client:
        head = b"POST /t/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        client.send(head + b'5;a=b;c="d e"\r\nhello\r\n0;x\r\n\r\n')
        assert client.response().body == b"hello"
        client.send(head + b"1;" + b"e" * 5000 + b"\r\nx\r\n0\r\n\r\n")
        with pytest.raises((Cut, AssertionError, OSError)):
            answer = client.response()
            assert answer.status == 200


def test_every_split_of_a_request(shared):
    """Byte by byte, and in two at every place."""
    data = chunked("/t/collect", [b"ab", b"cde"], ["X: y"])
    with Client(shared.plain_port) as client:
        for byte in data:
            client.send(bytes([byte]))
        assert client.response().body == b"abcde"
        for at in range(1, len(data)):
            client.send(data[:at])
            client.send(data[at:])
            assert client.response().body == b"abcde"


def test_byte_at_a_time_records(pki, shared):
    with Client(shared.port, pki.context()) as client:
        for byte in request("/t/collect", "POST", body=b"slow but sure"):
            client.send(bytes([byte]))
        assert client.response().body == b"slow but sure"


# ---- bodies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 3, 1])
def test_sink_takes_everything_once(pki, start, late):
    """Refused pieces come again, and none twice."""
    server = start()
    body = os.urandom(40_000 if late == 1 else 200_000)
    wanted = {"bytes": len(body), "adler32": zlib.adler32(body)}
    for port, context in both(server, pki):
        with Client(port, context) as client:
            assert client.ask(f"/t/sink?late={late}", method="POST", body=body).json() == wanted
            client.send(chunked(f"/t/sink?late={late}", [body[:1000], body[1000:]], method="PUT"))
            assert client.response().json() == wanted
            assert client.ask("/t/sink", method="POST", body=b"").json() == {"bytes": 0,
                                                                             "adler32": 1}
    counters = server.counters()
    assert (counters["refused_pieces"] > 10) == (late > 0)


def test_static_and_streamed_bodies(pki, shared):
    for port, context in both(shared, pki):
        with Client(port, context) as client:
            answer = client.ask("/t/static")
            assert answer.body == pattern(MB) and answer["content-length"] == str(MB)
            for length in (0, 1, 127, 128, 129, 5000, 300_000):
                answer = client.ask(f"/t/stream?len={length}")
                assert answer.body == pattern(length)
                assert answer["transfer-encoding"] == "chunked"
                answer = client.ask(f"/t/stream?len={length}&announce={length}")
                assert answer.body == pattern(length) and answer["content-length"] == str(length)
            assert client.ask("/t/stream?len=5000&late=1").body == pattern(5000)
            assert client.ask("/t/static", method="HEAD")["content-length"] == str(MB)
            assert client.ask("/t/hello").body == b"hello\n"  # nothing came behind the head


@pytest.mark.parametrize("query, reason", [
    ("len=50000&fail=20000", "-14"), ("len=50000&announce=50000&fail=20000", "-14"),
    ("len=20000&announce=50000", "-1")])
def test_a_body_that_fails_is_seen_to_fail(pki, start, query, reason):
    """What began as 200 cannot be taken back: the client must not take it for complete."""
    server = start()
    for port, context in both(server, pki):
        with Client(port, context) as client:
            client.send(request(f"/t/stream?{query}"))
            # no last chunk or too few bytes; and with TLS no close_notify either
            with pytest.raises((Cut, ConnectionError, ssl.SSLError)) as end:
                client.response()
            if context is not None:
                assert not isinstance(end.value, Cut), "it said goodbye as if all were well"
                assert harness.is_truncation(end.value)
    assert server.counters()["errors"][reason] == 2
    assert get(server.plain_port, "/t/hello").status == 200


# ---- much ---------------------------------------------------------------------------------------


def echo_much(client, total):
    """Sends and receives at the same time; returns both hashes."""
    block = os.urandom(MB)
    sent, received = hashlib.sha256(), hashlib.sha256()
    head = (f"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {total}\r\n"
            "Connection: close\r\n\r\n").encode()
    client.send(head)
    # One thread in small steps: the echo keeps pace, and what is in flight fits everywhere.
    step, lag, done, begun = 64 * 1024, 256 * 1024, 0, 0
    chunks = None
    buffer = bytearray()

    def body():
        assert client.line().startswith("HTTP/1.1 200")
        fields = dict(client.fields())
        assert fields["transfer-encoding"] == "chunked"
        while size := int(client.line(), 16):
            yield client.exactly(size)
            assert client.line() == ""
        assert client.fields() == []

    while begun < total or done < total:
        if begun < total and begun - done < lag:
            at = begun % MB
            piece = block[at:at + min(step, total - begun)]
            client.send(piece)
            sent.update(piece)
            begun += len(piece)
            continue
        chunks = chunks or body()
        piece = next(chunks)
        received.update(piece)
        done += len(piece)
    assert not buffer and done == total
    assert next(chunks, None) is None
    return sent.hexdigest(), received.hexdigest()


@pytest.mark.linux("the memory of a process is looked at; and it takes a minute")
@pytest.mark.parametrize("secure", [True, False])
def test_100_mb_come_back_and_take_no_memory(pki, demo, secure):
    total = (5 if harness.SANITIZED else 100) * MB
    context, port = (pki.context(), demo.port) if secure else (None, demo.plain_port)
    with Client(port, context) as client:  # whatever is allocated once
        echo_much(client, 2 * MB)
    before = demo.proc_kb("VmHWM")
    with Client(port, context) as client:
        sent, received = echo_much(client, total)
    assert sent == received
    if not harness.SANITIZED:
        assert demo.proc_kb("VmHWM") - before < 1024


@pytest.mark.linux("it takes a while")
@pytest.mark.needs("curl")
def test_curl_uploads_from_a_file(pki, demo, tmp_path):
    size = (3 if harness.SANITIZED else 30) * MB
    with open(tmp_path / "data", "wb") as file:
        for _ in range(size // MB):
            file.write(os.urandom(MB))
    harness.subprocess.run(
        ["curl", "-q", "-sS", "--cacert", pki.ca, "-X", "POST", "-T", tmp_path / "data", "-o",
         tmp_path / "back", f"https://localhost:{demo.port}/api/echo"], check=True, timeout=120)
    assert (tmp_path / "back").stat().st_size == size
    hashes = {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in
              ("data", "back")}
    assert len(hashes) == 1


@pytest.mark.linux("the memory of a process is looked at")
def test_log_csv_takes_no_memory(pki, demo):
    """A megabyte that is made as it goes."""
    port, context = demo.port, pki.context()
    first = get(port, "/api/log.csv", context)
    assert len(first.body) > MB and first.body.count(b"\n") == 100_001
    rows = first.body.decode().splitlines()
    assert all(re.fullmatch(r"\d+,\d\d\.\d\d", row) for row in rows[1:]) and rows[-1][:7] == "100000,"
    before = demo.proc_kb("VmHWM")
    for _ in range(3):
        assert get(port, "/api/log.csv", context).body == first.body
    if not harness.SANITIZED:
        assert demo.proc_kb("VmHWM") - before < 256


@pytest.mark.linux("more connections than the board has places")
def test_slow_readers_hold_up_nobody(pki, demo):
    """Ten with tiny windows who read a little now and then; everybody is served meanwhile."""
    readers = [Client(demo.port, pki.context(), receive_buffer=4096) for _ in range(10)]
    try:
        for reader in readers:
            reader.send(request("/api/log.csv", close=True))
        for reader in readers:
            assert reader.sock.recv(100)
        for number in range(20):
            assert get(demo.port, "/api/status", pki.context()).status == 200
            readers[number % 10].sock.recv(1000)
        reader = readers[0]
        data = b""
        while piece := reader.sock.recv(3000):  # and whoever goes on gets all of it
            data += piece
        assert data.endswith(b"0\r\n\r\n")
    finally:
        for reader in readers:
            reader.close()


def test_reader_without_a_window_for_a_while(pki, demo):
    """The echo is held back while nobody takes it, and goes on when somebody does."""
    total = 3 * MB
    data = os.urandom(total)
    with Client(demo.plain_port) as client:
        client.send((f"POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: {total}\r\n"
                     "\r\n").encode())
        client.sock.setblocking(False)
        sent, quiet = 0, 0
        while quiet < 20 and sent < total:  # until everything in between is full
            try:
                sent += client.sock.send(data[sent:sent + 65536])
                quiet = 0
            except BlockingIOError:
                quiet += 1
                time.sleep(0.01)
        assert sent < total or total < 16 * MB
        client.sock.settimeout(harness.PATIENCE)
        rest = threading.Thread(target=client.sock.sendall, args=(data[sent:],))
        rest.start()
        assert client.response().body == data
        rest.join()


def test_half_closed_client_is_answered(shared):
    """On plain TCP a client may close its side and still read."""
    with Client(shared.plain_port) as client:
        client.send(request("/t/stream?len=100000", close=True))
        client.sock.shutdown(socket.SHUT_WR)
        assert client.response().body == pattern(100_000)
