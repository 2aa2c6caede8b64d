"""The rows that a statement reads, for locking: those of some index keys, or a whole table.

A server locks the keys that a seek reads, and all rows of a table that it scans: Transaction locking and row versioning
guide, https://learn.microsoft.com/sql/relational-databases/sql-server-transaction-locking-and-row-versioning-guide
(key-range locking). A seek is assumed if leading columns of an index are compared for equality.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Iterator

from ..catalog.model import Column, Table
from ..syntax import nodes
from ..types.collation import key_sql
from .bound import Scope, Source
from .constants import UNKNOWN, truth
from .plan import Access, Images
from .statement import EngineStatement

IMAGES = ("k_old", "k_new")
TARGET = frozenset(("TARGET",))
WHOLE = frozenset(("TABLOCK", "TABLOCKX"))  # hints that lock the table
_ALIAS = re.compile(r"\bs\d+(?=\.)")
_PLAIN = re.compile(r"(?:ms\.k_\w+\()?s\d+\.\w+\)?")  # a column compared without conversion


def record(statement: EngineStatement, scope: Scope, where: nodes.Predicate | None) -> None:
    """Record the reads of a SELECT, or of a change's search: every table of ``scope``.

    :param where: its condition, already translated.
    """
    for source in scope.sources:
        table = source.table
        if table is not None and table.kind in ("table", "view"):
            conditions = [part for whole in (where, *source.conditions) for part in _conjuncts(whole)]
            if not any(truth(part) in (False, UNKNOWN) for part in conditions):  # else nothing is read
                statement.accesses.append(_access(statement, source, table, scope, conditions))


def written(table: Table) -> Images:
    """The keys of old and new rows of a table, for RETURNING."""
    ids = dict.fromkeys(number for index in table.indexes for number in index.columns)
    columns = [column for number in ids for column in table.columns if column.id == number]
    images = (
        f"CASE WHEN {row}.ctid IS NOT NULL THEN ARRAY[{', '.join(_key(c, row) for c in columns)}]::bigint[] END AS {name}"
        for row, name in zip(("old", "new"), IMAGES)
    )
    return Images(table.physical, tuple(column.physical for column in columns), ", ".join(images))


def _access(
    statement: EngineStatement, source: Source, table: Table, scope: Scope, conditions: list[nodes.Predicate]
) -> Access:
    sought: dict[str, tuple[str, list[str], list[str]]] = {}
    for condition in conditions:
        for column, values, keys in _sought(statement, source, table, condition):
            given = _given(statement, values, scope, conditions)
            if given is not None:
                sought.setdefault(column, (keys, *given))
    by_id = {column.id: column.physical for column in table.columns}
    seeks = [
        list(takewhile(sought.__contains__, (by_id.get(number, "") for number in index.columns)))
        for index in table.indexes
    ]
    columns = max(seeks, key=len, default=[])
    if not columns or source.hints & WHOLE:
        return Access(table.physical, source.hints)
    keys = ", ".join(f"k{number}.k" for number in range(len(columns)))
    froms = dict.fromkeys(text for column in columns for text in sought[column][1])
    froms.update((f"LATERAL {sought[column][0]} AS k{number}(k)", None) for number, column in enumerate(columns))
    filters = dict.fromkeys(text for column in columns for text in sought[column][2])
    where = f" WHERE {' AND '.join(filters)}" if filters else ""
    query = f"SELECT DISTINCT ARRAY[{keys}] FROM {' CROSS JOIN '.join(froms)}{where}"
    return Access(table.physical, source.hints, tuple(columns), query)


def _conjuncts(condition: nodes.Predicate | None) -> Iterator[nodes.Predicate]:
    if isinstance(condition, nodes.And):
        for operand in condition.operands:
            yield from _conjuncts(operand)
    elif condition is not None:
        yield condition


def _sought(
    statement: EngineStatement, source: Source, table: Table, condition: nodes.Predicate
) -> Iterator[tuple[str, str, str]]:
    """(column compared for equality, SQL of the other side, its keys as an item of FROM) of a condition."""
    _, operands, query = statement.equalities.get(id(condition), (None, (), None))
    own = f"{source.engine_alias}."
    for position, text in enumerate(operands[:2]):
        others = [other for number, other in enumerate(operands) if number != position]
        if own not in text or position and len(operands) > 2 or own in " ".join(others):
            continue  # not a column and values
        column = next((c for c in table.columns if text == _comparable(c, source.engine_alias)), None)
        if column is None:
            continue
        if query is not None:
            yield column.physical, "", f"(SELECT {_hash(column, others[0])} FROM ({query}) q)"
        elif all(_PLAIN.fullmatch(other) or not _ALIAS.search(other) and "SELECT" not in other for other in others):
            values = ", ".join(_hash(column, other) for other in others)
            yield column.physical, " ".join(others), f"unnest(ARRAY[{values}])"


def _given(
    statement: EngineStatement, text: str, scope: Scope, conditions: list[nodes.Predicate]
) -> tuple[list[str], list[str]] | None:
    """Items of FROM and conditions that supply the columns named in a text; None if not available."""
    wanted = set(_ALIAS.findall(text))
    froms: list[str] = []
    level: Scope | None = scope
    while level is not None:
        froms += [source.text for source in level.sources if source.engine_alias in wanted and source.text]
        level = level.parent
    if len(froms) < len(wanted) or any(map(is_correlated, froms)):
        return None
    filters = []
    for condition in conditions if wanted else ():
        _, operands, query = statement.equalities.get(id(condition), (None, (), None))
        if operands and query is None and set(_ALIAS.findall(" ".join(operands))) <= wanted:
            filters.append(f"{operands[0]} IN ({', '.join(operands[1:])})")
    return froms, filters


def is_correlated(text: str) -> bool:
    """Whether a query names columns of an enclosing one."""
    return bool(set(_ALIAS.findall(text)) - set(re.findall(r"\bAS (s\d+)\b", text)))


def _comparable(column: Column, alias: str) -> str:
    """A column as :func:`~.operands.comparable` writes it."""
    sql = f"{alias}.{column.physical}"
    return sql if column.type.name == "uniqueidentifier" else key_sql(sql, column.type)


def _hash(column: Column, sql: str) -> str:
    text = f"trim_scale(({sql})::numeric)" if column.type.is_number else f"({sql})"
    return f"hashtextextended({text}::text, 0)"


def _key(column: Column, row: str) -> str:
    return _hash(column, _comparable(column, row))
