# SPDX-License-Identifier: MIT
"""The component's CMake under stand-ins of ESP-IDF's functions: what it registers, defines and wraps."""
import pathlib
import re
import subprocess

import pytest

import harness
import kconfig

REPO = kconfig.REPO
IDF = pathlib.Path(__file__).parent / "idf"
CHIPS = ["esp32", "esp32s2", "esp32s3", "esp32c2", "esp32c3", "esp32c5", "esp32c6", "esp32h2", "esp32p4"]
EXCHANGE = {"mbedtls_ecdh_make_params", "mbedtls_ecdh_make_public", "mbedtls_ecdh_calc_secret",
            "mbedtls_psa_ecp_generate_key", "mbedtls_psa_ecp_export_public_key", "mbedtls_psa_key_agreement_ecdh",
            "mbedtls_pk_sign", "mbedtls_pk_sign_ext", "mbedtls_ssl_handle_pending_alert"}
SIGNATURES = {"mbedtls_ecdsa_write_signature", "mbedtls_ecdsa_read_signature", "mbedtls_psa_ecdsa_sign_hash"}


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One folder for all: CMake looks for the compiler once."""
    return tmp_path_factory.mktemp("configured")


def configure(folder, target="esp32c3", generation="5", settings=(), args=()):
    """Returns {property: [values]} of the component, and what CMake said."""
    idf = folder / "idf"
    (idf / "tools/cmake").mkdir(parents=True, exist_ok=True)
    (idf / "tools/cmake/version.cmake").write_text(f"set(IDF_VERSION_MAJOR {generation})\n")
    config = folder / "sdkconfig.cmake"
    linux = ["IDF_TARGET_LINUX=y"] if target == "linux" else []
    config.write_text(kconfig.as_cmake(kconfig.load(folder, generation, [*linux, *settings])))
    said = run("cmake", "-S", IDF, "-B", folder / "build", "-DESP_PLATFORM=1", f"-DTARGET={target}",
               f"-DIDF_DIR={idf}", f"-DCONFIG={config}", *args)
    lines = (folder / "build/component.txt").read_text().splitlines()
    return {name: value.split(";") for name, value in (line.split("=", 1) for line in lines)}, said


def wraps(got):
    options = got["INTERFACE_LINK_OPTIONS"]
    wrapped = {option[len("-Wl,--wrap="):] for option in options if option.startswith("-Wl,--wrap=")}
    wanted = {option[len("-Wl,--undefined=__wrap_"):] for option in options if "--undefined=" in option}
    assert wrapped == wanted, "what is wrapped has to be asked for, as our archive comes first"
    return wrapped


def sources(got):
    """Relative to src/; all there are."""
    paths = {str(pathlib.Path(path).relative_to(REPO / "src")) for path in got["SOURCES"]}
    return paths


EVERY = {str(path.relative_to(REPO / "src")) for path in (REPO / "src").rglob("*.c")}
OF_CHIPS = {path for path in EVERY if not path.startswith("port/posix_")}
OF_LINUX = {path for path in EVERY if not re.match(r"port/(freertos|lwip|nvs)_", path)}


@pytest.mark.parametrize("generation", ["5", "6"])
@pytest.mark.parametrize("target", [*CHIPS, "linux"])
def test_targets(place, target, generation):
    got, said = configure(place, target, generation)
    chip = target != "linux"
    assert sources(got) == (OF_CHIPS if chip else OF_LINUX)
    assert {"port/bsd_sockets.c", "tls/fast_sign.c", "tls/stock_arithmetic.c"} <= sources(got)
    assert got["optional_requires"] == ["PRIVATE", "zlib", "espressif__zlib"]
    assert set(got["priv_requires"]) == ({"mbedtls", "lwip", "esp_netif", "esp_timer", "esp_hw_support",
                                          "nvs_flash"} if chip else {"mbedtls"})
    assert got["INTERFACE_INCLUDE_DIRECTORIES"] == [str(REPO / "src")]
    fast = generation == "5"
    assert wraps(got) == (EXCHANGE | SIGNATURES if fast else set())
    assert ("HATCH_WRAPPED" in got["COMPILE_DEFINITIONS"]) == fast
    assert "HATCH_WRAPPED" not in got["INTERFACE_COMPILE_DEFINITIONS"]
    assert f"hatch: {'fast' if fast else 'stock'} arithmetic" in said
    assert ("mbedTLS 4 computes" in said) != fast


@pytest.mark.parametrize("target", [*CHIPS, "linux"])
def test_requirements_are_the_same_as_a_script(place, target):
    said = run("cmake", "-DESP_PLATFORM=1", f"-DTARGET={target}", f"-DCOMPONENT={REPO}", "-P", IDF / "script.cmake")
    got, _ = configure(place, target)
    for name in ("requires", "priv_requires"):
        assert f"{name}={';'.join(got[name])}\n" in said


def test_stock(place):
    got, _ = configure(place, settings=["HATCH_TLS_STOCK=y"])
    assert wraps(got) == set() and "HATCH_WRAPPED" not in got["COMPILE_DEFINITIONS"]
    assert "tls/stock_arithmetic.c" in sources(got)


@pytest.mark.parametrize("option", ["HARDWARE_ECC", "HARDWARE_ECDSA_SIGN", "HARDWARE_ECDSA_VERIFY",
                                    "TEE_SEC_STG_ECDSA_SIGN", "ATCA_HW_ECDSA_SIGN", "ATCA_HW_ECDSA_VERIFY"])
def test_hardware_signs(place, option):
    got, _ = configure(place, "esp32c6", settings=[f"MBEDTLS_{option}=y"])
    assert wraps(got) == EXCHANGE
    assert sources(got) == OF_CHIPS - {"tls/fast_sign.c"}
    assert "HATCH_WRAPPED" in got["COMPILE_DEFINITIONS"]


def test_numbers_reach_the_library_and_the_program(place):
    got, _ = configure(place, settings=["HATCH_MAX_CONNS=5", "HATCH_IDLE_MS=4321"])
    for definitions in (got["COMPILE_DEFINITIONS"], got["INTERFACE_COMPILE_DEFINITIONS"]):
        assert {"HATCH_MAX_CONNS=5", "HATCH_IDLE_MS=4321", "HATCH_SCRATCH=256"} <= set(definitions)


def test_an_unknown_number_is_an_error(place):
    configure(place)
    config = place / "sdkconfig.cmake"
    config.write_text(re.sub(r"set\(CONFIG_HATCH_SCRATCH .*\n", "", config.read_text()))
    again = subprocess.run(["cmake", place / "build"], capture_output=True, text=True)
    assert again.returncode != 0 and "CONFIG_HATCH_SCRATCH is not known" in again.stderr


def test_fast_files_compile_for_a_chip_with_esp_idfs_mbedtls(place):
    """ESP-IDF's configuration has CBC suites too, which is why HMAC is not ours there."""
    got, _ = configure(place)
    mbedtls = next((REPO / ".deps").glob("mbedtls-3.6.*")) / "include"
    fast = [path for path in got["SOURCES"] if "/tls/fast_" in path]
    assert len(fast) >= 5
    run("riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-std=gnu17",
        "-fsyntax-only", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-DHATCH_WRAPPED", f"-I{REPO / 'src'}",
        "-DMBEDTLS_CONFIG_FILE=<tests/esp/mbedtls_config_idf5.h>", "-isystem", mbedtls, "-isystem", REPO, *fast)


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """Builds a server as the component would be, in a folder that is used again."""
    folder = tmp_path_factory.mktemp("linked")
    include = next((REPO / ".deps").glob("mbedtls-3.6.*")) / "include"

    def build(settings, more=(), options=()):
        got, _ = configure(folder, "linux", "5", settings, [
            f"-DMBEDTLS={harness.BUILD / 'libhatch_mbedtls.a'}", f"-DMBEDTLS_INCLUDE={include}",
            f"-DMORE={';'.join(map(str, more))}", f"-DMORE_OPTIONS={';'.join(options)}"])
        run("cmake", "--build", folder / "build", "-j2")
        return got, folder / "build/server"
    return build


