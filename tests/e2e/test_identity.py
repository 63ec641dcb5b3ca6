# SPDX-License-Identifier: MIT
"""Who the server is and who its clients are, as OpenSSL, curl and Python see it."""
import concurrent.futures
import http.client
import json
import shutil
import ssl
import subprocess
import threading

import pytest

import harness
from harness import running, wait_until

pytestmark = [pytest.mark.linux("several programs"), pytest.mark.needs("curl", "openssl")]
WHOSERVER = harness.BUILD / "tests/e2e/whoserver"


def openssl(*args, folder):
    subprocess.run(["openssl", *map(str, args)], cwd=folder, check=True, capture_output=True, timeout=120)


def make_client(folder, name, ca, days=30):
    """A client's certificate, as a maker would make one with OpenSSL."""
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/O=lab/CN={name}", folder=folder)
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial",
            "-days", days, "-out", f"{name}.pem", folder=folder)


@pytest.fixture(scope="module")
def certs(pki, tmp_path_factory):
    """a and c are localhost, b is b.example, r is localhost with RSA; clients from ca and others."""
    folder = tmp_path_factory.mktemp("certs")
    for name in ("a", "c"):
        for made, ending in zip(pki.make(name), (".pem", ".key"), strict=True):
            shutil.copy(made, folder / f"{name}{ending}")
    for made, ending in zip(pki.make("r", "--key", "rsa2048"), (".pem", ".key"), strict=True):
        shutil.copy(made, folder / f"r{ending}")
    subprocess.run([harness.CERT, "server", "--name", "b.example", "--ca", pki.folder / "ca", "--out", "b"],
                   cwd=folder, check=True, timeout=120, capture_output=True)
    for ca in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                f"{ca}.key", "-out", f"{ca}.pem", "-subj", "/CN=clients", "-days", 30, folder=folder)
    make_client(folder, "ada", "ca")
    make_client(folder, "mallory", "other")
    return folder


def begin(folder, tmp_path_factory, *args):
    server = harness.Server([WHOSERVER, folder, *args], tmp_path_factory.mktemp("who"))
    found = server.await_greeting(r"\A(\d+) (\d+)\n")
    server.port, server.plain_port = int(found.group(1)), int(found.group(2))
    return server


@pytest.fixture
def server(certs, tmp_path_factory):
    with running(begin(certs, tmp_path_factory)) as one:
        yield one


def plain(server, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.plain_port, timeout=harness.PATIENCE)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return json.loads(body) if body else None


def curl(server, pki, path, *args, ok=True):
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "--cacert", pki.ca, *map(str, args),
                           f"https://localhost:{server.port}{path}"], capture_output=True, text=True,
                          timeout=120, check=False)
    assert (done.returncode == 0) == ok, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


# ---- by name ------------------------------------------------------------------------------------


def served(server, name, *args):
    """The subject's names of what s_client is shown."""
    words = ["-servername", name] if name else ["-noservername"]
    shown = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *words, *args],
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    text = subprocess.run(["openssl", "x509", "-noout", "-ext", "subjectAltName"], input=shown.stdout,
                          capture_output=True, text=True, timeout=120, check=True).stdout
    return text.split("\n")[1].strip()


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_chosen_by_sni(server, version):
    for name in (None, "localhost", "nobody.example"):
        assert "DNS:localhost" in served(server, name, version)
    assert served(server, "b.example", version).startswith("DNS:b.example")
    assert served(server, "B.Example", version).startswith("DNS:b.example")


def test_chosen_by_sni_after_a_retry(server):
    """The second ClientHello of a HelloRetryRequest chooses as well."""
    assert served(server, "b.example", "-tls1_3", "-groups", "P-521:P-256").startswith("DNS:b.example")


