"""Foreign keys that OPTIONS["unenforced_foreign_keys"] leaves out."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import migrations, models
from fake_catalog import FakeCatalog
from schema_models import field_of, model

from mssql_core.schema import unenforced_keys
from mssql_core.schema.unenforced_keys import UnenforcedKeys
from mssql_core.testing import fake_connection


def alias(*names):
    return fake_connection(options={"unenforced_foreign_keys": list(names)})


def city(**options):
    country = model("Country", "country", code=models.CharField(max_length=2, unique=True, null=True))
    return model("City", "city", country=models.ForeignKey(country, models.CASCADE, to_field="code", **options))


def script(connection, *steps):
    """What sqlmigrate prints."""
    with FakeCatalog().installed(connection), connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for step in steps:
            step(editor)
    return "\n".join(editor.collected_sql)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The foreign keys of these models are known by name, without an app."""
    monkeypatch.setattr(UnenforcedKeys, "_is_foreign_key", staticmethod(lambda name: name == "a.City.country"))


LEFT_OUT = "-- Without its foreign key: a.City.country (OPTIONS['unenforced_foreign_keys'])"


def test_a_new_table_is_without_the_key():
    text = script(alias("a.City.country"), lambda editor: editor.create_model(city()))
    assert "FOREIGN KEY" not in text and "CREATE INDEX" in text and text.count(LEFT_OUT) == 1
    assert "FOREIGN KEY" in script(alias(), lambda editor: editor.create_model(city()))


def test_it_is_so_without_a_script():
    connection = alias("a.City.country")
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.create_model(city())
    assert connection.driver.sql[-1].startswith("CREATE TABLE") and len(editor.deferred_sql) == 1


def test_so_is_a_new_column_and_one_that_becomes_a_key():
    towns = city()
    field = towns._meta.get_field("country")
    text = script(alias("a.City.country"), lambda editor: editor.add_field(towns, field))
    assert "FOREIGN KEY" not in text and text.count(LEFT_OUT) == 1
    plain = field_of(towns, "country", models.CharField(max_length=2, db_column="country_id"))
    text = script(alias("a.City.country"), lambda editor: editor.alter_field(towns, plain, field))
    assert "FOREIGN KEY" not in text and text.count(LEFT_OUT) == 1


def test_the_model_s_case_is_no_matter_and_other_keys_stay():
    country = model("Country", "country")
    both = model(
        "City",
        "city",
        country=models.ForeignKey(country, models.CASCADE, related_name="+"),
        twin=models.ForeignKey(country, models.CASCADE, related_name="+"),
    )
    text = script(alias("a.City.country"), lambda editor: editor.create_model(both))
    assert text.count("FOREIGN KEY") == 1 and "([twin_id])" in text
    assert alias("a.CITY.country").unenforced_keys.leaves_out(both._meta.get_field("country"))


def test_the_check_of_the_key_becomes_a_warning():
    field = city()._meta.get_field("country")
    (message,) = alias("a.City.country").validation.check_field(field)
    assert message.id == "mssql_core.W005" and message.obj is field and "unenforced_foreign_keys" in message.hint
    (message,) = alias().validation.check_field(field)
    assert message.id == "mssql_core.E003" and "'a.City.country'" in message.hint
    assert "unenforced_foreign_keys" in message.hint


def test_a_wrong_name_is_an_error_that_names_it(monkeypatch):
    monkeypatch.setattr(unenforced_keys, "foreign_keys", lambda: iter(["a.City.country"]))
    connection = alias("a.City.contry")
    with pytest.raises(ImproperlyConfigured, match="'a.City.contry'.*Did you mean 'a.City.country'"):
        connection.schema_editor(collect_sql=True)
    (message,) = [each for each in connection.validation.check() if each.id == "mssql_core.E007"]
    assert "'a.City.contry'" in message.msg


@pytest.mark.parametrize("value", ["a.City.country", ["City.country"], [1], {"a.City.country": True}])
def test_what_is_no_list_of_names_is_refused(value):
    with pytest.raises(ImproperlyConfigured, match="unenforced_foreign_keys.*app_label.Model.field"):
        fake_connection(options={"unenforced_foreign_keys": value}).options_read()


