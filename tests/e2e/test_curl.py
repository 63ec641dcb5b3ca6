# SPDX-License-Identifier: MIT
"""What a curl user sees of a server: statuses, methods, redirects, uploads."""

import hashlib
import json
import os
import re
import socket
import subprocess

import pytest

from harness import Client, get, pattern, request

pytestmark = pytest.mark.needs("curl")


class Done:
    """What curl said: the last response's status and fields, and all of the body."""

    def __init__(self, process):
        self.code, self.body, self.err = process.returncode, process.stdout, process.stderr.decode()
        heads = re.findall(r"^< HTTP/(\S+) (\d+).*\r?\n((?:^< .*\r?\n)*)", self.err, re.M)
        self.statuses = [int(status) for _, status, _ in heads]
        self.status = self.statuses[-1] if heads else None
        self.fields = {}
        for line in (heads[-1][2] if heads else "").splitlines():
            name, _, value = line[2:].partition(":")
            if name.strip():
                self.fields[name.lower()] = value.strip()

    def json(self):
        return json.loads(self.body)


@pytest.fixture
def curl(pki):
    def run(*args, ok=True, stdin=b""):
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}  # no proxy, no settings of anybody
        done = Done(subprocess.run(["curl", "-q", "-sv", "--cacert", pki.ca, "--max-time", "60",
                                    *map(str, args)], input=stdin, env=env, capture_output=True,
                                   timeout=90, check=False))
        assert not ok or done.code == 0, done.err
        return done
    return run


@pytest.mark.parametrize("limit, version", [("1.3", "TLSv1.3"), ("1.2", "TLSv1.2")])
def test_status_is_json_over_either_version(curl, demo, limit, version):
    done = curl("--tls-max", limit, f"https://localhost:{demo.port}/api/status")
    assert done.status == 200
    assert done.fields["content-type"] == "application/json"
    assert int(done.fields["content-length"]) == len(done.body)
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", done.fields["date"])
    this = done.json()["this"]
    assert this["secure"] is True and this["version"] == version and this["resumed"] is False
    assert re.search(rf"SSL connection using {version}", done.err)
    assert "ALPN: server accepted http/1.1" in done.err


@pytest.mark.linux("the emulator forwards 127.0.0.1 alone")
def test_all_addresses_of_the_certificate(curl, demo):
    assert curl(f"https://127.0.0.1:{demo.port}/api/status").status == 200
    if has_ipv6():
        assert curl("-g", f"https://[::1]:{demo.port}/api/status").status == 200


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


def test_without_the_ca_curl_refuses(curl, demo):
    assert curl("--cacert", "/dev/null", f"https://localhost:{demo.port}/", ok=False).code in (60, 77)


def test_head_has_the_fields_and_no_body(curl, demo):
    full = curl(f"https://localhost:{demo.port}/")
    head = curl("-I", f"https://localhost:{demo.port}/")
    assert head.status == full.status == 200
    assert int(head.fields["content-length"]) == len(full.body) > 1000
    assert head.fields["content-type"] == full.fields["content-type"]
    # -I prints the head as the body; nothing is behind it
    assert head.body.endswith(b"\r\n\r\n") and head.body.count(b"\r\n\r\n") == 1


def test_options_and_405_name_the_methods(curl, demo):
    led = f"https://localhost:{demo.port}/api/led/1"
    done = curl("-X", "OPTIONS", led)
    assert done.status == 204 or done.status == 200
    assert set(re.split(r",\s*", done.fields["allow"])) == {"GET", "HEAD", "PUT", "OPTIONS"}
    done = curl("-X", "DELETE", led)
    assert done.status == 405
    assert {"GET", "HEAD", "PUT"} <= set(re.split(r",\s*", done.fields["allow"]))
    assert "DELETE" not in done.fields["allow"]


def test_options_asterisk(curl, demo):
    done = curl("-X", "OPTIONS", "--request-target", "*", f"https://localhost:{demo.port}/")
    assert done.status in (200, 204)


def test_404_and_501(curl, demo):
    assert curl(f"https://localhost:{demo.port}/nowhere").status == 404
    assert curl(f"https://localhost:{demo.port}/api").status == 404
    assert curl("-X", "BREW", f"https://localhost:{demo.port}/api/status").status == 501
    assert curl("-X", "BREW", f"https://localhost:{demo.port}/nowhere").status in (404, 501)


def test_put_is_remembered(curl, demo):
    led = f"https://localhost:{demo.port}/api/led/2"
    assert curl("-X", "PUT", "-d", "on", led).json() == {"led": 2, "on": True}
    assert curl(led).json() == {"led": 2, "on": True}
    assert curl("-X", "PUT", "-d", "off", led).json() == {"led": 2, "on": False}
    assert curl("-X", "PUT", "-d", "perhaps", led).status == 400
    assert curl("-X", "PUT", "-d", "x" * 17, led).status == 413  # over the route's body_max
    assert curl(led).json() == {"led": 2, "on": False}


@pytest.mark.linux("the board leads to port 443, which the emulator forwards elsewhere")
def test_redirect_keeps_path_and_query(curl, start):
    server = start(to_https=1)
    plain = f"http://localhost:{server.plain_port}"
    there = f"https://localhost:{server.port}"
    done = curl(f"{plain}/t/path/a%20b/c?x=1&y=%2F")
    assert done.status == 308
    assert done.fields["location"] == f"{there}/t/path/a%20b/c?x=1&y=%2F"
    assert curl("-X", "POST", "-d", "kept", f"{plain}/t/collect").status == 308
    followed = curl("-L", f"{plain}/t/path/a%20b/c?x=1&y=%2F")
    assert followed.statuses == [308, 200]
    assert followed.json() == {"path": "/t/path/a b/c", "query": "x=1&y=%2F"}
    # the method and the body go along
    assert curl("-L", "-d", "kept", f"{plain}/t/collect").body == b"kept"
    with Client(server.plain_port) as client:  # nobody to lead anywhere
        client.send(b"GET /t/hello HTTP/1.0\r\n\r\n")
        assert client.response().status == 400


