"""FROM: tables, joins, derived tables, table functions."""

import re
from functools import lru_cache
from typing import Any, Callable

from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..interface import SERVER_NAME
from ..syntax import nodes
from ..syntax.parser import parse_batch
from ..syntax.walk import below
from ..types.typenames import engine_cast
from . import functions, pivot
from .bound import COLUMN, CommonTableNames, Output, Relation, Scope, Source, SourceColumn, column_labels
from .builtins import tables as table_functions
from .operands import unified
from .translation import Translation

# https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
_HINTS = frozenset(
    """FORCESCAN FORCESEEK HOLDLOCK NOLOCK NOWAIT PAGLOCK READCOMMITTED READCOMMITTEDLOCK READPAST READUNCOMMITTED
    REPEATABLEREAD ROWLOCK SERIALIZABLE SNAPSHOT TABLOCK TABLOCKX UPDLOCK XLOCK KEEPIDENTITY KEEPDEFAULTS
    IGNORE_CONSTRAINTS IGNORE_TRIGGERS NOEXPAND""".split()
)


# Hints for different isolation levels or lock granularities exclude one another (1047).
_ISOLATING = (
    {"NOLOCK", "READUNCOMMITTED"}, {"READCOMMITTED", "READCOMMITTEDLOCK"}, {"REPEATABLEREAD"},
    {"HOLDLOCK", "SERIALIZABLE"}, {"SNAPSHOT"},
)  # fmt: skip
_GRANULAR = ({"NOLOCK", "READUNCOMMITTED"}, {"PAGLOCK"}, {"ROWLOCK"}, {"TABLOCK"}, {"TABLOCKX"})
_DIRTY = frozenset(("NOLOCK", "READUNCOMMITTED"))
_LOCKING = frozenset(("XLOCK", "UPDLOCK", "HOLDLOCK", "SERIALIZABLE", "REPEATABLEREAD", "TABLOCKX"))
# System views that show the server, not the database.
_SERVER_VIEWS = frozenset("configurations databases dm_exec_sessions master_files sysdatabases time_zone_info".split())
_INDEX_HINT = re.compile(r"INDEX\s*=?\s*\(?(.*?)\)?\s*\Z", re.I | re.S)


def _check_index_hint(hint: str, table: Table) -> None:
    """:raises SqlServerError: 307 unknown index id, 308 unknown index name."""
    matched = _INDEX_HINT.match(hint)
    for item in matched[1].split(",") if matched else ():
        wanted = item.strip().strip('[]"')
        label = f"{table.schema}.{table.name}"
        if wanted.isdigit():
            if int(wanted) > 1 and int(wanted) not in {index.id for index in table.indexes}:
                raise SqlServerError(307, index=wanted, table=label)
        elif wanted.casefold() not in {index.name.casefold() for index in table.indexes}:
            raise SqlServerError(308, index=wanted, table=label)


