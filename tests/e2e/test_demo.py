# SPDX-License-Identifier: MIT
"""The demo's pages and what stands behind them, on Linux and on the virtual board."""
import gzip
import pathlib
import re
import socket
import subprocess
import urllib.parse

import pytest

import harness
from harness import Client, running

SITE = harness.REPO / "tools/serve/site"
FORM = "Content-Type: application/x-www-form-urlencoded"


class Visitor(Client):
    """A client that keeps its cookie and its token, as the page does."""

    def __init__(self, demo, pki):
        super().__init__(demo.port, pki.context())
        self.port, self.cookie, self.csrf = demo.port, None, None

    def ask(self, target, method="GET", fields=(), body=b"", token=True, **options):
        fields = list(fields)
        if self.cookie:
            fields.append(f"Cookie: {self.cookie}")
        if self.csrf and token:
            fields.append(f"X-CSRF-Token: {self.csrf}")
        answer = super().ask(target, method=method, fields=fields, body=body, **options)
        if answer["set-cookie"]:
            self.cookie = answer["set-cookie"].partition(";")[0]
        return answer

    def post(self, target, token=True, **values):
        return self.ask(target, "POST", [FORM], urllib.parse.urlencode(values).encode(), token)

    def log_in(self, name, password):
        answer = self.post("/api/login", name=name, password=password)
        if answer.status == 200:
            self.csrf = answer.json()["csrf"]
        return answer


def printed_password(demo):
    found = re.search(r"Log in +as admin with (\S+) ", demo.greeting())
    assert re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", found.group(1))
    return found.group(1)


@pytest.fixture
def visitor(demo, pki):
    with Visitor(demo, pki) as found:
        yield found


@pytest.fixture
def member(demo, visitor):
    assert visitor.log_in("admin", printed_password(demo)).status == 200
    return visitor


# ---- the pages --------------------------------------------------------------------------------


def test_the_pages_are_small_and_whole(visitor):
    """All that a browser fetches, once, as gzip; nothing of it is elsewhere."""
    gzipped = ["Accept-Encoding: gzip"]
    answer = visitor.ask("/", fields=gzipped)
    page = gzip.decompress(answer.body).decode()
    assert answer.status == 200 and page == (SITE / "index.html").read_text()
    assert "script-src 'self'" in answer["content-security-policy"] and "unsafe" not in answer["content-security-policy"]
    total, seen, wanted = len(answer.body), set(), re.findall(r'(?:href|src)="(/site/[^"]+)"', page)
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = visitor.ask(path, fields=gzipped)
        assert answer.status == 200, path
        text = gzip.decompress(answer.body).decode() if answer["content-encoding"] else answer.body.decode()
        assert text == (SITE / pathlib.Path(path).name).read_text()
        total += len(answer.body)
        wanted += ["/site/" + name for name in re.findall(r'from "\./([^"]+)"', text)]
        for address in re.findall(r"""(?:https?:)?//[\w.-]+\.\w+[^\s"'`]*""", re.sub(r'xmlns="[^"]+"', "", text)):
            assert "www.w3.org" in address, address
    assert {path.rpartition("/")[2] for path in seen} == {path.name for path in SITE.iterdir()} - {"index.html"}
    assert total < 30_000
    assert not re.search(r'(?:href|src)="(?!/|#)', page) and " style=" not in page and " on" + "click" not in page


def test_what_the_page_asks_for(visitor):
    visitor.ask("/api/led/0")
    state = visitor.ask("/api/state").json()
    assert state["this"]["secure"] and state["this"]["version"] == "TLSv1.3"
    assert state["log"] is None  # not for everybody
    connection = state["connections"][0]
    assert connection["version"] == "TLSv1.3" and connection["group"] == "x25519" and not connection["resumed"]
    assert connection["suite"] == state["this"]["suite"] and connection["ms"] == state["this"]["ms"]
    assert connection["requests"] >= 1 and connection["seen_ms"] < 60_000
    assert state["handshakes"][0] == {"ms": connection["ms"], "resumed": False}
    assert len(state["leds"]) == 4 and state["heap"]["block"] > 0 and state["open"] >= 1
    def counted():
        now = visitor.ask("/api/state").json()
        return now if len(now["requests_per_s"]) >= 2 else None
    now = harness.wait_until(counted, "two seconds of numbers")
    assert len(now["requests_per_s"]) == len(now["heap_per_s"]) <= 60 and sum(now["requests_per_s"]) >= 1
    assert now["requests"] > state["requests"]


