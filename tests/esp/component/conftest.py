# SPDX-License-Identifier: MIT
"""The component's tests: CMake, Kconfig and the examples, each with stand-ins of ESP-IDF."""
import os
import pathlib
import sys

import pytest

REPO = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPO / "tests/e2e"), str(pathlib.Path(__file__).parent)]
os.environ.setdefault("HATCH_BUILD", str(REPO / "build"))

import harness  # noqa: E402


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """A CA, and the identity s of this machine."""
    return harness.Pki(tmp_path_factory.mktemp("pki"))
