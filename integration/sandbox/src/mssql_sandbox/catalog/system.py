"""System views: columns and types as the bootstrap SQL declares them."""

import re
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from ..sqltypes import DEFAULT_COLLATION, SqlType
from ..syntax import nodes
from . import datatypes
from .model import Column, Table, name_key

_COLUMN = re.compile(
    r"(?P<name>\w+)(?: (?P<type>\w+)(?:\((?P<length>\w+)\))?)?(?P<null>\?)?(?:@(?P<version>\d+))?(?: = (?P<constant>.+))?$"
)
_VIEW = re.compile(r"^--- (\w+\.\w+): ([^\n]*(?:\n--- [^\n]*)*)\n(.*?);$", re.M | re.S)
_FILES = ("catalog_2_views.sql", "catalog_3_information_schema.sql")


class Declared(NamedTuple):
    """A column of a system view as the SQL files declare it.

    :param since: first major version that has it; 0: all have.
    :param constant: its value, an expression of the other columns of ``v``; None if the view's query has the column.
    """

    name: str
    type: SqlType
    nullable: bool
    since: int
    constant: str | None


@lru_cache(maxsize=None)
def views(version: int, collation: str = DEFAULT_COLLATION) -> dict[tuple[str, str], Table]:
    """All system views of a server version by (schema, name), both case-folded.

    :param version: major version; newer columns are left out.
    :param collation: the database's, for character columns.
    """
    tables: dict[tuple[str, str], Table] = {}
    for position, (name, columns) in enumerate(_declarations().items(), start=1):
        schema, leaf = name.split(".")
        kept = [
            Column(
                column_id, column.name, _with_collation(column.type, collation), column.nullable, column.name.lower()
            )
            for column_id, column in enumerate(columns, start=1)
            if column.since <= version
        ]
        table = Table(
            -position, schema, leaf, _physical(name), tuple(kept), kind="system", partial=name in _partial(),
            key=name_key(collation),
        )  # fmt: skip
        tables[schema.casefold(), leaf.casefold()] = table
    return tables


def source(name: str) -> str:
    """The text of an engine SQL file, with CREATE VIEW in place of its declarations."""
    return _VIEW.sub(lambda match: _view(match[1], match[3]), _text(name))


def _view(name: str, query: str) -> str:
    """The CREATE VIEW statement of a declaration, with each column cast to its type."""
    none, parts = query == "none", []
    for column in _declarations()[name]:
        value = "null" if none else column.constant or f"v.{column.name.lower()}"
        parts.append(f"({value})::{datatypes.engine_type(column.type)} as {column.name.lower()}")
    rows = "where false" if none else f"from ({query}) v"
    return f"create view {_physical(name)} as select {', '.join(parts)} {rows};"


def _physical(name: str) -> str:
    schema, leaf = name.split(".")
    return f"information_schema_views.{leaf.lower()}" if schema == "INFORMATION_SCHEMA" else name


def _text(name: str) -> str:
    return resources.files("mssql_sandbox.engine").joinpath("sql").joinpath(name).read_text("utf-8")


@lru_cache(maxsize=None)
def _declarations() -> dict[str, list[Declared]]:
    known: dict[str, list[Declared]] = {}
    for name, declaration in _texts():
        known[name] = _columns(name, declaration.replace("\n--- ", " "), known)
    return known


def _texts() -> list[tuple[str, str]]:
    return [match[:2] for file in _FILES for match in _VIEW.findall(_text(file))]


@lru_cache(maxsize=None)
def _partial() -> frozenset[str]:
    """The views with further columns on a real server."""
    return frozenset(name for name, declaration in _texts() if declaration.endswith("..."))


def _columns(view: str, declaration: str, known: dict[str, list[Declared]]) -> list[Declared]:
    columns: list[Declared] = []
    for part in declaration.split(", "):
        if part == "...":
            continue
        if part[0] in "+=":
            columns.extend(column if part[0] == "=" else column._replace(constant=None) for column in known[part[1:]])
            continue
        match = _COLUMN.match(part)
        if match is None:
            raise ValueError(f"{view}: cannot read {part!r}")
        name, length = (match["type"], match["length"]) if match["type"] else _usual_type(match["name"])
        arguments = (length,) if length else ()
        type_ = SqlType("sql_variant") if name == "sql_variant" else datatypes.resolve(nodes.TypeName(name, arguments))
        constant = match["constant"] or ("ms.database_property('name')" if match["name"].endswith("_CATALOG") else None)
        columns.append(Declared(match["name"], type_, bool(match["null"]), int(match["version"] or 0), constant))
    return columns


def _usual_type(column: str) -> tuple[str, str | None]:
    """(type, length) of a column declared without a type."""
    if column.isupper():
        return "nvarchar", "128"
    if column.endswith("_desc"):
        return "nvarchar", "60"
    return "int" if column.endswith("_id") else "bit", None


def _with_collation(type_: SqlType, collation: str) -> SqlType:
    return replace(type_, collation=collation) if type_.is_character else type_
