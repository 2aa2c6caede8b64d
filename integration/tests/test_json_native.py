"""The type json of SQL Server 2025: the way there from nvarchar(max), and what comes back."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, DataError, IntegrityError, connections, models
from django.db.models import Case, ExpressionWrapper, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject
from harness.project import new_alias
from harness.server import Server

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(scope="module")
def aliases(shop):
    """(alias with nvarchar(max), alias with json) of one database."""
    from mssql_sandbox.api import Sandbox

    with Sandbox(version="2025") as sandbox:
        server = Server.of_sandbox(sandbox)
        text = server.database("master", plugins=["json"])
        native = server.database("master", plugins={"json": {"native": True}})
        with new_alias("text", text), new_alias("native", native):
            yield "text", "native"


@pytest.fixture
def model(aliases):
    class Paper(models.Model):
        value = models.JSONField(null=True)
        with_default = models.JSONField(db_default={"new": True})

        class Meta:
            app_label = "papers"

    with connections["text"].schema_editor() as editor:
        editor.create_model(Paper)
    yield Paper
    with connections["text"].schema_editor() as editor:
        editor.delete_model(Paper)
    from django.apps import apps

    del apps.all_models["papers"]["paper"]


def convert(model, name="value", alias="native"):
    from mssql_json.migrations import convert

    with connections[alias].schema_editor() as editor:
        convert(editor, model, model._meta.get_field(name))


def data_type(model, name="value"):
    with connections["native"].cursor() as cursor:
        cursor.execute(
            "SELECT TYPE_NAME(system_type_id) FROM sys.columns WHERE object_id = OBJECT_ID(%s) AND name = %s",
            [model._meta.db_table, name],
        )
        return cursor.fetchone()[0]


def test_the_check_has_a_stable_name(model):
    with connections["text"].cursor() as cursor:
        constraints = connections["text"].introspection.get_constraints(cursor, model._meta.db_table)
    names = sorted(name for name, details in constraints.items() if details["check"])
    with connections["text"].schema_editor(collect_sql=True) as editor:
        expected = [editor.names.check(model._meta.db_table, name) for name in ("value", "with_default")]
    assert names == sorted(expected)


@pytest.mark.parametrize("text", ["", "1,2", "{", '1,"v":2', "a", "1]", "[1],[2"])
def test_the_check_refuses_what_is_not_one_value(model, text):
    with pytest.raises(IntegrityError, match="_check"):
        model.objects.using("text").create(value=models.expressions.RawSQL("%s", [text]))


def test_documents_and_default_survive(model):
    documents = [{"a": [1, 2.5, "x🤡é"]}, [], {"small": 1e-20, "big": 1e17}, None]
    for document in documents:
        model.objects.using("text").create(value=document)
    convert(model)
    convert(model, "with_default")
    assert data_type(model) == data_type(model, "with_default") == "json"
    stored = list(model.objects.using("native").order_by("id").values_list("value", flat=True))
    assert [repr(document) for document in stored] == [repr(document) for document in documents]
    assert model.objects.using("native").create(value={}).with_default == {"new": True}
    # A second time there is nothing to do.
    convert(model)


@pytest.mark.parametrize(
    "text, reason",
    [("1", "no object"), ('{"n": %s1}' % ("1" * 40), "38 digits"), ('["\\ud800"]', "surrogate"), ("[1e400]", "digits")],
)
def test_a_document_that_would_change_is_named(model, text, reason):
    model.objects.using("text").create(value={})
    bad = model.objects.using("text").create(value=models.expressions.RawSQL("%s", [text]))
    with pytest.raises(DataError, match="papers.Paper.value of the row with the primary key %d.*%s" % (bad.pk, reason)):
        convert(model)
    assert data_type(model) == "nvarchar"


def test_a_script_changes_nothing_and_ends_where_documents_have_to_be_read(model):
    from mssql_json.migrations import convert

    model.objects.using("text").create(value={"n": 1e-7})
    connection = connections["native"]
    with connection.schema_editor(collect_sql=True) as editor:
        convert(editor, model, model._meta.get_field("value"))
    assert data_type(model) == "nvarchar"
    with pytest.raises(DatabaseError, match="not its script"), connection.cursor() as cursor:
        cursor.execute(editor.collected_sql[0])
    model.objects.using("text").update(value={"n": 1})
    with connection.cursor() as cursor:
        for statement in editor.collected_sql:
            cursor.execute(statement)
    assert data_type(model) == "json"


def test_the_option_comes_first(model):
    with pytest.raises(ImproperlyConfigured, match="native=True"):
        convert(model, alias="text")


@pytest.fixture
def natives(model):
    """The model's objects in the type json."""
    convert(model)
    convert(model, "with_default")
    return model.objects.using("native")


