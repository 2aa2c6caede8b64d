"""The demo, as a person uses it: the printed queries, then the admin in a real browser."""

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from demo.picture import chromium, sign_in

INTEGRATION = Path(__file__).parent.parent


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def demo():
    """The running demo: (output so far, address of the admin)."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "demo", "--serve", "--port", str(port), "--orders", "60"],
        env={**os.environ, "PYTHONPATH": str(INTEGRATION)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    ready = threading.Event()

    def read():
        for line in process.stdout:
            lines.append(line)
            if "Quit the server" in line or "Starting development server" in line:
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    assert ready.wait(180) and process.poll() is None, "".join(lines)
    yield lines, f"http://localhost:{port}/admin/"
    process.terminate()
    process.wait(30)


def test_queries_are_printed_with_their_sql(demo):
    output = "".join(demo[0])
    assert "The five newest orders" in output
    assert re.search(r"SELECT TOP|FETCH", output)
    assert "Traceback" not in output


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = chromium(str(tmp_path_factory.mktemp("chromium")), "1400,1200")
    yield driver
    driver.quit()


def test_admin_adds_edits_filters_and_deletes_an_order(demo, browser):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.select import Select

    def find(name):
        return browser.find_element(By.NAME, name)

    def listed():
        return [cell.text for cell in browser.find_elements(By.CSS_SELECTOR, "#result_list .field-reference")]

    def message():
        return browser.find_element(By.CSS_SELECTOR, ".messagelist .success").text

    address = demo[1]
    sign_in(browser, address)
    browser.get(address + "shop/order/add/")
    Select(find("customer")).select_by_index(1)
    find("reference").send_keys("ORD-BROWSER")
    Select(find("status")).select_by_value("new")
    find("placed_0").send_keys("2026-11-23")
    find("placed_1").send_keys("12:00:00")
    Select(find("lines-0-product")).select_by_index(1)
    find("lines-0-quantity").send_keys("3")
    find("lines-0-unit_price").send_keys("19.95")
    find("_save").click()
    assert "was added successfully" in message()

    browser.get(address + "shop/order/?q=ORD-BROWSER")
    assert listed() == ["ORD-BROWSER"]
    browser.find_element(By.LINK_TEXT, "ORD-BROWSER").click()
    assert "59.85" in browser.find_element(By.CSS_SELECTOR, ".field-amount").text
    Select(find("status")).select_by_value("paid")
    find("_save").click()
    assert "was changed successfully" in message()

    browser.get(address + "shop/order/?status__exact=paid&q=ORD-BROWSER")
    assert listed() == ["ORD-BROWSER"]
    browser.get(address + "shop/order/?status__exact=new&q=ORD-BROWSER")
    assert listed() == []

    browser.get(address + "shop/order/?q=ORD-BROWSER")
    browser.find_element(By.LINK_TEXT, "ORD-BROWSER").click()
    browser.find_element(By.CSS_SELECTOR, ".deletelink").click()
    browser.find_element(By.CSS_SELECTOR, "body.delete-confirmation #content [type=submit]").click()
    assert "was deleted successfully" in message()
