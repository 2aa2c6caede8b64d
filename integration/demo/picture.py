"""``hatch run picture``: docs/images/admin.png, the demo's admin as Chromium shows it."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "admin.png"
_SIZE = "1400,760"
_WAIT = 180  # seconds until the demo serves


def chromium(folder: str, size: str):
    """Debian's Chromium, headless.

    :param folder: of its profile.
    :param size: of the window, ``width,height`` in pixels.
    """
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    for argument in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", f"--window-size={size}",
        "--hide-scrollbars", f"--user-data-dir={folder}",
    ):  # fmt: skip
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.implicitly_wait(15)
    return driver


def sign_in(browser, address):
    """Sign in to the demo's admin, and wait for the page behind."""
    from selenium.webdriver.common.by import By

    browser.get(address)
    browser.find_element(By.NAME, "username").send_keys("admin")
    browser.find_element(By.NAME, "password").send_keys("admin")
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    browser.find_element(By.ID, "user-tools")  # a click does not wait for the page behind it


def main():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "demo", "--serve", "--port", str(port)]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        with tempfile.TemporaryDirectory() as folder:
            browser = chromium(folder, _SIZE)
            address = f"http://localhost:{port}/admin/"
            sign_in(browser, address)
            browser.get(address + "shop/order/?status__exact=paid&o=3.-4")
            PICTURE.parent.mkdir(exist_ok=True)
            browser.save_screenshot(str(PICTURE))
            browser.quit()
    finally:
        demo.terminate()
        demo.wait()
    print(PICTURE)


def _wait_for(port):
    for _ in range(10 * _WAIT):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the demo does not serve")


if __name__ == "__main__":
    sys.exit(main())
