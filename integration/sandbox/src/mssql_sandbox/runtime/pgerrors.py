"""PostgreSQL errors as SQL Server would report them.

The physical names of tables, columns and constraints contain object ids
(``t12``, ``c3``, ``k17``, ``i12_2``), so an engine error identifies the object.
"""

import json
import re
from typing import Any, Callable

import psycopg
from psycopg import errors as pg

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError

LIBRARY_STATE = "MS000"  # raised by the function library: 'number|values as JSON'


class EngineFault(SqlServerError):
    """An engine error without a SQL Server counterpart: a defect of the sandbox."""

    def __init__(self, error: psycopg.Error) -> None:
        state = error.sqlstate or "?????"
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        super().__init__(50998, code=state, text=text)


def translate_error(error: psycopg.Error, lookup: "ObjectLookup", verb: str) -> SqlServerError:
    """Map an engine error.

    :param lookup: finds objects by id (see :class:`ObjectLookup`); it may query, so the
        failed statement must be undone first.
    :param verb: INSERT, UPDATE, DELETE, MERGE or ALTER TABLE, as the message names it.
    """
    if error.sqlstate == LIBRARY_STATE:
        return _library_error(error)
    for kind, handler in _HANDLERS:
        if isinstance(error, kind):
            return handler(error, lookup, verb) or EngineFault(error)
    return EngineFault(error)


def is_refusal(error: psycopg.Error) -> bool:
    """Whether it is the sandbox's own refusal, not a server error."""
    return error.sqlstate == LIBRARY_STATE and (error.diag.message_primary or "").startswith("50999|")


def is_of_data(error: psycopg.Error) -> bool:
    """Whether the error is about a value, not about the session, a lock or the schema."""
    return error.sqlstate == LIBRARY_STATE or (error.sqlstate or "").startswith("22")


def _library_error(error: psycopg.Error) -> SqlServerError:
    number, text = (error.diag.message_primary or "").split("|", 1)
    values = json.loads(text)
    if "state" in values:
        values["state"] = int(values["state"])
    return SqlServerError(int(number), **values)


# ---- objects by physical name


class ObjectLookup:
    """The T-SQL names of physical names, queried from the catalogue tables.

    :param query: runs a statement on the engine and returns all rows.
    :param temporary: model.Table of this session's temp tables by object id.
    :param spid: the session's process id, for deadlock messages.
    :ivar table_in_use: schema.name of the table that the statement changes or reads first, for 3960.
    """

    table_in_use = "?"

    def __init__(
        self, query: Callable[..., list[tuple[Any, ...]]], database: str, temporary: dict[int, Table], spid: int
    ) -> None:
        self.spid = spid
        self.query = query
        self.database = database
        self.temporary = temporary

    def table(self, object_id: int) -> tuple[str, str] | None:
        """(schema, name)"""
        if object_id in self.temporary:
            return "dbo", self.temporary[object_id].name
        rows = self.query(
            "select coalesce(s.name, 'dbo'), o.name from ms.objects o left join ms.schemas s using (schema_id)"
            " where o.object_id = $1",
            (object_id,),
        )
        return rows[0] if rows else None

    def object(self, object_id: int) -> tuple[str, str, int] | None:
        """(name, type, parent object id)"""
        rows = self.query(
            "select name, rtrim(type), parent_object_id from ms.objects where object_id = $1", (object_id,)
        )
        return rows[0] if rows else None

    def database_of(self, table: str) -> str:
        return "tempdb" if table.startswith(("#", "@")) else self.database

    def column(self, object_id: int, column_id: int) -> str:
        if object_id in self.temporary:
            for column in self.temporary[object_id].columns:
                if column.id == column_id:
                    return column.name
        rows = self.query("select name from ms.columns where object_id = $1 and column_id = $2", (object_id, column_id))
        return rows[0][0] if rows else ""

    def index(self, object_id: int, index_id: int) -> str:
        if object_id in self.temporary:
            for index in self.temporary[object_id].indexes:
                if index.id == index_id:
                    return index.name
        rows = self.query("select name from ms.indexes where object_id = $1 and index_id = $2", (object_id, index_id))
        return rows[0][0] if rows else ""