class Sources:
    """The items of FROM.

    :param t: translates conditions and queries in them.
    :param common: the visible common tables.
    """

    def __init__(self, t: Translation, common: CommonTableNames) -> None:
        self.t = t
        self.context = t.context
        self.common = common

    def source(self, node: nodes.Source, scope: Scope) -> str:
        """Engine SQL of one FROM item; its columns are added to ``scope``."""
        sql = _HANDLERS[type(node)](self, node, scope)
        if not isinstance(node, nodes.Join):
            scope.sources[-1].text = sql
        return sql

    def items(self, items: list[nodes.Source], scope: Scope) -> list[str]:
        """Engine SQL of the items of FROM, each complete, so that CROSS JOIN can combine them."""
        written = [self.source(item, scope) for item in items]
        return [f"({sql})" if isinstance(item, nodes.Join) else sql for item, sql in zip(items, written)]

    def add(self, scope: Scope, source: Source, line: int = 0) -> None:
        """Add a source to the scope. :raises SqlServerError: 1011/1013 for a repeated exposed name."""
        for other in scope.sources:
            if other.exposed == source.exposed and (
                other.schema is None or source.schema is None or other.schema.casefold() == source.schema.casefold()
            ):
                if other.schema is None and source.schema is None:
                    raise SqlServerError(1011, name=source.label, line=line)
                if None in (other.schema, source.schema):
                    raise NotSupported("an alias that is the name of another table in FROM", line)
                raise SqlServerError(1013, first=other.label, second=source.label, line=line)
        scope.sources.append(source)

    # ---- tables

    def find_table(self, name: nodes.Name) -> Table:
        """:raises SqlServerError: 208 unknown, 1087 undeclared table variable, 40515 another database, 7202 a linked server."""
        parts = name.parts
        leaf = parts[-1]
        if leaf.startswith("@"):
            table: Table | None = self.context.catalog.table(None, leaf)
            if table is None:
                raise SqlServerError(1087, name=leaf, line=name.line)
            return table
        server, database = ("", "", *map(str.casefold, parts[:-2]))[-2:]
        if server not in ("", SERVER_NAME) or database not in ("", self.context.database.casefold()):
            if database == "master" and leaf.casefold() in _SERVER_VIEWS and not server:
                self.check_other_database(parts, name.line)  # the same in every database
            elif server or not (database == "tempdb" and leaf.startswith("#")):
                self.refuse_other_database(parts, name.line)
        schema = parts[-2] if len(parts) > 1 and parts[-2] else None
        table = self.context.catalog.table(schema, leaf)
        if table is None:
            functions.refuse_as_table(self.context, name)
            raise SqlServerError(208, name=".".join(parts), line=name.line)
        if table.name == "sysdatabases" and "master" not in (database, self.context.database) and schema != "sys":
            raise NotSupported("sysdatabases without its schema outside of master", name.line)
        return table

    def check_other_database(self, parts: tuple[str, ...], line: int) -> None:
        """:raises SqlServerError: 40515."""
        if not self.context.version.allows("cross_database"):
            raise SqlServerError(40515, name=".".join(parts), line=line)

    def refuse_other_database(self, parts: tuple[str, ...], line: int) -> None:
        self.check_other_database(parts, line)
        if len(parts) > 3:
            raise SqlServerError(7202, name=parts[-4], line=line)
        raise NotSupported(f"names of another database ({'.'.join(parts)})", line)

    def _table(self, node: nodes.TableSource, scope: Scope) -> str:
        if node.for_system_time is not None:
            raise NotSupported("FOR SYSTEM_TIME", node.line)
        if len(node.name.parts) == 1:
            common = self.common.find(node.name.parts[0])
            if common is not None:
                return self._common(node, common, scope)
        table = self.find_table(node.name)
        hints = self.check_hints(node.hints, table)
        source = self.table_source(table, node.alias, node.name)
        self.add(scope, source, node.line)
        source.hints = frozenset(hints)
        if hints & {"UPDLOCK", "XLOCK", "READPAST"}:
            self._lock(source, hints)
        return f"{table.physical} AS {source.engine_alias}"

    def check_hints(self, hints: list[str], table: Table | None = None) -> set[str]:
        """:raises SqlServerError: 321 unknown hint, 307 and 308 unknown index, 1047 conflicting hints."""
        names = set()
        for hint in hints:
            name = hint.split("(")[0].split("=")[0].strip()
            if name == "INDEX":
                if table is not None:
                    _check_index_hint(hint, table)
                continue
            if name not in _HINTS:
                raise SqlServerError(321, hint=hint)
            names.add(name)
        conflicting = any(sum(bool(names & group) for group in groups) > 1 for groups in (_ISOLATING, _GRANULAR))
        if conflicting or names & _DIRTY and names & _LOCKING:
            raise SqlServerError(1047)
        if "READPAST" in names:
            level = self.context.settings.isolation
            if level in ("SERIALIZABLE", "READ UNCOMMITTED"):
                raise SqlServerError(650)
            if level == "SNAPSHOT" or names & {"HOLDLOCK", "SERIALIZABLE", *_DIRTY}:
                raise NotSupported("READPAST under another level than READ COMMITTED and REPEATABLE READ")
        return names

    def _lock(self, source: Source, hints: set[str]) -> None:
        # A U lock is compatible with the S lock of a foreign key check (transaction locking guide).
        strength = "UPDATE" if "XLOCK" in hints else "NO KEY UPDATE" if "UPDLOCK" in hints else "SHARE"
        wait = " NOWAIT" if "NOWAIT" in hints else " SKIP LOCKED" if "READPAST" in hints else ""
        self.t.statement.locks.append((source, f"FOR {strength} OF {source.engine_alias}{wait}"))

    def table_source(self, table: Table, alias: str | None, name: nodes.Name) -> Source:
        engine_alias = self.t.statement.alias()
        columns = [_table_column(table, column, engine_alias) for column in table.columns]
        if any(column.rowversion for column in table.columns):
            self.t.statement.rowversions = True
        label = alias or name.parts[-1]
        schema = None if alias or table.kind in ("temp", "variable") else table.schema
        key = self.context.catalog.name_key
        written = ".".join(filter(None, name.parts))
        return Source(key(label), label, engine_alias, columns, schema, table, key=key, written=written)

    def _common(self, node: nodes.TableSource, common: tuple[str, list[Output]], scope: Scope) -> str:
        engine_name, outputs = common
        alias = self.t.statement.alias()
        if engine_name in self.common.recursing:
            self.common.recursing[engine_name] = alias
        written = node.name.parts[0]
        label, key = node.alias or written, self.context.catalog.name_key
        columns = _output_columns(outputs, alias)
        self.add(scope, Source(key(label), label, alias, columns, key=key, written=written), node.line)
        return f"{engine_name} AS {alias}"

    # ---- derived tables

    def derived(
        self, relation: Relation, alias: str, names: list[str], line: int, scope: Scope, nameless: bool = False
    ) -> str:
        """A FROM item of a relation.

        :param nameless: whether it exposes no name (an OPENJSON without alias).
        :raises SqlServerError: those of :func:`column_labels`.
        """
        outputs, key = relation.outputs, self.context.catalog.name_key
        labels = column_labels(outputs, names, key, alias, line)
        engine_alias = self.t.statement.alias()
        columns = _output_columns(outputs, engine_alias, labels)
        if nameless:
            alias = f"{alias} {len(scope.sources)}"
        self.add(scope, Source(key(alias), alias, engine_alias, columns, key=key), line)
        return f"({relation.sql}) AS {engine_alias}"

    def _derived(self, node: nodes.DerivedTable, scope: Scope) -> str:
        inner = scope if scope.lateral else scope.parent
        relation = self.t.relation(node.query, inner)
        return self.derived(relation, node.alias, node.columns, node.line, scope)

    def _values(self, node: nodes.ValuesSource, scope: Scope) -> str:
        inner = scope if scope.lateral else scope.parent
        relation = self.values_relation(node.rows, inner or Scope(), node.line)
        return self.derived(relation, node.alias, node.columns, node.line, scope)

    def values_relation(self, rows: list[list[nodes.Expression]], scope: Scope, line: int) -> Relation:
        """VALUES, each column converted to its common type. :raises SqlServerError: 10709 uneven rows."""
        width = len(rows[0])
        if any(len(row) != width for row in rows):
            raise SqlServerError(10709, line=line)
        bound_scope = Scope(parent=scope)
        bound = [self.t.expressions(row, bound_scope) for row in rows]
        outputs, columns = [], []
        for position in range(width):
            items = [row[position] for row in bound]
            type_, converted, coercibility = unified(items, "VALUES")
            cast = engine_cast(type_)
            columns.append([f"({sql})::{cast}" for sql in converted])
            outputs.append(Output("", type_, any(item.nullable for item in items), coercibility))
        tuples = ", ".join(f"({', '.join(column[i] for column in columns)})" for i in range(len(rows)))
        names = ", ".join(f"o{i}" for i in range(1, width + 1))
        alias = self.t.statement.alias("v")
        return Relation(f"SELECT {names} FROM (VALUES {tuples}) AS {alias}({names})", outputs)

    def _function(self, node: nodes.FunctionSource, scope: Scope) -> str:
        if isinstance(node.call, nodes.MethodCall):
            raise NotSupported(f"the method {node.call.name}", node.line)
        inner = scope if scope.lateral or scope.sources else (scope.parent or Scope())
        relation = table_functions.bind(self.t, node, Scope(parent=inner))
        alias = node.alias or node.call.name
        return "LATERAL " + self.derived(relation, alias, node.columns, node.line, scope, nameless=node.alias is None)

    # ---- joins

    def _join(self, node: nodes.Join, scope: Scope) -> str:
        first = len(scope.sources)
        left = self.source(node.left, scope)
        first_right = len(scope.sources)
        if node.kind in ("CROSS APPLY", "OUTER APPLY"):
            return self._apply(node, left, scope)
        right = self.source(node.right, scope)
        if isinstance(node.right, nodes.Join):
            right = f"({right})"
        if node.kind == "CROSS":
            return f"{left} CROSS JOIN {right}"
        condition = self._on(node.condition, scope, first)
        # An outer join reads all rows of the preserved side.
        narrowed = {"LEFT": scope.sources[first_right:], "RIGHT": scope.sources[first:first_right], "FULL": []}
        for source in narrowed.get(node.kind, scope.sources[first:]):
            source.conditions.append(node.condition)
        if node.kind in ("LEFT", "FULL"):
            for source in scope.sources[first_right:]:
                source.optional = True
        if node.kind in ("RIGHT", "FULL"):
            for source in scope.sources[:first_right]:
                source.optional = True
        return f"{left} {node.kind} JOIN {right} ON {condition}"

    def _on(self, condition: Any, scope: Scope, first: int) -> str:
        """ON, which sees only its join's sources. :raises SqlServerError: 4104 for others.

        Source: probes of SQL Server 2025, RyanLamansky/sql-server-simulator joins.md.
        """
        (clause, scope.clause), (known, scope.sources) = (scope.clause, "on"), (scope.sources, scope.sources[first:])
        sql = self.t.predicate(condition, scope)
        scope.clause, scope.sources = clause, known
        return sql

    def _apply(self, node: nodes.Join, left: str, scope: Scope) -> str:
        before, scope.lateral = scope.lateral, True
        position = len(scope.sources)
        right = self.source(node.right, scope)
        scope.lateral = before
        lateral = right if right.startswith("LATERAL ") else f"LATERAL {right}"
        if isinstance(node.right, nodes.TableSource):
            lateral = right
        if node.kind == "CROSS APPLY":
            return f"{left} CROSS JOIN {lateral}"
        for source in scope.sources[position:]:
            source.optional = True
        return f"{left} LEFT JOIN {lateral} ON true"

    def _pivot(self, node: nodes.Pivot | nodes.Unpivot, scope: Scope) -> str:
        inner = scope if scope.lateral else scope.parent
        relation = pivot.relation(self.t, node, self._columns(node.source, inner), inner)
        return self.derived(relation, node.alias, [], node.line, scope)

    def _columns(self, node: nodes.Source, inner: Scope | None) -> list[SourceColumn]:
        """The columns of a source that is translated again later."""
        probe, statement = Scope(parent=inner), self.t.statement
        locks, before = list(statement.locks), list(statement.before)
        self.source(node, probe)
        statement.locks[:], statement.before[:] = locks, before
        return [column for source in probe.sources for column in source.columns]


