# SPDX-License-Identifier: MIT
"""Every sketch compiles as the Arduino builder compiles it, and does what its first comment says."""

import asyncio
import base64
import concurrent.futures
import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time

import pytest
import websockets
from selenium.webdriver.common.by import By

from arduino import BUILD, CORE, HERE, REPO, SKETCHES, WARNINGS, compile_sketch, errors, preprocessed, run

sys.path.append(str(REPO / "tests/e2e"))
import browser  # noqa: E402

PATIENCE = 60
UNTRUSTING = ssl.create_default_context()
UNTRUSTING.check_hostname = False
UNTRUSTING.verify_mode = ssl.CERT_NONE


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["gnu++17", "c++17", "gnu++2b"])
def test_compiles(compiler, standard):
    assert len(SKETCHES) >= 12
    for name in SKETCHES:
        result = compile_sketch(name, compiler, f"-std={standard}", *WARNINGS, "-fsyntax-only")
        assert result.returncode == 0, f"{name}: {result.stderr}"


def test_length():
    """A first sketch is to be read in a minute."""
    for name in SKETCHES:
        text = (REPO / f"examples/arduino/{name}/{name}.ino").read_text()
        code = [line for line in text.split("*/", 1)[1].splitlines() if line.strip()]
        assert len(code) <= 75, f"{name}: {len(code)} lines of code"
        assert all(len(line.expandtabs(8)) <= 100 for line in text.splitlines()), name


def test_every_sketch_is_run():
    tested = set(re.findall(r'start\("([\w-]+)"', (HERE / "test_sketches.py").read_text()))
    assert set(SKETCHES) <= tested


@pytest.mark.parametrize("what, options, sentence", [
    ("another board", ["-std=gnu++17", "-UARDUINO_ARCH_ESP32", "-DARDUINO_ARCH_AVR"], "ESP32 family"),
    ("core 2", ["-std=gnu++11", "-DESP_ARDUINO_VERSION_MAJOR=2"], "Arduino core 3"),
    ("C++11 on core 3", ["-std=gnu++11"], "C++17"),
    ("C++14 on core 3", ["-std=gnu++14"], "C++17"),
])
@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_stops_with_one_sentence(compiler, what, options, sentence):
    result = compile_sketch("Static-Page", compiler, *options, "-fsyntax-only")
    assert result.returncode != 0, what
    assert len(errors(result)) == 1, result.stderr
    assert sentence in errors(result)[0]


# ---- the sketches, running ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """Each sketch with the stand-ins and the library as `make install` lays it down."""
    folder = tmp_path_factory.mktemp("programs")
    prefix = folder / "hatch"
    env = {name: value for name, value in os.environ.items() if name != "DESTDIR"}
    result = run(["cmake", "--install", BUILD, "--prefix", prefix], env=env)
    assert result.returncode == 0, result.stderr
    env["PKG_CONFIG_PATH"] = str(next(prefix.rglob("hatch.pc")).parent)
    result = run(["pkg-config", f"--define-variable=prefix={prefix}", "--libs", "--static", "hatch"], env=env)
    assert result.returncode == 0, result.stderr
    libraries = result.stdout.split()

    common = ["g++", "-std=gnu++17", "-g", *CORE]
    result = run([*common, *WARNINGS, "-c", HERE / "host.cpp", "-o", folder / "host.o"])
    assert result.returncode == 0, result.stderr

    def build(name):
        program = folder / name
        result = run([*common, "-o", program, "-x", "c++", "-", "-x", "none", folder / "host.o",
                      "-Wl,--wrap=hatch_open", "-Wl,--wrap=hatch_start", *libraries],
                     input=preprocessed(name))
        assert result.returncode == 0, f"{name}: {result.stderr}"
        return program

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(SKETCHES, pool.map(build, SKETCHES)))


