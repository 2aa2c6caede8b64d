"""A table that migrations altered is the table that its last models make at once."""

import pytest
from harness.catalogues import catalogue, empty


@pytest.fixture(scope="module")
def altered(server):
    with empty(server, "altered") as connection:
        yield connection


@pytest.fixture(scope="module")
def at_once(server):
    with empty(server, "at_once") as connection:
        yield connection


def text(**options):
    from django.db import models

    return models.CharField(max_length=10, **options)


def cases():
    """Lists of migrations' operations, by what they are about."""
    from django.db import migrations, models
    from django.db.models import Q
    from django.db.models.functions import Lower

    def table(*fields, **options):
        key = ("id", models.BigAutoField(primary_key=True))
        return migrations.CreateModel(
            "T", [key, ("c", text()), ("d", models.IntegerField(default=1)), *fields], options
        )

    null, not_null = (
        migrations.AlterField("t", "c", text(null=True)),
        migrations.AlterField("t", "c", text(default="x")),
    )
    low = ("low", models.GeneratedField(expression=Lower("c"), output_field=text(), db_persist=True))
    some = models.UniqueConstraint(fields=["c"], condition=Q(d=1), name="u")
    unique = {
        "an expression": table(constraints=[models.UniqueConstraint(Lower("c"), name="u")]),
        "an expression for some": table(constraints=[models.UniqueConstraint(Lower("c"), condition=Q(d=1), name="u")]),
        "a condition": table(constraints=[some]),
        "a field": table(constraints=[models.UniqueConstraint(fields=["c"], name="u")]),
        "fields together": table(unique_together={("c", "d")}),
        "a generated field": table(low, constraints=[models.UniqueConstraint(fields=["low"], name="u")]),
    }
    others = {
        "a generated field": table(low),
        "an index of an expression": table(indexes=[models.Index(Lower("c"), name="i")]),
    }
    for name, create in [*unique.items(), *others.items()]:
        yield "%s, in two migrations" % name, [[create], [null]]
        yield "%s, in one migration" % name, [[create, null]]
        yield "%s, and back" % name, [[create], [null], [not_null]]
        yield "%s, and back in one migration" % name, [[create, null, not_null]]
    for name, create in unique.items():
        if "together" not in name:
            yield "%s, no more" % name, [[create, migrations.RemoveConstraint("t", "u")]]


def apply(connection, number, operations, state):
    from django.db import migrations

    migration = migrations.Migration("%04d" % number, "a")
    migration.operations = operations
    with connection.schema_editor(atomic=True) as editor:
        return migration.apply(state, editor)


@pytest.mark.parametrize("steps", [pytest.param(steps, id=name) for name, steps in cases()])
def test_null_or_not(altered, at_once, steps):
    from django.db.migrations.state import ProjectState

    state = ProjectState()
    for number, operations in enumerate(steps):
        state = apply(altered, number, operations, state)
    t = state.apps.get_model("a", "T")
    with at_once.schema_editor() as editor:
        editor.create_model(t)
    try:
        assert catalogue(altered) == catalogue(at_once)
        if t._meta.get_field("c").null:
            for connection in (altered, at_once):
                for number in (1, 2):
                    t.objects.using(connection.alias).create(c=None, d=1 if t._meta.constraints else number)
    finally:
        for connection in (altered, at_once):
            with connection.schema_editor() as editor:
                editor.delete_model(t)
