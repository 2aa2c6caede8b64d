"""Warnings are errors, on the Django of the default environment: others warn of what comes after them."""

import django
from hypothesis import HealthCheck, settings

# A loaded machine may leave any example alone for longer than the deadline of 200 ms.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pytest_configure(config):
    settings.load_profile("any machine")
    if django.get_version().startswith("5.2"):
        config.addinivalue_line("filterwarnings", "error")
