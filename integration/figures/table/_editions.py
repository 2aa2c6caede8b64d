"""The behaviour of mssql-fabric on each edition, as functions that fail otherwise."""

from __future__ import annotations

import contextlib
import logging
from decimal import Decimal
from io import StringIO
from typing import Any, Callable, Iterator
from unittest import mock

from cloud.gateway import Gateway
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import NotSupportedError, models
from django.db.migrations.exceptions import MigrationSchemaMissing
from harness.project import new_alias
from harness.server import Server

from figures.compatibility import probes
from mssql_core.plugin import Capability, Edition

ALIAS = "edition"
EDITIONS = {
    "azure": Edition.AZURE_SQL_DATABASE,
    "managed-instance": Edition.MANAGED_INSTANCE,
    "fabric": Edition.FABRIC_SQL_DATABASE,
    "warehouse": Edition.FABRIC_WAREHOUSE,
}
# Capabilities that the sandbox does not support, or not on each edition.
_NOT_TRIED = (Capability.JSON_AGGREGATES, Capability.JSON_CONTAINS, Capability.PRODUCT, Capability.CREATE_DATABASE)
PROBES = {capability: statement for capability, statement in probes.PROBES.items() if capability not in _NOT_TRIED}


class Shelf(models.Model):
    name = models.CharField(max_length=20, unique=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        app_label = "editions"


@contextlib.contextmanager
def alias(sandbox: Any, port: int | None = None, options: dict[str, Any] | None = None, **fabric: Any) -> Iterator[Any]:
    """The wrapper of an alias on the sandbox; a warehouse may be read."""
    if sandbox.version == "warehouse":
        fabric = {"warehouse": "read", **fabric}
    plugins = {"fabric": fabric, "azure": {"token": lambda: sandbox.token}}
    options = {"datetime_type": "datetime2", **(options or {}), "plugins": plugins}
    entry = {
        **Server.of_sandbox(sandbox).database("app", login=False, **options),
        "TEST": {"NAME": "app" if sandbox.version == "fabric" else "test_app"},
    }
    if port:
        entry["PORT"] = str(port)
    with new_alias(ALIAS, entry) as wrapper:
        yield wrapper


def told_by_engine_edition(sandbox: Any) -> None:
    with alias(sandbox) as wrapper:
        assert wrapper.server.edition is EDITIONS[sandbox.version]
        assert wrapper.server.version[0] == 12


def has_what_it_claims(sandbox: Any) -> None:
    """Each capability that the plugins claim works on the server."""
    with alias(sandbox) as wrapper, wrapper.cursor() as cursor:
        claimed = [capability for capability in PROBES if wrapper.server.has(capability)]
        assert len(claimed) >= 8
        for capability in claimed:
            try:
                cursor.execute(PROBES[capability])
                cursor.fetchall()
            except Exception as error:
                raise AssertionError(f"{capability.name}: {error}") from error


def migrates_and_writes(sandbox: Any) -> None:
    """Tables are created and written; a warehouse and a replica refuse both before the first statement."""
    with alias(sandbox) as wrapper:
        if sandbox.version == "warehouse":
            _only_read(wrapper)
            return
        call_command("migrate", "contenttypes", database=ALIAS, verbosity=0, stderr=StringIO())
        with wrapper.schema_editor() as editor:
            editor.create_model(Shelf)
        rows = Shelf.objects.using(ALIAS)
        rows.bulk_create([Shelf(name="a", price="1.50"), Shelf(name="b", price="2.50")])
        rows.filter(name="a").update(price="3")
        assert rows.aggregate(total=models.Sum("price"))["total"] == Decimal("5.5")
        with wrapper.schema_editor() as editor:
            editor.delete_model(Shelf)


def _only_read(wrapper: Any) -> None:
    try:
        call_command("migrate", "contenttypes", database=ALIAS, verbosity=0, stderr=StringIO())
    except MigrationSchemaMissing as error:
        assert "no schema is changed" in str(error)
    else:
        raise AssertionError("migrate was not refused")
    rows = Shelf.objects.using(ALIAS)
    _refused(NotSupportedError, "only read", lambda: rows.create(name="c", price=1))
    _refused(NotSupportedError, "only read", lambda: rows.update(price=1))
    _refused(NotSupportedError, "only read", lambda: rows.all().delete())


def _refused(kind: type[Exception], words: str, work: Callable[[], Any]) -> None:
    try:
        work()
    except kind as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"not refused: {words}")


