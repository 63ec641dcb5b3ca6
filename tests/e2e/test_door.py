"""The demo, as its users meet it: curl, openssl, Python, many at once, and the hostile."""
import hashlib
import http.client
import os
import re
import socket
import ssl
import statistics
import struct
import subprocess
import threading
import time

import pytest

from door import PATIENCE, SANITIZED, Server, make_identity, serving, tool, wait_for


@pytest.fixture(name="server")
def one_server(tmp_path):
    with serving(tmp_path, "--plain-port", "0") as server:
        yield server


def curl(server, path, *args, scheme="https"):
    port = server.port if scheme == "https" else server.plain_port
    return subprocess.run(["curl", "-sS", "-i", "--cacert", server.ca, *args, f"{scheme}://localhost:{port}{path}"],
                          capture_output=True, timeout=PATIENCE, check=False)


def s_client(server, *args, say=b""):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", server.ca, "-servername",
               "localhost", *args]
    return subprocess.run(command, input=say, capture_output=True, timeout=PATIENCE, check=False).stdout.decode()


# ---- curl ----

@pytest.mark.parametrize("version", [["--tlsv1.3"], ["--tlsv1.2", "--tls-max", "1.2"]])
def test_curl_reads_the_status(server, version):
    answer = curl(server, "/api/status", *version).stdout
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"version":"TLSv' + (b"1.3" if version == ["--tlsv1.3"] else b"1.2") in answer


def test_methods_and_errors(server):
    assert curl(server, "/", "-I").stdout.startswith(b"HTTP/1.1 200")
    answer = curl(server, "/api/status", "-X", "DELETE").stdout
    assert answer.startswith(b"HTTP/1.1 405") and b"Allow: GET, HEAD, OPTIONS" in answer
    assert curl(server, "/nope").stdout.startswith(b"HTTP/1.1 404")
    assert curl(server, "/", "-X", "BREW").stdout.startswith(b"HTTP/1.1 501")
    assert curl(server, "/api/status", "-X", "OPTIONS").stdout.startswith(b"HTTP/1.1 204")
    assert curl(server, "/", "--http1.0").stdout.startswith(b"HTTP/1.1 200")
    assert b'"on":true' in curl(server, "/api/led/1", "-X", "PUT", "-d", "on").stdout
    assert curl(server, "/api/led/1", "-X", "PUT", "-d", "x" * 17).stdout.startswith(b"HTTP/1.1 413")
    assert curl(server, "/api/led/9").stdout.startswith(b"HTTP/1.1 404")


def test_plain_http(server, tmp_path):
    assert curl(server, "/api/status", scheme="http").stdout.startswith(b"HTTP/1.1 200")
    told = subprocess.run(["curl", "-sS", "-i", f"http://localhost:{server.port}/"], capture_output=True,
                          timeout=PATIENCE, check=False).stdout
    assert told.startswith(b"HTTP/1.1 400") and b"https://" in told
    (tmp_path / "other").mkdir()
    with serving(tmp_path / "other", "--plain-port", "0", "--redirect") as leads:
        answer = curl(leads, "/a%20b/c?d=%26", scheme="http").stdout.decode()
        assert answer.startswith("HTTP/1.1 308")
        assert f"Location: https://localhost:{leads.port}/a%20b/c?d=%26\r\n" in answer


