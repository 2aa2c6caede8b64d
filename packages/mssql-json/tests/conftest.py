"""Django on a fake server: these tests need no database."""

import pytest
from project import configure


def pytest_configure():
    configure()


@pytest.fixture
def connection():
    """Call it with the server, e.g. ``version="2016"``; options are those of the plugin."""
    from mssql_core.testing import fake_connection

    def connect(options=None, **server):
        return fake_connection(plugins={"mssql_json.plugin:JSONPlugin": options or {}}, **server)

    return connect


@pytest.fixture
def compiled(connection):
    """(sql, params) of a queryset."""
    from mssql_core.testing import compile_sql

    return lambda queryset, options=None, **server: compile_sql(queryset, connection(options, **server))


@pytest.fixture
def where(compiled):
    """(what follows WHERE, params) of a queryset."""

    def where(queryset, **arguments):
        sql, params = compiled(queryset, **arguments)
        return sql.split(" WHERE ", 1)[1], params

    return where
