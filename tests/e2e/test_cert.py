# SPDX-License-Identifier: MIT
"""hatch-cert as a user runs it; OpenSSL and the C compilers are the judges."""

import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import threading

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HATCH_BUILD", REPO / "build"))
CERT = BIN / "hatch-cert"

pytestmark = pytest.mark.skipif(not CERT.exists(), reason="hatch-cert is not built")
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")


class Box:
    """A home directory and a working directory of its own."""

    def __init__(self, path):
        self.home = path / "home"
        self.work = path / "work"
        self.home.mkdir()
        self.work.mkdir()
        self.ca = self.home / ".local/share/hatch/ca"
        self.env = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C"}

    def run(self, *args, status=0, **options):
        done = subprocess.run([CERT, *map(str, args)], cwd=self.work, env=self.env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                              **options)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def openssl(self, *args):
        return subprocess.run(["openssl", *map(str, args)], cwd=self.work, text=True,
                              capture_output=True, timeout=60)


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def one_line(done):
    return done.stderr.count("\n") == 1 and done.stdout == ""


# ---- the CA -------------------------------------------------------------------------------------


def test_ca_is_closed_to_others_and_outside_of_the_project(box):
    old = os.umask(0)
    try:
        box.run("ca")
    finally:
        os.umask(old)
    assert mode(box.ca) == 0o700
    assert mode(box.ca / "ca.key") == 0o600
    assert mode(box.ca / "ca.pem") == 0o644
    assert sorted(p.name for p in box.ca.iterdir()) == ["ca.der", "ca.key", "ca.pem"]
    assert list(box.work.iterdir()) == []


def test_ca_stays_until_forced(box):
    box.run("ca")
    first = (box.ca / "ca.pem").read_bytes()
    assert "already" in box.run("ca").stdout
    assert (box.ca / "ca.pem").read_bytes() == first
    box.run("ca", "--force")
    assert (box.ca / "ca.pem").read_bytes() != first


@needs_openssl
def test_ca_extensions(box):
    box.run("ca")
    text = box.openssl("x509", "-in", box.ca / "ca.pem", "-noout", "-text").stdout
    assert re.search(r"Basic Constraints: critical\s+CA:TRUE, pathlen:0", text)
    assert re.search(r"Key Usage: critical\s+Certificate Sign, CRL Sign", text)
    assert "Subject Key Identifier" in text
    assert "CN = Hatch local CA" in text
    assert "prime256v1" in text


def test_xdg_data_home_and_ca_option(box):
    box.env["XDG_DATA_HOME"] = str(box.home / "data")
    box.run("ca")
    assert (box.home / "data/hatch/ca/ca.pem").exists()
    box.run("ca", "--ca", box.work / "a/b")
    assert (box.work / "a/b/ca.key").exists()


@needs_openssl
def test_expired_ca_says_what_to_do(box):
    folder = box.work / "old"
    folder.mkdir(mode=0o700)
    (box.work / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
        "default_md=sha256\npolicy=p\nx509_extensions=v\n[p]\ncommonName=supplied\n"
        "[v]\nbasicConstraints=critical,CA:TRUE\n"
        "[req]\ndistinguished_name=n\n[n]\n")
    (box.work / "index.txt").write_text("")
    (box.work / "serial").write_text("01\n")
    box.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", folder / "ca.key", "-out", "ca.csr", "-subj", "/CN=old",
                "-config", "ca.cnf")
    made = box.openssl("ca", "-batch", "-config", "ca.cnf", "-selfsign", "-in", "ca.csr",
                       "-keyfile", folder / "ca.key", "-out", folder / "ca.pem", "-notext",
                       "-startdate", "200101000000Z", "-enddate", "210101000000Z")
    assert made.returncode == 0, made.stderr
    done = box.run("server", "--name", "a.lan", "--ca", folder, status=1)
    assert "expired on 2021-01-01" in done.stderr
    assert "hatch-cert ca --force" in done.stderr


@needs_openssl
@pytest.mark.parametrize("subject", ["/C=DE/O=Foreign, Inc./CN=CA with \"quotes\" \\\\ and ü",
                                     "/CN=plain"])