def test_upload_comes_back_identical_from_constant_memory(server, tmp_path):
    size = 100_000_000
    block = os.urandom(1 << 20)
    with open(tmp_path / "up", "wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
    curl(server, "/api/echo", "-X", "POST", "-d", "warm")
    before = server.memory()
    done = subprocess.run(["curl", "-sS", "--cacert", server.ca, "-T", str(tmp_path / "up"), "-X", "POST", "-o",
                           str(tmp_path / "down"), f"https://localhost:{server.port}/api/echo"],
                          capture_output=True, timeout=PATIENCE * 2, check=False)
    assert done.returncode == 0, done.stderr
    sums = [hashlib.sha256(open(tmp_path / name, "rb").read()).hexdigest() for name in ("up", "down")]
    assert sums[0] == sums[1]
    assert server.memory() - before < (20000 if SANITIZED else 1000)


def test_long_answer(server):
    rows = curl(server, "/api/log.csv").stdout.split(b"\r\n\r\n", 1)[1].splitlines()
    assert len(rows) == 100001 and rows[0] == b"second,celsius" and rows[-1].startswith(b"100000,")


# ---- openssl ----

def test_openssl_verifies(server):
    text = s_client(server)
    assert "Verify return code: 0 (ok)" in text and "TLSv1.3" in text
    text = s_client(server, "-tls1_2")
    assert "Verify return code: 0 (ok)" in text and "TLSv1.2" in text


@pytest.mark.parametrize("version", ["-tls1_3", "-tls1_2"])
def test_a_saved_session_resumes(server, tmp_path, version):
    session = str(tmp_path / "session")
    request = b"GET /api/led/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert "New, TLSv1" in s_client(server, version, "-sess_out", session, "-ign_eof", say=request)
    assert "Reused, TLSv1" in s_client(server, version, "-sess_in", session, "-ign_eof", say=request)
    assert server.status()["handshakes_resumed"] == 1


def test_session_ids_resume_too(server, tmp_path):
    session = str(tmp_path / "session")
    s_client(server, "-tls1_2", "-no_ticket", "-sess_out", session)
    assert "Reused" in s_client(server, "-tls1_2", "-no_ticket", "-sess_in", session)


def test_alpn_and_versions(server):
    assert "ALPN protocol: http/1.1" in s_client(server, "-alpn", "h2,http/1.1")
    for version in ("-tls1_3", "-tls1_2"):
        assert "Cipher is (NONE)" in s_client(server, version, "-alpn", "h2")
    assert "Cipher is (NONE)" in s_client(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    assert "Cipher is (NONE)" in s_client(server, "-tls1_2", "-cipher", "AES128-SHA:ECDHE-ECDSA-AES128-SHA")


@pytest.mark.parametrize("suite", ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                   "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256",
                                   "ECDHE-ECDSA-AES256-GCM-SHA384"])
def test_suites(server, suite):
    if suite.startswith("TLS_"):
        text = s_client(server, "-tls1_3", "-ciphersuites", suite)
    else:
        text = s_client(server, "-tls1_2", "-cipher", suite)
    assert f"Cipher is {suite}" in text


@pytest.mark.parametrize("group", ["X25519", "P-256", "P-384"])
@pytest.mark.parametrize("version", ["-tls1_3", "-tls1_2"])
def test_groups(server, group, version):
    assert "Verify return code: 0 (ok)" in s_client(server, version, "-groups", group)


def test_rsa_and_p384_identities(tmp_path):
    for kind in ("rsa", "p384"):
        folder = tmp_path / kind
        folder.mkdir()
        cert, key = str(folder / "c.pem"), str(folder / "k.pem")
        new = ["rsa:2048"] if kind == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", *new, "-nodes", "-keyout", key, "-out", cert, "-days",
                        "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True,
                       capture_output=True)
        with serving(folder, cert=cert, key=key) as server:
            server.ca = cert
            for version in ("-tls1_3", "-tls1_2"):
                assert "Verify return code: 0 (ok)" in s_client(server, version)


def refused(*args):
    done = subprocess.run([tool("hatch-serve"), "--port", "0", *args], capture_output=True, timeout=PATIENCE,
                          check=False)
    return done.returncode, done.stderr.decode()


def test_identities_that_cannot_be(tmp_path):
    cert, key = make_identity(tmp_path)
    _, other = make_identity(tmp_path, name="other")
    status, text = refused("--cert", cert, "--key", other)
    assert status == 1 and "the key does not belong to the certificate" in text and text.count("\n") == 1
    (tmp_path / "bad").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n")
    status, text = refused("--cert", str(tmp_path / "bad"), "--key", key)
    assert status == 1 and "the certificate cannot be read" in text and text.count("\n") == 1
    assert refused("--cert", str(tmp_path / "none"), "--key", key)[0] == 1
    assert refused("--cert", cert)[0] == 2
    assert refused("--cert", cert, "--key", key, "--nonsense")[0] == 2


def dated_identity(folder, start, end):
    """Self-signed, for localhost, from and to these dates."""
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
        "[p]\ncommonName=supplied\n[req]\ndistinguished_name=n\n[n]\n")
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("01\n")
    for args in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "x.key",
                  "-out", "x.csr", "-subj", "/CN=localhost", "-config", "ca.cnf"],
                 ["ca", "-batch", "-config", "ca.cnf", "-selfsign", "-in", "x.csr", "-keyfile", "x.key", "-out",
                  "x.pem", "-notext", "-startdate", start, "-enddate", end]):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True, timeout=PATIENCE)
    return str(folder / "x.pem"), str(folder / "x.key")


