# SPDX-License-Identifier: MIT
"""The pages of the live examples in a browser: two windows chat, a plot gets its points, a job its progress."""
import contextlib

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import browser
from door import BUILD, wait_for
from test_examples import built_shim, running  # noqa: F401, the fixture "shim"

pytestmark = [pytest.mark.linux("a browser of this machine")]


@pytest.fixture(name="driver", scope="module")
def driver_of_all(tmp_path_factory):
    """It takes the examples' certificate, which nobody has vouched for."""
    with browser.opened(tmp_path_factory.mktemp("home"), f"{BUILD}/made/localhost.pem",
                        "--ignore-certificate-errors") as found:
        yield found


class Window:
    """One of several; what is asked of it is asked after a switch to it."""

    def __init__(self, driver, address):
        driver.switch_to.new_window("tab")
        self.driver, self.handle = driver, driver.current_window_handle
        driver.get(address)

    def one(self, css):
        self.driver.switch_to.window(self.handle)
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def text(self, css):
        return self.one(css).text

    def run(self, script):
        self.driver.switch_to.window(self.handle)
        return self.driver.execute_script(script)

    def close(self):
        self.driver.switch_to.window(self.handle)
        self.driver.close()
        self.driver.switch_to.window(self.driver.window_handles[0])


@pytest.fixture(name="open_at")
def opens_windows(driver):
    """open_at(port); all of them are closed at the end."""
    windows = []
    driver.get_log("browser")  # what it had to say before

    def begin(port):
        windows.append(Window(driver, f"https://localhost:{port}/"))
        return windows[-1]
    yield begin
    for window in windows:
        window.close()


def complaints(driver):
    return [entry["message"] for entry in driver.get_log("browser")
            if entry["level"] in ("WARNING", "SEVERE") and "favicon.ico" not in entry["message"]]


def lines_of(window):
    return window.run("return [...document.querySelectorAll('#lines li')].map(li => li.textContent)")


@contextlib.contextmanager
def reconnecting(window):
    """The page's WebSocket ends, and there is another one."""
    window.run("window.old = socket")
    yield
    wait_for(lambda: window.run("return socket !== old && socket.readyState === WebSocket.OPEN"), "another connection")


HOSTILE = "<img src=x onerror=\"document.title='caught'\">"


def test_two_windows_chat(driver, open_at, shim, tmp_path):  # noqa: F811
    with running("chat", shim, tmp_path) as got:
        ada, bob = open_at(got["8443"]), open_at(got["8443"])
        for window, name in ((ada, "Ada"), (bob, "Bob")):
            wait_for(lambda w=window: w.text("#state") == "Connected", "the connection")
            with reconnecting(window):
                window.one("#name").clear()
                window.one("#name").send_keys(name + Keys.TAB)
        ada.one("#text").send_keys("Grüße\n")
        for window in (ada, bob):
            wait_for(lambda w=window: lines_of(w) == ["AdaGrüße"], "the line")
        bob.one("#text").send_keys(HOSTILE + "\n")
        for window in (ada, bob):
            wait_for(lambda w=window: len(lines_of(w)) == 2, "the other line")
            assert lines_of(window)[1] == "Bob" + HOSTILE
            assert window.run("return document.querySelectorAll('img').length") == 0
            assert window.run("return document.title") == "Chat"
        ada.run("const t = document.querySelector('#text'); t.value = 'ü'.repeat(101); t.form.requestSubmit()")
        assert ada.text("#state") == "That is too long"
        third = open_at(got["8443"])
        wait_for(lambda: lines_of(third) == ["AdaGrüße", "Bob" + HOSTILE], "the past")
        assert complaints(driver) == []


def test_the_page_comes_again_when_the_server_does(open_at, shim, tmp_path):  # noqa: F811
    """By itself, and without a line twice."""
    with running("chat", shim, tmp_path) as got:
        window = open_at(got["8443"])
        wait_for(lambda: window.text("#state") == "Connected", "the connection")
        window.one("#text").send_keys("one\n")
        wait_for(lambda: len(lines_of(window)) == 1, "the line")
        with reconnecting(window):
            window.run("socket.close()")
        wait_for(lambda: lines_of(window), "the past")
        assert len(lines_of(window)) == 1
    wait_for(lambda: window.text("#state") == "Not connected", "the server's end")
    assert len(lines_of(window)) == 1


def points_of(window):
    return [tuple(map(float, point.split(","))) for point in
            window.run("return document.querySelector('#line').getAttribute('points') || ''").split()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_plot_gets_points(driver, open_at, shim, tmp_path, scheme):  # noqa: F811
    with running("sensor_plot", shim, tmp_path) as got:
        window = open_at(got["8443"])
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                               {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": True})
        wait_for(lambda: len(points_of(window)) >= 5, "points")
        points = points_of(window)
        assert points[-1][0] == 119 and all(0 <= x <= 119 and 0 <= y <= 60 for x, y in points)
        assert [x for x, _ in points] == sorted({x for x, _ in points})
        assert window.text("#state") == "Live"
        wide, line, under = window.run(
            "const s = document.querySelector('svg').getBoundingClientRect();"
            "const probe = document.createElement('i'); probe.style.color = 'Canvas'; document.body.append(probe);"
            "return [[s.left, s.right, document.documentElement.scrollWidth, innerWidth],"
            "getComputedStyle(document.querySelector('#line')).stroke, getComputedStyle(probe).color]")
        assert 0 <= wide[0] and wide[1] <= 360 and wide[2] <= wide[3] <= 360, wide
        brightness = [sum(map(int, colour.strip("rgba()").split(",")[:3])) for colour in (line, under)]
        assert (brightness[0] < brightness[1]) == (scheme == "light"), (line, under)
        # Another one has the past at once: as many points as the first, or more.
        before = len(points_of(window))
        other = open_at(got["8443"])
        wait_for(lambda: points_of(other), "points")
        assert len(points_of(other)) >= before
        assert complaints(driver) == []


def test_a_job(driver, open_at, shim, tmp_path):  # noqa: F811
    with running("job", shim, tmp_path) as got:
        one, other = open_at(got["8443"]), open_at(got["8443"])
        wait_for(lambda: one.text("#state") == "none, 0 %", "how it stands")
        one.one("#start").click()
        for window in (one, other):
            wait_for(lambda w=window: w.run("return document.querySelector('#bar').value") > 2, "progress")
            assert window.text("#state").startswith("running, ")
            assert not window.one("#start").is_enabled()
        other.one("#stop").click()
        for window in (one, other):
            wait_for(lambda w=window: w.text("#state").startswith("cancelled, "), "the end")
            assert window.one("#start").is_enabled() and not window.one("#stop").is_enabled()
        assert complaints(driver) == []


def test_complaints_are_seen(driver, open_at, shim, tmp_path):  # noqa: F811
    """What the other tests find none of can be found: the page's policy forbids this script."""
    with running("job", shim, tmp_path) as got:
        window = open_at(got["8443"])
        with contextlib.suppress(Exception):
            window.run("const s = document.createElement('script'); s.textContent = 'document.title = 1';"
                       "document.body.append(s)")
        assert window.run("return document.title") == "Job"
        assert any("Content Security Policy" in text for text in complaints(driver))
