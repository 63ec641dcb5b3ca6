# SPDX-License-Identifier: MIT
"""The virtual board's own tests use the servers and the client of the end-to-end tests."""
import os
import pathlib
import sys

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("HATCH_BOARD", str(REPO / "build-virt"))
sys.path.insert(0, str(REPO / "tests/e2e"))

import harness  # noqa: E402


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """A CA, and the identity s of this machine."""
    return harness.Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def boot(pki, tmp_path):
    """boot(firmware, key=value...) gives a board; all are ended after the test."""
    boards = []

    def begin(firmware="test-320.elf", flash=None, **values):
        folder = tmp_path / f"board{len(boards)}"
        folder.mkdir()
        if flash is None:
            flash = folder / "flash"
            cert, key = pki.files()
            harness.virt_flash.make(flash, {
                "cert": cert.read_bytes(), "key": key.read_bytes(),
                **{name: str(value).encode() for name, value in values.items()}})
        board = harness.virt_board.Board(pathlib.Path(os.environ["HATCH_BOARD"]) / firmware, flash, folder)
        board.flash, board.counters = flash, harness.Watch(board.plain_port)
        boards.append(board)
        return board

    yield begin
    for board in boards:
        board.counters.close()
        board.kill()
