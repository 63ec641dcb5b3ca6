# SPDX-License-Identifier: MIT
"""All of src/ compiles as Arduino and PlatformIO compile it, and fits together."""

import concurrent.futures
import configparser
import fnmatch
import re

import pytest

from arduino import CORE, HERE, REPO, SKETCHES, manifest, mbedtls, run

ESP = REPO / "tests/esp"
WRAP = "-Wl,--wrap="


def sources(chosen=lambda _path: True):
    """Every C file of src/, which is what Arduino compiles, without asking."""
    paths = sorted(str(path.relative_to(REPO)) for path in REPO.glob("src/**/*.c"))
    assert len(paths) > 50
    return [path for path in paths if chosen(path)]


def in_src_filter(path):
    """As PlatformIO reads build.srcFilter: the last pattern that matches decides."""
    chosen = False
    for rule in manifest()["build"]["srcFilter"]:
        sign, pattern = re.fullmatch(r"([+-])<(.*)>", rule).groups()
        if fnmatch.fnmatch(path[len("src/"):], pattern):
            chosen = sign == "+"
    return chosen


def flags():
    return manifest()["build"]["flags"]


def wraps():
    return [flag[len(WRAP):] for flag in flags() if flag.startswith(WRAP)]


def objects(folder, paths, *options):
    """Compiles; the names of the symbols that are defined, for all of them."""
    esp = ["-I", ESP / "include", "-I", ESP / "include-5", "-DESP_PLATFORM"]  # ESP-IDF 5, as core 3 has it
    command = ["gcc", "-std=gnu17", "-O0", "-c", "-Wall", "-Wextra", "-Werror", *CORE, *esp,
               "-isystem", mbedtls(), f"-DMBEDTLS_CONFIG_FILE=<{HERE}/esp_config.h>", *options]

    def build(path):
        target = folder / (path.replace("/", "_") + ".o")
        result = run([*command, "-o", target, REPO / path])
        assert result.returncode == 0, result.stderr
        return target

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        built = list(pool.map(build, paths))
    # Two definitions of one name end here.
    result = run(["ld", "-r", "-o", folder / "all.o", *built])
    assert result.returncode == 0, result.stderr
    result = run(["nm", "--defined-only", "-g", folder / "all.o"])
    return {line.split()[-1] for line in result.stdout.splitlines()}


# Early releases of core 3 have no TLS 1.3.
@pytest.mark.parametrize("options", [[], ["-DSTAND_IN_NO_TLS13"]], ids=["TLS 1.3", "TLS 1.2 only"])
def test_arduino_ide(tmp_path, options):
    """Without flags: the library's arithmetic is mbedTLS's, and the PC's files are empty."""
    defined = objects(tmp_path, sources(), *options)
    assert {"hatch_open", "hatch_start", "hx_wake_pair", "hx_store_put", "hatch_default_port",
            "hx_arithmetic_name"} <= defined
    assert not [name for name in defined if name.startswith("__wrap_")]


def test_arduino_ide_with_the_flags(tmp_path):
    """With platform.local.txt as the page says it: all files, and what is wrapped is there."""
    defined = objects(tmp_path, sources(), "-DHATCH_WRAPPED")
    assert {name for name in defined if name.startswith("__wrap_")} == {f"__wrap_{name}" for name in wraps()}


def test_platformio(tmp_path):
    """With library.json's: what is wrapped is there, and nothing that nobody calls."""
    assert not in_src_filter("src/port/posix_os.c") and not in_src_filter("src/port/posix_store.c")
    assert in_src_filter("src/port/bsd_sockets.c") and in_src_filter("src/tls/fast_psa.c")
    definitions = [flag for flag in flags() if flag.startswith("-D")]
    assert definitions == ["-DHATCH_WRAPPED"]
    defined = objects(tmp_path, sources(in_src_filter), *definitions)
    assert {name for name in defined if name.startswith("__wrap_")} == {f"__wrap_{name}" for name in wraps()}
    assert {"hatch_default_port", "hx_store_put"} <= defined