def test_curl_checks_the_name(server, pki):
    done = subprocess.run(["curl", "-sS", "--cacert", pki.ca, "--connect-to", f"b.example:443:127.0.0.1:{server.port}",
                           "https://b.example/who"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verified"] == 0


# ---- replaced ---------------------------------------------------------------------------------


def test_replacing_loses_no_request(server, pki):
    """While clients come and stay, another thread puts one certificate in another's place."""
    over = threading.Event()
    context = pki.context()

    def client(keeps):
        connection, serials, requests = None, set(), 0
        while not over.is_set() or requests < 20:
            if connection is None:
                connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context,
                                                         timeout=harness.PATIENCE)
                connection.host = "localhost"
                connection.connect()
                serials.add(connection.sock.getpeercert()["serialNumber"])
            connection.request("GET", "/who")
            assert connection.getresponse().read().startswith(b"{")
            requests += 1
            if not keeps:
                connection.close()
                connection = None
        if connection is not None:
            connection.close()
        return serials, requests

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        clients = [pool.submit(client, n < 2) for n in range(6)]
        for n in range(60):
            plain(server, "POST", f"/replace?name={'ca'[n % 2]}")
            wait_until(lambda n=n: plain(server, "GET", "/counts")["replaced"] > n, "replacement")
        over.set()
        results = [one.result(harness.PATIENCE) for one in clients]
    assert all(requests >= 20 for _, requests in results)
    assert len(set().union(*(serials for serials, _ in results))) == 2  # both have been seen
    assert "no TLS connection" not in server.log(), server.log()[-3000:]


def test_what_cannot_replace(server, pki, certs):
    """A key that does not fit is refused with a sentence, and the old one stays."""
    shutil.copy(certs / "c.pem", certs / "bad.pem")
    shutil.copy(certs / "a.key", certs / "bad.key")
    plain(server, "POST", "/replace?name=bad")
    wait_until(lambda: "does not belong to the certificate" in server.log(), "the sentence")
    assert plain(server, "GET", "/counts")["replaced"] == 0
    assert curl(server, pki, "/who")[0] == 200


# ---- clients' certificates ----------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_clients_certificate(server, pki, certs, version):
    tls = ["--tls-max", version]
    assert curl(server, pki, "/guarded", *tls)[0] == 403
    show = ["--cert", certs / "ada.pem", "--key", certs / "ada.key"]
    status, body = curl(server, pki, "/guarded", *tls, *show)
    assert status == 200
    answer = json.loads(body)
    assert answer["subject"] == "O=lab, CN=ada" and answer["who"] == "ada" and answer["verified"] == 1
    show = ["--cert", certs / "mallory.pem", "--key", certs / "mallory.key"]
    assert curl(server, pki, "/guarded", *tls, *show)[0] == 403
    status, body = curl(server, pki, "/who", *tls, *show)
    assert json.loads(body)["verified"] == 0 and json.loads(body)["subject"] == ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_ticket_is_no_certificate(server, pki, certs, version):
    """A session that began without one is resumed by who has one: 403.  Who has shown one gets no
    session."""
    context = pki.context(minimum_version=version, maximum_version=version)

    def ask(path, session=None):
        with harness.socket.create_connection(("127.0.0.1", server.port), harness.PATIENCE) as raw:
            with context.wrap_socket(raw, server_hostname="localhost", session=session) as tls:
                tls.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                text = b""
                while piece := tls.recv(4096):
                    text += piece
                return int(text.split()[1]), text, tls.session, tls.session_reused
    status, _, session, _ = ask("/who")
    assert status == 200 and session is not None and session.has_ticket
    context.load_cert_chain(certs / "ada.pem", certs / "ada.key")
    status, text, _, reused = ask("/guarded", session)
    assert reused and status == 403, text
    status, text, session, reused = ask("/guarded")
    assert not reused and status == 200, text
    status, text, _, reused = ask("/guarded", session if session and session.has_ticket else None)
    assert not reused and status == 200, text


# ---- a key in a slow device -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def slow(certs, tmp_path_factory):
    """The same, but a is the one with RSA."""
    folder = tmp_path_factory.mktemp("signer")
    for file in certs.iterdir():
        shutil.copy(file, folder / file.name)
    for ending in (".pem", ".key"):
        shutil.copy(certs / f"r{ending}", folder / f"a{ending}")
    return folder


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_slow_signer_keeps_nobody(slow, pki, tmp_path_factory, version):
    """Two signatures are being made, two more wait for a worker; everybody else goes on."""
    with running(begin(slow, tmp_path_factory, "signer")) as server:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(curl, server, pki, "/who", "--tls-max", version) for _ in range(4)]
            wait_until(lambda: plain(server, "GET", "/counts")["asked"] == 3, "two signatures")
            # Another identity's handshake, with a key of its own, and plain requests.
            assert served(server, "b.example").startswith("DNS:b.example")
            for _ in range(20):
                assert plain(server, "GET", "/counts")["asked"] == 3
            assert not any(one.done() for one in waiting)
            for _ in range(4):
                plain(server, "POST", "/release")
            for one in waiting:
                assert one.result(harness.PATIENCE)[0] == 200


def test_the_client_leaves_a_slow_signer(slow, pki, tmp_path_factory):
    """What was being signed is finished for nobody, and the next client has its turn."""
    with running(begin(slow, tmp_path_factory, "signer")) as server:
        for _ in range(3):
            before = plain(server, "GET", "/counts")["asked"]
            gone = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}"],
                                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_until(lambda n=before: plain(server, "GET", "/counts")["asked"] > n, "a signature")
            gone.kill()
            gone.wait()
            gone.stdin.close()
            plain(server, "POST", "/release")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            last = pool.submit(curl, server, pki, "/who")
            plain(server, "POST", "/release")
            assert last.result(harness.PATIENCE)[0] == 200
