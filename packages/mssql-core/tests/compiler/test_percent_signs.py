"""Percent signs in names are no placeholders, on any path."""

import pytest
from django.db import models
from django.db.models import F
from django.db.models.sql.subqueries import DeleteQuery, InsertQuery, UpdateQuery
from django.test.utils import isolate_apps
from orm import executed

from mssql_core.names import in_query


@pytest.fixture
def kinds():
    with isolate_apps("ormtests"):

        class Rate(models.Model):
            vat = models.CharField(max_length=9, db_column="VAT %", primary_key=True)
            text = models.CharField(max_length=9, db_column="%s %% %(x)s", unique=True)

            class Meta:
                app_label = "ormtests"
                db_table = "100%s"

        class Line(models.Model):
            rate = models.ForeignKey(Rate, models.CASCADE, db_column="%d", to_field="text")

            class Meta:
                app_label = "ormtests"
                db_table = '"a%s"."b%%"'

    return Rate, Line


def sent(query, *arguments, answers=()):
    ((sql, _),) = executed(
        lambda connection: query.get_compiler(connection=connection).execute_sql(*arguments), answers=answers
    )
    return sql


def test_a_quoted_name_in_a_query():
    assert [in_query(name) for name in ("[a]", "[%]", "[%s%%]")] == ["[a]", "[%%]", "[%%s%%%%]"]


def test_reading(kinds):
    rate, line = kinds
    sql = sent(line.objects.filter(rate__vat="x").order_by("-rate__text").query)
    assert "INNER JOIN [100%s] ON ([a%s].[b%%].[%d] = [100%s].[%s %% %(x)s]) WHERE [100%s].[VAT %] = ?" in sql
    assert sql.endswith("ORDER BY [a%s].[b%%].[%d] DESC")
    assert str(rate.objects.filter(vat="x").query).endswith("WHERE [100%s].[VAT %] = x")


def test_writing(kinds):
    rate, line = kinds
    insert = InsertQuery(rate)
    insert.insert_values(rate._meta.local_concrete_fields, [rate(vat="1", text="x")])
    assert sent(insert) == "INSERT INTO [100%s] ([VAT %], [%s %% %(x)s]) VALUES (?, ?)"
    rows = rate.objects.filter(vat="1").query
    assert sent(rows.chain(DeleteQuery), "cursor") == "DELETE FROM [100%s] WHERE [100%s].[VAT %] = ?"
    update = rate.objects.filter(vat="1").query.chain(UpdateQuery)
    update.add_update_values({"text": F("vat")})
    assert sent(update, "cursor") == "UPDATE [100%s] SET [%s %% %(x)s] = [100%s].[VAT %] WHERE [100%s].[VAT %] = ?"
    update = line.objects.filter(pk=1).query.chain(UpdateQuery)
    update.add_update_values({"rate_id": "x"})
    assert sent(update, "cursor") == "UPDATE [a%s].[b%%] SET [%d] = ? WHERE [a%s].[b%%].[id] = ?"


def test_what_an_insert_returns(kinds):
    insert = InsertQuery(kinds[1])
    insert.insert_values([kinds[1]._meta.get_field("rate")], [kinds[1](rate_id="x"), kinds[1](rate_id="y")])
    answers = [("INSERT", [(0, 1), (1, 2)])]
    sql = sent(insert, [kinds[1]._meta.pk], answers=answers)
    assert "MERGE INTO [a%s].[b%%] USING" in sql and "INSERT ([%d])" in sql
