"""The examples of docs/differences.md run."""

import contextlib
import re
from pathlib import Path

import pytest
from django.apps.registry import Apps
from django.db import DataError, ProgrammingError, connection, models, transaction

import mssql_core
from mssql_core.fields import LegacyDateTimeField, VarcharField
from mssql_core.testing import compile_sql

pytest.importorskip("zoneinfo")
pytestmark = pytest.mark.usefixtures("shop")
PAGE = Path(mssql_core.__file__).parents[2] / "docs" / "differences.md"
EXAMPLES = re.findall(r"^## (.*?)$|^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def examples():
    section = ""
    for title, code in EXAMPLES:
        section = title or section
        if code:
            yield pytest.param(code, id=section)


class Item(models.Model):
    code = models.CharField(max_length=10, null=True)
    label = models.CharField(max_length=10, null=True, db_collation="Latin1_General_100_BIN2")
    data = models.BinaryField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=5, null=True)
    at = models.DateTimeField(null=True)
    changed = LegacyDateTimeField(null=True)
    legacy = VarcharField(max_length=10, null=True)
    key = models.UUIDField(null=True)

    class Meta:
        app_label, apps = "differences", Apps()


@pytest.fixture(scope="module")
def items(shop):
    with connection.schema_editor() as editor:
        editor.create_model(Item)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Item)


@contextlib.contextmanager
def refused(error):
    with pytest.raises(error), transaction.atomic():
        yield


@pytest.mark.parametrize("code", list(examples()))
def test_example(items, code):
    from datetime import datetime, timezone
    from decimal import Decimal
    from uuid import UUID

    from django.db.models import Avg, Case, DecimalField, F, Func, IntegerField, Q, Value, When
    from django.db.models.functions import Cast, Collate, Concat, ExtractHour
    from zoneinfo import ZoneInfo

    names = {
        "Item": Item, "DataError": DataError, "refused": refused, "Func": Func, "IntegerField": IntegerField,
        "Decimal": Decimal, "datetime": datetime, "timezone": timezone, "ZoneInfo": ZoneInfo, "UUID": UUID,
        "Avg": Avg, "Cast": Cast, "Concat": Concat, "DecimalField": DecimalField, "F": F, "Value": Value,
        "Case": Case, "Collate": Collate, "ProgrammingError": ProgrammingError, "Q": Q, "When": When,
        "compile_sql": compile_sql, "ExtractHour": ExtractHour,
    }  # fmt: skip
    with transaction.atomic():
        exec(compile(code, str(PAGE), "exec"), names)
        transaction.set_rollback(True)
