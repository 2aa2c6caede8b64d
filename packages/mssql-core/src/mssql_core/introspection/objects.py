"""The objects of a table in the catalogue, which write their own DDL."""

import re
from typing import Iterable, List, Match, NamedTuple, Optional, Sequence, Tuple, Union

from ..names import TableName, quote_bare

# Computed columns for the expressions of an index. They belong to
# their index, and only the schema editor sees them.
HIDDEN_EXPRESSION_PREFIX = "__ix_"
HIDDEN_DISCRIMINATOR_PREFIX = "__uq_"

_TOKEN = re.compile(r"N?'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|\"(?:[^\"]|\"\")*\"")


def is_hidden(column_name: str) -> bool:
    """Whether this is a computed column that exists only for an index."""
    return column_name.startswith((HIDDEN_EXPRESSION_PREFIX, HIDDEN_DISCRIMINATOR_PREFIX))


def is_discriminator(column_name: str) -> bool:
    """Whether this is a hidden column that distinguishes rows outside of an index's condition."""
    return column_name.startswith(HIDDEN_DISCRIMINATOR_PREFIX)


def column_references(definition: Optional[str]) -> List[str]:
    """
    Return the delimited identifiers in a definition, in order, each once.

    The catalogue renders every column of a check, filter, or computed column
    between brackets.
    """
    names = []
    for token in _TOKEN.findall(definition) if definition else ():
        if token[0] in '["':
            name = _undelimited(token)
            if name not in names:
                names.append(name)
    return names


def rename_reference(definition: str, old: str, new: str) -> str:
    """Return the definition with column `old` written as `new`."""
    return replace_reference(definition, old, quote_bare(new))


def replace_reference(definition: str, column: str, sql: str) -> str:
    """Return the definition with `sql` in the place of a column."""

    def replaced(match: Match[str]) -> str:
        token = match.group()
        return sql if token[0] in '["' and _undelimited(token).lower() == column.lower() else token

    return _TOKEN.sub(replaced, definition)


def _undelimited(token: str) -> str:
    return token[1:-1].replace(token[-1] * 2, token[-1])


def _column_list(names: Iterable[str]) -> str:
    return ", ".join(quote_bare(name) for name in names)


class Default(NamedTuple):
    table: TableName
    name: str
    column: str
    definition: str

    @property
    def expression_columns(self) -> Sequence[str]:
        """The names between brackets in the object's expression, which the server binds when it compiles the statement."""
        return ()

    def create_sql(self) -> List[str]:
        return [
            "ALTER TABLE %s ADD CONSTRAINT %s DEFAULT %s FOR %s"
            % (
                self.table,
                quote_bare(self.name),
                self.definition,
                quote_bare(self.column),
            )
        ]

    def drop_sql(self) -> List[str]:
        return [_drop_constraint(self.table, self.name)]

    def renamed(self, old: str, new: str) -> "Default":
        return self._replace(column=new if self.column == old else self.column)


class Check(NamedTuple):
    table: TableName
    name: str
    columns: Tuple[str, ...]
    definition: str
    is_disabled: bool = False
    is_not_trusted: bool = False

    @property
    def expression_columns(self) -> List[str]:
        return column_references(self.definition)

    def create_sql(self) -> List[str]:
        sql = "ALTER TABLE %s%s ADD CONSTRAINT %s CHECK %s" % (
            self.table,
            " WITH NOCHECK" if self.is_not_trusted else "",
            quote_bare(self.name),
            self.definition,
        )
        return [sql] + _disable(self)

    def drop_sql(self) -> List[str]:
        return [_drop_constraint(self.table, self.name)]

    def renamed(self, old: str, new: str) -> "Check":
        return self._replace(
            columns=_renamed(self.columns, old, new),
            definition=rename_reference(self.definition, old, new),
        )


