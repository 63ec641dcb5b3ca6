#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""demo_png.py FILE [dark]: a picture of the demo's page, served by the firmware in build-virt/ to a browser.

With a minute of somebody else's requests, so that there is something to see.  `make virt-build` and
scripts/deps.sh test come first.
"""
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ["HATCH_BOARD"] = str(ROOT / "build-virt")
sys.path.insert(0, str(ROOT / "tests/e2e"))

from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

import browser  # noqa: E402
import harness  # noqa: E402
from test_demo import printed_password  # noqa: E402

SIZE = {"width": 1200, "height": 1180, "deviceScaleFactor": 1, "mobile": False}
SECONDS = 62


def some_traffic(server, pki):
    """Of connections that are new, and of some that resume."""
    end, context, session, turn = time.monotonic() + SECONDS, pki.context(), None, 0
    while time.monotonic() < end:
        turn += 1
        with harness.Client(server.port, context, session=session if turn % 3 else None) as client:
            for n in range(1 + turn * 7 % 9):
                client.ask(f"/api/led/{n % 4}")
            session = client.sock.session
        time.sleep(.3 + turn * 5 % 8 * .3)


def main():
    to, scheme = sys.argv[1], "dark" if "dark" in sys.argv[2:] else "light"
    with tempfile.TemporaryDirectory() as folder:
        home, pki = pathlib.Path(folder) / "home", harness.Pki(pathlib.Path(folder))
        home.mkdir()
        server = harness.hatch_serve(pki, pathlib.Path(folder))
        with harness.running(server), browser.opened(home, pki.ca, "--hide-scrollbars") as driver:
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SIZE)
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                   {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            driver.get(f"https://localhost:{server.port}/")
            driver.find_element(By.ID, "login").click()
            driver.find_element(By.ID, "login-name").send_keys("admin")
            driver.find_element(By.ID, "login-password").send_keys(printed_password(server), Keys.ENTER)
            some_traffic(server, pki)
            driver.execute_script("document.activeElement.blur()")
            driver.save_screenshot(to)


main()
