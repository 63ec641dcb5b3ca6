# SPDX-License-Identifier: MIT
"""Files in the program and in a folder, forms and uploads: as curl and Python see them."""
import base64
import concurrent.futures
import gzip
import hashlib
import json
import os
import re
import stat
import subprocess

import pytest

import harness
from harness import Client, request, running

pytestmark = [pytest.mark.linux("a folder of this machine"), pytest.mark.needs("curl")]
WEBSERVER = harness.BUILD / "tests/e2e/webserver"
SITE = harness.REPO / "tests/e2e/site"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("folder")


@pytest.fixture(scope="module")
def web(pki, folder, tmp_path_factory):
    server = harness.Server([WEBSERVER, *pki.files(), folder], tmp_path_factory.mktemp("web"))
    found = server.await_greeting(r"\A(\d+) (\d+)\n")
    server.port, server.plain_port = int(found.group(1)), int(found.group(2))
    with running(server):
        yield server


@pytest.fixture
def curl(web, pki):
    def run(path, *args, data=None):
        done = subprocess.run(
            ["curl", "-sS", "-i", "--cacert", pki.ca, "--path-as-is", *map(str, args),
             f"https://localhost:{web.port}{path}"], input=data, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 100"):
            head, _, body = body.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        return int(lines[0].split()[1]), fields, body
    return run


# ---- files in the program ---------------------------------------------------------------------


def test_an_asset(curl):
    status, fields, body = curl("/")
    assert status == 200 and body == (SITE / "index.html").read_bytes()
    assert fields["Content-Type"] == "text/html; charset=utf-8"
    assert re.fullmatch(r'"[0-9a-f]{16}"', fields["ETag"])
    assert fields["Cache-Control"] == "no-cache" and fields["Vary"] == "Accept-Encoding"
    assert fields["Accept-Ranges"] == "bytes" and "Content-Encoding" not in fields
    assert curl("/index.html")[2] == body
    assert curl("/img/")[2] == b"<p>below"


def test_codings(curl):
    plain = curl("/")
    status, fields, body = curl("/", "-H", "Accept-Encoding: gzip")
    assert status == 200 and fields["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain[2] and len(body) < len(plain[2])
    assert fields["ETag"] != plain[1]["ETag"]  # another representation
    assert "Content-Encoding" not in curl("/", "-H", "Accept-Encoding: gzip;q=0")[1]
    status, fields, body = curl("/style.css", "-H", "Accept-Encoding: gzip, br")
    assert fields["Content-Encoding"] == "br" and body == b"pretended brotli"
    assert curl("/style.css.br")[0] == 404
    assert "Vary" not in curl("/a.json", "-H", "Accept-Encoding: gzip")[1]


def test_validators(curl):
    tag = curl("/")[1]["ETag"]
    status, fields, body = curl("/", "-H", f"If-None-Match: {tag}")
    assert (status, body) == (304, b"") and fields["ETag"] == tag and "Content-Type" not in fields
    assert curl("/", "-H", 'If-None-Match: "other"')[0] == 200
    assert curl("/", "-H", "If-None-Match: *")[0] == 304
    assert curl("/", "-H", 'If-Match: "other"')[0] == 412


def test_ranges(curl):
    whole = curl("/")[2]
    status, fields, body = curl("/", "-r", "10-19")
    assert (status, body) == (206, whole[10:20])
    assert fields["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert curl("/", "-r", "-7")[2] == whole[-7:]
    assert curl("/", "-r", "5-")[2] == whole[5:]
    status, fields, _ = curl("/", "-r", f"{len(whole)}-")
    assert status == 416 and fields["Content-Range"] == f"bytes */{len(whole)}"
    assert curl("/", "-r", "0-1,4-5")[::2] == (200, whole)
    assert curl("/", "-r", "0-1", "-H", 'If-Range: "old"')[::2] == (200, whole)


def test_head_and_others(curl):
    status, fields, body = curl("/", "-I")
    assert status == 200 and body == b"" and int(fields["Content-Length"]) == (SITE / "index.html").stat().st_size
    assert curl("/nothing")[0] == 404 and curl("/index.htm")[0] == 404 and curl("/index.html/")[0] == 404
    assert curl("/", "-X", "PUT", "-d", "x")[0] == 405
    assert curl("/img?a=b")[1]["Location"] == "./img/?a=b"


def test_fallback_is_for_pages(curl):
    assert curl("/app/some/place", "-H", "Accept: text/html,*/*;q=0.8")[2] == (SITE / "index.html").read_bytes()
    assert curl("/app/missing.js", "-H", "Accept: */*")[0] == 404
    assert curl("/app/")[1]["Cache-Control"] == "max-age=60"


# ---- files in a folder ------------------------------------------------------------------------


def old(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1700000000, 1700000000))  # its second is over
    return path


def test_a_file(curl, folder):
    content = os.urandom(100_000)
    old(folder / "data.bin", content)
    status, fields, body = curl("/files/data.bin")
    assert (status, body) == (200, content) and fields["Content-Type"] == "application/octet-stream"
    assert fields["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert curl("/files/data.bin", "-H", f"If-None-Match: {fields['ETag']}")[0] == 304
    assert curl("/files/data.bin", "-H", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT")[0] == 304
    assert curl("/files/data.bin", "-r", "99990-")[2] == content[99990:]
    old(folder / "data.bin", content + b"x")
    assert curl("/files/data.bin", "-H", f"If-None-Match: {fields['ETag']}")[0] == 200
    (folder / "data.bin").write_bytes(b"just now")
    assert "ETag" not in curl("/files/data.bin")[1]


def test_its_codings(curl, folder):
    old(folder / "b.js", b"long")
    old(folder / "b.js.gz", gzip.compress(b"long"))
    status, fields, body = curl("/files/b.js", "-H", "Accept-Encoding: gzip, br")
    assert status == 200 and gzip.decompress(body) == b"long"
    assert fields["Content-Encoding"] == "gzip" and fields["Content-Type"].startswith("text/javascript")
    plain = curl("/files/b.js")
    assert plain[2] == b"long" and plain[1]["ETag"] != fields["ETag"] and plain[1]["Vary"] == "Accept-Encoding"


def test_no_way_out(curl, folder, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "outdir").symlink_to(tmp_path)
    old(folder / "in", b"inside")
    (folder / "link").symlink_to(folder / "in")
    old(folder / ".hidden", b"secret")
    os.mkfifo(folder / "pipe")
    assert curl("/files/link")[2] == b"inside"
    for path in ("out", "outdir/secret", "../secret", "%2e%2e/secret", "..%2fsecret", "..%5csecret", "..\\secret",
                 ".hidden", "a/../../secret", "pipe", "%00", "in%00.txt", "in/", "C:", "IN~1", "in.", "in%20", "//etc/passwd", "x" * 300,
                 "./././../secret"):
        status, _, body = curl("/files/" + path)
        assert status in (400, 404) and b"secret" not in body, path
    for path in ("outdir/new", "../new", "..%5cnew", ".new", "out/", "", "%2e%2e%2fnew"):
        assert curl("/files/" + path, "-T", "-", data=b"x")[0] in (400, 404, 405, 409), path
    assert not (tmp_path / "new").exists() and (tmp_path / "secret").read_text() == "secret"


def test_listing(curl, folder):
    old(folder / "shown/a <b>&\"'.txt", b"x")
    old(folder / "shown/.not", b"x")
    status, fields, body = curl("/listed/shown/")
    assert status == 200 and fields["Content-Type"].startswith("text/html")
    assert b"a &lt;b&gt;&amp;&quot;&#39;.txt" in body and b"%3Cb%3E" in body and b".not" not in body
    assert curl("/files/shown/")[0] == 404
    assert curl("/listed/shown")[1]["Location"] == "./shown/"


def test_put(curl, folder):
    content = os.urandom(300_000)
    status, _, _ = curl("/files/new.bin", "-T", "-", data=content)
    assert status == 201 and (folder / "new.bin").read_bytes() == content
    assert curl("/files/new.bin", "-T", "-", data=b"other")[0] == 204
    assert (folder / "new.bin").read_bytes() == b"other"
    assert curl("/files/new.bin", "-T", "-", "-H", "If-None-Match: *", data=b"third")[0] == 412
    assert (folder / "new.bin").read_bytes() == b"other"
    assert curl("/files/no/such/folder", "-T", "-", data=b"x")[0] == 409
    (folder / "sub").mkdir()
    assert curl("/files/sub", "-T", "-", data=b"x")[0] == 409
    assert curl("/files/huge", "-X", "PUT", "-H", "Content-Length: 50000001", "-d", "x")[0] == 413


def test_put_and_what_is_there(curl, folder):
    old(folder / "v.txt", b"one")
    tag = curl("/files/v.txt")[1]["ETag"]
    assert curl("/files/v.txt", "-T", "-", "-H", 'If-Match: "other"', data=b"two")[0] == 412
    assert curl("/files/v.txt", "-T", "-", "-H", "If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT",
                data=b"two")[0] == 412
    assert curl("/files/v.txt", "-T", "-", "-H", f"If-Match: {tag}", data=b"two")[0] == 204
    assert curl("/files/w.txt", "-T", "-", "-H", "If-Match: *", data=b"two")[0] == 412
    assert not (folder / "w.txt").exists()
    # A coding that is older than its file is of another file.
    old(folder / "v.txt.gz", gzip.compress(b"one"))
    assert curl("/files/v.txt", "-H", "Accept-Encoding: gzip")[2] == b"two"


def leftovers(folder):
    return [name for name in os.listdir(folder) if name.startswith(".hatch")]


def test_a_broken_upload_leaves_nothing(web, pki, folder):
    old(folder / "kept", b"before")
    for cut in (0, 1, 1000, 70_000):
        client = Client(web.port, pki.context())
        client.send(request("/files/kept", method="PUT", body=b"x" * 100_000)[:cut - 100_000 or None]
                    if cut else request("/files/kept", method="PUT", body=b"x" * 100_000)[:-100_000])
        harness.wait_until(lambda: leftovers(folder), "it has begun")
        client.reset()
        harness.wait_until(lambda: not leftovers(folder), "the temporary file is gone")
        assert (folder / "kept").read_bytes() == b"before"


def test_uploads_at_once_do_not_mix(curl, folder):
    bodies = [bytes([65 + i]) * 500_000 for i in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda body: curl("/files/race", "-T", "-", data=body)[0], bodies))
    assert set(done) <= {201, 204}
    assert (folder / "race").read_bytes() in bodies and not leftovers(folder)
    assert stat.S_ISREG((folder / "race").stat().st_mode)


def test_two_servers_on_one_folder_do_not_mix(curl, web, pki, folder, tmp_path):
    other = harness.Server([WEBSERVER, *pki.files(), folder], tmp_path)
    found = other.await_greeting(r"\A(\d+) (\d+)\n")
    with running(other):
        bodies = {f"m{i}": bytes([97 + i]) * 400_000 for i in range(6)}

        def put(name):
            port = web.port if name < "m3" else int(found.group(1))
            return subprocess.run(["curl", "-sSk", "-T", "-", "-o", "/dev/null", "-w", "%{http_code}",
                                   f"https://localhost:{port}/files/{name}"], input=bodies[name],
                                  capture_output=True, check=True).stdout
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            assert set(pool.map(put, bodies)) == {b"201"}
    assert all((folder / name).read_bytes() == body for name, body in bodies.items())
    assert not leftovers(folder)


# ---- forms ------------------------------------------------------------------------------------


def test_urlencoded(curl):
    def ask(*args):
        return json.loads(curl("/form", *args)[2])
    assert ask("-d", "name=a%20b+c%26&more") == {"name": "a b c&", "has_more": 1}
    assert ask("--data-urlencode", "name=\u00e4=\"<") == {"name": "\u00e4=\"<", "has_more": 0}
    assert ask("-d", "other=1") == {"name": "", "has_more": 0}
    assert ask("-d", "name=%00") == {"name": "", "has_more": 0}
    assert ask("-d", "name=%zz") == {"name": "", "has_more": 0}
    assert ask("-H", "Content-Type: text/plain", "-d", "name=a") == {"name": "", "has_more": 0}
    assert ask("-H", "Content-Type: application/x-www-form-urlencoded; charset=utf-8", "-d", "name=a")["name"] == "a"


def summed(data):
    total = 0
    for byte in data:
        total = (total * 31 + byte) & 0xffffffff
    return total


def test_multipart(curl, tmp_path):
    content = os.urandom(200_000)
    (tmp_path / "f.bin").write_bytes(content)
    status, _, body = curl("/parts", "-F", "a=1", "-F", f"file=@{tmp_path}/f.bin", "-F", "b=")
    assert status == 200
    assert json.loads(body) == {"parts": 3, "files": 1, "bytes": 200_001, "sum": summed(b"1" + content)}
    assert curl("/parts", *["-F", "a=1"] * 5)[0] == 413
    assert curl("/small", "-F", "a=" + "x" * 100)[0] == 200
    assert curl("/small", "-F", "a=" + "x" * 101)[0] == 413
    assert curl("/parts", "-d", "a=1")[0] == 415
    assert curl("/parts", "-H", "Content-Type: multipart/form-data; boundary=b", "-d", "--b\r\nbroken")[0] == 400
    assert curl("/parts", "-H", "Content-Type: multipart/form-data", "-d", "x")[0] == 400


def test_a_large_upload_takes_no_memory(web, pki):
    """100 MB, or 1 GB in the long form, made on the fly."""
    size = 1_000_000_000 if harness.LONG else 100_000_000
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    block = bytes(1 << 20)
    with Client(web.port, pki.context()) as client:
        client.send(request("/parts", method="POST", fields=[
            "Content-Type: multipart/form-data; boundary=b"]).replace(
                b"Content-Length: 0", b"Content-Length: %d" % (len(head) + size + len(tail))) + head)
        client.send(block)
        before = web.proc_kb("VmHWM")
        left = size - len(block)
        while left > 0:
            client.send(block[:min(left, len(block))])
            left -= min(left, len(block))
        client.send(tail)
        assert client.response().json() == {"parts": 1, "files": 1, "bytes": size, "sum": 0}
        assert harness.SANITIZED or web.proc_kb("VmHWM") - before < 1000


# ---- fields for browsers ----------------------------------------------------------------------


def test_cors(curl, web):
    _, fields, _ = curl("/cors/some", "-H", "Origin: https://b.example")
    assert fields["Access-Control-Allow-Origin"] == "https://b.example" and fields["Vary"] == "Origin"
    assert fields["Access-Control-Allow-Credentials"] == "true"
    for origin in ("https://c.example", "http://b.example", "https://b.example.evil", "null", "*"):
        _, fields, _ = curl("/cors/some", "-H", f"Origin: {origin}")
        assert "Access-Control-Allow-Origin" not in fields and fields["Vary"] == "Origin", origin
    status, fields, _ = curl("/cors/some", "-X", "OPTIONS", "-H", "Origin: https://a.example",
                             "-H", "Access-Control-Request-Method: PUT")
    assert status == 204 and fields["Access-Control-Allow-Methods"] == "GET, PUT"
    assert fields["Access-Control-Allow-Headers"] == "X-A" and fields["Access-Control-Max-Age"] == "600"
    status, fields, _ = curl("/cors/some", "-X", "OPTIONS", "-H", "Origin: https://c.example")
    assert status == 204 and not [name for name in fields if name.startswith("Access-Control")]
    head = subprocess.run(["curl", "-sSik", "-H", "Origin: https://a.example", "-X", "OPTIONS",
                           f"https://localhost:{web.port}/cors/some"], capture_output=True, check=True).stdout
    assert head.count(b"Access-Control-Allow-Origin:") == 1 and head.count(b"Vary:") == 1
    assert curl("/cors/all", "-H", "Origin: null")[1]["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in curl("/cors/wrong", "-H", "Origin: https://a.example")[1]


def test_secure_fields(curl):
    _, fields, _ = curl("/cors/some")
    assert fields["X-Content-Type-Options"] == "nosniff" and fields["X-Frame-Options"] == "DENY"
    assert fields["Content-Security-Policy"] == "default-src 'self'"
    assert fields["Strict-Transport-Security"] == "max-age=1000"
    assert re.fullmatch(r"\d+-\d+", fields["X-Request-Id"])
    assert curl("/cors/some")[1]["X-Request-Id"] != fields["X-Request-Id"]
    _, fields, _ = curl("/cors/all")
    assert fields["X-Frame-Options"] == "DENY" and "Strict-Transport-Security" not in fields


# ---- what is going on -------------------------------------------------------------------------


def test_metrics(curl):
    from prometheus_client.parser import text_string_to_metric_families
    curl("/nothing")
    status, fields, body = curl("/metrics")
    assert status == 200 and fields["Content-Type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    samples = {(sample.name, *sorted(sample.labels.items())): sample.value
               for family in families.values() for sample in family.samples}
    assert all(family.documentation and family.type in ("counter", "gauge", "histogram")
               for family in families.values())
    assert families["hatch_handshake_seconds"].type == "histogram"
    assert samples["hatch_responses_total", ("status", "404")] >= 1
    full = samples["hatch_handshakes_total", ("kind", "full")]
    assert full >= 2 and samples["hatch_handshake_seconds_count", ("kind", "full")] == full
    buckets = [sample.value for sample in families["hatch_handshake_seconds"].samples
               if sample.name.endswith("_bucket") and sample.labels["kind"] == "full"]
    assert len(buckets) == 10 and buckets == sorted(buckets) and buckets[-1] == full
    assert samples["hatch_received_bytes_total",] > 500 and samples["hatch_sent_bytes_total",] > 1000
    # The same as JSON, in which each time counts by itself.
    found = json.loads(curl("/metrics.json")[2])
    assert found["handshakes_full"] == full + 1 and found["responses"]["404"] >= 1
    assert sum(found["handshake_ms_full"].values()) == full + 1
    assert found["refused_share"] == samples["hatch_refused_total", ("reason", "share")]


# ---- firmware ---------------------------------------------------------------------------------


def test_update(curl, folder):
    image, old_image = os.urandom(300_000), b"old"
    digest = hashlib.sha256(image).digest()
    (folder / "image").write_bytes(old_image)

    def put(path, *args, data=image):
        status = curl(path, "-T", "-", *args, data=data)[0]
        # The exchange ends once its answer is on its way.
        harness.wait_until(lambda: not (folder / "image.next").exists(), "what was written is gone")
        return status, (folder / "image").read_bytes()
    assert put("/update?sha256=" + "0" * 64) == (422, old_image)
    assert put("/update?sha256=" + "0" * 63) == (400, old_image)
    assert put("/update", "-H", "Content-Digest: sha-256=:AAAA:") == (400, old_image)
    assert put("/update", "-H", "Content-Digest: sha-512=:AAAA:") == (400, old_image)
    assert put("/careful") == (400, old_image)
    assert put("/update", data=b"") == (400, old_image)
    assert put("/update", data=bytes(1_000_001)) == (413, old_image)
    assert put("/update?sha256=" + digest.hex().upper()) == (200, image)
    (folder / "image").write_bytes(old_image)
    field = base64.b64encode(digest).decode()
    assert put("/careful", "-H", f"Content-Digest: sha-512=:AAAA:, sha-256=:{field}:") == (200, image)
    (folder / "image").write_bytes(old_image)
    assert put("/update", data=bytes(1_000_000)) == (200, bytes(1_000_000))  # without a digest it is trusted


def test_a_broken_update_leaves_the_old_image(web, pki, curl, folder):
    (folder / "image").write_bytes(b"old")
    client = Client(web.port, pki.context())
    client.send(request("/update", method="PUT", body=b"x" * 100_000)[:-1])
    harness.wait_until(lambda: (folder / "image.next").exists(), "it has begun")
    assert curl("/update", "-T", "-", data=b"other")[0] == 409
    client.reset()
    harness.wait_until(lambda: not (folder / "image.next").exists(), "what was written is gone")
    assert (folder / "image").read_bytes() == b"old"
    assert curl("/update", "-T", "-", data=b"other")[0] == 200
