import django
import pytest
from django.db import connection, migrations, models
from django.db.models import Q
from fake_catalog import FakeCatalog
from schema_models import create, created, database_expressions, migration_script, model, script, state_of


@pytest.fixture(autouse=True)
def catalog():
    with FakeCatalog().installed(connection) as catalog:
        yield catalog


def thing(**meta):
    return model(
        a=models.IntegerField(db_column="col_a"),
        b=models.IntegerField(db_column="col_b", null=True),
        name=models.CharField(max_length=10),
        meta=meta,
    )


# Who made the uniqueness decides by which statement it goes.

CONSTRAINT = models.UniqueConstraint(fields=["a"], name="uq")


def removed(part):
    remove = "remove_index" if isinstance(part, models.Index) else "remove_constraint"
    return script(lambda editor: getattr(editor, remove)(thing(), part))


def known(catalog):
    return (
        catalog.table("a_thing")
        .column("id", "bigint")
        .column("col_a", "int")
        .column("col_b", "int")
        .column("name", "nvarchar")
    )


def test_a_unique_constraint_is_dropped_as_a_constraint(catalog):
    known(catalog).index("uq", ["col_a"], is_unique=True, is_unique_constraint=True)
    assert removed(CONSTRAINT) == ["ALTER TABLE [a_thing] DROP CONSTRAINT [uq];"]


def test_a_unique_index_is_dropped_as_an_index(catalog):
    known(catalog).index("uq", ["col_a"], is_unique=True)
    assert removed(CONSTRAINT) == ["DROP INDEX IF EXISTS [uq] ON [a_thing];"]


def test_what_nobody_knows_is_asked_for_when_it_is_dropped(catalog):
    known(catalog)
    (sql,) = removed(CONSTRAINT)
    assert sql == (
        "IF EXISTS (SELECT 1 FROM sys.key_constraints WHERE name = N'uq' AND parent_object_id = "
        "OBJECT_ID(N'[a_thing]')) ALTER TABLE [a_thing] DROP CONSTRAINT [uq] ELSE DROP INDEX [uq] ON [a_thing];"
    )


def test_an_index_is_dropped_as_an_index(catalog):
    known(catalog).index("ix", ["col_a"])
    assert removed(models.Index(fields=["a"], name="ix")) == ["DROP INDEX IF EXISTS [ix] ON [a_thing];"]


def test_hidden_columns_go_with_their_index(catalog):
    table = known(catalog).column("__uq_uq_1", "bigint", computed="(case ...)")
    table.index("uq", ["col_a", "__uq_uq_1"], is_unique=True)
    constraint = models.UniqueConstraint(fields=["a"], condition=Q(a=1) | Q(name="x"), name="uq")
    assert removed(constraint) == [
        "DROP INDEX IF EXISTS [uq] ON [a_thing]; ALTER TABLE [a_thing] DROP COLUMN [__uq_uq_1];",
    ]


def test_a_waiting_index_is_dropped_by_not_being_made():
    index = models.Index(fields=["a"], name="ix")

    def steps(editor):
        editor.create_model(thing(indexes=[index]))
        editor.deferred.forget_index("a_thing", "ix")

    assert script(steps) == script(lambda editor: editor.create_model(thing()))


def test_a_waiting_index_is_not_made_once_it_is_removed():
    index, other = (models.Index(fields=["a"], name=name) for name in ("ix", "iy"))
    steps = [
        lambda editor: editor.create_model(thing(indexes=[index, other])),
        lambda editor: editor.remove_index(thing(indexes=[index, other]), index),
    ]
    assert [sql for sql in script(*steps) if "CREATE INDEX" in sql] == ["CREATE INDEX [iy] ON [a_thing] ([col_a]);"]


def test_nothing_unique_is_made_of_a_deferrable_constraint():
    late = models.UniqueConstraint(fields=["a"], name="late", deferrable=models.Deferrable.DEFERRED)
    assert late.create_sql(thing(), connection.schema_editor()) is None
    assert len(created(thing(constraints=[late]))) == 1
    assert removed(late) == []


def test_a_check_is_not_taken_for_an_index_of_its_name(catalog):
    known(catalog).index("ck", ["col_a"]).check("ck", "([col_a]>(1))", ["col_a"])
    condition = {"condition" if django.VERSION >= (5, 1) else "check": Q(a__gt=1)}
    constraint = models.CheckConstraint(name="ck", **condition)
    assert removed(constraint) == ["ALTER TABLE [a_thing] DROP CONSTRAINT [ck];"]


def test_an_index_is_renamed_by_its_table(catalog):
    known(catalog).index("old]", ["col_a"])
    statement = connection.schema_editor()._rename_index_sql(thing(), "old]", "ne'w")
    assert str(statement) == "EXEC sys.sp_rename N'[a_thing].[old]]]', N'ne''w', N'INDEX'"


