# SPDX-License-Identifier: MIT
"""A task that publishes as fast as it can, and clients that read nothing: what the others feel."""
import json
import subprocess
import sys
import time

import pytest

import harness
from harness import Client, running
from live import LiveServer, RawSocket, Subscriber, frame

pytestmark = pytest.mark.linux("its own program")
SECONDS = 1.2

# How much worse the slowest requests of a hundred may be while 20 subscribers are flooded, as a
# multiple of the same without the flood: docs/live.md states it.  Below the floor, in seconds, it is
# not the server that is measured.
RATIO, FLOOR = 25, 0.0002

# What a process may grow by, kB: nothing but what the C library likes.  A sanitizer has shadows of its own.
GROWTH = 500 if not harness.SANITIZED else 1 << 20


@pytest.fixture
def live(pki, tmp_path):
    with running(LiveServer(pki, tmp_path, SEND_MS=300000)) as server:
        yield server


@pytest.fixture
def readers(live):
    here = harness.REPO / "tests/e2e/live_readers.py"
    child = subprocess.Popen([sys.executable, here, str(live.plain_port), "/api/news", "20"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    yield child
    if child.poll() is None:
        child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()


def p99(live, seconds):
    """Of requests one after the other on one connection, in seconds."""
    times, end = [], time.monotonic() + seconds
    with Client(live.plain_port) as client:
        while time.monotonic() < end:
            start = time.monotonic()
            assert client.ask("/").status == 200
            times.append(time.monotonic() - start)
    assert len(times) > 100
    return sorted(times)[int(len(times) * 0.99)]


def test_a_flood_starves_nobody(live, readers):
    """Five rounds, without and with the flood: what else this machine does is in both."""
    ratios, taken, dropped, before = [], 0, 0, None
    for _ in range(5):
        control = p99(live, SECONDS)
        before = before or live.proc_kb("VmRSS")
        live.say(f"storm /api/news {int(SECONDS * 1000)} 20")
        flooded = p99(live, SECONDS)
        report = json.loads(live.answer())
        assert report["taken"] > 100  # in each round: it has not come to a stop
        taken, dropped = taken + report["taken"], dropped + report["dropped"]
        ratios.append(flooded / max(control, FLOOR))
        print(f"p99 {control * 1e6:.0f} us, flooded {flooded * 1e6:.0f} us, {report}")
    growth = live.proc_kb("VmRSS") - before
    readers.stdin.close()
    counts = [int(word) for word in readers.stdout.read().split()]
    print(f"{growth} kB, {counts}")
    assert taken > 1000 and dropped > 0 and growth < GROWTH
    assert len(counts) == 20 and min(counts) > 10000 and max(counts) < 20 * min(counts)
    assert sorted(ratios)[2] < RATIO, ratios


@pytest.mark.parametrize("kind", ["ws", "events"])
def test_a_client_that_reads_nothing(live, kind):
    """For as long as it likes: what it costs is bounded, and nobody is disturbed."""
    seconds = 60 if harness.LONG else 5
    path = {"ws": "/api/news", "events": "/events"}[kind]
    make = {"ws": RawSocket, "events": Subscriber}[kind]
    with make(live.plain_port, path, receive_buffer=4096), Client(live.plain_port) as other:
        live.await_stats(live=1)
        before, end = live.proc_kb("VmRSS"), time.monotonic() + seconds
        if kind == "ws":
            live.say(f"storm {path} {seconds * 1000} 1000")
        while time.monotonic() < end:
            if kind == "events":
                live.ask(f"pour {path} 3000 1500")
            assert other.ask("/").status == 200
        if kind == "ws":
            live.answer()
        assert live.proc_kb("VmRSS") - before < GROWTH
        stats = live.stats()
        assert stats["live"] == 1 and stats["live_dropped"] > 0
    live.await_stats(live=0)


def test_one_that_sends_and_reads_nothing(live):
    """It is held back, and its echo waits in what it has."""
    with RawSocket(live.plain_port, "/echo", receive_buffer=4096) as client, \
            Client(live.plain_port) as other:
        client.sock.settimeout(0.5)
        before = live.proc_kb("VmRSS")
        with pytest.raises(OSError):
            while True:
                client.send(frame(2, b"x" * 1000))
        assert other.ask("/").status == 200
        assert live.proc_kb("VmRSS") - before < GROWTH
