# SPDX-License-Identifier: MIT
"""Servers to test, and a client that says exactly what it is told to."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

REPO = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("HATCH_BUILD", REPO / "build"))
CERT = BUILD / "hatch-cert"
SERVE = BUILD / "hatch-serve"
TESTSERVER = BUILD / "tests/e2e/testserver"

# The folder of the virtual board's firmware: then that is what is tested.
BOARD = os.environ.get("HATCH_BOARD") and pathlib.Path(os.environ["HATCH_BOARD"])
sys.path.insert(0, str(REPO / "ports/virt"))
import board as virt_board  # noqa: E402
import flash as virt_flash  # noqa: E402
from board import PATIENCE, wait_until  # noqa: E402

PERIOD = bytes(range(251))  # what /t/static and /t/stream of the test server repeat


def sanitized():
    """With sanitizers everything is several times slower, and memory is not what it was."""
    with contextlib.suppress(OSError):
        return bool(re.search(r"^HATCH_SANITIZE:STRING=.+$", (BUILD / "CMakeCache.txt").read_text(),
                              re.M))
    return False


SANITIZED = sanitized()
LONG = os.environ.get("HATCH_LONG") == "1"


def pattern(length):
    return (PERIOD * (length // len(PERIOD) + 1))[:length]


# ---- servers ------------------------------------------------------------------------------------


class Server:
    """A process that is to end with status 0 and no complaint of a sanitizer."""

    def __init__(self, command, folder, **options):
        self.out_path, self.err_path = folder / "server.out", folder / "server.err"
        # What ESP-IDF's port has for a flash, where that is the port.
        env = options["env"] = dict(options.get("env", os.environ))
        env["HATCH_NVS"] = env.get("HATCH_STORE", str(folder / "nvs"))
        options.setdefault("stdin", subprocess.DEVNULL)
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen([str(word) for word in command], cwd=folder,
                                            stdout=out, stderr=err, **options)
        self.port = self.plain_port = 0
        self.expect_status = 0

    @property
    def origin(self):
        """Where it thinks that it is."""
        return f"https://localhost:{self.port}"

    def log(self):
        return self.err_path.read_text(errors="replace")

    def greeting(self):
        return self.out_path.read_text(errors="replace")

    def await_greeting(self, expression):
        def found():
            assert self.process.poll() is None, f"it ended: {self.log()}"
            return re.search(expression, self.greeting(), re.M)
        return wait_until(found, "greeting")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=PATIENCE):
        return self.process.wait(seconds)

    def stop(self):
        if self.process.poll() is None:
            self.signal(signal.SIGINT)
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "it does not end"
        assert status == self.expect_status, f"exit status {status}\n{self.log()[-6000:]}"
        self.check_log()

    def check_log(self):
        for word in ("Sanitizer", "runtime error:", "Assertion"):
            assert word not in self.log(), self.log()[-6000:]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def proc_kb(self, name):
        """VmHWM, VmRSS, ..."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def counters(self):
        """/counters of the test server, over the plain port: no handshake disturbs the count."""
        with Client(self.plain_port) as client:
            client.send(request("/counters", close=True))
            return json.loads(client.response().body)


