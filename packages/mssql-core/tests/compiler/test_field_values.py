import datetime
import uuid
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.db import DataError, models
from django.db.models.functions import Cast, Coalesce
from ormtests.models import Author, Book
from typed import typed

from mssql_core.compat.orm import STORES_JSON_NULL
from mssql_core.compiler.field_values import (
    base_type,
    check_results,
    compared,
    decimal_digits,
    is_text,
    named,
    stored,
    whole_value,
)
from mssql_core.compiler.json_values import carried_values
from mssql_core.connection.parameters import TypedParam
from mssql_core.testing import fake_connection

PRICE = Book._meta.get_field("price")
PARIS = datetime.timezone(datetime.timedelta(minutes=9, seconds=21))
NAME = Author._meta.get_field("name")


class Coded(models.CharField):
    def db_type(self, connection):
        return "varchar(20)"


class Legacy(models.DateTimeField):
    def db_type(self, connection):
        return "datetime"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.5", "1.5"), ("0.125", "0.13"), ("-0.125", "-0.13"), ("0.1" + "0" * 60 + "1", "0.10"), ("9" * 30, "9" * 30)],
)
def test_a_decimal_is_stored_with_the_places_of_its_field(connection, value, expected):
    assert stored(PRICE, Decimal(value), connection) == TypedParam(Decimal(expected), "numeric(8, 2)")


def test_it_is_compared_as_it_is(connection):
    assert compared(PRICE, Decimal("0.125"), connection) == ("%s", Decimal("0.125"))


@pytest.mark.parametrize("function", [stored, compared])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        (NAME, "a\ud800"),
        (PRICE, Decimal("1" * 39)),
        (Book._meta.get_field("rating"), float("nan")),
        (PRICE, Decimal("Infinity")),
        (Book._meta.get_field("author"), "\ud800"),
        (Book._meta.get_field("published"), datetime.datetime(1, 1, 1, tzinfo=PARIS)),
    ],
    ids=ascii,
)
def test_what_cannot_be_stored_is_refused_by_the_fields_name(connection, function, field, value):
    with pytest.raises(DataError) as told:
        function(field, value, connection)
    state, text = told.value.args
    assert state in ("22003", "22007", "22021") and text.startswith("%s: " % field)
    assert " cannot be stored: " in text or "out of the years 1 to 9999" in text


def test_a_plugin_changes_or_refuses_the_text_of_a_document(connection, monkeypatch):
    field = models.JSONField(name="data")

    def stored_document(text):
        if text == "null":
            raise ValueError("no null.")
        return text.upper()

    assert stored(field, '{"a": 1}', connection) == '{"a": 1}'
    monkeypatch.setattr(connection.ops, "stored_document", stored_document)
    assert stored(field, '{"a": 1}', connection) == '{"A": 1}' and stored(NAME, "a", connection) == "a"
    assert carried_values(field, ['{"a": 1}', None], connection)[1] == ['{"A": 1}', None]
    with pytest.raises(DataError, match="data.*: no null"):
        stored(field, "null", connection)


def test_constants_in_expressions_are_documents_too(connection, monkeypatch):
    field, document = models.JSONField(name="data"), models.JSONField()
    texts = []
    monkeypatch.setattr(connection.ops, "stored_document", lambda text: texts.append(text) or text)
    constant, nothing = models.Value([1], document), models.Value(None, document)
    for expression in (
        models.Case(models.When(pk=1, then=constant), default=constant),
        Coalesce("data", models.ExpressionWrapper(constant, document)),
        Cast(constant, document),
    ):
        check_results(field, expression, connection)
    assert texts == ["[1]"] * 4
    # What is no document itself, and the field's NULL.
    for expression in (
        Coalesce(nothing, nothing),
        models.Value("x"),
        models.F("data"),
        models.Value([1], field_of_model()),
    ):
        check_results(field, expression, connection)
    assert texts == ["[1]"] * 4
    assert whole_value(field, nothing, connection) is nothing
    assert texts[4:] == ["null"] * STORES_JSON_NULL


def field_of_model():
    """What stored() sees on being compiled."""
    field = models.JSONField(name="data")
    field.model = Author
    return field


