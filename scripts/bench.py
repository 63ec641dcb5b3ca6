#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py [--json FILE] [--page docs/performance.md]: Hatch beside what one would pick instead, on this PC.

In one run, with the same certificate, files and clients: hatch-serve, lighttpd with mod_mbedtls (the
same TLS library), nginx (OpenSSL) and libmicrohttpd (GnuTLS), each held to one core, the client on another.  What is
counted is the server's own CPU time, so that neither the client nor other work on this machine counts:
handshakes, requests and megabytes for each second of it.  Each figure is the median of rounds, taken by
turns.  `make bench` installs what is missing.
"""
import argparse
import concurrent.futures
import json
import math
import os
import re
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

import size

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build")
ROUNDS, SECONDS, IDLE = 3, 1, 40
SMALL, LARGE = b'{"led":1,"on":false,"celsius":21.5}\n', 20_000_000
ROWS = {
    "full": ("full handshakes, TLS 1.3", "/s"),
    "resumed": ("resumed handshakes, TLS 1.3", "/s"),
    "full12": ("full handshakes, TLS 1.2", "/s"),
    "resumed12": ("resumed handshakes, TLS 1.2", "/s"),
    "https": ("small requests on kept connections, TLS", "/s"),
    "http": ("small requests on kept connections, plain", "/s"),
    "large": ("large body, TLS", "MB/s"),
    "idle": ("memory of an idle TLS connection", "kB"),
}
LESS_IS_MORE = {"idle"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server: two ports, and what its processes have used."""

    lacks = ()  # rows

    def __init__(self, name, work):
        self.name, self.work = name, work
        self.port, self.plain = free_port(), free_port()
        self.folder = os.path.join(work, name.split()[0])
        os.makedirs(self.folder)
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", *self.command()], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for port in (self.port, self.plain):
            self.await_port(port)

    def await_port(self, port):
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    sys.exit(f"bench.py: {self.name} does not start: {' '.join(self.command())}")
                time.sleep(0.05)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def pids(self):
        """The processes of its session: a server may have a master and workers."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                    if int(file.read().rsplit(")", 1)[1].split()[3]) == self.process.pid:
                        found.append(pid)
            except OSError:
                pass
        return found

    def cpu(self):
        """Seconds, from the scheduler's own account in nanoseconds."""
        total = 0
        for pid in self.pids():
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat", encoding="utf-8") as file:
                    total += int(file.read().split()[0])
        return total / 1e9

    def memory(self):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
                total += int(re.search(r"^Private_Dirty: +(\d+)", file.read(), re.M).group(1))
        return total

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Hatch(Server):
    def command(self):
        return [f"{BUILD}/hatch-serve", "--dir", f"{self.work}/www", "--port", str(self.port), "--plain-port",
                str(self.plain), "--cert", f"{self.work}/me.pem", "--key", f"{self.work}/me.key",
                "--address", "127.0.0.1", "--connections", "128", "--quiet"]


class Lighttpd(Server):
    lacks = ("full", "resumed")  # Debian 12 builds it with mbedTLS 2.28, which serves no TLS 1.3

    def command(self):
        conf = self.write("conf", f"""
server.modules = ("mod_mbedtls")
server.document-root = "{self.work}/www"
server.bind = "127.0.0.1"
server.port = {self.plain}
server.max-keep-alive-requests = 1000000
server.max-keep-alive-idle = 600
$SERVER["socket"] == "127.0.0.1:{self.port}" {{
  ssl.engine = "enable"
  ssl.pemfile = "{self.work}/me.pem"
  ssl.privkey = "{self.work}/me.key"
}}
""")
        return ["lighttpd", "-D", "-f", conf]


