import pytest
from django.apps.registry import Apps
from django.db import models
from django.test import override_settings
from orm import since
from schema_models import CONDITION, database_action

from mssql_core.testing import fake_connection


class World:
    """Models of a registry of their own."""

    def __init__(self):
        self.apps = Apps(["ormtests"])

    def model(self, name, constraints=(), meta=(), **fields):
        attributes = {"app_label": "ormtests", "apps": self.apps, "constraints": list(constraints), **dict(meta)}
        meta = type("Meta", (), attributes)
        return type(name, (models.Model,), {"__module__": "w", "Meta": meta, **fields})

    def messages(self, **settings):
        connection = fake_connection(**settings)
        messages = []
        for model in self.apps.get_models(include_auto_created=True):
            for field in model._meta.local_concrete_fields:
                messages += connection.validation.check_field(field)
        return messages

    def ids(self):
        return [message.id for message in self.messages()]


@pytest.fixture
def world():
    return World()


# ---- 1776 ------------------------------------------------------------------------------


def code(**options):
    return models.CharField(max_length=9, **options)


def test_a_target_that_takes_null_is_refused(world):
    country = world.model("Country", code=code(unique=True, null=True))
    city = world.model("City", country=models.ForeignKey(country, models.CASCADE, to_field="code"))
    (message,) = world.messages()
    assert message.id == "mssql_core.E003" and message.obj is city._meta.get_field("country")
    assert "ormtests.Country.code" in message.msg and "1776" in message.msg
    assert "null=False" in message.hint and "db_constraint=False" in message.hint


@pytest.mark.parametrize(
    ("target", "reference"),
    [
        ({"unique": True}, {}),
        ({"unique": True, "null": True}, {"db_constraint": False}),
    ],
)
def test_what_the_server_takes_is_no_matter(world, target, reference):
    country = world.model("Country", code=code(**target))
    world.model("City", country=models.ForeignKey(country, models.CASCADE, to_field="code", **reference))
    assert world.ids() == []


def test_tables_of_others_are_no_matter(world):
    country = world.model("Country", code=code(unique=True, null=True))
    world.model("City", meta={"managed": False}, country=models.ForeignKey(country, models.CASCADE, to_field="code"))
    view = world.model("View", meta={"managed": False}, code=code(unique=True, null=True))
    world.model("Line", view=models.ForeignKey(view, models.CASCADE, to_field="code"))
    assert world.ids() == []


def test_models_for_other_databases_are_no_matter(world):
    country = world.model("Country", code=code(unique=True, null=True))
    other = {"required_db_vendor": "postgresql"}
    world.model("City", meta=other, country=models.ForeignKey(country, models.CASCADE, to_field="code"))
    world.model("Node", meta=other, parent=cascade("self"))
    assert world.ids() == []


def test_a_unique_constraint_with_a_filter_is_no_target(world):
    unique = models.UniqueConstraint(fields=["code"], name="u")
    country = world.model("Country", [unique], code=code(null=True))
    world.model("City", country=models.ForeignKey(country, models.CASCADE, to_field="code"))
    assert world.ids() == ["mssql_core.E003"]


@since(5, 0)
@pytest.mark.parametrize(
    ("fields", "options", "ids"),
    [
        (["code"], {}, []),
        (["code"], {"nulls_distinct": True}, ["mssql_core.E003"]),
        (["code"], {"condition": models.Q(code__gt="a")}, ["mssql_core.E003"]),
        (["code", "label"], {}, ["mssql_core.E003"]),
        (["label"], {}, ["mssql_core.E003"]),
    ],
)
def test_one_without_a_filter_is(world, fields, options, ids):
    unique = models.UniqueConstraint(fields=fields, name="u", **{"nulls_distinct": False, **options})
    check = models.CheckConstraint(name="c", **{CONDITION: models.Q(code__gt="a")})
    country = world.model("Country", [check, unique], code=code(null=True), label=code())
    world.model("City", country=models.ForeignKey(country, models.CASCADE, to_field="code"))
    assert world.ids() == ids


def test_a_reference_to_nobody_is_djangos_to_refuse(world):
    world.model("City", country=models.ForeignKey("Nowhere", models.CASCADE), other=cascade("Nowhere"))
    assert world.ids() == []


# ---- 1785 ------------------------------------------------------------------------------

ACTIONS = [database_action("CASCADE"), database_action("SET NULL")]


def cascade(target, action=ACTIONS[0], **options):
    return models.ForeignKey(target, action, null=True, related_name="+", **options)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_reference_to_the_own_table_is_a_cycle(world, action):
    node = world.model("Node", parent=cascade("self", action))
    (message,) = world.messages()
    assert message.id == "mssql_core.E004" and message.obj is node._meta.get_field("parent")
    assert message.msg.startswith("ormtests.Node.parent closes a cycle of cascades: ormtests.Node.parent.")
    assert "1785" in message.msg and "DO_NOTHING" in message.hint


