# SPDX-License-Identifier: MIT
"""hatch-cert client; OpenSSL and a server that asks for certificates are the judges."""

import json
import os
import re
import shutil
import subprocess

import pytest

import harness
from harness import running
from test_cert import CERT, Box, mode, needs_openssl, one_line, parse_dates

pytestmark = pytest.mark.skipif(not CERT.exists(), reason="hatch-cert is not built")
WHOSERVER = harness.BUILD / "tests/e2e/whoserver"


@pytest.fixture
def box(tmp_path):
    made = Box(tmp_path)
    made.clients = made.ca / "clients"
    return made


def in_words(box, file, *args):
    return box.openssl("x509", "-in", file, "-noout", "-text", *args).stdout


# ---- what it makes ------------------------------------------------------------------------------


@needs_openssl
@pytest.mark.parametrize("key", ["p256", "rsa2048"])
def test_good_for_a_client_and_for_nothing_else(box, key):
    done = box.run("client", "--name", "ada", "--email", "Ada@example.org", "--uri", "urn:device:7", "--dns",
                   "Pump-7.lan", "--email", "a.b+c@example.org", "--organization", "lab", "--key", key)
    assert str(box.clients / "ca.pem") in done.stdout and "Made a client certificate" in done.stdout
    ca = box.clients / "ca.pem"
    assert box.openssl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", ca, "ada.pem").returncode == 0
    for purpose in ("sslserver", "nssslserver", "smimesign", "timestampsign"):
        assert box.openssl("verify", "-purpose", purpose, "-CAfile", ca, "ada.pem").returncode != 0, purpose
    text = in_words(box, "ada.pem")
    assert re.search(r"Subject: O = lab, CN = ada\n", text)
    assert "email:Ada@example.org, email:a.b+c@example.org, URI:urn:device:7, DNS:pump-7.lan" in text
    assert re.search(r"Key Usage: critical\s+Digital Signature\n", text) and "CA:FALSE" in text
    assert re.search(r"Extended Key Usage: *\s+TLS Web Client Authentication\n", text)
    begin, end = parse_dates(box, "ada.pem")
    assert end - begin + 1 == 365 * 86400
    assert sorted(path.name for path in box.work.iterdir()) == ["ada.key", "ada.pem"]
    assert mode(box.work / "ada.key") == 0o600 and mode(box.work / "ada.pem") == 0o644


@needs_openssl
def test_clients_have_a_ca_of_their_own(box):
    """What one signs is worth nothing to who trusts the other, and the clients' is good for no site."""
    box.run("server", "--name", "esp32.lan")
    assert "There was no CA for clients" in box.run("client", "--name", "ada").stdout
    assert "no CA" not in box.run("client", "--name", "bob").stdout
    servers, clients = box.ca / "ca.pem", box.clients / "ca.pem"
    assert mode(box.clients) == 0o700 and mode(box.clients / "ca.key") == 0o600
    for file, ca in (("ada.pem", servers), ("esp32.lan.pem", clients)):
        assert box.openssl("verify", "-CAfile", ca, file).returncode != 0
    text = in_words(box, clients)
    assert "TLS Web Client Authentication" in text and "CA:TRUE, pathlen:0" in text
    assert "CN = Hatch client CA" in text and "Extended Key Usage" not in in_words(box, servers)
    # A server's certificate by the hand of the clients' CA is none: the CA may not.
    (box.work / "server.ext").write_text("extendedKeyUsage=serverAuth\nsubjectAltName=DNS:bank.example\n")
    box.openssl("req", "-new", "-key", "ada.key", "-subj", "/CN=bank.example", "-out", "bank.csr")
    made = box.openssl("x509", "-req", "-in", "bank.csr", "-CA", clients, "-CAkey", box.clients / "ca.key",
                       "-CAcreateserial", "-days", "9", "-extfile", "server.ext", "-out", "bank.pem")
    assert made.returncode == 0, made.stderr
    assert box.openssl("verify", "-purpose", "sslserver", "-CAfile", clients, "bank.pem").returncode != 0
    # Each CA is replaced without the other.
    before = servers.read_bytes()
    box.run("ca", "--clients", "--force")
    assert servers.read_bytes() == before
    box.run("verify", "--client", "ada.pem", status=1)
    box.run("verify", "esp32.lan.pem")


