# SPDX-License-Identifier: MIT
"""hatch-cert.exe: what it makes is judged by OpenSSL and by the hatch-cert of this system."""

import re
import shutil
import stat
import subprocess

import pytest

from conftest import WIN, REPO


def others_may_read(path):
    """Wine gives the user's own rights to the group too, so only the others count."""
    return bool(stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO)


def test_needs_no_dll_that_windows_does_not_bring():
    brought = {"ADVAPI32.dll", "bcrypt.dll", "CRYPT32.dll", "KERNEL32.dll", "msvcrt.dll", "SHELL32.dll", "WS2_32.dll"}
    for tool in ("hatch-cert", "hatch-probe"):
        text = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", WIN / f"{tool}.exe"], text=True, check=True,
                              capture_output=True, timeout=60).stdout
        needed = set(re.findall(r"DLL Name: (\S+)", text))
        assert needed and needed <= brought


@pytest.mark.parametrize("key", ["p256", "rsa2048"])
def test_what_it_makes_is_good(windows, key):
    """From nothing to a server certificate, with a CA in the user's folder that others cannot enter."""
    work = windows.work
    windows.cert("ca", "--ca", "ca")
    windows.cert("server", "--ca", "ca", "--name", "ESP32.local", "--name", "*.example.lan", "--ip", "192.168.4.1",
                 "--ip", "fe80::1", "--key", key, "--out", "esp32", "--format", "pem,der,header", "--chain")
    for option, value in (("-verify_hostname", "esp32.local"), ("-verify_hostname", "a.example.lan"),
                          ("-verify_ip", "192.168.4.1"), ("-verify_ip", "fe80::1")):
        windows.linux("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca/ca.pem", option,
                      value, "esp32.pem")
    windows.linux("hatch-cert", "verify", "--ca", "ca", "esp32.pem", "--name", "esp32.local", "--ip", "fe80::1")
    shown = windows.linux("hatch-cert", "show", "esp32.der").stdout
    assert windows.cert("show", "esp32.der").stdout == shown and shown.count("subject") == 2
    assert windows.cert("verify", "--ca", "ca", "esp32.pem", "--name", "esp32.local").stdout.count("good") == 4
    windows.cert("verify", "--ca", "ca", "esp32.pem", "--name", "other.local", status=1)
    # The arrays are the files.
    (work / "user.c").write_text('#include "esp32.h"\n#include <stdio.h>\nint main(void)\n{\n'
                                 "fwrite(esp32_cert, 1, sizeof(esp32_cert), stdout);\n"
                                 "return fwrite(esp32_key, 1, sizeof(esp32_key), stdout) == 0;\n}\n")
    windows.linux("cc", "-Wall", "-Werror", "user.c", "-o", "user")
    whole = subprocess.run([work / "user"], capture_output=True, check=True, timeout=10).stdout
    assert whole == (work / "esp32.der").read_bytes() + (work / "esp32.key.der").read_bytes()
    # Keys are for their owner, certificates for everybody.
    for name, open_to_others in (("esp32.key", False), ("esp32.key.der", False), ("esp32.h", False), ("ca", False),
                                 ("ca/ca.key", False), ("esp32.pem", True), ("esp32.der", True)):
        assert others_may_read(work / name) == open_to_others, name
    assert not [path for path in work.rglob("*.new*")]