@pytest.mark.linux("to the board every client has one address")
def test_addresses_of_others(demo, pki, visitor):
    """One's own connection is shown to everybody, others' addresses to who has logged in."""
    raw = socket.create_connection(("127.0.0.1", demo.port), harness.PATIENCE, ("127.0.0.77", 0))
    with pki.context().wrap_socket(raw, server_hostname="localhost") as other:
        other.sendall(harness.request("/api/led/0"))
        assert other.recv(1000).startswith(b"HTTP/1.1 200")
        state = visitor.ask("/api/state").json()
        assert b"127.0.0.77" not in visitor.ask("/api/state").body and state["you"]["peer"] == "127.0.0.1"
        ours = [row["client"] == state["you"]["client"] for row in state["connections"]]
        assert {row["peer"] for row in state["connections"]} == {""} and True in ours and False in ours
        assert b"127.0.0.77" not in visitor.ask("/api/status").body
        assert harness.wait_until(lambda: visitor.log_in("admin", printed_password(demo)).status == 200, "the login")
        peers = {row["peer"] for row in visitor.ask("/api/state").json()["connections"]}
        assert "127.0.0.77" in peers and "" not in peers


def test_it_stays_one_answer(demo, pki, member):
    """However many connections there were, and however long the log is."""
    for _ in range(14):
        with Client(demo.port, pki.context()) as other:
            assert other.ask("/api/led/" + "%22%5C" * 100, close=True).status in (400, 404)
    state = member.ask("/api/state").json()
    assert 10 <= len(state["connections"]) <= 12 and len(state["handshakes"]) >= 12
    lines = state["log"]
    assert 3 <= len(lines) <= 24 and [line["n"] for line in lines] == list(range(lines[0]["n"], lines[-1]["n"] + 1))
    newer = member.ask(f"/api/state?since={lines[-1]['n']}").json()["log"]
    assert newer and newer[0]["n"] == lines[-1]["n"] + 1 and "/api/state" in newer[0]["text"]
    for since in ("-1", "x", "99999999999999999999", str(lines[-1]["n"] + 1000), ""):
        assert len(member.ask(f"/api/state?since={since}").json()["log"]) >= 3, since


# ---- logging in -------------------------------------------------------------------------------


def test_who_may_change_something(demo, visitor):
    password = printed_password(demo)
    assert visitor.ask("/api/session").json() == {"who": None, "csrf": ""}
    for path, method in (("/api/settings", "POST"), ("/api/logout", "POST"), ("/api/metrics", "GET")):
        assert visitor.ask(path, method).status == 401, path
    for name, wrong in (("admin", "admin"), ("admin", ""), ("", ""), ("root", password)):
        answer = visitor.log_in(name, wrong)
        assert answer.status in (403, 429) and "error" in answer.json() and visitor.cookie is None
    assert harness.wait_until(lambda: visitor.log_in("admin", password).status == 200, "the login")
    assert visitor.ask("/api/session").json() == {"who": "admin", "csrf": visitor.csrf}
    assert visitor.ask("/api/metrics").json()["handshakes_full"] >= 1
    assert visitor.post("/api/logout", token=False).status == 403
    cookie = visitor.cookie
    assert visitor.post("/api/logout").json() == {"who": None, "csrf": ""}
    visitor.cookie = cookie
    assert visitor.ask("/api/session").json()["who"] is None


def test_a_password_does_not_go_over_http(demo):
    with Client(demo.plain_port) as client:
        body = f"name=admin&password={printed_password(demo)}".encode()
        answer = client.ask("/api/login", method="POST", fields=[FORM], body=body)
        assert answer.status == 403 and answer.json() == {"error": "Log in over HTTPS."}
        assert answer["set-cookie"] is None


