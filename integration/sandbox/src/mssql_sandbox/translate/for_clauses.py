"""FOR XML PATH('') and FOR JSON PATH."""

from dataclasses import replace
from typing import Any

from ..errors import NotSupported, SqlServerError
from ..sqltypes import MAX, nvarchar, varchar
from ..syntax import nodes
from .bound import Bound, Output, Relation, Scope
from .operands import convert, json_number
from .translation import Translation


def bind(t: Translation, query: nodes.Query, clause: nodes.ForClause, parent: Scope | None) -> Relation:
    """The query as one value, for the forms whose text is certain."""
    relation = t.relation(replace(query, for_clause=None), parent)
    if any(output.type.name in ("xml", "sql_variant") for output in relation.outputs):
        raise NotSupported(f"an xml or sql_variant column in FOR {clause.mode}", clause.line)
    if clause.mode == "XML PATH":
        return _xml(t, clause, relation)
    if clause.mode == "JSON PATH":
        return _json(t, clause, relation)
    raise NotSupported(f"FOR {clause.mode}", clause.line)


def _xml(t: Translation, clause: nodes.ForClause, relation: Relation) -> Relation:
    """FOR XML PATH(''), the idiom that concatenates strings: one unnamed column, optionally TYPE."""
    if clause.options.get("ELEMENT") != "" or set(clause.options) - {"ELEMENT"}:
        raise NotSupported("FOR XML PATH with element names or options", clause.line)
    if len(relation.outputs) != 1 or relation.outputs[0].name:
        raise NotSupported("FOR XML PATH over named columns", clause.line)
    output = relation.outputs[0]
    value = convert(Bound("f.o1", output.type, True, output.coercibility), nvarchar(MAX), True)
    escaped = f"replace(replace(replace({value}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    return Relation(
        f"SELECT string_agg({escaped}, '') AS o1 FROM ({relation.sql}) f",
        [Output("", nvarchar(MAX, t.context.collation), True)],
    )


def _json(t: Translation, clause: nodes.ForClause, relation: Relation) -> Relation:
    known = {"INCLUDE_NULL_VALUES", "WITHOUT_ARRAY_WRAPPER", "ROOT"}
    if set(clause.options) - known:
        raise NotSupported(f"FOR JSON PATH, {', '.join(clause.options)}", clause.line)
    tree: dict[str, Any] = {}
    for number, output in enumerate(relation.outputs, 1):
        if not output.name:
            raise SqlServerError(13605, line=clause.line)
        _place(tree, output.name, _item(Bound(f"f.o{number}", output.type, True)), clause.line)
    row = _object(tree, "INCLUDE_NULL_VALUES" in clause.options)
    sql = f"string_agg({row}, ',')"
    if "WITHOUT_ARRAY_WRAPPER" not in clause.options:
        sql = f"'[' || {sql} || ']'"
    if "ROOT" in clause.options:
        root = clause.options["ROOT"] or "root"
        sql = f"'{{' || ms.json_quote('{root}') || ':' || {sql} || '}}'"
    return Relation(
        f"SELECT {sql} AS o1 FROM ({relation.sql}) f", [Output("", nvarchar(MAX, t.context.collation), True)]
    )


def _place(tree: dict[str, Any], name: str, value: str, line: int) -> None:
    """Place a property in the tree: dots nest, and the names of one object must be adjacent.

    :raises SqlServerError: 13601 for a repeated property.
    """
    *path, leaf = name.split(".")
    level = tree
    for step in path:
        if step in level and (not isinstance(level[step], dict) or step != next(reversed(level))):
            raise _conflict(name, line)
        level = level.setdefault(step, {})
    if leaf in level:
        raise _conflict(name, line)
    level[leaf] = value


def _conflict(name: str, line: int) -> SqlServerError:
    return SqlServerError(13601, name=name, line=line)


def _object(tree: dict[str, Any], keep_nulls: bool) -> str:
    keys = ["'" + key.replace("'", "''") + "'" for key in tree]
    values = [_nested(value, keep_nulls) if isinstance(value, dict) else value for value in tree.values()]
    arrays = f"ARRAY[{', '.join(keys)}]::text[], ARRAY[{', '.join(values)}]::text[]"
    return f"ms.json_object({arrays}, {str(keep_nulls).lower()})"


def _nested(tree: dict[str, Any], keep_nulls: bool) -> str:
    """A nested object, left out if it has no value."""
    return _object(tree, keep_nulls) if keep_nulls else f"nullif({_object(tree, False)}, '{{}}')"


def _item(bound: Bound) -> str:
    style = 126 if bound.type.is_temporal else None
    return json_number(bound) or f"ms.json_quote({convert(bound, varchar(MAX), True, style=style)})"
