# SPDX-License-Identifier: MIT
"""The first_login example: set-up once, with a code; what is stored; sessions; what fails stays shut."""
import hashlib
import re
import struct

import pytest

import boards
import harness
from boards import EXAMPLES, HERE, REPO, Board, form

MAIN = EXAMPLES / "first_login/main"
NAME, PASSWORD = "Ada <L>", "ten bytes & more"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return boards.build(
        tmp_path_factory.mktemp("login") / "login",
        [HERE / "board/login.c", HERE / "board/served.c", *(REPO / "tests/esp/standin").glob("*.c"),
         *(MAIN / name for name in ("pages.c", "account.c", "pbkdf2.c"))],
        '-DCONFIG_FIRST_LOGIN_HOSTNAME="esp32"', "-DLOG_LOCAL_LEVEL=3", f"-I{REPO / 'tests/esp/include-5'}",
        "-DMBEDTLS_CONFIG_FILE=<mbedtls_config.h>", f"-I{REPO / 'deps'}", *boards.MBEDTLS)


@pytest.fixture
def board(program, pki, tmp_path):
    made = []

    def begin(*args):
        if made:
            made.pop().close()
        made.append(Board(program, pki, tmp_path, *args))
        return made[-1]
    yield begin
    for one in made:
        one.close()


def code_of(board):
    return re.search(r"the code ([0-9a-f]{8})\n", board.server.log()).group(1)


def set_up(board, *args, **fields):
    fields = {"code": code_of(board), "name": NAME, "password": PASSWORD, **fields}
    return board.ask("/setup", "-c", "jar", *form(**fields), *args)


def stored(board):
    """(rounds, salt, hash, name) of NVS."""
    blob = (board.folder / "nvs/first_login.account").read_bytes()
    kind, rounds, salt, digest, name = struct.unpack("=II16s32s25s3x", blob)
    assert kind == 1
    return rounds, salt, digest, name.rstrip(b"\0").decode()


def is_nobodys(board):
    status, _, fields = board.ask("/", "-H", "Accept: text/html")
    return status == 303 and "Location: /setup" in fields


def test_nobodys_device_asks_for_an_account(board):
    one = board()
    assert is_nobodys(one)
    assert "Location: /setup" in one.ask("/login")[2]
    status, page, _ = one.ask("/setup")
    assert status == 200 and {"code", "name", "password"} == set(re.findall(r"name=(\w+)", page)) - {"viewport"}
    assert one.ask("/login", *form(name="", password=""))[0] == 403
    assert one.ask("/logout", "-X", "POST")[0] == 303  # to the set-up: there is nobody to log out


def test_only_over_https(board):
    one = board()
    for path in ("/setup", "/login", "/"):
        status, _, fields = one.ask(path, plain=True)
        assert status == 308 and f"Location: https://localhost:{one.port}{path}" in fields
    assert one.ask("/setup", *form(code=code_of(one), name=NAME, password=PASSWORD), plain=True)[0] == 308
    assert is_nobodys(one)


def test_the_account_is_set_once(board):
    one = board()
    status, _, fields = set_up(one)
    assert status == 303 and "Location: /\n" in fields.replace("\r", "")
    status, page, _ = one.ask("/", "-b", "jar")
    assert status == 200 and "Hello, Ada &lt;L&gt;<" in page
    assert one.ask("/setup")[0] == 409
    code = code_of(one)
    assert one.ask("/setup", *form(code=code, name="eve", password=PASSWORD))[0] == 409
    assert stored(one)[3] == NAME


def test_what_is_stored(board):
    one = board()
    set_up(one)
    rounds, salt, digest, name = stored(one)
    assert digest == hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, rounds) and name == NAME
    assert 1000 <= rounds <= 1000000 and len(set(salt)) > 4
    assert PASSWORD not in (one.folder / "nvs/first_login.account").read_bytes().decode("latin1")
    assert PASSWORD not in one.server.log()


