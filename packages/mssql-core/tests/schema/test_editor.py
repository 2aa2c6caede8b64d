import datetime
import decimal

import django
import pytest
from django.db import DatabaseError, NotSupportedError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from fake_catalog import FakeCatalog
from grammar import refusals
from schema_models import created, database_action, database_expressions, field_of, model, script

from mssql_core.names import create_schema_sql, restart_sql
from mssql_core.schema.planned_table import PlannedTables
from mssql_core.testing import fake_connection, server_error

unique_expressions = pytest.mark.skipif(django.VERSION < (4, 0), reason="UniqueConstraint(*expressions): Django 4.0")


@pytest.fixture(autouse=True)
def catalog():
    """A server whose catalogue knows none of the tables."""
    with FakeCatalog().installed(connection) as catalog:
        yield catalog


def test_every_constraint_of_a_column_has_a_name():
    (sql,) = created(
        model(
            slug=models.SlugField(unique=True),
            size=models.PositiveIntegerField(),
            text=models.CharField(max_length=5000),
        )
    )
    assert sql == (
        "CREATE TABLE [a_thing] ("
        "[slug] nvarchar(50) NOT NULL "
        "CONSTRAINT [a_thing_slug_1a77c3d0_key] UNIQUE, "
        "[size] int NOT NULL "
        "CONSTRAINT [a_thing_size_3c39f639_check] CHECK ([size] >= 0), "
        "[text] nvarchar(max) NOT NULL, "
        "[id] bigint IDENTITY (1, 1) NOT NULL "
        "CONSTRAINT [a_thing_id_ebb1cbd6_pk] PRIMARY KEY);"
    )


def test_a_nullable_unique_field_allows_many_nulls():
    _, index = created(model(code=models.IntegerField(null=True, unique=True)))
    assert index.startswith("CREATE UNIQUE INDEX [a_thing_code_")
    assert index.endswith("_uniq] ON [a_thing] ([code]) WHERE [code] IS NOT NULL;")


def test_together_unique_where_nothing_is_null():
    _, index = created(
        model(
            a=models.IntegerField(null=True),
            b=models.IntegerField(),
            meta={"unique_together": [("a", "b")]},
        )
    )
    assert index.endswith("([a], [b]) WHERE [a] IS NOT NULL;")


def test_text_in_ddl_is_unicode_and_quoted():
    index = models.Index(fields=["name"], condition=Q(name="é'"), name="i")
    meta = {"indexes": [index]}
    _, sql = created(model(name=models.CharField(max_length=10), meta=meta))
    assert sql.endswith("WHERE [name] = N'é''';")
    thing = model(name=models.CharField(max_length=10))
    field = models.CharField(max_length=10, default="it's é")
    field.set_attributes_from_name("title")
    statements = script(lambda editor: editor.add_field(thing, field))
    assert "DEFAULT (N'it''s é')" in statements[0]
    assert "DROP CONSTRAINT [a_thing_title_" in statements[1]


def test_a_percent_sign_of_a_condition_is_one():
    index = models.Index(fields=["name"], condition=Q(name="100%"), name="i")
    _, sql = created(model(name=models.CharField(max_length=10), meta={"indexes": [index]}))
    assert sql == "CREATE INDEX [i] ON [a_thing] ([name]) WHERE [name] = N'100%';"


def test_rows_that_exist_get_the_default_of_a_nullable_field():
    field = models.CharField(max_length=30, default="NULL", null=True)
    field.set_attributes_from_name("title")
    statements = script(lambda editor: editor.add_field(model(), field))
    assert statements[0].endswith("DEFAULT (N'NULL') WITH VALUES;")


def test_a_schema_is_made_and_named_everywhere():
    thing = model(
        table='"sales"."thing"',
        name=models.CharField(max_length=10, db_index=True),
        parent=models.ForeignKey("self", models.CASCADE),
    )
    statements = created(thing)
    assert statements[0] == ("IF SCHEMA_ID(N'sales') IS NULL EXEC (N'CREATE SCHEMA [sales]');")
    assert statements[1].startswith("CREATE TABLE [sales].[thing] (")
    assert all("[sales].[thing]" in sql for sql in statements[2:])
    assert any("REFERENCES [sales].[thing] ([id])" in sql for sql in statements)


def test_moving_a_table_to_another_schema():
    statements = script(lambda editor: editor.alter_db_table(model(), "a_thing", '"sales"."thing"'))
    assert statements == [
        "EXEC sys.sp_rename N'[a_thing_id_ebb1cbd6_pk]', N'thing_id_9b9eea8f_pk', N'OBJECT';",
        "IF SCHEMA_ID(N'sales') IS NULL EXEC (N'CREATE SCHEMA [sales]');",
        "ALTER SCHEMA [sales] TRANSFER [a_thing];",
        "EXEC sys.sp_rename N'[sales].[a_thing]', N'thing', N'OBJECT';",
    ]


