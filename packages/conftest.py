"""Warnings are errors, on the Django of the default environment: others warn of what comes after them."""

import django


def pytest_configure(config):
    if django.get_version().startswith("5.2"):
        config.addinivalue_line("filterwarnings", "error")
