import inspect

import django
import pytest
from django.db.backends.base import base, features, introspection, operations, schema
from django.db.models.sql import compiler

from mssql_core import compat

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
    boundaries = [(4, 1), (5, 2), (6, 1)]
    assert names == ["pre_%d%d" % boundary for boundary in boundaries if django.VERSION[:2] < boundary]


@pytest.mark.skipif(django.VERSION < (6, 1), reason="the newest Django only")
def test_the_newest_django_needs_no_shim():
    assert compat.SHIMS == ()


@pytest.mark.parametrize("name", _BASES)
def test_composed_classes_hold_the_shims(name):
    composed = getattr(compat, name)
    expected = [vars(shim)[name] for shim in compat.SHIMS if name in vars(shim)]
    assert list(inspect.getmro(composed)[1:-1])[: len(expected)] == expected
