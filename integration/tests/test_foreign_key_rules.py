"""The system checks of foreign keys say what the server says: no more, and no less."""

import itertools
import random

import pytest
from django.apps.registry import Apps
from django.db import DatabaseError, models

pytestmark = pytest.mark.usefixtures("shop")
_numbers = itertools.count()


class World:
    """Models of a registry of their own, with tables of a prefix of their own."""

    def __init__(self):
        self.apps = Apps(["demo.shop"])
        self.prefix = "fk%d_" % next(_numbers)

    def model(self, name, constraints=(), **fields):
        meta = {"app_label": "shop", "apps": self.apps, "db_table": self.prefix + name, "constraints": constraints}
        attributes = {"__module__": "demo.shop.models", "Meta": type("Meta", (), meta), **fields}
        return type(name, (models.Model,), attributes)

    def told(self):
        """The errors that the checks name."""
        from django.db import connection

        return {
            number
            for model in self.apps.get_models()
            for field in model._meta.local_concrete_fields
            for message in connection.validation.check_field(field)
            for number in (1776, 1785)
            if "error %d" % number in message.msg
        }

    def refused(self):
        """The error that making the tables gives."""
        from django.db import connection, transaction

        try:
            with connection.schema_editor() as editor:
                for model in self.apps.get_models():
                    editor.create_model(model)
        except DatabaseError as error:
            return {error.__cause__.number}
        with connection.schema_editor() as editor, transaction.atomic():
            for model in reversed(self.apps.get_models()):
                editor.delete_model(model)
        return set()


def cascade(target, action="DB_CASCADE", **options):
    return models.ForeignKey(target, getattr(models, action), null=True, related_name="+", **options)


@pytest.fixture
def world():
    if not hasattr(models, "DB_CASCADE"):
        pytest.skip("The database carries out on_delete since Django 6.1.")
    return World()


@pytest.mark.parametrize(
    ("field", "constraint", "expected"),
    [
        ({"unique": True}, {}, set()),
        ({"unique": True, "null": True}, {}, {1776}),
        ({"null": True}, {}, {1776}),
        ({"null": True}, {"nulls_distinct": False}, set()),
    ],
)
def test_targets(world, field, constraint, expected):
    unique = [models.UniqueConstraint(fields=["code"], name=world.prefix + "u", **constraint)]
    country = world.model("country", unique, code=models.CharField(max_length=5, **field))
    world.model("city", country=models.ForeignKey(country, models.CASCADE, to_field="code"))
    assert world.told() == world.refused() == expected


@pytest.mark.parametrize("action", ["DB_CASCADE", "DB_SET_NULL"])
@pytest.mark.parametrize("references", [["node"], ["root", "root"], ["root", "leaf"], ["root"], []])
def test_actions(world, action, references):
    world.model("root")
    world.model("leaf", root=cascade("root", action))
    world.model("node", **{"f%d" % number: cascade(target, action) for number, target in enumerate(references)})
    assert world.told() == world.refused() == ({1785} if references not in (["root"], []) else set())


@pytest.mark.parametrize("seed", range(16))
def test_any_references(world, seed):
    choice = random.Random(seed)
    names = ["t%d" % number for number in range(4)]
    for index, name in enumerate(names):
        known = names if seed % 4 == 0 else names[:index]
        targets = choice.sample(known, k=min(len(known), choice.randrange(3)))
        actions = [choice.choice(["DB_CASCADE", "DB_CASCADE", "DB_SET_NULL", "DO_NOTHING"]) for _ in targets]
        pairs = zip(targets, actions)
        world.model(name, **{"f%d" % number: cascade(*pair) for number, pair in enumerate(pairs)})
    assert world.told() == world.refused()