def test_ca_made_by_openssl_is_taken(box, subject):
    """The issuer must be the same bytes, whatever string types the CA uses."""
    folder = box.work / "ca"
    folder.mkdir(mode=0o700)
    made = box.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                       "-nodes", "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
                       "-utf8", "-subj", subject, "-days", "100",
                       "-addext", "keyUsage=critical,keyCertSign")
    assert made.returncode == 0, made.stderr
    done = box.run("server", "--name", "a.lan", "--out", "a", "--ca", folder)
    assert "ends with the CA" in done.stderr
    check = box.openssl("verify", "-x509_strict", "-CAfile", folder / "ca.pem", "a.pem")
    assert check.returncode == 0, check.stderr


# ---- server certificates ------------------------------------------------------------------------


@needs_openssl
@pytest.mark.parametrize("key", ["p256", "rsa2048", "rsa3072"])
def test_server_certificate_verifies(box, key):
    box.run("server", "--name", "ESP32.local", "--name", "*.example.lan", "--ip", "192.168.4.1",
            "--ip", "fe80::1", "--ip", "::1", "--key", key, "--out", "esp32",
            "--format", "pem,der,header")
    ca = box.ca / "ca.pem"
    for option, value in (("-verify_hostname", "esp32.local"),
                          ("-verify_hostname", "foo.example.lan"), ("-verify_ip", "192.168.4.1"),
                          ("-verify_ip", "fe80::1"), ("-verify_ip", "::1")):
        done = box.openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", ca,
                           option, value, "esp32.pem")
        assert done.returncode == 0, done.stderr
    for value in ("other.local", "a.b.example.lan", "example.lan"):
        done = box.openssl("verify", "-CAfile", ca, "-verify_hostname", value, "esp32.pem")
        assert done.returncode != 0
    pem = box.openssl("x509", "-in", "esp32.pem", "-outform", "DER", "-out", "again.der")
    assert pem.returncode == 0
    assert (box.work / "again.der").read_bytes() == (box.work / "esp32.der").read_bytes()
    for form, file in (("PEM", "esp32.key"), ("DER", "esp32.key.der")):
        of_key = box.openssl("pkey", "-inform", form, "-in", file, "-pubout")
        of_cert = box.openssl("x509", "-in", "esp32.pem", "-noout", "-pubkey")
        assert of_key.stdout == of_cert.stdout != ""


@needs_openssl
def test_server_extensions(box):
    box.run("server", "--name", "b.lan", "--name", "a.lan", "--ip", "10.0.0.1", "--out", "x")
    text = box.openssl("x509", "-in", "x.pem", "-noout", "-text").stdout
    assert "DNS:b.lan, DNS:a.lan, IP Address:10.0.0.1" in text  # in the order given
    assert "Subject: CN = b.lan" in text
    assert "CA:FALSE" in text
    assert re.search(r"Key Usage: critical\s+Digital Signature\n", text)
    assert re.search(r"Extended Key Usage: *\s+TLS Web Server Authentication", text)
    assert "Authority Key Identifier" in text and "Subject Key Identifier" in text
    serial = re.search(r"Serial Number:\s+([0-9a-f:]+)", text).group(1).split(":")
    assert len(serial) >= 16 and int(serial[0], 16) < 0x80


@needs_openssl
def test_rsa_may_also_encipher_keys(box):
    box.run("server", "--name", "a.lan", "--key", "rsa2048", "--out", "x")
    text = box.openssl("x509", "-in", "x.pem", "-noout", "-text").stdout
    assert "Digital Signature, Key Encipherment" in text


def parse_dates(box, file):
    text = box.openssl("x509", "-in", file, "-noout", "-dates").stdout
    return [ssl.cert_time_to_seconds(part) for part in re.findall(r"=(.*)", text)]


