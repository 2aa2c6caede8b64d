import datetime
import json
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.db import DatabaseError, ProgrammingError, models
from django.db.models import Exists, Func
from django.db.models.functions import Lower
from orm import executed, sent
from ormtests.models import Author, Book
from schema_models import database_expressions

from mssql_core.compat.orm import DatabaseDefault
from mssql_core.testing import fake_connection, server_error

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
    statements = compiler.as_sql()
    for sql, _ in statements:
        compiled.statement(sql, version)
    return statements


def book(number, **values):
    return Book(**{"title": "t%d" % number, "author_id": 1, "price": Decimal("1.5"), "published": NOW, **values})


KEY = [Author._meta.pk]
PARCELS = Apps()


class Parcel(models.Model):
    place = models.CharField(max_length=5, db_collation="Latin1_General_BIN2")
    number = models.IntegerField()
    weight = models.DecimalField(max_digits=5, decimal_places=1, null=True)

    class Meta:
        app_label, apps = "parcels", PARCELS
        unique_together = [("place", "number")]


def parcels(**values):
    return [Parcel(place="a", number=1, weight=Decimal("1.25"), **values), Parcel(place="b", number=2, **values)]


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
    assert json.loads(params[0].value) == [[0, "a", None, True], [1, "b", 3, True]]


def test_few_rows_are_parameters(compiled):
    ((sql, params),) = insert(Author, [Author(name="a"), Author(name="b")], compiled)
    assert sql.endswith("VALUES (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s)") and len(params) == 10


@pytest.mark.parametrize(("count", "parameters"), [(64, 64), (65, 1)])
def test_up_to_64_values_are_parameters_of_their_own(compiled, count, parameters):
    fields, objects = [Author._meta.get_field("name")], [Author(name="a")] * count
    ((_, params),) = insert(Author, objects, compiled, fields=fields)
    assert len(params) == parameters


def test_without_conflicts_no_column_is_compared(compiled):
    ((sql, _),) = insert(Parcel, parcels(), compiled, returning=[Parcel._meta.pk])
    assert "[__c0] nvarchar(4000) '$[1]', [__c1] bigint '$[2]'" in sql


def test_a_condition_is_stored_as_a_value(compiled):
    books = Book.objects.order_by().filter(id=1)
    ((sql, _),) = insert(Author, [Author(name="a", active=Exists(books))], compiled)
    assert ", CAST(CASE WHEN EXISTS(SELECT " in sql and ") THEN 1 ELSE 0 END AS bit), %s)" in sql


class Weighed(models.DecimalField):
    def get_placeholder(self, value, compiler, connection):
        return "dbo.weighed(%s)"

    def get_placeholder_sql(self, value, compiler, connection):
        return ("dbo.weighed(%s)", [value]) if not hasattr(value, "as_sql") else compiler.compile(value)


def test_a_placeholder_of_a_field_s_own_takes_what_the_column_stores(compiled):
    class Fruit(models.Model):
        weight = Weighed(max_digits=5, decimal_places=1)

        class Meta:
            app_label, apps = "parcels", Apps()

    ((sql, params),) = insert(Fruit, [Fruit(weight=Decimal("1.25"))], compiled)
    assert sql.endswith("VALUES (dbo.weighed(%s))") and params[0].value == Decimal("1.3")
    ((sql, params),) = insert(Fruit, [Fruit(weight=models.Value(Decimal("1.25")))], compiled)
    assert Decimal("1.25") in params


def test_many_rows_are_one_parameter(compiled):
    objects = [book(number, cover=b"ab", length=datetime.timedelta(1)) for number in range(5000)]
    ((sql, params),) = insert(Book, objects, compiled)
    assert "CONVERT(varbinary(max), [__c8], 2) AS [__c8]" in sql
    assert len(params) == 1 and len(json.loads(params[0].value)) == 5000


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


