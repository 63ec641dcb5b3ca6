"""The examples do what the comments at their heads say."""
import contextlib
import os
import subprocess

import pytest

from door import BUILD, PATIENCE, ROOT, wait_for


@pytest.fixture(name="shim", scope="module")
def built_shim(tmp_path_factory):
    path = tmp_path_factory.mktemp("shim") / "anyport.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", path, f"{ROOT}/tests/e2e/anyport.c", "-ldl"], check=True)
    return path


@contextlib.contextmanager
def example(name, shim, folder):
    """Runs it; yields a curl function that knows where its ports have gone."""
    ports = folder / "ports"
    ports.write_text("")
    options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    env = dict(os.environ, LD_PRELOAD=str(shim), ANYPORT=str(ports), ASAN_OPTIONS=options)
    process = subprocess.Popen([f"{BUILD}/examples/{name}"], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        count = 2 if name == "later" else 1
        wait_for(lambda: len(ports.read_text().splitlines()) == count or process.poll() is not None, "its ports")
        assert process.poll() is None, process.stderr.read()
        got = dict(line.split() for line in ports.read_text().splitlines())

        def curl(path, *args, port="8443"):
            scheme = "https" if port == "8443" else "http"
            done = subprocess.run(["curl", "-sS", "--cacert", f"{BUILD}/made/localhost.pem", *args,
                                   f"{scheme}://localhost:{got[port]}{path}"], capture_output=True, timeout=PATIENCE,
                                  check=False)
            assert done.returncode == 0, done.stderr
            return done.stdout.decode()

        yield curl
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_hello(shim, tmp_path):
    with example("hello", shim, tmp_path) as curl:
        assert curl("/") == "Hello from a small computer.\n"


def test_rest_api(shim, tmp_path):
    with example("rest_api", shim, tmp_path) as curl:
        assert curl("/api/leds/1") == '{"led":1,"on":false}\n'
        assert curl("/api/leds/1", "-X", "PUT", "-d", "on") == '{"led":1,"on":true}\n'
        assert "say on or off" in curl("/api/leds/1", "-X", "PUT", "-d", "maybe")
        assert "no such LED" in curl("/api/leds/4")
        assert curl("/api/sensor") == '{"celsius":21.5}\n'
        assert curl("/api/sensor?unit=F") == '{"fahrenheit":70.7}\n'
        assert "who are you?" in curl("/admin/leds", "-X", "DELETE")
        assert curl("/api/leds/1") == '{"led":1,"on":true}\n'
        assert curl("/admin/leds", "-X", "DELETE", "-H", "X-Key: open sesame") == ""
        assert curl("/api/leds/1") == '{"led":1,"on":false}\n'


def test_upload(shim, tmp_path):
    data = os.urandom(3_000_000)
    (tmp_path / "big.bin").write_bytes(data)
    with example("upload", shim, tmp_path) as curl:
        assert curl("/upload", "-T", str(tmp_path / "big.bin")) == '{"bytes":3000000}\n'
        assert (tmp_path / "upload.bin").read_bytes() == data
        assert not (tmp_path / "upload.part").exists()


def test_later(shim, tmp_path):
    with example("later", shim, tmp_path) as curl:
        assert curl("/sensor") == '{"celsius":21.5}\n'
        assert "location: https://localhost:" in curl("/sensor", "-I", port="8080").lower()
