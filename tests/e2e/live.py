# SPDX-License-Identifier: MIT
"""The live server, and clients of server-sent events and WebSockets that say what they are told."""
import base64
import hashlib
import json
import os
import struct
import subprocess

import harness
from harness import Client, Cut, wait_until

LIVESERVER = harness.BUILD / "tests/e2e/liveserver"


class LiveServer(harness.Server):
    """liveserver.c, which takes commands on its standard input."""

    def __init__(self, pki, folder, **settings):
        env = dict(os.environ, **{name: str(value) for name, value in settings.items()})
        super().__init__([LIVESERVER, *pki.files()], folder, stdin=subprocess.PIPE, env=env)
        found = self.await_greeting(r"\A(\d+) (\d+)\n")
        self.port, self.plain_port = int(found.group(1)), int(found.group(2))
        self.out = open(self.out_path, encoding="ascii")  # noqa: SIM115
        self.out.readline()
        self.part = ""

    def say(self, command):
        self.process.stdin.write(f"{command}\n".encode())
        self.process.stdin.flush()

    def answer(self):
        """The next line that it prints."""
        def whole():
            self.part += self.out.readline()
            return self.part.endswith("\n")
        wait_until(whole, "answer")
        line, self.part = self.part[:-1], ""
        return line

    def ask(self, command):
        self.say(command)
        return self.answer()

    def publish(self, command):
        """The same until the queue has room."""
        while (answer := self.ask(command)) == "-9":
            pass
        return answer

    def stats(self):
        return json.loads(self.ask("stats"))

    def await_stats(self, **wanted):
        def match():
            stats = self.stats()
            return stats if all(stats[name] == value for name, value in wanted.items()) else None
        return wait_until(match, f"{wanted}")

    def signal(self, number):
        """stop() sends an interrupt: closing its standard input ends it in order."""
        if not self.process.stdin.closed:
            self.process.stdin.close()

    def kill(self):
        self.signal(0)
        self.out.close()
        super().kill()


# ---- server-sent events ---------------------------------------------------------------------------


class Subscriber(Client):
    """A client of server-sent events, over HTTP/1.1 and its chunks, or HTTP/1.0."""

    def __init__(self, port, path, context=None, fields=(), version="1.1", **options):
        super().__init__(port, context, **options)
        self.text, self.version = b"", version
        extra = "".join(f"{field}\r\n" for field in fields)
        self.send(f"GET {path} HTTP/{version}\r\nHost: localhost:{port}\r\n{extra}\r\n".encode())
        _, status, _ = self.line().split(" ", 2)
        self.status, self.head = int(status), dict(self.fields())

    def piece(self):
        """False at the end of the stream."""
        if self.version == "1.0":
            more = bool(self.buffer) or self.more()
            piece, self.buffer = self.buffer, b""
        else:
            size = int(self.line(), 16)
            more = size > 0
            piece = self.exactly(size)
            assert self.line() == ""
        self.text += piece
        return more

    def block(self):
        """The lines up to the next empty one."""
        while b"\n\n" not in self.text:
            if not self.piece():
                raise Cut("the stream has ended")
        block, self.text = self.text.split(b"\n\n", 1)
        return block.decode().split("\n")

    def event(self):
        """The next that is one, as (name, id, data)."""
        while True:
            fields = [line.split(": ", 1) for line in self.block() if not line.startswith(":")]
            data = [field[1] for field in fields if field[0] == "data"]
            if data:
                found = {field[0]: field[1] for field in fields}
                return found.get("event"), found.get("id"), "\n".join(data)


# ---- WebSockets -----------------------------------------------------------------------------------

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
KEY = base64.b64encode(bytes(range(16))).decode()
ACCEPT = base64.b64encode(hashlib.sha1(
    (KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()


def frame(opcode, payload=b"", fin=True, mask=b"\x11\x22\x33\x44", rsv=0, length=None, masked=True):
    """A frame of a client, right or wrong."""
    length = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | rsv | opcode])
    bit = 0x80 if masked else 0
    if length < 126:
        head += bytes([bit | length])
    elif length < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", length)
    if not masked:
        return head + payload
    return head + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))


def closing(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


class RawSocket(Client):
    """A WebSocket that shows frames as they are."""

    def __init__(self, port, path, context=None, fields=(), **options):
        super().__init__(port, context, **options)
        self.send(handshake(path, port, fields, secure=context is not None))
        _, status, _ = self.line().split(" ", 2)
        self.status, self.head = int(status), dict(self.fields())

    def frame(self):
        """(first byte, payload)"""
        first, length = self.exactly(2)
        assert length < 128, "a server masks nothing"
        if length == 126:
            length, = struct.unpack(">H", self.exactly(2))
            assert length > 125
        elif length == 127:
            length, = struct.unpack(">Q", self.exactly(8))
            assert length > 65535
        return first, self.exactly(length)

    def close_code(self):
        """Of the close frame that comes next, and the connection ends."""
        first, payload = self.frame()
        assert first == 0x80 | CLOSE, (first, payload)
        code = struct.unpack(">H", payload[:2])[0] if payload else None
        assert self.ended() == "closed"
        return code


def handshake(path, port, fields=(), secure=False, **other):
    """The request; a field named in other (with _ for -) replaces the usual one, None drops it."""
    usual = {"Host": f"localhost:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": KEY}
    usual.update({name.replace("_", "-"): value for name, value in other.items()})
    del secure
    lines = [f"{name}: {value}" for name, value in usual.items() if value is not None]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, *fields, "", ""]).encode()
