# SPDX-License-Identifier: MIT
"""The port's own tests use the servers and the client of the end-to-end tests."""
import importlib.util
import pathlib
import sys

E2E = pathlib.Path(__file__).resolve().parents[1] / "e2e"
sys.path.insert(0, str(E2E))

# Its fixtures, under another name than this file's own.
spec = importlib.util.spec_from_file_location("e2e_conftest", E2E / "conftest.py")
e2e_conftest = importlib.util.module_from_spec(spec)
spec.loader.exec_module(e2e_conftest)
pki, start = e2e_conftest.pki, e2e_conftest.start
pytest_configure, pytest_runtest_setup = e2e_conftest.pytest_configure, e2e_conftest.pytest_runtest_setup