def bulk_update(model, value, count=3):
    rows = model.objects.using("native").bulk_create([model(value={}) for _ in range(count)])
    for row in rows:
        row.value = value
    model.objects.using("native").bulk_update(rows, ["value"])


@pytest.mark.parametrize(
    "store",
    [
        lambda model, value: model.objects.using("native").create(value=value),
        lambda model, value: model(value=value).save(using="native"),
        lambda model, value: model.objects.using("native").update(value=value),
        lambda model, value: model.objects.using("native").bulk_create([model(value=value), model(value={})]),
        lambda model, value: model.objects.using("native").bulk_create([model(value=value)] * 1200),
        bulk_update,
        lambda model, value: bulk_update(model, value, 1200),
        lambda model, value: model.objects.using("native").update_or_create(pk=1, defaults={"value": value}),
    ],
)
def test_every_path_refuses_what_the_type_does_not_hold_by_the_field_s_name(natives, model, store):
    natives.create(value={})
    for value in (5, "x", True, [1e300], [float("nan")], {"k": "\ud800"}):
        with pytest.raises(DataError, match="papers.Paper.value: .*(type json)"):
            store(model, value)
    assert not natives.exclude(value={}).exists()


def test_documents_that_are_too_large_are_refused_by_the_field_s_name(natives, model):
    deep, wide = [], [0] * 65536
    for _ in range(128):
        deep = [deep]
    natives.create(value=deep[0])
    for value in (deep, {"a": wide}):
        for store in (natives.update, natives.create):
            with pytest.raises(DataError, match="papers.Paper.value: .*(128 levels|65,535 items)"):
                store(value=value)
        with pytest.raises(DataError, match="papers.Paper.value: .*(128 levels|65,535 items)"):
            bulk_update(model, value)
    natives.filter(value={}).delete()
    assert natives.get().value == deep[0]


@pytest.fixture(params=["Value", "JSONNull"])
def json_null(request):
    """Calls that make the JSON null."""
    if request.param == "Value":
        return lambda: Value(None, models.JSONField())
    return getattr(models, "JSONNull", lambda: Value(None, models.JSONField()))


def constants(json_null):
    """(expressions with a constant that the type does not hold, part of the message)."""
    document = models.JSONField()
    for scalar in (5, "x", True):
        yield Value(scalar, document), "array or an object"
        yield Case(When(pk__gt=0, then=Value(scalar, document)), default="value"), "array or an object"
        yield Coalesce(Value(None, document), Value(scalar, document)), "array or an object"
        yield Cast(Value(scalar, document), document), "array or an object"
    yield json_null(), "None is stored as NULL"


@pytest.mark.parametrize(
    "store",
    [
        lambda model, value: model.objects.using("native").update(value=value),
        lambda model, value: model.objects.using("native").update_or_create(pk=1, defaults={"value": value}),
        lambda model, value: model.objects.using("native").filter(pk=1).update(value=value, with_default=value),
    ],
)
def test_constants_that_the_type_does_not_hold_are_refused_by_the_field_s_name(natives, model, json_null, store):
    natives.create(value={})
    for expression, remedy in constants(json_null):
        with pytest.raises(DataError, match="papers.Paper.value: the type json holds .* %s" % remedy):
            store(model, expression)
    assert natives.get().value == {}


