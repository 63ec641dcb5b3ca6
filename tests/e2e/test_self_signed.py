# SPDX-License-Identifier: MIT
"""An identity that the server makes for itself: what curl and openssl make of it."""

import contextlib
import ipaddress
import os
import re
import stat
import subprocess

import pytest

from harness import BUILD, SERVE, running, started_serve

pytestmark = pytest.mark.needs("curl", "openssl")


def run(*words, stdin=b"", ok=True):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}  # no proxy, no settings of anybody
    done = subprocess.run([str(word) for word in words], input=stdin, env=env, capture_output=True,
                          timeout=90, check=False)
    assert not ok or done.returncode == 0, done.stderr.decode()
    return done


class Device:
    """A hatch-serve --self-signed that keeps what it makes in a folder of the test."""

    def __init__(self, folder):
        self.folder, self.store, self.starts = folder, folder / "store", 0

    @contextlib.contextmanager
    def started(self, *args, store=None):
        self.starts += 1
        folder = self.folder / f"start{self.starts}"
        folder.mkdir()
        env = dict(os.environ, HATCH_STORE=str(store or self.store))
        with running(started_serve(folder, "--self-signed", *args, env=env)) as server:
            server.said = re.search(
                r"identity: (\S+), (made now|from the store); "
                r"SHA-256 fingerprint ([0-9A-F:]{95})\n", server.log())
            assert server.said, server.log()
            server.made = server.said.group(2) == "made now"
            server.fingerprint = server.said.group(3)
            yield server

    def kept(self):
        """The file of the identity; the stand-in for NVS has the namespace before the key."""
        path, = self.store.glob("*hatch-identity")
        return path

    def certificate(self, server):
        """The certificate as it is served, in a file."""
        talk = run("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", ok=False)
        pem = re.search(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", talk.stdout,
                        re.S).group(0)
        path = self.folder / f"{self.starts}.pem"
        path.write_bytes(pem)
        return path


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path)


def openssl_x509(cert, *args):
    return run("openssl", "x509", "-in", cert, "-noout", *args).stdout.decode()


def alternative_names(cert):
    text = openssl_x509(cert, "-ext", "subjectAltName")
    return (re.findall(r"DNS:([^,\s]+)", text),
            [str(ipaddress.ip_address(ip)) for ip in re.findall(r"IP Address:([^,\s]+)", text)])


def curl(cert, url, *args, ok=True):
    return run("curl", "-q", "-sS", "--cacert", cert, "--max-time", "60", *args, url, ok=ok)


def test_each_name_and_address_is_trusted(device):
    with device.started("--name", "mypc", "--lan") as server:
        cert = device.certificate(server)
        hosts, addresses = alternative_names(cert)
        assert hosts == ["mypc", "mypc.local"]
        assert {"127.0.0.1", "::1"} <= set(addresses)
        for host in hosts:
            done = curl(cert, f"https://{host}:{server.port}/api/status", "--resolve",
                        f"{host}:{server.port}:127.0.0.1")
            assert b'"uptime_ms"' in done.stdout
        for address in map(ipaddress.ip_address, addresses):
            if address.is_link_local or (address.version == 6 and not has_ipv6()):
                continue  # needs the name of an interface, which no certificate has
            at = f"[{address}]" if address.version == 6 else address
            assert b'"uptime_ms"' in curl(cert, f"https://{at}:{server.port}/api/status").stdout
        other = curl(cert, f"https://other:{server.port}/", "--resolve",
                     f"other:{server.port}:127.0.0.1", ok=False)
        assert other.returncode == 60, other.stderr  # "peer certificate was not OK"
        nobody = run("curl", "-q", "-sS", f"https://127.0.0.1:{server.port}/", ok=False)
        assert nobody.returncode == 60, nobody.stderr


def has_ipv6():
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            return bool(file.read())
    except OSError:
        return False


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_verifies_it(device, version):
    with device.started() as server:
        cert = device.certificate(server)
        for check in (["-verify_hostname", "localhost"], ["-verify_ip", "127.0.0.1"]):
            talk = run("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", version,
                       "-CAfile", cert, "-x509_strict", "-verify_return_error", "-verify", "1",
                       *check)
            assert b"Verify return code: 0 (ok)" in talk.stdout
        talk = run("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", version,
                   "-CAfile", cert, "-verify_return_error", "-verify_hostname", "other", ok=False)
        assert talk.returncode != 0