class Nginx(Server):
    def command(self):
        conf = self.write("conf", f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error; user root;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 600; sendfile on;
  client_body_temp_path {self.folder}/1; proxy_temp_path {self.folder}/2; fastcgi_temp_path {self.folder}/3;
  uwsgi_temp_path {self.folder}/4; scgi_temp_path {self.folder}/5;
  server {{
    listen 127.0.0.1:{self.port} ssl; listen 127.0.0.1:{self.plain}; root {self.work}/www;
    ssl_certificate {self.work}/me.pem; ssl_certificate_key {self.work}/me.key;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:a:1m; ssl_session_tickets on;
  }}
}}
""")
        return ["nginx", "-p", self.folder, "-c", conf, "-e", f"{self.folder}/error"]


class Microhttpd(Server):
    def command(self):
        return [f"{self.work}/microhttpd", str(self.port), str(self.plain), f"{self.work}/me.pem", f"{self.work}/me.key",
                f"{self.work}/www"]


def on_client_core(*command, **options):
    return subprocess.run(["taskset", "-c", "1", *command], check=False, capture_output=True, text=True, **options)


def s_time(server, version, kind):
    """How many connections OpenSSL made in some seconds."""
    done = on_client_core("openssl", "s_time", "-connect", f"127.0.0.1:{server.port}", f"-{kind}", version,
                          "-www", "/small.json", "-time", str(SECONDS), timeout=60)
    found = re.search(r"^(\d+) connections in \d+ real seconds", done.stdout, re.M)
    if not found or int(found.group(1)) == 0:
        sys.exit(f"bench.py: {server.name}: openssl s_time {version} -{kind}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return int(found.group(1))


def requests(server, secure):
    url = f"https://127.0.0.1:{server.port}" if secure else f"http://127.0.0.1:{server.plain}"
    done = on_client_core("wrk", "-t1", "-c4", f"-d{SECONDS}s", f"{url}/small.json", timeout=60)
    found = re.search(r"(\d+) requests in", done.stdout)
    if not found or "Non-2xx" in done.stdout:
        sys.exit(f"bench.py: {server.name}: wrk: {done.stdout}{done.stderr}")
    return int(found.group(1))


def large(server, ca):
    done = on_client_core("curl", "-sS", "--cacert", ca, "--resolve", f"localhost:{server.port}:127.0.0.1",
                          "-w", "%{size_download} %{http_code}", "-o", "/dev/null",
                          f"https://localhost:{server.port}/large.bin", timeout=60)
    size, status = done.stdout.split()
    if status != "200" or int(size) != LARGE:
        sys.exit(f"bench.py: {server.name}: curl: {done.stdout} {done.stderr}")
    return LARGE / 1e6


def idle(server, ca):
    """What the server's own memory grows by for each TLS connection that has asked once and stays."""
    context = ssl.create_default_context(cafile=ca)
    before, held = server.memory(), []

    def connect(_):
        raw = socket.create_connection(("127.0.0.1", server.port), 20)
        tls = context.wrap_socket(raw, server_hostname="localhost")
        tls.sendall(b"GET /small.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = b""
        while SMALL not in got:
            got += tls.recv(4096)
        return tls
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        held = list(pool.map(connect, range(IDLE)))
    grown = server.memory() - before
    for tls in held:
        tls.close()
    return grown / IDLE


def measure(server, row, ca):
    if row in server.lacks:
        return 0
    if row == "idle":
        return idle(server, ca)
    work = {"full": lambda: s_time(server, "-tls1_3", "new"), "resumed": lambda: s_time(server, "-tls1_3", "reuse"),
            "full12": lambda: s_time(server, "-tls1_2", "new"), "resumed12": lambda: s_time(server, "-tls1_2", "reuse"),
            "https": lambda: requests(server, True), "http": lambda: requests(server, False),
            "large": lambda: large(server, ca)}[row]
    before = server.cpu()
    count = work()
    return count / (server.cpu() - before)


def make_identity(work):
    subprocess.run([f"{BUILD}/hatch-cert", "server", "--ca", f"{work}/ca", "--name", "localhost", "--ip", "127.0.0.1",
                    "--out", f"{work}/me"], check=True, capture_output=True)
    subprocess.run(["cc", "-O2", "-o", f"{work}/microhttpd", f"{ROOT}/tests/bench/microhttpd.c", "-lmicrohttpd"],
                   check=True)
    os.mkdir(f"{work}/www")
    for name, data in (("small.json", SMALL), ("large.bin", os.urandom(1000) * (LARGE // 1000))):
        with open(f"{work}/www/{name}", "wb") as file:
            file.write(data)


def run():
    """{row: {server: [samples]}}"""
    samples = {row: {} for row in ROWS}
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        make_identity(work)
        servers = [kind(name, work) for name, kind in (
            ("Hatch", Hatch), ("lighttpd (mbedTLS)", Lighttpd), ("nginx", Nginx), ("libmicrohttpd", Microhttpd))]
        try:
            for server in servers:  # first: memory that was freed is not given back
                samples["idle"][server.name] = [measure(server, "idle", f"{work}/ca/ca.pem")]
            for number in range(ROUNDS):
                say(f"round {number + 1} of {ROUNDS}")
                for row in filter(lambda row: row != "idle", ROWS):
                    for server in servers:
                        samples[row].setdefault(server.name, []).append(measure(server, row, f"{work}/ca/ca.pem"))
        finally:
            for server in servers:
                server.stop()
    return samples


# ---- what it is shown as ------------------------------------------------------------------------


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def spread(values):
    return (max(values) - min(values)) / statistics.median(values)


def table(samples):
    names = list(samples["full"])
    lines = ["| for each second of one core | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for row, (title, unit) in ROWS.items():
        cells = []
        ours = statistics.median(samples[row]["Hatch"])
        for name in names:
            values = samples[row][name]
            middle = statistics.median(values)
            if middle == 0:
                cells.append("not there")
                continue
            ratio = "" if name == "Hatch" else f" ({middle / ours:.2f})"
            cells.append(f"{number(middle)}{ratio}" + (f" ±{50 * spread(values):.0f} %" if len(values) > 1 else ""))
        lines.append(f"| {title}, {unit} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(samples):
    """Bars of each server relative to Hatch, on a logarithmic scale: to the right is better."""
    names = [name for name in samples["full"] if name != "Hatch"]
    colours = dict(zip(names, ("#4878a8", "#b0603c", "#6b8e4e")))
    height, left, scale = 20, 450, 90
    parts, at = [], 60
    for row, (title, _) in ROWS.items():
        parts.append(f'<text x="{left - 170}" y="{at + 12}" text-anchor="end">{title}</text>')
        ours = statistics.median(samples[row]["Hatch"])
        for name in names:
            ratio = statistics.median(samples[row][name]) / ours
            if ratio == 0:
                continue
            better = 1 / ratio if row in LESS_IS_MORE else ratio
            length = max(-150.0, min(240.0, scale * math.log10(max(better, 1e-3))))
            x, width = (left + min(length, 0), max(abs(length), 1))
            parts.append(f'<rect x="{x:.1f}" y="{at}" width="{width:.1f}" height="10" fill="{colours[name]}"/>')
            parts.append(f'<text x="{left + max(length, 0) + 6:.1f}" y="{at + 9}" class="s">{better:.2f}</text>')
            at += 14
        at += height - 8
    legend = "".join(f'<rect x="{20 + 190 * i}" y="14" width="10" height="10" fill="{colours[name]}"/>'
                     f'<text x="{36 + 190 * i}" y="23">{name}</text>' for i, name in enumerate(names))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 {at + 10}" width="740" height="{at + 10}" '
            'font-family="sans-serif" font-size="12"><style>text{fill:#333}.s{font-size:10px}'
            '@media (prefers-color-scheme:dark){text{fill:#ddd}}</style>'
            f'<title>Each server relative to Hatch; longer to the right is better than Hatch</title>{legend}'
            f'<text x="{left}" y="46" text-anchor="middle">Hatch = 1</text>'
            f'<line x1="{left}" y1="50" x2="{left}" y2="{at}" stroke="#888"/>{"".join(parts)}</svg>\n')


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return re.search(r"^model name\s*: (.*)$", file.read(), re.M).group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json")
    parser.add_argument("--page")
    args = parser.parse_args()
    for program in ("taskset", "openssl", "wrk", "curl", "lighttpd", "nginx", "cc"):
        if not shutil.which(program) and not os.path.exists(f"/usr/sbin/{program}"):
            sys.exit(f"bench.py: {program} is not installed: run `make bench`, or scripts/deps.sh bench")
    os.environ["PATH"] += ":/usr/sbin"
    samples = run()
    text = table(samples)
    print(text)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(samples, file, indent=1)
    if args.page:
        size.between_marks(args.page, "bench", f"{text}\n\nMachine: {machine()}, one core each; {ROUNDS} rounds of {SECONDS} s each, "
                          "median and half of the spread; in brackets, relative to Hatch.")
        with open(os.path.splitext(args.page)[0] + ".svg", "w", encoding="utf-8") as file:
            file.write(plot(samples))


if __name__ == "__main__":
    main()
