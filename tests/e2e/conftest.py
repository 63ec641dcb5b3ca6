# SPDX-License-Identifier: MIT
"""What the end-to-end tests of the server share.  Each file is one pytest process."""

import shutil

import pytest

import harness


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*programs): skipped where one is not installed")
    config.addinivalue_line("markers", "linux(why): not for the virtual board")


def pytest_collection_modifyitems(config, items):
    if harness.BOARD:
        out = [item for item in items if item.get_closest_marker("linux")]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        for program in mark.args:
            if not shutil.which(program):
                pytest.skip(f"no {program}")


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """A CA, and the identity s of this machine."""
    return harness.Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def start(pki, tmp_path_factory):
    """start(setting=value, ...) gives a test server, stopped and judged at the end of the test."""
    servers = []

    def begin(identity="s", **settings):
        folder = tmp_path_factory.mktemp("server")
        servers.append(harness.testserver(pki, folder, identity, **settings))
        return servers[-1]

    yield begin
    end(servers)


@pytest.fixture
def serve(pki, tmp_path_factory):
    """serve(option, ...) gives a hatch-serve, likewise."""
    servers = []

    def begin(*args, identity="s"):
        folder = tmp_path_factory.mktemp("serve")
        servers.append(harness.hatch_serve(pki, folder, *args, identity=identity))
        return servers[-1]

    yield begin
    end(servers)


def end(servers):
    try:
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


@pytest.fixture(scope="module")
def shared(pki, tmp_path_factory):
    """One test server for the tests of a file that do it no harm."""
    server = harness.testserver(pki, tmp_path_factory.mktemp("shared"), max_conns=64,
                                client_conns=64)
    yield server
    end([server])


@pytest.fixture(scope="module")
def demo(pki, tmp_path_factory):
    """One hatch-serve with the pretended device."""
    server = harness.hatch_serve(pki, tmp_path_factory.mktemp("demo"), "--plain-port", "0")
    yield server
    end([server])
