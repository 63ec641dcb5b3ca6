# SPDX-License-Identifier: MIT
"""Forms, a login, uploads: as a browser has them, with all that it does by itself."""
import os

import pytest
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import browser
import harness
from harness import Client, running

pytestmark = [pytest.mark.linux("a browser of this machine")]
WEBSERVER = harness.BUILD / "tests/e2e/webserver"


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


@pytest.fixture(scope="module")
def driver(pki, tmp_path_factory):
    with browser.opened(tmp_path_factory.mktemp("home"), pki.ca) as found:
        yield found


@pytest.fixture
def page(driver, web):
    """Opens pages of the server, with no cookie of another test."""
    driver.get(web.origin + "/a.json")
    driver.delete_all_cookies()
    return Page(driver, web.origin)


class Page:
    def __init__(self, driver, origin):
        self.driver, self.origin = driver, origin

    def open(self, path):
        self.driver.get(self.origin + path)
        return self

    @property
    def path(self):
        assert self.driver.current_url.startswith(self.origin)
        return self.driver.current_url[len(self.origin):]

    def one(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    @property
    def text(self):
        return self.one("body").text

    def submit(self, button="button"):
        """Presses it, and waits for the page that comes."""
        root = self.one("html")
        self.one(button).click()
        WebDriverWait(self.driver, harness.PATIENCE).until(lambda _: is_gone(root))
        WebDriverWait(self.driver, harness.PATIENCE).until(
            lambda driver: driver.execute_script("return document.readyState") == "complete")
        return self

    def fill(self, css, text):
        field = self.one(css)
        field.clear()
        field.send_keys(text)

    def log_in(self, name="ada", password="secret"):
        self.open("/login.html")
        self.fill("[name=name]", name)
        self.fill("[name=password]", password)
        return self.submit()

    def fetch(self, path, **options):
        """Status and text of what a script of the page asks for."""
        return self.driver.execute_async_script(
            "const [path, options, done] = arguments; fetch(path, options)"
            ".then(r => r.text().then(text => done([r.status, text])), e => done([0, String(e)]))", path, options)

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self.driver.get_cookies()}


def is_gone(element):
    try:
        element.is_displayed()
        return False
    except (StaleElementReferenceException, WebDriverException):
        return True


def test_the_certificate_is_trusted(page):
    """No exception was made for it: the CA's trust is what lets the page through."""
    page.open("/")
    assert page.one("h1").text == "Embedded"
    assert page.driver.execute_script("return isSecureContext && location.protocol") == "https:"
    timing = page.driver.execute_script(
        "return performance.getEntriesByType('navigation')[0].nextHopProtocol")
    assert timing == "http/1.1"


def test_a_form(page):
    page.open("/upload.html")
    page.fill("#plain [name=name]", "J\xe4sper & \"co\" = 1+1\U0001f40c")
    page.submit("#plain button")
    assert page.path == "/form" and '"name":"J\xe4sper & \\"co\\" = 1+1' in page.text


def test_a_wrong_password_and_the_right_one(page):
    page.open("/members/")  # leads to the login, because a browser asks for a page
    assert page.path == "/login.html"
    page.log_in(password="guess")
    assert page.path == "/login" and page.one("#wrong").text == "Wrong name or password."
    assert page.cookies() == {}
    page.log_in()
    assert page.path == "/members/" and page.one("#who").text == "ada"
    cookie = page.cookies()["__Host-session"]
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict" and cookie["path"] == "/"
    assert page.driver.execute_script("return document.cookie") == ""  # scripts do not see it


def test_logging_out(page):
    page.log_in()
    old = page.cookies()["__Host-session"]
    page.submit("#out")
    assert page.path == "/login.html" and page.cookies() == {}
    page.open("/members/")
    assert page.path == "/login.html"
    page.driver.add_cookie({name: old[name] for name in ("name", "value", "path", "secure", "httpOnly", "sameSite")})
    page.open("/members/")
    assert page.path == "/login.html"  # it is over at the server, too


