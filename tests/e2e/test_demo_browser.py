# SPDX-License-Identifier: MIT
"""The demo's page in a real browser: by mouse, by keyboard, on a phone, and as a screen reader has it."""
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import browser
import harness
from harness import running, wait_until

pytestmark = [pytest.mark.linux("a browser of this machine")]
PARTS = ("dashboard", "controls", "files", "settings")


@pytest.fixture(scope="module")
def demo(pki, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    (folder / "account").write_text("ada:secret\n")
    (folder / "account").chmod(0o600)
    (folder / "up").mkdir()
    server = harness.hatch_serve(pki, folder, "--account", folder / "account", "--uploads", folder / "up")
    server.uploads = folder / "up"
    with running(server):
        yield server


@pytest.fixture(scope="module")
def driver(pki, tmp_path_factory):
    with browser.opened(tmp_path_factory.mktemp("home"), pki.ca, "--window-size=1100,900") as found:
        yield found


class Page:
    def __init__(self, driver, origin):
        self.driver, self.origin = driver, origin

    def one(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def text(self, css):
        """Also of what is not to be seen."""
        return self.one(css).get_attribute("textContent")

    def becomes(self, css, expected):
        wait_until(lambda: expected(self.text(css)), f"{css}, which is {self.text(css)!r}")

    def tab(self, part):
        self.one(f"#tab-{part}").click()

    def log_in(self, name="ada", password="secret"):
        self.one("#login").click()
        self.one("#login-name").send_keys(name)
        self.one("#login-password").send_keys(password, Keys.ENTER)

    def script(self, text, *args):
        return self.driver.execute_script(text, *args)


@pytest.fixture
def page(driver, demo):
    """The page as a newcomer has it; what the browser complained of is judged at the end."""
    driver.get("about:blank")
    driver.get(demo.origin + "/api/led/0")
    driver.delete_all_cookies()
    driver.get_log("browser")
    driver.get(demo.origin + "/")
    page = Page(driver, demo.origin)
    page.becomes("#live", lambda text: text == "live")
    page.expected_complaints = 0
    yield page
    said = driver.get_log("browser")
    assert len(said) <= page.expected_complaints, said


def test_the_dashboard(page):
    assert page.text("#version") == "TLSv1.3" and page.text("#suite").startswith("TLS_")
    assert page.text("#kind").split(",")[0] in ("full", "resumed") and page.text("#ms").endswith(" ms")
    rows = page.driver.find_elements(By.CSS_SELECTOR, "#conns tr")
    assert 1 <= len(rows) <= 12 and "TLSv1.3" in rows[0].text and "x25519" in rows[0].text
    wait_until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "#plot-rate path"), "a line of requests")
    assert page.driver.find_elements(By.CSS_SELECTOR, "#plot-shakes rect")
    for plot in ("#plot-shakes", "#plot-rate", "#plot-heap"):
        assert "minute" in page.one(plot).get_attribute("aria-label") or "took" in page.one(plot).get_attribute("aria-label")
    assert page.one("#log-closed").is_displayed() and not page.one("#log").is_displayed()


def test_it_goes_on_by_itself(page):
    """Numbers change without anybody doing anything."""
    before = page.script("return performance.getEntriesByType('resource').filter(e => e.name.includes('/api/state')).length")
    wait_until(lambda: page.script("return performance.getEntriesByType('resource')"
                                   ".filter(e => e.name.includes('/api/state')).length") > before + 1, "two more answers")


def test_everything_is_from_here(page):
    names = page.script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert len(names) >= 5 and all(name.startswith(page.origin + "/") for name in names)
    # Nor could anything else be.
    refused = page.driver.execute_async_script(
        "const done = arguments[0]; document.addEventListener('securitypolicyviolation', e => done(e.violatedDirective));"
        "const img = new Image(); img.src = 'https://192.0.2.1/x.png';")
    assert refused == "img-src"
    page.expected_complaints = 1


