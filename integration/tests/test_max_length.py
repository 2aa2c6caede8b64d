"""Migrations that say BinaryField(max_length="max"), as those written under mssql-django do."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

pytestmark = pytest.mark.usefixtures("shop")


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(
            "Scan", [("id", models.BigAutoField(primary_key=True)), ("data", models.BinaryField(max_length="max"))]
        ),
        migrations.AddField("Scan", "more", models.BinaryField(max_length="max", null=True)),
    ]


class WithoutLength(migrations.Migration):
    """What makemigrations writes, once mssql-django no longer gives each BinaryField this length."""

    operations = [
        migrations.AlterField("Scan", "data", models.BinaryField()),
        migrations.AlterField("Scan", "more", models.BinaryField(null=True)),
    ]


def migration(kind=Migration):
    return kind(kind.__name__, "scans")


def test_migrate_makes_columns_of_any_length():
    state = ProjectState()
    with connection.schema_editor() as editor:
        state = migration().apply(state, editor)
    Scan = state.apps.get_model("scans", "Scan")
    made = Scan.objects.create(data=b"\0" * 9000, more=b"\1" * 9000)
    assert (bytes(made.data), bytes(Scan.objects.get().more)) == (b"\0" * 9000, b"\1" * 9000)
    assert [error for field in Scan._meta.fields for error in connection.validation.check_field(field)] == []
    with connection.schema_editor(collect_sql=True) as editor:
        migration(WithoutLength).apply(state, editor)
    assert [sql for sql in editor.collected_sql if not sql.startswith("--")] == []
    with connection.schema_editor() as editor:
        migration().unapply(ProjectState(), editor)


def test_sqlmigrate_writes_them():
    with connection.schema_editor(collect_sql=True) as editor:
        migration().apply(ProjectState(), editor)
    assert "".join(editor.collected_sql).count("varbinary(max)") == 2
