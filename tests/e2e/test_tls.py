# SPDX-License-Identifier: MIT
"""TLS as OpenSSL sees it: versions, suites, groups, ALPN, resumption, identities."""

import os
import re
import select
import socket
import ssl
import subprocess
import time

import pytest

import harness
from harness import Client, get, request, wait_until

pytestmark = pytest.mark.needs("openssl")

REQUEST = request("/t/facts", close=True)

# OpenSSL's names
SUITES_12 = ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256",
             "ECDHE-ECDSA-AES256-GCM-SHA384"]
SUITES_12_RSA = [name.replace("ECDSA", "RSA") for name in SUITES_12]
SUITES_13 = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"]
VERSIONS = [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")]


class Talk:
    """What s_client printed, and the response in it."""

    def __init__(self, done):
        self.code, self.text = done.returncode, done.stdout.decode(errors="replace")
        self.err = done.stderr.decode(errors="replace")
        self.all = self.text + self.err

    def facts(self):
        return harness.json.loads(re.search(r'^\{"secure".*', self.text, re.M).group(0))


@pytest.fixture
def s_client(pki):
    """One request by openssl s_client, which ends when the server does."""
    def run(server, *args, ask=REQUEST):
        return Talk(subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername",
             "localhost", "-CAfile", pki.ca, "-verify_return_error", "-ign_eof",
             *map(str, args)], input=ask, capture_output=True, timeout=90, check=False,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"}))
    return run


# ---- versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("option, version", VERSIONS)
def test_verifies_and_closes_properly(s_client, shared, option, version):
    talk = s_client(shared, option, "-alpn", "http/1.1", "-msg")
    assert talk.code == 0, talk.all
    assert "Verify return code: 0 (ok)" in talk.text
    assert re.search(rf"^New, {version}, Cipher is ", talk.text, re.M)
    assert "ALPN protocol: http/1.1" in talk.text
    facts = talk.facts()
    assert facts["version"] == version and facts["alpn"] == "http/1.1" and facts["resumed"] == 0
    # close_notify from the server, after the response
    after = talk.text[talk.text.index('{"secure"'):]
    assert re.search(r"<<< .*Alert \[length 0002\], warning close_notify", after), after


def test_without_alpn_too(s_client, shared):
    talk = s_client(shared)
    assert talk.code == 0 and talk.facts()["alpn"] == "" and "No ALPN negotiated" in talk.text


@pytest.mark.parametrize("option, _version", VERSIONS)
def test_alpn_with_nothing_in_common_is_refused(s_client, shared, option, _version):
    talk = s_client(shared, option, "-alpn", "h2")
    assert talk.code != 0 and '{"secure"' not in talk.text
    assert "no application protocol" in talk.err  # RFC 7301 section 3.2
    talk = s_client(shared, option, "-alpn", "h2,http/1.1")
    assert talk.code == 0 and talk.facts()["alpn"] == "http/1.1"


@pytest.mark.parametrize("option", ["-tls1_1", "-tls1"])
def test_old_versions_are_refused_by_us(s_client, shared, option):
    before = shared.counters()["failed"]
    talk = s_client(shared, option, "-cipher", "ALL:@SECLEVEL=0")
    assert talk.code != 0 and "Cipher is (NONE)" in talk.text
    assert "alert protocol version" in talk.err, talk.err
    wait_until(lambda: shared.counters()["failed"] == before + 1, "the refusal counted")


@pytest.mark.parametrize("setting, other", [({"tls_min": 0x0304}, "-tls1_2"),
                                            ({"tls_max": 0x0303}, "-tls1_3")])
def test_versions_can_be_limited(s_client, start, setting, other):
    server = start(**setting)
    assert s_client(server, other).code != 0
    good = "-tls1_3" if other == "-tls1_2" else "-tls1_2"
    assert s_client(server, good).code == 0
    assert s_client(server).code == 0  # who offers both finds the one


# ---- suites and groups --------------------------------------------------------------------------


@pytest.mark.parametrize("suite", SUITES_13)
def test_each_suite_of_tls_1_3(s_client, shared, suite):
    talk = s_client(shared, "-tls1_3", "-ciphersuites", suite)
    assert f"New, TLSv1.3, Cipher is {suite}" in talk.text
    assert re.sub(r"-", "_", talk.facts()["suite"].replace("TLS1-3", "TLS")) == suite


@pytest.mark.parametrize("suite", SUITES_12)
def test_each_suite_of_tls_1_2(s_client, shared, suite):
    talk = s_client(shared, "-tls1_2", "-cipher", suite)
    assert f"New, TLSv1.2, Cipher is {suite}" in talk.text
    assert "ECDHE" in talk.facts()["suite"]


@pytest.mark.parametrize("suite", [
    "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-GCM-SHA256", "AES128-SHA",
    "AES128-GCM-SHA256", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-CCM8"])
@pytest.mark.parametrize("identity", ["s", "rsa2048"])
def test_weak_suites_are_refused(s_client, of_identity, identity, suite):
    """No CBC, no key exchange by RSA or finite-field DH, no short tags."""
    talk = s_client(of_identity(identity), "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")
    assert talk.code != 0
    assert "alert handshake failure" in talk.err, talk.err


@pytest.mark.parametrize("option, version", VERSIONS)
@pytest.mark.parametrize("group, printed", [("X25519", "X25519"), ("P-256", "ECDH, prime256v1"),
                                            ("P-384", "ECDH, secp384r1")])
def test_each_group(s_client, shared, of_identity, option, version, group, printed):
    # In TLS 1.2 the list of groups is also that of the curves a certificate may be on.
    server = of_identity("p384") if group == "P-384" else shared
    groups = "X25519:P-256" if (group, version) == ("X25519", "TLSv1.2") else group
    talk = s_client(server, option, "-groups", groups)
    assert talk.code == 0, talk.all
    assert f"Server Temp Key: {printed}," in talk.text, talk.text
    assert talk.facts()["group"].lower() == {"X25519": "x25519", "P-256": "secp256r1",
                                             "P-384": "secp384r1"}[group]


def test_hello_retry(s_client, shared):
    """A first key share that we do not take; the second is of a group that we do."""
    talk = s_client(shared, "-tls1_3", "-groups", "P-521:P-256", "-msg")
    assert talk.code == 0 and "Server Temp Key: ECDH, prime256v1" in talk.text
    assert talk.text.count("ClientHello") == 2


def test_group_that_nobody_has(s_client, shared):
    talk = s_client(shared, "-tls1_2", "-groups", "X448")
    assert talk.code != 0 and "alert handshake failure" in talk.err


def test_x25519_first(s_client, shared):
    assert s_client(shared, "-tls1_3").facts()["group"].lower() == "x25519"


# ---- resumption ---------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [["-tls1_3"], ["-tls1_2"], ["-tls1_2", "-no_ticket"]],
                         ids=["1.3 ticket", "1.2 ticket", "1.2 session ID"])
def test_resumption(s_client, start, tmp_path, args):
    server = start()
    first = s_client(server, *args, "-sess_out", tmp_path / "s")
    assert first.facts()["resumed"] == 0 and "\nNew, TLS" in first.text
    again = s_client(server, *args, "-sess_in", tmp_path / "s")
    assert "\nReused, TLS" in again.text, again.text
    assert again.facts()["resumed"] == 1
    counters = server.counters()
    assert (counters["full"], counters["resumed"]) == (1, 1)
    assert counters["observed_handshakes"] == 2


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_six_at_once_resume_after_one_visit(pki, start, version):
    """What a browser does that comes back."""
    server = start()
    context = pki.context(maximum_version=ssl.TLSVersion[version])
    with Client(server.port, context) as visit:
        assert visit.ask("/t/hello").status == 200
        session = visit.sock.session
    raw = [socket.create_connection(("127.0.0.1", server.port), harness.PATIENCE) for _ in range(6)]
    back = [context.wrap_socket(sock, server_hostname="localhost", session=session,
                                do_handshake_on_connect=False) for sock in raw]
    waiting = list(back)
    for tls in back:
        tls.setblocking(False)
    while waiting:
        for tls in list(waiting):
            try:
                tls.do_handshake()
                waiting.remove(tls)
            except ssl.SSLWantReadError:
                pass
        select.select(waiting, [], [], 0.1)
    for tls in back:
        tls.settimeout(harness.PATIENCE)
        tls.sendall(request("/t/hello", close=True))
    for tls in back:
        assert tls.recv(12) == b"HTTP/1.1 200"
        assert tls.session_reused
        tls.close()
    counters = server.counters()
    assert (counters["full"], counters["resumed"], counters["failed"]) == (1, 6, 0)


def test_a_1_3_resumption_has_a_fresh_key_exchange(s_client, start, tmp_path):
    server = start()
    s_client(server, "-tls1_3", "-sess_out", tmp_path / "s")
    again = s_client(server, "-tls1_3", "-sess_in", tmp_path / "s")
    assert "\nReused" in again.text and "Server Temp Key" in again.text


@pytest.mark.parametrize("option, _version", VERSIONS)
def test_no_tickets_means_none(s_client, start, tmp_path, option, _version):
    server = start(no_tickets=1)
    s_client(server, option, "-sess_out", tmp_path / "s")
    if (tmp_path / "s").exists() and (tmp_path / "s").stat().st_size:
        again = s_client(server, option, "-sess_in", tmp_path / "s")
        assert again.code == 0 and "\nNew, TLS" in again.text
    counters = server.counters()
    assert counters["resumed"] == 0 and counters["full"] >= 1


@pytest.mark.parametrize("option, _version", VERSIONS)
def test_session_of_another_server_is_not_taken(s_client, start, tmp_path, option, _version):
    """Its keys are others; a full handshake follows, not a failure."""
    one, other = start(), start()
    s_client(one, option, "-sess_out", tmp_path / "s")
    talk = s_client(other, option, "-sess_in", tmp_path / "s")
    assert talk.code == 0 and "\nNew, TLS" in talk.text
    assert other.counters()["resumed"] == 0


def test_session_cache_forgets(s_client, start, tmp_path):
    server = start(session_cache=2)
    args = ["-tls1_2", "-no_ticket"]
    for name in "abc":
        s_client(server, *args, "-sess_out", tmp_path / name)
    resumed = [name for name in "abc"
               if "\nReused, TLS" in s_client(server, *args, "-sess_in", tmp_path / name).text]
    assert len(resumed) < 3 and server.counters()["resumed"] == len(resumed)
    s_client(server, *args, "-sess_out", tmp_path / "d")
    assert "\nReused, TLS" in s_client(server, *args, "-sess_in", tmp_path / "d").text


# ---- identities ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def identities(pki):
    """Beyond s: RSA and P-384 under our CA, and bad ones that OpenSSL makes."""
    def openssl(*args):
        subprocess.run(["openssl", *map(str, args)], cwd=pki.folder, check=True, timeout=120,
                       capture_output=True)

    pki.make("rsa2048", "--key", "rsa2048")
    pki.make("other")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes",
            "-keyout", "p384.key", "-out", "p384.csr", "-subj", "/CN=localhost")
    (pki.folder / "san.cnf").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "p384.csr", "-CA", "ca/ca.pem", "-CAkey", "ca/ca.key",
            "-set_serial", "2", "-days", "30", "-extfile", "san.cnf", "-out", "p384.pem")
    openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "rsa1024.key", "-out",
            "rsa1024.pem", "-subj", "/CN=localhost", "-days", "30")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521", "-nodes",
            "-keyout", "p521.key", "-out", "p521.pem", "-subj", "/CN=localhost", "-days", "30")
    (pki.folder / "index.txt").write_text("")
    (pki.folder / "index.txt.attr").write_text("unique_subject = no\n")
    (pki.folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
        "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
    (pki.folder / "serial").write_text("03\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "old.key", "-out", "old.csr", "-subj", "/CN=localhost")
    openssl("ca", "-batch", "-config", "ca.cnf", "-selfsign", "-in", "old.csr", "-keyfile",
            "old.key", "-out", "old.pem", "-notext", "-startdate", "200101000000Z", "-enddate",
            "210101000000Z")
    openssl("ca", "-batch", "-config", "ca.cnf", "-selfsign", "-in", "old.csr", "-keyfile",
            "old.key", "-out", "young.pem", "-notext", "-startdate", "20980101000000Z",
            "-enddate", "20990101000000Z")
    return pki


@pytest.fixture(scope="module")
def of_identity(identities, tmp_path_factory):
    """A server for each identity, started when first asked for."""
    servers = {}

    def get_one(name):
        if name not in servers:
            servers[name] = harness.testserver(identities, tmp_path_factory.mktemp(name), name)
        return servers[name]

    yield get_one
    for server in servers.values():
        server.stop()


@pytest.mark.parametrize("option, _version", VERSIONS)
@pytest.mark.parametrize("identity, bits", [("rsa2048", "2048"), ("p384", "384"), ("s", "256")])
def test_kinds_of_keys(s_client, of_identity, identity, bits, option, _version):
    talk = s_client(of_identity(identity), option)
    assert talk.code == 0 and "Verify return code: 0 (ok)" in talk.text
    assert f"Server public key is {bits} bit" in talk.text


@pytest.mark.parametrize("suite", SUITES_12_RSA)
def test_each_suite_of_tls_1_2_with_rsa(s_client, of_identity, suite):
    assert f"Cipher is {suite}" in s_client(of_identity("rsa2048"), "-tls1_2", "-cipher", suite).text


@pytest.mark.parametrize("name, sentence", [("old", r"has expired on 2021-01-01"),
                                            ("young", r"not valid before 2098-01-01")])
def test_dates_only_warn(identities, serve, name, sentence):
    (identities.folder / "young.key").write_bytes((identities.folder / "old.key").read_bytes())
    server = serve(identity=name)
    assert re.search(rf"warning: .*{sentence}", server.log() + server.greeting())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    assert get(server.port, "/api/status", context).status == 200


def refused(cert, key, folder):
    """hatch-serve does not start: one line, exit status 1."""
    done = subprocess.run([harness.SERVE, "--cert", cert, "--key", key, "--port", "0"], cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    text = done.stderr.decode()
    assert done.returncode == 1 and done.stdout == b"", text
    assert text.count("\n") == 1 and text.startswith("hatch-serve: "), text
    return text


def test_unusable_identities_are_refused(identities, tmp_path):
    at = identities.folder
    assert "does not belong" in refused(at / "s.pem", at / "other.key", tmp_path)
    assert "does not belong" in refused(at / "s.pem", at / "rsa2048.key", tmp_path)
    assert "under 2048 bits" in refused(at / "rsa1024.pem", at / "rsa1024.key", tmp_path)
    assert "curve is unsupported" in refused(at / "p521.pem", at / "p521.key", tmp_path)
    assert "certificate cannot be read" in refused(at / "s.key", at / "s.key", tmp_path)
    assert "key cannot be read" in refused(at / "s.pem", at / "s.pem", tmp_path)
    assert "No such file" in refused(at / "none.pem", at / "s.key", tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    assert "missing" in refused(tmp_path / "empty", at / "s.key", tmp_path)
    text = (at / "s.pem").read_text()
    (tmp_path / "cut.pem").write_text(text[:len(text) // 2])
    assert "certificate cannot be read" in refused(tmp_path / "cut.pem", at / "s.key", tmp_path)
    (tmp_path / "bad.pem").write_text(text + text.replace("MII", "AAA", 1))
    assert "cannot be read" in refused(tmp_path / "bad.pem", at / "s.key", tmp_path)
    key = (at / "s.key").read_text()
    (tmp_path / "nul.key").write_bytes(key.encode()[:40] + b"\0" + key.encode()[41:])
    assert "key cannot be read" in refused(at / "s.pem", tmp_path / "nul.key", tmp_path)


def test_encrypted_key_is_refused(identities, tmp_path):
    subprocess.run(["openssl", "ec", "-in", identities.folder / "s.key", "-aes128", "-passout",
                    "pass:secret", "-out", tmp_path / "locked.key"], check=True,
                   capture_output=True, timeout=60)
    assert "key cannot be read" in refused(identities.folder / "s.pem", tmp_path / "locked.key",
                                           tmp_path)


# ---- records ------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_records_of_any_size(pki, shared, version):
    """Ours fit into the limit (2^14 and what encryption adds), the client's may be as large."""
    context = pki.context(maximum_version=ssl.TLSVersion[version])
    with Client(shared.port, context) as client:
        for size in (1, 16383, 16384, 16385, 40000):
            body = os.urandom(size)
            answer = client.ask("/t/echo", method="POST", body=body)
            assert answer.status == 200 and answer.body == body


class Session:
    """s_client as somebody at a terminal uses it: letters are commands."""

    def __init__(self, pki, server, *args):
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", pki.ca,
             *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def say(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hear(self, expression):
        """Waits for it; False if the session ends without."""
        end = time.monotonic() + harness.PATIENCE
        while not re.search(expression, self.text):
            ready, _, _ = select.select([self.process.stdout], [], [], end - time.monotonic())
            assert ready, f"no {expression}: {self.text}"
            data = os.read(self.process.stdout.fileno(), 65536).decode(errors="replace")
            if not data:
                return False
            self.text += data
        return True



def test_renegotiation_is_refused(pki, shared):
    with Session(pki, shared, "-tls1_2") as session:
        assert session.hear("Extended master secret: yes")
        session.say(b"R\n")
        assert session.hear("RENEGOTIATING")
        assert not session.hear("never said"), session.text
        assert "no renegotiation" in session.text, session.text


def test_fragmented_client_hello(pki, shared):
    """Split into records of a few bytes each; the pieces arrive one by one, too."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = pki.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    hello = outgoing.read()
    assert hello[0] == 22
    message = hello[5:]
    with socket.create_connection(("127.0.0.1", shared.port), harness.PATIENCE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(message), 100):
            piece = message[at:at + 100]
            sock.sendall(hello[:3] + len(piece).to_bytes(2, "big") + piece)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                if outgoing.pending:
                    sock.sendall(outgoing.read())
                data = sock.recv(65536)
                assert data, "closed"
                incoming.write(data)
        sock.sendall(outgoing.read())
        tls.write(REQUEST)
        sock.sendall(outgoing.read())
        text = b""
        while b'"secure"' not in text:
            try:
                text += tls.read(65536)
            except ssl.SSLWantReadError:
                data = sock.recv(65536)
                assert data, "closed"
                incoming.write(data)


# ---- who leaves a handshake where it is, and who has too many -----------------------------------


def test_silent_connections_give_way(pki, start):
    """They have every place there is, and an hour for their handshakes."""
    server = start(max_conns=4, client_conns=4, max_requests=2, handshake_ms=3600000)
    silent = [socket.create_connection(("127.0.0.1", server.port), harness.PATIENCE) for _ in range(4)]
    silent[0].sendall(b"\x16\x03\x01")  # one has begun
    for _ in range(3):
        with Client(server.port, pki.context()) as client:
            assert client.ask("/t/hello").status == 200
    closed = 0
    for sock in silent:
        sock.settimeout(0.2)
        try:
            closed += sock.recv(1) == b""
        except ConnectionResetError:
            closed += 1
        except TimeoutError:
            pass
        sock.close()
    assert 1 <= closed <= 3  # one place was enough for those that came one after the other


def test_too_many_handshakes_of_one_client_wait(pki, start):
    server = start(client_handshakes_per_min=30)  # 10 at once, then one in two seconds
    context = pki.context(maximum_version=ssl.TLSVersion.TLSv1_2)
    began = time.monotonic()
    for _ in range(10):
        with Client(server.port, context) as client:
            assert client.ask("/t/hello").status == 200
    ten = time.monotonic() - began
    with Client(server.port, context) as client:
        assert client.ask("/t/hello").status == 200
    assert time.monotonic() - began >= 2.0
    counters = server.counters()
    assert counters["delayed"] == 1 or ten >= 2.0, counters
    assert counters["refused"] == counters["failed"] == 0, counters
