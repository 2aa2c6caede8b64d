"""Functions in FROM: OPENJSON, STRING_SPLIT, GENERATE_SERIES."""

import re
from dataclasses import replace

from ...errors import NotSupported, SqlServerError
from ...sqltypes import BIGINT, MAX, SqlType, nvarchar, varbinary
from ...syntax import nodes
from ...types.collation import canonical
from ...types.pairs import label
from ...types.typenames import pg_type
from ..bound import COLUMN, Bound, Output, Relation, Scope
from ..constants import folded_integer
from ..functions import expand
from ..operands import convert, unified
from ..translation import Translation
from . import lookup
from .call import Call
from .json import document, path
from .metadata import table_function

# https://learn.microsoft.com/sql/t-sql/functions/rowset-functions-transact-sql
_EXTERNAL = frozenset(
    """openquery openrowset openxml opendatasource containstable freetexttable semantickeyphrasetable
    semanticsimilaritytable semanticsimilaritydetailstable changetable predict vector_search
    ai_generate_chunks""".split()
)


def bind(t: Translation, source: nodes.FunctionSource, scope: Scope) -> Relation:
    """:raises SqlServerError: 208 for an unknown function."""
    name = source.call.name.casefold()
    call = Call(t, source.call, scope, name)
    handler = _TABLES.get(name)
    if handler is None and not name.startswith("sys."):
        expanded = expand(t, source, scope)
        if expanded is not None:
            return expanded
    if handler is None or not call.context.version.has_function(name):
        if name in _EXTERNAL or name.split(".")[-1] == "nodes" and "." in name:
            raise NotSupported(f"the table function {source.call.name}", source.line)
        if name.startswith("sys.") or name in ("fn_helpcollations", "fn_listextendedproperty"):
            return table_function(call, source.line)
        if lookup(name, call.context.version):
            raise NotSupported(f"the table function {name.upper()}", source.line)
        raise SqlServerError(208, name=source.call.name, state=3, line=source.line)
    return handler(call, source)


def _openjson(call: Call, source: nodes.FunctionSource) -> Relation:
    body, where = document(call, call.first), path(call)
    if source.with_columns is None:
        outputs = [
            Output("key", nvarchar(4000, "Latin1_General_BIN2"), False, COLUMN),
            Output("value", call.nvarchar(MAX), True, COLUMN),
            Output("type", SqlType("tinyint"), False),
        ]
        # What the server does to a longer name no page says.
        key = "ms.within(j.k, 4000, 'the nvarchar of OPENJSON''s key')"
        return Relation(
            f"SELECT {key} AS o1, j.v AS o2, j.t::smallint AS o3 FROM ms.openjson({body}, {where}) j", outputs
        )
    outputs, columns = [], []
    for number, column in enumerate(source.with_columns, 1):
        type_ = _collated(call.context.type_of(column.type, "declare"), column)
        step = column.path if column.path is not None else "$." + _step(column.name)
        literal = "'" + step.replace("'", "''") + "'"
        if column.as_json:
            value = f"ms.json_query(j.raw, {literal})"
        else:
            raw = Bound(_json_scalar(step, literal), call.nvarchar(MAX), True)
            value = _json_column(raw, type_)
        columns.append(f"{value} AS o{number}")
        # Conflicts with a column of another collation (468): https://github.com/dotnet/efcore/issues/35491
        outputs.append(Output(column.name, type_, True, COLUMN))
    # By OFFSET the engine computes a column once, wherever it is named.
    return Relation(f"SELECT {', '.join(columns)} FROM ms.openjson_items({body}, {where}) j OFFSET 0", outputs)


def _collated(type_: SqlType, column: nodes.OpenJsonColumn) -> SqlType:
    """https://github.com/dotnet/efcore/issues/32147"""
    if column.collation is None:
        return type_
    if not type_.is_character:
        raise NotSupported("COLLATE of an OPENJSON column that is not text", column.line)
    return replace(type_, collation=canonical(column.collation))


