# SPDX-License-Identifier: MIT
"""The ESP-IDF examples: they compile for the host and for an ESP32-C3's instructions, and their files
name nothing that does not exist."""
import pathlib
import re
import subprocess

import kconfiglib
import pytest

import harness
import kconfig

REPO = kconfig.REPO
HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = sorted(path.parent for path in (REPO / "examples/esp-idf").glob("*/CMakeLists.txt"))
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror"]
CHIP = ["riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32", "-misa-spec=2.2", "--specs=picolibc.specs"]
SPLIT_DRIVERS = {"esp_driver_gpio", "esp_driver_tsens"}
KNOWN = SPLIT_DRIVERS | {"driver", "esp_wifi", "esp_netif", "esp_event", "nvs_flash", "esp_hw_support", "esp_timer",
                         "bootloader_support", "app_update", "esp_app_format", "mbedtls", "json"}
MBEDTLS = ["-DMBEDTLS_CONFIG_FILE=<tests/esp/mbedtls_config_idf5.h>", f"-I{REPO}", "-isystem",
           str(next((REPO / ".deps").glob("mbedtls-3.6.*")) / "include")]  # 4 has the same of what they use


def test_there_are_five():
    assert [path.name for path in EXAMPLES] == ["first_boot", "first_login", "live", "ota", "rest_server"]


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.name)
def example(request):
    return request.param


def settings_of(example, target, folder):
    """The example's own menu, as macros."""
    (folder / "Kconfig").write_text(f'config IDF_TARGET_{target.upper()}\n\tdef_bool y\n'
                                    f'source "{example}/main/Kconfig.projbuild"\n')
    tree = kconfiglib.Kconfig(str(folder / "Kconfig"), warn_to_stderr=False)
    assert not tree.warnings
    found = []
    for symbol in tree.unique_defined_syms:
        value = "a long password" if symbol.name == "OTA_PASSWORD" else symbol.str_value
        if symbol.type == kconfiglib.STRING:
            value = f'"{value}"'
        found.append(f"-DCONFIG_{symbol.name}={value}")
    return found


@pytest.mark.parametrize("generation", ["5", "6"])
@pytest.mark.parametrize("compiler", ["host", "chip"])
def test_compiles(example, compiler, generation, tmp_path):
    if (example / "main/wifi.example.h").exists():
        (tmp_path / "wifi.h").write_text((example / "main/wifi.example.h").read_text())
    if example.name == "rest_server":
        subprocess.run([harness.CERT, "self", "--name", "esp32.local", "--format", "header", "--out",
                        tmp_path / "esp32"], check=True, capture_output=True, timeout=60)
    command = CHIP if compiler == "chip" else ["gcc"]
    sources = sorted((example / "main").glob("*.c"))
    done = subprocess.run(
        [*command, "-std=gnu17" if generation == "5" else "-std=gnu2x", *WARNINGS, "-O2", "-c",
         *settings_of(example, "esp32c3", tmp_path), f"-I{REPO / 'src'}", f"-I{HERE / 'include'}",
         f"-I{REPO / 'tests/esp/include'}", f"-I{REPO / f'tests/esp/include-{generation}'}", f"-I{tmp_path}",
         *MBEDTLS, "-isystem", "/usr/include/cjson", *map(str, sources)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_its_component(example):
    text = (example / "main/CMakeLists.txt").read_text()
    named = re.search(r"idf_component_register\(SRCS (.*?) INCLUDE_DIRS", text, re.S).group(1).split()
    named += re.findall(r"set\(sensor (\w+\.c)", text)
    files = {path.name for path in (example / "main").glob("*.c")}
    assert {name for name in named if name.endswith(".c")} == files
    requires = re.search(r"PRIV_REQUIRES (.*?)\)", text, re.S).group(1)
    requires = re.sub(r"\$\{(drivers|json)\}", "", requires).split()
    requires += " ".join(re.findall(r"set\((?:drivers|json) (.*?)\)", text)).split()
    assert set(requires) <= KNOWN
    manifest = (example / "main/idf_component.yml").read_text()
    override = re.search(r'override_path: "(.*?)"', manifest).group(1)
    assert (example / "main" / override).resolve() == REPO and "espressif/mdns" in manifest
    project = (example / "CMakeLists.txt").read_text()
    assert "MINIMAL_BUILD ON" in project and f"project({example.name})" in project


def test_sdkconfig_defaults(example):
    reasons, named, known = 0, [], kconfig.options()
    for line in (example / "sdkconfig.defaults").read_text().splitlines():
        if line.startswith("#"):
            reasons = 1
        elif line:
            name, value = re.fullmatch(r"CONFIG_([A-Z0-9_]+)=(y|n|\d+)", line).groups()
            assert name in known, f"{name} is not in options.txt"
            assert (known[name][1] == "int") == value.isdigit(), line
            assert reasons, f"{name} has no reason above it"
            named.append(name)
        else:
            reasons = 0
    assert len(named) == len(set(named)) and len(named) > 8


def test_a_change_of_options_is_one(example, tmp_path):
    """With the example's options Hatch still gets what it needs."""
    lines = (example / "sdkconfig.defaults").read_text().splitlines()
    settings = [line[len("CONFIG_"):] for line in lines if line.startswith("CONFIG_")]
    for generation in ("5", "6"):
        tree = kconfig.load(tmp_path, generation, settings)
        assert tree.syms["MBEDTLS_SSL_PROTO_TLS1_3"].str_value == "y"
        sockets = int(tree.syms["LWIP_MAX_SOCKETS"].str_value)
        assert sockets >= int(tree.syms["HATCH_MAX_CONNS"].str_value) + 3


def test_manifest():
    text = (REPO / "idf_component.yml").read_text()
    assert re.search(r'^version: "(.*)"$', text, re.M).group(1) in (REPO / "src/hatch.h").read_text()
    for path in re.findall(r"- path: (\S+)", text):
        assert (REPO / path / "CMakeLists.txt").exists()
    assert len(re.findall(r"- path: ", text)) == len(EXAMPLES)
    assert "license: MIT" in text and 'idf: ">=5.2"' in text and re.search(r"^description: .{20,}$", text, re.M)


def test_its_readme(example):
    """Names all of its files, and none that is not there; what it links to exists."""
    text = (example / "README.md").read_text()
    for path in (example / "main").glob("*.c"):
        assert f"`main/{path.name}`" in text or f"`{path.name}`" in text, path.name
    for name in re.findall(r"`(main/\w+\.c|partitions\.csv)`", text):
        assert (example / name).exists(), name
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (example / link).exists(), link
    assert "**Never run on hardware" in text.replace("\nhardware", " hardware")