class Board:
    def __init__(self, program, store, pins_low=""):
        self.out = self.err = store / "monitor"
        env = dict(os.environ, HATCH_STORE=str(store), PINS_LOW=pins_low)
        with open(self.out, "wb") as out:  # the log goes where Serial goes
            self.process = subprocess.Popen([program], env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        # The sketch prints its address last in setup().
        self.port, self.plain_port = map(int, self.await_line(r"ports: (\d+) (\d+)").groups())
        self.await_line(r"https?://.*127\.0\.0\.1|, or at .*127\.0\.0\.1")

    def await_line(self, expression, seconds=PATIENCE):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = re.search(expression, self.out.read_text())
            if found:
                return found
            assert self.process.poll() is None, self.err.read_text()
            time.sleep(0.02)
        raise AssertionError(f"nothing like {expression!r} in: {self.out.read_text()}\n{self.err.read_text()}")

    def fingerprint(self):
        """On the serial monitor."""
        return re.search(r"[Ff]ingerprint:? ([0-9A-F:]{95})", self.out.read_text()).group(1)

    def ask(self, method, path, body=None, plain=False, **fields):
        """(status, body, fields)"""
        if plain:
            connection = http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=PATIENCE)
        else:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=UNTRUSTING)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in fields.items()})
            response = connection.getresponse()
            return response.status, response.read(), response.headers
        finally:
            connection.close()

    def get(self, path, **options):
        status, body, _ = self.ask("GET", path, **options)
        return status, body.decode()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        finally:
            self.process.kill()
        assert status == 0, self.err.read_text()


@pytest.fixture
def start(programs, tmp_path):
    boards = []

    def begin(name, **options):
        boards.append(Board(programs[name], tmp_path, **options))
        return boards[-1]

    yield begin
    try:
        for board in boards:
            if board.process.poll() is None:
                board.end()
    finally:
        for board in boards:
            board.process.kill()
            board.process.wait()


def test_static_page(start):
    board = start("Static-Page")
    status, body, fields = board.ask("GET", "/")
    assert status == 200 and b"<h1>Hello from an ESP32</h1>" in body
    assert fields["Content-Type"] == "text/html"
    assert board.get("/nothing")[0] == 404
    assert board.fingerprint()  # which the first comment tells to compare


def test_parameters(start):
    board = start("Parameters")
    assert board.get("/hello/Ada") == (200, "Hello, Ada!\n")
    assert board.get("/hello/Ada?greeting=Welcome") == (200, "Welcome, Ada!\n")
    assert board.get("/hello/A%20B?greeting=Good+day") == (200, "Good day, A B!\n")
    assert board.get("/hello/" + "x" * 500)[0] == 200  # cut, not overrun
    status, body = board.get('/json/%22%7D%3Cb')
    assert status == 200 and json.loads(body) == {"hello": '"}<b'}
    assert board.get("/files/a/b/c") == (200, "a/b/c")
    assert board.get("/files/" + "y" * 1500) == (200, "y" * 1500)


def test_parameter_validation(start):
    board = start("Parameter-Validation")
    status, body, _ = board.ask("PUT", "/led/2/on")
    assert status == 200 and json.loads(body) == {"led": 2, "on": True}
    board.await_line("pin 2: 1")
    status, body, _ = board.ask("PUT", "/led/2/off")
    assert json.loads(body) == {"led": 2, "on": False}
    board.await_line("pin 2: 0")
    for path in ("/led/99/on", "/led/2x/on", "/led/3/on", "/led/2/maybe", "/led/-2/on"):
        assert board.ask("PUT", path)[0] == 400, path
    assert board.ask("GET", "/led/2/on")[0] == 405
    assert board.out.read_text().count("pin ") == 2


def test_put_post_echo(start):
    board = start("Put-Post-Echo")
    for method in ("PUT", "POST"):
        status, body, _ = board.ask(method, "/echo", b"hello")
        assert (status, body) == (200, b"hello")
    assert board.ask("PUT", "/echo", b"x" * 1024)[:2] == (200, b"x" * 1024)
    assert board.ask("PUT", "/echo", b"x" * 1025)[0] == 413
    large = os.urandom(300_000)
    assert stream(board, "/stream", large) == large


def stream(board, path, body):
    """With curl, which sends and receives at once: Python's ssl may not, from two threads."""
    done = subprocess.run(["curl", "-ksf", "-m", str(PATIENCE), "-T", "-", "-H", "Expect:",
                           f"https://127.0.0.1:{board.port}{path}"], input=body, capture_output=True, check=True)
    return done.stdout


def test_https_and_http(start):
    board = start("HTTPS-and-HTTP")
    assert board.get("/", plain=True) == (200, "plain\n")
    assert board.get("/") == (200, "secure\n")
    assert board.get("/settings") == (200, "secret\n")
    status, body, fields = board.ask("GET", "/settings", plain=True, Host="esp32.local")
    assert status == 308 and b"secret" not in body
    assert re.fullmatch(rf"https://esp32\.local(:{board.port})?/settings", fields["Location"])


