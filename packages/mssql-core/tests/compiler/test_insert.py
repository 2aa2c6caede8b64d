import datetime
import json
from decimal import Decimal

import pytest
from django.db import ProgrammingError, models
from django.db.models.functions import Lower
from orm import executed
from ormtests.models import Author, Book

from mssql_core.compat.orm import DatabaseDefault
from mssql_core.testing import fake_connection

NOW = datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)


def insert(model, objects, compiled, version="2022", **options):
    """The statements that insert `objects`, as Django's manager would ask for it."""
    fields = [field for field in model._meta.local_concrete_fields if field is not model._meta.auto_field]
    fields = options.pop("fields", fields)
    triggers = options.pop("triggers", False)
    returning = options.pop("returning", None)
    query = models.sql.InsertQuery(model, **options)
    query.insert_values(fields, objects)
    connection = fake_connection(version=version)
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = returning
    connection.ensure_connection()
    if triggers:
        connection.tables_with_triggers.add("[%s]" % model._meta.db_table)
    found = compiler.as_sql()
    for sql, _ in found:
        compiled.statement(sql, version)
    return found


def book(number, **values):
    return Book(**{"title": "t%d" % number, "author_id": 1, "price": Decimal("1.5"), "published": NOW, **values})


KEY = [Author._meta.pk]


def test_one_object_and_its_key(compiled):
    """SCOPE_IDENTITY() is safe with triggers, and no table variable is needed."""
    ((sql, params),) = insert(Author, [Author(name="a")], compiled, returning=KEY)
    assert sql == (
        "INSERT INTO [ormtests_author] ([name], [code], [age], [active], [born]) VALUES (%s, %s, %s, %s, %s); "
        "SELECT CAST(SCOPE_IDENTITY() AS bigint)"
    )
    assert list(params) == ["a", None, None, True, None]


def test_other_returned_columns_are_the_statements_own_result(compiled):
    returning = [Author._meta.get_field("id"), Author._meta.get_field("name")]
    ((sql, _),) = insert(Author, [Author(name=Lower(models.Value("A")))], compiled, returning=returning)
    assert sql.startswith(
        "INSERT INTO [ormtests_author] ([name], [code], [age], [active], [born]) OUTPUT INSERTED.[id], INSERTED.[name] "
        "VALUES (LOWER("
    )


def test_a_table_with_triggers_returns_columns_through_a_table_variable(compiled):
    """OUTPUT alone is refused there (error 334)."""
    returning = [Author._meta.get_field("id"), Author._meta.get_field("name")]
    objects = [Author(name=Lower(models.Value("A")))]
    ((sql, _),) = insert(Author, objects, compiled, triggers=True, returning=returning)
    assert sql.startswith(
        "DECLARE @returned TABLE ([r0] bigint, [r1] nvarchar(50)); INSERT INTO [ormtests_author] ([name], [code], "
        "[age], [active], [born]) OUTPUT INSERTED.[id], INSERTED.[name] INTO @returned VALUES (LOWER("
    )
    assert sql.endswith("; SELECT [r0], [r1] FROM @returned")


def test_an_object_of_nothing_but_defaults(compiled):
    ((sql, _),) = insert(Author, [Author()], compiled, fields=[], returning=KEY)
    assert sql == "INSERT INTO [ormtests_author] DEFAULT VALUES; SELECT CAST(SCOPE_IDENTITY() AS bigint)"


def test_many_objects_of_nothing_but_defaults(compiled):
    ((sql, _),) = insert(Author, [Author(), Author()], compiled, fields=[], returning=KEY)
    assert "USING (VALUES (0), (1)) AS [__source] ([__ord]) ON 1 = 0 WHEN NOT MATCHED THEN INSERT DEFAULT VALUES" in sql


def test_keys_come_back_in_the_objects_order(compiled):
    """OUTPUT of INSERT promises no order; that of MERGE can name the source's row."""
    ((sql, params),) = insert(Author, [Author(name="a"), Author(name="b", age=3)], compiled, returning=KEY)
    assert sql == (
        "MERGE INTO [ormtests_author] USING (SELECT [__ord], [__c0], "
        "CAST(NULL AS nvarchar(20)) AS [__c1], [__c2], [__c3], CAST(NULL AS date) AS [__c4] FROM OPENJSON(%s) WITH "
        "([__ord] int '$[0]', [__c0] nvarchar(4000) '$[1]', [__c2] bigint '$[2]', [__c3] bit '$[3]')) AS [__source] ON 1 = 0 "
        "WHEN NOT MATCHED THEN INSERT ([name], [code], [age], [active], [born]) VALUES ([__source].[__c0], [__source].[__c1], "
        "[__source].[__c2], [__source].[__c3], [__source].[__c4]) OUTPUT [__source].[__ord], INSERTED.[id];"
    )
    assert json.loads(params[0]) == [[0, "a", None, True], [1, "b", 3, True]]


def test_few_rows_are_parameters(compiled):
    ((sql, params),) = insert(Author, [Author(name="a"), Author(name="b")], compiled)
    assert sql.endswith("VALUES (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s)") and len(params) == 10


def test_many_rows_are_one_parameter(compiled):
    objects = [book(number, cover=b"ab", length=datetime.timedelta(1)) for number in range(5000)]
    ((sql, params),) = insert(Book, objects, compiled)
    assert "CONVERT(varbinary(max), [__c8], 2) AS [__c8]" in sql
    assert len(params) == 1 and len(json.loads(params[0])) == 5000


