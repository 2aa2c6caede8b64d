import pytest
from django.db.models import CharField, DateField, DecimalField, IntegerField, TextField, Value
from django.db.models.functions import Cast, Coalesce, Collate, Greatest, Least, NullIf
from ormtests.models import Author

authors = Author.objects.order_by()
AGE = "[ormtests_author].[age]"


def expression(compiled, function, **arguments):
    return compiled.expression(authors.annotate(x=function), **arguments)


@pytest.mark.parametrize(
    ("field", "db_type"),
    [
        (IntegerField(), "int"),
        (CharField(max_length=20), "nvarchar(20)"),
        (TextField(), "nvarchar(max)"),
        (DecimalField(max_digits=8, decimal_places=2), "numeric(8, 2)"),
        (DateField(), "date"),
    ],
)
def test_casts(compiled, field, db_type):
    assert expression(compiled, Cast("age", field)) == "CAST(%s AS %s)" % (AGE, db_type)


def test_nulls_have_a_type(compiled):
    """COALESCE of nothing but NULL is error 4127."""
    sql = expression(compiled, Coalesce(Value(None, IntegerField()), Value(None, IntegerField())))
    assert sql == "COALESCE(CAST(NULL AS int), CAST(NULL AS int))"
    assert expression(compiled, Coalesce(None, None, output_field=IntegerField())) == "CAST(NULL AS int)"


def test_collations(compiled):
    sql = expression(compiled, Collate("name", "Latin1_General_100_BIN2"))
    assert sql == "[ormtests_author].[name] COLLATE Latin1_General_100_BIN2"


def test_a_collation_brings_nothing_else(compiled):
    with pytest.raises(ValueError, match="Invalid collation name: 'a--b'"):
        expression(compiled, Collate("name", "a--b"))


def test_extremes(compiled):
    """NULLs are skipped in both forms."""
    assert expression(compiled, Greatest("age", Value(3)), version="2022") == "GREATEST(%s, %%s)" % AGE
    sql = expression(compiled, Least("age", Value(3)), version="2019")
    assert sql == "(SELECT MIN([__v]) FROM (VALUES (%s), (%%s)) AS [__t] ([__v]))" % AGE


def test_null_if(compiled):
    assert expression(compiled, NullIf("age", Value(3))) == "NULLIF(%s, %%s)" % AGE
