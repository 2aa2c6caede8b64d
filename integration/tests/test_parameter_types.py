"""The types of parameters as they reach the server."""

import datetime
from functools import partial

import pytest
from django.apps.registry import Apps
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, models

from mssql_core.fields import VarcharField

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def declared(server):
    """Call it with a function: the declarations of the parameters that it sent."""
    if server.journal is None:
        pytest.skip("only the sandbox keeps a journal")

    def of(function):
        before = len(server.journal())
        function()
        return [entry.get("declarations") for entry in server.journal()[before:]]

    return of


class Part(models.Model):
    code = VarcharField(max_length=20)

    class Meta:
        app_label, apps = "types", Apps()


@pytest.fixture
def parts(shop):
    with connection.schema_editor() as editor:
        editor.create_model(Part)
    yield Part.objects.all()
    with connection.schema_editor() as editor:
        editor.delete_model(Part)


def test_a_varchar_column_is_compared_with_varchar(declared, parts):
    """With nvarchar beside it the server would convert the column, row by row."""
    sent = declared(
        lambda: list(parts.filter(code="x", code__contains="y", code__in=["a", "b"], code__range=("c", "d")))
    )
    # mssql-python sends what is declared longer in two messages.
    length = 4000 if connection.settings_dict["OPTIONS"].get("python_driver") == "mssql_python" else 8000
    assert sent == [",".join("@P%d varchar(%d)" % (number, length) for number in range(1, 7))]


def test_a_long_list_is_compared_with_a_varchar_column_as_varchar(parts):
    Part.objects.bulk_create([Part(code="code %d" % number) for number in range(3)])
    codes = ["CODE %d" % number for number in range(1, 200)]
    queryset = parts.filter(code__in=codes)
    assert " AS varchar(8000)) FROM OPENJSON(" in str(queryset.query)
    assert sorted(part.code for part in queryset) == ["code 1", "code 2"]
    assert [part.code for part in parts.exclude(code__in=codes)] == ["code 0"]
    assert [part.code for part in parts.filter(code__in=[*codes, "ж"]).order_by("code")] == ["code 1", "code 2"]


@pytest.fixture
def plans(declared):
    """Call it with a function and its arguments, one for each call: the declarations, each once."""
    return lambda function, *arguments: {
        declaration for argument in arguments for declaration in declared(partial(function, argument)) if declaration
    }


def test_lists_of_any_length_have_one_plan(plans, parts):
    assert plans(lambda count: list(parts.filter(pk__in=range(count))), 65, 650, 6500) == {"@P1 nvarchar(max)"}


def test_rows_of_any_number_have_one_plan(plans, parts):
    def create_and_update(count):
        made = Part.objects.bulk_create([Part(code="x") for _ in range(count)])
        Part.objects.bulk_update(made, ["code"])

    assert plans(create_and_update, 3, 30, 300) == {"@P1 nvarchar(max)"}


def test_the_values_of_a_short_list_have_one_type(plans, shop):
    """Each order of the types that they have by themselves would be a plan."""
    keys = plans(lambda keys: list(ContentType.objects.filter(pk__in=keys)), [1, 2**40], [2**40, 1])
    assert keys == {"@P1 bigint,@P2 bigint"}
    names = plans(lambda names: list(ContentType.objects.filter(model__in=names)), ["a", "b" * 60], ["b" * 60, "a"])
    assert names == {"@P1 nvarchar(450),@P2 nvarchar(450)"}


def test_a_list_is_no_parameter(shop):
    with connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match="a placeholder for each of its values"):
            cursor.execute("SELECT 1 WHERE 1 IN %s", [(1, 2)])
        cursor.execute("SELECT 1 WHERE 1 IN (%s, %s)", (1, 2))
        assert cursor.fetchall() == [(1,)]


def test_the_longest_duration_is_a_number(shop):
    longest = datetime.timedelta.max
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(%s AS decimal(38, 0)) WHERE %s > 1", [longest, longest])
        assert cursor.fetchone() == (longest // datetime.timedelta(microseconds=1),)