@needs_openssl
def test_days(box):
    box.run("server", "--name", "a.lan", "--out", "a")
    begin, end = parse_dates(box, "a.pem")
    assert end - begin + 1 == 825 * 86400  # both ends count: not a second more
    box.run("server", "--name", "a.lan", "--out", "b", "--days", "826", status=2)
    assert not (box.work / "b.key").exists()
    box.run("server", "--name", "a.lan", "--out", "b", "--days", "826", "--allow-long")
    begin, end = parse_dates(box, "b.pem")
    assert end - begin + 1 == 826 * 86400


@needs_openssl
def test_subject_fields_survive_any_character(box):
    organization = 'Bücher, "Söhne" + Co = <x>;#\\'
    box.run("server", "--name", "a.lan", "--out", "a", "--organization", organization,
            "--country", "DE", "--state", "Hessen", "--locality", " Frankfurt ",
            "--common-name", "#1\\,")
    text = box.openssl("x509", "-in", "a.pem", "-noout", "-subject", "-nameopt",
                       "multiline,utf8,-esc_msb,-esc_ctrl,-esc_2253,-esc_2254").stdout
    fields = dict(line.strip().split(" = ", 1) if " = " in line else (line, "")
                  for line in text.splitlines())
    fields = {name.strip(): value for name, value in fields.items()}
    assert fields["organizationName"] == organization
    assert fields["commonName"] == "#1\\,"
    assert re.search(r"localityName +=  Frankfurt", text)
    assert fields["countryName"] == "DE"


def test_a_long_name_does_not_go_into_the_common_name(box):
    name = ".".join(["a" * 63] * 3 + ["b" * 61])  # 253 characters: the most
    assert len(name) == 253
    box.run("server", "--name", name, "--out", "a")
    box.run("verify", "a.pem", "--name", name)
    box.run("server", "--name", name + "b", "--out", "b", status=2)


def test_as_many_names_as_there_may_be(box):
    names = [part for i in range(64) for part in ("--name", f"{'n' * 50}{i}.{'m' * 60}.lan")]
    names += [part for i in range(64) for part in ("--ip", f"2001:db8::{i:x}")]
    box.run("server", *names, "--out", "many", "--format", "pem,der,header")
    box.run("server", *names, "--name", "one.more", "--out", "more", status=2)


BAD_NAMES = ["", ".", "a..b", "a.", ".a", "-a.lan", "a-.lan", "a_b.lan", "a b", "*", "a.*.lan",
             "*a.lan", "a*.lan", "*.", "*.*.lan", "x" * 64 + ".lan", "192.168.4.1", "1.2.3",
             "bücher.lan", "https://a.lan", "a.lan:443", "a.lan/x", "::1", "a\nb", "a,b", "a\x7f"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_names_are_refused(box, name):
    done = box.run("server", "--name", name, "--out", "x", status=2)
    assert "--name" in done.stderr
    assert list(box.work.iterdir()) == [] and not box.ca.exists()


def test_idn_is_pointed_to_punycode(box):
    assert "punycode" in box.run("server", "--name", "bücher.lan", status=2).stderr
    box.run("server", "--name", "xn--bcher-kva.lan", "--out", "x")


@pytest.mark.parametrize("address", ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "a.lan",
                                     "10.0.0.0/8", "[::1]", "fe80::1%eth0", "::1::", "1.2.3.4 "])
def test_bad_addresses_are_refused(box, address):
    done = box.run("server", "--ip", address, "--out", "x", status=2)
    assert "--ip" in done.stderr and one_line(done)
    assert list(box.work.iterdir()) == []


@needs_openssl
def test_self_signed(box):
    box.run("self", "--name", "a.lan", "--ip", "::1", "--out", "a", "--format", "pem,der,header")
    assert not box.ca.exists()
    assert box.openssl("verify", "-CAfile", "a.pem", "-verify_hostname", "a.lan",
                       "a.pem").returncode == 0
    box.run("verify", "--self", "a.pem", "--ip", "::1")
    box.run("verify", "--self", "a.pem", "--name", "b.lan", status=1)


# ---- files --------------------------------------------------------------------------------------