def test_the_keys_of_the_project_s_models_are_known(monkeypatch):
    monkeypatch.undo()
    names = list(unenforced_keys.foreign_keys())
    assert {"auth.Permission.content_type", "auth.User_groups.user"} <= set(names)
    assert list(alias(*names).unenforced_keys.wrong_names()) == []
    assert len(list(alias(names[0] + "x", "nosuch.Model.field").unenforced_keys.wrong_names())) == 2


WRONG = (
    "DATABASES['default']['OPTIONS']['unenforced_foreign_keys'] names %r, which is no foreign key of the project's "
    "models and migrations."
)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("auth.Permission.content_type", None),
        ("auth.permission.content_type", None),
        ("auth.Permission.contenttype", " Did you mean 'auth.Permission.content_type'?"),
        ("auth.Permission.name", " Did you mean 'auth.Permission.content_type'?"),
        ("auth.Nosuch.user", " Did you mean 'auth.User_groups.user'?"),
        # Alike by little more than half.
        ("auth.Right.type", " Did you mean 'auth.Permission.content_type'?"),
        ("x.Yyyyyyyyyyyyyyyyy.z", ""),
    ],
)
def test_each_wrong_name_is_told_with_the_nearest_right_one(monkeypatch, name, hint):
    monkeypatch.undo()
    monkeypatch.setattr(
        unenforced_keys, "foreign_keys", lambda: iter(["auth.User_groups.user", "auth.Permission.content_type"])
    )
    expected = [] if hint is None else [WRONG % name + hint]
    assert list(alias("auth.User_groups.user", name).unenforced_keys.wrong_names()) == expected


def test_a_key_of_the_same_name_in_another_app_stays(monkeypatch):
    monkeypatch.undo()
    own = alias("auth.Permission.content_type").unenforced_keys
    owner = model("ContentType", "content_type")
    key = models.ForeignKey(owner, models.CASCADE)
    assert own.leaves_out(apps.get_model("auth.Permission")._meta.get_field("content_type"))
    assert not own.leaves_out(model("Permission", "permission", content_type=key)._meta.get_field("content_type"))
    without = models.ForeignKey(owner, models.CASCADE, db_constraint=False)
    meta = {"app_label": "auth"}
    assert not own.leaves_out(model("Permission", "p", meta, content_type=without)._meta.get_field("content_type"))
    plain = model("Permission", "p", meta, content_type=models.IntegerField())
    assert not own.leaves_out(plain._meta.get_field("content_type"))


@pytest.fixture
def migrated(monkeypatch):
    """An app whose migrations have renamed a model and a field."""
    migration = migrations.Migration("0001_initial", "a")
    migration.operations = [
        migrations.CreateModel(
            "Town", [("land", models.ForeignKey("a.B", models.CASCADE)), ("name", models.TextField())]
        ),
        migrations.CreateModel("Shop", [("owner", models.ForeignKey("a.B", models.CASCADE))]),
        migrations.AddField("Shop", "number", models.IntegerField()),
        migrations.AlterField("Shop", "number", models.ForeignKey("a.B", models.CASCADE)),
        migrations.SeparateDatabaseAndState([], [migrations.RenameModel("Town", "City")]),
        migrations.RenameField("City", "land", "country"),
        migrations.RenameField("Shop", "place", "country"),
    ]
    loader = type("Loader", (), {"disk_migrations": {("a", "0001_initial"): migration}})
    monkeypatch.setattr(unenforced_keys, "MigrationLoader", lambda *args, **options: loader)


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("a.Town.land", True),
        ("a.City.land", True),
        ("a.City.country", True),
        ("a.Shop.owner", True),
        # A column that was made a key.
        ("a.Shop.number", True),
        ("a.City.nosuch", False),
        ("a.Nosuch.land", False),
        # A key of another model, and what is no key.
        ("a.Shop.land", False),
        ("a.City.owner", False),
        ("a.Town.name", False),
    ],
)
def test_names_that_only_migrations_have_are_known(migrated, name, is_known):
    assert (list(alias(name).unenforced_keys.wrong_names()) == []) is is_known


@pytest.mark.parametrize(
    ("model_name", "name", "expected"),
    [("Town", "land", True), ("City", "land", True), ("City", "place", False), ("Shop", "land", False)],
)
def test_the_names_that_a_key_had_before_are_left_out_with_it(migrated, model_name, name, expected):
    field = models.ForeignKey(model("B", "b"), models.CASCADE)
    former = model(model_name, "former", **{name: field})._meta.get_field(name)
    assert alias("a.City.country").unenforced_keys.leaves_out(former) is expected
