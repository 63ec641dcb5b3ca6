# SPDX-License-Identifier: MIT
"""hatch-probe against servers that Python and OpenSSL make, good ones and bad ones."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HATCH_BUILD", REPO / "build"))
CERT = BIN / "hatch-cert"
PROBE = BIN / "hatch-probe"

pytestmark = pytest.mark.skipif(not (CERT.exists() and PROBE.exists()),
                                reason="hatch-cert and hatch-probe are not built")
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")


def probe(*args, status=0, env=None):
    done = subprocess.run([PROBE, *map(str, args)], capture_output=True, timeout=120,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    assert done.returncode == status, done.stdout + done.stderr
    for stream in (done.stdout, done.stderr):  # whatever the peer sends
        assert all(byte == 10 or 32 <= byte < 127 for byte in stream), stream
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


def probe_json(*args, **options):
    found = json.loads(probe("--json", *args, **options).stdout)
    found["by_name"] = {version["version"]: version for version in found["versions"]}
    return found


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    """A CA and certificates: s for this machine, r with RSA, o for another name."""
    folder = tmp_path_factory.mktemp("pki")

    def make(*args):
        subprocess.run([CERT, *args, "--ca", folder / "ca"], cwd=folder, check=True, timeout=60,
                       capture_output=True)

    here = ["--name", "localhost", "--ip", "127.0.0.1", "--ip", "::1"]
    make("server", *here, "--out", "s")
    make("server", *here, "--out", "r", "--key", "rsa2048")
    make("server", "--name", "other.lan", "--out", "o")
    return folder


@pytest.fixture
def ca(pki):
    return pki / "ca/ca.pem"


# ---- servers ------------------------------------------------------------------------------------


@contextlib.contextmanager
def tcp_server(handle, family=socket.AF_INET, host="127.0.0.1"):
    """Calls handle(connection) in a thread for each connection; gives the port."""
    listener = socket.create_server((host, 0), family=family)
    listener.settimeout(0.1)
    stop = threading.Event()
    threads = []

    def one(connection):
        connection.settimeout(20)
        with connection, contextlib.suppress(OSError, ValueError):
            handle(connection)

    def loop():
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
                threads[-1].start()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        thread.join()
        listener.close()


class Https:
    """A server of Python's: remembers the requests and the server names."""

    def __init__(self, pki, name="s", answer=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pki / f"{name}.pem", pki / f"{name}.key")
        self.context.sni_callback = lambda tls, server_name, context: self.names.add(server_name)
        self.answer = answer
        self.requests = []
        self.names = set()
        self.count = 0

    def __call__(self, connection):
        self.count += 1
        with self.context.wrap_socket(connection, server_side=True) as tls:
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                part = tls.recv(4096)
                if not part:
                    return
                request += part
            self.requests.append(request)
            tls.sendall(self.answer)
            tls.recv(1)


@contextlib.contextmanager
def s_server(pki, *args, name="s"):
    """openssl s_server says which port it got."""
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", f"{name}.pem", "-key",
         f"{name}.key", "-www", *args], cwd=pki, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for line in server.stdout:
            if line.startswith("ACCEPT"):
                break
        else:
            pytest.fail("openssl s_server did not start")
        port = int(line.rsplit(":", 1)[1])
        # What it prints about connections must not fill the pipe.
        threading.Thread(target=server.stdout.read, daemon=True).start()
        yield port
    finally:
        server.kill()
        server.wait()


# ---- what is measured ---------------------------------------------------------------------------


def test_both_versions_resume(pki, ca):
    server = Https(pki)
    with tcp_server(server) as port:
        found = probe_json("--ca", ca, "--count", "3", f"https://localhost:{port}/")
    assert server.count == 1 + 2 * (3 + 3)
    for name in ("TLS 1.3", "TLS 1.2"):
        version = found["by_name"][name]
        assert version["offered"] and version["resumes"], version
        assert version["group"] == "X25519"
        assert version["suite"].startswith("TLS_")
        assert version["full_ms"]["count"] == version["resumed_ms"]["count"] == 3
        assert version["tcp_ms"]["count"] == version["first_byte_ms"]["count"] == 6
        for times in ("full_ms", "resumed_ms", "tcp_ms", "first_byte_ms"):
            assert 0 < version[times]["min"] <= version[times]["median"] <= version[times]["max"]
        assert version["full_ms"]["min"] < 10000
        assert version["status"] == "HTTP/1.1 200 OK"
        assert version["full_bytes_in"] > found["certificate"]["chain_bytes"]
    assert found["hints"] == []