def test_modes_do_not_depend_on_the_umask(box):
    for mask in (0, 0o777):
        old = os.umask(mask)
        try:
            box.run("server", "--name", "a.lan", "--out", "a", "--format", "pem,der,header",
                    "--force")
        finally:
            os.umask(old)
        modes = {path.name: mode(path) for path in box.work.iterdir()}
        assert modes == {"a.pem": 0o644, "a.der": 0o644, "a.key": 0o600, "a.key.der": 0o600,
                         "a.h": 0o600}


@pytest.mark.parametrize("file", ["a.key", "a.pem", "a.der", "a.key.der", "a.h"])
def test_nothing_is_overwritten_without_force(box, file):
    (box.work / file).write_text("precious")
    args = ["server", "--name", "a.lan", "--out", "a", "--format", "pem,der,header"]
    assert "--force" in box.run(*args, status=1).stderr
    assert [path.name for path in box.work.iterdir()] == [file]
    assert (box.work / file).read_text() == "precious"
    box.run(*args, "--force")
    assert (box.work / file).read_bytes() != b"precious"


def test_a_link_is_replaced_and_not_followed(box):
    target = box.home / "target"
    target.write_text("precious")
    (box.work / "a.key").symlink_to(target)
    box.run("server", "--name", "a.lan", "--out", "a", status=1)
    box.run("server", "--name", "a.lan", "--out", "a", "--force")
    assert target.read_text() == "precious"
    assert not (box.work / "a.key").is_symlink() and mode(box.work / "a.key") == 0o600


def test_a_failed_write_leaves_the_old_files(box):
    box.run("server", "--name", "a.lan", "--out", "a")
    before = {path.name: path.read_bytes() for path in box.work.iterdir()}
    (box.work / "a.h").mkdir()
    done = box.run("server", "--name", "a.lan", "--out", "a", "--format", "header", "--force",
                   status=1)
    assert "cannot write" in done.stderr
    (box.work / "a.h").rmdir()

    def no_room():  # a disk that is full after 100 bytes
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = box.run("server", "--name", "a.lan", "--out", "a", "--force", status=1,
                   preexec_fn=no_room)
    assert "cannot write" in done.stderr
    assert {path.name: path.read_bytes() for path in box.work.iterdir()} == before


def test_a_missing_folder_is_a_sentence(box):
    done = box.run("server", "--name", "a.lan", "--out", "no/where/a", status=1)
    assert "no/where/a.key" in done.stderr and "No such file" in done.stderr
    box.run("server", "--name", "a.lan", "--out", "no/", status=2)


def test_default_base_is_the_first_name(box):
    box.run("server", "--name", "*.a.lan")
    assert (box.work / "any.a.lan.pem").exists()
    box.run("server", "--ip", "fe80::1")
    assert (box.work / "fe80--1.pem").exists()


HEADER_USER = """
#include "%s"
#include <stdio.h>
int main(void)
{
    fwrite(%s, 1, sizeof(%s), stdout);
    return sizeof(%s) > 100 ? 0 : 1;
}
"""


@pytest.mark.parametrize("compiler,standard,ending", [("gcc", "c11", "c"), ("clang", "c17", "c"),
                                                      ("g++", "c++17", "cc")])
def test_header_compiles_and_holds_the_same_bytes(box, compiler, standard, ending):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    box.run("server", "--name", "a.lan", "--out", "1-dev.x", "--format", "der,header", "--chain")
    user = box.work / f"user.{ending}"
    for array, file in (("cert", "1-dev.x.der"), ("key", "1-dev.x.key.der")):
        name = f"x1_dev_x_{array}"
        user.write_text(HEADER_USER % ("1-dev.x.h", name, name, "x1_dev_x_key"))
        subprocess.run([compiler, f"-std={standard}", "-pedantic", "-Wall", "-Wextra", "-Werror",
                        "-Wno-unused-const-variable", user.name, "-o", "user"], cwd=box.work,
                       check=True, timeout=60)
        done = subprocess.run([box.work / "user"], capture_output=True, check=True, timeout=10)
        assert done.stdout == (box.work / file).read_bytes()