def test_async_server(start):
    board = start("Async-Server")
    assert json.loads(board.get("/")[1]) == {"waiting": 0}
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        later = [pool.submit(board.get, "/measure") for _ in range(3)]
        seen = 0
        while not all(one.done() for one in later):
            seen = max(seen, json.loads(board.get("/")[1])["waiting"])  # meanwhile others are answered
        assert seen >= 1
        for one in later:
            status, body = one.result()
            assert status == 200 and json.loads(body) == {"value": 1034}
    until = time.monotonic() + PATIENCE
    while json.loads(board.get("/")[1])["waiting"] and time.monotonic() < until:
        pass
    assert json.loads(board.get("/")[1]) == {"waiting": 0}  # each place is free again
    assert board.get("/measure")[0] == 200


def test_self_signed_certificate(start):
    board = start("Self-Signed-Certificate")
    status, body = board.get("/")
    facts = json.loads(body)
    assert status == 200 and facts["version"] in ("TLSv1.3", "TLSv1.2") and facts["resumed"] is False
    first = board.fingerprint()
    board.end()
    board = start("Self-Signed-Certificate")
    assert board.fingerprint() == first  # kept
    board.end()
    board = start("Self-Signed-Certificate", pins_low="0")
    board.await_line("BOOT was pressed")
    assert board.fingerprint() != first  # renewed


def test_html_forms(start):
    board = start("HTML-Forms")
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert "It shows: nothing yet<form" in board.get("/")[1]
    status, _, fields = board.ask("POST", "/text", "text=%3Cb%3E'hot'%3C%2Fb%3E", **form)
    assert status == 303 and fields["Location"] == "/"
    assert "It shows: &lt;b&gt;&#39;hot&#39;&lt;/b&gt;<form" in board.get("/")[1]
    assert board.ask("POST", "/text", "text=" + "%27" * 40, **form)[0] == 303
    assert "It shows: " + "&#39;" * 40 + "<form" in board.get("/")[1]
    assert board.ask("POST", "/text", "text=" + "x" * 41, **form)[0] == 400
    assert board.ask("POST", "/text", "other=x", **form)[0] == 400
    assert "It shows: " + "&#39;" * 40 + "<form" in board.get("/")[1]

    def upload(length, count=1):
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + bytes(length) + b"\r\n"
        return board.ask("POST", "/file", part * count + b"--x--\r\n", Content_Type="multipart/form-data; boundary=x")

    status, body, _ = upload(1000000)
    assert status == 200 and json.loads(body) == {"bytes": 1000000}
    assert upload(1, 2)[0] == 413
    status, body, _ = upload(0)
    assert status == 200 and json.loads(body) == {"bytes": 0}


def test_middleware(start):
    board = start("Middleware")
    status, body, fields = board.ask("GET", "/api/status")
    assert status == 200 and json.loads(body) == {"requests": 1, "maintenance": False}
    assert re.fullmatch(r"\d+-\d+", fields["X-Request-Id"]) and fields["X-Board"] == "the one on the desk"
    assert fields["X-Content-Type-Options"] == "nosniff" and "Access-Control-Allow-Origin" not in fields
    for origin, allowed in (("https://app.example", "https://app.example"), ("https://other.example", None)):
        assert board.ask("GET", "/api/status", Origin=origin)[2]["Access-Control-Allow-Origin"] == allowed
        status, _, fields = board.ask("OPTIONS", "/api/status", Origin=origin)
        assert status == 204 and (fields["Access-Control-Allow-Methods"] == "GET") == (allowed is not None)
    status, body, fields = board.ask("POST", "/admin/maintenance")
    assert status == 200 and json.loads(body)["maintenance"] is True and fields["X-Request-Id"] is None
    status, _, fields = board.ask("GET", "/api/status")
    assert status == 503 and fields["Retry-After"] == "60" and fields["X-Request-Id"]
    assert board.ask("POST", "/admin/maintenance")[0] == 200
    assert json.loads(board.get("/api/status")[1])["requests"] == 7  # those that were refused count, too


def basic(credentials):
    return {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}


