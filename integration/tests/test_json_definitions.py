"""Keys of JSON documents in constraints, indexes and generated fields, on servers with and without JSON_PATH_EXISTS."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, NotSupportedError, connections, models, transaction
from django.db.models import Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

pytestmark = pytest.mark.usefixtures("shop")
NULL = Value(None, models.JSONField())


@pytest.fixture(scope="module", params=["2016", "2022", "2025 native"])
def alias(request, shop):
    from figures.table.json import connected

    with connected(request.param) as name:
        yield name


@pytest.fixture
def make(alias):
    made = []

    def make(**attributes):
        meta = type("Meta", (), {"app_label": "definitions", **attributes.pop("meta", {})})
        body = {"__module__": __name__, "value": models.JSONField(null=True), **attributes, "Meta": meta}
        model = type("Paper", (models.Model,), body)
        with connections[alias].schema_editor() as editor:
            editor.create_model(model)
        made.append(model)
        return model

    yield make
    from django.apps import apps

    for model in made:
        with connections[alias].schema_editor() as editor:
            editor.delete_model(model)
        del apps.all_models["definitions"]["paper"]


def check(condition):
    name = "check" if "check" in models.CheckConstraint.__init__.__code__.co_varnames[:3] else "condition"
    return {"meta": {"constraints": [models.CheckConstraint(**{name: condition}, name="the_check")]}}


@pytest.mark.parametrize(
    "condition, good, bad",
    [
        (Q(value__has_key="a"), {"a": None}, {"b": 1}),
        (Q(value__has_keys=["a", "b"]), {"a": 1, "b": 2}, {"a": 1}),
        (Q(value__a__has_key="0"), {"a": {"0": 1}}, {"a": {}}),
        (Q(value__a="x"), {"a": "x"}, {"a": "X"}),
        (Q(value__a__b=1), {"a": {"b": 1.0}}, {"a": {"b": 2}}),
        (Q(value__a=True), {"a": True}, {"a": False}),
        (~Q(value__a=NULL) & Q(value__has_key="a"), {"a": 0}, {"a": None}),
        (Q(value__a__isnull=False), {"a": None}, {}),
        (Q(value__a__isnull=True), {}, {"a": None}),
        (Q(value__a__0__isnull=False), {"a": [None]}, {"a": []}),
        (Q(value__a__gte=2), {"a": 2}, {"a": 1}),
        (Q(value__a__in=["x", 1]), {"a": 1}, {"a": 2}),
        (~Q(value={}), {"a": 1}, {}),
        (Q(value__a__startswith="x"), {"a": "xy"}, {"a": "Xy"}),
    ],
)
def test_checks(make, alias, condition, good, bad):
    model = make(**check(condition))
    model.objects.using(alias).create(value=good)
    with pytest.raises(IntegrityError, match="the_check"), transaction.atomic(alias):
        model.objects.using(alias).create(value=bad)
    (constraint,) = model._meta.constraints
    constraint.validate(model, model(value=good), using=alias)
    with pytest.raises(ValidationError):
        constraint.validate(model, model(value=bad), using=alias)


@pytest.mark.parametrize(
    "condition, message",
    [
        (Q(value__contains={"a": 1}), "contains and contained_by.*1046"),
        (Q(value__a={"b": 1}), "an object or an array"),
        (Q(**{"value__-1": 1}), "count from the end"),
        (Q(value__a=models.F("value__b")), "two JSON values"),
    ],
)
def test_what_no_check_can_say_is_refused(alias, condition, message):
    (constraint,) = check(condition)["meta"]["constraints"]

    class Refused(models.Model):
        value = models.JSONField()

        class Meta:
            app_label = "refused"

    from django.apps import apps

    try:
        with connections[alias].schema_editor(collect_sql=True) as editor, pytest.raises(
            NotSupportedError, match=message
        ):
            constraint.create_sql(Refused, editor)
    finally:
        del apps.all_models["refused"]["refused"]


def test_indexes(make, alias):
    model = make(
        meta={
            "indexes": [
                models.Index(KT("value__a"), name="of_text"),
                models.Index(Cast(KT("value__n"), models.IntegerField()).desc(), name="of_numbers"),
            ],
            "constraints": [models.UniqueConstraint(KT("value__u"), name="of_unique")],
        }
    )
    model.objects.using(alias).create(value={"a": "x", "n": 1, "u": "one"})
    model.objects.using(alias).create(value=[1])
    with pytest.raises(IntegrityError, match="of_unique"), transaction.atomic(alias):
        model.objects.using(alias).create(value={"u": "one"})
    assert model.objects.using(alias).filter(value__a="x").count() == 1
    with connections[alias].cursor() as cursor:
        constraints = connections[alias].introspection.get_constraints(cursor, model._meta.db_table)
    assert {"of_text", "of_numbers", "of_unique"} <= set(constraints)


def test_a_query_names_what_an_index_holds(make, alias):
    """The server finds an index on a computed column by its expression."""
    from mssql_core.testing import compile_sql

    model = make(meta={"indexes": [models.Index(KT("value__a"), name="of_text")]})
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT definition FROM sys.computed_columns WHERE object_id = OBJECT_ID(%s)", [model._meta.db_table]
        )
        (definition,) = cursor.fetchone()
    sql = compile_sql(model.objects.using(alias).filter(value__a="x"), connections[alias])[0]
    table = "[%s]." % model._meta.db_table
    assert _normal("JSON_VALUE" + sql.replace(table, "").partition("JSON_VALUE")[2].partition(" = %s")[0]) == _normal(
        definition
    )


def _normal(sql):
    # The catalogue writes CAST as CONVERT.
    sql = sql.replace("CAST([value] AS nvarchar(max))", "CONVERT(nvarchar(max), [value])")
    return "".join(character for character in sql.lower() if character not in " ()[]")


def test_generated_field(make, alias):
    if not hasattr(models, "GeneratedField"):
        pytest.skip("GeneratedField is younger than this Django")
    model = make(
        status=models.GeneratedField(
            expression=KT("value__status"), output_field=models.CharField(max_length=20), db_persist=True
        )
    )
    paper = model.objects.using(alias).create(value={"status": "new"})
    paper.refresh_from_db()
    assert paper.status == "new"