def returned(fields, rows, **values):
    """The rows of an INSERT that returns these fields, and its statement."""
    result = []

    def create(connection):
        query = models.sql.InsertQuery(Author)
        query.insert_values(Author._meta.local_concrete_fields, [Author(**values)])
        compiler = query.get_compiler(connection=connection)
        result.extend(compiler.execute_sql([Author._meta.get_field(name) for name in fields]))

    ((sql, _),) = executed(create, answers=[("FROM @returned", rows)])
    return result, sql


def test_a_key_that_the_server_makes_of_a_text_is_read():
    assert returned(["id"], [(7,)], id="7", name="a")[0] == [(7,)]


def test_other_columns_beside_an_explicit_key_are_read():
    rows, sql = returned(["id", "name"], [(7, "x")], id=7, name="a")
    assert rows == [(7, "x")] and "OUTPUT INSERTED.[id], INSERTED.[name] INTO @returned" in sql


def test_returned_values_are_those_of_their_fields():
    """As a query would give them: microseconds are a duration."""

    def create(connection):
        query = models.sql.InsertQuery(Book)
        query.insert_values([Book._meta.get_field("title")], [Book(title="a")])
        compiler = query.get_compiler(connection=connection)
        rows = compiler.execute_sql([Book._meta.get_field(name) for name in ("length", "title")])
        assert rows == [(datetime.timedelta(seconds=1), "a")]

    executed(create, answers=[("OUTPUT INSERTED.[length]", [(1000000, "a")])])


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
        " AS [__rows] WHERE NOT EXISTS(SELECT 1 FROM [ormtests_author] AS [__target] WITH (UPDLOCK, HOLDLOCK) "
        "WHERE [__target].[code] = [__rows].[__c1])) AS [__source] WHERE ([__source].[__n0] = 1 OR [__source].[__c1] IS NULL)"
    )


@conflicts
def test_ignored_conflicts_of_a_key_of_several_columns(compiled):
    """Each in the collation by which the key is unique."""
    from django.db.models.constants import OnConflict

    ((sql, params),) = insert(Parcel, parcels(), compiled, on_conflict=OnConflict.IGNORE)
    assert sql == (
        "INSERT INTO [parcels_parcel] ([place], [number], [weight]) SELECT [__c0], [__c1], [__c2] FROM (SELECT [__rows].*, "
        "ROW_NUMBER() OVER (PARTITION BY [__c0] COLLATE Latin1_General_BIN2, [__c1] ORDER BY [__ord]) AS [__n0] FROM (SELECT "
        "[__ord], [__c0], [__c1], [__c2] FROM OPENJSON(%s) WITH ([__ord] int '$[0]', [__c0] nvarchar(4000) COLLATE "
        "Latin1_General_BIN2 '$[1]', [__c1] bigint '$[2]', [__c2] numeric(5, 1) '$[3]')) AS [__rows] WHERE NOT EXISTS("
        "SELECT 1 FROM [parcels_parcel] AS [__target] WITH (UPDLOCK, HOLDLOCK) WHERE [__target].[place] = [__rows].[__c0] "
        "AND [__target].[number] = [__rows].[__c1])) AS [__source] WHERE ([__source].[__n0] = 1 OR "
        "[__source].[__c0] IS NULL OR [__source].[__c1] IS NULL)"
    )
    assert json.loads(params[0].value) == [[0, "a", 1, "1.3"], [1, "b", 2, None]]


@conflicts
def test_conflicts_of_a_table_without_a_known_key(compiled):
    """There is nothing to ignore by; the key of the identity is in no row."""
    from django.db.models.constants import OnConflict

    fields = [Author._meta.get_field("name")]
    ((sql, _),) = insert(Author, [Author(name="a")], compiled, fields=fields, on_conflict=OnConflict.IGNORE)
    assert sql == (
        "INSERT INTO [ormtests_author] ([name]) SELECT [__c0] FROM (SELECT [__rows].* FROM (SELECT [__ord], [__c0] FROM "
        "OPENJSON(%s) WITH ([__ord] int '$[0]', [__c0] nvarchar(4000) '$[1]')) AS [__rows]) AS [__source]"
    )


