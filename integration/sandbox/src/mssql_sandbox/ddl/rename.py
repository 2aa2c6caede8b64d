"""sp_rename: changes metadata only, as physical names are ids."""

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from .binding import detach
from .compiling import revive
from .context import Ddl, refuse_odd_name

_TYPES = ("COLUMN", "INDEX", "OBJECT", "DATABASE", "USERDATATYPE", "STATISTICS")


def rename(ddl: Ddl, object_name: str, new_name: str, object_type: str | None) -> None:
    """Rename a table, column, index, constraint, view or other object.

    :param new_name: the new leaf name, taken literally: brackets become part of it.
    :raises SqlServerError: 15225 not found, 15248 wrong type, 15249 unknown type, 15335 name in use, 15336 enforced
        dependencies.
    """
    kind = object_type.upper() if object_type else None
    if kind is not None and kind not in _TYPES:
        raise SqlServerError(15249, type=object_type)
    if kind in ("DATABASE", "USERDATATYPE", "STATISTICS"):
        raise NotSupported(f"sp_rename of a {kind}")
    if not new_name:
        raise SqlServerError(15004)
    parts = split_name(object_name)
    if kind == "COLUMN":
        _rename_column(ddl, parts, new_name, object_name, object_type)
    elif kind == "INDEX":
        _rename_index(ddl, parts, new_name, object_name, object_type)
    else:
        refuse_odd_name(new_name)
        _rename_object(ddl, parts, new_name, object_name, object_type)
    ddl.info(15477)


def split_name(text: str) -> list[str]:
    """The parts of a multi-part name, unquoted: ``[a.b].c`` is ``['a.b', 'c']``."""
    parts, current, at = [], "", 0
    while at < len(text):
        character = text[at]
        closing = {"[": "]", '"': '"'}.get(character)
        if closing and not current:
            at += 1
            while at < len(text):
                if text[at] == closing:
                    if text[at + 1 : at + 2] != closing:
                        break
                    at += 1
                current += text[at]
                at += 1
            at += 1
        elif character == ".":
            parts.append(current)
            current = ""
            at += 1
        else:
            current += character
            at += 1
    return [*parts, current]


def _not_found(ddl: Ddl, name: str, kind: str | None) -> SqlServerError:
    return SqlServerError(15225, name=name, database=ddl.database, type=kind or "(null)")


def _ambiguous(kind: str | None) -> SqlServerError:
    return SqlServerError(15248, type=kind or "(null)")


def _in_use(name: str, kind: str) -> SqlServerError:
    return SqlServerError(15335, name=name, kind=kind)


def _owner(ddl: Ddl, parts: list[str]) -> Table | None:
    schema = parts[-2] if len(parts) > 1 else None
    if parts[-1].startswith("#"):
        raise NotSupported("sp_rename of a temp table's parts")
    return ddl.catalog.table(schema or None, parts[-1])


def _rename_column(ddl: Ddl, parts: list[str], new_name: str, written: str, kind: str | None) -> None:
    if len(parts) < 2:
        raise _ambiguous(kind)
    table = _owner(ddl, parts[:-1])
    column = table.column(parts[-1]) if table is not None else None
    if table is None or table.kind != "table" or column is None:
        raise _ambiguous(kind)
    other = table.column(new_name)
    if other is not None and other.id != column.id:
        raise _in_use(new_name, "COLUMN")
    if ddl.value(
        "select 1 from ms.dependencies d left join ms.modules m on m.object_id = d.referencing_id"
        " where d.referenced_id = $1 and d.referenced_minor_id = $2 and coalesce(m.is_schema_bound, 1) = 1 limit 1",
        table.id, column.id,
    ):  # fmt: skip
        raise SqlServerError(15336, name=written)
    detach(ddl, table.id)
    ddl.write("update ms.columns set name = $3 where object_id = $1 and column_id = $2", table.id, column.id, new_name)
    ddl.changed(table)
    revive(ddl)


def _rename_index(ddl: Ddl, parts: list[str], new_name: str, written: str, kind: str | None) -> None:
    if len(parts) < 2:
        raise _ambiguous(kind)
    table = _owner(ddl, parts[:-1])
    indexes = table.indexes if table is not None else ()
    index = next((index for index in indexes if index.name.casefold() == parts[-1].casefold()), None)
    if table is None or index is None:
        raise _ambiguous(kind)
    if any(other.id != index.id and other.name.casefold() == new_name.casefold() for other in table.indexes):
        raise _in_use(new_name, "INDEX")
    ddl.write("update ms.indexes set name = $3 where object_id = $1 and index_id = $2", table.id, index.id, new_name)
    if index.constraint_id:
        _write_object(ddl, index.constraint_id, new_name)
    ddl.changed(table)


def _rename_object(ddl: Ddl, parts: list[str], new_name: str, written: str, kind: str | None) -> None:
    schema = parts[-2] if len(parts) > 1 and parts[-2] else "dbo"
    rows = ddl.query(
        "select o.object_id, o.type, o.schema_id, o.parent_object_id from ms.objects o"
        " join ms.schemas s using (schema_id)"
        " where ms.key(s.name) = ms.key($1) and ms.key(o.name) = ms.key($2)",
        schema, parts[-1],
    )  # fmt: skip
    if not rows:
        if kind is None and len(parts) > 1:
            _rename_guessed(ddl, parts, new_name, written)
            return
        raise _not_found(ddl, written, kind)
    number, object_type, schema_id, parent = rows[0]
    if ddl.value(
        "select 1 from ms.objects where schema_id = $1 and ms.key(name) = ms.key($2) and object_id <> $3",
        schema_id, new_name, number,
    ):  # fmt: skip
        raise _in_use(new_name, "OBJECT")
    if object_type in ("U", "V", "FN", "IF"):
        detach(ddl, number)
    _write_object(ddl, number, new_name)
    if object_type in ("PK", "UQ"):
        ddl.write("update ms.indexes set name = $2 where constraint_id = $1", number, new_name)
    ddl.touch()
    if object_type in ("U", "V", "FN", "IF"):
        revive(ddl)


def _rename_guessed(ddl: Ddl, parts: list[str], new_name: str, written: str) -> None:
    """Rename a column or an index where no type is given and no object has the name."""
    table = _owner(ddl, parts[:-1])
    if table is not None and table.column(parts[-1]) is not None:
        _rename_column(ddl, parts, new_name, written, None)
    elif table is not None and any(index.name.casefold() == parts[-1].casefold() for index in table.indexes):
        _rename_index(ddl, parts, new_name, written, None)
    else:
        raise _not_found(ddl, written, None)


def _write_object(ddl: Ddl, number: int, name: str) -> None:
    ddl.write("update ms.objects set name = $2, modify_date = ms.catalog_now() where object_id = $1", number, name)
