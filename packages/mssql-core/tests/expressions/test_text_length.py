import django
import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat, Lower, Replace
from django.db.models.sql import UpdateQuery
from ormtests.models import Author, Collated

from mssql_core.testing import fake_connection

TEXT = {"output_field": CharField()}
authors = Author.objects.order_by()


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        (Concat("name", "code"), "CONCAT([ormtests_author].[name], [ormtests_author].[code])"),
        (Concat("name", Value("x" * 4000)), "CONCAT(CAST([ormtests_author].[name] AS nvarchar(max)), %s)"),
        (Concat(Lower("name"), "age", **TEXT), "CONCAT(LOWER([ormtests_author].[name]), [ormtests_author].[age])"),
        (Concat(Value("x" * 3990), "age", **TEXT), "CONCAT(CAST(%s AS nvarchar(max)), [ormtests_author].[age])"),
        (Concat(Value("😀" * 2000), "name"), "CONCAT(CAST(%s AS nvarchar(max)), [ormtests_author].[name])"),
    ],
)
def test_a_text_that_may_grow_beyond_4000_characters_is_max(compiled, expression, sql):
    assert compiled.expression(authors.annotate(x=expression)) == sql


def test_text_replaced_by_longer_text(compiled):
    short = compiled.expression(authors.annotate(x=Replace("name", Value("a"), Value("b"))))
    grown = compiled.expression(authors.annotate(x=Replace("name", Value("a"), Value("b" * 81))))
    assert short.startswith("(REPLACE([ormtests_author].[name] COLLATE ")
    assert grown.startswith("(REPLACE(CAST([ormtests_author].[name] AS nvarchar(max)) COLLATE ")


def test_sums_of_texts(compiled):
    def assigned(value):
        query = authors.query.chain(UpdateQuery)
        query.add_update_values({"name": value})
        return query.get_compiler(connection=fake_connection()).as_sql()[0]

    assert "[name] = ([ormtests_author].[name] + [ormtests_author].[code])" in assigned(F("name") + F("code"))
    grown = assigned(F("name") + F("code") + Value("x" * 4000))
    assert "(CAST(([ormtests_author].[name] + [ormtests_author].[code]) AS nvarchar(max)) + %s)" in grown


def test_a_pattern_from_a_column_is_not_cut_by_its_escapes(compiled):
    sql = compiled.where(Collated.objects.filter(name__contains=F("name")))
    # Django 3.2 has no brackets around the column.
    column = "([ormtests_collated].[name])" if django.VERSION >= (4, 0) else "[ormtests_collated].[name]"
    assert "REPLACE(CAST(%s AS nvarchar(max)), N'\\', N'\\\\')" % column in sql
