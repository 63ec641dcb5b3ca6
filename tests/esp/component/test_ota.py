# SPDX-License-Identifier: MIT
"""The ota example over a flash in memory: who may, what is written, when it is chosen, and the trial."""
import hashlib
import re
import socket
import subprocess

import pytest

import boards
import harness
from boards import EXAMPLES, HERE, REPO, Board

MAIN = EXAMPLES / "ota/main"
PLACE = 65536
GOOD = b"\xe9" + bytes(range(256)) * 200 + b"\xe9"
LOGIN = ["-u", "admin:correct horse"]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return boards.build(tmp_path_factory.mktemp("ota") / "flash",
                        [HERE / "board/flash.c", HERE / "board/served.c",
                         *(MAIN / name for name in ("web.c", "update.c", "trial.c", "restart.c"))],
                        '-DCONFIG_OTA_PASSWORD="correct horse"', "-DLOG_LOCAL_LEVEL=3")


@pytest.fixture
def board(program, pki, tmp_path):
    made = []

    def begin(*args):
        made.append(Board(program, pki, tmp_path, *args))
        return made[-1]
    yield begin
    for one in made:
        one.close()


def send(board, image, *args, digest=None, login=LOGIN):
    (board.folder / "image").write_bytes(image)
    query = "" if digest is False else "?sha256=" + (digest or hashlib.sha256(image).hexdigest())
    return board.ask(f"/update{query}", "-T", "image", *login, *args)[:2]


def test_an_update(board):
    one = board()
    assert one.ask("/", *LOGIN)[:2] == (200, '{"version":"1.0","place":"ota_0"}\n')
    assert send(one, GOOD) == (200, "Updated.\n")
    assert re.search(rf"^begin ota_1\nend {len(GOOD)} bytes: good\nboot ota_1\n.*\nrestart in 2000 ms$", one.said(), re.M)
    # Until the restart its place is not written again.
    assert send(one, GOOD)[0] == 500 and one.said().count("begin ota_1") == 1


def test_an_image_as_large_as_its_place(board):
    one = board()
    assert send(one, b"\xe9" * (PLACE + 1))[0] == 413
    assert "begin" not in one.said()
    assert send(one, b"\xe9" * PLACE)[0] == 200


@pytest.mark.parametrize("login", [[], ["-u", "admin:wrong"], ["-u", "root:correct horse"], ["-u", "admin:"]])
def test_only_who_has_the_password(board, login):
    one = board()
    assert send(one, GOOD, login=login)[0] == 401
    assert one.ask("/", *login)[0] == 401
    assert "begin" not in one.said()
    status, _, fields = one.ask("/update", "-T", "image", *LOGIN, plain=True)
    assert status == 308 and "Location: https://" in fields


def test_a_digest_is_asked_for_and_checked(board):
    one = board()
    assert send(one, GOOD, digest=False)[0] == 400
    assert "begin" not in one.said()
    assert send(one, GOOD, digest="0" * 64)[0] == 422
    harness.wait_until(lambda: one.said().endswith("begin ota_1\nabort\n"), "abort")
    assert send(one, GOOD)[0] == 200


def test_what_is_no_image(board):
    one = board()
    assert send(one, b"\x7fELF" + GOOD)[0] == 507  # refused with its first byte
    harness.wait_until(lambda: "abort\n" in one.said(), "abort")
    assert send(one, GOOD[:-1])[0] == 422  # cut, and its digest is that of the cut one
    assert "bytes: bad\n" in one.said() and one.said().count("abort\n") == 1, "the handle was gone with the end"
    assert "boot" not in one.said() and "restart" not in one.said()
    assert send(one, GOOD)[0] == 200


def test_a_client_that_leaves(board, pki):
    one = board()
    raw = socket.create_connection(("127.0.0.1", one.port))
    with pki.context().wrap_socket(raw, server_hostname="localhost") as client:
        client.sendall(b"PUT /update?sha256=" + b"0" * 64 + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n"
                       b"Authorization: Basic YWRtaW46Y29ycmVjdCBob3JzZQ==\r\n\r\n\xe9 and so on")
        harness.wait_until(lambda: "begin ota_1\n" in one.said(), "begin")
    harness.wait_until(lambda: "abort\n" in one.said(), "abort")
    assert send(one, GOOD)[0] == 200


def test_a_trial_ends_with_a_login(board):
    one = board("trial")
    assert "restart in 600000 ms\n" in one.said()
    assert one.ask("/")[0] == 401 and one.ask("/", "-u", "admin:wrong")[0] == 401
    assert "valid" not in one.said() and "no restart" not in one.said(), "not everybody ends it"
    assert one.ask("/", *LOGIN)[0] == 200
    assert re.search(r"^valid\nno restart\n", one.said(), re.M)
    assert one.ask("/", *LOGIN)[0] == 200 and one.said().count("valid\n") == 1


def test_an_update_ends_the_trial_before_it(board):
    """ESP-IDF refuses to write while a trial is on."""
    one = board("trial")
    assert send(one, GOOD)[0] == 200
    assert re.search(r"^valid\nno restart\n(.*\n)*begin ota_1\n(.*\n)*restart in 2000 ms$", one.said(), re.M)


def test_a_trial_goes_on_where_it_cannot_be_ended(board):
    one = board("trial", "stuck")
    for _ in range(2):
        assert one.ask("/", *LOGIN)[0] == 500
    assert send(one, GOOD)[0] == 500
    assert "no restart" not in one.said() and "begin" not in one.said() and "confirm: " in one.said()


def test_a_table_without_a_second_place(board):
    one = board("single")
    assert "no second place" in one.said()
    assert send(one, GOOD) == (500, "There is no place for an image.\n")
    assert one.ask("/", *LOGIN)[0] == 200


def test_no_trial_of_what_was_flashed(board):
    one = board()
    assert one.ask("/", *LOGIN)[0] == 200
    assert "restart" not in one.said() and "valid" not in one.said()


def test_a_short_password_stops_the_build():
    def compiled(password):
        return subprocess.run(["gcc", "-std=gnu17", "-fsyntax-only", f'-DCONFIG_OTA_PASSWORD="{password}"',
                               f"-I{REPO / 'src'}", f"-I{HERE / 'include'}", f"-I{REPO / 'tests/esp/include'}",
                               MAIN / "web.c"], capture_output=True, text=True, check=False)

    assert compiled("twelve chars").returncode == 0
    for password in ("", "elevenchars"):
        done = compiled(password)
        assert done.returncode != 0 and done.stderr.count("error:") == 1
        assert "menuconfig, OTA: admin needs a password of at least 12 characters" in done.stderr


def test_partitions():
    """Two equal places that start where the chip can map them, within 4 MB, and nothing overlaps."""
    at, kinds = 0x9000, {}
    for line in (EXAMPLES / "ota/partitions.csv").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        name, kind, subtype, offset, size = (word.strip() for word in line.split(","))
        assert int(offset, 0) >= at and int(offset, 0) % (0x10000 if kind == "app" else 0x1000) == 0, name
        at = int(offset, 0) + int(size, 0)
        kinds[subtype] = int(size, 0)
    assert at <= 4 << 20 and kinds["ota"] == 0x2000 and kinds["ota_0"] == kinds["ota_1"] >= 0x180000
    assert kinds["nvs"] >= 0x6000 and "factory" not in kinds
