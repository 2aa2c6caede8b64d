"""Calls of stored procedures, with output parameters.

https://learn.microsoft.com/sql/t-sql/language-elements/execute-transact-sql
https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-parameters-transact-sql
"""

import re
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from .. import errors
from ..names import TableName, bare_identifier
from ..plugin.types import Params

# Identifiers: letters, digits, @, $, # and _ behind the first @.
# https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
_NAME = re.compile(r"@?([\w$#][\w@$#]*)\Z")
_PARTS = re.compile(r'\[(?:[^\]]|\]\])+\]|"(?:[^"]|"")+"|[^.\s]+|(?<=\.)(?=\.)')
# Types of the CLR (240) and of tables (243) are all of one system type.
# The procedures that come with the server are in the schema sys of each database.
_PARAMETERS = (
    "SELECT p.name, p.is_output, CASE WHEN p.is_cursor_ref = 1 THEN N'cursor' ELSE t.name END, p.max_length, p.precision, "
    "p.scale, o.type FROM sys.all_objects AS o LEFT JOIN sys.all_parameters AS p ON p.object_id = o.object_id "
    "LEFT JOIN sys.types AS t ON t.user_type_id = "
    "CASE WHEN p.system_type_id IN (240, 243) THEN p.user_type_id ELSE p.system_type_id END "
    "WHERE o.object_id = COALESCE(OBJECT_ID(%s), OBJECT_ID(%s)) ORDER BY p.parameter_id"
)
# Types of objects that may have parameters all the same: extended procedures, synonyms.
_SILENT = frozenset(("SN", "X"))
_WITH_LENGTH = frozenset(("binary", "char", "varbinary", "varchar"))
_WITH_DOUBLE_BYTES = frozenset(("nchar", "nvarchar"))
_WITH_SCALE = frozenset(("datetime2", "datetimeoffset", "time"))
_WITH_PRECISION = frozenset(("decimal", "numeric"))


# Place of an output parameter, from 0 -> its name in lower case, its type.
_Outputs = Dict[int, Tuple[str, str]]


def outputs(cursor: Any, procedure: str) -> _Outputs:
    """Place, from 0, of each output parameter -> (name in lower case, type); asked once for each connection.

    :raises mssql_core.errors.NotSupportedError: unknown parameters, or an output parameter that is a cursor.
    """
    known: Dict[str, _Outputs] = cursor.pool.procedures
    if procedure not in known:
        parts = _split(procedure)
        parameters = [] if len(parts) > 3 else _asked(cursor, procedure, parts)
        if len(parts) > 3 or any(kind.strip() in _SILENT and name is None for name, *_, kind in parameters):
            raise errors.NotSupportedError(
                "0A000", "The server tells no parameters of %s: call it by EXEC in a text of your own." % procedure
            )
        known[procedure] = {
            place: (name.lstrip("@").casefold(), _type(*kind))
            for place, (name, is_output, *kind, _) in enumerate(parameters)
            if is_output
        }
    return known[procedure]


def _asked(cursor: Any, procedure: str, parts: Sequence[str]) -> List[Tuple[Any, ...]]:
    """The rows of _PARAMETERS, from the database in the procedure's name."""
    names = [procedure, str(TableName("sys", parts[-1]))]
    if len(parts) < 3:
        cursor.execute(_PARAMETERS, names)
    else:
        # A system procedure is in each database, and runs in the one that its name says.
        executor = str(TableName("sys", "sp_executesql", parts[-3])).replace("%", "%%")
        declared = "N'@name nvarchar(4000), @system_name nvarchar(4000)'"
        cursor.execute(
            "EXEC %s %%s, %s, %%s, %%s" % (executor, declared), [_PARAMETERS % ("@name", "@system_name"), *names]
        )
    rows: List[Tuple[Any, ...]] = cursor.fetchall()
    return rows


def _split(procedure: str) -> List[str]:
    """The parts of a name as T-SQL writes it, bare."""
    return [bare_identifier(part) for part in _PARTS.findall(procedure)] or [procedure]


def _type(name: str, length: int, precision: int, scale: int) -> str:
    """A type as DECLARE writes it. :param length: bytes, -1 is max."""
    if name == "cursor":
        raise errors.NotSupportedError("0A000", "The procedure has an output parameter that is a cursor.")
    if name in _WITH_LENGTH or name in _WITH_DOUBLE_BYTES:
        size = length // 2 if name in _WITH_DOUBLE_BYTES and length > 0 else length
        return "%s(%s)" % (name, "max" if size < 0 else size)
    if name in _WITH_PRECISION:
        return "%s(%d, %d)" % (name, precision, scale)
    return "%s(%d)" % (name, scale) if name in _WITH_SCALE else name


def call(procedure: str, params: Params, kparams: Mapping[str, Any], outputs: _Outputs) -> Tuple[str, List[Any]]:
    """The statement and its values.

    :raises mssql_core.errors.ProgrammingError: a name that no parameter has.
    :raises mssql_core.errors.NotSupportedError: an output parameter by name.
    """
    given = {place: kind for place, (_, kind) in outputs.items() if place < len(params)}
    marks = ["@o%d OUTPUT" % place if place in given else "%s" for place in range(len(params))]
    declared = ", ".join("@o%d %s = %%s" % (place, kind) for place, kind in given.items())
    values = [params[place] for place in given] + [value for place, value in enumerate(params) if place not in given]
    for name, value in kparams.items():
        marks.append("@%s = %%s" % _name(name, outputs))
        values.append(value)
    procedure = procedure.replace("%", "%%") if values else procedure
    sql = ("EXEC %s %s" % (procedure, ", ".join(marks))).strip()
    if given:
        sql = "DECLARE %s; %s; SELECT %s" % (declared, sql, ", ".join("@o%d" % place for place in given))
    return sql, values


def _name(name: str, outputs: _Outputs) -> str:
    match = _NAME.match(str(name))
    if match is None:
        raise errors.ProgrammingError("42000", "%r is not the name of a procedure's parameter." % name)
    if match.group(1).casefold() in {known for known, _ in outputs.values()}:
        raise errors.NotSupportedError(
            "0A000", "@%s is an output parameter: pass it by position, in params." % match.group(1)
        )
    return match.group(1)


def replaced(params: Params, outputs: _Outputs, values: Sequence[Any]) -> List[Any]:
    """The arguments with the values of output parameters."""
    places = (place for place in outputs if place < len(params))
    arguments = list(params)
    for place, value in zip(places, values):
        arguments[place] = value
    return arguments
