import pytest
from django.apps.registry import Apps
from django.core import checks
from django.db import models
from django.test.utils import isolate_apps

from mssql_core.plugin import hookimpl
from mssql_core.testing import fake_connection


class Checked:
    @hookimpl
    def mssql_checks(self, settings):
        return [checks.Info("seen %s" % settings.alias, id="x.I001")]


def field(kind, **options):
    meta = type("Meta", (), {"app_label": "a", "apps": Apps()})
    model = type("Thing", (models.Model,), {"__module__": "a", "Meta": meta, "field": kind(**options)})
    return model._meta.get_field("field")


def ids(messages):
    return [message.id for message in messages]


def test_checks_of_plugins_are_asked():
    assert ids(fake_connection(plugins=["%s:Checked" % __name__]).validation.check()) == ["x.I001"]


def test_options_without_effect_are_told():
    (message,) = fake_connection(options={"return_rows_bulk_insert": True}).validation.check()
    assert message.id == "mssql_core.W001" and "return_rows_bulk_insert" in message.msg


def test_a_json_field_needs_its_plugin(connection):
    (message,) = connection.validation.check_field(field(models.JSONField))
    assert message.id == "mssql_core.E001" and "mssql-core[json]" in message.hint


@isolate_apps("ormtests")
def test_a_json_field_without_its_plugin_is_one_message_beside_none_of_django_s():
    class Document(models.Model):
        body = models.JSONField()

        class Meta:
            app_label = "ormtests"

    (message,) = Document._meta.get_field("body").check(databases=["default"])
    assert message.id == "mssql_core.E001" and message.msg.startswith("DATABASES['default'] has no plugin")


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        (models.TextField, {"unique": True}, ["mssql_core.E002"]),
        (models.TextField, {"db_index": True}, ["fields.W162"]),
        (models.TextField, {}, []),
        (models.CharField, {"max_length": 450, "unique": True}, []),
    ],
)
def test_a_max_type_is_no_key_of_an_index(connection, kind, options, expected):
    assert ids(connection.validation.check_field(field(kind, **options))) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [("a].[b", ["mssql_core.E005"]), ('"a"."b"', ["mssql_core.E005"]), ("a.b", []), ("[a]", []), ("a]b", [])],
)
@isolate_apps("ormtests")
def test_a_column_of_an_intermediate_table_is_no_table(connection, column, expected):
    class Left(models.Model):
        lonely = models.ForeignKey("self", models.CASCADE, db_column=column)

        class Meta:
            app_label = "ormtests"

    class Right(models.Model):
        lefts = models.ManyToManyField(Left, through="Between")

        class Meta:
            app_label = "ormtests"

    class Between(models.Model):
        left = models.ForeignKey(Left, models.CASCADE, db_column=column)
        right = models.ForeignKey(Right, models.CASCADE)
        number = models.IntegerField(db_column=column + "2")

        class Meta:
            app_label = "ormtests"

    check = connection.validation.check_field
    assert ids(check(Between._meta.get_field("left"))) == expected
    for kind, name in ((Left, "lonely"), (Between, "right"), (Between, "number")):
        assert ids(check(kind._meta.get_field(name))) == []


def test_the_output_field_of_a_generated_one_has_no_column(connection):
    output = models.IntegerField()
    output.model = field(models.IntegerField).model
    assert ids(connection.validation.check_field(output)) == []