def test_the_json_null_of_new_rows_is_refused_by_the_field_s_name(natives, model, json_null):
    for store in (
        lambda: natives.create(value=json_null()),
        lambda: natives.bulk_create([model(value=json_null()) for _ in range(2)]),
        lambda: natives.bulk_create([model(value=json_null()) for _ in range(1200)]),
    ):
        with pytest.raises(DataError, match="papers.Paper.value: .* None is stored as NULL"):
            store()
    assert not natives.exists()


def test_constants_of_defaults_are_refused_by_the_field_s_name(natives, model, json_null):
    for default, _ in constants(json_null):
        if isinstance(default, Case):
            continue
        field = models.JSONField(db_default=default, null=True)
        field.set_attributes_from_name("added")
        field.model = model
        with pytest.raises(DataError, match="added: the type json holds"), connections[
            "native"
        ].schema_editor() as editor:
            editor.add_field(model, field)


@pytest.mark.parametrize("count", [2, 1200])
def test_bulk_update_stores_value_none_as_null_and_refuses_the_json_null(natives, model, json_null, count):
    """Django prepares a Value() there as the field's None."""
    if type(json_null()) is Value:
        bulk_update(model, json_null(), count)
        assert natives.filter(value__isnull=True).count() == count
    else:
        with pytest.raises(DataError, match="papers.Paper.value: .* None is stored as NULL"):
            bulk_update(model, json_null(), count)


def test_value_none_inside_of_expressions_is_null(natives, model):
    """As in Django, which prepares it there as the field's None."""
    null = Value(None, models.JSONField())
    for expression in (
        Coalesce(null, null),
        Case(When(pk__gt=0, then=null)),
        ExpressionWrapper(null, models.JSONField()),
    ):
        natives.all().delete()
        natives.create(value={})
        assert natives.update(value=expression) == natives.filter(value__isnull=True).count() == 1
    natives.update(value=JSONObject(a=null))
    assert natives.get().value == {"a": None}


FLOATS = [
    0.1,
    1.5,
    -1.5,
    0.0,
    1.0,
    1e-12,
    -1.2345678901234567e-12,
    1e-5,
    123456.789,
    1e15,
    1e16,
    1.5e17,
    1e22,
    9.87e35,
    5e-20,
    2.0**53,
]


def test_floats_that_the_server_writes_keep_their_digits(natives):
    """The type rounds a number with an exponent to ten decimals."""
    row = natives.create(value={})
    for number in FLOATS:
        for value in (number, Cast(Value(repr(number)), models.FloatField())):
            natives.update(value=JSONObject(x=value, y=JSONObject(z=value)))
            row.refresh_from_db()
            assert row.value == {"x": number, "y": {"z": number}}, (number, row.value)
    nothing = Cast(Value(None), models.FloatField())
    natives.update(value=JSONObject(x=nothing, y=Coalesce(nothing, Value(1e-12))))
    assert natives.get().value == {"x": None, "y": 1e-12}
    made = natives.create(value=JSONObject(x=Cast(Value("1e-12"), models.FloatField())))
    assert natives.get(pk=made.pk).value == {"x": 1e-12}


def test_floats_of_queries_keep_their_digits(natives, model):
    rows = natives.bulk_create([model(value={"n": number}) for number in FLOATS])
    number = Cast(KeyTextTransform("n", "value"), models.FloatField())
    own = model.objects.filter(pk=models.OuterRef("pk"))
    window = models.Window(models.Avg(number), partition_by="pk")
    for query in (
        own.values(made=JSONObject(n=number)),
        own.values("pk").annotate(made=JSONObject(n=models.Avg(number))).values("made"),
        own.values("pk").annotate(made=JSONObject(n=models.Avg("value__n"))).values("made"),
        own.values(made=JSONObject(n=models.ExpressionWrapper(models.F("value__n") * 1, models.JSONField()))),
        own.values(made=JSONObject(n=window)),
    ):
        natives.update(value=models.Subquery(query))
        assert [row["n"] for row in natives.order_by("pk").values_list("value", flat=True)] == FLOATS
    groups = natives.order_by().values(made=JSONObject(n=number)).annotate(count=models.Count("pk"))
    assert sorted(group["made"]["n"] for group in groups) == sorted(FLOATS) and len(rows) == len(FLOATS)


