"""Django for the tests of every package: a fake server, and the test app of core."""

import django
from django.conf import settings


def configure():
    """Set Django up once, whichever package's tests come first."""
    if settings.configured:
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
