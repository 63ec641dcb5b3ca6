# SPDX-License-Identifier: MIT
"""The demo's live page in a real browser: two windows see the same, and a server comes back."""
import os
import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import browser
import harness
from harness import Client, running, wait_until
from live import Subscriber
from test_demo_browser import Page

pytestmark = [pytest.mark.linux("a browser of this machine, and a server that can be started again")]

def started(pki, folder, *args):
    (folder / "account").write_text("ada:secret\n")
    (folder / "account").chmod(0o600)
    return harness.hatch_serve(pki, folder, "--account", folder / "account", *args)


@pytest.fixture(scope="module")
def demo(pki, tmp_path_factory):
    server = started(pki, tmp_path_factory.mktemp("demo"))
    with running(server):
        yield server


# ---- two windows ------------------------------------------------------------------------------


class Window(Page):
    """A page in a window of its own: the browser shows both, so that neither is idle."""

    def __init__(self, driver, origin):
        super().__init__(driver, origin)
        self.handle = driver.current_window_handle

    def front(self):
        self.driver.switch_to.window(self.handle)
        return self


@pytest.fixture(scope="module")
def driver(pki, tmp_path_factory):
    with browser.opened(tmp_path_factory.mktemp("home"), pki.ca, "--window-size=1100,900") as found:
        yield found


def window(driver, origin, part="dashboard"):
    if driver.current_url != "data:,":
        driver.switch_to.new_window("window")
    driver.get(f"{origin}/#{part}")
    page = Window(driver, origin)
    page.becomes("#live", lambda text: text == "live")
    return page


def requests(page):
    return int(re.sub(r"\D", "", page.text("#requests")))


def column(page, n):
    """Of the table of connections, as it is at one moment."""
    return page.script("return [...document.querySelectorAll(`#conns td:nth-child(${arguments[0]})`)].map(e => e.textContent)", n)


def test_numbers_change_by_themselves(driver, demo, pki):
    page = window(driver, demo.origin)
    page.script("window.stays = true")
    before = requests(page)
    with Client(demo.port, pki.context()) as client:
        for _ in range(20):
            assert client.ask("/api/led/0").status == 200
    page.becomes("#requests", lambda _: requests(page) >= before + 20)
    page.becomes("#conns", lambda _: "20" in column(page, 6))
    wait_until(lambda: all(re.match(r"client \d|127\.|::1", who) for who in column(page, 1)), "who they are")
    shown = "return document.querySelectorAll('#plot-shakes rect').length"
    bars = page.script(shown)
    with Client(demo.port, pki.context()):
        wait_until(lambda: page.script(shown) > bars, "another bar")
    wait_until(lambda: re.search("at most [1-9]", page.one("#plot-rate").get_attribute("aria-label")), "the plot")
    # Nothing was asked for and nothing was loaded again.
    assert page.script("return window.stays")
    assert page.script("return performance.getEntriesByType('resource').filter(e => e.name.includes('/api/state')).length") == 0


def test_what_one_does_another_sees(driver, demo):
    first = window(driver, demo.origin, "controls")
    second = window(driver, demo.origin, "controls")
    wait_until(lambda: second.driver.find_elements(By.ID, "led2"), "the LEDs")
    was = second.one("#led2").get_attribute("aria-pressed")
    first.front().one("#led2").send_keys(Keys.SPACE)
    second.front()
    wait_until(lambda: second.one("#led2").get_attribute("aria-pressed") != was, "the LED in the other window")

    for page in (first, second):
        page.front().tab("chat")
        page.becomes("#chat-state", lambda text: text == "connected")
    first.front()
    first.one("#chat-name").clear()
    first.one("#chat-name").send_keys("Ada")
    first.one("#chat-text").send_keys("<img src=x onerror=alert(1)> & hello", Keys.ENTER)
    for page in (first, second):
        page.front().becomes("#room", lambda text: "Ada <img src=x onerror=alert(1)> & hello" in text)
        assert not page.driver.find_elements(By.CSS_SELECTOR, "#room img")
    second.one("#chat-text").send_keys("/echo a while", Keys.ENTER)
    second.becomes("#room", lambda text: "a while" in text and text.endswith(" ms"))
    second.one("#chat-echo").send_keys(Keys.SPACE)
    second.one("#chat-text").send_keys("again", Keys.ENTER)
    second.becomes("#room", lambda text: text.count(" ms") == 2 and "again" in text)
    assert "again" not in first.front().text("#room") and "a while" not in first.text("#room")