def test_below_level_130_many_rows_are_several_statements(compiled):
    connection = fake_connection(version="2016", compatibility_level=120)
    query = models.sql.InsertQuery(Author)
    query.insert_values([Author._meta.get_field("name")], [Author(name=str(number)) for number in range(2500)])
    compiler = query.get_compiler(connection=connection)
    connection.ensure_connection()
    assert [len(params) for _, params in compiler.as_sql()] == [1000, 1000, 500]


def test_expressions_keep_rows_out_of_json(compiled):
    objects = [Author(name=Lower(models.Value("A"))), Author(name="b")]
    ((sql, params),) = insert(Author, objects, compiled, returning=KEY)
    assert "USING (SELECT * FROM (VALUES (0, LOWER(%s), CAST(%s AS nvarchar(20)), " in sql


def test_characters_that_json_cannot_carry(compiled):
    ((sql, params),) = insert(Author, [Author(name="a\0b"), Author(name="b")], compiled, returning=KEY)
    assert "OPENJSON" not in sql and "a\0b" in params


def test_explicit_keys(compiled):
    """IDENTITY_INSERT is switched off even if the insert fails."""
    fields = Author._meta.local_concrete_fields
    ((sql, _),) = insert(Author, [Author(id=7, name="a")], compiled, fields=fields)
    assert sql.startswith("SET IDENTITY_INSERT [ormtests_author] ON; BEGIN TRY INSERT INTO [ormtests_author] ([id], ")
    assert sql.endswith(
        "; SET IDENTITY_INSERT [ormtests_author] OFF; END TRY "
        "BEGIN CATCH SET IDENTITY_INSERT [ormtests_author] OFF; THROW; END CATCH"
    )


def test_explicit_keys_are_known_already():
    def create(connection):
        query = models.sql.InsertQuery(Author)
        query.insert_values(Author._meta.local_concrete_fields, [Author(id=7, name="a")])
        rows = query.get_compiler(connection=connection).execute_sql(KEY)
        assert [tuple(row) for row in rows] == [(7,)]

    ((sql, _),) = executed(create)
    assert "OUTPUT" not in sql and "SCOPE_IDENTITY" not in sql


def test_create_is_one_message():
    def create(connection):
        query = models.sql.InsertQuery(Author)
        query.insert_values([Author._meta.get_field("name"), Author._meta.get_field("age")], [Author(name="a")])
        query.get_compiler(connection=connection).execute_sql(KEY)

    ((sql, values),) = executed(create)
    assert sql.startswith("INSERT INTO [ormtests_author] ([name], [age]) VALUES (?, NULL); SELECT")
    assert list(values) == ["a"]


conflicts = pytest.mark.skipif(
    not hasattr(models.constants, "OnConflict"), reason="Conflicts have options since Django 4.1."
)


@conflicts
def test_ignored_conflicts(compiled):
    """UPDLOCK and HOLDLOCK keep other sessions from inserting the same key meanwhile."""
    from django.db.models.constants import OnConflict

    ((sql, _),) = insert(
        Author, [Author(name="a", code="x"), Author(name="b", code="x")], compiled, on_conflict=OnConflict.IGNORE
    )
    by_code = "COALESCE((SELECT [__t].[code] FROM [ormtests_author] AS [__t] WHERE 1 = 0), [__c1])"
    assert "ROW_NUMBER() OVER (PARTITION BY %s ORDER BY [__ord]) AS [__n0]" % by_code in sql
    assert sql.endswith(
        " AS [__rows]) AS [__source] WHERE ([__source].[__n0] = 1 OR [__source].[__c1] IS NULL) AND NOT EXISTS(SELECT 1 FROM "
        "[ormtests_author] AS [__target] WITH (UPDLOCK, HOLDLOCK) WHERE [__target].[code] = [__source].[__c1])"
    )


@conflicts
def test_updated_conflicts(compiled):
    from django.db.models.constants import OnConflict

    ((sql, _),) = insert(
        Author,
        [Author(name="a", code="x")],
        compiled,
        returning=KEY,
        on_conflict=OnConflict.UPDATE,
        update_fields=[Author._meta.get_field("name")],
        unique_fields=[Author._meta.get_field("code")],
    )
    assert "MERGE INTO [ormtests_author] WITH (HOLDLOCK) AS [__target] USING " in sql
    assert " ON [__target].[code] = [__source].[__c1] WHEN MATCHED THEN UPDATE SET [name] = [__source].[__c0] " in sql
    assert sql.endswith(" OUTPUT [__source].[__ord], INSERTED.[id];")


@conflicts
def test_conflicts_need_a_unique_key(compiled):
    from django.db.models.constants import OnConflict

    with pytest.raises(ProgrammingError, match="no unique constraint of ormtests.Author has exactly the fields name"):
        insert(
            Author,
            [Author(name="a")],
            compiled,
            on_conflict=OnConflict.UPDATE,
            update_fields=[Author._meta.get_field("age")],
            unique_fields=[Author._meta.get_field("name")],
        )


@pytest.mark.skipif(not hasattr(models.Field(), "db_default"), reason="Defaults of the database came with Django 5.0.")
def test_database_defaults(compiled):
    from ormtests.models import Defaulted

    ((sql, _),) = insert(Defaulted, [Defaulted(), Defaulted(size=5)], compiled, returning=[Defaulted._meta.pk])
    assert DatabaseDefault and "[name]" not in sql and "[size]" in sql
