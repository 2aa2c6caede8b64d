"""State of one translation: parameters, aliases, names."""

from __future__ import annotations

from typing import Any

from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType, varbinary
from ..syntax import nodes
from ..types.typenames import engine_cast, resolve_type
from .bound import COLUMN, LITERAL, Bound, Scope, Source, SourceColumn
from .builtins.session import GLOBAL_VARIABLES, OTHER_VARIABLES, SESSION_FUNCTIONS
from .plan import Context

_PSEUDO_COLUMNS = frozenset("$identity $rowguid $node_id $edge_id $from_id $to_id $cuid".split())


class Core:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.parameters: list[str] = []
        self.stored = False  # a CHECK, DEFAULT or computed column: no subqueries
        self._numbers: dict[str, int] = {}
        self._aliases = 0
        self.ctes: list[dict[str, Any]] = []
        self.before: list[str] = []
        self.locks: list[str] = []
        self.frame: dict[str, Bound] = {}  # variables of a function's body, in place of the session's
        self.rowversions = False  # whether a table with such a column is read
        self.compiling: int | None = None  # id of the function whose body this is
        self.calls_itself = False  # whether it does so itself
        self.max_recursion = 100  # OPTION (MAXRECURSION n); 0 is no limit
        self.recursing: dict[str, str] = {}  # recursive table being translated -> its alias in its own member
        self.serializable: list[str] = []
        self.updatable: Any = None  # the SELECT of a common table that the statement changes
        self.bases: dict[int, Source] = {}  # its tables, by number
        self.origins: list[tuple[int, Any] | None] = []  # of its columns: the table and column that it only names

    # ---- parameters and aliases ---------------------------------------------------

    def parameter(self, name: str, type_: SqlType) -> str:
        number = self._numbers.get(name)
        if number is None:
            self.parameters.append(name)
            number = self._numbers[name] = len(self.parameters)
        return f"${number}::{engine_cast(type_)}"

    def alias(self, prefix: str = "s") -> str:
        self._aliases += 1
        return f"{prefix}{self._aliases}"

    def variable(self, node: nodes.Variable) -> Bound:
        """:raises SqlServerError: 137 for an undeclared variable."""
        name = node.name
        if name in self.frame:
            return self.frame[name]
        if name == "@@dbts":
            return Bound("ms.dbts()", varbinary(8), False)
        type_ = self.context.variables.get(name) or GLOBAL_VARIABLES.get(name)
        if name in OTHER_VARIABLES and type_ is None:
            raise NotSupported(name.upper(), node.line)
        if type_ is None:
            raise SqlServerError(137, name=name, line=node.line)
        return Bound(self.parameter(name, type_), type_, coercibility=LITERAL)

    def session_value(self, name: str) -> Bound:
        type_ = SESSION_FUNCTIONS[name]
        return Bound(self.parameter(name, type_), type_)

    def type_name(self, node: nodes.TypeName, context: str = "cast") -> SqlType:
        return resolve_type(node, context, self.context.version, self.context.collation)

    # ---- column names -----------------------------------------------------------------

    def column(self, node: nodes.ColumnRef, scope: Scope) -> tuple[Bound, Scope]:
        """The column and the scope it belongs to.

        :raises SqlServerError: 207 unknown, 209 ambiguous, 4104 unknown prefix.
        """
        level: Scope | None = scope
        while level is not None:
            found = self._column_here(node, level)
            if found is not None:
                return found, level
            level = level.parent
        name = node.parts[-1]
        if len(node.parts) == 1:
            raise SqlServerError(207, name=name, line=node.line)
        if self._prefix_known(node, scope):
            raise SqlServerError(207, name=name, line=node.line)
        raise SqlServerError(4104, name=".".join(node.parts), line=node.line)

    def _column_here(self, node: nodes.ColumnRef, scope: Scope) -> Bound | None:
        matches = []
        for source in scope.sources:
            if self._prefix_matches(node.parts[:-1], source):
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

    def _prefix_matches(self, prefix: tuple[str, ...], source: Source) -> bool:
        if not prefix:
            return True
        if prefix[-1].casefold() != source.exposed:
            return False
        if len(prefix) == 1:
            return True
        if source.schema is None:
            return False
        if prefix[-2] and prefix[-2].casefold() != source.schema.casefold():
            return False
        return len(prefix) < 3 or prefix[-3].casefold() == self.context.database.casefold()

    def _prefix_known(self, node: nodes.ColumnRef, scope: Scope) -> bool:
        level: Scope | None = scope
        while level is not None:
            if any(self._prefix_matches(node.parts[:-1], source) for source in level.sources):
                return True
            level = level.parent
        return False

    # ---- common tables --------------------------------------------------------------------

    def common_table(self, name: str) -> Any:
        for level in reversed(self.ctes):
            if name.casefold() in level:
                return level[name.casefold()]
        return None


def named_columns(source: Source, node: nodes.ColumnRef) -> list[SourceColumn]:
    """The columns of a name; ``$identity`` is the identity column whatever its name.

    https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql-identity-property
    """
    name = node.parts[-1]
    if name.startswith("$") and name.casefold() in _PSEUDO_COLUMNS:
        if name.casefold() != "$identity":
            raise NotSupported(name, node.line)
        return [column for column in source.columns if column.identity]
    return source.find(name)