def test_for_everybody(driver, demo):
    page = window(driver, demo.origin, "chat")
    room = page.one("#room")
    assert room.get_attribute("role") == "log" and room.get_attribute("aria-live") == "polite"
    unlabelled = page.script("return [...document.querySelectorAll('input:not([type=hidden])')]"
                             ".filter(e => !e.labels.length || !e.labels[0].textContent.trim()).map(e => e.id)")
    assert unlabelled == []
    page.one("#tab-chat").send_keys(Keys.ARROW_LEFT)
    assert page.one("#controls").is_displayed()
    assert page.driver.switch_to.active_element.get_attribute("id") == "tab-controls"


def test_the_server_is_started_again(driver, pki, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    server = started(pki, tmp_path / "one")
    port, origin = server.port, server.origin
    try:
        page = window(driver, origin)
        page.one("#login").click()
        page.one("#login-name").send_keys("ada")
        page.one("#login-password").send_keys("secret", Keys.ENTER)
        page.becomes("#log", lambda text: "/api/login" in text)
        page.tab("chat")
        page.becomes("#chat-state", lambda text: text == "connected")
        page.one("#chat-text").send_keys("before", Keys.ENTER)
        page.becomes("#room", lambda text: "before" in text)
        page.script("window.stays = true")
    finally:
        server.kill()
    page.becomes("#live", lambda text: text == "reconnecting")
    page.becomes("#chat-state", lambda text: text.startswith("not connected"))
    server = started(pki, tmp_path / "two", "--port", str(port))
    assert server.port == port
    with running(server):
        page.becomes("#live", lambda text: text == "live")
        page.becomes("#who", lambda text: text == "")  # this server knows of no login
        assert page.text("#log") == "" and page.script("return window.stays")
        before = requests(page)
        with Client(port, pki.context()) as client:
            assert client.ask("/api/led/1", "PUT", body=b"on").status == 200
        page.becomes("#requests", lambda _: requests(page) > before)
        wait_until(lambda: page.one("#led1").get_attribute("aria-pressed") == "true", "the LED")
        page.becomes("#chat-state", lambda text: text == "connected")
        page.one("#chat-text").send_keys("behind", Keys.ENTER)
        page.becomes("#room", lambda text: "before" in text and "behind" in text)
        driver.get("about:blank")


def test_without_a_place_it_asks(driver, pki, tmp_path):
    """Three connections have one live place among them, and somebody else has that."""
    server = started(pki, tmp_path, "--connections", "3")
    with running(server):
        with Subscriber(server.port, "/api/events", pki.context()) as holder:
            assert holder.status == 200
            driver.switch_to.new_window("window")
            driver.get(server.origin + "/")
            page = Window(driver, server.origin)
            page.becomes("#live", lambda text: text == "polling")
            before = requests(page)
            page.becomes("#requests", lambda _: requests(page) > before)
            page.becomes("#conns", lambda _: "live" in column(page, 7))
        page.becomes("#live", lambda text: text == "live")
        driver.get("about:blank")


def test_past_a_warning(driver, tmp_path):
    """A certificate that signs itself: events and WebSocket go where the page may; a new one has to be looked at."""
    def begin(name, port):
        (tmp_path / name / "store").mkdir(parents=True)
        return harness.started_serve(tmp_path / name, "--self-signed", "--port", str(port),
                                     env=dict(os.environ, HATCH_STORE=str(tmp_path / name / "store")))
    server = begin("one", 0)
    with running(server):
        driver.switch_to.new_window("window")
        driver.get(server.origin + "/")
        wait_until(lambda: driver.title == "Privacy error", "the warning")
        ActionChains(driver).send_keys("thisisunsafe").perform()
        page = Window(driver, server.origin)
        wait_until(lambda: driver.find_elements(By.ID, "live"), "the page")
        page.becomes("#live", lambda text: text == "live")
        page.tab("chat")
        page.becomes("#chat-state", lambda text: text == "connected")
    server = begin("two", server.port)
    with running(server):
        wait_until(lambda: "no TLS connection" in server.log(), "the browser has seen the other certificate")
        page.becomes("#live", lambda text: text == "reconnecting")
        assert "certificate is new" in page.one("#live").get_attribute("title")
        driver.get("about:blank")