def test_a_form_with_a_token(page):
    page.log_in("J\xe4sper", 'hush "\\')
    page.fill("[name=colour]:not([type=hidden])", "blue")
    page.submit("#save")
    assert page.path == "/members/" and page.one("#colour").text == "blue"
    page.submit("#forged")
    assert page.path == "/members/colour" and "blue" not in page.text
    page.open("/members/")
    assert page.one("#colour").text == "blue"


def test_a_form_of_another_site(page, web):
    """The cookie does not go along, and what comes says whose idea it was."""
    page.log_in()
    token = page.one("#save").find_element(By.XPATH, "..").find_element(By.NAME, "csrf").get_attribute("value")
    other = f"http://127.0.0.1:{web.plain_port}"
    page.driver.get(other + "/upload.html")
    page.driver.execute_script(
        "const f = document.forms.plain; f.action = arguments[0]; f.innerHTML = "
        "'<input name=csrf value=' + arguments[1] + '><input name=colour value=evil><button id=go>Go</button>'",
        page.origin + "/members/colour", token)
    root = page.one("html")
    page.one("#go").click()
    WebDriverWait(page.driver, harness.PATIENCE).until(lambda _: is_gone(root))
    page.open("/members/")
    assert page.path == "/members/" and page.one("#colour").text != "evil"
    # Nor does its script read anything.
    page.driver.get(other + "/upload.html")
    assert page.fetch(page.origin + "/members/", credentials="include")[0] == 0


def test_a_multipart_upload(page, tmp_path):
    content = os.urandom(300_000)
    (tmp_path / "a b.bin").write_bytes(content)
    page.open("/upload.html")
    page.fill("[name=note]", "a note")
    page.one("[name=file]").send_keys(str(tmp_path / "a b.bin"))
    page.submit("form button")
    total = 0
    for byte in b"a note" + content:
        total = (total * 31 + byte) & 0xffffffff
    assert f'{{"parts":2,"files":1,"bytes":{len(content) + 6},"sum":{total}}}' in page.text


PUT = """
const [path, headers, done] = arguments;
fetch(path, { method: "PUT", headers, body: document.querySelector("#file").files[0] })
	.then(r => done(r.status), e => done(String(e)));
"""


def test_an_upload_by_script(page, folder, tmp_path):
    content = os.urandom(1_000_000)
    (tmp_path / "photo.jpg").write_bytes(content)
    page.log_in()
    token = page.one("[name=csrf]").get_attribute("value")
    page.one("#file").send_keys(str(tmp_path / "photo.jpg"))

    def put(headers):
        return page.driver.execute_async_script(PUT, "/members/files/photo.jpg", headers)
    assert put({}) == 403 and put({"X-CSRF-Token": "0" * 32}) == 403
    assert not (folder / "photo.jpg").exists()
    assert put({"X-CSRF-Token": token}) == 201
    assert (folder / "photo.jpg").read_bytes() == content
    assert put({"X-CSRF-Token": token}) == 204
    assert page.fetch("/files/photo.jpg", method="HEAD")[0] == 200


def test_a_browser_comes_back(page, web):
    """What it has is asked for with its ETag, and its connections are resumed ones."""
    page.open("/")

    def numbers():
        with Client(web.plain_port) as client:
            return client.ask("/metrics.json").json()
    before = numbers()["responses"].get("304", 0)
    page.driver.refresh()
    harness.wait_until(lambda: numbers()["responses"].get("304", 0) > before, "a 304")
    assert page.one("h1").text == "Embedded"
    assert numbers()["handshakes_resumed"] > 0


def test_nothing_to_complain_of(page):
    """What the browser has to say about our pages."""
    page.driver.get_log("browser")
    for path in ("/login.html", "/upload.html"):  # the first page's style sheet is no real Brotli
        page.open(path)
    page.log_in()
    said = [entry for entry in page.driver.get_log("browser") if "favicon.ico" not in entry["message"]]
    assert said == []
