"""src/crypto/ on an emulated rv32imc core: right, and as many instructions for every secret.

Also that code and tables keep within what docs/arithmetic.md says, and each operation within its goal.
Needs qemu-system-misc, gcc-riscv64-unknown-elf and picolibc-riscv64-unknown-elf.
"""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROUNDS = "1000" if os.environ.get("HATCH_LONG") else "12"
MOST_BYTES = 20000
GOALS = {  # instructions at -O2
    "X25519 public": 550000,
    "X25519 shared": 1650000,
    "P-256 public": 900000,
    "P-256 shared": 3000000,
    "P-256 sign, given nonce": 1050000,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("rv32"))

    def make(target):
        result = subprocess.run(["make", "-s", "-C", f"{ROOT}/tests/rv32", target, f"BUILD={folder}", f"ROUNDS={ROUNDS}"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert result.returncode == 0, result.stdout
        return result.stdout
    return make


def test_counts(made):
    output = made("bench")
    parts = re.split(r"^-(O2|Os)$", output, flags=re.M)
    counts = dict(zip(parts[1::2], parts[2::2]))
    assert set(counts) == {"O2", "Os"}
    for level, text in counts.items():
        inputs = re.search(r"^(\d+) inputs: constant$", text, re.M)
        assert inputs and int(inputs.group(1)) > int(ROUNDS) and "WRONG" not in text, text
        assert re.findall(r"^stack left by operation \d: (\d+) words$", text, re.M) == ["0"] * 5, text
        assert re.search(r"^planted branch +(\d+) +(\d+) ok$", text, re.M), text
    for name, goal in GOALS.items():
        found = re.search(rf"^{re.escape(name)} +(\d+) +(\d+) ok$", counts["O2"], re.M)
        assert found and found.group(1) == found.group(2) and int(found.group(1)) <= goal, (name, counts["O2"])


def test_size(made):
    totals = re.findall(r"^ *(\d+)\s+0\s+0\s.*TOTALS", made("size"), re.M)  # no data, no bss
    assert len(totals) == 2 and all(int(total) <= MOST_BYTES for total in totals), totals
