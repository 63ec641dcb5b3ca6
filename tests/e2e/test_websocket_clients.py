# SPDX-License-Identifier: MIT
"""WebSockets with clients of others: python3-websockets, and npm's ws."""
import asyncio
import json
import subprocess

import pytest
import websockets

import harness
from harness import running, wait_until
from live import LiveServer

pytestmark = pytest.mark.linux("its own program")
NPM = harness.REPO / ".deps/npm"


@pytest.fixture(scope="module")
def live(pki, tmp_path_factory):
    with running(LiveServer(pki, tmp_path_factory.mktemp("live"))) as server:
        yield server


# ---- Python -------------------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def dial(request, live, pki):
    """dial(path, ...) connects."""
    def run(path, **options):
        options.setdefault("compression", None)
        options.setdefault("max_queue", None)
        if request.param:
            return websockets.connect(f"wss://localhost:{live.port}{path}", ssl=pki.context(), **options)
        return websockets.connect(f"ws://localhost:{live.plain_port}{path}", **options)
    return run


def test_echo(dial):
    async def talk():
        async with dial("/echo", subprotocols=["one", "two"]) as ws:
            assert ws.subprotocol == "two"
            for message in ("", "Grüße", b"", bytes(range(256)), "x" * 1024):
                await ws.send(message)
                assert await ws.recv() == message
            await ws.send(["in ", "", "pieces"])
            assert await ws.recv() == "in pieces"
            await asyncio.wait_for(await ws.ping(), harness.PATIENCE)
    asyncio.run(talk())


def test_fragments_split_at_every_byte(dial):
    async def talk():
        text = "Grüße, 世界 🚀".encode()
        async with dial("/echo") as one, dial("/pieces", origin="https://a.example") as two:
            for at in range(len(text) + 1):
                for ws in (one, two):
                    await ws.send([text[:at], text[at:at + 1], text[at + 1:]])
                    assert await ws.recv() == text
    asyncio.run(talk())


def test_streamed(dial):
    async def talk():
        async with dial("/pieces", max_size=None) as ws:
            data = harness.pattern(1000000)
            await asyncio.gather(ws.send([data[at:at + 77777] for at in range(0, len(data), 77777)]),
                                 check(ws, data))

    async def check(ws, data):
        assert await ws.recv() == data
    asyncio.run(talk())


def test_closing(dial, live):
    async def talk(code):
        async with dial("/obey") as ws:
            await ws.send(f"close {code}")
            with pytest.raises(websockets.ConnectionClosed):
                await ws.recv()
            assert ws.close_code == code
    for code in (1000, 1001, 3000, 4999):
        asyncio.run(talk(code))
    live.await_stats(live=0)


def test_compressed(dial):
    async def talk():
        async with dial("/packed", compression="deflate") as ws:
            assert [extension.name for extension in ws.extensions] == ["permessage-deflate"]
            for i in range(200):
                message = f"{i} " * (i % 300)
                await ws.send(message)
                assert await ws.recv() == message
    asyncio.run(talk())


def test_many_messages(dial):
    """100,000 of them, none lost and none reordered."""
    count = 100000 if not harness.SANITIZED else 20000

    async def talk():
        async with dial("/echo", ping_interval=None) as ws:
            await asyncio.gather(say(ws), listen(ws))

    async def say(ws):
        for i in range(count):
            await ws.send(f"message {i}")

    async def listen(ws):
        for i in range(count):
            assert await ws.recv() == f"message {i}"
    asyncio.run(talk())


def test_publishing_from_threads(dial, live):
    """What was taken arrives, whole and in the order of its sender, but for what the server says was missed."""
    before, count, senders = live.stats()["live_dropped"], 10000, 4

    async def listen(ws):
        got = {tag: [] for tag in range(senders)}
        async for message in ws:
            if message == "end":
                return got
            tag, number = message.split(":")
            got[int(tag)].append(int(number))

    def flood():
        for tag in range(senders):
            live.say(f"flood /api/news {count} {tag}")
        for _ in range(senders):
            assert json.loads(live.answer())["taken"] == count

    async def end(listeners):
        await asyncio.to_thread(flood)
        while not all(listener.done() for listener in listeners):  # it may be missed, like the others
            await asyncio.to_thread(live.ask, "say /api/news end")
            await asyncio.sleep(0.05)

    async def talk():
        async with dial("/api/news") as one, dial("/api/news") as two, dial("/echo") as other:
            listeners = [asyncio.create_task(listen(ws)) for ws in (one, two)]
            await asyncio.wait_for(end(listeners), harness.PATIENCE)
            await other.send("still here")
            assert await other.recv() == "still here"
            return [listener.result() for listener in listeners]
    found = asyncio.run(talk())
    got = [sum(len(numbers) for numbers in one.values()) for one in found]
    missed = live.stats()["live_dropped"] - before
    assert 0 < sum(got) <= 2 * senders * count and sum(got) + missed >= 2 * senders * count
    for one in found:
        for numbers in one.values():
            assert numbers == sorted(set(numbers)) and set(numbers) <= set(range(count))


# ---- npm ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def npm():
    done = subprocess.run([harness.REPO / "scripts/npm_ws.sh"], capture_output=True, text=True,
                          timeout=300, check=False)
    assert done.returncode == 0, done.stderr  # not skipped: what it shows would be unknown
    return NPM


@pytest.mark.parametrize("path, case", [
    ("/echo", ["many", "100000"]), ("/echo", ["fragments"]), ("/pieces", ["fragments"]),
    ("/packed", ["deflate", "3000"]), ("/pieces", ["large", "2000000"]),
    ("/wide", ["large", "900000", "packed"]), ("/echo", ["protocol"]),
], ids=lambda value: "-".join(value) if isinstance(value, list) else value[1:])
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_npm_ws(npm, live, pki, secure, path, case):
    if harness.SANITIZED and case[0] == "many":
        case = ["many", "20000"]
    url = f"wss://localhost:{live.port}{path}" if secure else f"ws://localhost:{live.plain_port}{path}"
    done = subprocess.run(["node", harness.REPO / "tests/e2e/ws_client.js", npm, url, pki.ca, *case],
                          capture_output=True, text=True, timeout=harness.PATIENCE * 3, check=False)
    assert done.stdout == "ok\n" and done.returncode == 0, (done.stdout, done.stderr)
    wait_until(lambda: live.stats()["live"] == 0, "the end")
