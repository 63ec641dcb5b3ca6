# SPDX-License-Identifier: MIT
"""Digest authentication as curl does it, and as a client does that can also do it wrong."""
import hashlib
import json
import re
import subprocess

import pytest

import harness
from harness import Client, request, running

pytestmark = [pytest.mark.linux("the web server"), pytest.mark.needs("curl")]
WEBSERVER = harness.BUILD / "tests/e2e/webserver"


@pytest.fixture(scope="module")
def web(pki, tmp_path_factory):
    server = harness.Server([WEBSERVER, *pki.files(), tmp_path_factory.mktemp("folder")],
                            tmp_path_factory.mktemp("web"))
    found = server.await_greeting(r"\A(\d+) (\d+)\n")
    server.port, server.plain_port = int(found.group(1)), int(found.group(2))
    with running(server):
        yield server


def curl(pki, *args):
    """The status and body of the last answer, and all heads."""
    done = subprocess.run(["curl", "-sS", "-i", "--cacert", pki.ca, "--max-time", "60", *args],
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    heads = re.findall(rb"HTTP/1\.1 (\d+) ", done.stdout)
    return int(heads[-1]), done.stdout.rpartition(b"\r\n\r\n")[2], done.stdout


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Digest:
    """A client that keeps a nonce and counts."""

    def __init__(self, challenge):
        assert challenge.startswith("Digest ")
        self.said = {name: quoted or plain for name, quoted, plain in
                     re.findall(r'(\w+)=(?:"([^"]*)"|([^,"]+))', challenge)}
        assert self.said["qop"] == "auth" and self.said["algorithm"] == "SHA-256"
        assert re.search(r', charset=UTF-8\b', challenge) and ", algorithm=SHA-256, " in challenge
        self.count = 0

    def field(self, method, uri, name="ada", password="secret", count=None):
        if count is None:
            count = self.count = self.count + 1
        a1, a2 = sha256(f"{name}:{self.said['realm']}:{password}"), sha256(f"{method}:{uri}")
        response = sha256(f"{a1}:{self.said['nonce']}:{count:08x}:0a4f113b:auth:{a2}")
        return (f'Authorization: Digest username="{name}", realm="{self.said["realm"]}", uri="{uri}", '
                f'algorithm=SHA-256, nonce="{self.said["nonce"]}", nc={count:08x}, cnonce="0a4f113b", '
                f'qop=auth, response="{response}", opaque="{self.said["opaque"]}"')


@pytest.fixture(params=["https", "http"])
def client(request, web, pki):
    secure = request.param == "https"
    with Client(web.port if secure else web.plain_port, pki.context() if secure else None) as found:
        yield found


def challenged(client, target="/digest/"):
    answer = client.ask(target)
    assert answer.status == 401
    return Digest(answer["www-authenticate"])


def is_stale(answer):
    return ", stale=true" in answer["www-authenticate"]


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_curl(web, pki, scheme):
    url = f"{scheme}://localhost:{web.port if scheme == 'https' else web.plain_port}/digest/a%20b?c=d%2f"
    status, body, heads = curl(pki, "--digest", "-u", "ada:secret", url)
    assert status == 200 and body == b'{"who":"ada"}\n'
    assert re.findall(rb"HTTP/1\.1 (\d+)", heads) == [b"401", b"200"]
    assert curl(pki, "--digest", "-u", "ada:secret", "-d", "a=b", url)[0] == 200
    assert curl(pki, "--digest", "-u", 'J\xe4sper:hush "\\', url)[1] == '{"who":"J\xe4sper"}\n'.encode()
    for wrong in ("ada:secret1", "eve:secret", "ada:", 'J\xe4sper:secret'):
        assert curl(pki, "--digest", "-u", wrong, url)[0] == 401
    assert curl(pki, "--basic", "-u", "ada:secret", url)[0] == 401


def test_curl_with_hashed_names(web, pki):
    url = f"https://localhost:{web.port}/hashed"
    done = subprocess.run(["curl", "-sSv", "--cacert", pki.ca, "--digest", "-u", "ada:secret", url],
                          capture_output=True, check=True)
    assert json.loads(done.stdout) == {"who": "ada"}
    assert f'username="{sha256("ada:door")}"'.encode() in done.stderr and b'"ada"' not in done.stderr
    assert curl(pki, "--digest", "-u", "ada:wrong", url)[0] == 401


def test_a_client(client):
    digest = challenged(client)
    answer = client.ask("/digest/", fields=[digest.field("GET", "/digest/")])
    assert answer.status == 200 and answer.json() == {"who": "ada"}
    answer = client.ask("/digest/x?a=%20", method="POST", fields=[digest.field("POST", "/digest/x?a=%20")])
    assert answer.status == 200
    answer = client.ask("/digest/", fields=[digest.field("GET", "/digest/", password="secret1")])
    assert answer.status == 401 and not is_stale(answer)
    assert answer["www-authenticate"] != challenged(client).said["nonce"]


def test_a_request_that_comes_twice(client):
    digest = challenged(client)
    field = digest.field("GET", "/digest/")
    assert client.ask("/digest/", fields=[field]).status == 200
    answer = client.ask("/digest/", fields=[field])
    assert answer.status == 401 and is_stale(answer)
    # In another order is no second time, and its nonce goes on.
    for count in (4, 2, 3, 5):
        assert client.ask("/digest/", fields=[digest.field("GET", "/digest/", count=count)]).status == 200
    for count in (2, 5):
        assert client.ask("/digest/", fields=[digest.field("GET", "/digest/", count=count)]).status == 401


def test_what_the_password_vouches_for(client):
    digest = challenged(client)
    assert client.ask("/digest/b", fields=[digest.field("GET", "/digest/a")]).status == 400
    assert client.ask("/digest/a?x", fields=[digest.field("GET", "/digest/a")]).status == 400
    answer = client.ask("/digest/a", method="POST", fields=[digest.field("GET", "/digest/a")])
    assert answer.status == 401 and not is_stale(answer)
    broken = digest.field("GET", "/digest/a").replace('", nc=', ', nc=')
    assert client.ask("/digest/a", fields=[broken]).status == 400


def test_a_nonce_that_is_over(web, pki):
    """Good for a second: refused then, and the new one that comes with the refusal is good."""
    with Client(web.port, pki.context()) as client:
        digest = challenged(client, "/hashed")
        seen = []

        def over():
            answer = client.ask("/hashed", fields=[digest.field("GET", "/hashed")])
            seen.append(answer.status)
            return answer if answer.status == 401 else None
        answer = harness.wait_until(over, "the nonce is over")
        assert is_stale(answer) and set(seen[:-1]) <= {200}
        digest = Digest(answer["www-authenticate"])
        assert client.ask("/hashed", fields=[digest.field("GET", "/hashed")]).status == 200


def test_a_nonce_of_somebody_else(client):
    digest = challenged(client)
    digest.said["nonce"] = digest.said["nonce"][:-1] + ("0" if digest.said["nonce"][-1] != "0" else "1")
    answer = client.ask("/digest/", fields=[digest.field("GET", "/digest/")])
    assert answer.status == 401 and is_stale(answer)


def test_guesses_are_slowed_down(web, pki):
    """With a right password after them: the guesses' address waits, whatever it has."""
    with Client(web.port, pki.context()) as client:
        for _ in range(20):
            digest = challenged(client, "/hashed")
            answer = client.ask("/hashed", fields=[digest.field("GET", "/hashed", password="guess")])
            if answer.status == 429:
                break
            assert answer.status == 401
        assert answer.status == 429 and 1 <= int(answer["retry-after"]) <= 8