def test_no_folder_is_taken_for_the_other(box):
    box.run("client", "--name", "ada")
    for args in (["server", "--name", "a.lan"], ["trust", "--dry-run"], ["ca"]):
        done = box.run(*args, "--ca", box.clients, status=1)
        assert "not for servers" in done.stderr and one_line(done)
    shutil.copytree(box.clients, box.work / "x/clients")
    assert not (box.work / "x/ca.pem").exists()
    box.run("client", "--name", "bob", "--ca", "x")
    box.run("verify", "--client", "--ca", "x", "bob.pem")


@needs_openssl
def test_clients_of_a_ca_made_by_openssl(box):
    """One that says nothing of what it is for is taken; one for servers only is not."""
    for number, usage, status in ((1, [], 0), (2, ["-addext", "extendedKeyUsage=serverAuth"], 1)):
        folder = box.work / f"{number}/clients"
        folder.mkdir(parents=True, mode=0o700)
        made = box.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                           folder / "ca.key", "-out", folder / "ca.pem", "-subj", "/O=Elsewhere", *usage)
        assert made.returncode == 0, made.stderr
        done = box.run("client", "--name", "ada", "--ca", box.work / str(number), "--out", f"ada{number}",
                       status=status)
        assert status == 0 or "not for clients" in done.stderr
    assert box.openssl("verify", "-purpose", "sslclient", "-CAfile", "1/clients/ca.pem", "ada1.pem").returncode == 0


def test_ca_for_clients_before_the_first_of_them(box):
    done = box.run("ca", "--clients")
    assert str(box.clients / "ca.pem") in done.stdout and "config.client_ca" in done.stdout
    assert not (box.ca / "ca.pem").exists()
    assert "already" in box.run("ca", "--clients").stdout


@needs_openssl
def test_the_lines_it_prints_work(box):
    box.run("ca")
    done = box.run("client", "--name", "Ada Lovelace's")
    line = re.search(r"^Browser: (openssl .*)$", done.stdout, re.M).group(1)
    subprocess.run(["sh", "-c", f"{line} -passout pass:x"], cwd=box.work, check=True, timeout=60)
    assert mode(box.work / "Ada_Lovelace_s.p12") == 0o600
    shown = box.openssl("pkcs12", "-in", "Ada_Lovelace_s.p12", "-passin", "pass:x", "-nodes").stdout
    assert "Ada Lovelace's" in shown and "PRIVATE KEY" in shown
    assert f"--cacert {box.ca}/ca.pem --cert Ada_Lovelace_s.pem --key Ada_Lovelace_s.key" in done.stdout


@pytest.mark.parametrize("name,base", [("a/b", "a_b"), ("../x", "_._x"), ("-rf", "_rf"), ("a@b.c", "a@b.c"),
                                       ("Jürgen", "Jürgen"), ("a;b|c\\d", "a_b_c_d")])
def test_the_default_base_is_a_plain_file_here(box, name, base):
    box.env["LC_ALL"] = "C.UTF-8"
    box.run("client", "--name", name)
    assert sorted(os.listdir(box.work)) == [f"{base}.key", f"{base}.pem"]


def test_a_list_of_names_has_commas(box):
    assert "hatch_client_rule" in box.run("client", "--name", "Lovelace, Ada").stderr
    assert "hatch_client_rule" in box.run("client", "--name", "a", "--uri", "urn:a,b").stderr
    assert box.run("client", "--name", "b").stderr == ""


# ---- what it refuses ----------------------------------------------------------------------------