def test_floats_of_definitions_keep_their_digits(natives, model):
    with connections["native"].schema_editor() as editor:
        for name, field in (
            ("ratio", models.FloatField(default=1.5e-12)),
            ("made", models.GeneratedField(expression=JSONObject(r="ratio"), output_field=models.JSONField(), db_persist=False)),
            ("chosen", models.JSONField(db_default=JSONObject(r=Value(1.5e-12)))),
        ):  # fmt: skip
            field.contribute_to_class(model, name)
            editor.add_field(model, field)
    row = natives.create(value={})
    row.refresh_from_db()
    assert row.made == row.chosen == {"r": 1.5e-12}


def test_arithmetic_with_keys_is_json_there_too(natives, model):
    natives.bulk_create([model(value={"n": number}) for number in (1, 1e-12, 10)])
    rows = natives.annotate(x=models.ExpressionWrapper(models.F("value__n") + 1, models.JSONField()))
    assert list(rows.order_by("-x").values_list("x", flat=True)) == [11.0, 2.0, 1.000000000001]
    assert rows.get(x=2).value == {"n": 1} and rows.filter(x__lt=11).count() == 2


@pytest.mark.parametrize("number", [1e-22, 1e-300, 1e38, 1.7e308])
def test_a_float_of_too_many_digits_is_refused(natives, number):
    natives.create(value={})
    with pytest.raises(DataError, match="maximum precision 38|more than 38 digits"):
        natives.update(value=JSONObject(x=Cast(Value(repr(number)), models.FloatField())))
    assert natives.get().value == {}


def test_documents_in_expressions_keep_their_digits(natives):
    document = {"small": 1e-20, "big": 1e17}
    row = natives.create(value=None)
    for expression in (
        Coalesce("value", Value(document, models.JSONField())),
        Case(When(pk=row.pk, then=Value(document, models.JSONField())), default="value"),
        Value(document, models.JSONField()),
    ):
        natives.update(value=None)
        natives.update(value=expression)
        assert repr(natives.get().value) == repr(document)
    with pytest.raises(DataError, match="38 digits"):
        natives.update(value=Coalesce(Value([1e-50], models.JSONField()), "value"))
    # What is not stored has no limit.
    assert natives.annotate(x=Value([1e300], models.JSONField())).get().x == [1e300]


def test_defaults_of_the_database_keep_their_digits(natives, model):
    document = {"small": [1e-20], "big": 1e17}
    with connections["native"].schema_editor() as editor:
        for number, default in enumerate((document, Value(document), Value(document, models.JSONField()))):
            field = models.JSONField(db_default=default)
            field.set_attributes_from_name("added%d" % number)
            field.model = model
            editor.add_field(model, field)
        refused = models.JSONField(db_default=Value([1e300], models.JSONField()))
        refused.set_attributes_from_name("refused")
        refused.model = model
        with pytest.raises(DataError, match="refused: .*38 digits"):
            editor.add_field(model, refused)
    row = natives.create(value={})
    with connections["native"].cursor() as cursor:
        cursor.execute("SELECT added0, added1, added2 FROM [%s] WHERE id = %%s" % model._meta.db_table, [row.pk])
        assert [repr(json.loads(text)) for text in cursor.fetchone()] == [repr(document)] * 3


def test_values_that_json_would_round_are_refused(model):
    convert(model)
    with pytest.raises(DataError, match="38 digits"):
        model.objects.using("native").create(value={"n": 10**40})
    with pytest.raises(DataError, match="surrogate"):
        model.objects.using("native").create(value=["\ud800"])
