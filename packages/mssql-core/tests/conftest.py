"""Django on a fake server: these tests need no database."""

import django
import pytest
from django.conf import settings


def pytest_configure():
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


@pytest.fixture
def connection():
    """A connection to a fake SQL Server 2022; ``connection.driver`` is a FakeDriver."""
    from mssql_core.testing import fake_connection

    return fake_connection()


@pytest.fixture
def compiled(tmp_path):
    """Compiles querysets; what it compiled must parse under Microsoft's grammars."""
    from orm import Compiler

    compiler = Compiler()
    yield compiler
    compiler.check(tmp_path)
