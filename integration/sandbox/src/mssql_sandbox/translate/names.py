"""Resolution of column names, and equality of expressions in GROUP BY."""

from dataclasses import fields
from typing import Any, Iterator

from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from .bound import COLUMN, Bound, Scope, Source, SourceColumn

_ROWS = frozenset(("inserted", "deleted"))  # keywords, in any case
_PSEUDO_COLUMNS = frozenset("$identity $rowguid $node_id $edge_id $from_id $to_id $cuid".split())


class Names:
    """Resolves names in a scope.

    :param database: the current one, a possible qualifier of a schema.
    """

    def __init__(self, database: str) -> None:
        self.database = database

    # ---- columns

    def column(self, node: nodes.ColumnRef, scope: Scope) -> tuple[Bound, Scope]:
        """The column and its scope.

        :raises SqlServerError: 207 unknown, 209 ambiguous, 4104 unknown prefix, 117 more than three prefixes.
        """
        if len(node.parts) > 4:
            raise SqlServerError(117, variant="column", name=".".join(node.parts[:4]), maximum=3, line=node.line)
        level: Scope | None = scope
        hidden = False
        while level is not None:
            column = self.here(node, level)
            if column is not None:
                if hidden:
                    raise NotSupported("a prefix that an inner table has too", node.line)
                return column, level
            hidden |= len(node.parts) > 1 and any(self.matches(node.parts[:-1], each) for each in level.sources)
            level = level.parent
        name = node.parts[-1]
        self._refuse_unknown_columns(node, scope)
        if len(node.parts) == 1:
            raise SqlServerError(207, name=name, line=node.line)
        if self._prefix_known(node, scope):
            raise SqlServerError(207, name=name, line=node.line)
        raise SqlServerError(4104, name=".".join(node.parts), line=node.line)

    def here(self, node: nodes.ColumnRef, scope: Scope) -> Bound | None:
        """The column, if a source of this scope has it. :raises SqlServerError: 209."""
        matches = []
        for source in scope.sources:
            if self.matches(node.parts[:-1], source):
                matches += [(source, column) for column in named_columns(source, node)]
        if not matches:
            return None
        if len(matches) > 1:
            raise SqlServerError(209, name=node.parts[-1], line=node.line)
        source, column = matches[0]
        return Bound(
            column.sql,
            column.type,
            column.nullable or source.optional,
            column.coercibility if column.type.is_character else COLUMN,
            columns=True,
            identity=column.identity,
            computed=column.computed,
        )

    def matches(self, prefix: tuple[str, ...], source: Source) -> bool:
        """Whether a column's qualifier means the source."""
        if not prefix:
            return True
        if source.key(prefix[-1]) != source.exposed and prefix[-1].casefold() not in _ROWS & {source.exposed}:
            return False
        if len(prefix) == 1:
            return True
        if source.schema is None:
            return False
        if prefix[-2] and source.key(prefix[-2]) != source.key(source.schema):
            return False
        return len(prefix) < 3 or prefix[-3].casefold() == self.database.casefold()

    def _prefix_known(self, node: nodes.ColumnRef, scope: Scope) -> bool:
        return any(True for _source in self._meant(node, scope))

    def _meant(self, node: nodes.ColumnRef, scope: Scope) -> Iterator[Source]:
        """The sources meant by the column's qualifier."""
        level: Scope | None = scope
        while level is not None:
            yield from (source for source in level.sources if self.matches(node.parts[:-1], source))
            level = level.parent

    def _refuse_unknown_columns(self, node: nodes.ColumnRef, scope: Scope) -> None:
        """:raises NotSupported: if a system view may have the column on a real server."""
        for source in self._meant(node, scope):
            if source.table is not None and source.table.partial:
                raise NotSupported(f"the column {node.parts[-1]} of the system view {source.table.name}", node.line)

    def declared_name(self, node: nodes.ColumnRef, scope: Scope) -> str:
        """The name of a result column, as the table spells it."""
        for source in self._meant(node, scope):
            for column in named_columns(source, node):
                return column.name
        return node.parts[-1]

    # ---- expressions of GROUP BY

    def fingerprint(self, node: Any, scope: Scope) -> Any:
        """A key that is equal for expressions that GROUP BY considers the same."""
        if isinstance(node, nodes.ColumnRef):
            try:
                bound, _owner = self.column(node, scope)
            except SqlServerError:
                return ("unknown", node.parts)
            return ("column", bound.sql)
        if isinstance(node, nodes.Literal):
            return (node.kind, node.text)
        if isinstance(node, nodes.Node):
            values = tuple(
                self.fingerprint(getattr(node, field.name), scope) for field in fields(node) if field.name != "line"
            )
            return (type(node).__name__, values)
        if isinstance(node, (list, tuple)):
            return tuple(self.fingerprint(item, scope) for item in node)
        if isinstance(node, dict):
            return tuple((key, self.fingerprint(item, scope)) for key, item in node.items())
        return node.casefold() if isinstance(node, str) else node

    def group_match(self, node: Any, scope: Scope) -> Bound | None:
        if isinstance(node, (nodes.Literal, nodes.Variable)) or not scope.groups:
            return None
        return scope.groups.get(self.fingerprint(node, scope))

    def ungrouped(self, node: nodes.ColumnRef, scope: Scope) -> SqlServerError:
        number = {"having": 8121, "order": 8127}.get(scope.clause, 8120)
        return SqlServerError(number, name=self._full_name(node, scope), line=node.line)

    def _full_name(self, node: nodes.ColumnRef, scope: Scope) -> str:
        for source in scope.sources:
            if self.matches(node.parts[:-1], source) and source.find(node.parts[-1]):
                return f"{source.written or source.label}.{source.find(node.parts[-1])[0].name}"
        return node.parts[-1]


def named_columns(source: Source, node: nodes.ColumnRef) -> list[SourceColumn]:
    """The columns of a name; ``$identity`` is the identity column.

    https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql-identity-property
    """
    name = node.parts[-1]
    if name.startswith("$") and name.casefold() in _PSEUDO_COLUMNS:
        if name.casefold() != "$identity":
            raise NotSupported(name, node.line)
        return [column for column in source.columns if column.identity]
    return source.find(name)
