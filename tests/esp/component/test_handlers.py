# SPDX-License-Identifier: MIT
"""The handlers of the ESP-IDF examples, on this machine: the page that asks for a Wi-Fi, the LEDs."""
import json
import pathlib
import subprocess

import pytest

import harness
from boards import wraps

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[2]
EXAMPLES = REPO / "examples/esp-idf"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    out = tmp_path_factory.mktemp("board") / "board"
    subprocess.run(
        ["gcc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-DCONFIG_REST_LED_GPIO_0=2", "-DCONFIG_REST_LED_GPIO_1=4",
         '-DCONFIG_FIRST_BOOT_HOSTNAME="hatch"',
         f"-I{REPO / 'src'}", "-isystem", "/usr/include/cjson", f"-I{HERE / 'include'}", f"-I{REPO / 'tests/esp/include'}", HERE / "board/board.c",
         EXAMPLES / "first_boot/main/setup.c", EXAMPLES / "first_boot/main/device.c",
         EXAMPLES / "rest_server/main/api.c", EXAMPLES / "rest_server/main/temperature.c",
         "-Wl,--start-group", harness.BUILD / "libhatch.a", harness.BUILD / "libhatch_mbedtls.a", "-Wl,--end-group",
         *wraps(), "-lcjson", "-lpthread", "-o", out], check=True, timeout=60)
    return out


class Board:
    def __init__(self, program, folder, *args):
        self.server = harness.Server([program, *args], folder)
        self.port = int(self.server.await_greeting(r"^port (\d+)$").group(1))

    def ask(self, path, *args):
        done = subprocess.run(["curl", "-s", "-m", "10", "-w", "\n%{http_code}", *args,
                               f"http://127.0.0.1:{self.port}{path}"], capture_output=True, text=True, timeout=20)
        body, status = done.stdout.rsplit("\n", 1)
        return int(status), body

    def said(self):
        return self.server.greeting()


@pytest.fixture
def board(program, tmp_path):
    boards = []

    def begin(*args):
        boards.append(Board(program, tmp_path, *args))
        return boards[-1]
    yield begin
    for one in boards:
        assert one.server.process.poll() is None, "it ended by itself"
        one.server.kill()


def form(**fields):
    return [word for name, value in fields.items() for word in ("--data-urlencode", f"{name}={value}")]


def test_the_page_has_the_form(board):
    status, body = board().ask("/")
    assert status == 200 and "action=/wifi" in body and "name=ssid" in body and "name=password" in body


def test_a_network_is_kept_and_the_device_restarts(board):
    one = board()
    status, body = one.ask("/wifi", *form(ssid="Käse & Brot=1", password="+%20 <8 or more>"))
    assert status == 200, body
    assert "https://hatch.local/" in body and "hatch-setup again" in body
    harness.wait_until(lambda: "restart in 2000 ms\n" in one.said(), "restart")
    assert "keep <Käse & Brot=1> <+%20 <8 or more>>\n" in one.said()


def test_an_open_network_has_no_password(board):
    one = board()
    assert one.ask("/wifi", *form(ssid="open", password=""))[0] == 200
    assert "keep <open> <>\n" in one.said()


@pytest.mark.parametrize("ssid, password, status", [
    ("", "12345678", 400), ("x" * 33, "12345678", 400), ("x", "1234567", 400), ("x", "1" * 64, 400),
    ("x" * 32, "1" * 63, 200), ("x", "the flash is full", 500), ("ü" * 16, "&" * 63, 200)])
def test_limits_of_the_form(board, ssid, password, status):
    one = board()
    assert one.ask("/wifi", *form(ssid=ssid, password=password))[0] == status
    assert ("restart in" in one.said()) == (status == 200)


def test_a_body_that_is_no_form(board):
    one = board()
    assert one.ask("/wifi", "-H", "Content-Type: application/json", "-d", '{"ssid":"x"}')[0] == 400
    assert one.ask("/wifi", *form(ssid="x" * 2000))[0] == 413
    assert "keep" not in one.said()


def test_the_device_says_how_it_is(board):
    status, body = board("device").ask("/")
    assert status == 200 and json.loads(body)["connections"] == 1


def test_leds_and_sensor(board):
    one = board()
    assert "pin 2 is an output\npin 4 is an output\n" in one.said()
    assert one.ask("/api/leds/1", "-X", "PUT", "-d", ' {"on": true}\n') == (200, '{"led":1,"on":true}\n')
    assert "pin 4: 1\n" in one.said()
    assert one.ask("/api/leds/1") == (200, '{"led":1,"on":true}\n')
    assert one.ask("/api/leds/0") == (200, '{"led":0,"on":false}\n')
    assert one.ask("/api/leds/2")[0] == 404
    assert one.ask("/api/leds/-1")[0] == 404
    for body in ("on", '{"on":1}', '{"on":true}x', "[true]", '{"on":true', "{}", ""):
        assert one.ask("/api/leds/0", "-X", "PUT", "-d", body)[0] == 400, body
    assert one.ask("/api/leds/0", "-X", "PUT", "-d", '{"on":true' + " " * 53 + "}")[0] == 200
    assert one.ask("/api/leds/0", "-X", "PUT", "-d", '{"on":true' + " " * 54 + "}")[0] == 413
    assert json.loads(one.ask("/api/temperature")[1]) == {"celsius": 31.2}