@needs_openssl
def test_chain_follows(box):
    box.run("server", "--name", "a.lan", "--out", "a", "--chain", "--format", "pem,der")
    pem = (box.work / "a.pem").read_text()
    assert pem.count("BEGIN CERTIFICATE") == 2
    assert pem.endswith((box.ca / "ca.pem").read_text())
    assert (box.work / "a.der").read_bytes().endswith((box.ca / "ca.der").read_bytes())
    assert box.run("show", "a.der").stdout.count("subject") == 2
    assert box.run("show", "a.pem").stdout.count("subject") == 2


# ---- show and verify ----------------------------------------------------------------------------


@needs_openssl
def test_show_prints_the_fingerprint(box):
    box.run("server", "--name", "a.lan", "--out", "a", "--format", "pem,der")
    text = box.openssl("x509", "-in", "a.pem", "-noout", "-fingerprint", "-sha256").stdout
    for file in ("a.pem", "a.der"):
        assert text.split("=")[1].strip() in box.run("show", file).stdout


def test_show_of_other_things(box):
    (box.work / "junk").write_bytes(b"\x1b[31m junk")
    (box.work / "empty").write_bytes(b"")
    os.mkfifo(box.work / "pipe")
    box.run("server", "--name", "a.lan", "--out", "a")
    for file, words in (("junk", "not a certificate"), ("empty", "is empty"),
                        ("a.key", "private key"), (".", "directory"), ("none", "No such file"),
                        ("pipe", "cannot read")):
        done = box.run("show", file, status=1)
        assert words in done.stderr and one_line(done), done.stderr


def test_verify_finds_what_is_wrong(box):
    box.run("server", "--name", "a.lan", "--out", "a")
    box.run("server", "--name", "b.lan", "--out", "b")
    done = box.run("verify", "a.pem", "--name", "a.lan")
    assert done.stdout.count("good") == 4  # chain, use, names, and the key beside it
    assert "not for b.lan" in box.run("verify", "a.pem", "--name", "b.lan", status=1).stdout
    assert "another" in box.run("verify", "a.pem", "--key", "b.key", status=1).stdout
    box.run("ca", "--force")
    assert "chain      BAD" in box.run("verify", "a.pem", status=1).stdout


# ---- use ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", "ca", "server", "self", "client", "batch", "renew",
                                     "show", "verify", "trust", "untrust"])
def test_help(box, command):
    done = box.run(*([command] if command else []), "--help")
    assert done.stdout.startswith("usage: hatch-cert") and done.stderr == ""
    assert "--help" in done.stdout
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


@pytest.mark.parametrize("args", [
    [], ["nothing"], ["--nothing"], ["ca", "--nothing"], ["ca", "extra"], ["ca", "--days"],
    ["ca", "--days", "x"], ["ca", "--days", "0"], ["ca", "--days", "99999999999999999999"],
    ["ca", "--force=yes"], ["ca", "--country", "DEU"], ["ca", "--country", "1x"],
    ["ca", "--common-name", "a" * 65], ["ca", "--common-name", "a\nb"], ["server"],
    ["server", "--name", "a.lan", "--format", "pem,"], ["server", "--name", "a", "--key", "dsa"],
    ["server", "--name", "a", "--symbol", "1x"], ["self", "--name", "a", "--ca", "x"], ["show"],
    ["client"], ["client", "--ip", "::1"], ["client", "a"],
    ["batch"], ["batch", "a", "b"], ["batch", "a", "--format", "x"], ["batch", "a", "--out", ""], ["renew"],
    ["verify"], ["verify", "a", "b"], ["trust", "x"]])
def test_wrong_use_is_one_line_and_status_2(box, args):
    done = box.run(*args, status=2)
    assert one_line(done), done.stderr
    assert list(box.work.iterdir()) == [] and not box.ca.exists()


# ---- trust --------------------------------------------------------------------------------------


def with_certutil(box):
    """A home with a profile of Firefox and a store of Chrome."""
    if not shutil.which("certutil"):
        pytest.skip("no certutil")
    folders = [box.home / ".mozilla/firefox/a b.default", box.home / ".pki/nssdb"]
    for folder in folders:
        folder.mkdir(parents=True)
        subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True,
                       timeout=60)
    return folders