def test_a_clients_certificate(windows):
    """With a CA of its own in the CA's folder, for clients only; and the lines that it prints."""
    done = windows.cert("client", "--ca", "ca", "--name", "Jürgen: a?b", "--email", "j@example.org", "--uri", "urn:7")
    assert r"config.client_ca is ca\clients\ca.pem" in done.stdout
    assert 'curl --cert "Jürgen__a_b.pem" --key "Jürgen__a_b.key"' in done.stdout
    windows.linux("openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "ca/clients/ca.pem",
                  "Jürgen__a_b.pem")
    windows.linux("openssl", "verify", "-purpose", "sslserver", "-CAfile", "ca/clients/ca.pem", "Jürgen__a_b.pem",
                  status=2)
    for name, open_to_others in (("Jürgen__a_b.key", False), ("ca/clients", False), ("ca/clients/ca.key", False),
                                 ("Jürgen__a_b.pem", True)):
        assert others_may_read(windows.work / name) == open_to_others, name
    windows.linux("hatch-cert", "verify", "--client", "--ca", "ca", "Jürgen__a_b.pem", "--name", "j@example.org")
    windows.cert("renew", "--ca", "ca", "Jürgen__a_b")
    windows.cert("verify", "--client", "--ca", "ca", "Jürgen__a_b.pem", "--name", "urn:7", "--name", "Jürgen: a?b")
    windows.cert("verify", "--client", "--ca", "ca", "Jürgen__a_b.pem", "--name", "other", status=1)
    assert "no CA" in windows.cert("verify", "--ca", "ca", "Jürgen__a_b.pem", status=1).stderr


def test_a_ca_of_linux_is_taken_and_the_other_way_round(windows):
    windows.linux("hatch-cert", "ca", "--ca", "there")
    windows.cert("server", "--ca", "there", "--name", "a.lan", "--out", "a")
    windows.linux("hatch-cert", "verify", "--ca", "there", "a.pem", "--name", "a.lan")
    windows.cert("ca", "--ca", "here")
    windows.linux("hatch-cert", "server", "--ca", "here", "--name", "b.lan", "--out", "b")
    windows.cert("verify", "--ca", "here", "b.pem", "--name", "b.lan")


def test_a_key_that_others_may_read_is_warned_of(windows):
    windows.cert("ca", "--ca", "ca")
    assert windows.cert("server", "--ca", "ca", "--name", "a.lan").stderr == ""
    (windows.work / "ca/ca.key").chmod(0o644)
    assert "others may read" in windows.cert("server", "--ca", "ca", "--name", "b.lan").stderr


def test_the_usual_folder_is_the_users(windows):
    done = windows.cert("ca", "--force")
    assert re.search(r"C:\\users\\\w+\\AppData\\Local\\hatch\\ca\\ca.pem", done.stdout)


def test_names_of_files_and_arguments_are_utf8(windows):
    """Whatever the code page; both separators; and a * is not made a list of files."""
    (windows.work / "zz.lan").write_text("")
    windows.cert("self", "--name", "*.lan", "--organization", "Bücher & Söhne 株式会社", "--out", r".\Ж 日本 x")
    text = windows.linux("openssl", "x509", "-in", "Ж 日本 x.pem", "-noout", "-subject", "-ext", "subjectAltName",
                         "-nameopt", "utf8,-esc_msb").stdout
    assert "Bücher & Söhne 株式会社" in text and "DNS:*.lan" in text
    (windows.work / "Ж").mkdir()
    windows.cert("self", "--name", "a.lan", "--out", "Ж/a", "--format", "header")
    assert "a_cert[" in (windows.work / "Ж/a.h").read_text()
    folder = "d" * 100
    windows.cert("ca", "--ca", rf"{folder}\{folder}\{folder}")  # more than Windows's 260 characters
    assert (windows.work / folder / folder / folder / "ca.key").exists()


def test_nothing_is_overwritten_or_half_written(windows):
    work = windows.work
    windows.cert("self", "--name", "a.lan", "--out", "a", "--format", "pem,der")
    before = {path.name: path.read_bytes() for path in work.iterdir()}
    assert "--force" in windows.cert("self", "--name", "a.lan", "--out", "a", "--format", "pem,der", status=1).stderr
    (work / "a.h").mkdir()
    assert "cannot write" in windows.cert("self", "--name", "a.lan", "--out", "a", "--format", "header", "--force",
                                          status=1).stderr
    (work / "a.h").rmdir()
    assert {path.name: path.read_bytes() for path in work.iterdir()} == before
    windows.cert("self", "--name", "a.lan", "--out", "a", "--format", "pem,der", "--force")
    assert all((work / name).read_bytes() != old for name, old in before.items())


