"""An app of others whose foreign key refers to a unique field that takes NULL, with that key left out by the alias."""

import io

import pytest
from harness.project import new_alias

KEY = "regions.City.country"
FILES = {
    "__init__.py": "",
    "models.py": """
from django.db import models

class Country(models.Model):
    code = models.CharField(max_length=2, unique=True, null=True)

class City(models.Model):
    country = models.ForeignKey(Country, models.CASCADE, to_field="code", null=True)
    twin = models.ForeignKey("self", models.SET_NULL, null=True)
""",
    "migrations/__init__.py": "",
    # The model and the field had other names once, under which the key is made.
    "migrations/0001_initial.py": """
from django.db import migrations, models

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Country", [
            ("id", models.BigAutoField(primary_key=True)),
            ("code", models.CharField(max_length=2, unique=True, null=True)),
        ]),
        migrations.CreateModel("Town", [
            ("id", models.BigAutoField(primary_key=True)),
            ("land", models.ForeignKey("regions.Country", models.CASCADE, to_field="code", null=True)),
            ("twin", models.ForeignKey("self", models.SET_NULL, null=True)),
        ]),
    ]
""",
    "migrations/0002_names.py": """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("regions", "0001_initial")]
    operations = [
        migrations.RenameModel("Town", "City"),
        migrations.RenameField("City", "land", "country"),
        migrations.AlterField("Country", "code", models.CharField(max_length=2, unique=True, null=True, db_index=True)),
    ]
""",
}


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    """The app, installed."""
    from django.test import modify_settings

    folder = tmp_path_factory.mktemp("apps")
    for name, text in FILES.items():
        path = folder / "regions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        with modify_settings(INSTALLED_APPS={"append": "regions"}):
            yield


@pytest.fixture(scope="module")
def database(server, regions):
    """The name of a database with the app's tables, made by migrate with the option."""
    with new_alias("regions", entry(server, [KEY])) as connection:
        name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        yield name
        connection.creation.destroy_test_db("regions", verbosity=0)


def entry(server, names, **others):
    return {**server.database("regions", plugins=["json"], unenforced_foreign_keys=list(names)), **others}


@pytest.fixture
def alias(server, database):
    """A function: names -> context of an alias of that database with the option."""

    def of(*names):
        return new_alias("other", entry(server, names, NAME=database))

    return of


def command(*arguments, **options):
    from django.core.management import call_command

    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, database="other", stdout=out, stderr=err, no_color=True, **options)
    return out.getvalue() + err.getvalue()


def test_migrations_run_and_the_rows_are_as_in_other_databases(alias):
    from django.apps import apps

    with alias(KEY) as connection:
        city, country = apps.get_model("regions", "City"), apps.get_model("regions", "Country")
        with connection.cursor() as cursor:
            assert set(connection.introspection.get_relations(cursor, city._meta.db_table)) == {"twin_id"}
        country.objects.using("other").create(code=None)
        land = country.objects.using("other").create(code="nl")
        made = city.objects.using("other").create(country=land)
        assert city.objects.using("other").get(country__code="nl") == made
        land.delete()
        assert not city.objects.using("other").exists()
        command("migrate", "regions", "zero", verbosity=0)
        text = command("migrate", "regions", skip_checks=False)
    assert "mssql_core.W005" in text and KEY in text


def test_scripts_leave_it_out_and_say_so(alias):
    with alias(KEY):
        text = command("sqlmigrate", "regions", "0001")
    assert text.count("FOREIGN KEY") == 1 and "-- Without its foreign key: regions.Town.land" in text


def test_without_the_option_the_check_names_it(alias):
    from django.core.management.base import SystemCheckError

    with alias(), pytest.raises(SystemCheckError) as failure:
        command("migrate", "regions", skip_checks=False)
    assert "mssql_core.E003" in str(failure.value) and "unenforced_foreign_keys" in str(failure.value)
    assert KEY in str(failure.value)


def test_a_wrong_name_is_told_before_anything_is_made(alias):
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import SystemCheckError

    with alias(KEY, "regions.City.contry"):
        with pytest.raises(SystemCheckError, match="'regions.City.contry'.*Did you mean 'regions.City.country'"):
            command("migrate", "regions", skip_checks=False)
        with pytest.raises(ImproperlyConfigured, match="'regions.City.contry'"):
            command("sqlmigrate", "regions", "0001")
