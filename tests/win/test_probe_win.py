# SPDX-License-Identifier: MIT
"""hatch-probe.exe against Hatch's test server on this machine, and against ports without one."""

import json
import os
import pathlib
import socket
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import harness  # noqa: E402


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return harness.Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def server(pki, tmp_path_factory):
    running = harness.testserver(pki, tmp_path_factory.mktemp("server"))
    yield running
    try:
        running.stop()
    finally:
        running.kill()


def test_it_measures(windows, pki, server):
    found = json.loads(windows.run("hatch-probe", "--json", "--count", "2", "--ca", pki.folder / "ca/ca.pem",
                                   f"https://127.0.0.1:{server.port}/").stdout)
    assert [version["version"] for version in found["versions"]] == ["TLS 1.3", "TLS 1.2"]
    for version in found["versions"]:
        assert version["offered"] and version["resumes"]
        assert version["full_ms"]["median"] > 0
    text = windows.run("hatch-probe", "--count", "1", "--tls", "1.3", "--ca", pki.folder / "ca/ca.pem",
                       f"localhost:{server.port}").stdout
    assert "TLS 1.3" in text and "X25519" in text


def test_without_a_ca_it_asks_windows(windows, server):
    text = windows.run("hatch-probe", "--count", "1", "--tls", "1.2", f"127.0.0.1:{server.port}").stdout
    assert "not trusted" in text.lower() or "no CA" in text


def test_nothing_listens(windows):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        done = windows.run("hatch-probe", f"127.0.0.1:{taken.getsockname()[1]}", status=1)
    assert "connection refused" in done.stderr


def test_a_server_that_says_nothing_or_hangs_up(windows):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = windows.run("hatch-probe", "--timeout", "1", f"127.0.0.1:{listener.getsockname()[1]}", status=1)
        assert "says nothing for 1 s" in done.stderr

        def hang_up():
            connection, _ = listener.accept()
            connection.recv(1)
            connection.close()

        listener.accept()[0].close()  # the one before
        thread = threading.Thread(target=hang_up)
        thread.start()
        done = windows.run("hatch-probe", "--timeout", "20", f"127.0.0.1:{listener.getsockname()[1]}", status=1)
        thread.join(20)
        assert "closes the connection" in done.stderr


def test_a_name_that_nobody_knows(windows):
    done = windows.run("hatch-probe", "no-such-host.invalid", status=1)
    assert "cannot be looked up" in done.stderr
