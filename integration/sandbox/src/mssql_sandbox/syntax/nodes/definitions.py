"""Statements that define objects."""

from typing import Any

from .base import Expression, Name, Node, Predicate, Statement, TypeName
from .queries import Query


class ReferenceClause(Node):
    table: Name
    columns: list[str]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"


class IndexColumn(Node):
    name: str
    descending: bool = False


class Constraint(Node):
    """kind: 'PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY', 'CHECK', 'DEFAULT'. ``name`` None = system-named."""

    kind: str
    name: str | None = None
    columns: list[IndexColumn] = []
    clustered: bool | None = None
    reference: Any = None  # ReferenceClause
    check: Any = None  # Predicate
    default: Any = None  # Expression
    for_column: str | None = None  # DEFAULT ... FOR column
    with_values: bool = False
    filegroup: str | None = None
    options: dict[str, str] = {}
    not_for_replication: bool = False


class ColumnDefinition(Node):
    name: str
    type: Any  # TypeName; None for a computed column
    nullable: bool | None = None  # None = not said
    collation: str | None = None
    identity: tuple[str, str] | None = None  # seed, increment as written
    computed: Any = None  # Expression
    persisted: bool = False
    rowguidcol: bool = False
    sparse: bool = False
    not_for_replication: bool = False  # the identity
    constraints: list[Constraint] = []  # inline ones, DEFAULT included
    index: "InlineIndex | None" = None


class InlineIndex(Node):
    name: str
    columns: list[IndexColumn]
    unique: bool = False
    clustered: bool | None = None
    where: Predicate | None = None
    options: dict[str, str] = {}


class CreateTable(Statement):
    name: Name
    columns: list[ColumnDefinition]
    constraints: list[Constraint] = []
    indexes: list[InlineIndex] = []
    filegroup: str | None = None
    options: dict[str, str] = {}


class DeclareTable(Statement):
    """DECLARE @t TABLE (...)."""

    variable: str
    columns: list[ColumnDefinition]
    constraints: list[Constraint] = []


class AlterTableAdd(Statement):
    table: Name
    columns: list[ColumnDefinition]
    constraints: list[Constraint]
    check_existing: bool | None = None  # WITH CHECK / WITH NOCHECK


class AlterTableDrop(Statement):
    """items: (kind 'COLUMN' or 'CONSTRAINT', name, if_exists)."""

    table: Name
    items: list[tuple[str, str, bool]]


class AlterColumn(Statement):
    table: Name
    column_name: str
    type: Any  # TypeName
    nullable: bool | None = None
    collation: str | None = None
    action: str | None = None  # 'ADD PERSISTED', 'DROP PERSISTED', ... instead of a type


class AlterTableCheck(Statement):
    """[WITH CHECK|NOCHECK] CHECK|NOCHECK CONSTRAINT ALL|names."""

    table: Name
    enable: bool
    names: list[str] | None  # None = ALL
    check_existing: bool | None = None


class AlterTableTrigger(Statement):
    """``ALTER TABLE t ENABLE | DISABLE TRIGGER a, b | ALL``, or ``ENABLE | DISABLE TRIGGER s.a, b | ALL ON t``."""

    table: Name
    enable: bool
    names: list[Name] | None
    of_table: bool = True  # the first form


class AlterTableSwitch(Statement):
    table: Name
    target: Name


class CreateIndex(Statement):
    name: str
    table: Name
    columns: list[IndexColumn]
    unique: bool = False
    clustered: bool | None = None
    include: list[str] = []
    where: Predicate | None = None
    filegroup: str | None = None
    options: dict[str, str] = {}


class AlterIndex(Statement):
    name: str | None  # None = ALL
    table: Name
    action: str  # REBUILD, REORGANIZE, DISABLE, SET
    options: dict[str, str] = {}
    of_table: bool = False  # ALTER TABLE ... REBUILD


class Drop(Statement):
    """kind: TABLE, VIEW, INDEX, SCHEMA, SEQUENCE, PROCEDURE, FUNCTION, TRIGGER, DATABASE, TYPE, USER, LOGIN, SYNONYM."""

    kind: str
    names: list[Name]
    if_exists: bool = False
    on: Any = None  # Name: DROP INDEX i ON t


class CreateView(Statement):
    name: Name
    columns: list[str]
    query: Query
    text: str  # text of the whole statement
    mode: str = "CREATE"  # CREATE, ALTER, CREATE OR ALTER
    options: list[str] = []  # SCHEMABINDING ...
    check_option: bool = False


class ParameterDeclaration(Node):
    name: str
    type: TypeName
    default: Expression | None = None
    output: bool = False


class CreateModule(Statement):
    """CREATE [OR ALTER] PROCEDURE, FUNCTION, TRIGGER."""

    kind: str  # PROCEDURE, FUNCTION, TRIGGER
    name: Name
    parameters: list[ParameterDeclaration]
    body: list[Statement]
    text: str
    mode: str = "CREATE"
    options: list[str] = []  # SCHEMABINDING, RETURNS NULL ON NULL INPUT ...
    returns: TypeName | None = None
    query: Any = None  # Query of an inline table function
    on: Any = None  # Name, of a trigger
    timing: str | None = None  # AFTER, INSTEAD OF
    events: list[str] = []
    not_for_replication: bool = False


class CreateSchema(Statement):
    name: str
    authorization: str | None = None


class AlterSchemaTransfer(Statement):
    schema: str
    object: Name


class CreateSequence(Statement):
    name: Name
    type: TypeName | None
    options: dict[str, str | None]  # START WITH, INCREMENT BY, MINVALUE, MAXVALUE, CYCLE, CACHE
    mode: str = "CREATE"  # CREATE, ALTER


class CreateDatabase(Statement):
    name: str
    collation: str | None = None
    options: dict[str, str] = {}
    copy_of: str | None = None


class AlterDatabase(Statement):
    """name None = CURRENT; text of the SET/MODIFY/COLLATE clause, upper-cased words split."""

    name: str | None
    clause: str


class CreatePrincipal(Statement):
    """CREATE/ALTER USER|LOGIN|ROLE, GRANT, REVOKE, DENY: kept as text."""

    text: str


class CreateType(Statement):
    """CREATE TYPE: AS TABLE has ``table``, FROM ``base``."""

    name: Name
    table: Any = None  # DeclareTable
    text: str = ""  # of the parentheses
    base: Any = None  # TypeName
    nullable: bool = True


class CreateSynonym(Statement):
    name: Name
    base: Name


class CreateStatistics(Statement):
    name: str
    table: Name
    columns: list[str]
    where: Predicate | None = None
    options: dict[str, str] = {}  # FULLSCAN, SAMPLE, NORECOMPUTE, INCREMENTAL ...


class UpdateStatistics(Statement):
    """``names`` empty: all of the table."""

    table: Name
    names: list[str] = []
    options: dict[str, str] = {}
