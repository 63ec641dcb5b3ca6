"""The examples do what examples/README.md and the comments at their heads say, line by line."""
import asyncio
import contextlib
import json
import os
import re
import socket
import ssl
import subprocess

import pytest
import websockets

from door import BUILD, PATIENCE, ROOT, wait_for

README = f"{ROOT}/examples/README.md"
PROGRAMS = sorted(name[:-2] for name in os.listdir(f"{ROOT}/examples") if name.endswith(".c"))
ENDS = {"server_in_a_task"}  # those that are told to

# Runs with every line of a document: connects to where the ports have gone.
PRELUDE = """
curl() {{ command curl -sS -m {patience} {connect} "$@"; }}
export CURL_CA_BUNDLE=build/made/localhost.pem
"""


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


# ---- running -----------------------------------------------------------------------------------


@pytest.fixture(name="shim", scope="module")
def built_shim(tmp_path_factory):
    path = tmp_path_factory.mktemp("shim") / "anyport.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", path, f"{ROOT}/tests/e2e/anyport.c", "-ldl"], check=True)
    return path


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE):
        return True
    return False


@contextlib.contextmanager
def running(name, shim, folder):
    """Runs it in the folder; yields where its ports have gone, {"8443": "40001"}."""
    ports = folder / "ports"
    ports.write_text("")
    (folder / "build").symlink_to(BUILD)
    options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    env = dict(os.environ, LD_PRELOAD=str(shim), ANYPORT=str(ports), ASAN_OPTIONS=options, HATCH_STORE=str(folder))
    with open(folder / "log", "w+b") as log:
        process = subprocess.Popen([f"{BUILD}/examples/{name}"], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log)
    try:
        count = 2 if "8080" in text_of(f"{ROOT}/examples/{name}.c") else 1
        wait_for(lambda: len(ports.read_text().splitlines()) == count or process.poll() is not None, "its ports")
        assert process.poll() is None, (folder / "log").read_text()
        got = dict(line.split() for line in ports.read_text().splitlines())
        wait_for(lambda: all(map(answers, got.values())), "a listener")
        yield got
        if name in ENDS:
            assert process.wait(PATIENCE) == 0, (folder / "log").read_text()
        else:
            assert process.poll() is None, (folder / "log").read_text()
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def example(name, shim, folder):
    """Yields a curl function that knows where its ports have gone."""
    with running(name, shim, folder) as got:
        def curl(path, *args, port="8443"):
            scheme = "https" if port == "8443" else "http"
            done = subprocess.run(["curl", "-sS", "--cacert", f"{BUILD}/made/localhost.pem", *args,
                                   f"{scheme}://localhost:{got[port]}{path}"], capture_output=True, timeout=PATIENCE,
                                  check=False)
            assert done.returncode == 0, done.stderr
            return done.stdout.decode()

        yield curl


def run_lines(commands, got, folder):
    """What each prints, in one shell for all."""
    connect = " ".join(f"--connect-to localhost:{port}:localhost:{there}" for port, there in got.items())
    script = PRELUDE.format(patience=PATIENCE, connect=connect)
    for command in commands:
        script += f"{command}\nprintf '\\0'\n"
    done = subprocess.run(["sh", "-c", script], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=PATIENCE * 2, check=False)
    printed = done.stdout.decode().replace("\r\n", "\n").split("\0")[:-1]
    for port, there in got.items():
        printed = [text.replace(f":{there}", f":{port}") for text in printed]
    return printed


# ---- the documents -----------------------------------------------------------------------------


def sections():
    """{program: [(command, what it prints)]} of examples/README.md."""
    found = {}
    for part in re.split(r"^### ", text_of(README), flags=re.M)[1:]:
        name = part.split("\n", 1)[0].strip()
        pairs = []
        for block in re.findall(r"^```console\n(.*?)^```$", part, re.M | re.S):
            for piece in re.split(r"^\$ ", block, flags=re.M)[1:]:
                lines = piece.split("\n")
                more = 1
                while lines[more].startswith("> "):
                    more += 1
                command = "\n".join([lines[0], *(line[2:] for line in lines[1:more])])
                pairs.append((command, "\n".join(lines[more:])))
        found[name] = pairs
    return found