def test_leds(page):
    page.tab("controls")
    led = page.one("#led1")
    was = led.get_attribute("aria-pressed")
    led.click()
    wait_until(lambda: page.one("#led1").get_attribute("aria-pressed") != was, "the LED")
    page.driver.refresh()
    wait_until(lambda: page.driver.find_elements(By.ID, "led1"), "the LEDs")
    assert page.one("#led1").get_attribute("aria-pressed") != was
    assert page.one("#tab-controls").get_attribute("aria-selected") == "true"  # the address says which part


def test_connections(page):
    page.tab("controls")
    page.one("#again").click()
    page.becomes("#note", lambda text: text.startswith("A new connection, "))
    page.one("#six").click()
    page.becomes("#note", lambda text: text.startswith("Six answers in "))


def test_logging_in_and_out(page):
    page.log_in(password="guess")
    page.becomes("#login-note", lambda text: text == "Wrong name or password.")
    assert page.one("#dialog").is_displayed() and page.text("#who") == ""
    page.one("#login-password").send_keys("secret", Keys.ENTER)
    page.becomes("#who", lambda text: text == "ada")
    assert not page.one("#dialog").is_displayed() and not page.one("#login").is_displayed()
    wait_until(lambda: page.one("#log").is_displayed(), "the log")
    page.becomes("#log", lambda text: "POST /api/login 200" in text and "secret" not in text)
    page.driver.refresh()
    page.becomes("#who", lambda text: text == "ada")  # it is a session
    page.one("#logout").click()
    page.becomes("#who", lambda text: text == "")
    wait_until(lambda: not page.one("#log").is_displayed(), "the log is gone")
    assert page.text("#log") == ""
    page.expected_complaints = 1  # of the 403


def test_settings(page):
    page.tab("settings")
    assert not page.one("#pref-name").is_enabled() and page.one(".needs-login").is_displayed()
    page.log_in()
    wait_until(lambda: page.one("#pref-name").is_enabled(), "the form")
    hostile = "K\xfcche <img src=x onerror=alert(1)>"
    page.one("#pref-name").clear()
    page.one("#pref-name").send_keys(hostile[:32])
    page.script("const c = document.querySelector('#pref-colour'); c.value = '#00ff7f'; c.dispatchEvent(new Event('input', {bubbles: true}))")
    page.one("#prefs button").click()
    page.becomes("#prefs-note", lambda text: text.startswith("The device says: "))  # 33 bytes
    page.one("#pref-name").clear()
    page.one("#pref-name").send_keys("Oven <b>")
    page.one("#prefs button").click()
    page.becomes("#prefs-note", lambda text: text == "Saved.")
    page.becomes("#name", lambda text: text == "Oven <b>")
    assert page.driver.title == "Oven <b>"
    assert page.script("return getComputedStyle(document.documentElement).getPropertyValue('--led')") == "#00ff7f"
    page.one("#numbers").click()
    page.becomes("#metrics", lambda text: '"handshakes_full"' in text)
    page.expected_complaints = 1  # of the 400


def test_uploads(page, demo, tmp_path):
    content = bytes(range(256)) * 2000
    (tmp_path / "my photo.jpg").write_bytes(content)
    (tmp_path / "page.html").write_bytes(b"<script>alert(1)</script>")
    page.tab("files")
    page.log_in()
    page.becomes("#who", lambda text: text == "ada")
    page.one("#pick").send_keys(f"{tmp_path}/my photo.jpg\n{tmp_path}/page.html")
    page.one("#upload button").click()
    page.becomes("#upload-note", lambda text: text.startswith("2 files, "))
    page.becomes("#list", lambda text: "my_photo.jpg" in text and "page.html" in text)
    assert (demo.uploads / "my_photo.jpg").read_bytes() == content
    page.one("#pick").send_keys(f"{tmp_path}/page.html")
    page.one("#upload button").click()
    page.becomes("#upload-note", lambda text: "There is a file of that name" in text)
    link = page.one("#list a").get_attribute("href")
    assert link == page.origin + "/api/files/my_photo.jpg"
    page.expected_complaints = 1  # of the 409


# ---- for everybody ----------------------------------------------------------------------------


