import inspect

import django
import pytest
from django.db.backends.base import base, features, introspection, operations, schema
from django.db.models.sql import compiler
from django.db.utils import NotSupportedError
from ormtests.models import Author

from mssql_core import compat
from mssql_core.base import DatabaseWrapper
from mssql_core.testing import fake_connection

_BASES = {
    "Features": features.BaseDatabaseFeatures,
    "Introspection": introspection.BaseDatabaseIntrospection,
    "Operations": operations.BaseDatabaseOperations,
    "SchemaEditor": schema.BaseDatabaseSchemaEditor,
    "SQLCompiler": compiler.SQLCompiler,
    "SQLInsertCompiler": compiler.SQLInsertCompiler,
    "Wrapper": base.BaseDatabaseWrapper,
}


def test_only_the_boundaries_ahead_of_this_django_are_loaded():
    names = [shim.__name__.rpartition(".")[2] for shim in compat.SHIMS]
    boundaries = [(4, 1), (5, 0), (5, 1), (5, 2), (6, 1)]
    assert names == ["pre_%d%d" % boundary for boundary in boundaries if django.VERSION[:2] < boundary]


@pytest.mark.skipif(django.VERSION < (6, 1), reason="the newest Django only")
def test_the_newest_django_needs_no_shim():
    assert compat.SHIMS == ()


@pytest.mark.parametrize("name", _BASES)
def test_composed_classes_hold_the_shims(name):
    composed = getattr(compat, name)
    expected = [vars(shim)[name] for shim in compat.SHIMS if name in vars(shim)]
    assert list(inspect.getmro(composed)[1:-1])[: len(expected)] == expected


@pytest.mark.skipif(django.VERSION >= (4, 1), reason="Django 3.2 and 4.0 check no version of the server")
def test_an_old_server_is_refused_where_django_does_not():
    connection = fake_connection()
    connection.features.minimum_database_version = (99, 0)
    with pytest.raises(NotSupportedError, match="SQL Server 99.0 or later is required"):
        connection.ensure_connection()


@pytest.mark.skipif(django.VERSION >= (4, 1), reason="Django 3.2 names columns")
def test_a_unique_constraint_takes_the_name_of_a_column_that_the_model_has_not():
    with fake_connection().schema_editor(collect_sql=True, atomic=False) as editor:
        assert "([CamelCase])" in str(editor._create_unique_sql(Author, ["CamelCase"], name="a_name"))


def test_ensure_connection_is_django_s_own():
    """SimpleTestCase replaces the base's method, which is to be what everyone calls."""
    assert DatabaseWrapper.ensure_connection is base.BaseDatabaseWrapper.ensure_connection
