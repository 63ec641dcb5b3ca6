# SPDX-License-Identifier: MIT
"""The Arduino builder, as far as it matters here: what it makes of a sketch, and how it compiles."""

import json
import os
import pathlib
import re
import subprocess

REPO = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("HATCH_BUILD", REPO / "build"))
HERE = REPO / "tests/arduino"
SKETCHES = sorted(path.parent.name for path in REPO.glob("examples/arduino/*/*.ino"))
CORE = ["-DARDUINO=10607", "-DARDUINO_ARCH_ESP32", "-I", str(HERE / "include"), "-I", str(REPO / "src")]
WARNINGS = ["-Wall", "-Wextra", "-Werror"]

# A function's head at the start of a line, with its body on the next.
FUNCTION = re.compile(r"^((?:static )?[a-z]\w*[ *]+\w+\([^()]*\))\n\{", re.M)


def preprocessed(name):
    """The sketch as C++: Arduino.h before it, and prototypes of its functions before the first."""
    path = REPO / "examples/arduino" / name / f"{name}.ino"
    text = path.read_text()
    heads = list(FUNCTION.finditer(text))
    assert {"void setup()", "void loop()"} <= {head.group(1) for head in heads}
    at = heads[0].start()
    prototypes = "".join(f"{head.group(1)};\n" for head in heads)
    line = text.count("\n", 0, at) + 1
    return (f'#include <Arduino.h>\n#line 1 "{path}"\n{text[:at]}{prototypes}'
            f'#line {line} "{path}"\n{text[at:]}')


def run(command, **options):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False,
                          timeout=120, **options)


def compile_sketch(name, compiler, *options):
    return run([compiler, *CORE, *options, "-x", "c++", "-"], input=preprocessed(name))


def errors(result):
    return [line for line in result.stderr.splitlines() if re.search(r"\berror: ", line)]


def manifest():
    return json.loads((REPO / "library.json").read_text())


def mbedtls():
    """The headers of the mbedTLS that the build uses."""
    found = sorted((REPO / ".deps").glob("mbedtls-3.6.*"))
    return found[-1] / "include"