LONGEST_EMAIL = "x" * 64 + "@" + "y.yyyyyyy" * 20 + "y" * 10  # 255
WRONG = [["--name", ""], ["--name", "a\nb"], ["--name", "a" * 65], ["--name", "a", "--out", "x/"]] + [
    ["--name", "a", "--email", email] for email in
    ("", "a", "@", "a@", "@a.lan", ".a@b.lan", "a.@b.lan", "a..b@c.lan", "a b@c.lan", "a@b_c", "a@*.lan", "a@b@c.lan",
     "a@1.2.3.4", "ä@b.lan", "<a@b.lan>", "a,b@c.lan", "x" * 65 + "@a.lan", LONGEST_EMAIL + "y")] + [
    ["--name", "a", "--uri", uri] for uri in
    ("", "a", ":", "a:", ":a", "1a:b", "a b:c", "a:b c", "a:%4", "a:%zz", "a:%", "a:ü", "a:<", "/a:b", "a:" + "b" * 254)] + [
    ["--name", "a", "--dns", name] for name in ("", "a_b", "1.2.3.4")] + [
    ["--name", "a", "--key", "dsa"], ["--name", "a", "--days", "1"], ["--email", "a@b.lan", "--name", ""]]


@pytest.mark.parametrize("args", WRONG)
def test_what_does_not_fit_is_status_2_and_nothing_is_made(box, args):
    done = box.run("client", *args, status=2)
    assert args[-2] in done.stderr
    assert list(box.work.iterdir()) == [] and not box.ca.exists()


def test_the_longest_fit(box):
    box.run("client", "--name", "ü" * 64, "--out", "a", "--email", LONGEST_EMAIL, "--uri",
            "a:" + "b" * 253, "--dns", ".".join(["d" * 63] * 3 + ["e" * 61]))
    shown = box.run("show", "a.pem").stdout
    assert "a:" + "b" * 253 in shown and LONGEST_EMAIL in shown
    box.run("renew", "a")
    box.run("verify", "--client", "a.pem", "--name", "a:" + "b" * 253, "--name", "ü" * 64)


def test_nothing_is_overwritten_without_force(box):
    box.run("client", "--name", "ada")
    before = {path.name: path.read_bytes() for path in box.work.iterdir()}
    assert "--force" in box.run("client", "--name", "ada", status=1).stderr
    assert {path.name: path.read_bytes() for path in box.work.iterdir()} == before
    box.run("client", "--name", "ada", "--force")
    assert all(path.read_bytes() != before[path.name] for path in box.work.iterdir())


# ---- show, verify, renew --------------------------------------------------------------------------


def test_verify(box):
    box.run("client", "--name", "ada", "--email", "ada@example.org", "--uri", "urn:7")
    box.run("server", "--name", "ada.lan", "--out", "server")
    good = box.run("verify", "--client", "ada.pem", "--name", "ada", "--name", "ada@example.org", "--name", "urn:7")
    assert good.stdout.count("good") == 4  # chain, use, names, and the key beside it
    for name in ("ad", "ada2", "Ada", "ada@example.or", ""):
        assert "names      BAD" in box.run("verify", "--client", "ada.pem", "--name", name, status=1).stdout
    done = box.run("verify", "ada.pem", status=1)
    assert "use        BAD" in done.stdout and "--client" in done.stderr
    done = box.run("verify", "--client", "server.pem", status=1)
    assert "chain      BAD" in done.stdout and "use        BAD" in done.stdout
    box.run("verify", "--client", "--ip", "1.2.3.4", "ada.pem", status=2)
    assert "for clients" in box.run("show", "ada.pem").stdout
    assert "for servers" in box.run("show", "server.pem").stdout


@needs_openssl
def test_renewal_keeps_a_client_a_client(box):
    box.run("client", "--name", "Ada, Countess", "--email", "ada@example.org", "--uri", "urn:7", "--dns", "a.lan",
            "--organization", "lab", "--days", "900", "--key", "rsa2048", "--out", "ada")
    words = ("Subject:", "Issuer:", "email:", "Digital", "TLS Web", "Public-Key", "CA:FALSE")
    lines = [line for line in in_words(box, "ada.pem").splitlines() if any(word in line for word in words)]
    before = {path.name: path.read_bytes() for path in box.work.iterdir()}
    assert "ada: Made a client certificate" in box.run("renew", "ada").stdout
    assert all(path.read_bytes() != before[path.name] for path in box.work.iterdir())
    assert len(lines) == 7
    assert [line for line in in_words(box, "ada.pem").splitlines() if any(word in line for word in words)] == lines
    begin, end = parse_dates(box, "ada.pem")
    assert end - begin + 1 == 900 * 86400  # Apple's limit is for servers
    box.run("verify", "--client", "ada.pem", "--name", "ada@example.org")
    assert "stays" in box.run("renew", "--within", "30", "ada").stdout