def test_certificate_report(pki, ca):
    with tcp_server(Https(pki)) as port:
        found = probe_json("--ca", ca, "--count", "1", f"localhost:{port}")
    certificate = found["certificate"]
    assert certificate["good"] and certificate["trusted"] and certificate["name_good"]
    assert certificate["names"] == ["localhost", "127.0.0.1", "::1"]
    assert certificate["key"] == "P-256"
    assert certificate["signature"] == "ECDSA with SHA256"
    assert certificate["subject"] == "CN=localhost"
    assert certificate["chain_length"] == 1
    assert 822 <= certificate["days_left"] <= 825


def test_the_text_for_people(pki, ca):
    with tcp_server(Https(pki)) as port:
        text = probe("--ca", ca, "--count", "2", f"https://localhost:{port}/").stdout
    for words in ("verdict      GOOD", "TLS 1.3: TLS_", "TLS 1.2: TLS_", "X25519", "TLS full",
                  "TLS resumed", "TCP ", "first byte", "HTTP/1.1 200 OK", "median of 2"):
        assert words in text, text


@pytest.mark.parametrize("have,other", [("1.2", "1.3"), ("1.3", "1.2")])
def test_a_server_with_one_version(pki, ca, have, other):
    server = Https(pki)
    version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[have]
    server.context.minimum_version = server.context.maximum_version = version
    with tcp_server(server) as port:
        found = probe_json("--ca", ca, "--count", "2", f"localhost:{port}")
        assert found["by_name"][f"TLS {have}"]["resumes"]
        assert not found["by_name"][f"TLS {other}"]["offered"]
        assert "protocol_version (70)" in found["by_name"][f"TLS {other}"]["why"]
        only = probe_json("--tls", have, "--ca", ca, "--count", "1", f"localhost:{port}")
        assert list(only["by_name"]) == [f"TLS {have}"]
        done = probe("--tls", other, f"localhost:{port}", status=1)
        assert "protocol_version (70)" in done.stderr


@needs_openssl
def test_no_resumption(pki, ca):
    with s_server(pki, "-no_ticket", "-no_cache", "-num_tickets", "0") as port:
        found = probe_json("--ca", ca, "--count", "2", f"localhost:{port}")
    for name in ("TLS 1.3", "TLS 1.2"):
        assert found["by_name"][name]["offered"] and not found["by_name"][name]["resumes"]
        assert found["by_name"][name]["resumed_ms"] is None
        assert any(hint.startswith(f"{name} does not resume") for hint in found["hints"])


@needs_openssl
def test_session_identifiers_without_tickets(pki, ca):
    with s_server(pki, "-no_ticket") as port:
        found = probe_json("--ca", ca, "--count", "2", f"localhost:{port}")
    assert found["by_name"]["TLS 1.2"]["resumes"] and found["by_name"]["TLS 1.3"]["resumes"]


def test_keys_that_change_are_no_resumption(pki, ca):
    """A farm whose servers do not share their ticket keys."""
    def farm(connection):
        Https(pki)(connection)  # a new context, with new keys, each time

    with tcp_server(farm) as port:
        found = probe_json("--ca", ca, "--count", "5", f"localhost:{port}")
    for name in ("TLS 1.3", "TLS 1.2"):
        assert not found["by_name"][name]["resumes"]
        assert any("did not take one back in 3 tries" in hint and hint.startswith(name)
                   for hint in found["hints"])


@needs_openssl
@pytest.mark.parametrize("group,name", [("X25519", "X25519"), ("P-256", "P-256"),
                                        ("P-384", "P-384")])
def test_groups(pki, ca, group, name):
    with s_server(pki, "-groups", group) as port:
        found = probe_json("--ca", ca, "--count", "1", f"localhost:{port}")
    for version in found["versions"]:
        assert version["group"] == name
    retried = group != "X25519"
    assert found["by_name"]["TLS 1.3"]["hello_retry"] == retried
    assert any("HelloRetryRequest" in hint for hint in found["hints"]) == retried


@needs_openssl
def test_suites(pki, ca):
    with s_server(pki, "-ciphersuites", "TLS_AES_256_GCM_SHA384", "-cipher",
                  "ECDHE-ECDSA-AES128-GCM-SHA256") as port:
        found = probe_json("--ca", ca, "--count", "1", f"localhost:{port}")
    assert found["by_name"]["TLS 1.3"]["suite"] == "TLS_AES_256_GCM_SHA384"
    assert found["by_name"]["TLS 1.2"]["suite"] == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"


@needs_openssl
def test_messages_in_many_records(pki, ca):
    with s_server(pki, "-max_send_frag", "512", "-cert_chain", str(ca), name="r") as port:
        found = probe_json("--ca", ca, "--count", "1", f"localhost:{port}")
    assert found["by_name"]["TLS 1.2"]["group"] == "X25519"
    assert found["by_name"]["TLS 1.2"]["resumes"]
    assert found["certificate"]["chain_length"] == 2


# ---- the certificate ----------------------------------------------------------------------------