def test_redirect_is_not_led_astray(start):
    """The path stays a path, whatever is in it."""
    server = start(to_https=1)
    for target in ("//evil.example/x", "/%0d%0aSet-Cookie:a=b", "/x%2f..%2fy", "/@evil.example"):
        answer = get(server.plain_port, target)
        assert answer.status in (308, 400)
        if answer.status == 308:
            assert answer["location"].startswith(f"{server.origin}/")
        assert answer["set-cookie"] is None
    with Client(server.plain_port) as client:
        client.send(b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.response().status in (200, 204, 308)


def test_plain_http_on_the_tls_port_is_told(curl, demo):
    done = curl(f"http://localhost:{demo.port}/api/status")
    assert done.status == 400
    assert done.body == b"This port speaks HTTPS: put https:// before the address\n"
    assert done.fields["connection"] == "close"
    done = curl("-d", "x" * 100, f"http://localhost:{demo.port}/api/echo")
    assert done.status == 400


def test_expect_100_continue(curl, start):
    server = start()
    data = os.urandom(50000)
    done = curl("-H", "Expect: 100-continue", "--expect100-timeout", "50", "--data-binary", "@-",
                f"https://localhost:{server.port}/t/echo", stdin=data)
    assert done.statuses == [100, 200]
    assert done.body == data
    # who refuses does not ask for the body first
    done = curl("-H", "Expect: 100-continue", "--expect100-timeout", "50", "--data-binary", "@-",
                f"https://localhost:{server.port}/t/collect", stdin=data)
    assert done.statuses == [413]
    done = curl("-H", "Expect: 100-continue", "--expect100-timeout", "50", "--data-binary", "@-",
                f"https://localhost:{server.port}/t/guarded", stdin=b"x" * 900)
    assert done.statuses == [401]
    with Client(server.plain_port) as client:  # RFC 9110 section 10.1.1
        client.send(b"POST /t/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n")
        assert client.response().status == 417


def test_http_1_0(curl, demo):
    old = ("--http1.0", "--no-alpn")
    done = curl(*old, f"https://localhost:{demo.port}/api/status")
    assert done.status == 200 and done.json()["this"]["secure"]
    done = curl(*old, f"https://localhost:{demo.port}/api/log.csv")
    assert "transfer-encoding" not in done.fields and "content-length" not in done.fields
    assert done.body.startswith(b"second,celsius\n1,20.37\n") and done.body.count(b"\n") == 100001
    with Client(demo.plain_port) as client:
        client.send(request("/api/led/0", version="1.0", fields=["Connection: keep-alive"]))
        first = client.response()
        assert first["connection"].lower() == "keep-alive"
        client.send(request("/api/led/0", version="1.0"))
        assert client.response()["connection"] == "close"
        assert client.ended() == "closed"


def test_http_1_0_with_its_alpn(curl, demo):
    assert curl("--http1.0", f"https://localhost:{demo.port}/api/status").status == 200


def test_plain_port_serves_too(curl, demo):
    assert curl(f"http://localhost:{demo.plain_port}/api/status").json()["this"] == {"secure": False}


@pytest.mark.linux("more connections than one client may have on the board")
def test_parallel(curl, demo):
    """Six at once, as a browser does it, each answered after a while; then many."""
    before = get(demo.plain_port, "/api/status").json()["accepted"]
    args = []
    for _ in range(6):
        args += ["-o", "-", f"https://localhost:{demo.port}/api/slow"]
    done = curl("--parallel", "--parallel-immediate", *args)
    assert done.body == b'{"slept_ms":300}\n' * 6
    assert get(demo.plain_port, "/api/status").json()["accepted"] >= before + 6 + 1
    done = curl("--parallel", "--parallel-max", "20",
                f"https://localhost:{demo.port}/api/led/[0-3]?[1-20]")
    assert done.body.count(b'"led":') == 80


def test_upload_and_download_are_identical(curl, demo, tmp_path):
    data = os.urandom(3_000_000)
    (tmp_path / "data").write_bytes(data)
    done = curl("-X", "POST", "-T", tmp_path / "data", f"https://localhost:{demo.port}/api/echo")
    assert hashlib.sha256(done.body).digest() == hashlib.sha256(data).digest()
    done = curl("-X", "POST", "-H", "Transfer-Encoding: chunked", "-T", tmp_path / "data",
                f"https://localhost:{demo.port}/api/echo")
    assert done.body == data


def test_ranges_are_for_files(curl, demo):
    """Elsewhere they are not promised, and ignored, as RFC 9110 section 14.2 allows."""
    done = curl("-r", "0-9", f"https://localhost:{demo.port}/")
    assert done.status == 206 and len(done.body) == 10
    done = curl("-r", "0-9", f"https://localhost:{demo.port}/api/status")
    assert done.status == 200 and "accept-ranges" not in done.fields


def test_static_megabyte(curl, shared):
    done = curl(f"https://localhost:{shared.port}/t/static")
    assert done.body == pattern(1 << 20)
    assert int(done.fields["content-length"]) == 1 << 20