def test_by_keyboard(page):
    """From the first tab with the arrow keys, over what is hidden to the last, and around."""
    first = page.one("#tab-dashboard")
    first.click()
    seen = []
    for _ in range(5):
        focused = page.driver.switch_to.active_element
        part = focused.get_attribute("aria-controls")
        seen.append(part)
        assert focused.get_attribute("aria-selected") == "true" and page.one(f"#{part}").is_displayed()
        assert sum(page.one(f"#{other}").is_displayed() for other in PARTS) == 1
        focused.send_keys(Keys.ARROW_RIGHT)
    assert seen == [*PARTS, "dashboard"]
    page.driver.switch_to.active_element.send_keys(Keys.END)
    assert page.one("#settings").is_displayed()
    # The dialog takes the focus, keeps it, and Escape gives it back.
    page.one("#login").send_keys(Keys.ENTER)
    assert page.driver.switch_to.active_element.get_attribute("id") == "login-name"
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not page.one("#dialog").is_displayed()
    assert page.driver.switch_to.active_element.get_attribute("id") == "login"


def names(page):
    """Role and name of all that a screen reader offers."""
    tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node["ignored"]]


def test_for_a_screen_reader(page):
    page.log_in()
    page.becomes("#who", lambda text: text == "ada")
    roles = set()
    for part in PARTS:
        page.tab(part)
        found = names(page)
        roles |= {role for role, _ in found}
        unnamed = [role for role, name in found if not name and role in (
            "button", "tab", "tabpanel", "textbox", "link", "image", "heading", "ColorWell", "region", "log", "dialog",
            "progressbar", "RootWebArea", "columnheader", "group")]
        assert unnamed == [], part
    assert {"tab", "tabpanel", "tablist", "banner", "main", "contentinfo", "heading", "columnheader", "log"} <= roles
    assert page.script("return document.documentElement.lang") == "en"
    assert page.script("return document.querySelectorAll('h1').length") == 1


CONTRAST = """
function light(rgb) {
	const [r, g, b] = rgb.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
		.map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
	return .2126 * r + .7152 * g + .0722 * b;
}
function behind(e) {
	for (; e; e = e.parentElement) {
		const colour = getComputedStyle(e).backgroundColor;
		if (!/, 0\\)$|^transparent$/.test(colour)) return colour;
	}
	return "rgb(255, 255, 255)";
}
const poor = [];
for (const e of document.querySelectorAll("body *")) {
	const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
	if (!own || !e.checkVisibility() || e instanceof SVGElement || e.disabled) continue;
	const a = light(getComputedStyle(e).color), b = light(behind(e));
	const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
	if (ratio < 4.5) poor.push(e.tagName + "#" + e.id + "." + e.className + " " + ratio.toFixed(2));
}
return poor;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours(page, scheme):
    """Text is to stand out by 4.5 to 1 (WCAG 2.1 level AA)."""
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    try:
        background = page.script("return getComputedStyle(document.body).backgroundColor")
        assert (int(background[4:].split(",")[0]) < 60) == (scheme == "dark")
        for part in PARTS:
            page.tab(part)
            assert page.script(CONTRAST) == [], part
        page.one("#login").click()
        assert page.script(CONTRAST) == []
    finally:
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_on_a_phone(page):
    """390 wide: nothing but a table scrolls sideways, and what is pressed is large enough."""
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})
    try:
        for part in PARTS:
            page.tab(part)
            assert page.script("return document.documentElement.scrollWidth") <= 390, part
            small = page.script(
                "return [...document.querySelectorAll('button, input:not([type=hidden])')].filter(e => e.checkVisibility())"
                ".map(e => [e.id, e.getBoundingClientRect()]).filter(([id, r]) => r.height < 30 || r.right > 391 || r.left < 0)"
                ".map(([id]) => id)")
            assert small == [], part
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_without_a_server(page):
    """The page says that nobody answers."""
    page.script("window.fetch = () => Promise.reject(new Error('gone'))")
    page.becomes("#live", lambda text: text == "no answer")