def test_a_foreign_key_to_decimals_has_their_places(connection):
    class Rate(models.Model):
        percent = models.DecimalField(max_digits=5, decimal_places=3, primary_key=True)

        class Meta:
            app_label, apps = "values", Apps()

    class Loan(models.Model):
        rate = models.OneToOneField(Rate, models.CASCADE, primary_key=True)

        class Meta:
            app_label, apps = "values", Rate._meta.apps

    class Part(models.Model):
        loan = models.ForeignKey(Loan, models.CASCADE)

        class Meta:
            app_label, apps = "values", Rate._meta.apps

    assert stored(Loan._meta.get_field("rate"), Decimal("1.2345"), connection) == TypedParam(
        Decimal("1.235"), "numeric(5, 3)"
    )
    assert decimal_digits(Part._meta.get_field("loan")) == (5, 3)
    assert (
        decimal_digits(Book._meta.get_field("author")) == decimal_digits(NAME) == decimal_digits(None) == (None, None)
    )


def test_a_decimal_that_has_the_places_stays_what_it_is(connection):
    value = Decimal("1.50")
    assert stored(PRICE, value, connection).value is value


@pytest.mark.parametrize("db_type", ["char(5)", "varchar(20)", "nchar(5)", "NVARCHAR ( max )", " nvarchar(5)"])
def test_columns_of_text(connection, db_type):
    assert is_text(typed(models.CharField, db_type), connection)


def test_what_is_no_text(connection):
    assert not is_text(PRICE, connection) and not is_text(typed(models.CharField, "text"), connection)
    # Neither has a column.
    assert base_type(models.ManyToManyField(Author), connection) == base_type(None, connection) == ""
    assert base_type(typed(models.CharField, ""), connection) == ""


def test_each_field_of_an_application_s_own_class_is_asked_for_its_type(connection):
    """One of Django's own classes has one type."""
    kind = type(typed(models.CharField, "char(5)"))
    short, long = kind(), kind()
    short.sql_type, long.sql_type = "char(5)", "text"
    assert [base_type(field, connection) for field in (short, long, NAME, NAME)] == [
        "char",
        "text",
        "nvarchar",
        "nvarchar",
    ]
    assert connection.base_types == {models.CharField: "nvarchar"}


def test_a_field_that_is_no_model_s_is_named_by_its_class():
    assert (named(models.CharField()), named(NAME)) == ("CharField", "ormtests.Author.name")


@pytest.mark.parametrize("db_type", ["char(5)", "varchar(20)", "text"])
def test_what_a_code_page_lacks_is_refused_with_its_remedy(db_type):
    """The server would store a question mark, or a letter without its accent."""
    connection = fake_connection(collation="Cyrillic_General_CI_AS")
    for field in (typed(models.Field, db_type), typed(models.CharField, db_type)):
        assert stored(field, "ж", connection) == "ж" and stored(field, "x", connection) == "x"
        with pytest.raises(DataError) as told:
            stored(field, "x\xfc", connection)
        assert told.value.args == (
            "22018",
            "Typed: 'x\\xfc' cannot be stored: the code page of the collation Cyrillic_General_CI_AS has not all of its "
            "characters. An nvarchar column has.",
        )
    assert stored(typed(models.CharField, db_type, db_collation="Latin1_General_CI_AS"), "ü", connection) == "ü"
    assert stored(typed(models.CharField, "nvarchar(5)"), "ü", connection) == "ü"
    # No code page is known: the server decides.
    assert stored(typed(models.CharField, db_type, db_collation="Nonesuch_CI_AS"), "ü", connection) == "ü"


def test_varchar_columns_are_compared_with_varchar(connection):
    assert compared(Coded(), "abc", connection) == ("%s", TypedParam("abc", "varchar(8000)"))
    assert compared(Coded(), "ü", connection) == ("CAST(%s AS varchar(8000))", "ü")
    assert compared(Coded(), "Ł", connection) == ("%s", "Ł")
    assert compared(Coded(db_collation="Polish_CI_AS"), "ü", connection) == ("CAST(%s AS varchar(8000))", "ü")
    assert compared(Coded(db_collation="Cyrillic_General_CI_AS"), "ü", connection) == ("%s", "ü")
    assert compared(NAME, "abc", connection) == ("%s", "abc")
    assert compared(typed(models.Field, "char(5)"), "ü", connection) == ("CAST(%s AS varchar(8000))", "ü")
    # Two code pages have to hold it: the column's, and the database's, by which CAST makes it.
    polish = fake_connection(collation="Polish_CI_AS")
    assert compared(Coded(db_collation="Latin1_General_CI_AS"), "ñ", polish) == ("%s", "ñ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a" * 8000, ("%s", TypedParam("a" * 8000, "varchar(8000)"))),
        ("a" * 8001, ("%s", TypedParam("a" * 8001, "varchar(max)"))),
        # In UTF-8 a character has up to four bytes.
        ("ü" * 2000, ("CAST(%s AS varchar(8000))", "ü" * 2000)),
        ("ü" * 2001, ("%s", "ü" * 2001)),
    ],
    ids=len,
)
def test_varchar_ends_at_8000_bytes(connection, value, expected):
    assert compared(Coded(), value, connection) == expected