def test_an_index_over_an_expression_has_a_hidden_column():
    thing = model(
        name=models.CharField(max_length=10),
        meta={"indexes": [models.Index(Lower("name").desc(), "id", name="low")]},
    )
    assert created(thing)[1] == (
        "ALTER TABLE [a_thing] ADD [__ix_low_1] AS (LOWER([name])) PERSISTED; "
        "CREATE INDEX [low] ON [a_thing] ([__ix_low_1] DESC, [id]);"
    )
    removed = script(lambda editor: editor.remove_index(thing, thing._meta.indexes[0]))
    assert removed == [
        "DROP INDEX IF EXISTS [low] ON [a_thing]; ALTER TABLE [a_thing] DROP COLUMN [__ix_low_1];",
    ]


@unique_expressions
def test_a_unique_expression_that_cannot_be_null_needs_no_more():
    thing = model(
        name=models.CharField(max_length=10),
        meta={"constraints": [models.UniqueConstraint(Upper("name"), name="up")]},
    )
    assert created(thing)[1] == (
        "ALTER TABLE [a_thing] ADD [__ix_up_1] AS (UPPER([name])) PERSISTED; "
        "CREATE UNIQUE INDEX [up] ON [a_thing] ([__ix_up_1]);"
    )


@unique_expressions
def test_a_unique_expression_ignores_nulls():
    thing = model(
        name=models.CharField(max_length=10, null=True),
        meta={"constraints": [models.UniqueConstraint(Upper("name"), name="up")]},
    )
    assert created(thing)[1] == (
        "ALTER TABLE [a_thing] ADD [__ix_up_1] AS (UPPER([name])) PERSISTED, "
        "[__uq_up_1] AS (CASE WHEN (UPPER([name]) IS NOT NULL) THEN NULL ELSE [id] END) "
        "PERSISTED; "
        "CREATE UNIQUE INDEX [up] ON [a_thing] ([__ix_up_1], [__uq_up_1]);"
    )


def test_a_unique_condition_beyond_filters_keeps_the_other_rows_apart():
    thing = model(
        a=models.IntegerField(),
        b=models.IntegerField(),
        meta={"constraints": [models.UniqueConstraint(fields=["a"], condition=Q(a=1) | Q(b=2), name="either")]},
    )
    assert created(thing)[1] == (
        "ALTER TABLE [a_thing] ADD [__uq_either_1] AS "
        "(CASE WHEN ([a] = 1 OR [b] = 2) THEN NULL ELSE [id] END) PERSISTED; "
        "CREATE UNIQUE INDEX [either] ON [a_thing] ([a], [__uq_either_1]);"
    )


def test_an_index_condition_beyond_filters_is_refused():
    index = models.Index(fields=["a"], condition=Q(a=1) | Q(b=2), name="either")
    thing = model(a=models.IntegerField(), b=models.IntegerField())
    with pytest.raises(NotSupportedError, match="Index either: .*10735.*OR"):
        script(lambda editor: editor.add_index(thing, index))


def test_covering_and_equal_nulls():
    thing = model(
        a=models.IntegerField(null=True),
        b=models.IntegerField(),
        meta={
            "constraints": [
                models.UniqueConstraint(fields=["b"], include=["a"], name="covering"),
            ]
        },
    )
    assert created(thing)[1] == ("CREATE UNIQUE INDEX [covering] ON [a_thing] ([b]) INCLUDE ([a]);")


def test_deferrable_constraints_are_left_out():
    constraint = models.UniqueConstraint(fields=["a"], name="late", deferrable=models.Deferrable.DEFERRED)
    thing = model(a=models.IntegerField(), meta={"constraints": [constraint]})
    assert len(created(thing)) == 1


def test_the_order_of_statements_is_the_same_each_time():
    thing = model(
        a=models.IntegerField(db_index=True),
        b=models.IntegerField(null=True, unique=True),
        c=models.ForeignKey("self", models.CASCADE),
        meta={"unique_together": [("a", "b"), ("a", "c")]},
    )
    assert created(thing) == created(thing)