@conflicts
def test_conflicts_below_level_130(compiled):
    from django.db.models.constants import OnConflict

    def ignore():
        Parcel.objects.bulk_create(parcels(), ignore_conflicts=True)

    statements = sent(ignore, version="2016", compatibility_level=120)
    ((sql, values),) = [statement for statement in statements if "INSERT" in statement[0]]
    assert OnConflict.IGNORE and sql.startswith("INSERT INTO [parcels_parcel] ([place], [number], [weight]) SELECT ")
    assert "(VALUES (0, ?, CAST(? AS int), CAST(? AS numeric(5, 1))), (1, ?, ?, NULL)) AS [__v]" in sql
    assert values == ["a", 1, Decimal("1.3"), "b", 2]


@conflicts
def test_updated_conflicts_of_a_key_of_several_columns(compiled):
    from django.db.models.constants import OnConflict

    by_name = {field.name: field for field in Parcel._meta.fields}
    ((sql, _),) = insert(
        Parcel,
        parcels(),
        compiled,
        on_conflict=OnConflict.UPDATE,
        update_fields=[by_name["weight"], by_name["place"]],
        unique_fields=[by_name["place"], by_name["number"]],
    )
    assert sql.startswith("MERGE INTO [parcels_parcel] WITH (HOLDLOCK) AS [__target] USING (SELECT ")
    assert sql.endswith(
        ") AS [__source] ON [__target].[place] = [__source].[__c0] AND [__target].[number] = [__source].[__c1] "
        "WHEN MATCHED THEN UPDATE SET [weight] = [__source].[__c2], [place] = [__source].[__c0] "
        "WHEN NOT MATCHED THEN INSERT ([place], [number], [weight]) "
        "VALUES ([__source].[__c0], [__source].[__c1], [__source].[__c2]);"
    )


@conflicts
def test_a_key_that_the_server_makes_conflicts_with_none(compiled):
    from django.db.models.constants import OnConflict

    by_name = {field.name: field for field in Parcel._meta.fields}
    options = {
        "on_conflict": OnConflict.UPDATE,
        "update_fields": [by_name["weight"]],
        "unique_fields": [by_name["id"]],
    }
    ((sql, _),) = insert(Parcel, parcels(), compiled, **options)
    assert " AS [__source] ON 1 = 0 WHEN MATCHED THEN UPDATE SET [weight] = [__source].[__c2] WHEN NOT " in sql
    ((sql, _),) = insert(
        Parcel, [Parcel(id=7, place="a", number=1)], compiled, fields=Parcel._meta.local_concrete_fields, **options
    )
    assert sql.startswith(
        "SET IDENTITY_INSERT [parcels_parcel] ON; BEGIN TRY MERGE INTO [parcels_parcel] WITH (HOLDLOCK)"
    )
    assert " ON [__target].[id] = [__source].[__c0] WHEN MATCHED" in sql
    assert "[__source].[__c3]); SET IDENTITY_INSERT [parcels_parcel] OFF; END TRY " in sql


@conflicts
def test_keys_of_updated_rows_are_those_of_the_table():
    """Not the object's own: the row may have been there under another key."""
    from django.db.models.constants import OnConflict

    def create(connection):
        query = models.sql.InsertQuery(
            Author,
            on_conflict=OnConflict.UPDATE,
            update_fields=[Author._meta.get_field("name")],
            unique_fields=[Author._meta.get_field("code")],
        )
        query.insert_values(Author._meta.local_concrete_fields, [Author(id=7, name="a", code="x")])
        assert query.get_compiler(connection=connection).execute_sql(KEY) == [(3,)]

    ((sql, _),) = executed(create, answers=[("FROM @returned", [(3,)])])
    assert "OUTPUT [__source].[__ord], INSERTED.[id] INTO @returned" in sql


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