def test_what_a_browser_looks_at(device):
    with device.started("--name", "MyPC.example.lan") as server:
        cert = device.certificate(server)
        text = openssl_x509(cert, "-text")
        assert server.fingerprint == openssl_x509(
            cert, "-fingerprint", "-sha256").strip().partition("=")[2]
    assert "Version: 3 (0x2)" in text
    assert "Subject: CN = mypc.example.lan\n" in text and "Issuer: CN = mypc.example.lan\n" in text
    assert "ASN1 OID: prime256v1" in text and "ecdsa-with-SHA256" in text
    assert "DNS:mypc.example.lan, IP Address:" in text
    assert re.search(r"Basic Constraints: *\n\s+CA:FALSE\n", text)
    assert re.search(r"X509v3 Key Usage: critical\n\s+Digital Signature\n", text)
    assert re.search(r"Extended Key Usage: *\n\s+TLS Web Server Authentication\n", text)
    assert "Not Before: Jan  1 00:00:00 2019 GMT" in text
    assert "Not After : Dec 31 23:59:59 2049 GMT" in text
    serial = re.search(r"Serial Number:\s+([0-9a-f:]+)", text).group(1).split(":")
    assert len(serial) == 16 and 0x40 <= int(serial[0], 16) < 0x80
    verify = run("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", cert,
                 cert)
    assert verify.stdout.endswith(b": OK\n")


def test_a_restart_changes_nothing(device):
    with device.started("--name", "mypc") as server:
        assert server.made
        first = server.fingerprint
        cert = device.certificate(server)
    kept = device.kept()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600  # the private key is in it
    before = kept.read_bytes()
    for _ in range(2):
        with device.started("--name", "mypc") as server:
            assert not server.made and server.fingerprint == first
            curl(cert, f"https://mypc:{server.port}/", "--resolve",
                 f"mypc:{server.port}:127.0.0.1")
    assert kept.read_bytes() == before


def test_another_name_makes_another(device):
    with device.started("--name", "mypc") as server:
        first = server.fingerprint
    with device.started("--name", "another") as server:
        assert server.made and server.fingerprint != first
        assert "names or addresses have changed" in server.log()
        assert alternative_names(device.certificate(server))[0] == ["another", "another.local"]


@pytest.mark.parametrize("damage", [
    lambda record: record[:-1],
    lambda record: record[:200] + bytes([record[200] ^ 1]) + record[201:],
    lambda record: b"",
    lambda record: b"x" * 100000,
], ids=["cut", "changed", "empty", "something else"])
def test_a_damaged_record_is_not_used(device, damage):
    with device.started() as server:
        first = server.fingerprint
    kept = device.kept()
    kept.write_bytes(damage(kept.read_bytes()))
    with device.started() as server:
        assert server.made and server.fingerprint != first
        assert "warning: identity: what is stored is damaged or not ours" in server.log()
    with device.started() as server:
        assert not server.made and "warning" not in server.log()


def test_a_store_that_cannot_be_written(device):
    blocked = device.folder / "file"
    blocked.write_text("no folder\n")
    seen = set()
    for _ in range(2):
        with device.started(store=blocked / "store") as server:
            assert "the store cannot be written: the certificate changes at every" in server.log()
            curl(device.certificate(server), f"https://localhost:{server.port}/")
            seen.add(server.fingerprint)
    assert len(seen) == 2


def test_wrong_use(device):
    both = run(SERVE, "--self-signed", "--cert", "x", ok=False)
    assert both.returncode == 2 and b"--self-signed makes what" in both.stderr
    neither = run(SERVE, ok=False)
    assert neither.returncode == 2 and b"or --self-signed" in neither.stderr
    env = dict(os.environ, HATCH_STORE=str(device.store))
    bad = subprocess.run([SERVE, "--self-signed", "--name", "a_b", "--port", "0"], env=env,
                         capture_output=True, timeout=60, check=False)
    assert bad.returncode == 1 and b"the hostname is no host name" in bad.stderr
    assert not device.store.exists()


@pytest.mark.needs("nm")
def test_who_does_not_name_it_does_not_carry_it():
    """Code that writes certificates, in a program that has brought its own."""
    def symbols(program):
        return run("nm", BUILD / program).stdout.decode()
    assert "hatch_identity_self_signed" in symbols("hatch-serve")
    assert "x509write" in symbols("hatch-serve")
    assert "hatch_identity_der" in symbols("examples/hello")
    assert not re.search("self_signed|x509write|hx_self_", symbols("examples/hello"))
