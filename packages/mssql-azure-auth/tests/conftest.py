"""Django on a fake server: these tests need no database."""

from project import configure


def pytest_configure():
    configure()