@database_expressions
def test_database_defaults(compiled):
    from ormtests.models import Defaulted

    ((sql, _),) = insert(Defaulted, [Defaulted(), Defaulted(size=5)], compiled, returning=[Defaulted._meta.pk])
    assert DatabaseDefault and "[name]" not in sql and "[size]" in sql


@database_expressions
def test_updated_conflicts_of_a_column_that_takes_its_default(compiled):
    from django.db.models.constants import OnConflict
    from ormtests.models import Defaulted

    fields = {field.name: field for field in Defaulted._meta.fields}
    ((sql, _),) = insert(
        Defaulted,
        [Defaulted(size=5)],
        compiled,
        on_conflict=OnConflict.UPDATE,
        update_fields=[fields["name"], fields["size"]],
        unique_fields=[fields["id"]],
    )
    assert "WHEN MATCHED THEN UPDATE SET [name] = DEFAULT, [size] = [__source].[__c0] WHEN NOT" in sql


@database_expressions
def test_rows_with_and_without_a_sequence_s_value_go_apart():
    """NEXT VALUE FOR stands in no table of values (error 11719); the keys come to their objects all the same."""

    class Numbered(models.Model):
        name = models.CharField(max_length=5)
        number = models.IntegerField(
            db_default=Func(template="next value for numbers", output_field=models.IntegerField())
        )
        other = models.IntegerField(db_default=1)

        class Meta:
            app_label, apps = "parcels", Apps()

    objects = [Numbered(name="a"), Numbered(name="b", number=7), Numbered(name="c"), Numbered(name="d", number=8)]
    # By ordinal: (place, key, number, other).
    answers = [
        ("INSERT ([name]) VALUES", [(1, 12, 6, 1), (0, 11, 5, 1)]),
        ("INSERT ([name], [number]) VALUES", [(0, 13, 7, 1), (1, 14, 8, 1)]),
    ]
    statements = [
        (sql, values)
        for sql, values in sent(lambda: Numbered.objects.bulk_create(objects), answers=answers)
        if "MERGE" in sql
    ]
    assert [values for _, values in statements] == [['[[0,"a"],[1,"c"]]'], ['[[0,"b",7],[1,"d",8]]']]
    assert "INSERT ([name]) VALUES" in statements[0][0] and "INSERT ([name], [number]) VALUES" in statements[1][0]
    assert [each.pk for each in objects] == [11, 13, 12, 14]
    ((sql, _),) = sent(lambda: Numbered.objects.create(name="e"), answers=[("INSERT INTO", [(12, 7, 1)])])
    assert "MERGE" not in sql


def test_a_table_with_triggers_is_found_out_once():
    """Error 334 comes before anything is run; what else fails is told."""

    def create(connection):
        driver = connection.driver
        direct, through_variable = "OUTPUT [__source].[__ord], INSERTED.[id];", "[id] INTO @returned; SELECT [r0]"
        driver.answer(direct, server_error(334))
        driver.answer(through_variable, [(5,), (6,)])
        for _ in range(2):
            assert insert_rows(connection) == [(5,), (6,)]
        driver.answer(through_variable, server_error(334))
        with pytest.raises(DatabaseError, match="334"):
            insert_rows(connection)
        connection.tables_with_triggers.clear()
        driver.answer(direct, server_error(515))
        with pytest.raises(DatabaseError, match="515"):
            insert_rows(connection)

    def insert_rows(connection):
        query = models.sql.InsertQuery(Author)
        query.insert_values([Author._meta.get_field("name")], [Author(name="a"), Author(name="b")])
        return query.get_compiler(connection=connection).execute_sql(KEY)

    statements = [sql for sql, _ in executed(create)]
    assert ["@returned" in sql for sql in statements] == [False, True, True, True, False]
