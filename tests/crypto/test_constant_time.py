"""src/crypto/ under valgrind, secrets undefined: no branch and no address depends on them.  And nothing
of them is left on the stack.

Compiled as a product would be, without assertions.  Two compilers' usual choices here; with
HATCH_LONG=1 gcc and clang at -Os, -O2 and -O3.
"""
import glob
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
QUICK = [("gcc", "-O2"), ("clang", "-Os")]
LONG = [(compiler, level) for compiler in ("gcc", "clang") for level in ("-Os", "-O2", "-O3")]


def build(folder, compiler, level, name="constant_time"):
    program = str(folder / name)
    sources = sorted(glob.glob(f"{ROOT}/src/crypto/*.c")) + [f"{ROOT}/tests/crypto/program/{name}.c"]
    subprocess.run([compiler, "-std=c11", level, "-gdwarf-4", "-DNDEBUG", f"-I{ROOT}/src", *sources, "-o", program],
                   check=True)
    return program


def memcheck(program, *args):
    return subprocess.run(["valgrind", "-q", "--error-exitcode=9", "--track-origins=no", program, *args],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize("compiler,level", LONG if os.environ.get("HATCH_LONG") else QUICK)
def test_no_secret_decides(tmp_path, compiler, level):
    program = build(tmp_path, compiler, level)
    result = memcheck(program)
    assert result.returncode == 0 and "done 1" in result.stdout, result.stdout
    for planted in ("planted", "planted-index"):
        assert memcheck(program, planted).returncode == 9, f"{planted}: not found"


@pytest.mark.parametrize("compiler,level", LONG)
def test_no_secret_stays_on_the_stack(tmp_path, compiler, level):
    program = build(tmp_path, compiler, level, "stack")
    output = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout
    left = dict(line.split(": ") for line in output.splitlines())
    assert int(left.pop("planted")) >= 32, output
    assert len(left) == 5 and set(left.values()) == {"0"}, output


def test_a_planted_branch_in_the_library_is_found(tmp_path):
    """The same with one mask made a branch, so that it is the library that is looked at."""
    for path in glob.glob(f"{ROOT}/src/crypto/*.[ch]"):
        (tmp_path / "crypto").mkdir(exist_ok=True)
        text = open(path, encoding="utf-8").read()
        if path.endswith("/u256.c"):
            whole = "r[i] ^= mask & (r[i] ^ a[i]);"
            assert whole in text
            text = text.replace(whole, "if (mask)\n\t\t\tr[i] = a[i];")
        (tmp_path / "crypto" / os.path.basename(path)).write_text(text, encoding="utf-8")
    (tmp_path / "base").symlink_to(f"{ROOT}/src/base")
    for header in glob.glob(f"{ROOT}/src/*.h"):
        (tmp_path / os.path.basename(header)).symlink_to(header)
    program = str(tmp_path / "planted")
    subprocess.run(["gcc", "-std=c11", "-O0", "-gdwarf-4", "-DNDEBUG", f"-I{tmp_path}", *glob.glob(f"{tmp_path}/crypto/*.c"),
                    f"{ROOT}/tests/crypto/program/constant_time.c", "-o", program], check=True)
    result = memcheck(program)
    assert result.returncode == 9 and "hx_u256_select" in result.stdout, result.stdout
