# SPDX-License-Identifier: MIT
"""The live example: a chat with its limits, and the Wi-Fi's strength as events, with the past and what was missed."""
import asyncio
import contextlib

import pytest
import websockets
from selenium.webdriver.common.by import By

import boards
import browser
import harness
from boards import EXAMPLES, HERE, Board
from live import Subscriber

MAIN = EXAMPLES / "live/main"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return boards.build(
        tmp_path_factory.mktemp("live") / "live",
        [HERE / "board/live.c", HERE / "board/served.c", *(MAIN / name for name in ("pages.c", "chat.c", "signal.c"))],
        '-DCONFIG_LIVE_HOSTNAME="esp32"')


@pytest.fixture
def board(program, pki, tmp_path):
    one = Board(program, pki, tmp_path)
    yield one
    one.close()


# ---- the page ----


def test_the_page_has_its_files(board):
    status, body, fields = board.ask("/")
    assert status == 200 and "<title>esp32</title>" in body and "Content-Security-Policy: default-src 'self'" in fields
    for path, kind in (("/style.css", "text/css"), ("/live.js", "text/javascript")):
        assert path in body
        status, text, fields = board.ask(path)
        assert status == 200 and f"Content-Type: {kind}" in fields and "innerHTML =" not in text
    assert board.ask("/", plain=True)[0] == 308


def test_the_page_in_a_browser(board, tmp_path):
    with browser.opened(tmp_path / "home", board.pki.ca) as driver:
        driver.get(f"https://localhost:{board.port}/")

        def one(css):
            return driver.find_element(By.CSS_SELECTOR, css)
        harness.wait_until(lambda: len((one("#line").get_attribute("points") or "").split()) > 2, "points")
        assert one("#heard").text == "Live" and int(one("#now").text) < -40
        harness.wait_until(lambda: one("#state").text == "Connected", "the connection")
        one("#text").send_keys("<i>Grüße</i>\n")
        harness.wait_until(lambda: one("#lines").text == "Somebody<i>Grüße</i>", "the line")
        said = [entry["message"] for entry in driver.get_log("browser") if "favicon.ico" not in entry["message"]]
        assert said == []


# ---- the chat ----


class Person:
    """What she hears are lists of a number, a name and a text."""

    def __init__(self, board, name="", **options):
        self.name = name
        self.dialled = websockets.connect(f"wss://localhost:{board.port}/chat", ssl=board.pki.context(), **options)

    async def __aenter__(self):
        self.socket = await self.dialled.__aenter__()
        await self.socket.send(self.name)
        return self

    async def __aexit__(self, *error):
        await self.dialled.__aexit__(*error)

    async def say(self, text):
        await self.socket.send(text)

    async def hears(self):
        return (await asyncio.wait_for(self.socket.recv(), harness.PATIENCE)).split("\n")

    async def code(self):
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await self.hears()
        return self.socket.close_code


def test_two_chat_and_a_third_hears_the_past(board):
    async def talk():
        async with Person(board, "Ada") as ada, Person(board, "<Bob>") as bob:
            for i in range(1, 11):
                await (ada if i % 2 else bob).say(f"<b>{i}\n")
                assert await ada.hears() == await bob.hears() == [f"{i}", "Ada" if i % 2 else "Bob", f"<b>{i} "]
            async with Person(board) as third:
                for i in range(3, 11):
                    assert (await third.hears())[0] == f"{i}"
                await third.say("x" * 120)
                assert await third.hears() == ["11", "Somebody", "x" * 120]
    asyncio.run(talk())


def test_limits_of_the_chat(board):
    async def talk():
        for message, code in (("x" * 121, 1009), (b"binary", 1003)):
            async with Person(board, "Ada") as ada:
                await ada.say(message)
                assert await ada.code() == code
        for name, taken in (("x" * 17, "x" * 16), ("x" * 15 + "ü", "x" * 15), ("\n:<", "Somebody")):
            async with Person(board, name) as one:
                await one.say("I am " + taken)
                line = await one.hears()
                while line[2] != "I am " + taken:
                    line = await one.hears()
                assert line[1] == taken
        async with Person(board, "Eve") as eve:
            with contextlib.suppress(websockets.ConnectionClosed):
                for i in range(100000):
                    await eve.say(f"{i}")
                    await asyncio.sleep(0)
                raise AssertionError("nobody minds")
            assert eve.socket.close_code == 1008
        with pytest.raises(websockets.InvalidStatusCode) as error:
            async with Person(board, origin="https://other.example"):
                pass
        assert error.value.status_code == 403
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(5):  # one client leaves a slot to the others
                await stack.enter_async_context(Person(board))
            with pytest.raises(websockets.InvalidStatusCode) as error:
                await stack.enter_async_context(Person(board))
            assert error.value.status_code == 503
    asyncio.run(talk())


# ---- the plot ----


def subscribe(board, *fields):
    return Subscriber(board.port, "/signal", board.pki.context(), fields)


def strength(number):
    return str(-40 - (number - 1) % 51)


def test_events(board):
    with subscribe(board) as first:
        number = 0
        while number < 4:
            name, number, data = first.event()
            number = int(number)
            if name == "past":  # not there when nothing has been measured yet
                assert data.split() == [strength(i) for i in range(1, number + 1)]
            else:
                assert data == strength(number)
    with subscribe(board, "Last-Event-ID: 2") as again:  # what was missed, and no more
        for number in range(3, 6):
            assert again.event() == (None, str(number), strength(number))
    with subscribe(board, "Last-Event-ID: 4711") as other:  # of before a restart: all there is
        assert other.event() == (None, "1", strength(1))
    with subscribe(board) as late:
        name, number, data = late.event()
        assert name == "past" and data.split() == [strength(i) for i in range(1, int(number) + 1)] and int(number) >= 5


def test_without_wifi_there_is_nothing_to_tell(program, pki, tmp_path):
    board = Board(program, pki, tmp_path, "alone")
    try:
        with subscribe(board) as one:
            assert one.status == 200 and one.block() == ["retry: 2000"]
            harness.wait_until(lambda: board.said().count("no Wi-Fi\n") > 3, "measurements")
            board.server.kill()
            with pytest.raises((harness.Cut, OSError)):
                one.block()
            assert one.text == b""
    finally:
        board.server.kill()