@pytest.mark.needs("curl")
def test_metrics_for_prometheus(demo, pki):
    def curl(*args):
        return subprocess.run(["curl", "-sS", "--cacert", pki.ca, "-w", "%{http_code}", *args,
                               f"https://localhost:{demo.port}/metrics"], capture_output=True, check=True).stdout
    assert curl().endswith(b"401")
    text = harness.wait_until(lambda: (lambda out: out if out.endswith(b"200") else None)(
        curl("-u", f"admin:{printed_password(demo)}")), "its turn")
    assert b"hatch_handshakes_total{" in text


# ---- settings ---------------------------------------------------------------------------------


def test_settings(member):
    answer = member.post("/api/settings", name="K\xfcche \"1\" \\ <b>", colour="#00ff7f")
    assert answer.status == 200 and answer.json() == {"name": "K\xfcche \"1\" \\ <b>", "colour": "#00ff7f"}
    assert member.ask("/api/state").json()["name"] == "K\xfcche \"1\" \\ <b>"
    for name, colour in (("", "#00ff7f"), ("x" * 33, "#00ff7f"), ("a\nb", "#00ff7f"), ("a", "red"), ("a", "#00FF7F"),
                         ("a", "#00ff7"), ("a", "#00ff7f0"), ("a", "")):
        answer = member.post("/api/settings", name=name, colour=colour)
        assert answer.status == 400 and "error" in answer.json(), (name, colour)
    for raw in (b"%80", b"%C0%80", b"%ED%A0%80", b"%F4%90%80%80", b"%E2%82"):
        assert member.ask("/api/settings", "POST", [FORM], b"colour=%2300ff7f&name=" + raw).status == 400, raw
    assert member.post("/api/settings", name="x" * 32, colour="#ffc53d").status == 200
    assert member.post("/api/settings", name="\U0001f40c" * 8, colour="#ffc53d").status == 200
    assert member.post("/api/settings", name="forged", colour="#000000", token=False).status == 403
    assert member.post("/api/settings", name="A pretended device", colour="#ffc53d", csrf=member.csrf, token=False).status == 200
    assert member.ask("/api/state").json()["name"] == "A pretended device"


# ---- uploads ----------------------------------------------------------------------------------


@pytest.fixture
def uploads(pki, tmp_path):
    """A demo with a folder for uploads, and somebody who has logged in with an account of a file."""
    (tmp_path / "account").write_text("ada:se:cret\n")
    (tmp_path / "account").chmod(0o600)
    (tmp_path / "up").mkdir()
    server = harness.hatch_serve(pki, tmp_path, "--account", tmp_path / "account", "--uploads", tmp_path / "up")
    with running(server), Visitor(server, pki) as visitor:
        assert "Log in" not in server.greeting()
        visitor.folder = tmp_path / "up"
        yield visitor


def parts(*files):
    body = b""
    for name, content in files:
        body += (b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n'
                 b"Content-Type: text/html\r\n\r\n%s\r\n" % (name.encode(), content))
    return ["Content-Type: multipart/form-data; boundary=b"], body + b"--b--\r\n"


LINUX = pytest.mark.linux("there is no folder on the board")


@LINUX
def test_uploads(uploads):
    fields, body = parts(("a.html", b"<script>"), ("\xfc b/../..x.txt", b"1234"))
    assert uploads.ask("/api/files").status == 401
    assert uploads.ask("/api/files", "POST", fields, body).status == 401
    assert uploads.log_in("ada", "se:cret").status == 200
    assert uploads.ask("/api/state").json()["files"] is True
    assert uploads.ask("/api/files", "POST", fields, body, token=False).status == 403
    answer = uploads.ask("/api/files", "POST", fields, body)
    assert answer.status == 201 and answer.json() == {"files": 2, "bytes": 12}
    listed = {file["name"]: file["bytes"] for file in uploads.ask("/api/files").json()["files"]}
    assert listed == {path.name: path.stat().st_size for path in uploads.folder.iterdir()} and len(listed) == 2
    assert all(re.fullmatch(r"[\w()-][\w.()-]*", name) for name in listed)
    answer = uploads.ask("/api/files/a.html")
    assert answer.body == b"<script>" and answer["content-disposition"] == "attachment"
    assert answer["content-security-policy"] == "sandbox" and answer["x-content-type-options"] == "nosniff"
    assert uploads.ask("/api/files", "POST", *parts(("a.html", b"other"))).status == 409
    assert (uploads.folder / "a.html").read_bytes() == b"<script>"
    for name in ("", "..", ".", "...", "\xfc", "/"):
        assert uploads.ask("/api/files", "POST", *parts((name, b"x"))).status == 400, name
    assert uploads.ask("/api/files", "POST", *parts((".hidden", b"x"))).status == 201
    assert (uploads.folder / "_hidden").read_bytes() == b"x"
    assert uploads.ask("/api/files", "POST", *parts(("x" * 300, b"long"))).status == 201
    assert (uploads.folder / ("x" * 64)).read_bytes() == b"long"
    assert uploads.ask("/api/files", "POST", ["Content-Type: multipart/form-data; boundary=b"], b"--b--\r\n").status == 400


