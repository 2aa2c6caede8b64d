"""What mssql_doctor tells of JSON."""

from django.db import models
from django.test.utils import isolate_apps

from mssql_core.testing import fake_connection
from mssql_json.findings import findings


class Database:
    """An ExaminedDatabase whose tables are all the project's but one."""

    def __init__(self, checks=(), model=None, **server):
        connection = fake_connection(**server)
        connection.ensure_connection()
        self.server, self.checks, self._model = connection.server, checks, model

    def rows(self, sql):
        assert "sys.check_constraints" in sql
        return self.checks

    def model(self, schema, table):
        return self._model

    def of_project(self, rows):
        return [row for row in rows if row[1] != "others"]


def test_a_level_without_json():
    (told,) = findings(Database(compatibility_level=120))
    assert told.level == "error" and "level 120" in told.text
    assert list(findings(Database(compatibility_level=130))) == []


@isolate_apps("jsontests")
def test_a_check_that_takes_no_scalars():
    class Page(models.Model):
        meta = models.JSONField()
        text = models.TextField()

        class Meta:
            app_label = "jsontests"

    checks = [
        ("dbo", "page", "page_meta_check", "(isjson([Meta])=(1))"),
        ("dbo", "page", "text_check", "(isjson([text])=(1))"),
        ("dbo", "page", "fine", "(isjson([meta])=(1) OR isjson((N'['+[meta])+N']')=(1))"),
        ("dbo", "others", "x", "(isjson([meta])=(1))"),
    ]
    (told,) = findings(Database(checks, model=Page))
    assert told.text.startswith("The columns of jsontests.Page.meta take JSON objects and arrays only")
    assert "ReplaceJSONChecks" in told.remedy and told.level == "warning"


def test_the_doctor_asks_the_plugin():
    from mssql_core.checks import advice

    connection = fake_connection(plugins=["json"], compatibility_level=120)
    assert [told.text for told in advice.all_findings(connection) if "plugin 'json'" in told.text]