@pytest.mark.parametrize("start, end, sentence", [
    ("20200101000000Z", "20210101000000Z", "the certificate has expired on 2021-01-01: renew it"),
    ("20900101000000Z", "20910101000000Z", "the certificate is not valid before 2090-01-01"),
    ("20200101000000Z", "20910101000000Z", None)])
def test_dates_are_a_warning(tmp_path, start, end, sentence):
    cert, key = dated_identity(tmp_path, start, end)
    with serving(tmp_path, cert=cert, key=key) as server:
        server.ca = cert
        said = [line for line in server.output().splitlines() if " warning: " in line]
        assert (sentence is None and not said) or (len(said) == 1 and said[0].endswith(sentence))
        assert curl(server, "/api/led/0", "-k").stdout.startswith(b"HTTP/1.1 200")


def test_short_rsa_is_refused(tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", tmp_path / "k", "-out",
                    tmp_path / "c", "-subj", "/CN=localhost"], check=True, capture_output=True)
    status, text = refused("--cert", str(tmp_path / "c"), "--key", str(tmp_path / "k"))
    assert status == 1 and "an RSA key under 2048 bits" in text


def test_a_taken_port_is_one_line(server, tmp_path):
    cert, key = make_identity(tmp_path, name="again")
    done = subprocess.run([tool("hatch-serve"), "--port", str(server.port), "--cert", cert, "--key", key],
                          capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1 and done.stderr.count(b"\n") == 1 and b"is taken" in done.stderr


# ---- many ----

def test_fifty_clients_lose_nothing(server):
    clients, requests = 50, 100 if SANITIZED else 1000
    lost = []

    def visit(number):
        with server.connect() as tls:
            reader = tls.makefile("rb")
            for n in range(requests):
                tls.sendall(b"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n%4d %7d" %
                            (number, n))
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = reader.readline()
                    if not line:
                        lost.append((number, n, "end"))
                        return
                    head += line
                size = int(reader.readline(), 16)
                body = reader.read(size)
                reader.readline()
                assert reader.readline() == b"0\r\n" and reader.readline() == b"\r\n"
                if not head.startswith(b"HTTP/1.1 200") or body != b"%4d %7d" % (number, n):
                    lost.append((number, n, head, body))

    threads = [threading.Thread(target=visit, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not lost, lost[:3]
    assert server.status()["requests"] >= clients * requests


# ---- the hostile ----

def median_of_requests(server, count=15):
    times = []
    for _ in range(count):
        start = time.monotonic()
        assert curl(server, "/api/led/0").stdout.startswith(b"HTTP/1.1 200")
        times.append(time.monotonic() - start)
    return statistics.median(times)


def client_hello(server):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = server.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def test_stuck_clients_hold_up_nobody(server):
    control = median_of_requests(server)
    hello = client_hello(server)
    stuck = []
    for n in range(8):
        raw = socket.create_connection(("127.0.0.1", server.port))
        raw.sendall(hello[:len(hello) // 2] if n % 2 else hello)
        stuck.append(raw)
    for n in range(8):
        tls = server.connect()
        raw = socket.socket(fileno=os.dup(tls.fileno()))
        raw.sendall(b"\x17\x03\x03\x00\x50" + b"x" * 20)  # of a record of 80 bytes
        stuck.append(raw)
        tls.detach()
    wait_for(lambda: server.status()["connections"] >= 17, "sixteen stuck connections")
    busy = median_of_requests(server)
    assert busy < control * 5 + 0.05
    wait_for(lambda: server.status()["connections"] == 1, "their deadlines")
    for raw in stuck:
        raw.close()


def test_what_is_refused_closes_the_connection(server):
    host = b"Host: localhost\r\n"
    for request in (b"GET / HTTP/1.1\n" + host + b"\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET  / HTTP/1.1\r\n" + host + b"\r\n",
                    b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
                    b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    b"GET / HTTP/1.1\r\n" + host + b"X : y\r\n\r\n", b"GET / HTTP/2.0\r\n" + host + b"\r\n",
                    b"\x00\x01\x02\r\n\r\n"):
        with server.connect() as tls:
            tls.sendall(request + b"GET / HTTP/1.1\r\n" + host + b"\r\n")
            answer = b"".join(iter(lambda: tls.recv(4096), b""))
            assert re.match(rb"HTTP/1\.1 (400|505) ", answer), request
            assert answer.count(b"HTTP/1.1 ") == 1 and b"Connection: close\r\n" in answer


def test_clients_that_reset_leave_nothing_behind(server):
    for n in range(30):
        tls = server.connect()
        tls.sendall(b"GET /api/log.csv HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if n % 2:
            tls.recv(1000)
        tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tls.detach() if n % 3 == 0 else tls.close()
    wait_for(lambda: server.status()["connections"] <= 12, "reset connections to go")


def test_idle_connections_make_room(tmp_path):
    with serving(tmp_path, "--connections", "4") as server:
        idle = [server.connect() for _ in range(4)]
        assert curl(server, "/api/led/0").stdout.startswith(b"HTTP/1.1 200")
        assert server.status()["evicted"] >= 1
        for tls in idle:
            tls.close()


def test_out_of_descriptors(tmp_path):
    with serving(tmp_path, "--connections", "200") as server:
        subprocess.run(["prlimit", "--pid", str(server.process.pid), "--nofile=30:30"], check=True)
        held = [server.connect() for _ in range(10)]
        extra = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
        held[0].sendall(b"GET /api/led/0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_for(lambda: "cannot accept" in server.output(), "the log to say so")
        for raw in extra + held:
            raw.close()
        wait_for(lambda: curl(server, "/api/led/0", "--max-time", "5").stdout.startswith(b"HTTP/1.1 200"), "recovery")


def test_ends_while_busy(tmp_path):
    with serving(tmp_path) as server:
        tls = server.connect()
        tls.sendall(b"GET /api/log.csv HTTP/1.1\r\nHost: localhost\r\n\r\n")
        tls.recv(100)
    tls.close()


# ---- a folder ----

def test_folder(tmp_path):
    site = tmp_path / "site"
    (site / "sub").mkdir(parents=True)
    (site / "index.html").write_text("<p>index")
    (site / "sub" / "index.html").write_text("<p>sub")
    (site / "a.css").write_text("p{}")
    (site / "big").write_bytes(os.urandom(3_000_000))
    (tmp_path / "secret").write_text("secret")
    (site / "out").symlink_to(tmp_path / "secret")
    (site / "in").symlink_to(site / "a.css")
    os.mkfifo(site / "pipe")
    with serving(tmp_path, "--dir", str(site)) as server:
        assert curl(server, "/").stdout.endswith(b"<p>index")
        assert b"Content-Type: text/css" in curl(server, "/a.css").stdout
        assert b"Location: ./sub/\r\n" in curl(server, "/sub").stdout
        assert curl(server, "/sub/").stdout.endswith(b"<p>sub")
        assert curl(server, "/in").stdout.endswith(b"p{}")
        body = curl(server, "/big").stdout.split(b"\r\n\r\n", 1)[1]
        assert body == (site / "big").read_bytes()
        for path in ("/out", "/../secret", "/%2e%2e/secret", "/..%2fsecret", "/pipe", "/sub/../../secret"):
            answer = curl(server, path, "--path-as-is").stdout
            assert re.match(rb"HTTP/1\.1 (400|404) ", answer) and b"secret" not in answer.split(b"\r\n\r\n")[1], path
        assert curl(server, "/a.css", "-X", "PUT", "-d", "x").stdout.startswith(b"HTTP/1.1 405")


def test_python_http_client_keeps_alive(server):
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=server.context(), timeout=PATIENCE)
    connection.request("POST", "/api/echo", body=iter([b"some ", b"pieces"]), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().read() == b"some pieces"
    for _ in range(1000):
        connection.request("GET", "/api/led/3")
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read() == b'{"led":3,"on":false}\n'
    assert server.status()["accepted"] == 2
    connection.close()


def test_two_servers_do_not_meet(tmp_path):
    (tmp_path / "b").mkdir()
    with serving(tmp_path) as one, serving(tmp_path / "b") as two:
        assert isinstance(one, Server) and one.port != two.port
        curl(one, "/api/led/0", "-X", "PUT", "-d", "on")
        assert b'"on":false' in curl(two, "/api/led/0").stdout