def test_rsa_gets_a_hint(pki, ca):
    with tcp_server(Https(pki, "r")) as port:
        found = probe_json("--ca", ca, "--count", "1", f"localhost:{port}")
    assert found["certificate"]["key"] == "RSA-2048" and found["certificate"]["good"]
    assert any("RSA-2048" in hint for hint in found["hints"])


def test_another_name(pki, ca):
    with tcp_server(Https(pki, "o")) as port:
        found = probe_json("--ca", ca, "--count", "1", f"localhost:{port}")
        text = probe("--ca", ca, "--count", "1", f"localhost:{port}").stdout
    assert found["certificate"]["trusted"] and not found["certificate"]["name_good"]
    assert not found["certificate"]["good"]
    assert "NOT for localhost" in text and "other.lan" in text


def test_an_unknown_ca(pki):
    with tcp_server(Https(pki)) as port:
        found = probe_json("--count", "1", f"localhost:{port}",
                           env={"SSL_CERT_FILE": str(pki / "o.pem")})
        probe("--ca", pki / "none.pem", f"localhost:{port}", status=1)
        probe("--ca", pki / "s.key", f"localhost:{port}", status=1)
    assert not found["certificate"]["trusted"] and found["certificate"]["name_good"]
    assert any("--ca" in hint for hint in found["hints"])


def test_self_signed(pki, tmp_path):
    subprocess.run([CERT, "self", "--name", "localhost", "--out", "x"], cwd=tmp_path, check=True,
                   capture_output=True, timeout=60)
    with tcp_server(Https(tmp_path, "x")) as port:
        found = probe_json("--count", "1", f"localhost:{port}")
        assert any(hint.startswith("self-signed") for hint in found["hints"])
        found = probe_json("--ca", tmp_path / "x.pem", "--count", "1", f"localhost:{port}")
        assert found["certificate"]["good"]


def openssl_self_signed(folder, *args):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", "x.key", "-out", "x.pem",
                    *args], cwd=folder, check=True, capture_output=True, timeout=60)


@needs_openssl
def test_no_subject_alternative_name(tmp_path):
    openssl_self_signed(tmp_path, "-subj", "/CN=localhost")
    with tcp_server(Https(tmp_path, "x")) as port:
        found = probe_json("--ca", tmp_path / "x.pem", "--count", "1", f"localhost:{port}")
    assert not found["certificate"]["name_good"]
    assert any("subjectAltName" in hint for hint in found["hints"])


@needs_openssl
def test_expired(tmp_path):
    (tmp_path / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
        "default_md=sha256\npolicy=p\nx509_extensions=v\n[p]\ncommonName=supplied\n"
        "[v]\nsubjectAltName=DNS:localhost\n[req]\ndistinguished_name=n\n[n]\n")
    (tmp_path / "index.txt").write_text("")
    (tmp_path / "serial").write_text("01\n")
    for args in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-keyout", "x.key", "-out", "x.csr", "-subj", "/CN=x", "-config", "ca.cnf"],
                 ["ca", "-batch", "-config", "ca.cnf", "-selfsign", "-in", "x.csr", "-keyfile",
                  "x.key", "-out", "x.pem", "-notext", "-startdate", "200101000000Z", "-enddate",
                  "210101000000Z"]):
        subprocess.run(["openssl", *args], cwd=tmp_path, check=True, capture_output=True,
                       timeout=60)
    with tcp_server(Https(tmp_path, "x")) as port:
        found = probe_json("--ca", tmp_path / "x.pem", "--count", "1", f"localhost:{port}")
    assert not found["certificate"]["dates_good"] and found["certificate"]["days_left"] < -1000
    assert found["certificate"]["name_good"] and found["certificate"]["trusted"]
    assert any("expired" in hint for hint in found["hints"])


@needs_openssl
def test_bytes_of_the_peer_come_out_escaped(tmp_path):
    openssl_self_signed(tmp_path, "-subj", "/CN=\x1b[31mred\"", "-addext",
                        "subjectAltName=DNS:a\x1b[31m\x07b")
    server = Https(tmp_path, "x", b"HTTP/1.1 200 \x1b]0;title\x07\xff\"\r\n\r\n")
    with tcp_server(server) as port:
        text = probe("--count", "1", f"localhost:{port}").stdout  # asserts printable ASCII
        found = probe_json("--count", "1", f"localhost:{port}")
    assert "\\x1b]0;title\\x07\\xff" in text
    assert found["by_name"]["TLS 1.3"]["status"] == 'HTTP/1.1 200 \x1b]0;title\x07\xff"'
    assert found["certificate"]["names"] == ['a\x1b[31m\x07b']


# ---- servers that behave badly ------------------------------------------------------------------


def silent(connection):
    while connection.recv(4096):
        pass


def garbage(connection):
    connection.recv(4096)
    connection.sendall(b"\x1b[31mThis is not TLS\x07\xff\xfe" * 10)
    silent(connection)