@lru_cache(maxsize=1000)
def _names_in(definition: str) -> frozenset[str]:
    tree = parse_batch(f"SELECT {definition}", quoted_identifier=True).statements[0]
    return frozenset(node.parts[-1].casefold() for node in below(tree) if isinstance(node, nodes.ColumnRef))


def column_value(table: Table, column: Column, alias: str) -> str:
    """A column of a row; a computed one that is NULL because of an error raises it."""
    value = f"{alias}.{column.physical}"
    if column.computed is None or column.persisted:
        return value
    names = _names_in(column.computed)
    used = sorted((other for other in table.columns if other.name.casefold() in names), key=lambda other: other.id)
    if not used:
        return value
    arguments = ", ".join(f"{alias}.{other.physical}" for other in used)
    return f"coalesce({value}, u.g{table.id}_{column.id}(true, {arguments}))"


def _table_column(table: Table, column: Column, alias: str) -> SourceColumn:
    return SourceColumn(
        column.name,
        column.type,
        column_value(table, column, alias),
        column.nullable,
        column.identity is not None,
        column.computed is not None,
        COLUMN,
    )


def _output_columns(outputs: list[Output], alias: str, labels: list[str] | None = None) -> list[SourceColumn]:
    return [
        SourceColumn(
            labels[number] if labels else output.name,
            output.type,
            f"{alias}.o{number + 1}",
            output.nullable,
            coercibility=output.coercibility,
        )
        for number, output in enumerate(outputs)
    ]


_HANDLERS: dict[type, Callable[..., str]] = {
    nodes.TableSource: Sources._table,
    nodes.DerivedTable: Sources._derived,
    nodes.ValuesSource: Sources._values,
    nodes.FunctionSource: Sources._function,
    nodes.Join: Sources._join,
    nodes.Pivot: Sources._pivot,
    nodes.Unpivot: Sources._pivot,
}
