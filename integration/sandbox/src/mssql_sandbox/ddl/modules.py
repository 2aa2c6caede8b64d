"""Procedures and triggers: recorded in the catalogue; the runtime runs their text."""

from dataclasses import replace
from typing import Any, Sequence

from .. import translate
from ..catalog import datatypes
from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..syntax.walk import below
from . import errors
from .context import Ddl, written

_TYPES = {"PROCEDURE": ("P",), "TRIGGER": ("TR",)}


def create(ddl: Ddl, statement: nodes.CreateModule) -> None:
    """CREATE PROCEDURE and CREATE TRIGGER.

    :raises SqlServerError: 2714, 208 ALTER of an unknown module, 8197 trigger on an unknown table.
    """
    schema, name = ddl.split(statement.name)
    if statement.kind == "TRIGGER" and ddl.session.version.is_warehouse:
        # https://learn.microsoft.com/fabric/data-warehouse/tsql-surface-area
        raise NotSupported("a trigger in a warehouse")
    if name.startswith("#"):
        raise NotSupported("temporary procedures")
    schema_id = ddl.schema_id(schema)
    table = _table_of_trigger(ddl, statement) if statement.kind == "TRIGGER" else None
    if table is not None:
        schema_id = ddl.schema_of(table)
    number = existing(ddl, statement, name, schema_id, _TYPES[statement.kind], table)
    if table is None:
        _bind_body(ddl, statement)
    else:
        columns = tuple(replace(column, identity=None, computed=None) for column in table.columns)
        rows_of = replace(table, kind="temp", columns=columns, indexes=(), triggers=(), by_name={})
        with ddl.session.catalog.standing_for({"inserted": rows_of, "deleted": rows_of}):
            _bind_body(ddl, statement)
    if number is None:
        parent = table.id if table is not None else 0
        number = ddl.new_object(name, schema_id, _TYPES[statement.kind][0], parent, state=3)
    _register(ddl, number, statement, table)
    ddl.touch()


def _table_of_trigger(ddl: Ddl, statement: nodes.CreateModule) -> Table:
    """:raises SqlServerError: 167 a temp table, 8197 an unknown table, 2111 a second INSTEAD OF trigger."""
    if statement.on.parts[-1].startswith("#"):
        raise SqlServerError(167)
    table = ddl.find_table(statement.on)
    if table is None or table.kind == "view" and statement.timing != "INSTEAD OF":
        raise SqlServerError(8197, name=written(statement.on))
    if table.kind != "table":
        raise NotSupported(f"a trigger on a {table.kind}")
    if statement.timing == "INSTEAD OF":
        _check_instead(ddl, table, statement)
    return table


def existing(
    ddl: Ddl, statement: nodes.CreateModule, name: str, schema_id: int, kinds: Sequence[str], table: Table | None = None
) -> int | None:
    """The id of the module to alter. :raises SqlServerError: 2714, 2010 of another kind, 2110 of another table, 208."""
    rows = ddl.query(
        "select object_id, type from ms.objects where schema_id = $1 and ms.key(name) = ms.key($2)", schema_id, name
    )
    if rows and statement.mode == "CREATE":
        raise errors.name_taken(name, 3)
    if rows and rows[0][1] not in kinds:
        raise SqlServerError(2010, name=written(statement.name))
    if not rows and statement.mode == "ALTER":
        raise errors.invalid_object(written(statement.name))
    if not rows:
        return None
    number = int(rows[0][0])
    owner = "select parent_object_id from ms.triggers where object_id = $1"
    if table is not None and ddl.value(owner, number) != table.id:
        raise SqlServerError(2110, name=written(statement.name), table=written(statement.on))
    return number


def _register(ddl: Ddl, number: int, statement: nodes.CreateModule, table: Table | None) -> None:
    """Replace a module's rows in the catalogue."""
    ddl.delete(number, "modules", "parameters", "triggers")
    ddl.insert("modules", object_id=number, definition=as_create(statement.text))
    if table is not None:
        ddl.insert(
            "triggers", object_id=number, parent_object_id=table.id,
            events=f"{{{','.join(statement.events).upper()}}}",
            is_instead_of=int(statement.timing == "INSTEAD OF"),
            is_not_for_replication=int(statement.not_for_replication),
        )  # fmt: skip
        ddl.value("select ms.capture_changes($1)", table.id)
    else:
        register_parameters(ddl, number, statement)