def plain_http(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def half_a_record(connection):
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00\x00")
    silent(connection)


def close_at_once(connection):
    connection.recv(4096)


def truncated_hello(connection):
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03")
    silent(connection)


def alert(connection):
    connection.recv(4096)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


def flood(connection):
    """Records that may be ignored, without end."""
    while True:
        connection.sendall(b"\x14\x03\x03\x00\x01\x01" * 1000)


def drip(connection):
    """A record of 16 kB, a byte now and then."""
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while True:
        connection.sendall(b"\x02")
        time.sleep(0.05)


@pytest.mark.parametrize("handle,words", [
    (silent, "says nothing for 1 s"), (garbage, "not TLS"), (plain_http, "HTTP without TLS"),
    (half_a_record, "not finished after 1 s"), (close_at_once, "without a word"),
    (truncated_hello, "handshake fails"), (alert, "handshake_failure (40)"),
    (flood, "not finished after 1 s"), (drip, "not finished after 1 s")])
def test_bad_servers_end_in_a_sentence(handle, words):
    with tcp_server(handle) as port:
        begin = time.monotonic()
        done = probe("--timeout", "1", f"localhost:{port}", status=1)
        assert time.monotonic() - begin < 8
    assert words in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1 and done.stdout == ""


def test_a_server_that_does_not_answer_http(pki, ca):
    class Mute(Https):
        def __call__(self, connection):
            with self.context.wrap_socket(connection, server_side=True) as tls:
                while tls.recv(4096):
                    pass

    with tcp_server(Mute(pki)) as port:
        begin = time.monotonic()
        found = probe_json("--ca", ca, "--count", "1", "--timeout", "1", f"localhost:{port}")
        assert time.monotonic() - begin < 20
        text = probe("--ca", ca, "--count", "1", "--timeout", "1", f"localhost:{port}").stdout
    for version in found["versions"]:
        assert version["resumes"] and version["first_byte_ms"] is None
        assert version["status"] is None
    assert "no answer to GET" in text


def test_a_server_that_fails_now_and_then(pki, ca):
    server = Https(pki)

    def flaky(connection):
        if server.count % 4 == 3:
            server.count += 1
            connection.recv(4096)
            return
        server(connection)

    with tcp_server(flaky) as port:
        found = probe_json("--ca", ca, "--count", "6", f"localhost:{port}")
    assert sum(version["failed"] for version in found["versions"]) > 0
    assert all(version["offered"] and version["resumes"] for version in found["versions"])
    assert any("failed" in hint for hint in found["hints"])


def test_a_closed_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = probe(f"127.0.0.1:{port}", status=1)
    assert "connection refused" in done.stderr


def test_a_host_that_is_not_there():
    done = probe("--timeout", "1", "nowhere.invalid", status=1)
    assert "looked up" in done.stderr


# ---- the command line ---------------------------------------------------------------------------


def test_path_host_and_server_name(pki, ca):
    server = Https(pki)
    with tcp_server(server) as port:
        probe("--ca", ca, "--count", "1", f"https://localhost:{port}/a/b?c=d#e")
        assert server.names == {"localhost"}
        assert {request.split(b"\r\n")[0] for request in server.requests} == {
            b"GET /a/b?c=d HTTP/1.1"}
        assert f"Host: localhost:{port}\r\n".encode() in server.requests[0]
        server.names.clear()
        found = probe_json("--ca", ca, "--count", "1", f"127.0.0.1:{port}")
        assert server.names == {None}  # RFC 6066: no address in the server name
        assert found["certificate"]["name_good"]


def test_ipv6(pki, ca):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    server = Https(pki)
    with tcp_server(server, socket.AF_INET6, "::1") as port:
        for url in (f"[::1]:{port}", f"https://[::1]:{port}/"):
            assert probe_json("--ca", ca, "--count", "1", url)["certificate"]["good"]
    assert f"Host: [::1]:{port}\r\n".encode() in server.requests[0]


@pytest.mark.parametrize("args", [
    [], ["a", "b"], ["http://a"], ["https://"], ["a:0"], ["a:65536"], ["a:b"], ["[::1"], ["::1"],
    ["user@a"], ["a b"], ["a/b c"], ["a\x1b"], ["--count", "0", "a"], ["--count", "101", "a"],
    ["--tls", "1.1", "a"], ["--timeout", "0", "a"], ["--nothing"], ["a" * 300],
    ["a/" + "b" * 2000]])
def test_wrong_use_is_one_line_and_status_2(args):
    done = subprocess.run([PROBE, *args], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and done.stdout == ""


def test_help():
    text = probe("--help").stdout
    assert text.startswith("usage: hatch-probe")
    for option in ("--ca", "--count", "--tls", "--timeout", "--json", "Exit status"):
        assert option in text