class ForeignKey(NamedTuple):
    table: TableName
    name: str
    columns: Tuple[str, ...]
    to_table: TableName
    to_columns: Tuple[str, ...]
    on_delete: str = "NO_ACTION"
    on_update: str = "NO_ACTION"
    is_disabled: bool = False
    is_not_trusted: bool = False
    is_not_for_replication: bool = False

    @property
    def expression_columns(self) -> Sequence[str]:
        return ()

    def create_sql(self) -> List[str]:
        sql = "ALTER TABLE %s%s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s)" % (
            self.table,
            " WITH NOCHECK" if self.is_not_trusted else "",
            quote_bare(self.name),
            _column_list(self.columns),
            self.to_table,
            _column_list(self.to_columns),
        )
        for event, action in (("DELETE", self.on_delete), ("UPDATE", self.on_update)):
            if action != "NO_ACTION":
                sql += " ON %s %s" % (event, action.replace("_", " "))
        if self.is_not_for_replication:
            sql += " NOT FOR REPLICATION"
        return [sql] + _disable(self)

    def drop_sql(self) -> List[str]:
        return [_drop_constraint(self.table, self.name)]


class Index(NamedTuple):
    """An index, or the primary key or unique constraint that owns it."""

    table: TableName
    name: str
    keys: Tuple[Tuple[str, bool], ...]  # (column, is descending)
    includes: Tuple[str, ...] = ()
    filter: Optional[str] = None
    is_unique: bool = False
    is_primary_key: bool = False
    is_unique_constraint: bool = False
    kind: str = "NONCLUSTERED"
    options: Tuple[str, ...] = ()
    data_space: Optional[str] = None
    is_disabled: bool = False

    @property
    def is_constraint(self) -> bool:
        return self.is_primary_key or self.is_unique_constraint

    @property
    def columns(self) -> Tuple[str, ...]:
        return tuple(column for column, _ in self.keys)

    @property
    def hidden_columns(self) -> Tuple[str, ...]:
        """The columns that exist only for this index."""
        return tuple(filter(is_hidden, self.columns))

    @property
    def expression_columns(self) -> List[str]:
        return column_references(self.filter)

    @property
    def references(self) -> Tuple[str, ...]:
        """Every column that the index needs."""
        return self.columns + self.includes + tuple(self.expression_columns)

    def create_sql(self) -> List[str]:
        keys = ", ".join(quote_bare(column) + (" DESC" if descending else "") for column, descending in self.keys)
        options = " WITH (%s)" % ", ".join(self.options) if self.options else ""
        if self.data_space:
            options += " ON %s" % quote_bare(self.data_space)
        if self.is_constraint:
            sql = "ALTER TABLE %s ADD CONSTRAINT %s %s %s (%s)%s" % (
                self.table,
                quote_bare(self.name),
                "PRIMARY KEY" if self.is_primary_key else "UNIQUE",
                self.kind,
                keys,
                options,
            )
        else:
            sql = "CREATE %s%s INDEX %s ON %s (%s)%s%s%s" % (
                "UNIQUE " if self.is_unique else "",
                self.kind,
                quote_bare(self.name),
                self.table,
                keys,
                " INCLUDE (%s)" % _column_list(self.includes) if self.includes else "",
                " WHERE %s" % self.filter if self.filter else "",
                options,
            )
        if self.is_disabled:
            name = quote_bare(self.name)
            return [sql, "ALTER INDEX %s ON %s DISABLE" % (name, self.table)]
        return [sql]

    def drop_sql(self) -> List[str]:
        if self.is_constraint:
            return [_drop_constraint(self.table, self.name)]
        return ["DROP INDEX %s ON %s" % (quote_bare(self.name), self.table)]

    def renamed(self, old: str, new: str) -> "Index":
        return self._replace(
            keys=tuple((new if name == old else name, desc) for name, desc in self.keys),
            includes=_renamed(self.includes, old, new),
            filter=self.filter and rename_reference(self.filter, old, new),
        )


class Statistics(NamedTuple):
    """Statistics that a user made (CREATE STATISTICS)."""

    table: TableName
    name: str
    columns: Tuple[str, ...]
    filter: Optional[str] = None

    @property
    def expression_columns(self) -> List[str]:
        return column_references(self.filter)

    def create_sql(self) -> List[str]:
        sql = "CREATE STATISTICS %s ON %s (%s)" % (
            quote_bare(self.name),
            self.table,
            _column_list(self.columns),
        )
        return [sql + " WHERE %s" % self.filter if self.filter else sql]

    def drop_sql(self) -> List[str]:
        return ["DROP STATISTICS %s.%s" % (self.table, quote_bare(self.name))]

    def renamed(self, old: str, new: str) -> "Statistics":
        return self._replace(
            columns=_renamed(self.columns, old, new),
            filter=self.filter and rename_reference(self.filter, old, new),
        )


