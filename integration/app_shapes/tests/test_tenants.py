"""Rows of each tenant in a database of its own, by a router."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, router, transaction
from django.db.models import Sum
from harness.catalogues import catalogue
from harness.project import new_alias

TENANTS = ("north", "south")
OWN = {"client", "invoice"}


class Router:
    """The present tenant's alias for the models that each tenant has for itself."""

    current = None

    def _alias(self, model):
        is_own = model._meta.app_label == "tenants" and model._meta.model_name in OWN
        return self.current if is_own else None

    def db_for_read(self, model, **hints):
        return self._alias(model)

    db_for_write = db_for_read

    def allow_relation(self, one, other, **hints):
        return one._state.db == other._state.db

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        is_own = app_label == "tenants" and model_name in OWN
        return is_own if db in TENANTS else None


@pytest.fixture(scope="module")
def databases(server, database):
    """Two more databases, with the tenants' own tables."""
    from django.test import override_settings

    routes = Router()
    with override_settings(DATABASE_ROUTERS=[routes]):
        north, south = (server.database(name, plugins=["json"]) for name in TENANTS)
        with new_alias("north", north) as one, new_alias("south", south) as two:
            for connection in (one, two):
                connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            yield routes
            for connection in (one, two):
                connection.creation.destroy_test_db(connection.alias, verbosity=0)


@pytest.fixture
def tenant(databases):
    """A function that names the present tenant."""
    from app_shapes.tenants.models import Client, Tenant

    def use(alias):
        databases.current = alias

    yield use
    for alias in TENANTS:
        use(alias)
        Client.objects.all().delete()
    use(None)
    Tenant.objects.all().delete()


def test_each_database_has_its_own_tables(databases):
    for alias in TENANTS:
        tables = catalogue(connections[alias])
        assert {name for name in tables if name.startswith("tenants_")} == {"tenants_client", "tenants_invoice"}
    assert "tenants_tenant" in catalogue(connections["default"], "tenants_")


def test_rows_stay_with_their_tenant(tenant):
    from app_shapes.tenants.models import Client, Invoice, Tenant

    for alias in TENANTS:
        Tenant.objects.create(name=alias.title(), alias=alias)
        tenant(alias)
        client = Client.objects.create(name="Client of " + alias)
        Invoice.objects.bulk_create(Invoice(client=client, number=n, total=Decimal(n)) for n in range(1, 4))
    for one in Tenant.objects.order_by("name"):
        tenant(one.alias)
        assert Client.objects.get().name == "Client of " + one.alias
        assert Client.objects.get().invoices.aggregate(sum=Sum("total"))["sum"] == 6
        assert Client.objects.get()._state.db == one.alias == router.db_for_write(Invoice)
    north, south = (Client.objects.using(alias).get() for alias in TENANTS)
    with pytest.raises(ValueError, match="database router"):
        north.invoices.first().client = south


def test_a_failure_in_one_leaves_the_other(tenant):
    from app_shapes.tenants.models import Client, Invoice

    with transaction.atomic(using="north"):
        one = Client.objects.using("north").create(name="n")
        with pytest.raises(IntegrityError, match="tenants_total"), transaction.atomic(using="south"):
            two = Client.objects.using("south").create(name="s")
            Invoice.objects.using("south").create(client=two, total=-1)
    assert Client.objects.using("north").get() == one and not Client.objects.using("south").exists()


def test_rows_move_between_tenants_by_their_keys(tenant):
    from app_shapes.tenants.models import Client, Invoice

    source = Client.objects.using("north").create(name="moves")
    Invoice.objects.using("north").create(client=source, number=7, total=Decimal("1.5"))
    for model in (Client, Invoice):
        rows = list(model.objects.using("north").order_by("pk"))
        model.objects.using("south").bulk_create(rows)
    moved = Invoice.objects.using("south").select_related("client").get(number=7)
    assert (moved.client.name, moved.client.pk) == ("moves", source.pk)
    assert Client.objects.using("south").create(name="next").pk > source.pk
