"""System views: their columns and types, as the bootstrap SQL declares them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from importlib import resources

from ..sqltypes import DEFAULT_COLLATION, SqlType
from ..syntax import nodes
from . import datatypes
from .model import Column, Table

_COLUMN = re.compile(r"(?P<name>\w+) (?P<type>\w+)(?:\((?P<length>\w+)\))?(?P<null>\?)?(?:@(?P<version>\d+))?$")
_FILES = ("catalog_2_views.sql", "catalog_3_information_schema.sql")


@lru_cache(maxsize=None)
def views(version: int, collation: str = DEFAULT_COLLATION) -> dict[tuple[str, str], Table]:
    """All system views of a server version by (schema, name), both case-folded.

    :param version: major version; columns that arrived later are left out.
    :param collation: the database's, which character columns have.
    """
    tables: dict[tuple[str, str], Table] = {}
    for position, (name, columns) in enumerate(_declarations().items(), start=1):
        schema, leaf = name.split(".")
        kept = [
            Column(column_id, column, _with_collation(type_, collation), nullable, column.lower())
            for column_id, (column, type_, nullable, since) in enumerate(columns, start=1)
            if since <= version
        ]
        physical = f"information_schema_views.{leaf.lower()}" if schema == "INFORMATION_SCHEMA" else name
        table = Table(-position, schema, leaf, physical, tuple(kept), kind="system")
        tables[schema.casefold(), leaf.casefold()] = table
    return tables


def declared_types() -> dict[str, list[tuple[str, SqlType, bool, int]]]:
    """view name -> (column, type, nullable, first version), for the bootstrap and its tests."""
    return _declarations()


def source(name: str) -> str:
    """Text of one of the engine's SQL files."""
    return resources.files("mssql_sandbox.engine").joinpath("sql", name).read_text("utf-8")


@lru_cache(maxsize=None)
def _declarations() -> dict[str, list[tuple[str, SqlType, bool, int]]]:
    found: dict[str, list[tuple[str, SqlType, bool, int]]] = {}
    for file in _FILES:
        text = re.sub(r"\n--- (?!\w+\.\w+:)", " ", source(file))
        for name, declaration in re.findall(r"^--- (\w+\.\w+): (.*)$", text, re.M):
            found[name] = _columns(name, declaration, found)
    return found


def _columns(view: str, declaration: str, known: dict) -> list[tuple[str, SqlType, bool, int]]:
    columns: list[tuple[str, SqlType, bool, int]] = []
    for part in declaration.split(", "):
        if part.startswith("+"):
            columns.extend(known[part[1:]])
            continue
        match = _COLUMN.match(part)
        if match is None:
            raise ValueError(f"{view}: cannot read {part!r}")
        arguments = (match["length"],) if match["length"] else ()
        name = match["type"]
        type_ = SqlType("sql_variant") if name == "sql_variant" else datatypes.resolve(nodes.TypeName(name, arguments))
        columns.append((match["name"], type_, bool(match["null"]), int(match["version"] or 0)))
    return columns


def _with_collation(type_: SqlType, collation: str) -> SqlType:
    return replace(type_, collation=collation) if type_.is_character else type_