def test_a_longer_cycle_is_told_once(world):
    one = world.model("One", two=cascade("Two"))
    world.model("Two", one=cascade(one))
    (message,) = world.messages()
    assert "ormtests.Two.one closes a cycle of cascades: ormtests.Two.one > ormtests.One.two." in message.msg


@pytest.mark.parametrize("action", ACTIONS)
def test_two_references_to_one_table(world, action):
    user = world.model("User")
    world.model("Note", author=cascade(user), editor=cascade(user, action))
    (message,) = world.messages()
    assert message.msg.startswith(
        "Deleting ormtests.User reaches ormtests.Note by two paths of cascades: ormtests.Note.author; and ormtests.Note.editor."
    )


def test_two_paths_over_other_tables(world):
    country = world.model("Country")
    customer = world.model("Customer", country=cascade(country))
    shop = world.model("Shop", country=cascade(country))
    world.model("Order", customer=cascade(customer), shop=cascade(shop))
    (message,) = world.messages()
    assert message.msg.startswith(
        "Deleting ormtests.Country reaches ormtests.Order by two paths of cascades: ormtests.Customer.country > ormtests.Order.customer; "
        "and ormtests.Shop.country > ormtests.Order.shop."
    )


def test_a_path_that_a_reference_above_completes(world):
    order = world.model("Order", customer=cascade("Customer"), shop=cascade("Shop"))
    country = world.model("Country")
    world.model("Customer", country=cascade(country))
    shop = world.model("Shop", country=cascade(country))
    (message,) = world.messages()
    assert message.obj is shop._meta.get_field("country") and order._meta.label in message.msg


def test_the_nearest_of_several_conflicts_is_told(world):
    """Nearest to the reference that closes it, whatever the order of the models."""
    world.model("Line", order=cascade("Order"))
    country = world.model("Country")
    region = world.model("Region", country=cascade(country))
    customer, shop = (world.model(name, region=cascade(region)) for name in ("Customer", "Shop"))
    order = world.model("Order", customer=cascade(customer), shop=cascade(shop))
    (message,) = world.messages()
    assert message.obj is order._meta.get_field("shop")
    assert message.msg.startswith(
        "Deleting ormtests.Region reaches ormtests.Order by two paths of cascades: ormtests.Customer.region > "
        "ormtests.Order.customer; and ormtests.Shop.region > ormtests.Order.shop."
    )


def test_a_path_may_go_on_below_the_reference_that_closes_it(world):
    user = world.model("User")
    note = world.model("Note", author=cascade("Author"), user=cascade(user))
    author = world.model("Author", user=cascade(user))
    (message,) = world.messages()
    assert message.obj is author._meta.get_field("user") and note
    assert message.msg.startswith(
        "Deleting ormtests.User reaches ormtests.Note by two paths of cascades: ormtests.Note.user; and "
        "ormtests.Author.user > ormtests.Note.author."
    )


class Elsewhere:
    """A router that keeps the models named Far out of the database."""

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return db != "default" or model_name != "far"


def test_cascades_in_another_database_are_no_matter(world):
    user = world.model("User")
    far = world.model("Far", user=cascade(user))
    world.model("Note", far=cascade(far), user=cascade(user))
    world.model("Node", parent=cascade("self"))
    with override_settings(DATABASE_ROUTERS=[Elsewhere()]):
        assert [message.obj.name for message in world.messages()] == ["parent"]
    assert [message.obj.name for message in world.messages()] == ["user", "parent"]


def test_two_names_of_one_table_are_one(world):
    """The server compares names of tables without regard to case, as its collation says."""
    user = world.model("User", meta={"db_table": "users"})
    view = world.model("View", meta={"db_table": "USERS", "managed": False})
    world.model("Note", author=cascade(user), editor=cascade(view))
    (message,) = world.messages()
    assert "ormtests.Note.author; and ormtests.Note.editor" in message.msg


def test_trees_and_unconstrained_references_are_taken(world):
    country = world.model("Country")
    customer = world.model("Customer", country=cascade(country), parent=cascade("self", models.DO_NOTHING))
    product = world.model("Product")
    world.model(
        "Order",
        customer=cascade(customer),
        product=cascade(product),
        country=cascade(country, db_constraint=False),
        origin=cascade(country, models.DO_NOTHING),
    )
    assert world.ids() == []


def test_tables_of_the_same_name_in_two_schemas_are_two(world):
    user = world.model("User")
    other = type(
        "Other", (models.Model,), {"__module__": "w", "Meta": _meta(world, '"b"."note"'), "user": cascade(user)}
    )
    type("Note", (models.Model,), {"__module__": "w", "Meta": _meta(world, "note"), "user": cascade(user)})
    assert other and world.messages(options={"schema": "a"}) == []
    assert len(world.messages(options={"schema": "b"})) == 1


def _meta(world, table):
    return type("Meta", (), {"app_label": "ormtests", "apps": world.apps, "db_table": table})
