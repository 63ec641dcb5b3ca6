#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py HATCH_FOLDER STOCK_FOLDER [--json FILE] [--page FILE.md]: what the firmware costs, counted on the virtual board.

The board runs with one instruction to the nanosecond, so instructions are counted, not timed: the
load of this machine does not matter.  STOCK_FOLDER holds the same server and configuration with the
TLS library's own arithmetic (make virt-build VIRT=STOCK_FOLDER TLS=stock), and is told to let each
connection keep its own buffers.  Clients are openssl s_client and Python's ssl.
"""
import argparse
import atexit
import json
import os
import re
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CHACHA = "TLS_CHACHA20_POLY1305_SHA256"
GCM = "TLS_AES_128_GCM_SHA256"
CONF = "HATCH_BENCH_CONF"

# Python cannot choose the suites of TLS 1.3; OpenSSL's configuration can, before Python loads it.
if CONF not in os.environ:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "openssl.cnf")
        with open(path, "w", encoding="utf-8") as file:
            file.write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n"
                       f"Ciphersuites = {CHACHA}\nGroups = X25519:P-256\n")
        sys.exit(subprocess.run([sys.executable, *sys.argv], check=False, env=dict(
            os.environ, OPENSSL_CONF=path, **{CONF: path})).returncode)

sys.path[:0] = [HERE, os.path.join(ROOT, "scripts"), os.path.join(ROOT, "tests/e2e")]
os.environ.setdefault("HATCH_BUILD", os.path.join(ROOT, "build"))

import board as virt_board  # noqa: E402
import flash  # noqa: E402
import harness  # noqa: E402
import size  # noqa: E402

REFILLED = 0.1  # seconds, in which the board makes all its spare keys
FULL_SAMPLES, RESUMED_SAMPLES, IDLE, REQUESTS, BODY = 40, 20, 4, 200, 1_000_000
QUIET = "idle_ms=3600000 log_level=1"
OWN_BUFFERS = "record_buffers=65535"  # HATCH_RECORD_BUFFERS_OWN: each connection keeps its own
SUITES = [("-tls1_3", "-ciphersuites", CHACHA), ("-tls1_3", "-ciphersuites", GCM),
          ("-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"),
          ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")]
NEEDED = {"full13": "X25519, ECDSA P-256, ChaCha20-Poly1305", "full12": "X25519, ECDSA P-256, ChaCha20-Poly1305",
          "resumed13": "psk_dhe_ke, X25519, ChaCha20-Poly1305", "resumed12": "ticket, ChaCha20-Poly1305"}


def say(text):
    print(text, file=sys.stderr, flush=True)


class Visitor:
    """openssl s_client, for the suites of TLS 1.3 that Python cannot choose."""

    def __init__(self, port, suite):
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_3", "-ciphersuites", suite, "-quiet",
             "-no_ign_eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdin.write(harness.request("/t/hello"))
        self.process.stdin.flush()
        text = b""
        while not text.endswith(b"hello\n"):
            more = os.read(self.process.stdout.fileno(), 4096)
            assert more, text
            text += more

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.kill()
        self.process.communicate()


class Bench:
    """Everything that is measured of one folder of firmware: {row: [samples]}."""

    def __init__(self, folder, pki, work, more=""):
        self.folder, self.pki, self.work, self.more = folder, pki, work, more
        self.rows, self.stacks = {}, {}

    def boot(self, ram, args):
        path = tempfile.mkdtemp(dir=self.work)
        cert, key = self.pki.files()
        with open(cert, "rb") as one, open(key, "rb") as other:
            # the leaf alone: what a device sends
            leaf = re.match(rb".*?-----END CERTIFICATE-----\n", one.read(), re.S).group(0)
            flash.make(f"{path}/flash", {"cert": leaf, "key": other.read(), "args": f"{args} {QUIET} {self.more}".encode()})
        board = virt_board.Board(f"{self.folder}/test-{ram}.elf", f"{path}/flash", path, icount=True)
        atexit.register(board.kill)  # however this ends
        board.await_console(r"^443 80\r?$")
        board.counters = harness.Watch(board.plain_port)
        return board

    def add(self, row, value):
        self.rows.setdefault(row, []).append(value)

    # ---- handshakes ----

    def s_client(self, board, *args):
        time.sleep(REFILLED)
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{board.port}", "-ign_eof", "-CAfile", str(self.pki.ca),
             *args], input=harness.request("/t/facts", close=True), capture_output=True, timeout=60, check=False)
        found = re.search(rb'^\{"secure".*', done.stdout, re.M)
        if not found:
            sys.exit(f"bench.py: no answer: {done.stdout[-400:]!r} {done.stderr[-400:]!r}\n{board.console()[-800:]}")
        return json.loads(found.group(0))

    def handshakes(self):
        board = self.boot(320, "max_conns=4 max_requests=2")
        session = os.path.join(self.work, "session")
        for version, option, suite in SUITES:
            for group in ("X25519", "P-256"):
                groups = group if version == "-tls1_3" or group == "P-256" else "X25519:P-256"
                how = (version, option, suite, "-groups", groups)
                say(f"  {version[1:]} {suite} {group}")
                self.s_client(board, *how)
                for _ in range(FULL_SAMPLES):
                    facts = self.s_client(board, *how, "-sess_out", session)
                    assert not facts["resumed"], facts
                    self.add((version, suite, group, "full"), facts["cpu_ns"])
                    self.add((version, suite, group, "peak"), facts["heap_peak"])
                for _ in range(RESUMED_SAMPLES):
                    facts = self.s_client(board, *how, "-sess_in", session, "-sess_out", session)
                    assert facts["resumed"], facts
                    self.add((version, suite, group, "resumed"), facts["cpu_ns"])
        self.end(board)

    def cold(self):
        """Six clients that say their first word at once: the last of them find no spare key."""
        board = self.boot(320, "max_conns=8 client_conns=8 max_requests=2")
        context = self.pki.context()
        for _ in range(FULL_SAMPLES):
            clients, costs = [], []
            for _ in range(6):
                sock = socket.create_connection(("127.0.0.1", board.port), timeout=30)
                clients.append(context.wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False))
            for client in clients:
                client.setblocking(False)
                try:
                    client.do_handshake()
                except ssl.SSLWantReadError:
                    pass
                client.settimeout(30)
            for client in clients:
                client.do_handshake()
                client.sendall(harness.request("/t/facts", close=True))
                costs.append(json.loads(re.search(rb'^\{"secure".*', client.makefile("rb").read(), re.M).group(0)))
                client.close()
            self.add("full13_cold", max(cost["cpu_ns"] for cost in costs))
            time.sleep(REFILLED)
        self.end(board)

    def end(self, board):
        board.counters.close()
        board.type("q")
        assert board.wait() == 0, board.console()
        for name, used, full in re.findall(r"stack of (\w+): (\d+) of (\d+)", board.console()):
            if name != "console":  # the tests' own
                self.stacks[name] = max(int(used), self.stacks.get(name, (0, 0))[0]), int(full)
        board.kill()

    def refill(self):
        """A handshake over X25519 makes the board compute a spare key afterwards, one over P-256 does not."""
        board = self.boot(320, "max_conns=4 max_requests=2")
        session = os.path.join(self.work, "session")
        found = []
        for _ in range(RESUMED_SAMPLES):
            rest = {}
            for group in ("X25519", "P-256"):
                facts = {}

                def visit():
                    facts.update(self.s_client(board, "-tls1_3", "-ciphersuites", CHACHA, "-groups", group,
                                               "-sess_out", session))
                    time.sleep(REFILLED)
                rest[group] = self.cpu(board, visit) - facts["cpu_ns"]
            found.append(rest["X25519"] - rest["P-256"])
        for value in sorted(found)[RESUMED_SAMPLES // 4:-(RESUMED_SAMPLES // 4)]:
            self.add("spare_key", value)
        self.end(board)

    # ---- requests and bodies ----

    def cpu(self, board, work):
        """Instructions of everything on the board while work is done, less those of asking."""
        first = board.counters()["cpu_ns"]
        second = board.counters()["cpu_ns"]
        work()
        return board.counters()["cpu_ns"] - second - (second - first)

    def traffic(self):
        board = self.boot(320, "max_conns=4 max_requests=2")
        with harness.Client(board.port, self.pki.context()) as client:
            assert client.ask("/t/facts").json()["suite"] == CHACHA.replace("TLS_", "TLS_")

            def requests():
                for _ in range(REQUESTS):
                    assert client.ask("/t/facts").status == 200

            def out():
                assert len(client.ask("/t/static").body) == 1 << 20

            def into():
                assert client.ask("/t/drop", method="POST", body=bytes(BODY)).status == 204

            requests()
            for _ in range(5):
                self.add("request", self.cpu(board, requests) / REQUESTS)
                self.add("byte_out", self.cpu(board, out) / (1 << 20))
                self.add("byte_in", self.cpu(board, into) / BODY)
        self.end(board)

    # ---- memory ----

    def share(self):
        """What the block of the server grows by for a connection."""
        sizes = []
        for count in (8, 9):
            board = self.boot(320, f"max_conns={count} max_requests=2")
            sizes.append(board.counters()["memory"])
            self.end(board)
        return sizes[1] - sizes[0]

    def context(self, version, suite):
        context = self.pki.context(maximum_version=harness.ssl.TLSVersion[version],
                                   minimum_version=harness.ssl.TLSVersion[version])
        if version == "TLSv1_2":
            context.set_ciphers(suite)
        return context

    def visitor(self, board, version, suite):
        """A connection over which one request was answered, and which stays."""
        if suite == GCM:
            return Visitor(board.port, suite)
        client = harness.Client(board.port, self.context(version, suite))
        assert client.ask("/t/hello").status == 200
        return client

    def idle(self):
        share = self.share()
        for version, suite in (("TLSv1_3", CHACHA), ("TLSv1_3", GCM), ("TLSv1_2", "ECDHE-ECDSA-CHACHA20-POLY1305"),
                               ("TLSv1_2", "ECDHE-ECDSA-AES128-GCM-SHA256")):
            for _ in range(3):
                board = self.boot(320, "max_conns=8 max_requests=2")
                with self.visitor(board, version, suite):  # whatever is allocated once
                    pass
                harness.wait_until(lambda: board.counters()["conns"] == 1, "closed")
                none = board.counters()["heap_free"]
                held = [self.visitor(board, version, suite) for _ in range(IDLE)]
                self.add(("idle", version, suite), (none - board.counters()["heap_free"]) / IDLE + share)
                for client in held:
                    client.close()
                self.end(board)

    def held(self, ram):
        """TLS 1.3 connections that a board carries, each answering."""
        for _ in range(2):
            board = self.boot(ram, "max_conns=48 client_conns=48 max_requests=1")
            held = []
            while board.counters()["evicted"] == 0 and len(held) < 47:
                try:
                    held.append(harness.Client(board.port, self.pki.context()))
                    assert held[-1].ask("/t/hello").status == 200
                except OSError:
                    break
            answering = 0
            for client in held:
                try:
                    answering += client.ask("/t/hello").status == 200
                except (OSError, harness.Cut):
                    pass
                client.close()
            self.add(f"held_{ram}k", answering)
            self.end(board)

    def run(self):
        spares = () if self.more else (self.refill,)  # stock has none
        for what in (self.handshakes, self.cold, *spares, self.traffic, self.idle):
            say(f" {what.__name__}")
            what()
        for ram in (200, 300, 400):
            say(f" held in {ram} kB")
            self.held(ram)
        parts = size.measure(f"{self.folder}/test-320.map")
        self.add("code_hatch", size.total(parts, size.is_hatch)["text"])
        self.add("code_crypto", parts.get("Hatch: crypto/", {"text": 0})["text"])


def named(rows):
    """The rows under the names of the JSON file."""
    chacha12 = "ECDHE-ECDSA-CHACHA20-POLY1305"
    found = {name: values for name, values in rows.items() if isinstance(name, str)}
    for row, version, suite in (("13", "-tls1_3", CHACHA), ("12", "-tls1_2", chacha12)):
        for kind in ("full", "resumed", "peak"):
            found[kind + row] = rows[version, suite, "X25519", kind]
    found["idle13"] = rows["idle", "TLSv1_3", CHACHA]
    found["idle13_gcm"] = rows["idle", "TLSv1_3", GCM]
    found["idle12_gcm"] = rows["idle", "TLSv1_2", "ECDHE-ECDSA-AES128-GCM-SHA256"]
    found["idle12"] = rows["idle", "TLSv1_2", chacha12]
    return found


def spread(values):
    middle = statistics.mean(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def row(name, hatch, stock):
    one = statistics.mean(hatch)
    digits = 1 if one < 1000 and not name.startswith("connections") else 0
    ratio, beside = "", "none"
    if stock:
        other = statistics.mean(stock)
        ratio, beside = f"{other / one:.2f}" if one else "", f"{other:,.{digits}f}"
    return (f"| {name} | {one:,.{digits}f} | {beside} | {ratio} | {len(hatch)} | "
            f"{100 * spread(hatch):.1f} % |")


def label(key):
    if isinstance(key, str):
        return {"full13_cold": f"full handshake, TLS 1.3, {CHACHA}, X25519, no spare key: instructions",
                "spare_key": "making a spare key, in a quiet moment (the middle half of 20 samples): instructions",
                "request": "request on a kept connection, small JSON: instructions",
                "byte_out": "large body out: instructions per byte", "byte_in": "large body in: instructions per byte",
                "code_hatch": "code of Hatch itself: bytes", "code_crypto": "code and tables of src/crypto/: bytes",
                }.get(key) or f"connections held in {key[5:-1]} kB, TLS 1.3"
    if key[0] == "idle":
        return f"idle connection, {key[1].replace('v1_', ' 1.')}, {key[2]}: bytes"
    version, suite, group, kind = key
    what = {"full": "full handshake", "resumed": "resumed handshake", "peak": "handshake"}[kind]
    unit = "bytes of heap at the peak" if kind == "peak" else "instructions"
    return f"{what}, TLS {version[4:].replace('_', '.')}, {suite}, {group}: {unit}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hatch")
    parser.add_argument("stock")
    parser.add_argument("--json")
    parser.add_argument("--page")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as work:
        pki = harness.Pki(harness.pathlib.Path(work))
        say("measuring Hatch (half a minute) ...")
        hatch = Bench(args.hatch, pki, work)
        hatch.run()
        stock = hatch
        if os.path.realpath(args.stock) != os.path.realpath(args.hatch):
            say("measuring stock ...")
            stock = Bench(args.stock, pki, work, OWN_BUFFERS)
            stock.run()
    lines = ["| what | Hatch | stock | stock / Hatch | samples | spread |", "|---|---:|---:|---:|---:|---:|"]
    lines += [row(label(key), values, stock.rows.get(key)) for key, values in hatch.rows.items()]
    lines += ["", "Stacks, at the most: " + ", ".join(
        f"{name} {used} of {full} bytes" for name, (used, full) in hatch.stacks.items()) + "."]
    print("\n".join(lines))
    if args.page:
        size.between_marks(args.page, "virt-bench", "\n".join(lines))
    if args.json:
        one, other = named(hatch.rows), named(stock.rows)
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({name: {"hatch": statistics.mean(one[name]),
                              "stock": statistics.mean(other[name]) if name in other else None,
                              "samples": len(one[name]), "spread": spread(one[name])} for name in one},
                      file, indent=1)


if __name__ == "__main__":
    main()