def test_in_a_script_rows_are_changed_by_text_compiled_late():
    thing = model(a=models.IntegerField(null=True))
    new = models.IntegerField(default=3)
    new.set_attributes_from_name("a")
    new.model = thing
    statements = script(lambda editor: editor.alter_field(thing, thing._meta.get_field("a"), new))
    assert statements == [
        "EXEC sys.sp_executesql N'UPDATE [a_thing] SET [a] = (3) WHERE [a] IS NULL';",
        "ALTER TABLE [a_thing] ALTER COLUMN [a] int NOT NULL;",
    ]


def test_in_a_script_a_removed_constraint_stays_away():
    name = "condition" if django.VERSION >= (5, 1) else "check"
    constraint = models.CheckConstraint(**{name: Q(a__gt=1)}, name="over_one")
    thing = model(a=models.IntegerField(), meta={"constraints": [constraint]})
    new = models.BigIntegerField()
    new.set_attributes_from_name("a")
    new.model = thing

    def alter(editor):
        editor.alter_field(thing, thing._meta.get_field("a"), new)

    assert "ADD CONSTRAINT [over_one]" in " ".join(script(alter))
    statements = script(lambda editor: editor.remove_constraint(thing, constraint), alter)
    assert statements == [
        "ALTER TABLE [a_thing] DROP CONSTRAINT [over_one];",
        "ALTER TABLE [a_thing] ALTER COLUMN [a] bigint NOT NULL;",
    ]


def test_a_name_that_is_no_collation_is_refused():
    thing = model(name=models.CharField(max_length=10, db_collation="x; DROP TABLE t"))
    with pytest.raises(ValueError, match="not the name of a collation"):
        created(thing)


UNIQUE_EXPRESSIONS = []
if django.VERSION >= (4, 0):
    UNIQUE_EXPRESSIONS.append(models.UniqueConstraint(Lower("email"), name="u2"))


@pytest.fixture
def wide():
    """A model with everything that DDL has words for."""
    other = model("Other", "a_other", code=models.SlugField(unique=True))
    return model(
        table='"sales"."wide"',
        big=models.BigIntegerField(default=2**40),
        binary=models.BinaryField(max_length=20),
        blob=models.BinaryField(default=b"\x00"),
        boolean=models.BooleanField(default=True),
        date=models.DateField(default=datetime.date(2020, 1, 2)),
        datetime=models.DateTimeField(default=datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)),
        decimal=models.DecimalField(max_digits=10, decimal_places=2, default=decimal.Decimal("1.50")),
        duration=models.DurationField(default=datetime.timedelta(days=1)),
        email=models.EmailField(unique=True, null=True),
        number=models.FloatField(default=1.5, db_index=True),
        ip=models.GenericIPAddressField(null=True),
        size=models.PositiveSmallIntegerField(default=3),
        text=models.TextField(default="it's"),
        time=models.TimeField(default=datetime.time(1, 2, 3)),
        uid=models.UUIDField(default="00010203-0405-0607-0809-0a0b0c0d0e0f"),
        swedish=models.CharField(max_length=5, db_collation="Finnish_Swedish_CI_AS"),
        parent=models.ForeignKey("self", models.SET_NULL, null=True),
        other=models.ForeignKey(other, models.CASCADE, to_field="code"),
        others=models.ManyToManyField(other, related_name="+"),
        meta={
            "unique_together": [("email", "size")],
            "db_tablespace": "fast",
            "indexes": [
                models.Index(fields=["-size", "big"], name="i1"),
                models.Index(Lower("email"), F("size").desc(), name="i2"),
                models.Index(
                    fields=["date"],
                    condition=Q(size__in=[1, 2], date__gt=datetime.date(2020, 1, 1)),
                    include=["big"],
                    name="i3",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=["big"], condition=Q(size=1), name="u1"),
                *UNIQUE_EXPRESSIONS,
            ],
        },
    )


