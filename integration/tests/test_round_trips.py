"""Messages to the server, counted in the journal of what arrived."""

import datetime
import json

import pytest
from demo.shop.models import Customer, Order

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def messages(server):
    """Call it with a function: the journal entries that the function caused."""
    if server.journal is None:
        pytest.skip("only the sandbox keeps a journal; a real server's messages are not counted")

    def count(function):
        before = len(server.journal())
        function()
        return server.journal()[before:]

    return count


def kinds(entries):
    return [entry["kind"] for entry in entries]


def test_reconnect_is_login_and_one_message(messages):
    from django.db import connection

    connection.ensure_connection()
    connection.close()
    entries = messages(connection.ensure_connection)
    assert kinds(entries)[0] == "login" and len(entries) == 2, entries


def test_select_with_parameters_is_one_message(messages):

    list(Customer.objects.filter(country="DE"))
    entries = messages(lambda: list(Customer.objects.filter(country="FR")))
    assert len(entries) == 1, entries


def test_atomic_and_select_are_three_messages(messages):
    from django.db import transaction

    def work():
        with transaction.atomic():
            list(Customer.objects.filter(country="DE"))

    assert len(messages(work)) == 3


def test_create_with_nulls_is_one_message(messages):

    now = datetime.datetime.now(datetime.timezone.utc)
    created = []
    entries = messages(
        lambda: created.append(
            Customer.objects.create(name="Nil", email="nil@example.com", country="XX", vat_id=None, created=now)
        )
    )
    created[0].delete()
    assert len(entries) == 1, entries


def test_2500_keys_are_one_message(messages):

    entries = messages(lambda: Order.objects.filter(pk__in=range(1, 2501)).count())
    assert len(entries) == 1, entries


def test_a_tables_constraints_are_one_message(messages):
    from django.db import connection

    told = {}

    def ask():
        with connection.cursor() as cursor:
            told.update(connection.introspection.get_constraints(cursor, Order._meta.db_table))

    assert len(messages(ask)) == 1
    assert any(constraint["primary_key"] for constraint in told.values())
    assert any(constraint["foreign_key"] for constraint in told.values())


def test_printing_a_query_sends_nothing(messages):

    entries = messages(lambda: str(Order.objects.filter(pk__in=range(1, 2501), customer__country="DE").query))
    assert entries == []


def test_journal_never_holds_a_password(server, shop):
    if server.journal is None:
        pytest.skip("only the sandbox keeps a journal")
    assert server.password not in json.dumps(server.journal())