class Column(NamedTuple):
    table: TableName
    name: str
    type: str
    is_nullable: bool
    collation: Optional[str] = None  # only where it is not the database's
    identity: Optional[Tuple[int, int]] = None  # (seed, increment)
    computed: Optional[str] = None
    is_persisted: bool = False
    attributes: Tuple[str, ...] = ()  # SPARSE, ROWGUIDCOL

    @property
    def expression_columns(self) -> List[str]:
        return column_references(self.computed)

    def definition(self) -> str:
        """The column as CREATE TABLE and ADD write it."""
        if self.computed is not None:
            sql = "%s AS %s" % (quote_bare(self.name), self.computed)
            if self.is_persisted:
                sql += " PERSISTED" + ("" if self.is_nullable else " NOT NULL")
            return sql
        parts = [quote_bare(self.name), self.type]
        if self.collation:
            parts.append("COLLATE " + self.collation)
        if "SPARSE" in self.attributes:
            parts.append("SPARSE")
        if self.identity:
            parts.append("IDENTITY (%d, %d)" % self.identity)
        parts.append("NULL" if self.is_nullable else "NOT NULL")
        if "ROWGUIDCOL" in self.attributes:
            parts.append("ROWGUIDCOL")
        return " ".join(parts)

    def create_sql(self) -> List[str]:
        return ["ALTER TABLE %s ADD %s" % (self.table, self.definition())]

    def drop_sql(self) -> List[str]:
        name = quote_bare(self.name)
        return ["ALTER TABLE %s DROP COLUMN %s" % (self.table, name)]

    def renamed(self, old: str, new: str) -> "Column":
        return self._replace(
            name=new if self.name == old else self.name,
            computed=self.computed and rename_reference(self.computed, old, new),
        )


class ExtendedProperty(NamedTuple):
    """An extended property of a table or of one of its parts, such as a comment."""

    table: TableName  # with its schema
    name: str
    part_kind: Optional[str]  # COLUMN, CONSTRAINT, INDEX, TRIGGER; None for the table
    part_name: Optional[str]
    value: str


class Trigger(NamedTuple):
    table: TableName
    name: str
    definition: str
    is_disabled: bool

    def create_sql(self) -> List[str]:
        if not self.is_disabled:
            return [self.definition]
        name = quote_bare(self.name)
        return [self.definition, "DISABLE TRIGGER %s ON %s" % (name, self.table)]


#: What DDL makes and drops, and a script's catalogue follows.
SchemaObject = Union[Column, Index, ForeignKey, Check, Default, Statistics]


def type_sql(name: str, max_length: int, precision: int, scale: int) -> str:
    """
    Return a type as DDL writes it, from the columns of sys.columns.

    :param max_length: in bytes; -1 for (max).
    """
    if name in ("nvarchar", "nchar"):
        return "%s(%s)" % (name, "max" if max_length == -1 else max_length // 2)
    if name in ("varchar", "char", "varbinary", "binary"):
        return "%s(%s)" % (name, "max" if max_length == -1 else max_length)
    if name in ("decimal", "numeric"):
        return "%s(%d, %d)" % (name, precision, scale)
    if name in ("datetime2", "datetimeoffset", "time"):
        return "%s(%d)" % (name, scale)
    return name


def _drop_constraint(table: TableName, name: str) -> str:
    return "ALTER TABLE %s DROP CONSTRAINT %s" % (table, quote_bare(name))


def _disable(constraint: Union[Check, ForeignKey]) -> List[str]:
    if not constraint.is_disabled:
        return []
    name = quote_bare(constraint.name)
    return ["ALTER TABLE %s NOCHECK CONSTRAINT %s" % (constraint.table, name)]


def _renamed(columns: Tuple[str, ...], old: str, new: str) -> Tuple[str, ...]:
    return tuple(new if column == old else column for column in columns)