def test_errors_are_sentences(windows):
    for args, words in ((["show", "none"], "No such file"), (["show", "."], "directory"),
                        (["self", "--name", "a.lan", "--out", "no/where/a"], "No such file")):
        done = windows.cert(*args, status=1)
        assert words in done.stderr and done.stderr.count("\n") == 1
    for address in ("01.2.3.4", "1.2.3", "fe80::1%4", "::1::", "256.1.1.1", "1.2.3.4 "):
        assert "--ip" in windows.cert("self", "--ip", address, status=2).stderr


def test_a_batch_and_renewal(windows):
    work = windows.work
    (work / "d.csv").write_bytes(b"name,dns,days\r\nesp-1,esp-1.local,\r\nesp-2,esp-2.local,30\r\n")
    args = ["batch", "d.csv", "--ca", "ca", "--out", r"c\certs", "--format", "pem,nvs"]
    assert "2 made" in windows.cert(*args).stdout
    assert not others_may_read(work / "c/certs") and not others_may_read(work / "c/certs/esp-1.nvs.csv")
    before = {path.name: path.read_bytes() for path in (work / "c/certs").iterdir()}
    assert "0 made, 2 there already" in windows.cert(*args).stdout
    assert "0 made, 2 there already" in windows.linux("hatch-cert", *[arg.replace("\\", "/") for arg in args]).stdout
    assert "esp-2.pem: it expires" in windows.cert("show", "--quiet", "--within", "29", r"c\certs\esp-2.pem", status=1).stderr
    windows.cert("renew", "--ca", "ca", "--within", "29", r"c\certs\esp-1", r"c\certs\esp-2")
    after = {path.name: path.read_bytes() for path in (work / "c/certs").iterdir()}
    assert {name for name in before if after[name] != before[name]} == {"esp-2.pem", "esp-2.key", "esp-2.nvs.csv"}
    windows.linux("hatch-cert", "verify", "--ca", "ca", "c/certs/esp-2.pem", "--name", "esp-2.local")
    (work / "d.csv").write_bytes(b"name,dns\r\nCON,a.lan\r\n")
    assert "d.csv:2: " in windows.cert(*args, status=1).stderr


def test_trust_runs_certutil_of_the_system(windows, prefix):
    """Wine's does nothing: one that notes its arguments stands in."""
    work = windows.work
    program = prefix / "drive_c/windows/system32/certutil.exe"
    folder = work / "a b"
    folder.mkdir()
    windows.cert("ca", "--ca", "a b/ca")
    subprocess.run(["x86_64-w64-mingw32-gcc", "-O1", "-s", REPO / "tests/win/argv.c", "-o", work / "argv.exe"],
                   check=True, timeout=60)
    shown = windows.cert("trust", "--ca", "a b/ca", "--dry-run").stdout
    assert r'System32\certutil.exe -user -f -addstore Root "a b/ca\ca.der"' in shown
    windows.cert("trust", "--ca", "a b/ca", "--yes", status=1)  # there is none
    shutil.copy(work / "argv.exe", program)
    try:
        windows.cert("trust", "--ca", "a b/ca", "--yes")
        assert (work / "argv.txt").read_text().splitlines() == ["-user", "-f", "-addstore", "Root", r"a b/ca\ca.der"]
        (work / "argv.txt").unlink()
        sha1 = windows.linux("openssl", "x509", "-in", "a b/ca/ca.pem", "-noout", "-fingerprint", "-sha1").stdout
        sha1 = sha1.strip().split("=")[1].replace(":", "").lower()
        windows.cert("untrust", "--ca", "a b/ca", "--yes")
        assert (work / "argv.txt").read_text().splitlines() == [
            "-user", "-store", "Root", sha1, "-user", "-delstore", "Root", sha1]
    finally:
        program.unlink()
    assert "Nothing to do" in windows.cert("untrust", "--ca", "a b/ca", "--yes").stdout
    assert "--yes" in windows.cert("trust", "--ca", "a b/ca", status=1).stderr  # nobody to be asked