@pytest.mark.parametrize("what", ["all", "reduced"])
def test_links_and_runs(linked, pki, tmp_path, what):
    if what == "all":
        got, program = linked([])
        assert wraps(got) == EXCHANGE | SIGNATURES
    else:
        got, program = linked(["MBEDTLS_HARDWARE_ECDSA_SIGN=y", "MBEDTLS_HARDWARE_ECC=y", "HATCH_MAX_LINE=100"],
                              [IDF / "ecdsa.c"], [f"-Wl,--wrap={name}" for name in sorted(SIGNATURES - {"mbedtls_psa_ecdsa_sign_hash"})])
        assert wraps(got) == EXCHANGE
    symbols = run("nm", program)
    for name in wraps(got):
        assert re.search(rf" T __wrap_{name}$", symbols, re.M), name
    assert "__wrap_mbedtls_md_hmac" not in symbols
    server = harness.Server([program, *pki.files()], tmp_path)
    try:
        port, plain = map(int, server.await_greeting(r"^(\d+) (\d+)$").groups())
        for version in ("1.2", "1.3"):
            for group in ("X25519:P-256", "P-256"):  # TLS 1.2 wants the certificate's curve among them
                said = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", pki.ca,
                                       "-groups", group, f"-tls{version.replace('.', '_')}", "-verify_return_error"],
                                      input="", capture_output=True, text=True, timeout=30)
                assert "Verify return code: 0 (ok)" in said.stdout, said.stdout + said.stderr
                assert f"New, TLSv{version}" in said.stdout and "no peer certificate" not in said.stdout
                server_has = "x25519" if "X25519" in group else "secp256r1"
                assert re.search(rf"TLSv{version} \S+ {server_has} full", server.log()), server.log()
        status = run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{plain}/{'x' * 200}")
        assert (status == "414") == (what == "reduced"), "menuconfig's number did not arrive"
        if what == "reduced":
            assert server.log().count("the chip signs") == 4
    finally:
        server.stop()
