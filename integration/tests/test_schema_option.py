"""An alias whose tables live in a schema that is not the login's: nothing reaches the default one."""

import io

import pytest
from harness.project import new_alias

SCHEMA = "crm"
ALIAS = "crm"
CACHE = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "pages"}


class Router:
    def db_for_read(self, model, **hints):
        return ALIAS

    db_for_write = db_for_read


@pytest.fixture(scope="module")
def crm(server):
    from django.test import override_settings

    entry = server.database("crm", plugins=["json"], schema=SCHEMA)
    with override_settings(CACHES={"default": CACHE}, DATABASE_ROUTERS=[Router()]), new_alias(ALIAS, entry) as opened:
        opened.creation.create_test_db(verbosity=0, autoclobber=True)
        yield opened
        opened.creation.destroy_test_db("crm", verbosity=0)


def rows(connection, sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def schemas(connection):
    return {name for (name,) in rows(connection, "SELECT DISTINCT SCHEMA_NAME(schema_id) FROM sys.tables")}


def test_migrations_fill_the_schema_alone(crm):
    from django.core.management import call_command

    assert SCHEMA in schemas(crm) and "dbo" not in schemas(crm)
    assert {"shop_customer", "django_migrations", "pages"} <= set(crm.introspection.table_names())
    call_command("migrate", database=ALIAS, verbosity=0)
    call_command("createcachetable", database=ALIAS, verbosity=0)


def test_rows_are_written_read_changed_and_deleted(crm):
    from django.contrib.auth.models import Group, Permission

    groups = Group.objects.using(ALIAS)
    one, two = groups.bulk_create([Group(name="one"), Group(name="two")])
    assert rows(crm, "SELECT COUNT(*) FROM [crm].[auth_group]")[0][0] == groups.count() == 2
    one.permissions.set(Permission.objects.using(ALIAS).filter(content_type__app_label="auth"))
    assert groups.filter(permissions__codename="add_group").get() == one
    assert groups.prefetch_related("permissions").get(pk=one.pk).permissions.count() > 3
    assert groups.filter(permissions__codename="add_group").update(name="first") == 1
    assert groups.get_or_create(name="first")[1] is False
    with_conflict = groups.bulk_create([Group(name="first"), Group(name="third")], ignore_conflicts=True)
    assert len(with_conflict) == 2 and groups.count() == 3
    groups.filter(permissions__isnull=True).delete()
    groups.get().delete()
    assert groups.count() == 0


def test_the_schema_editor_changes_tables_there(crm):
    from django.db import models

    class Part(models.Model):
        number = models.IntegerField(null=True, unique=True)
        whole = models.ForeignKey("self", models.CASCADE, null=True)

        class Meta:
            app_label = "shop"

    with crm.schema_editor() as editor:
        editor.create_model(Part)
    old, new = Part._meta.get_field("number"), models.BigIntegerField(db_index=True)
    new.set_attributes_from_name("number")
    new.model = Part
    with crm.schema_editor() as editor:
        editor.alter_field(Part, old, new)
        editor.alter_db_table(Part, "shop_part", "shop_piece")
    Part._meta.db_table = "shop_piece"
    with crm.cursor() as cursor:
        constraints = crm.introspection.get_constraints(cursor, "shop_piece")
        targets = [details["foreign_key"] for details in constraints.values() if details["foreign_key"]]
    assert targets == [("shop_piece", "id")]
    with crm.schema_editor() as editor:
        editor.alter_db_table(Part, "shop_piece", '"parts"."piece"')
    assert '"parts"."piece"' in crm.introspection.table_names()
    with crm.schema_editor() as editor:
        editor.alter_db_table(Part, '"parts"."piece"', "shop_part")
    Part._meta.db_table = "shop_part"
    with crm.schema_editor() as editor:
        editor.delete_model(Part)
    assert SCHEMA in schemas(crm) and "dbo" not in schemas(crm)


def test_inspectdb_writes_bare_names(crm):
    from django.core.management import call_command

    out = io.StringIO()
    call_command("inspectdb", "auth_group", database=ALIAS, stdout=out)
    assert "db_table = 'auth_group'" in out.getvalue()


def test_flush_empties_the_tables(crm):
    from django.contrib.auth.models import Group
    from django.core.management import call_command

    Group.objects.using(ALIAS).create(name="x")
    call_command("flush", database=ALIAS, interactive=False, verbosity=0, reset_sequences=True)
    assert Group.objects.using(ALIAS).count() == 0
    assert Group.objects.using(ALIAS).create(name="x").pk == 1


def test_the_database_cache(crm):
    from django.core.cache import cache

    cache.set("a", 1)
    assert cache.get("a") == 1 and cache.incr("a") == 2
    assert rows(crm, "SELECT COUNT(*) FROM [crm].[pages]")[0][0] == 1
    cache.clear()
    assert cache.get("a") is None
