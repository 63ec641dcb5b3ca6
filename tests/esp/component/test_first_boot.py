# SPDX-License-Identifier: MIT
"""first_boot from app_main() on, with a Wi-Fi that takes the password, or never gives an address."""
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[2]
MAIN = REPO / "examples/esp-idf/first_boot/main"


@pytest.fixture(scope="module", name="program")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("boot") / "boot"
    subprocess.run(
        ["gcc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", "-DLOG_LOCAL_LEVEL=3",
         '-DCONFIG_FIRST_BOOT_HOSTNAME="hatch"', "-DCONFIG_FIRST_BOOT_BUTTON_GPIO=9", f"-I{REPO / 'src'}",
         f"-I{HERE / 'include'}", f"-I{REPO / 'tests/esp/include'}", HERE / "board/boot.c",
         *(MAIN / name for name in ("main.c", "wifi.c", "button.c", "restart.c")), "-o", out], check=True, timeout=60)
    return out


def boot(program, *args):
    """[(ms, what)]"""
    done = subprocess.run([program, *map(str, args)], capture_output=True, text=True, check=True, timeout=60)
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return [(int(ms), what) for ms, what in lines]


def when(lines, what):
    return next((ms for ms, line in lines if what in line), None)


def test_out_of_the_box(program):
    lines = boot(program)
    assert when(lines, "serve the setup") == when(lines, "join the Wi-Fi hatch-setup with 1234567812345678")
    assert when(lines, "access point to memory") is not None, "a password of today is not worth the flash"
    assert when(lines, "connect") is None and when(lines, "restart") is None
    assert lines[-1][1] == "nothing more"


def test_the_network_is_good(program):
    lines = boot(program, "known", "good")
    assert when(lines, "serve the device") == when(lines, "address 0.0.0.0")
    assert when(lines, "serve the setup") is None
    # The router goes away later: it tries for ever.
    assert sum(line == "connect" for _, line in lines) > 100
    assert when(lines, "restart") is None and lines[-1][1] == "nothing more"


@pytest.mark.parametrize("network, within", [("refuses", 40_000), ("silent", 61_000)])
def test_no_address_ever(program, network, within):
    """The setup comes back, says so, and the known network gets another chance after ten minutes."""
    lines = boot(program, "known", network)
    said, back = when(lines, "the setup opens again"), when(lines, "serve the setup")
    assert said is not None and said <= back <= within
    assert when(lines, "serve the device") is None
    assert all(ms <= said for ms, line in lines if line == "connect"), "the radio is the access point's"
    assert lines[-1][1] == "restart" and 600_000 <= lines[-1][0] - back < 601_000
    assert when(lines, "erase") is None


@pytest.mark.parametrize("args", [(), ("known", "good"), ("known", "refuses"), ("known", "silent")])
@pytest.mark.parametrize("pressed", [0, 5000, 300_000])
def test_the_button(program, args, pressed):
    """At any time, whatever Wi-Fi and server do."""
    lines = boot(program, *args, pressed)
    assert [line for _, line in lines[-2:]] == ["erase", "restart"]
    assert 2900 <= lines[-1][0] - pressed <= 3200