def test_indexes_together_come_and_go_by_the_names_of_their_columns():
    def steps(editor):
        editor.alter_index_together(thing(), [("a", "name"), ("b", "a")], [("b", "a"), ("a", "b")])

    assert script(steps) == [
        "DROP INDEX IF EXISTS [a_thing_col_a_name_95c294a8_idx] ON [a_thing];",
        "CREATE INDEX [a_thing_col_a_col_b_3e75be8c_idx] ON [a_thing] ([col_a], [col_b]);",
    ]


def test_an_index_may_bring_its_own_template():
    template = "CREATE CLUSTERED INDEX %(name)s ON %(table)s (%(columns)s)"
    index = models.Index(fields=["a"], name="ix").create_sql(thing(), connection.schema_editor(), sql=template)
    assert str(index) == "CREATE CLUSTERED INDEX [ix] ON [a_thing] ([col_a])"


ODD = {"a": models.IntegerField(db_column="[100%]"), "b": models.IntegerField(db_column="%s")}


@pytest.mark.parametrize("in_script", [True, False])
@pytest.mark.parametrize(
    ("change", "sql"),
    [
        (
            lambda editor, odd: editor.alter_unique_together(odd, [], [("a", "b")]),
            "ALTER TABLE [a_thing] ADD CONSTRAINT [a_thing_100%_%s_55e08d17_uniq] UNIQUE ([100%], [%s])",
        ),
        (
            lambda editor, odd: editor.alter_unique_together(odd, [("a", "b")], []),
            "ALTER TABLE [a_thing] DROP CONSTRAINT [together 1%]",
        ),
        (
            lambda editor, odd: editor.alter_index_together(odd, [("b", "a")], []),
            "DROP INDEX IF EXISTS [together 2%] ON [a_thing]",
        ),
        (
            lambda editor, odd: editor.remove_index(odd, models.Index(fields=["a"], name="ix %")),
            "DROP INDEX IF EXISTS [ix %] ON [a_thing]",
        ),
        (
            lambda editor, odd: editor.remove_constraint(odd, models.UniqueConstraint(fields=["a"], name="uq %")),
            "ALTER TABLE [a_thing] DROP CONSTRAINT [uq %]",
        ),
    ],
)
def test_a_percent_sign_in_a_name_is_one(catalog, change, sql, in_script):
    table = catalog.table("a_thing").column("id", "bigint").column("100%", "int").column("%s", "int")
    table.index("together 1%", ["100%", "%s"], is_unique=True, is_unique_constraint=True)
    table.index("together 2%", ["%s", "100%"]).index("uq %", ["%s"], is_unique=True, is_unique_constraint=True)
    odd = model(**{name: field.clone() for name, field in ODD.items()})
    if in_script:
        assert script(lambda editor: change(editor, odd)) == [sql + ";"]
    else:
        editor = connection.schema_editor()
        editor.deferred_sql = []
        change(editor, odd)
        assert catalog.statements == [sql]


# A generated column has its uniqueness with a hidden column, as no filter can name it: neither stays behind, or it
# could not be made again (error 2705).


def twice(**options):
    expression = models.F("a") * 2
    return models.GeneratedField(expression=expression, output_field=models.IntegerField(), db_persist=True, **options)


GONE = [
    "DROP INDEX %s[a_thing_%s_uniq] ON [a_thing];",
    "ALTER TABLE [a_thing] DROP COLUMN [__uq_a_thing_%s_uniq_1];",
]
FIELD = "b_50abed3b"
TOGETHER = "a_b_f93cc686"


def gone(name, if_exists=""):
    return [GONE[0] % (if_exists, name), GONE[1] % name]


@database_expressions
def test_what_keeps_rows_apart_goes_with_the_uniqueness_of_a_generated_field():
    fields = [("a", models.IntegerField()), ("b", twice(unique=True))]
    index, column = gone(FIELD)
    assert migration_script(state_of(create("Thing", *fields)), migrations.AlterField("thing", "b", twice())) == [
        index,
        column,
    ]
    assert migration_script(state_of(create("Thing", *fields)), migrations.RemoveField("thing", "b")) == [
        index,
        column,
        "ALTER TABLE [a_thing] DROP COLUMN [b];",
    ]


@database_expressions
def test_what_keeps_rows_apart_goes_with_their_uniqueness_together():
    state = state_of(create("Thing", ("a", models.IntegerField()), ("b", twice()), unique_together={("a", "b")}))
    operations = [migrations.AlterUniqueTogether("thing", value) for value in (set(), {("a", "b")}, set())]
    first, made, last = migration_script(state, *operations)
    assert first == last == " ".join(gone(TOGETHER, "IF EXISTS "))
    assert made.startswith(
        "ALTER TABLE [a_thing] ADD [__uq_a_thing_%s_uniq_1] AS "
        "(CASE WHEN ((([a] * 2)) IS NOT NULL) THEN NULL ELSE [id] END) PERSISTED; CREATE UNIQUE INDEX " % TOGETHER
    )