def test_every_statement_is_in_the_grammar_of_every_version(wide, tmp_path):
    statements = script(lambda editor: editor.create_model(wide))
    for field in wide._meta.local_fields:
        if field.primary_key or field.remote_field:
            continue
        clone = field.clone()
        clone.set_attributes_from_name(field.name)
        clone.model = wide
        renamed = field.clone()
        renamed.set_attributes_from_name(field.name + "_new")
        renamed.model = wide
        longer = models.CharField(max_length=60, null=True, db_index=True)
        longer.set_attributes_from_name(field.name)
        longer.model = wide
        statements += script(lambda editor: editor.remove_field(wide, field))
        statements += script(lambda editor: editor.add_field(wide, clone))
        statements += script(lambda editor: editor.alter_field(wide, field, renamed))
        statements += script(lambda editor: editor.alter_field(wide, field, longer))
    number = models.BigIntegerField(primary_key=True)
    number.set_attributes_from_name("id")
    number.model = wide
    statements += script(
        lambda editor: editor.alter_field(wide, wide._meta.get_field("id"), number),
        lambda editor: editor.alter_db_tablespace(wide, "fast", "slow"),
        lambda editor: editor.alter_db_table_comment(wide, None, "it's 100 %"),
        lambda editor: editor.alter_db_table_comment(wide, "it's", None),
        lambda editor: editor.execute(editor._rename_index_sql(wide, "i1", "i9"), None),
        *(lambda editor, index=index: editor.remove_index(wide, index) for index in wide._meta.indexes),
        *(
            lambda editor, constraint=constraint: editor.remove_constraint(wide, constraint)
            for constraint in wide._meta.constraints
        ),
        lambda editor: editor.alter_unique_together(wide, [("email", "size")], []),
        lambda editor: editor.delete_model(wide),
        lambda editor: editor.remove_procedure("p"),
    )
    statements += script(lambda editor: editor.alter_db_table(wide, '"sales"."wide"', "narrow"))
    statements += script(
        lambda editor: editor.alter_db_table(wide, '"sales"."wide"', "na\\\nrrow"),
        lambda editor: editor.execute(editor._rename_index_sql(wide, "i\\\n1", "i\\\n9"), None),
        lambda editor: editor.change_rows("UPDATE [a\\\nb] SET [c] = 1"),
    )
    statements += [create_schema_sql("a\\\nb"), restart_sql("[a\\\nb].[c]"), restart_sql("[a\\\nb]", 0)]
    assert len(statements) > 200
    assert refusals(statements, folder=tmp_path) == []


def own_texts(*statements):
    def run(editor):
        for sql, params in statements:
            editor.execute(sql, params)

    return script(run)


def test_texts_of_one_s_own_are_compiled_when_their_turn_comes():
    assert own_texts(("ALTER TABLE a ADD b int", None), ("UPDATE a SET b = 1", None)) == [
        "ALTER TABLE a ADD b int;",
        "EXEC sys.sp_executesql N'UPDATE a SET b = 1';",
    ]
    assert own_texts(("CREATE TABLE a (b int)", None), ("SELECT '100%'", None)) == [
        "CREATE TABLE a (b int);",
        "SELECT '100%';",
    ]
    assert own_texts(("EXEC sp_rename 'a.b', 'c'", None), ("UPDATE a SET c = %s", ["it's"])) == [
        "EXEC sp_rename 'a.b', 'c';",
        "EXEC sys.sp_executesql N'UPDATE a SET c = N''it''''s''';",
    ]


@pytest.mark.parametrize(
    "text", ["CREATE VIEW v AS SELECT 1 AS a", "create  or alter\nprocedure p AS SELECT 1", "ALTER TRIGGER t ON a ..."]
)
def test_a_text_that_stands_first_has_a_batch_of_its_own(text):
    assert own_texts((text, None)) == ["EXEC sys.sp_executesql N'%s';" % text]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a INTO #b FROM c",
        "SET XACT_ABORT ON",
        "SELECT 1; SET XACT_ABORT ON",
        "USE other",
        "begin tran",
        "BEGIN TRANSACTION",
        "SAVE TRANSACTION s",
    ],
)
def test_what_a_batch_of_its_own_would_undo_stays_in_the_script_s(text):
    assert own_texts(("ALTER TABLE a ADD b int", None), (text, None))[1:] == [text + ";"]


# Foreign keys of added fields, names, tables of another name.


@pytest.fixture
def target():
    codes = {
        "code": models.CharField(max_length=3, unique=True),
        "n": models.CharField(max_length=3, unique=True, null=True),
    }
    return model("Other", "a_other", **codes)


ADD = "ALTER TABLE [a_thing] ADD [o_id] "
KEY = " CONSTRAINT [a_thing_o_id_badc90ca_fk_a_other_%s] FOREIGN KEY REFERENCES [a_other] ([%s])"


