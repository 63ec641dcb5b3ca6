# SPDX-License-Identifier: MIT
"""The programs for Windows, run under Wine; HATCH_WIN is the folder of their build."""

import os
import pathlib
import shutil
import subprocess

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
WIN = pathlib.Path(os.environ.get("HATCH_WIN", REPO / "build-win"))
LINUX = pathlib.Path(os.environ.get("HATCH_BUILD", REPO / "build"))
WINE, WINESERVER = "/usr/lib/wine/wine64", "/usr/lib/wine/wineserver64"


class Windows:
    """A folder to work in, and the programs."""

    def __init__(self, prefix, work):
        self.prefix, self.work = prefix, work
        # Nothing but what Windows brings: no .NET, no browser; and no words of Wine's own.
        self.env = {**os.environ, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8",
                    "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=;certutil.exe=n"}

    def wine(self, program, *args, cwd=None):
        return subprocess.run([WINE, str(program), *map(str, args)], cwd=cwd or self.work, env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)

    def run(self, tool, *args, status=0):
        done = self.wine(WIN / f"{tool}.exe", *args)
        done.stdout, done.stderr = (text.decode().replace("\r\n", "\n") for text in (done.stdout, done.stderr))
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def cert(self, *args, status=0):
        return self.run("hatch-cert", *args, status=status)

    def linux(self, *args, status=0):
        done = subprocess.run([str(LINUX / args[0]) if args[0].startswith("hatch-") else args[0],
                               *map(str, args[1:])], cwd=self.work, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done


@pytest.fixture(scope="session")
def prefix():
    """A Windows of our own, beside the programs: made once, 6 seconds and 700 MB."""
    folder = WIN / "wine"
    env = Windows(folder, None).env
    if not (folder / "system.reg").exists():
        subprocess.run([WINE, "wineboot", "-i"], env=env, check=True, timeout=200,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder / "drive_c/users" / os.environ.get("USER", "root") / "AppData/Local/hatch", ignore_errors=True)
    # As long as one program is there, Wine's services need not start for each of the others.
    keeper = subprocess.Popen([WINE, "cmd", "/c", "pause"], env=env, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert keeper.stdout.read(1)  # it runs, and so do the services: none of them inherits a test's pipes
    yield folder
    keeper.stdin.close()
    subprocess.run([WINESERVER, "-k"], env=env, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=False)
    keeper.wait(60)


@pytest.fixture
def windows(prefix, tmp_path):
    return Windows(prefix, tmp_path)
