import json

import pytest
from django.db import DataError
from django.db.models import JSONField, Value
from django.db.models.functions import Coalesce
from jsontests.models import Paper

from mssql_core.compiler import field_values


@pytest.mark.parametrize("value", [{"é": "🤡"}, [1, 2.5, None, True], "x", None, ["\ud800"]])
def test_documents_come_back(connection, value):
    assert json.loads(connection().ops.adapt_json_value(value, None)) == value


def test_text_stays_readable(connection):
    assert connection().ops.adapt_json_value({"é": "🤡"}, None) == '{"é": "🤡"}'


def stored(connection, value):
    """What the column of the model's field gets."""
    field = Paper._meta.get_field("value")
    return field_values.stored(field, field.get_db_prep_save(value, connection), connection)


def test_stored_text_is_the_same_on_each_django(connection):
    assert stored(connection(), {"é": "🤡"}) == '{"é": "🤡"}'


def test_native_documents_are_exact(connection):
    assert stored(connection({"native": True}, version="2025"), {"é": [1e-7]}) == '{"é": [0.0000001]}'


@pytest.mark.parametrize(
    "value, told", [([10**40], "type json.*38 digits"), ("x", "objects and arrays only"), ([float("nan")], "no NaN")]
)
def test_what_is_none_is_refused_with_the_field(connection, value, told):
    with pytest.raises(DataError, match="^jsontests.Paper.value: .*" + told):
        stored(connection({"native": True}, version="2025"), value)


def test_an_expression_has_no_field_to_name(connection):
    wrapper = connection({"native": True}, version="2025")
    compiler = Paper.objects.all().query.get_compiler(connection=wrapper)

    def assigned(value):
        expression = Coalesce("other", Value(value, JSONField())).resolve_expression(compiler.query, for_save=True)
        return list(compiler.compile(expression)[1])

    assert assigned([1e-7]) == ["[0.0000001]"] and assigned("x") == ['"x"']
    with pytest.raises(DataError, match="^The document cannot be stored as the type json: .*38 digits"):
        assigned([1e300])
