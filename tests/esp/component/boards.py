# SPDX-License-Identifier: MIT
"""Programs of examples' files and a board that stands in, served over HTTPS on this machine."""
import pathlib
import re
import subprocess

import harness

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[2]
EXAMPLES = REPO / "examples/esp-idf"
MBEDTLS = ["-isystem", str(next((REPO / ".deps").glob("mbedtls-3.6.*")) / "include")]


def wraps():
    text = (REPO / "cmake/HatchFast.cmake").read_text()
    return [f"-Wl,--wrap={name}" for name in
            re.findall(r"mbedtls_\w+", re.search(r"set\(hatch_wraps(.*?)\)", text, re.S).group(1))]


def build(out, sources, *options):
    subprocess.run(
        ["gcc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-g", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=all", *options, f"-I{REPO / 'src'}", f"-I{HERE / 'include'}",
         f"-I{REPO / 'tests/esp/include'}", f"-I{REPO / 'tests/esp/standin'}", *sources, "-Wl,--start-group",
         harness.BUILD / "libhatch.a", harness.BUILD / "libhatch_mbedtls.a", "-Wl,--end-group", *wraps(), "-lpthread",
         "-o", out], check=True, timeout=120)
    return out


class Board:
    def __init__(self, program, pki, folder, *args):
        self.pki, self.folder = pki, folder
        self.server = harness.Server([program, *pki.files(), *args], folder)
        ports = self.server.await_greeting(r"^ports (\d+) (\d+)$")
        self.port, self.plain_port = int(ports.group(1)), int(ports.group(2))

    def ask(self, path, *args, plain=False):
        """(status, body, fields as text)"""
        base = f"http://localhost:{self.plain_port}" if plain else f"https://localhost:{self.port}"
        done = subprocess.run(["curl", "-s", "-m", str(harness.PATIENCE), "-D", "fields", "--cacert", str(self.pki.ca),
                               "-w", "\n%{http_code}", *args, base + path], capture_output=True, text=True,
                              timeout=harness.PATIENCE * 2, cwd=self.folder, check=False)
        body, status = done.stdout.rsplit("\n", 1)
        return int(status), body, (self.folder / "fields").read_text()

    def said(self):
        return self.server.greeting()

    def close(self):
        assert self.server.process.poll() is None, "it ended by itself: " + self.server.log()
        self.server.kill()


def form(**fields):
    return [word for name, value in fields.items() for word in ("--data-urlencode", f"{name}={value}")]