def _check_instead(ddl: Ddl, table: Table, statement: nodes.CreateModule) -> None:
    """:raises SqlServerError: 2111 a second INSTEAD OF trigger for an event."""
    for event in statement.events:
        if ddl.value(
            "select 1 from ms.triggers t join ms.objects o using (object_id) where t.parent_object_id = $1"
            " and t.is_instead_of = 1 and $2 = any(t.events) and ms.key(o.name) <> ms.key($3)",
            table.id, event, statement.name.parts[-1],
        ):  # fmt: skip
            raise SqlServerError(2111, name=written(statement.name), table=written(statement.on), event=event)
    for event in statement.events:
        check_instead(table, event)


def check_instead(table: Table, event: str) -> None:
    """Refuse INSTEAD OF triggers on tables whose ``inserted`` is not modelled.

    :raises NotSupported: for tables with computed or rowversion columns, or foreign keys.
    """
    if table.foreign_key is not None and event != "INSERT":
        raise NotSupported(f"INSTEAD OF {event} on a table with foreign keys")
    if any(c.computed or c.rowversion for c in table.columns) and event != "DELETE":
        raise NotSupported(f"INSTEAD OF {event} on a table with a computed or rowversion column")


def _bind_body(ddl: Ddl, statement: nodes.CreateModule) -> None:
    """Bind the queries of the body; missing tables may exist when it runs (deferred name resolution).

    :raises SqlServerError: 207, 209, 4104 and other binding errors.
    """
    inside = [node for part in statement.body for node in below(part)]
    if any(isinstance(node, (nodes.DeclareTable, nodes.CreateTable, nodes.AlterTableAdd)) for node in inside):
        return
    if any(_has_table_type(ddl, node) for node in inside):
        return
    session = ddl.session
    scalars: list[Any] = [item for item in inside if _is_scalar(item)]
    declared = [(item.name, item.type) for item in scalars]
    declared += [(parameter.name.lower(), parameter.type) for parameter in statement.parameters]
    variables = {name: session.resolve_type(type_) for name, type_ in declared}
    context = replace(session.context(ddl.scope), variables=variables)
    for node in inside:
        if isinstance(node, (nodes.SelectStatement, nodes.Insert, nodes.Update, nodes.Delete, nodes.Merge)):
            try:
                translate.translate(node, context)
            except SqlServerError as error:
                if error.number not in (208, 50999):
                    raise


def _has_table_type(ddl: Ddl, item: nodes.Node) -> bool:
    if not isinstance(item, nodes.DeclareItem) or datatypes.is_system_name(item.type.name):
        return False
    schema, _, leaf = item.type.name.rpartition(".")
    return ddl.catalog.table_type(schema or None, leaf) is not None


def _is_scalar(item: nodes.Node) -> bool:
    return isinstance(item, nodes.DeclareItem) and item.type.name.lower() != "cursor"


def drop(ddl: Ddl, kind: str, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 3701."""
    kind = "PROCEDURE" if kind == "PROC" else kind
    number, _type = ddl.find_object(name, *_TYPES[kind])
    if number is None:
        if if_exists:
            return
        raise errors.cannot_drop(kind.lower(), written(name))
    table_id = ddl.value("select parent_object_id from ms.triggers where object_id = $1", number)
    ddl.delete_object(number, "modules", "parameters", "triggers")
    if table_id:
        ddl.value("select ms.capture_changes($1)", table_id)
    ddl.touch()


def register_parameters(ddl: Ddl, number: int, statement: nodes.CreateModule) -> None:
    for position, parameter in enumerate(statement.parameters, start=1):
        register_parameter(ddl, number, position, parameter.name, parameter.type, parameter.output)


def register_parameter(
    ddl: Ddl, number: int, position: int, name: str, type_name: nodes.TypeName, output: bool
) -> None:
    """Write a row of sys.parameters; position 0 without a name is the result of a scalar function.

    sys.parameters has defaults of CLR modules only:
    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-parameters-transact-sql
    """
    type_name = ddl.catalog.dealias(type_name)
    type_ = datatypes.resolve(
        type_name, ddl.catalog.collation, ordinal=position, kind="parameter", subject=name, version=ddl.version
    )
    system_type, user_type = datatypes.type_ids(type_name, type_)
    length, precision, scale = datatypes.facets(type_)
    ddl.insert(
        "parameters", object_id=number, parameter_id=position, name=name,
        system_type_id=system_type, user_type_id=user_type, max_length=length,
        precision=precision, scale=scale, is_output=int(output),
    )  # fmt: skip


def as_create(text: str) -> str:
    """The text with CREATE in place of ALTER, as the server keeps it."""
    start = len(text) - len(text.lstrip())
    return text[:start] + "CREATE" + text[start + 5 :] if text[start : start + 5].upper() == "ALTER" else text