@pytest.mark.parametrize(
    ("kind", "lookup_name", "at", "steps"),
    [
        ("datetime", "exact", "2026-05-06 07:08:09.125", True),
        ("datetime", "gt", "2026-05-06 07:08:09.120", True),
        ("datetime", "gt", "2026-05-06 07:08:09.123", True),
        ("datetime", "gt", "2026-05-06 07:08:09.127", True),
        ("datetime", "gt", "2026-05-06 07:08:09.125", False),
        ("datetime", "gt", "2026-05-06 07:08:09.121", False),
        ("datetime", "gt", "2026-05-06 07:08:09.123500", False),
        ("datetime", "lte", "2026-05-06 07:08:09.999999", False),
        ("datetime", "exact", "1753-01-01 00:00:00", True),
        ("datetime", "exact", "1752-12-31 23:59:59", False),
        ("datetime", "exact", "9999-12-31 23:59:59.997", True),
        ("datetime", "exact", "9999-12-31 23:59:59.998", False),
        ("smalldatetime", "exact", "2026-05-06 07:08:09", True),
        ("smalldatetime", "gt", "2026-05-06 07:08:00", True),
        ("smalldatetime", "gt", "2026-05-06 07:08:09", False),
        ("smalldatetime", "gt", "2026-05-06 07:08:00.123", False),
        ("smalldatetime", "exact", "1900-01-01 00:00:00", True),
        ("smalldatetime", "exact", "1899-12-31 23:59:59", False),
        ("smalldatetime", "exact", "2079-06-06 23:59:29", True),
        ("smalldatetime", "exact", "2079-06-06 23:59:30", False),
        ("datetime2", "exact", "2026-05-06 07:08:09.125", False),
    ],
)
def test_legacy_moments_are_compared_in_their_steps(connection, kind, lookup_name, at, steps):
    """Only where the column can have the value: else the last microsecond of a day would become the next day."""
    at = datetime.datetime.fromisoformat(at)
    mark, value = compared(typed(models.DateTimeField, kind), at, connection, lookup_name)
    assert (mark, value) == ("CAST(%%s AS %s)" % kind if steps else "%s", at)


def test_equality_is_what_a_comparison_is_by_itself(connection):
    at = datetime.datetime(2026, 5, 6, 7, 8, 9, 125000)
    assert compared(Legacy(), at, connection) == ("CAST(%s AS datetime)", at)


def test_a_moment_before_the_type_begins_is_no_error(connection):
    """datetime begins in 1753: nothing is equal to it (error 242)."""
    assert compared(Legacy(), datetime.datetime(1600, 1, 1), connection)[0] == "%s"


def test_uuids_as_char_32(connection):
    """The databases of mssql-django have them: get(pk=...) seeks."""
    connection = fake_connection(options={"uuid_type": "char(32)"})
    key = uuid.uuid4().hex
    assert compared(models.UUIDField(), key, connection) == ("%s", TypedParam(key, "varchar(8000)"))


class Text(str):
    pass


class Moment(datetime.datetime):
    pass


def test_values_of_subclasses_are_stored_like_those_of_their_bases(connection):
    with pytest.raises(DataError, match="code page"):
        stored(Coded(name="code"), Text("\u0141"), connection)
    with pytest.raises(DataError, match="lone surrogate"):
        stored(NAME, Text("\ud800"), connection)
    at = Moment(2026, 5, 6, 7, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert stored(Legacy(), at, connection) == Moment(2026, 5, 6, 5)


def test_a_moment_beyond_the_years_of_the_time_zone_is_refused(connection):
    first = datetime.datetime(1, 1, 1, tzinfo=PARIS)
    for function in (stored, compared):
        with pytest.raises(DataError, match=r"Legacy: .* cannot be stored: in the connection's time zone"):
            function(Legacy(), first, connection)