def test_authentication(start):
    board = start("Authentication")
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert board.ask("GET", "/light")[0] == 401
    status, _, fields = board.ask("GET", "/light", **basic("ada:guess"))
    assert status == 401 and fields["WWW-Authenticate"].startswith('Basic realm="esp32"')
    status, body, _ = board.ask("GET", "/light", **basic("ada:change me"))
    assert status == 200 and json.loads(body) == {"light": 1034}
    status, _, fields = board.ask("GET", "/", Accept="text/html")
    assert status == 303 and fields["Location"] == "/login"
    assert "action=/login" in board.get("/login")[1]
    assert board.ask("POST", "/login", "name=ada&password=guess", **form)[0] == 403
    status, _, fields = board.ask("POST", "/login", "name=ada&password=change+me", **form)
    cookie = fields["Set-Cookie"].split(";")[0]
    assert status == 303 and {"Secure", "HttpOnly"} <= set(fields["Set-Cookie"].split("; "))
    status, body, _ = board.ask("GET", "/", Cookie=cookie)
    token = re.search(r"name=csrf value=(\w{32})>", body.decode()).group(1)
    assert status == 200 and "Light: 1034" in body.decode()
    assert board.ask("POST", "/logout", "csrf=" + "0" * 32, Cookie=cookie, **form)[0] == 403
    assert board.ask("GET", "/", Cookie=cookie)[0] == 200
    assert board.ask("POST", "/logout", f"csrf={token}", Cookie=cookie, **form)[0] == 303
    assert board.ask("GET", "/", Cookie=cookie)[0] == 401


def test_rest_api(start):
    board = start("REST-API")
    status, body = board.get("/api/status")
    facts = json.loads(body)
    assert status == 200 and facts["led"] is False and facts["light"] == 1034
    status, body, fields = board.ask("PUT", "/api/led", "on")
    assert status == 401 and fields["WWW-Authenticate"].startswith("Bearer")
    assert board.ask("PUT", "/api/led", "on", Authorization="Bearer wrong")[0] == 401
    assert "pin 2" not in board.out.read_text()
    status, body, _ = board.ask("PUT", "/api/led", "on", Authorization="Bearer change-me")
    assert status == 200 and json.loads(body)["led"] is True
    board.await_line("pin 2: 1")
    assert board.ask("PUT", "/api/led", "maybe", Authorization="Bearer change-me")[0] == 400
    assert board.ask("PUT", "/api/led", "x" * 17, Authorization="Bearer change-me")[0] == 413
    rounds = json.loads(board.get("/api/status")[1])["rounds"]
    assert rounds > facts["rounds"]  # loop() goes on


def test_websocket_chat(start):
    board = start("Websocket-Chat")
    status, body = board.get("/")
    assert status == 200 and "/chat" in body and "textContent" in body and "innerHTML" not in body
    assert board.get("/chat")[0] == 426

    def dial(**options):
        return websockets.connect(f"wss://127.0.0.1:{board.port}/chat", ssl=UNTRUSTING, **options)

    async def hear(ws):
        return await asyncio.wait_for(ws.recv(), PATIENCE)

    async def talk():
        own = f"https://127.0.0.1:{board.port}"
        async with dial(origin=own) as one, dial() as other:
            for ws in (one, other):
                assert await hear(ws) == "The board: welcome!"
            for line in ("Grüße", "<b>", "x" * 200):
                await one.send(line)
                assert await hear(one) == await hear(other) == line
            await one.send("x" * 201)
            await other.send(b"binary")
            for ws, code in ((one, 1009), (other, 1003)):
                with pytest.raises(websockets.ConnectionClosed):
                    await hear(ws)
                assert ws.close_code == code
        with pytest.raises(websockets.InvalidStatusCode) as error:
            async with dial(origin="https://other.example"):
                pass
        assert error.value.status_code == 403
    asyncio.run(talk())


def test_the_board_takes_part_in_the_chat(start):
    board = start("Websocket-Chat", pins_low="0")

    async def talk():
        async with websockets.connect(f"wss://127.0.0.1:{board.port}/chat", ssl=UNTRUSTING) as ws:
            heard = [await asyncio.wait_for(ws.recv(), PATIENCE) for _ in range(3)]
        assert heard == ["The board: welcome!", "The board: ouch!", "The board: ouch!"]
    asyncio.run(talk())


def test_the_chat_in_a_browser(start, tmp_path):
    board = start("Websocket-Chat")
    mine = tmp_path / "board.pem"
    mine.write_text(ssl.get_server_certificate(("127.0.0.1", board.port)))
    with browser.opened(tmp_path / "home", mine, "--ignore-certificate-errors") as driver:
        driver.get(f"https://127.0.0.1:{board.port}/")

        def lines(wanted):
            until = time.monotonic() + PATIENCE
            while (shown := driver.find_element(By.ID, "lines").text.split()) != wanted:
                assert time.monotonic() < until, shown
                time.sleep(0.05)
        lines(["The", "board:", "welcome!"])
        driver.find_element(By.ID, "text").send_keys("<b>Grüße</b>\n")
        lines(["The", "board:", "welcome!", "<b>Grüße</b>"])
        assert driver.find_element(By.ID, "text").get_attribute("value") == ""
        assert driver.current_url.endswith(f":{board.port}/")  # the form was not sent
