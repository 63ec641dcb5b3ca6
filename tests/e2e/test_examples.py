"""The examples do what examples/README.md and the comments at their heads say, line by line."""
import contextlib
import os
import re
import socket
import subprocess

import pytest

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


def test_self_signed_is_kept(shim, tmp_path):
    def certificate(folder):
        with running("self_signed", shim, folder) as got:
            return run_lines(["curl -k -o /dev/null -w '%{certs}' https://localhost:8443/"], got, folder)[0]

    first = certificate(tmp_path)
    assert "BEGIN CERTIFICATE" in first
    (tmp_path / "build").unlink()
    assert certificate(tmp_path) == first