def test_somebody_may_be_called_as_the_ca_is(box):
    box.run("ca", "--clients", "--common-name", "ada")
    box.run("client", "--name", "ada")
    box.run("renew", "ada")
    box.run("verify", "--client", "ada.pem")


def test_renewal_without_other_names_and_in_other_files(box):
    box.run("client", "--name", "ada")
    box.run("renew", "ada")
    box.run("verify", "--client", "ada.pem", "--name", "ada")
    # A server's header of the same name is left alone.
    box.run("server", "--name", "a.lan", "--out", "ada", "--format", "header")
    header = (box.work / "ada.h").read_bytes()
    box.run("renew", "ada")
    assert (box.work / "ada.h").read_bytes() == header
    box.run("ca", "--clients", "--force", "--common-name", "next")
    assert "another CA" in box.run("renew", "ada", status=1).stderr


# ---- a server that asks -------------------------------------------------------------------------

SERVED = [pytest.mark.linux("a program of its own"), pytest.mark.needs("curl", "openssl"),
          pytest.mark.skipif(not WHOSERVER.exists(), reason="whoserver is not built")]


@pytest.fixture
def asked(box):
    """A server whose config.client_ca is the clients' CA; ask(certificate) gives what it makes of it."""
    box.run("server", "--name", "localhost", "--out", "a")
    box.run("server", "--name", "b.example", "--out", "b")
    box.run("client", "--name", "ada", "--email", "ada@example.org")
    shutil.copy(box.clients / "ca.pem", box.work / "ca.pem")
    with running(harness.Server([WHOSERVER, box.work], box.home)) as server:
        port = server.await_greeting(r"\A(\d+) \d+\n").group(1)

        def ask(name, path, version):
            done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "--tls-max", version, "--cacert",
                                   box.ca / "ca.pem", "--cert", f"{name}.pem", "--key", f"{name}.key",
                                   f"https://localhost:{port}{path}"], cwd=box.work, capture_output=True, text=True,
                                  timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            body, _, status = done.stdout.rpartition("\n")
            return int(status), body
        yield ask


def served(function):
    for mark in SERVED:
        function = mark(function)
    return function


@served
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_server_takes_it(box, asked, version):
    status, body = asked("ada", "/guarded", version)
    assert status == 200 and json.loads(body)["who"] == "ada" and json.loads(body)["subject"] == "CN=ada"
    box.run("renew", "ada")
    assert asked("ada", "/guarded", version)[0] == 200


@served
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_servers_certificate_is_no_clients(box, asked, version):
    """Neither of the servers' CA, nor, by its extended key usage alone, of the clients'."""
    assert asked("b", "/guarded", version)[0] == 403
    box.openssl("req", "-new", "-key", "ada.key", "-subj", "/CN=ada", "-out", "ada.csr")
    shutil.copy(box.work / "ada.key", box.work / "fake.key")
    for usage, status in (("serverAuth", 403), ("clientAuth", 200)):  # the second: it is only for that
        (box.work / "x.ext").write_text(f"extendedKeyUsage={usage}\n")
        made = box.openssl("x509", "-req", "-in", "ada.csr", "-CA", box.clients / "ca.pem", "-CAkey",
                           box.clients / "ca.key", "-CAcreateserial", "-days", "9", "-extfile", "x.ext", "-out",
                           "fake.pem")
        assert made.returncode == 0, made.stderr
        assert asked("fake", "/guarded", version)[0] == status, usage
        assert json.loads(asked("fake", "/who", version)[1])["verified"] == (status == 200)