def test_wraps_are_those_of_cmake():
    """But for those of HMAC, which are not for a library with CBC suites, as the core's is."""
    text = (REPO / "cmake/HatchFast.cmake").read_text()
    listed = re.search(r"set\(hatch_wraps\s([^)]*)\)", text).group(1).split()
    left_out = [name for name in listed if "_md_hmac_" in name]
    assert len(left_out) == 3
    assert sorted(wraps()) == sorted(set(listed) - set(left_out))
    assert len(wraps()) == len(set(wraps())) and len(listed) > 8


def test_page_names_the_same_flags():
    page = (REPO / "docs/arduino.md").read_text()
    line = re.search(r"^compiler\.c\.elf\.extra_flags=(.*)$", page, re.M).group(1)
    assert sorted(line.split()) == sorted(flag for flag in flags() if flag.startswith(WRAP))
    assert re.search(r"^compiler\.c\.extra_flags=-DHATCH_WRAPPED$", page, re.M)


@pytest.mark.parametrize("version, wrapped, path, sentence", [
    ("0x021c0300", False, "src/tls/mbedtls_version.c", "needs mbedTLS 3.6"),
    ("0x03050200", False, "src/tls/mbedtls_version.c", "needs mbedTLS 3.6"),
    ("0x04000000", True, "src/tls/fast_arithmetic.c", "leave out HATCH_WRAPPED"),
])
def test_other_mbedtls(tmp_path, version, wrapped, path, sentence):
    """The headers of 3.6 that say that they are others: one sentence tells what to do."""
    (tmp_path / "mbedtls").mkdir()
    (tmp_path / "mbedtls/version.h").write_text(
        f"#include_next <mbedtls/version.h>\n#undef MBEDTLS_VERSION_NUMBER\n#define MBEDTLS_VERSION_NUMBER {version}\n")
    result = run(["gcc", "-std=gnu17", "-fsyntax-only", *CORE, "-I", tmp_path, "-I", mbedtls(),
                  f"-DMBEDTLS_CONFIG_FILE=<{HERE}/esp_config.h>", *(["-DHATCH_WRAPPED"] if wrapped else []), REPO / path])
    assert result.returncode != 0
    stops = [line for line in result.stderr.splitlines() if "#error" in line and "error:" in line]
    assert len(stops) == 1 and sentence in stops[0], result.stderr


def test_platformio_ini():
    """One environment for each sketch, on one pinned platform, that the page names as well."""
    config = configparser.ConfigParser()
    config.read(REPO / "examples/arduino/platformio.ini")
    assert sorted(name[len("env:"):] for name in config if name.startswith("env:")) == SKETCHES
    assert config["env"]["board"] == "nodemcu-32s" and config["env"]["framework"] == "arduino"
    platform = config["env"]["platform"]
    assert re.search(r"pioarduino/platform-espressif32/releases/download/[\d.]+/\S+\.zip$", platform)
    named = re.findall(r"^platform = (\S+)$", (REPO / "docs/arduino.md").read_text(), re.M)
    assert named and set(named) == {platform}
    assert (REPO / "examples/arduino" / config["env"]["lib_deps"].replace("symlink://", "")).resolve() == REPO
    assert config["env"]["extra_scripts"] == "pre:sketch.py"


def test_platformio_takes_the_sketch_of_the_environment():
    class Env(dict):
        """As much of SCons's environment as the script asks for."""

        def subst(self, text):
            return text.replace("$PROJECT_DIR", "/project").replace("$PIOENV", "REST-API")

    env, names = Env(), []
    exec((REPO / "examples/arduino/sketch.py").read_text(), {"Import": names.append, "env": env})  # pylint: disable=exec-used
    assert names == ["env"] and env == {"PROJECT_SRC_DIR": "/project/REST-API"}