def reads_and_inspects(sandbox: Any) -> None:
    """Queries and inspectdb over an existing table, as the edition allows."""
    with alias(sandbox) as wrapper:
        with wrapper.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE editions_shelf (id bigint NOT NULL, name varchar(20) NOT NULL, price decimal(8, 2) NOT NULL)"
            )
            cursor.execute("INSERT INTO editions_shelf VALUES (1, 'a', 1.5), (2, 'b', 2.5), (3, 'a', 4)")
        try:
            rows = Shelf.objects.using(ALIAS)
            assert [one.pk for one in rows.filter(name__in=["a"]).order_by("-price")[:1]] == [3]
            assert rows.filter(pk__in=range(1, 3000)).count() == 3
            totals = rows.values("name").annotate(total=models.Sum("price")).order_by("name")
            assert [group["total"] for group in totals] == [Decimal("5.5"), Decimal("2.5")]
            assert rows.filter(name__contains="b").exists()
            text = StringIO()
            call_command("inspectdb", "editions_shelf", database=ALIAS, stdout=text)
            assert "price = models.DecimalField(max_digits=8, decimal_places=2)" in text.getvalue()
        finally:
            with wrapper.cursor() as cursor:
                cursor.execute("DROP TABLE editions_shelf")


def test_database(sandbox: Any) -> None:
    """A test database is created, used and dropped, or an existing one is used and left."""
    options = {"service_objective": "GP_S_Gen5_1", "max_size": "2 GB"} if sandbox.version == "azure" else {}
    with alias(sandbox, test_database=options) as wrapper:
        creation = wrapper.creation
        if sandbox.version in ("fabric", "warehouse"):
            _refused(ImproperlyConfigured, "--keepdb", lambda: creation._create_test_db(0, True))
            name = creation._create_test_db(0, True, keepdb=True)
            assert name == wrapper.settings_dict["TEST"]["NAME"]
            creation._destroy_test_db(name, 0)
            return
        assert creation._create_test_db(0, True) == "test_app"
        creation._destroy_test_db("test_app", 0)


def waits_for_a_waking_database(sandbox: Any) -> None:
    """After 40613 three times, with growing delays and one log line, it connects."""
    waits: list[float] = []
    with Gateway(sandbox) as gateway, alias(sandbox, gateway.port) as wrapper, _log() as lines:
        gateway.refuse(40613, 3)
        with mock.patch("mssql_core.connection.connector.time.sleep", waits.append):
            wrapper.ensure_connection()
        assert gateway.refused == 3 and len(lines) == 1, lines
        assert [5 <= waits[0] <= 6.25, 10 <= waits[1] <= 12.5, 20 <= waits[2] <= 25] == [True] * 3, waits


def wrong_name_fails_at_once(sandbox: Any) -> None:
    """4060 is retried only if the database was open before."""
    with Gateway(sandbox) as gateway, alias(sandbox, gateway.port) as wrapper:
        gateway.refuse(4060, 1)
        with mock.patch("mssql_core.connection.connector.time.sleep") as sleep:
            _refused(Exception, "4060", wrapper.ensure_connection)
            wrapper.ensure_connection()
            wrapper.close()
            assert sleep.call_count == 0
            gateway.refuse(4060, 1)
            if len(wrapper.driver.absent_database) > 1:
                # The driver reports it as 18456, like a wrong password, which is not retried.
                _refused(Exception, "4060", wrapper.ensure_connection)
                return
            wrapper.ensure_connection()
            assert sleep.call_count == 1


def replica_is_only_read(sandbox: Any) -> None:
    """ApplicationIntent reaches the server, and no schema is changed."""
    with alias(sandbox, options={"ApplicationIntent": "ReadOnly"}) as wrapper:
        wrapper.ensure_connection()
        assert sandbox.journal_entries(kind="login")[-1]["read_only_intent"] is True
        _refused(NotSupportedError, "no schema is changed", lambda: wrapper.schema_editor().__enter__())


def forbidden_ddl_is_told_first(sandbox: Any) -> None:
    """A filegroup, and on Fabric a column name, are errors in the check that migrate runs."""
    table_space = mock.patch.object(Shelf._meta, "db_tablespace", "fast")
    column = mock.patch.object(Shelf._meta.get_field("name"), "column", "the name")
    shelves = mock.patch("mssql_fabric.validation.apps.get_models", lambda **options: [Shelf])
    with alias(sandbox) as wrapper, shelves, table_space, column:
        reported = [message.id for message in wrapper.validation.check()]
    wanted = {
        "azure": ["mssql_fabric.E005"],
        "managed-instance": [],
        "fabric": ["mssql_fabric.E005", "mssql_fabric.E006"],
        "warehouse": ["mssql_fabric.W002"],
    }
    assert reported == wanted[sandbox.version], reported


@contextlib.contextmanager
def _log() -> Iterator[list[str]]:
    """Log lines about connecting, from WARNING on."""
    lines: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mssql_core.connection")
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)


BEHAVIOURS: dict[str, Callable[[Any], None]] = {
    "told by EngineEdition, not by version 12": told_by_engine_edition,
    "has what it claims": has_what_it_claims,
    "migrates and writes (a warehouse: refused)": migrates_and_writes,
    "reads and inspects": reads_and_inspects,
    "test database": test_database,
    "waits for a waking database": waits_for_a_waking_database,
    "a wrong name fails at once": wrong_name_fails_at_once,
    "a replica is only read": replica_is_only_read,
    "forbidden DDL is told first": forbidden_ddl_is_told_first,
}
