"""``hatch run picture``: docs/images/admin.png, the demo's admin as Chromium shows it."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.needs import Missing, told

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "admin.png"
_SIZE = "1400,760"
_WAIT = 180  # seconds until the demo serves


def chromium(folder: str, size: str):
    """Debian's Chromium, headless.

    :param folder: of its profile.
    :param size: of the window, ``width,height`` in pixels.
    :raises Missing: there is none.
    """
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        raise Missing("no chromium and chromedriver on PATH; `apt-get install chromium chromium-driver` brings them")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", f"--window-size={size}",
        "--hide-scrollbars", f"--user-data-dir={folder}",
    ):  # fmt: skip
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=Service(driver))
    browser.implicitly_wait(15)
    return browser


def sign_in(browser, address):
    """Sign in to the demo's admin, and wait for the page behind."""
    from selenium.webdriver.common.by import By

    browser.get(address)
    browser.find_element(By.NAME, "username").send_keys("admin")
    browser.find_element(By.NAME, "password").send_keys("admin")
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    browser.find_element(By.ID, "user-tools")  # a click does not wait for the page behind it


def main():
    with tempfile.TemporaryDirectory() as folder:
        _take(chromium(folder, _SIZE))
    print(PICTURE)
    return 0


def _take(browser):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "demo", "--serve", "--port", str(port)]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        address = f"http://localhost:{port}/admin/"
        sign_in(browser, address)
        browser.get(address + "shop/order/?status__exact=paid&o=3.-4")
        PICTURE.parent.mkdir(exist_ok=True)
        browser.save_screenshot(str(PICTURE))
    finally:
        browser.quit()
        demo.terminate()
        demo.wait()


def _wait_for(port):
    for _ in range(10 * _WAIT):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the demo does not serve")


if __name__ == "__main__":
    sys.exit(told(main))