def _id(pattern: str, text: str | None) -> tuple[int, ...] | None:
    match = re.fullmatch(pattern, text or "")
    return tuple(int(group) for group in match.groups()) if match else None


# ---- handlers


def _duplicate(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError | None:
    table_id = _id(r"t(\d+)", error.diag.table_name)
    if table_id is None:
        return None
    schema, table = lookup.table(table_id[0]) or ("dbo", "")
    key = _key_values(error.diag.message_detail)
    constraint = error.diag.constraint_name
    if verb == "CREATE INDEX":
        index_id = _id(r"i(\d+)_(\d+)", constraint)
        name = lookup.index(*index_id) if index_id else ""
        return SqlServerError(1505, table=f"{schema}.{table}", index=name, key=key)
    constraint_id = _id(r"k(\d+)", constraint)
    key_object = lookup.object(constraint_id[0]) if constraint_id else None
    if key_object:
        kind = "PRIMARY KEY" if key_object[1] == "PK" else "UNIQUE KEY"
        return SqlServerError(2627, kind=kind, name=key_object[0], schema=schema, table=table, key=key)
    index_id = _id(r"i(\d+)_(\d+)", constraint)
    if index_id is None:
        return None
    return SqlServerError(2601, schema=schema, table=table, index=lookup.index(*index_id), key=key)


def _key_values(detail: str | None) -> str:
    match = re.search(r"\)=\((.*)\) (already exists|is duplicated)", detail or "", re.S)
    if not match:
        return "(?)"
    values = ["<NULL>" if value.strip() == "null" else value.strip() for value in match.group(1).split(",")]
    return f"({', '.join(values)})"


def _constraint(error: psycopg.Error, lookup: ObjectLookup, query: str) -> Any:
    constraint_id = _id(r"k(\d+)", error.diag.constraint_name)
    return lookup.query(query, constraint_id) if constraint_id else None


def _foreign_key(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError | None:
    rows = _constraint(
        error, lookup,
        "select o.name, f.parent_object_id, f.referenced_object_id, c.parent_column_id, c.referenced_column_id,"
        " count(*) over () from ms.foreign_keys f join ms.objects o using (object_id)"
        " join ms.foreign_key_columns c on c.constraint_object_id = f.object_id where f.object_id = $1",
    )  # fmt: skip
    if not rows:
        return None
    name, parent, referenced, parent_column, referenced_column, columns = rows[0]
    same = parent == referenced
    if "still referenced" in (error.diag.message_detail or ""):
        kind = "SAME TABLE REFERENCE" if same else "REFERENCE"
        table, column = parent, parent_column
    else:
        kind = "FOREIGN KEY SAME TABLE" if same else "FOREIGN KEY"
        table, column = referenced, referenced_column
    return _conflict(lookup, verb, kind, name, table, column if columns == 1 else 0)


def _conflict(lookup: ObjectLookup, verb: str, kind: str, name: str, table: int, column: int) -> SqlServerError:
    schema, table_name = lookup.table(table) or ("dbo", "")
    where = f", column '{lookup.column(table, column)}'" if column else ""
    return SqlServerError(
        547,
        statement=verb,
        kind=kind,
        constraint=name,
        database=lookup.database_of(table_name),
        schema=schema,
        table=table_name,
        column=where,
    )


def _check(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError | None:
    rows = _constraint(
        error, lookup,
        "select o.name, c.parent_object_id, c.parent_column_id from ms.check_constraints c"
        " join ms.objects o using (object_id) where c.object_id = $1",
    )  # fmt: skip
    if not rows:
        return None
    name, table, column = rows[0]
    return _conflict(lookup, verb, "CHECK", name, table, column)


def _not_null(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError | None:
    table_id, column_id = _id(r"t(\d+)", error.diag.table_name), _id(r"c(\d+)", error.diag.column_name)
    if table_id is None or column_id is None:
        return None
    schema, table = lookup.table(table_id[0]) or ("dbo", "")
    full_name = table if table.startswith("@") else f"{lookup.database_of(table)}.{schema}.{table}"
    statement = "UPDATE" if verb in ("UPDATE", "ALTER TABLE") else verb
    return SqlServerError(515, column=lookup.column(table_id[0], column_id[0]), table=full_name, statement=statement)


_RANGE_TYPES = {
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "double precision": "float",
    "real": "real",
}


def _out_of_range(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError:
    if (error.diag.message_primary or "").endswith(("is out of range for type double precision", "underflow")):
        return NotSupported("a value beyond the range of float")
    match = re.match(r"(smallint|integer|bigint|double precision|real) out of range", error.diag.message_primary or "")
    overflow = (error.diag.message_primary or "").startswith("value out of range")
    target = _RANGE_TYPES[match.group(1)] if match else "float" if overflow else "numeric"
    return SqlServerError(8115, source="expression", target=target)


def _always(number: int, **values: Any) -> Callable[..., SqlServerError]:
    """A handler of an engine error that has one counterpart."""
    return lambda error, lookup, verb: SqlServerError(number, **values)


def _untranslatable(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError:
    in_json = "u0000" in (error.diag.message_detail or "")
    return NotSupported("U+0000 in JSON" if in_json else "a byte that the code page has no character for")


def _half_a_pair(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError | None:
    """JSON writes half a surrogate pair as an escape, which the engine's UTF-8 cannot hold."""
    return NotSupported("half a surrogate pair in JSON") if "surrogate" in (error.diag.message_detail or "") else None


def _cardinality(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError:
    if "MERGE" in (error.diag.message_primary or ""):
        return SqlServerError(8672)
    return SqlServerError(512)


def _exhausted(error: psycopg.Error, lookup: ObjectLookup, verb: str) -> SqlServerError | None:
    match = re.search(r'sequence "([sq])(\d+)"', error.diag.message_primary or "")
    if match is None:
        return None
    number = int(match[2])
    if match[1] == "q":
        sequence = lookup.object(number)
        return SqlServerError(11728, name=sequence[0] if sequence else "")
    rows = lookup.query(
        "select t.name from ms.columns c join ms.types t on t.user_type_id = c.system_type_id"
        " where c.object_id = $1 and c.seed_value is not null",
        (number,),
    )
    type_name = rows[0][0] if rows else "int"
    return SqlServerError(8115, source="IDENTITY", target=type_name, state=1)


_HANDLERS: tuple[tuple[Any, Any], ...] = (
    (pg.UniqueViolation, _duplicate),
    (pg.SequenceGeneratorLimitExceeded, _exhausted),
    (pg.ForeignKeyViolation, _foreign_key),
    (pg.RestrictViolation, _foreign_key),
    (pg.CheckViolation, _check),
    (pg.NotNullViolation, _not_null),
    (pg.NumericValueOutOfRange, _out_of_range),
    (pg.DivisionByZero, _always(8134)),
    (pg.UntranslatableCharacter, _untranslatable),
    (pg.InvalidTextRepresentation, _half_a_pair),
    (pg.CardinalityViolation, _cardinality),
    (pg.DeadlockDetected, lambda _, lookup, __: SqlServerError(1205, process=lookup.spid)),
    (pg.LockNotAvailable, _always(1222)),
    (
        pg.SerializationFailure,
        lambda _, lookup, __: SqlServerError(3960, table=lookup.table_in_use, database=lookup.database),
    ),
    (pg.InvalidArgumentForLogarithm, _always(3623)),
    (pg.InvalidArgumentForNtileFunction, _always(4116, name="ntile")),
    (pg.InvalidArgumentForPowerFunction, _always(3623)),
)
