"""The committed tables are what scripts/make_tables.py makes."""
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def check(root):
    return subprocess.run([sys.executable, f"{root}/scripts/make_tables.py", "--check"], stdout=subprocess.PIPE,
                          text=True)


def test_tables_are_what_the_script_makes():
    result = check(ROOT)
    assert result.returncode == 0, result.stdout


def test_a_changed_table_is_noticed(tmp_path):
    for name in ("scripts/make_tables.py", "src/crypto/x25519_table.c", "src/crypto/p256_table.c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(f"{ROOT}/{name}", tmp_path / name)
    path = tmp_path / "src/crypto/p256_table.c"
    path.write_text(path.read_text().replace("0x", "0X", 1))
    result = check(tmp_path)
    assert result.returncode == 1 and "p256_table.c" in result.stdout
