# SPDX-License-Identifier: MIT
"""
What macOS would get, as far as that can be asked here: hatch-cert from the files of macOS is compiled
with the C library of this system, told to be POSIX and nothing more, and shows which commands it would
run.  macOS itself was never there.
"""

import glob
import os
import pathlib
import re
import subprocess

from conftest import LINUX, REPO

# Those of cmake/HatchTools.cmake.
OTHERS = re.compile(r"_(windows|linux)\.c$")


def test_posix_files_and_the_steps_of_trust(tmp_path):
    files = [path for part in ("common", "cert") for path in sorted(glob.glob(f"{REPO}/tools/{part}/*.c"))
             if not OTHERS.search(path)]
    assert any(path.endswith("trust_macos.c") for path in files)
    for path in files:
        text = pathlib.Path(path).read_text(encoding="utf-8")
        assert "_GNU_SOURCE" not in text and "_DEFAULT_SOURCE" not in text
    mbedtls = sorted(glob.glob(f"{REPO}/.deps/mbedtls-3.6.*/include")) or [os.environ.get("MBEDTLS_DIR", "") + "/include"]
    program = tmp_path / "hatch-cert"
    subprocess.run(["cc", "-std=c11", "-O0", "-Wall", "-Wextra", "-pedantic", "-Werror", "-I", f"{REPO}/tools",
                    "-isystem", mbedtls[-1], "-I", f"{REPO}/deps", "-DMBEDTLS_CONFIG_FILE=<mbedtls_config.h>",
                    f"{REPO}/tools/hatch-cert.c", *files, f"{LINUX}/libhatch_mbedtls.a", "-lpthread", "-o", program],
                   check=True, timeout=120)

    def run(*args):
        return subprocess.run([program, *args, "--ca", "ca"], cwd=tmp_path, check=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True).stdout

    run("ca")
    keychain = "/Library/Keychains/System.keychain"
    assert f"security add-trusted-cert -d -r trustRoot -k {keychain} ca/ca.pem\n" in run("trust", "--dry-run")
    away = run("untrust", "--dry-run")
    assert "security remove-trusted-cert -d ca/ca.pem\n" in away
    assert re.search(rf"security delete-certificate -Z [0-9a-f]{{40}} {keychain}\n", away)
