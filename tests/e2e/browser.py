# SPDX-License-Identifier: MIT
"""A real browser without a window, which trusts the tests' CA and nothing else of ours."""
import contextlib
import os
import shutil
import subprocess

from selenium import webdriver
from selenium.webdriver.chrome.service import Service


def environment(home):
    """A home of its own, and no proxy between the browser, its driver and us."""
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return dict(env, HOME=str(home), XDG_CONFIG_HOME=str(home / "config"), XDG_CACHE_HOME=str(home / "cache"))


def trust(home, ca):
    """As hatch-cert trust does it for browsers."""
    store = home / ".pki/nssdb"
    store.mkdir(parents=True)
    for args in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "tests", "-i", str(ca)]):
        subprocess.run(["certutil", "-d", f"sql:{store}", *args], check=True, timeout=60, capture_output=True)


@contextlib.contextmanager
def opened(home, ca, *arguments):
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    assert all(programs), "chromium or its driver is missing: scripts/deps.sh test installs them"
    trust(home, ca)
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--no-first-run",
                     "--disable-extensions", "--disable-background-networking", f"--user-data-dir={home}/profile",
                     *arguments):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # it refuses to be root with one
    outside = {name: os.environ.pop(name) for name in list(os.environ) if name.lower().endswith("_proxy")}
    try:
        driver = webdriver.Chrome(service=Service(programs[1], env=environment(home)), options=options)
    finally:
        os.environ.update(outside)
    try:
        driver.set_page_load_timeout(60)
        driver.set_script_timeout(60)
        yield driver
    finally:
        driver.quit()