def _json_scalar(step: str, literal: str) -> str:
    """The scalar at a path of a column."""
    position = re.fullmatch(r"\$\[(\d{1,9})\]", step)
    if position:
        return f"ms.json_item(j.raw, {position[1]})"
    return "ms.json_itself(j.raw)" if step == "$" else f"ms.json_value(j.raw, {literal}, 2147483647)"


def _json_column(raw: Bound, type_: SqlType) -> str:
    """The SQL of an OPENJSON column; binary is base 64. Strings too long for their column are undocumented."""
    if type_.is_binary:
        return convert(Bound(f"ms.base64_decode({raw.sql})", varbinary(MAX), True), type_, True)
    if type_.is_character and type_.length not in (None, MAX):
        raw = Bound(f"ms.within({raw.sql}, {type_.length}, 'an OPENJSON column')", raw.type, True)
    return convert(raw, type_, True)


def _step(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _string_split(call: Call, source: nodes.FunctionSource) -> Relation:
    if not 2 <= call.count <= 3:
        raise SqlServerError(189, name="string_split", minimum=2, maximum=3)
    value, separator = call.text(1), call.text(2)
    if not (call.first.is_null or call.first.type.is_character):
        raise NotSupported("STRING_SPLIT of a value that is no string", source.line)
    if call.second.is_null:
        raise NotSupported("STRING_SPLIT with NULL as separator", source.line)
    if value.type.collation != call.context.collation:
        raise NotSupported("STRING_SPLIT of a string in a collation other than the database's", source.line)
    type_ = SqlType("nvarchar" if value.type.is_unicode or separator.type.is_unicode else "varchar",
                    length=value.type.length, collation=call.context.collation)  # fmt: skip
    outputs, wanted = [Output("value", type_, True, COLUMN)], None
    sql = f"SELECT s.v AS o1 FROM ms.string_split({value.sql}, {separator.sql}) s"
    if call.count > 2:
        if not call.context.version.allows("string_split_ordinal"):
            raise SqlServerError(8144, name="string_split", state=1)
        wanted = folded_integer(source.call.arguments[2])
        if isinstance(source.call.arguments[2], (nodes.Variable, nodes.ColumnRef)):
            raise SqlServerError(8748)
        if wanted not in (None, 0, 1):
            raise SqlServerError(4199, value=wanted, position=3, name="string_split")
        if wanted is None and not call.bind(3).is_null:
            raise NotSupported("STRING_SPLIT with an enable_ordinal that is no literal", source.line)
    if wanted:
        outputs.append(Output("ordinal", BIGINT, False))
        sql = f"SELECT s.v AS o1, s.n AS o2 FROM ms.string_split({value.sql}, {separator.sql}) s"
    return Relation(sql, outputs)


def _generate_series(call: Call, source: nodes.FunctionSource) -> Relation:
    """https://learn.microsoft.com/sql/t-sql/functions/generate-series-transact-sql

    :raises SqlServerError: 8116 for arguments that are no exact numbers; of several types 206 each, then 5373
        (https://database.guide/?p=33721).
    """
    if not 2 <= call.count <= 3 or any(argument.is_null for argument in call.arguments):
        raise NotSupported("GENERATE_SERIES of this number of arguments, or of NULL", source.line)
    for position, argument in enumerate(call.arguments, 1):
        if not argument.type.is_integer and argument.type.name != "decimal" or argument.type.name == "bit":
            raise call.invalid(position)
    if len({argument.type.name for argument in call.arguments}) > 1:
        clashes = [SqlServerError(206, left=label(argument.type), right="void type") for argument in call.arguments]
        raise clashes[0].followed_by(*clashes[1:], SqlServerError(5373, state=2))
    type_, converted, _ = unified(call.arguments, "generate_series")
    start, stop = (f"({sql})::numeric" for sql in converted[:2])
    step = f"CASE WHEN {start} > {stop} THEN -1 ELSE 1 END"
    if len(converted) > 2:
        step = f"ms.series_step(({converted[2]})::numeric)"
    return Relation(
        f"SELECT g::{pg_type(type_)} AS o1 FROM generate_series({start}, {stop}, {step}) g",
        [Output("value", type_, False)],
    )


_TABLES = {"openjson": _openjson, "string_split": _string_split, "generate_series": _generate_series}
