"""Fixtures whose rows come before the rows that they name."""

import io
import json
import uuid

import pytest
from demo.shop.models import Customer, Order
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

KEYS = "SELECT COUNT(*) FROM sys.foreign_keys WHERE is_disabled = 1 OR is_not_trusted = 1"


@pytest.fixture
def fixture_of(tmp_path, shop):
    """Call it with the key of an order's customer: a file with the order before the customer."""

    def write(customer):
        rows = json.loads(call("dumpdata", "shop.order", "--pks", str(Order.objects.order_by("pk")[0].pk)))
        rows += json.loads(call("dumpdata", "shop.customer", "--pks", str(Customer.objects.order_by("pk")[0].pk)))
        rows[0]["pk"], rows[1]["pk"] = 900001, 900002
        rows[0]["fields"].update(customer=customer, reference="fixture")
        rows[1]["fields"].update(email="fixture@example.com", vat_id=None, number=str(uuid.uuid4()))
        path = tmp_path / "rows.json"
        path.write_text(json.dumps(rows))
        return str(path)

    return write


def call(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out, verbosity=1)
    return out.getvalue()


def doubtful():
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        return cursor.fetchone()[0]


def test_rows_may_come_before_what_they_name(fixture_of):
    path, before = fixture_of(900002), doubtful()
    with transaction.atomic():
        call_command("loaddata", path, verbosity=0)
        assert Order.objects.get(pk=900001).customer_id == 900002
        assert doubtful() == before
        transaction.set_rollback(True)


def test_only_the_tables_written_are_altered(server, fixture_of):
    if server.journal is None:
        pytest.skip("only the sandbox keeps a journal")
    path = fixture_of(900002)
    start = len(server.journal())
    with transaction.atomic():
        call_command("loaddata", path, verbosity=0)
        transaction.set_rollback(True)
    texts = [json.dumps(entry) for entry in server.journal()[start:]]
    altered = [text for text in texts if "ALTER TABLE" in text]
    assert altered and all("order" in text or "customer" in text for text in altered), altered


def test_a_row_without_what_it_names_is_refused(fixture_of):
    path, before = fixture_of(999999), doubtful()
    with pytest.raises(IntegrityError):
        call_command("loaddata", path, verbosity=0)
    assert doubtful() == before and not Order.objects.filter(pk=900001).exists()


def test_refused_rows_leave_the_transaction_open(fixture_of):
    path, before = fixture_of(999999), doubtful()
    with transaction.atomic():
        order = Order.objects.order_by("pk")[0]
        Order.objects.filter(pk=order.pk).update(note="kept")
        with pytest.raises(
            IntegrityError, match="foreign key 'shop_order_customer_id_[^']*' of the table 'shop_order'"
        ):
            call_command("loaddata", path, verbosity=0)
        assert Order.objects.get(pk=order.pk).note == "kept"
        assert doubtful() == before and not Order.objects.filter(pk=900001).exists()
        transaction.set_rollback(True)