@LINUX
def test_a_broken_upload_leaves_nothing(uploads, pki):
    uploads.log_in("ada", "se:cret")
    fields, body = parts(("big", bytes(200_000)))
    with Visitor(uploads, pki) as other:
        other.cookie, other.csrf = uploads.cookie, uploads.csrf
        other.send(harness.request("/api/files", "POST", [*fields, f"Cookie: {other.cookie}",
                                                          f"X-CSRF-Token: {other.csrf}"], body)[:-1000])
        harness.wait_until(lambda: list(uploads.folder.iterdir()), "it has begun")
        assert uploads.ask("/api/files").json()["files"] == []
        other.reset()
    harness.wait_until(lambda: not list(uploads.folder.iterdir()), "what was written is gone")


@LINUX
def test_two_uploads_of_one_name(uploads, pki):
    """Whoever ends first has it."""
    uploads.log_in("ada", "se:cret")
    with Visitor(uploads, pki) as slow:
        slow.cookie, slow.csrf = uploads.cookie, uploads.csrf
        fields, body = parts(("one", b"slow" * 50_000))
        whole = harness.request("/api/files", "POST", [*fields, f"Cookie: {slow.cookie}", f"X-CSRF-Token: {slow.csrf}"],
                                body)
        slow.send(whole[:-1000])
        harness.wait_until(lambda: list(uploads.folder.iterdir()), "it has begun")
        assert uploads.ask("/api/files", "POST", *parts(("one", b"fast"))).status == 201
        slow.send(whole[-1000:])
        assert slow.response().status == 409
    assert (uploads.folder / "one").read_bytes() == b"fast"
    harness.wait_until(lambda: len(list(uploads.folder.iterdir())) == 1, "nothing else is left")


@LINUX
def test_without_a_folder_there_are_no_uploads(member):
    assert member.ask("/api/state").json()["files"] is False
    assert member.ask("/api/files").status == 404 and member.ask("/api/files", "POST").status == 404


@LINUX
def test_accounts(pki, tmp_path):
    cert, key = pki.files()
    account = tmp_path / "account"

    def refused(text, mode=0o600, *more):
        account.write_text(text)
        account.chmod(mode)
        done = subprocess.run([harness.SERVE, "--port", "0", "--cert", cert, "--key", key, "--account", account, *more],
                              capture_output=True, timeout=harness.PATIENCE, check=False)
        return done.returncode, done.stderr.decode()
    for text in ("", "ada", "ada:", ":secret", "a" * 25 + ":x", "ada:" + "x" * 65):
        status, said = refused(text)
        assert status == 1 and "NAME:PASSWORD" in said, text
    status, said = refused("ada:secret", 0o644)
    assert status == 1 and "chmod 600" in said
    status, said = refused("ada:secret", 0o600, "--uploads", tmp_path / "missing")
    assert status == 1 and "missing: No such file" in said
    assert refused("ada:secret", 0o600, "--dir", tmp_path)[0] == 2
    assert len({printed(pki, tmp_path / str(n)) for n in range(3)}) == 3  # each run has its own


def printed(pki, folder):
    folder.mkdir()
    server = harness.hatch_serve(pki, folder)
    with running(server):
        return printed_password(server)