def nss_list(folder):
    return subprocess.run(["certutil", "-L", "-d", f"sql:{folder}"], text=True, check=True,
                          capture_output=True, timeout=60).stdout


def test_trust_and_untrust(box):
    folders = with_certutil(box)
    store = box.home / "system"
    store.mkdir()
    box.env["HATCH_TRUST_SYSTEM_DIR"] = str(store)
    box.run("ca")
    box.run("trust", "--yes")
    box.run("trust", "--yes")  # twice does no harm
    assert [p.read_bytes() for p in store.iterdir()] == [(box.ca / "ca.pem").read_bytes()]
    for folder in folders:
        assert re.search(r"hatch-[0-9a-f]{8} +C,,", nss_list(folder))
    box.run("untrust", "--yes")
    assert list(store.iterdir()) == []
    for folder in folders:
        assert "hatch-" not in nss_list(folder)
    assert "Nothing to do" in box.run("untrust", "--yes").stdout


def test_trust_asks_first(box):
    store = box.home / "system"
    store.mkdir()
    box.env["HATCH_TRUST_SYSTEM_DIR"] = str(store)
    box.run("ca")
    assert "--yes" in box.run("trust", status=1).stderr  # nobody to be asked
    shown = box.run("trust", "--dry-run").stdout
    assert "install" in shown
    assert list(store.iterdir()) == []
    for system in ("macOS", "Windows", "Android", "iPhone"):
        assert system in shown and system in box.run("untrust", "--dry-run").stdout


def test_trust_without_certutil_names_the_package(box):
    profile = box.home / ".mozilla/firefox/x.default"
    profile.mkdir(parents=True)
    (profile / "cert9.db").write_bytes(b"")
    box.run("ca")
    tools = box.home / "bin"
    tools.mkdir()
    box.env["PATH"] = str(tools)
    if any(os.access(f"/{d}/certutil", os.X_OK) for d in ("usr/sbin", "sbin")):
        pytest.skip("certutil is in /usr/sbin")
    done = box.run("trust", "--firefox", "--yes", status=1)
    assert "libnss3-tools" in done.stderr


def test_commands_survive_output_that_is_cut_off(box):
    """dpkg's triggers, run by update-ca-certificates, break if a pipe kills them."""
    tools = box.home / "bin"
    tools.mkdir()
    (tools / "install").write_text('#!/bin/sh\necho "it talks"\ntouch "$HOME/finished"\n')
    (tools / "install").chmod(0o755)
    box.env["PATH"] = f"{tools}:{box.env['PATH']}"
    box.env["HATCH_TRUST_SYSTEM_DIR"] = str(box.home)
    box.run("ca")
    done = box.run("trust", "--system", "--yes")
    assert "it talks" in done.stderr and "it talks" not in done.stdout
    assert (box.home / "finished").exists()


def test_a_failing_store_is_status_1(box):
    box.env["HATCH_TRUST_SYSTEM_DIR"] = str(box.home / "not there")
    box.run("ca")
    done = box.run("trust", "--system", "--yes", status=1)
    assert "system:" in done.stderr


def test_trust_without_a_ca(box):
    assert "hatch-cert ca" in box.run("trust", "--yes", status=1).stderr


# ---- in real life -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["p256", "rsa2048"])
def test_a_client_accepts_it(box, key):
    box.run("server", "--name", "localhost", "--ip", "127.0.0.1", "--out", "s", "--key", key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(box.work / "s.pem", box.work / "s.key")
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        for _ in range(2):
            connection, _ = server.accept()
            connection.settimeout(10)
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = ssl.create_default_context(cafile=box.ca / "ca.pem")
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    for name in ("localhost", "127.0.0.1"):
        with socket.create_connection(server.getsockname(), timeout=10) as plain:
            with client.wrap_socket(plain, server_hostname=name) as tls:
                tls.send(b"x")
    thread.join(10)
    server.close()
