# SPDX-License-Identifier: MIT
"""Ten thousand client addresses: all of 127.0.0.0/8 is this machine on Linux."""
import hashlib
import re
import socket
import time

import pytest

import harness
from harness import Client, request, running

pytestmark = [pytest.mark.linux("any address of 127.0.0.0/8 is ours")]
WEBSERVER = harness.BUILD / "tests/e2e/webserver"
MANY = 10_000
PLACES = 16  # of HATCH_ATTEMPT_CLIENTS, and of a table of rates


@pytest.fixture
def started(pki, tmp_path):
    """A web server whose clients may so many handshakes and requests a minute."""
    def start(*limits):
        (tmp_path / "folder").mkdir()
        server = harness.Server([WEBSERVER, *pki.files(), tmp_path / "folder", *limits], tmp_path)
        found = server.await_greeting(r"\A(\d+) (\d+)\n")
        server.port, server.plain_port = int(found.group(1)), int(found.group(2))
        return running(server)
    return start


class From(Client):
    """A client whose address is the n-th, 127.1.0.0 being the first."""

    def __init__(self, number, port, context=None):
        source = f"127.{1 + number // 65536}.{number // 256 % 256}.{number % 256}"
        raw = socket.create_connection(("127.0.0.1", port), harness.PATIENCE, (source, 0))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = raw
        if context is not None:
            self.sock = context.wrap_socket(raw, server_hostname="localhost")
        self.buffer = b""


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def digest_field(challenge, password, count):
    nonce, opaque = (re.search(rf'{name}="([^"]+)"', challenge).group(1) for name in ("nonce", "opaque"))
    a1, a2 = sha256(f"ada:crowd:{password}"), sha256("GET:/crowd")
    response = sha256(f"{a1}:{nonce}:{count:08x}:abc:auth:{a2}")
    return (f'Authorization: Digest username="ada", realm="crowd", uri="/crowd", algorithm=SHA-256, nonce="{nonce}", '
            f'nc={count:08x}, cnonce="abc", qop=auth, response="{response}", opaque="{opaque}"')


def log_in(client, password="secret"):
    body = f"name=ada&password={password}".encode()
    return client.ask("/login", method="POST", body=body,
                      fields=["Content-Type: application/x-www-form-urlencoded"])


def looked_at_most(seconds):
    """How many guesses a place of the table lets be looked at in that time, as hatch_web.h has it."""
    count, at, delay = 3, 0.25, 0.25
    while at <= seconds:
        count, delay = count + 1, min(2 * delay, 8)
        at += delay
    return count


def numbers(server):
    with Client(server.plain_port) as client:
        return client.ask("/metrics.json").json()


def check_memory(server, before_kb, before):
    """A connection more or less is the next poll's; the block and the heap are as they were."""
    after = numbers(server)
    assert after["block_bytes"] == before["block_bytes"]
    assert harness.SANITIZED or server.proc_kb("VmRSS") - before_kb < 500


def test_all_of_them_guess(started, pki):
    """Of all together no more guesses are looked at than of as many as have a place."""
    with started() as server, Client(server.port, pki.context()) as member, Client(server.plain_port) as late:
        answer = log_in(member)
        assert answer.status == 303
        cookie = "Cookie: " + answer["set-cookie"].partition(";")[0]
        challenge = late.ask("/crowd")["www-authenticate"]
        wrong = request("/crowd", fields=[digest_field(challenge, "guess", 1)], close=True)

        seen, start = {401: 0, 429: 0}, time.monotonic()
        before_kb, before = None, None
        for number in range(MANY):
            with From(number, server.plain_port) as guesser:
                guesser.send(wrong)
                answer = guesser.response()
            seen[answer.status] += 1
            if answer.status == 429:
                assert 1 <= int(answer["retry-after"]) <= 8
            if number == 500:
                before_kb, before = server.proc_kb("VmRSS"), numbers(server)
            if number % 500 == 0:  # whoever is logged in does not notice
                assert member.ask("/members/", fields=[cookie]).status == 200
        elapsed = time.monotonic() - start
        assert seen[401] + seen[429] == MANY
        assert 3 * PLACES <= seen[401] <= PLACES * (looked_at_most(elapsed) + 1), (seen, elapsed)
        check_memory(server, before_kb, before)
        assert max(int(n) for n in re.findall(r"failed to log in, (\d+) in a row", server.log())) >= 4

        # A newcomer with the right password waits once, for as long as it is told.
        with Client(server.plain_port) as client:
            field = digest_field(challenge, "secret", 2)
            answer = client.ask("/crowd", fields=[field])
            if answer.status == 429:
                time.sleep(int(answer["retry-after"]))
                answer = client.ask("/crowd", fields=[field])
            assert answer.status == 200 and answer.json() == {"who": "ada"}
        # The same failures stand before the login form.
        with Client(server.port, pki.context()) as client:
            assert harness.wait_until(lambda: log_in(client).status == 303, "the login")


def test_over_tls(started, pki):
    """The same with a connection for each, which leaves nothing behind."""
    with started() as server:
        context = pki.context()
        wrong = request("/basic", fields=["Authorization: Basic YWRhOmd1ZXNz"], close=True)
        statuses = set()
        for number in range(MANY if harness.LONG else 1000):
            with From(number, server.port, context) as guesser:
                guesser.send(wrong)
                statuses.add(guesser.response().status)
            if number == 200:
                before_kb, before = server.proc_kb("VmRSS"), numbers(server)
        assert statuses == {401, 429}
        check_memory(server, before_kb, before)

        def quiet():
            found = numbers(server)
            return found["tls_heap_bytes"] <= before["tls_heap_bytes"] and found["connections"] == 1
        harness.wait_until(quiet, "what TLS has taken is given back")
        with Client(server.port, context) as client:
            right = ["Authorization: Basic YWRhOnNlY3JldA=="]
            answer = client.ask("/basic", fields=right)
            if answer.status == 429:
                time.sleep(int(answer["retry-after"]))
                answer = client.ask("/basic", fields=right)
            assert answer.json() == {"who": "ada"}


def test_all_of_them_ask(started):
    """600 requests a minute, 60 of them at once: together no more than the table's places have."""
    with started(65535, 600) as server:
        asks = request("/a.json", close=True)
        seen, start = {200: 0, 429: 0}, time.monotonic()
        for number in range(MANY):
            with From(number, server.plain_port) as client:
                client.send(asks)
                answer = client.response()
            seen[answer.status] += 1
            if answer.status == 429:
                assert int(answer["retry-after"]) >= 1
            if number == 2000:
                before_kb = server.proc_kb("VmRSS")
        elapsed = time.monotonic() - start
        assert 60 * PLACES <= seen[200] <= PLACES * (61 + 10 * elapsed), (seen, elapsed)
        assert seen[429] > 0
        assert harness.SANITIZED or server.proc_kb("VmRSS") - before_kb < 500
        with Client(server.plain_port) as client:
            harness.wait_until(lambda: client.ask("/a.json").status == 200, "a newcomer's turn")


def test_all_of_them_connect(started, pki):
    """Ten handshakes at once and ten a minute: who is over that is not refused but waits."""
    count = 11 * PLACES
    with started(10) as server:
        context = pki.context()
        start = time.monotonic()
        for number in range(count):
            with From(number, server.port, context) as client:
                assert client.ask("/a.json", close=True).status == 200
        elapsed = time.monotonic() - start
        assert elapsed > 5  # of the eleventh of each place, which comes after six seconds
        found = numbers(server)
        assert found["handshakes_full"] + found["handshakes_resumed"] == count
        assert found["handshakes_delayed"] > 0 and found["refused_share"] == 0
