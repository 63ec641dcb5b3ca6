"""A server for a test: made a certificate, started on a free port, and looked after when it ends."""
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("HATCH_BUILD", os.path.join(ROOT, "build"))
SANITIZED = "asan" in os.path.basename(BUILD) or "tsan" in os.path.basename(BUILD)
PATIENCE = 60  # seconds until a condition that is waited for counts as never


def tool(name):
    return os.path.join(BUILD, name)


def wait_for(condition, what):
    """The first true value of condition()."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    pytest.fail(f"waited {PATIENCE} s for: {what}")
    return None


class Server:
    def __init__(self, folder, *args, cert=None, key=None, ok=0):
        self.folder, self.ok = str(folder), ok
        self.ca = f"{self.folder}/ca/ca.pem"
        if cert is None:
            cert, key = make_identity(self.folder)
        self.log_path = f"{self.folder}/log"
        self.log = open(self.log_path, "w+b")
        self.process = subprocess.Popen(
            [tool("hatch-serve"), "--port", "0", "--cert", cert, "--key", key, "--ca", self.ca, *args],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        found = wait_for(self.greeting, "the server's greeting")
        self.port = int(found.group(1))
        plain = re.search(r"http://\S*?:(\d+)/", self.output())
        self.plain_port = int(plain.group(1)) if plain else None

    def greeting(self):
        if self.process.poll() is not None:
            pytest.fail(f"the server ended with {self.process.returncode}: {self.output()}")
        text = self.output()
        return re.search(r"Address +https://\S*?:(\d+)/", text) if "Ctrl-C" in text else None

    def output(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def context(self, **versions):
        context = ssl.create_default_context(cafile=self.ca)
        for name, value in versions.items():
            setattr(context, name, value)
        return context

    def connect(self, context=None, timeout=PATIENCE):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return (context or self.context()).wrap_socket(raw, server_hostname="localhost")

    def http(self, context=None):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=context or self.context(), timeout=PATIENCE)

    def status(self):
        connection = self.http()
        connection.request("GET", "/api/status")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def memory(self):
        """kB, at the most so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            pytest.fail("the server does not end after SIGINT")
        text = self.output()
        self.log.close()
        assert status == self.ok, text
        assert "Sanitizer" not in text and "runtime error" not in text, text


def make_identity(folder, *args, name="me"):
    base = f"{folder}/{name}"
    subprocess.run([tool("hatch-cert"), "server", "--ca", f"{folder}/ca", "--name", "localhost", "--ip", "127.0.0.1",
                    "--ip", "::1", "--out", base, *args], check=True, capture_output=True)
    return f"{base}.pem", f"{base}.key"


@contextlib.contextmanager
def serving(folder, *args, **more):
    server = Server(folder, *args, **more)
    try:
        yield server
    except BaseException:
        server.process.kill()
        server.process.wait()
        print(server.output()[-4000:])
        raise
    server.stop()
