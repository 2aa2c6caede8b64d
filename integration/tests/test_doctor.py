"""mssql_doctor on a database where everything is wrong: what it says, and that its remedies are T-SQL that runs."""

import io
import itertools
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from mssql_core.checks import advice
from mssql_core.management.commands.mssql_doctor import Command

pytestmark = pytest.mark.usefixtures("shop")
TOP = Path(__file__).parents[2]
PAGES = (TOP, TOP / "docs", TOP / "packages" / "mssql-core" / "docs")
SPOILT = (
    "ALTER TABLE [auth_user_groups] DROP CONSTRAINT {key}",
    "INSERT INTO [auth_user_groups] ([user_id], [group_id]) VALUES (987654, 1)",
    "ALTER TABLE [auth_user_groups] WITH NOCHECK ADD CONSTRAINT [untrusted] FOREIGN KEY ([user_id]) REFERENCES [auth_user] ([id])",
    "ALTER TABLE [auth_user] WITH NOCHECK ADD CONSTRAINT [late] CHECK ([id] > 0)",
    "ALTER TABLE [auth_user] ALTER COLUMN [email] nvarchar(254) NULL",
    "ALTER TABLE [auth_user] ADD CONSTRAINT [one_null] UNIQUE ([email])",
    "CREATE TRIGGER [tells] ON [auth_group] AFTER UPDATE AS SELECT [name] FROM inserted",
    "ALTER TABLE [shop_product] ADD CONSTRAINT [objects_alone] CHECK (ISJSON([attributes]) = 1)",
)


@pytest.fixture
def spoilt():
    """The tables of django.contrib.auth, in a state that the doctor knows of."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.name FROM sys.foreign_keys AS f JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = f.object_id "
            "JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id "
            "WHERE f.parent_object_id = OBJECT_ID(N'auth_user_groups') AND c.name = N'user_id'"
        )
        ((key,),) = cursor.fetchall()
        cursor.execute("INSERT INTO [auth_group] ([name]) OUTPUT inserted.id VALUES ('g')")
        ((group,),) = cursor.fetchall()
        for statement in SPOILT:
            cursor.execute(statement.format(key=key).replace("987654, 1", "987654, %d" % group))
        yield
        transaction.set_rollback(True)


def test_every_fault_is_told_with_a_remedy_that_runs(spoilt):
    told = {finding.text.split(" of ")[0]: finding for finding in advice.all_findings(connection)}
    assert {"The foreign key untrusted", "The check constraint late", "The unique key one_null"} <= set(told)
    assert {"The trigger tells", "The columns"} <= set(told)
    orphans = told["The foreign key untrusted"].remedy.partition("break it: ")[2].partition("; mend")[0]
    with connection.cursor() as cursor:
        cursor.execute(orphans)
        assert [row[1] for row in cursor.fetchall()] == [987654]
        cursor.execute("DELETE FROM [auth_user_groups] WHERE [user_id] = 987654")
        for name in ("The foreign key untrusted", "The check constraint late"):
            cursor.execute(told[name].remedy.rpartition("then: ")[2])
        for statement in told["The unique key one_null"].remedy.partition(": ")[2].split("; "):
            cursor.execute(statement)
    left = " ".join(finding.text for finding in advice.all_findings(connection))
    assert "untrusted" not in left and "late" not in left and "one_null" not in left


def test_each_finding_has_a_page_and_nothing_is_left_unexamined(spoilt):
    findings = advice.all_findings(connection)
    assert not [finding for finding in findings if finding.text.startswith("Not examined")]
    for finding in findings:
        assert any((folder / (finding.page + ".md")).exists() for folder in PAGES), finding.page


def test_the_command_tells_it_as_json():
    out = io.StringIO()
    try:
        call_command(Command(), json=True, stdout=out)
    except CommandError as error:
        pytest.fail(str(error))
    assert json.loads(out.getvalue())["facts"]["Edition"]


def test_tables_of_one_name_in_two_schemas_are_told_apart(monkeypatch):
    from django.db import models
    from django.test.utils import isolate_apps

    from mssql_core.checks import constraints, findings

    twins = []
    with isolate_apps("demo.shop"):
        for schema in ("dbo", "twin"):
            meta = type("Meta", (), {"app_label": "shop", "db_table": '"%s"."pair"' % schema})
            twins.append(type(f"Pair{schema}", (models.Model,), {"__module__": __name__, "Meta": meta}))
    monkeypatch.setattr(findings, "models_of", lambda connection: twins)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA [twin]")
        for schema in ("dbo", "twin"):
            cursor.execute(
                f"CREATE TABLE [{schema}].[pair] ([id] int PRIMARY KEY, [a] int NULL, [b] int NULL, [c] int)"
            )
            cursor.execute(f"CREATE UNIQUE INDEX [pair_unique] ON [{schema}].[pair] ([a] DESC, [b]) INCLUDE ([c])")
        told = [finding.remedy.partition(": ")[2].split("; ") for finding in constraints.unique_nulls(connection)]
        for statement in itertools.chain(*told):
            cursor.execute(statement)
        assert list(constraints.unique_nulls(connection)) == []
        transaction.set_rollback(True)
    assert [statements[-1] for statements in told] == [
        f"CREATE UNIQUE NONCLUSTERED INDEX [pair_unique] ON [{schema}].[pair] ([a] DESC, [b]) INCLUDE ([c]) "
        "WHERE [a] IS NOT NULL AND [b] IS NOT NULL"
        for schema in ("dbo", "twin")
    ]