def head_of(name):
    """The lines to try at the head of its source: [(command, what it prints or "")]."""
    pairs = []
    for line in text_of(f"{ROOT}/examples/{name}.c").split("*/", 1)[0].splitlines():
        line = re.sub(r"^/\* .*Try: ", " *\t", line).removesuffix(" ")
        if match := re.match(r" \*\t\t(.*)", line):
            pairs[-1][1].append(match.group(1))
        elif match := re.match(r" \*\t(.*)", line):
            pairs.append((match.group(1).replace("--cacert build/made/localhost.pem ", ""), []))
    return [(command, "".join(f"{line}\n" for line in printed)) for command, printed in pairs]


def is_like(printed, expected):
    """In what is expected "..." stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in expected.split("..."))
    whole = printed if printed.endswith("\n") or not printed else f"{printed}\n"  # as a terminal shows it
    return re.fullmatch(pattern, whole, re.S) is not None


def test_every_program_is_in_the_readme():
    assert sorted(sections()) == PROGRAMS
    for name in PROGRAMS:
        assert f"[{name}.c]({name}.c)" in text_of(README), name


def test_links_of_the_readme():
    for link in re.findall(r"\]\(([^)#]+)\)", text_of(README)):
        assert os.path.exists(f"{ROOT}/examples/{link}"), link


@pytest.mark.parametrize("name", PROGRAMS)
def test_its_head_says_what_the_readme_says(name):
    told, head = dict(sections()[name]), head_of(name)
    assert head, "nothing to try"
    for command, printed in head:
        assert command in told, command
        assert printed in ("", told[command]), command


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_does_what_the_readme_says(name, shim, tmp_path):
    pairs = sections()[name]
    assert pairs
    with running(name, shim, tmp_path) as got:
        printed = run_lines([command for command, _ in pairs], got, tmp_path)
        for (command, expected), text in zip(pairs, printed):
            assert is_like(text, expected), f"{command}\n--- printed:\n{text}\n--- not:\n{expected}"
        assert len(printed) == len(pairs), "a line ended the shell"
    log = (tmp_path / "log").read_text()
    assert "Sanitizer" not in log and "runtime error" not in log, log


def test_what_is_printed_is_compared():
    """The comparison can fail."""
    assert is_like("a\nb 12 c\n", "a\nb ... c\n")
    for printed, expected in (("a\nc\n", "a\nb\n"), ("a\n", ""), ("", "a\n"), ("a\nb\n", "a\n"), ("xa", "a\n"), ("a\n\n", "a\n")):
        assert not is_like(printed, expected)
    assert run_lines(["echo x", "false", "echo y >&2"], {"8443": "1"}, "/") == ["x\n", "", "y\n"]


# ---- beyond the documents ----------------------------------------------------------------------


def test_rest_api(shim, tmp_path):
    with example("rest_api", shim, tmp_path) as curl:
        (tmp_path / "nul").write_bytes(b'{"on":true}\0')
        for body in ("on", '{"on":1}', '{"on":true}x', '[true]', '{"ON":true}', '{"on":true', "{}", "", "@nul"):
            body = body.replace("@", f"@{tmp_path}/")
            assert '"error"' in curl("/api/leds/1", "-X", "PUT", "--data-binary", body), body
        assert curl("/api/leds/1", "-X", "PUT", "-d", ' { "on" : true } ') == '{"led":1,"on":true}\n'
        assert "no such LED" in curl("/api/leds/4")
        assert "who are you?" in curl("/admin/leds", "-X", "DELETE")
        assert curl("/api/leds/1") == '{"led":1,"on":true}\n'


def test_upload(shim, tmp_path):
    data = os.urandom(3_000_000)
    (tmp_path / "big.bin").write_bytes(data)
    with example("upload", shim, tmp_path) as curl:
        assert curl("/upload", "-T", str(tmp_path / "big.bin")) == '{"bytes":3000000}\n'
        assert (tmp_path / "upload.bin").read_bytes() == data
        assert not (tmp_path / "upload.part").exists()


def test_html_forms(shim, tmp_path):
    with example("html_forms", shim, tmp_path) as curl:
        for name in ('"><script>alert(1)</script>', "'&amp;'", "&" * 40):
            page = curl("/greet", "--data-urlencode", f"name={name}")
            shown = re.search(r"<p>Hello, (.*)!", page).group(1)
            assert not set("<>\"'") & set(shown) and shown.count("&amp;") == name.count("&")
        for name in ("", "x" * 41):
            assert "1 to 40 bytes" in curl("/greet", "--data-urlencode", f"name={name}")
        (tmp_path / "big.bin").write_bytes(bytes(2_000_000))
        long = curl("/upload", "-F", "note=" + "x" * 41, "-F", f"file=@{tmp_path}/big.bin", "-H", "Expect:")
        assert "at most 40 bytes" in long
        assert "&#39;" * 40 + ": 2000000 bytes" in curl("/upload", "-F", "note=" + "'" * 40, "-F",
                                                        f"file=@{tmp_path}/big.bin")


def test_parameters(shim, tmp_path):
    with example("parameters", shim, tmp_path) as curl:
        assert curl("/hello/" + "x" * 500).startswith("Hello, xxx")  # cut, not overrun
        assert curl("/json/%22%7D%5C") == '{"hello":"\\"}\\\\"}\n'


# ---- live connections --------------------------------------------------------------------------


class Person:
    """Somebody in the chat; what she hears are lists of a number, a name and a text."""

    def __init__(self, port, name, **options):
        context = ssl.create_default_context(cafile=f"{BUILD}/made/localhost.pem")
        self.name = name
        self.dialled = websockets.connect(f"wss://localhost:{port}/chat", ssl=context, **options)

    async def __aenter__(self):
        self.socket = await self.dialled.__aenter__()
        await self.socket.send(self.name)
        return self

    async def __aexit__(self, *error):
        await self.dialled.__aexit__(*error)

    async def say(self, text):
        await self.socket.send(text)

    async def hears(self):
        line = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        return line.split("\n")

    async def code(self):
        """With which the connection ends."""
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(self.socket.recv(), PATIENCE)
        return self.socket.close_code


@pytest.fixture(name="chat")
def chat_runs(shim, tmp_path):
    with running("chat", shim, tmp_path) as got:
        yield got["8443"]
    log = (tmp_path / "log").read_text()
    assert "Sanitizer" not in log and "runtime error" not in log, log


def test_two_chat_and_a_third_hears_the_past(chat):
    async def talk():
        async with Person(chat, "Ada") as ada, Person(chat, "Bob", origin=f"https://localhost:{chat}") as bob:
            await ada.say("Grüße")
            for one in (ada, bob):
                assert await one.hears() == ["1", "Ada", "Grüße"]
            await bob.say("a\nline\x07 <b>end</b>")
            for one in (ada, bob):
                assert await one.hears() == ["2", "Bob", "a line  <b>end</b>"]
            async with Person(chat, "Cyd") as cyd:
                assert await cyd.hears() == ["1", "Ada", "Grüße"]
                assert await cyd.hears() == ["2", "Bob", "a line  <b>end</b>"]
            for i in range(3, 15):
                await (bob if i % 2 else ada).say(f"line {i}")
                assert (await bob.hears())[0] == (await ada.hears())[0] == str(i)
        async with Person(chat, "Dan") as dan:
            for i in range(5, 15):  # so many are kept
                assert await dan.hears() == [str(i), "Bob" if i % 2 else "Ada", f"line {i}"]
    asyncio.run(talk())


def test_names_of_the_chat(chat):
    async def talk():
        for said, taken in (("<b>Eve</b>\n1", "bEveb1"), ("", "Somebody"), ("<>&\"'\n", "Somebody"), ("Jürgen-7.", "Jürgen-7."),
                            ("x" * 20, "x" * 20), ("x" * 21, "x" * 20), ("x" * 19 + "ü", "x" * 19), ("ü" * 11, "ü" * 10),
                            ("\U0001f40c" * 6, "\U0001f40c" * 5)):
            async with Person(chat, said) as one:
                await one.say("hello " + taken)
                line = await one.hears()
                while line[2] != "hello " + taken:  # the past
                    line = await one.hears()
                assert line[1] == taken
    asyncio.run(talk())


def test_limits_of_the_chat(chat):
    async def talk():
        async with Person(chat, "Ada") as ada:
            await ada.say("ü" * 100)
            assert await ada.hears() == ["1", "Ada", "ü" * 100]
            await ada.say("ü" * 100 + "x")
            assert await ada.code() == 1009
        async with Person(chat, "Ada") as ada:
            assert (await ada.hears())[0] == "1"
            await ada.say(b"binary")
            assert await ada.code() == 1003
        for origin, allowed in ((f"https://localhost:{chat}", True), ("https://other.example", False), ("null", False)):
            try:
                async with Person(chat, "Ada", origin=origin):
                    assert allowed, origin
            except websockets.InvalidStatusCode as error:
                assert not allowed and error.status_code == 403
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(11):  # one client may have all places but one
                await stack.enter_async_context(Person(chat, "x"))
            with pytest.raises(websockets.InvalidStatusCode) as error:
                await stack.enter_async_context(Person(chat, "x"))
            assert error.value.status_code == 503
    asyncio.run(talk())


def test_who_says_too_much_is_out(chat):
    """And nobody else: what was said is with all of them."""
    async def talk():
        async with Person(chat, "Bob") as bob:
            async with Person(chat, "Eve") as eve:
                said = 0
                with contextlib.suppress(websockets.ConnectionClosed):
                    while said < 100000:  # as fast as it can
                        await eve.say(f"{said}")
                        said += 1
                        await asyncio.sleep(0)  # so that the end is seen
                    raise AssertionError("nobody minds")
                assert eve.socket.close_code == 1008
            heard = 0
            await bob.say("and me")
            while (line := await bob.hears())[1:] != ["Bob", "and me"]:
                assert line[1:] == ["Eve", f"{heard}"]
                heard += 1
            assert 10 <= heard < said
            for i in range(9):  # so many, no more than a tenth of what Eve may in some seconds
                await bob.say(f"{i}")
                assert (await bob.hears())[2] == f"{i}"
    asyncio.run(talk())


def test_all_of_them_talk_at_once(chat):
    """As much as they may, and nobody is thrown out."""
    async def one(person):
        for _ in range(10):
            await person.say("x" * 200)
        text = None
        while text != person.name:  # who cannot take all of it may have missed that, too
            with contextlib.suppress(asyncio.TimeoutError):
                async with asyncio.timeout(1.5):  # more than a second: it may say something again
                    while text != person.name:
                        text = (await person.hears())[2]
            if text != person.name:
                await person.say(person.name)

    async def talk():
        async with contextlib.AsyncExitStack() as stack:
            people = [await stack.enter_async_context(Person(chat, f"{i}")) for i in range(11)]
            await asyncio.gather(*map(one, people))
    asyncio.run(talk())


def events_of(text):
    """[{field: value}]"""
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in text.split("\n\n") if block]
    return [block for block in blocks if "data" in block]


def follow(port, path, until, *args):
    """The events, up to one that will do."""
    command = ["curl", "-sSN", "-m", str(PATIENCE), "--cacert", f"{BUILD}/made/localhost.pem", *args,
               f"https://localhost:{port}{path}"]
    text = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            text += line
            if line == "\n" and any(map(until, events_of(text))):
                break
        process.kill()
    assert any(map(until, events_of(text))), text
    return events_of(text)


def test_sensor_plot(shim, tmp_path):
    with running("sensor_plot", shim, tmp_path) as got:
        port = got["8443"]
        first = follow(port, "/values", lambda event: event["id"] == "6")
        assert first[0]["event"] == "past" and len(first[0]["data"].split()) == int(first[0]["id"])
        values = dict(zip(range(1, 7), [*first[0]["data"].split(), *(event["data"] for event in first[1:])]))
        assert all(15 < float(value) < 30 for value in values.values())
        # Who comes back has what it has missed, and no more.
        again = follow(port, "/values", lambda event: event["id"] == "8", "-H", "Last-Event-ID: 2")
        assert [event["id"] for event in again] == [str(i) for i in range(3, 9)]
        assert [event["data"] for event in again[:4]] == [values[i] for i in range(3, 7)]
        # With a number of before a restart: all there is.
        other = follow(port, "/values", lambda event: event["id"] == "9", "-H", "Last-Event-ID: 777")
        assert [event["id"] for event in other] == [str(i) for i in range(1, 10)]
        late = follow(port, "/values", lambda event: int(event["id"]) >= 10)
        assert late[0]["event"] == "past" and len(late[0]["data"].split()) >= 9


def test_job(shim, tmp_path):
    with running("job", shim, tmp_path) as got:
        port = got["8443"]

        def curl(path, *args):
            done = subprocess.run(["curl", "-sS", "--cacert", f"{BUILD}/made/localhost.pem", "-w", "\n%{http_code}",
                                   *args, f"https://localhost:{port}{path}"], capture_output=True, timeout=PATIENCE,
                                  text=True, check=True)
            body, status = done.stdout.rsplit("\n", 1)
            return int(status), json.loads(body) if body.startswith("{") else body

        def state(event):
            return json.loads(event["data"])["state"]

        assert curl("/jobs/0")[0] == curl("/jobs/1")[0] == curl("/jobs/x")[0] == curl("/jobs/1", "-X", "DELETE")[0] == 404
        assert curl("/jobs", "-X", "POST") == (202, {"job": 1, "state": "running", "percent": 0})
        assert curl("/jobs", "-X", "POST")[0] == 409  # one at a time
        told = [json.loads(event["data"]) for event in follow(port, "/jobs/events", lambda event: state(event) == "done")]
        steps = [event["percent"] for event in told]
        assert steps == sorted(set(steps)) and steps[-1] == 100 and len(steps) > 10
        assert {event["job"] for event in told} == {1}
        assert curl("/jobs/1") == (200, {"job": 1, "state": "done", "percent": 100})
        assert curl("/jobs/1", "-X", "DELETE")[0] == 409

        assert curl("/jobs", "-X", "POST")[1]["job"] == 2
        assert curl("/jobs/1")[0] == 404
        assert curl("/jobs/2", "-X", "DELETE")[0] == 202
        assert state(follow(port, "/jobs/events", lambda event: state(event) == "cancelled")[-1]) == "cancelled"
        status, last = curl("/jobs/2")
        assert status == 200 and last["state"] == "cancelled" and last["percent"] < 100
        assert curl("/jobs", "-X", "POST")[1] == {"job": 3, "state": "running", "percent": 0}  # the old wish is over
        follow(port, "/jobs/events", lambda event: json.loads(event["data"])["percent"] > 3)


def test_self_signed_is_kept(shim, tmp_path):
    def certificate(folder):
        with running("self_signed", shim, folder) as got:
            return run_lines(["curl -k -o /dev/null -w '%{certs}' https://localhost:8443/"], got, folder)[0]

    first = certificate(tmp_path)
    assert "BEGIN CERTIFICATE" in first
    (tmp_path / "build").unlink()
    assert certificate(tmp_path) == first
