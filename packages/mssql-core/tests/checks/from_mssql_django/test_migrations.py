"""Migrations that mssql-django wrote."""

import sys
from types import ModuleType

import pytest
from django.db.migrations import Migration

from mssql_core.checks.from_mssql_django import migrations as coming


@pytest.fixture
def written(monkeypatch, tmp_path):
    """Makes the text of a migration the project's only one."""

    def write(text, label="auth"):
        path = tmp_path / "written_0001.py"
        path.write_text(text)
        module = ModuleType("written_0001")
        module.__file__ = str(path)
        monkeypatch.setitem(sys.modules, "written_0001", module)
        migration = type("Migration", (Migration,), {"__module__": "written_0001"})("0001_initial", label)

        class Loader:
            def __init__(self, connection, ignore_no_migrations):
                self.disk_migrations = {(label, "0001_initial"): migration}

        monkeypatch.setattr(coming, "MigrationLoader", Loader)

    return write


@pytest.mark.parametrize(
    "text", ["models.BinaryField(max_length='max', null=True)", 'models.BinaryField(max_length = "max")']
)
def test_the_length_of_mssql_django_is_named_with_its_migration(written, text):
    written(text)
    (finding,) = coming.findings()
    assert "auth.0001_initial" in finding.text and "Delete max_length='max'" in finding.remedy


@pytest.mark.parametrize("text", ["models.BinaryField(max_length=20)", "models.BinaryField()"])
def test_others_are_not(written, text):
    written(text)
    assert list(coming.findings()) == []


def test_a_migration_without_its_text_is_not_told_of(monkeypatch, written):
    written("max_length='max'")
    monkeypatch.setattr(coming.inspect, "getsource", _no_source)
    assert list(coming.findings()) == []


def _no_source(module):
    raise OSError("could not get source code")