def test_it_is_asked_for_after_a_restart(board):
    set_up(board())
    one = board()
    assert "the code" not in one.server.log() and one.ask("/setup")[0] == 409
    status, _, fields = one.ask("/", "-H", "Accept: text/html", "-b", "jar")
    assert status == 303 and "Location: /login" in fields  # sessions end with the program
    assert one.ask("/login", *form(name=NAME, password=PASSWORD + "x"))[0] == 403
    assert one.ask("/login", *form(name="ada", password=PASSWORD))[0] == 403
    assert one.ask("/login", "-c", "jar", *form(name=NAME, password=PASSWORD))[0] == 303
    status, page, _ = one.ask("/", "-b", "jar")
    token = re.search(r"name=csrf value=(\w{32})>", page).group(1)
    assert one.ask("/logout", "-b", "jar", *form(csrf="0" * 32))[0] == 403
    assert one.ask("/logout", "-b", "jar", *form(csrf=token))[0] == 303
    assert one.ask("/", "-b", "jar")[0] == 401


def test_guesses_have_to_wait(board):
    set_up(board())
    one = board()
    for _ in range(4):
        assert one.ask("/login", *form(name=NAME, password="a wrong one"))[0] in (403, 429)
    status, body, _ = one.ask("/login", *form(name=NAME, password=PASSWORD))
    assert status == 429 and "wait" in body  # the right one, too
    harness.wait_until(lambda: one.ask("/login", *form(name=NAME, password=PASSWORD))[0] == 303, "its turn")


# A NUL makes the form unreadable: there is no code then.
@pytest.mark.parametrize("fields, status", [
    ({"code": ""}, 403), ({"code": "00000000"}, 403), ({"name": ""}, 400), ({"name": "x" * 25}, 400),
    ({"name": "a\0b"}, 403), ({"password": "x" * 9}, 400), ({"password": "x" * 129}, 400),
    ({"name": "x" * 24, "password": "x" * 10}, 303), ({"name": "&" * 24, "password": "ü" * 64}, 303)])
def test_limits(board, fields, status):
    one = board()
    words = {"code": code_of(one), "name": NAME, "password": PASSWORD, **fields}
    encoded = "&".join(f"{name}={''.join(f'%{byte:02x}' for byte in value.encode())}" for name, value in words.items())
    assert one.ask("/setup", "-d", encoded)[0] == status
    assert is_nobodys(one) == (status != 303)
    if status == 303:
        assert one.ask("/login", *form(name=words["name"], password=words["password"]))[0] == 303


def test_another_sites_page_sets_nothing(board):
    one = board()
    assert set_up(one, "-H", "Origin: https://evil.example")[0] == 403
    assert set_up(one, "-H", "Sec-Fetch-Site: cross-site")[0] == 403
    assert is_nobodys(one)
    assert set_up(one, "-H", f"Origin: https://localhost:{one.port}")[0] == 303


def test_what_cannot_be_stored_is_said(board):
    one = board("unwritable")
    status, body, _ = set_up(one)
    assert status == 500 and "serial port" in body and "could not be stored" in one.server.log()
    assert is_nobodys(one)


@pytest.mark.parametrize("what", ["unopened", "cut", "another format", "too few rounds", "too many rounds"])
def test_what_cannot_be_read_stays_shut(board, what):
    """Nobody logs in, and above all nobody sets another account."""
    one = board()
    set_up(one)
    path = one.folder / "nvs/first_login.account"
    blob = path.read_bytes()
    path.write_bytes({"cut": blob[:-1], "another format": b"\2" + blob[1:],
                      "too few rounds": blob[:4] + struct.pack("=I", 999) + blob[8:],
                      "too many rounds": blob[:4] + struct.pack("=I", 1000001) + blob[8:]}.get(what, blob))
    one = board(*["unopened"] if what == "unopened" else [])
    assert "cannot be read" in one.server.log() and "the code" not in one.server.log()
    assert one.ask("/setup")[0] == 409
    assert one.ask("/setup", *form(code="", name="eve", password=PASSWORD))[0] == 409
    assert one.ask("/login", *form(name=NAME, password=PASSWORD))[0] == 403
    assert one.ask("/", "-b", "jar")[0] == 401
