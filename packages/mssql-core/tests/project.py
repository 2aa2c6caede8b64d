"""Django for the tests of every package: a fake server, and the test app of core."""

import django
import pytest
from django.conf import settings


def configure():
    """Set Django up once, whichever package's tests come first.

    :raises pytest.UsageError: other tests have set it up for themselves.
    """
    if settings.configured:
        if "ormtests" not in settings.INSTALLED_APPS:
            raise pytest.UsageError(
                "Run the tests of packages/ and of integration/ apart: their Django settings differ."
            )
        return
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "mssql_core",
                "NAME": "fake",
                "OPTIONS": {"plugins": {"mssql_core.testing:FakeServer": {"version": "2022"}}},
            }
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mssql_core", "ormtests"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="tests",
        USE_TZ=True,
    )
    django.setup()