class Pki:
    """A local CA, and identities of which it says that they are this machine."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = folder / "ca/ca.pem"
        self.make("s")

    def make(self, name, *args):
        subprocess.run([CERT, "server", "--name", "localhost", "--ip", "127.0.0.1", "--ip", "::1",
                        "--ca", self.folder / "ca", "--out", name, *args], cwd=self.folder,
                       check=True, timeout=120, capture_output=True)
        return self.files(name)

    def files(self, name="s"):
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def context(self, **options):
        context = ssl.create_default_context(cafile=self.ca)
        context.set_alpn_protocols(["http/1.1"])
        # Python would take an end without close_notify for a proper one.
        context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
        for name, value in options.items():
            setattr(context, name, value)
        return context


class BoardServer(Server):
    """The same server as firmware of the virtual board, to be judged in the same way."""

    # What 320 kB carry: a browser's connections, and some of another's.
    SETTINGS = {"max_conns": 8, "max_requests": 3, "client_conns": 8, "bodies": 1}

    def __init__(self, pki, folder, firmware, identity, settings):
        values = {"cert": pki.files(identity)[0].read_bytes(), "key": pki.files(identity)[1].read_bytes(),
                  **{name: str(value).encode() for name, value in settings.items()}}
        virt_flash.make(folder / "flash", values)
        self.board = virt_board.Board(BOARD / firmware, folder / "flash", folder)
        self.process, self.expect_status = self.board.process, 0
        self.port, self.plain_port = self.board.port, self.board.plain_port

    @property
    def origin(self):
        return "https://localhost"  # it knows nothing of the emulator's forwarding

    def log(self):
        return self.board.console()

    greeting = log

    def stop(self):
        if self.process.poll() is None:
            self.board.type("q")
        super().stop()

    def signal(self, number):
        """The board has no signals; stop() has said what is to be said."""

    def kill(self):
        self.board.kill()


class Watch:
    """/counters of a board over one plain connection, so that asking leaves nothing behind.

    Each connection of its own would be remembered by TCP for some seconds, with 200 bytes.
    """

    def __init__(self, port):
        self.port, self.client = port, None

    def __call__(self):
        for _ in range(2):
            try:
                if self.client is None:
                    self.client = Client(self.port)
                return self.client.ask("/counters").json()
            except (OSError, Cut):  # it has been idle for too long
                self.close()
        raise Cut("no answer from /counters")

    def close(self):
        if self.client is not None:
            self.client.close()
        self.client = None


def board_testserver(pki, folder, identity, settings):
    most = BoardServer.SETTINGS
    settings = dict(most, **{name: min(value, most.get(name, value)) for name, value in settings.items()})
    args = " ".join(f"{name}={value}" for name, value in settings.items())
    server = BoardServer(pki, folder, "test-320.elf", identity, {"args": args})
    try:
        server.await_greeting(r"^443 80\r?$")
    except BaseException:
        server.kill()
        raise
    return server


def board_serve(pki, folder, identity):
    server = BoardServer(pki, folder, "demo.elf", identity, {"plain_port": 80})
    try:
        server.await_greeting("q ends it")
    except BaseException:
        server.kill()
        raise
    return server


def testserver(pki, folder, identity="s", **settings):
    """The test server; settings are those of its command line."""
    if BOARD:
        return board_testserver(pki, folder, identity, settings)
    words = [f"{name}={value}" for name, value in settings.items()]
    server = Server([TESTSERVER, *pki.files(identity), *words], folder)
    try:
        count = 2 if settings.get("two") else 1
        found = server.await_greeting(r"\A" + r"(\d+) (\d+)\n" * count)
        server.port, server.plain_port = int(found.group(1)), int(found.group(2))
        server.others = [int(text) for text in found.groups()[2:]]
    except BaseException:
        server.kill()
        raise
    return server


def hatch_serve(pki, folder, *args, identity="s"):
    if BOARD:
        return board_serve(pki, folder, identity)
    cert, key = pki.files(identity)
    return started_serve(folder, "--cert", cert, "--key", key, "--ca", pki.ca, *args)


def started_serve(folder, *args, **options):
    server = Server([SERVE, "--port", "0", *args], folder, **options)
    try:
        text = server.await_greeting(r"Ctrl-C ends it[^\n]*\n").string
        server.port = int(re.search(r"https://\S+:(\d+)/", text).group(1))
        plain = re.search(r"http://\S+:(\d+)/", text)
        server.plain_port = int(plain.group(1)) if plain else 0
    except BaseException:
        server.kill()
        raise
    return server


@contextlib.contextmanager
def running(server):
    """Stops it, and judges how it ended; if the test has failed already, only stops it."""
    try:
        yield server
    except BaseException:
        server.kill()
        print(server.log()[-6000:])
        raise
    server.stop()


# ---- a client -----------------------------------------------------------------------------------


def request(target, method="GET", fields=(), body=b"", close=False, version="1.1"):
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/{version}", "Host: localhost", *fields]
    if body or method in ("POST", "PUT"):
        lines.append(f"Content-Length: {len(body)}")
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(target, chunks, trailers=(), method="POST"):
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    body += b"0\r\n" + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n"
    return (f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n"
            "Transfer-Encoding: chunked\r\n\r\n").encode() + body


class Response:
    def __init__(self, status, fields, body, whole):
        self.status, self.fields, self.body, self.whole = status, fields, body, whole

    def __getitem__(self, name):
        """The only value of a field; None if there is none."""
        values = [value for key, value in self.fields if key == name.lower()]
        assert len(values) <= 1, self.fields
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


def is_truncation(error):
    """TCP ended, TLS did not."""
    return isinstance(error, (ssl.SSLEOFError, ConnectionError)) or \
        getattr(error, "reason", "") == "UNEXPECTED_EOF_WHILE_READING"


class Cut(Exception):
    """The connection ended where it must not."""


class Client:
    """One connection, plain if there is no context."""

    def __init__(self, port, context=None, timeout=PATIENCE, host="127.0.0.1", session=None,
                 receive_buffer=None):
        raw = socket.socket(socket.AF_INET)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(timeout)
        self.sock = raw
        try:
            raw.connect((host, port))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                self.sock = context.wrap_socket(raw, server_hostname="localhost", session=session,
                                                suppress_ragged_eofs=False)
        except BaseException:
            raw.close()
            raise
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def reset(self):
        """Ends with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def more(self):
        """False at the end that the peer announced."""
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def line(self):
        while b"\n" not in self.buffer:
            if not self.more():
                raise Cut(self.buffer)
        line, self.buffer = self.buffer.split(b"\n", 1)
        assert line.endswith(b"\r"), line
        return line[:-1].decode("latin-1")

    def exactly(self, length):
        parts, left = [self.buffer[:length]], length - len(self.buffer[:length])
        self.buffer = self.buffer[length:]
        while left > 0:
            data = self.sock.recv(min(left, 1 << 18))
            if not data:
                raise Cut(f"{left} bytes are missing")
            parts.append(data)
            left -= len(data)
        return b"".join(parts)

    def fields(self):
        fields = []
        while line := self.line():
            name, value = line.split(":", 1)
            assert name == name.strip() != "", line
            fields.append((name.lower(), value.strip()))
        return fields

    def chunks(self):
        body = []
        while size := int(self.line(), 16):
            body.append(self.exactly(size))
            assert self.line() == ""
        assert self.fields() == []
        return b"".join(body)

    def response(self, head=False):
        """The next one; its framing is taken at its word."""
        version, status, _ = self.line().split(" ", 2)
        assert version == "HTTP/1.1"
        fields = self.fields()
        answer = Response(int(status), fields, b"", True)
        if head or answer.status in (204, 304) or answer.status < 200:
            return answer
        if answer["transfer-encoding"]:
            assert answer["transfer-encoding"] == "chunked" and answer["content-length"] is None
            answer.body = self.chunks()
        elif answer["content-length"] is not None:
            answer.body = self.exactly(int(answer["content-length"]))
        else:
            while self.more():
                pass
            answer.body, self.buffer = self.buffer, b""
        return answer

    def ask(self, *args, **options):
        self.send(request(*args, **options))
        return self.response(head=options.get("method") == "HEAD")

    def ended(self):
        """How the connection ends, after anything that still comes: "closed", "cut" or "reset"."""
        try:
            while self.more():
                pass
            return "closed"
        except (ConnectionResetError, BrokenPipeError):
            return "reset"
        except ssl.SSLError as error:
            return "cut" if is_truncation(error) else f"alert {error.reason}"


def get(port, target, context=None, **options):
    """One request on a connection of its own."""
    with Client(port, context) as client:
        return client.ask(target, close=True, **options)