@pytest.mark.parametrize(
    ("options", "statements"),
    [
        (
            {},
            [
                ADD + "bigint NOT NULL" + KEY % ("id", "id"),
                "CREATE INDEX [a_thing_o_id_badc90ca] ON [a_thing] ([o_id])",
            ],
        ),
        (
            {"to_field": "code", "null": True, "db_index": False},
            [ADD + "nvarchar(3) NULL" + KEY % ("code", "code")],
        ),
        (
            {"on_delete": database_action("SET NULL"), "null": True, "db_index": False},
            [ADD + "bigint NULL" + KEY % ("id", "id") + " ON DELETE SET NULL"],
        ),
        ({"db_constraint": False, "db_index": False}, [ADD + "bigint NOT NULL"]),
        (
            {"unique": True, "null": True},
            [
                ADD + "bigint NULL" + KEY % ("id", "id"),
                "EXEC sys.sp_executesql N'CREATE UNIQUE INDEX [a_thing_o_id_badc90ca_uniq] ON [a_thing] ([o_id]) "
                "WHERE [o_id] IS NOT NULL'",
            ],
        ),
    ],
)
def test_an_added_foreign_key_is_in_the_column_s_definition(target, options, statements):
    key = models.ForeignKey(target, **{"on_delete": models.CASCADE, **options})
    thing = model()
    field = field_of(thing, "o", key)

    def steps(editor):
        editor.add_field(thing, field)
        known = [(key.columns, key.to_columns) for key in editor.snapshot(thing).foreign_keys]
        assert known == [(("o_id",), (options.get("to_field", "id"),))] * options.get("db_constraint", True)

    assert script(steps) == [sql + ";" for sql in statements]


@database_expressions
def test_what_only_a_script_keeps_is_not_worked_out_for_a_migration(monkeypatch):
    thing = model()
    field = field_of(thing, "n", models.IntegerField(db_default=1))
    asked = []
    monkeypatch.setattr(PlannedTables, "field_items", lambda self, model, field, **options: asked.append(field) or [])
    script(lambda editor: editor.add_field(thing, field))
    assert asked.pop() is field
    asked.clear()
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.add_field(thing, field)
    assert asked == []


def test_an_added_foreign_key_waits_for_the_key_that_it_needs(target):
    thing = model()
    field = field_of(thing, "o", models.ForeignKey(target, models.CASCADE, to_field="n", db_index=False))
    _, add, unique, key = script(
        lambda editor: editor.create_model(target), lambda editor: editor.add_field(thing, field)
    )
    assert add == ADD + "nvarchar(3) NOT NULL;" and unique.startswith("CREATE UNIQUE INDEX [a_other_n_")
    assert key.endswith("_fk_a_other_n] FOREIGN KEY ([o_id]) REFERENCES [a_other] ([n]);")


def test_what_waits_follows_the_name_of_its_table(target):
    def rename(editor):
        editor.alter_db_table(target, "a_other", "b_other")

    assert script(lambda editor: editor.create_model(target), rename)[1:] == [
        "EXEC sys.sp_rename N'[a_other_code_f42fa082_key]', N'b_other_code_3acf4720_key', N'OBJECT';",
        "EXEC sys.sp_rename N'[a_other_id_42a0f15b_pk]', N'b_other_id_b61c5526_pk', N'OBJECT';",
        "EXEC sys.sp_rename N'[a_other]', N'b_other', N'OBJECT';",
        "CREATE UNIQUE INDEX [b_other_n_ea058f95_uniq] ON [b_other] ([n]) WHERE [n] IS NOT NULL;",
    ]


@pytest.mark.parametrize(("tablespace", "data_space"), [("slow", "[slow]"), ("", "[default]")])
def test_a_table_moves_with_its_clustered_index(tablespace, data_space):
    thing = model(a=models.IntegerField(unique=True))
    (moved,) = script(lambda editor: editor.alter_db_tablespace(thing, "fast", tablespace))
    assert moved == (
        "CREATE UNIQUE CLUSTERED INDEX [a_thing_id_ebb1cbd6_pk] ON [a_thing] ([id]) "
        "WITH (DROP_EXISTING = ON) ON %s;" % data_space
    )


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("a", "[a]"),
        ("a.b", "[a.b]"),
        ("a]b", "[a]]b]"),
        ("[a]", "[a]"),
        ("[s].[a]", "[s].[a]"),
        ('"s"."a"', "[s].[a]"),
        ("", "[]"),
    ],
)
def test_a_name_that_begins_with_a_delimiter_may_have_parts(name, quoted):
    assert connection.schema_editor().quote_name(name) == quoted


def test_an_error_among_the_deferred_statements_undoes_the_migration(monkeypatch):
    own = fake_connection()
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: own)
    own.driver.answer("BEGIN TRANSACTION", [(1001, 1, 1)])
    own.driver.answer("CREATE INDEX", server_error(1913))
    with pytest.raises(DatabaseError, match="1913"), own.schema_editor() as editor:
        editor.execute("CREATE TABLE t (a int)", None)
        editor.deferred_sql.append("CREATE INDEX i ON t (a)")
    assert not own.in_atomic_block and editor.deferred_sql == ["CREATE INDEX i ON t (a)"]
    assert "ROLLBACK" in own.driver.sql[-1] and not [sql for sql in own.driver.sql if "COMMIT" in sql[:10]]
