# SPDX-License-Identifier: MIT
"""hatch-cert batch, renew, and the warnings of what expires; OpenSSL and Python's csv are the judges."""

import base64
import csv
import os
import re
import stat

import pytest

from test_cert import Box, mode, parse_dates


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path)


def batch(box, text, *args, status=0):
    (box.work / "d.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return box.run("batch", "d.csv", "--out", "certs", *args, status=status)


def names_in(box, file):
    return box.openssl("x509", "-in", file, "-noout", "-ext", "subjectAltName").stdout.strip().split("\n")[1].strip()


def nothing_made(box):
    return not (box.work / "certs").exists() and not box.ca.exists()


GOOD = "name,dns,ip,days\nesp-1,esp-1.local a.lan,192.168.4.1,\nesp-2,ESP-2.local,fe80::2,30\n"


# ---- what it makes ------------------------------------------------------------------------------


def test_every_device_has_its_files(box):
    done = batch(box, GOOD, "--format", "pem,der,header,nvs", "--organization", "Maker")
    certs = box.work / "certs"
    endings = ("pem", "key", "der", "key.der", "h", "nvs.csv")
    assert sorted(path.name for path in certs.iterdir()) == sorted(f"esp-{n}.{e}" for n in (1, 2) for e in endings)
    assert names_in(box, certs / "esp-1.pem") == "DNS:esp-1.local, DNS:a.lan, IP Address:192.168.4.1"
    assert names_in(box, certs / "esp-2.pem") == "DNS:esp-2.local, IP Address:FE80:0:0:0:0:0:0:2"
    for n, days in ((1, 825), (2, 30)):
        check = box.openssl("verify", "-x509_strict", "-CAfile", box.ca / "ca.pem", certs / f"esp-{n}.pem")
        assert check.returncode == 0, check.stderr
        begin, end = parse_dates(box, certs / f"esp-{n}.pem")
        assert end - begin + 1 == days * 86400
        print_of = box.openssl("x509", "-in", certs / f"esp-{n}.pem", "-noout", "-fingerprint", "-sha256").stdout
        assert re.search(rf"^esp-{n} +until \d{{4}}-\d\d-\d\d  {print_of.strip().split('=')[1]}$", done.stdout, re.M)
        for ending in endings:
            secret = ending not in ("pem", "der")
            assert mode(certs / f"esp-{n}.{ending}") == (0o600 if secret else 0o644)
    assert mode(certs) == 0o700
    keys = {(certs / f"esp-{n}.key").read_text() for n in (1, 2)}
    assert len(keys) == 2
    assert "O = Maker" in box.openssl("x509", "-in", certs / "esp-1.pem", "-noout", "-subject").stdout


def test_what_nvs_partition_gen_takes(box):
    """Four columns by these names; a namespace first; keys of at most 15 characters; base64 of the DER files."""
    batch(box, GOOD, "--format", "der,nvs", "--chain")
    certs = box.work / "certs"
    with open(certs / "esp-1.nvs.csv", encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["key", "type", "encoding", "value"]
    assert [(row["key"], row["type"], row["encoding"]) for row in rows] == [
        ("identity", "namespace", ""), ("cert", "data", "base64"), ("key", "data", "base64")]
    assert base64.b64decode(rows[1]["value"], validate=True) == (certs / "esp-1.der").read_bytes()
    assert base64.b64decode(rows[2]["value"], validate=True) == (certs / "esp-1.key.der").read_bytes()
    assert (certs / "esp-1.der").read_bytes().endswith((box.ca / "ca.der").read_bytes())


def test_server_and_self_write_nvs_too(box):
    box.run("server", "--name", "a.lan", "--out", "a", "--format", "nvs")
    box.run("self", "--name", "a.lan", "--out", "b", "--format", "nvs,der")
    text = (box.work / "b.nvs.csv").read_text()
    assert base64.b64decode(re.search("^cert,data,base64,(.*)$", text, re.M).group(1)) == \
        (box.work / "b.der").read_bytes()
    assert mode(box.work / "a.nvs.csv") == 0o600


def test_one_symbol_for_all(box):
    batch(box, GOOD, "--format", "header", "--symbol", "device")
    for n in (1, 2):
        assert "device_cert[" in (box.work / f"certs/esp-{n}.h").read_text()
    batch(box, GOOD, "--format", "header", "--symbol", "device")  # found again
    batch(box, GOOD, "--symbol", "1x", status=2)


def test_quoting_of_rfc_4180(box):
    """A byte order mark, CRLF, columns in any order, quoted separators and line ends, no line end at the end."""
    rows = [["dns", "name"], ["a.lan;\r\nb.lan", "one"], [" c.lan ", "two"], ["d.lan", "three"]]
    text = "\r\n".join(",".join(f'"{field}"' for field in row) for row in rows)
    batch(box, b"\xef\xbb\xbf" + text.encode() + b"\r\n\r\n\n\"e.lan\",four")
    assert names_in(box, "certs/one.pem") == "DNS:a.lan, DNS:b.lan"
    assert names_in(box, "certs/two.pem") == "DNS:c.lan"
    assert names_in(box, "certs/four.pem") == "DNS:e.lan"
    # The line is where a row begins, also after rows of several lines.
    done = batch(box, 'dns,name\n"a.lan\n\nb.lan",five\nx..y,six\n', status=1)
    assert "d.csv:5: " in done.stderr


# ---- what it refuses ----------------------------------------------------------------------------


WRONG = {
    'a,"b': "never closed",
    'a,"b" c': "between a closing quotation mark",
    'a,b"c': "quotation mark within",
    "a,b\rc": "carriage return",
    "a,b\0": "NUL",
    "a": "1 fields, the first one 2",
    "a,b,c": "3 fields, the first one 2",
    "a" + ",b" * 16: "more than 16 fields",
    "a,": "it is for nothing",
    "a, ; ;": "it is for nothing",
    "a,b_c": "character other than",
    "a,192.168.4.1": "--ip",
    ",b.lan": "is empty",
    "a b,b.lan": "character other than",
    "../a,b.lan": "character other than",
    "a/b,b.lan": "character other than",
    "a\\b,b.lan": "character other than",
    "..,b.lan": "begins with a dot",
    ".a,b.lan": "begins with a dot",
    "-a,b.lan": "hyphen",
    "a.,b.lan": "ends with a dot",
    "ä,b.lan": "character other than",
    "a.KEY,b.lan": "ends with .key",
    "Con,b.lan": "Windows",
    "nul.x,b.lan": "Windows",
    "com1,b.lan": "Windows",
    "x" * 65 + ",b.lan": "longer than 64",
    '"a""b",b.lan': "character other than",
    "\x1b[31m,b.lan": "character other than",
    "a," + "x" * 300 + ".lan": "longer than 255",
    "a," + " ".join(f"n{i}.lan" for i in range(129)): "one too many",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_named_and_nothing_is_made(box, line):
    done = batch(box, f"name,dns\ngood,good.lan\n{line}\nlast,last.lan\n", status=1)
    first = done.stderr.splitlines()[0]
    assert first.startswith("d.csv:3: ") and WRONG[line] in first
    assert "nothing was made" in done.stderr.splitlines()[-1]
    assert all(32 <= ord(c) < 127 or c == "\n" for c in done.stderr)
    assert nothing_made(box) and done.stdout == ""


@pytest.mark.parametrize("line", [
    "x" * 64 + ",b.lan", "com,b.lan", "lpt10,b.lan", "con1,b.lan", "key,b.lan", "a.b_c-1,b.lan", '"a","b.lan"', '"a",b.lan\r',
    "a," + " ".join(f"n{i}.lan" for i in range(128)), "a,b.lan;;  c.lan ;"])
def test_the_other_side_of_the_limits(box, line):
    batch(box, f"name,dns\n{line}\n")


@pytest.mark.parametrize("days,good", [("", True), ("1", False), ("2", True), ("825", True), ("826", False),
                                       ("-2", False), ("x", False), ("30 ", False), ("0x20", False),
                                       ("99999999999999999999", False)])
def test_days(box, days, good):
    done = batch(box, f"name,dns,days\na,a.lan,{days}\n", status=0 if good else 1)
    assert good or ("from 2 to 825" in done.stderr and nothing_made(box))


def test_more_days_if_allowed(box):
    batch(box, "name,dns,days\na,a.lan,826\n", "--allow-long")
    batch(box, GOOD, "--days", "826", status=2)


@pytest.mark.parametrize("text,words", [
    ("", "is empty"), ("\n\n", "is empty"), ("esp-1,esp-1.local\n", "name the columns"),
    ("name;dns\na;a.lan\n", "commas between"), ("name,dns,dns\n", "two columns"), ("dns,ip\n", 'no column "name"'),
    ("name,days\n", 'neither a column "dns"'), ('"name,dns\n', "never closed"), ("Name,dns\n", "name the columns")])
def test_the_first_line(box, text, words):
    done = batch(box, text, status=1)
    assert words in done.stderr and done.stderr.count("\n") == 1 and nothing_made(box)


def test_all_mistakes_are_named_at_once(box):
    done = batch(box, "name,dns\n" + "".join(f"n{i},x..{i}\n" for i in range(25)), status=1)
    lines = done.stderr.splitlines()
    assert [line.split(":")[1] for line in lines[:20]] == [str(i) for i in range(2, 22)]
    assert lines[20] == "... and 5 more" and "25 mistakes" in lines[21] and nothing_made(box)


def test_a_name_is_there_once(box):
    done = batch(box, "name,dns\na,a.lan\nb,b.lan\nA,c.lan\nb,d.lan\n", status=1)
    assert 'd.csv:4: the name "A" stands in line 2 already' in done.stderr
    assert 'd.csv:5: the name "b" stands in line 3 already' in done.stderr and nothing_made(box)


def test_an_empty_batch_and_files_that_cannot_be_read(box):
    assert "0 made" in batch(box, "name,dns\n").stdout
    assert "No such file" in box.run("batch", "none.csv", status=1).stderr
    assert "directory" in box.run("batch", ".", status=1).stderr
    (box.work / "certs").rmdir()
    (box.work / "certs").write_text("")
    assert "cannot make the folder" in batch(box, GOOD, status=1).stderr


# ---- again --------------------------------------------------------------------------------------


def snapshot(box):
    return {path.name: path.read_bytes() for path in (box.work / "certs").iterdir()}


def test_it_goes_on_where_it_was(box):
    batch(box, GOOD, "--format", "pem,nvs")
    before = snapshot(box)
    done = batch(box, GOOD + "esp-3,esp-3.local,,\n", "--format", "pem,nvs")
    assert "1 made, 2 there already" in done.stdout and "esp-3" in done.stdout and "esp-1 " not in done.stdout
    after = snapshot(box)
    assert {name: after[name] for name in before} == before and "esp-3.pem" in after
    batch(box, GOOD, "--format", "pem,nvs", "--force")
    forced = snapshot(box)
    assert all(forced[name] != before[name] for name in before) and forced["esp-3.pem"] == after["esp-3.pem"]


@pytest.mark.parametrize("text,words", [
    (GOOD.replace("a.lan", "b.lan"), "not for b.lan"), (GOOD.replace(" a.lan", ""), "more names")])
def test_a_line_that_has_changed_since(box, text, words):
    batch(box, GOOD)
    before = snapshot(box)
    done = batch(box, text + "esp-3,esp-3.local,,\n", status=1)
    assert "d.csv:2: esp-1 is there, but is not what this line asks for" in done.stderr
    assert words in done.stderr and "--force" in done.stderr
    assert snapshot(box) == before


def test_half_of_a_device_is_never_completed(box):
    """A second key for the certificate that is there would be worth nothing."""
    batch(box, GOOD)
    before = snapshot(box)
    done = batch(box, GOOD, "--format", "pem,der", status=1)
    assert "d.csv:2: esp-1.key is there, but not all of its files are" in done.stderr
    (box.work / "certs/esp-1.key").write_bytes(before["esp-2.key"])
    assert "the key belongs to another certificate" in batch(box, GOOD, status=1).stderr
    (box.work / "certs/esp-1.key").write_bytes(b"")
    assert "cannot be read" in batch(box, GOOD, status=1).stderr


def test_another_ca_is_noticed(box):
    batch(box, GOOD)
    before = snapshot(box)
    box.run("ca", "--force")
    assert batch(box, GOOD, status=1).stderr.count("not what this line asks for") == 2
    for path in box.ca.iterdir():
        path.unlink()
    assert "the CA that signed it is not in" in batch(box, GOOD, status=1).stderr
    assert list(box.ca.iterdir()) == [] and snapshot(box) == before


def test_within_renews_what_expires(box):
    batch(box, GOOD)
    before = snapshot(box)
    assert "0 made" in batch(box, GOOD, "--within", "28").stdout
    done = batch(box, GOOD, "--within", "30")
    assert "1 made, 1 there already" in done.stdout and done.stdout.startswith("esp-2")
    after = snapshot(box)
    assert after["esp-1.pem"] == before["esp-1.pem"] and after["esp-2.pem"] != before["esp-2.pem"]
    box.run("verify", "certs/esp-2.pem", "--name", "esp-2.local")


# ---- expiry and renewal of one ------------------------------------------------------------------


def test_show_and_verify_warn(box):
    box.run("server", "--name", "a.lan", "--out", "a", "--days", "30")  # from yesterday on: 29 are left
    box.run("server", "--name", "b.lan", "--out", "b")
    for days, status in (("28", 0), ("29", 1)):
        done = box.run("show", "--quiet", "--within", days, "b.pem", "a.pem", status=status)
        assert done.stdout == "" and done.stderr.count("a.pem: it expires on 20") == status
        done = box.run("verify", "--within", days, "a.pem", status=status)
        assert ("days left  BAD: it expires on" in done.stdout) == bool(status)
    assert "subject" in box.run("show", "--within", "29", "a.pem", status=1).stdout
    box.run("show", "--quiet", "a.pem", status=2)


@pytest.mark.parametrize("command,key", [("server", "p256"), ("self", "rsa2048")])
def test_renew_makes_the_same_again(box, command, key):
    options = ["--chain"] if command == "server" else []
    box.run(command, "--name", "B.lan", "--name", "*.a.lan", "--ip", "::1", "--out", "x", "--days", "100", "--key", key,
            "--organization", 'Bücher, "Söhne"', "--common-name", "me", "--symbol", "other", "--format",
            "pem,der,header,nvs", *options)
    before = {path.name: path.read_bytes() for path in box.work.iterdir()}
    assert "x stays" in box.run("renew", "--within", "98", "x").stdout
    assert {path.name: path.read_bytes() for path in box.work.iterdir()} == before

    def facts():
        text = box.openssl("x509", "-in", "x.pem", "-noout", "-text", "-nameopt", "utf8").stdout
        return re.findall(r"Subject: .*|DNS:.*|Public-Key: .*|Key Usage.*\n.*|CA:(?:TRUE|FALSE)", text)

    old, (begin, end) = facts(), parse_dates(box, "x.pem")
    box.run("renew", "--within", "99", "x")
    assert sorted(path.name for path in box.work.iterdir()) == sorted(before)
    assert all((box.work / name).read_bytes() != data for name, data in before.items())
    assert facts() == old and len(old) == 5 + 1
    new_begin, new_end = parse_dates(box, "x.pem")
    assert new_end - new_begin == end - begin and new_begin >= begin
    assert "other_cert[" in (box.work / "x.h").read_text()
    assert (box.work / "x.pem").read_text().count("BEGIN CERTIFICATE") == (2 if options else 1)
    if options:
        assert box.openssl("verify", "-x509_strict", "-CAfile", box.ca / "ca.pem", "x.pem").returncode == 0
    box.run("verify", *([] if options else ["--self"]), "x.pem", "--name", "b.lan", "--ip", "::1")
    box.run("renew", "--days", "826", "x", status=2)
    box.run("renew", "--days", "400", "x")
    begin, end = parse_dates(box, "x.pem")
    assert end - begin + 1 == 400 * 86400


@pytest.mark.parametrize("form", ["der", "header", "nvs"])
def test_renew_of_each_format_alone(box, form):
    box.run("server", "--name", "a.lan", "--out", "a", "--format", form)
    before = {path.name: path.read_bytes() for path in box.work.iterdir()}
    box.run("renew", "a")
    after = {path.name: path.read_bytes() for path in box.work.iterdir()}
    assert set(after) == set(before) and all(after[name] != before[name] for name in before)


def test_renew_of_what_it_cannot(box):
    assert "there is no a.pem" in box.run("renew", "a", status=1).stderr
    box.run("renew", status=2)
    box.run("server", "--name", "a.lan", "--out", "a", "--format", "pem,header")
    before = {path.name: path.read_bytes() for path in box.work.iterdir()}
    box.run("ca", "--force", "--common-name", "another")
    assert "signed by another CA" in box.run("renew", "a", status=1).stderr
    (box.work / "a.h").write_text("int x;\n")
    assert "was not made by hatch-cert" in box.run("renew", "a", status=1).stderr
    (box.work / "a.h").write_bytes(before["a.h"])
    assert {path.name: path.read_bytes() for path in box.work.iterdir()} == before
    made = box.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-keyout",
                       "e.key", "-out", "e.pem", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:a.lan")
    assert made.returncode == 0
    assert "P-384" in box.run("renew", "e", status=1).stderr
    assert stat.S_ISREG(os.stat(box.work / "e.key").st_mode)
