import django
import pytest
from django.db import connection, models
from schema_models import model

from mssql_core.schema import fields


def field(kind, **options):
    return model(field=kind(**options))._meta.get_field("field")


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        (models.CharField, {"max_length": 10, "db_index": True}, True),
        (models.CharField, {"max_length": 10}, False),
        (models.CharField, {"max_length": 10, "db_index": True, "unique": True}, False),  # its key is an index
        (models.TextField, {"db_index": True}, False),  # error 1919
    ],
)
def test_db_index_makes_an_index_where_the_type_can_be_a_key(kind, options, expected):
    assert fields.is_indexed(field(kind, **options), connection) is expected


def test_only_a_key_with_a_constraint_is_constrained():
    other = model("Other", "a_other")
    key = {"to": other, "on_delete": models.CASCADE}
    assert fields.is_constrained(field(models.ForeignKey, **key), connection)
    assert not fields.is_constrained(field(models.ForeignKey, **key, db_constraint=False), connection)
    assert not fields.is_constrained(field(models.IntegerField), connection)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"max_length": 10}, {"max_length": 10, "null": True}, True),
        ({"max_length": 10}, {"max_length": 11}, False),
        ({"max_length": 10}, {"max_length": 10, "db_collation": "Latin1_General_BIN2"}, False),
    ],
)
def test_type_and_collation_make_the_column(old, new, expected):
    old, new = (field(models.CharField, **options) for options in (old, new))
    assert fields.same_type(old, new, connection) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"unique": True}, True),
        ({"unique": True}, {"unique": True}, False),
        ({"unique": True}, {}, False),
        ({}, {"primary_key": True}, False),
        ({"primary_key": True}, {"unique": True}, True),
    ],
)
def test_when_a_unique_key_is_to_be_made(old, new, expected):
    old, new = (models.IntegerField(**options) for options in (old, new))
    assert bool(fields.became_unique(old, new)) is expected


def test_a_check_of_the_type_names_no_column():
    """So that renaming the column leaves it the same."""
    positive = field(models.PositiveIntegerField)
    assert fields.type_check(positive, connection) == "[__column_name__] >= 0"
    assert fields.type_check(field(models.IntegerField), connection) is None


class Older:
    """A field of a Django without the attributes that came later."""


def test_what_older_fields_lack_they_do_not_have():
    assert fields.is_computed(Older()) is False and not fields.has_db_default(Older())
    assert fields.comment_of(Older()) is None and fields.collation_of(Older(), {}) is None


@pytest.mark.parametrize(
    ("params", "expected"),
    [({}, "C1"), ({"collation": "C2"}, "C2"), ({"collation": None}, None)],
)
def test_the_parameters_of_a_field_say_its_collation_since_they_have_one(params, expected):
    assert fields.collation_of(models.CharField(max_length=1, db_collation="C1"), params) == expected


@pytest.mark.parametrize(
    ("options", "differs"),
    [
        ({}, False),
        ({"db_comment": "New."} if django.VERSION >= (4, 2) else {}, False),
        ({"null": True}, True),
        ({"db_column": "other"}, True),
        ({"unique": True}, True),
        ({"verbose_name": "new", "help_text": "New.", "blank": True, "editable": False}, django.VERSION < (4, 1)),
    ],
)
def test_what_a_key_can_feel_of_a_changed_field(options, differs):
    old, new = field(models.IntegerField), field(models.IntegerField, **options)
    assert fields.only_comment_differs(old, new) is not differs


def test_a_verbose_name_is_no_difference_that_a_key_could_feel():
    assert fields.only_comment_differs(field(models.IntegerField), field(models.IntegerField))
    assert not fields.only_comment_differs(field(models.IntegerField), field(models.BigIntegerField))
