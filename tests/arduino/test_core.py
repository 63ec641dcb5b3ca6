# SPDX-License-Identifier: MIT
"""A sketch over mbedTLS as the core has it: a foreign library, that only the flags of library.json reach."""

import re
import socket
import ssl
import subprocess

import pytest

from arduino import BUILD, CORE, HERE, REPO, WARNINGS, manifest, mbedtls, preprocessed, run
from test_sketches import Board

OUT = BUILD / "arduino-core"


def flags():
    """(the compiler's, the linker's)"""
    every = manifest()["build"]["flags"]
    linker = [flag for flag in every if flag.startswith("-Wl,")]
    return [flag for flag in every if flag not in linker], linker


def must(command, **options):
    result = run(command, **options)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(name="parts", scope="module")
def built_parts():
    """The sketch, the stand-ins, and both libraries."""
    compiler, _ = flags()
    must(["make", "-s", "-j2", "-f", "tests/arduino/core.mk", f"OUT={OUT}", f"MBEDTLS={mbedtls().parent}",
          f"FLAGS={' '.join(compiler)}"], cwd=REPO)
    common = ["g++", "-std=gnu++17", *CORE, *WARNINGS, "-c"]
    must([*common, HERE / "host.cpp", "-o", OUT / "host.o"])
    must([*common, "-x", "c++", "-", "-o", OUT / "sketch.o"], input=preprocessed("Static-Page"))
    return [OUT / "sketch.o", OUT / "host.o", "-Wl,--wrap=hatch_open", "-Wl,--wrap=hatch_start"]


def symbols(program):
    return subprocess.run(["nm", program], capture_output=True, check=True, text=True).stdout


def check(program, folder):
    """It serves; TLS 1.2 is all there is in the library.  What the monitor says."""
    board = Board(program, folder)
    try:
        assert board.get("/")[0] == 200
        with pytest.raises(ssl.SSLError):
            context = ssl._create_unverified_context()  # pylint: disable=protected-access
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            with socket.create_connection(("127.0.0.1", board.port)) as raw, context.wrap_socket(raw):
                pass
        said = board.out.read_text()
    finally:
        board.end()
        board.process.kill()
        board.process.wait()
    assert "TLS 1.2 only" in said
    assert re.search(r"TLSv1\.2 TLS_ECDHE_ECDSA_WITH_AES_\d+_GCM_SHA\d+ x25519 full", said)
    return said


def test_platformio(parts, tmp_path):
    """The library as an archive, and the linker's flags of library.json: they suffice, and reach mbedTLS."""
    program = OUT / "platformio"
    must(["g++", "-o", program, *parts, *flags()[1], "-Wl,--start-group", OUT / "libhatch.a", OUT / "libmbedtls.a",
          "-Wl,--end-group", "-lpthread"])
    assert " T __wrap_mbedtls_ecdh_calc_secret" in symbols(program)
    said = check(program, tmp_path)
    # Record buffers are lent over this configuration, too: an idle connection has none.
    assert int(re.search(r"full in \d+ ms, heap (\d+)", said).group(1)) < 8000


def test_arduino_ide(parts, tmp_path):
    """Each file by itself, and no flags: the library's own arithmetic."""
    stock = []
    for path in sorted(REPO.glob("src/tls/stock_*.c")):
        stock.append(OUT / f"{path.stem}.o")
        must(["gcc", "-std=gnu17", *WARNINGS, "-isystem", mbedtls().parent / "include", "-Itests/arduino",
              "-DMBEDTLS_CONFIG_FILE=<core_config.h>", "-c", path, "-o", stock[-1]], cwd=REPO)
    others = [path for path in OUT.glob("src/**/*.o") if not path.name.startswith(("fast_", "stock_"))]
    program = OUT / "ide"
    must(["g++", "-o", program, *parts, *others, *stock, OUT / "libmbedtls.a", "-lpthread",
          "-Wl,--gc-sections"])  # as the core links, too
    assert "__wrap_mbedtls" not in symbols(program)
    check(program, tmp_path)
