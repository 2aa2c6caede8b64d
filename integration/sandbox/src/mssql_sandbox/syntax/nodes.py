"""The T-SQL syntax tree.

Every node is a dataclass with slots. Nodes compare by structure without their
position (``line`` and ``column`` are excluded), as GROUP BY matching needs.
Identifier texts keep the case of the source; comparison is the binder's matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as OneOf


@dataclass(slots=True, kw_only=True)
class Node:
    line: int = field(default=0, compare=False, repr=False)
    column: int = field(default=0, compare=False, repr=False)


# ---- names and types -----------------------------------------------------------


@dataclass(slots=True)
class Name(Node):
    """A multi-part name, leaf last: ``[s].[t]`` is ``('s', 't')``; omitted parts are ''."""

    parts: tuple[str, ...]


@dataclass(slots=True)
class TypeName(Node):
    """``nvarchar(max)`` is ``('nvarchar', ('max',))``; ``decimal(10,2)`` has ``('10', '2')``."""

    name: str  # as written, possibly schema-qualified with '.'
    arguments: tuple[str, ...] = ()


# ---- expressions -----------------------------------------------------------------


class Expression(Node):
    __slots__ = ()


@dataclass(slots=True)
class Literal(Expression):
    """kind: 'int' (any digits), 'decimal', 'float' (1e3), 'money' ($1), 'string', 'nstring', 'binary' (0x..), 'null'."""

    kind: str
    text: str  # decoded text: doubled quotes undone, without 0x for binary


@dataclass(slots=True)
class Variable(Expression):
    name: str  # '@x' or '@@rowcount', lower case


@dataclass(slots=True)
class ColumnRef(Expression):
    """``parts`` leaf last: ('id',) or ('T3', 'id') or ('dbo', 't', 'id'). Pseudo columns: $action, $identity, inserted.x."""

    parts: tuple[str, ...]


@dataclass(slots=True)
class Star(Expression):
    """``*`` or ``t.*`` (qualifier parts); also the argument of COUNT(*)."""

    qualifier: tuple[str, ...] = ()


@dataclass(slots=True)
class Unary(Expression):
    operator: str  # '-', '+', '~'
    operand: Expression


@dataclass(slots=True)
class Binary(Expression):
    operator: str  # + - * / % & | ^ || << >>
    left: Expression
    right: Expression


@dataclass(slots=True)
class Collate(Expression):
    operand: Expression
    collation: str


@dataclass(slots=True)
class AtTimeZone(Expression):
    operand: Expression
    zone: Expression


@dataclass(slots=True)
class Cast(Expression):
    """CAST, TRY_CAST (style None), CONVERT, TRY_CONVERT, PARSE, TRY_PARSE."""

    function: str  # 'CAST', 'TRY_CAST', 'CONVERT', 'TRY_CONVERT', 'PARSE', 'TRY_PARSE'
    operand: Expression
    type: TypeName
    style: Expression | None = None  # style, or culture of PARSE


@dataclass(slots=True)
class When(Node):
    condition: "Predicate | Expression"  # Expression in a simple CASE
    result: Expression


@dataclass(slots=True)
class Case(Expression):
    operand: Expression | None
    whens: list[When]
    default: Expression | None


@dataclass(slots=True)
class OrderItem(Node):
    expression: Expression
    descending: bool = False


@dataclass(slots=True)
class Frame(Node):
    """unit ROWS or RANGE; bounds like ('UNBOUNDED PRECEDING', None), ('PRECEDING', expr), ('CURRENT ROW', None)."""

    unit: str
    start: tuple[str, Expression | None]
    end: tuple[str, Expression | None] | None = None


@dataclass(slots=True)
class Over(Node):
    partition_by: list[Expression] = field(default_factory=list)
    order_by: list[OrderItem] = field(default_factory=list)
    frame: Frame | None = None
    window: str | None = None  # OVER w / OVER (w ...)


@dataclass(slots=True)
class FunctionCall(Expression):
    """Any call by name. ``name`` as written ('DATEADD', 'dbo.f'); dateparts arrive as ColumnRef of one part.

    Special syntaxes keep their pieces: TRIM (trim_side, characters FROM is arguments[1]),
    STRING_AGG ... WITHIN GROUP, JSON_OBJECT('k':v NULL ON NULL), JSON_VALUE(... RETURNING type), IIF (a Predicate
    as first argument), NEXT VALUE FOR (name 'NEXT VALUE FOR', arguments [ColumnRef]), UPDATE(col).
    Functions without parentheses (CURRENT_TIMESTAMP, SYSTEM_USER ...) have ``parentheses`` False.
    """

    name: str
    arguments: list["Expression | Predicate"]
    distinct: bool = False  # COUNT(DISTINCT x)
    over: Over | None = None
    within_group: list[OrderItem] | None = None
    nulls: str | None = None  # 'IGNORE', 'RESPECT'; for JSON constructors 'NULL ON NULL', 'ABSENT ON NULL'
    trim_side: str | None = None  # LEADING, TRAILING, BOTH
    keys: list[Expression] | None = None  # JSON_OBJECT / JSON_OBJECTAGG keys, values in arguments
    returning: TypeName | None = None
    parentheses: bool = True


@dataclass(slots=True)
class MethodCall(Expression):
    """``x.value('...', 'int')`` on xml, or json.modify."""

    operand: Expression
    name: str
    arguments: list[Expression]


@dataclass(slots=True)
class ScalarSubquery(Expression):
    query: "Query"


# ---- predicates: never values ---------------------------------------------------


class Predicate(Node):
    __slots__ = ()


@dataclass(slots=True)
class Comparison(Predicate):
    operator: str  # = <> < <= > >= ('!=' '!<' '!>' are normalised)
    left: Expression
    right: Expression


@dataclass(slots=True)
class QuantifiedComparison(Predicate):
    operator: str
    left: Expression
    quantifier: OneOf["ALL", "ANY"]
    query: "Query"


@dataclass(slots=True)
class IsNull(Predicate):
    operand: Expression
    negated: bool = False


@dataclass(slots=True)
class IsDistinct(Predicate):
    left: Expression
    right: Expression
    negated: bool = False  # IS NOT DISTINCT FROM


@dataclass(slots=True)
class Between(Predicate):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


@dataclass(slots=True)
class Like(Predicate):
    operand: Expression
    pattern: Expression
    escape: Expression | None = None
    negated: bool = False


@dataclass(slots=True)
class InList(Predicate):
    operand: Expression
    items: list[Expression]
    negated: bool = False


@dataclass(slots=True)
class InQuery(Predicate):
    operand: Expression
    query: "Query"
    negated: bool = False


@dataclass(slots=True)
class Exists(Predicate):
    query: "Query"


@dataclass(slots=True)
class Not(Predicate):
    operand: Predicate


@dataclass(slots=True)
class And(Predicate):
    operands: list[Predicate]


@dataclass(slots=True)
class Or(Predicate):
    operands: list[Predicate]


@dataclass(slots=True)
class PredicateFunction(Predicate):
    """CONTAINS, FREETEXT, REGEXP_LIKE, UPDATE(col)."""

    name: str
    arguments: list[Expression]


# ---- table sources ------------------------------------------------------------------


class Source(Node):
    __slots__ = ()


@dataclass(slots=True)
class TableSource(Source):
    """A named table, view, temp table, CTE or (``@t``) table variable."""

    name: Name
    alias: str | None = None
    hints: list[str] = field(default_factory=list)  # upper case: NOLOCK, UPDLOCK, INDEX(...)
    columns: list[str] = field(default_factory=list)
    for_system_time: str | None = None


@dataclass(slots=True)
class DerivedTable(Source):
    query: "Query"
    alias: str
    columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ValuesSource(Source):
    rows: list[list[Expression]]
    alias: str
    columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OpenJsonColumn(Node):
    name: str
    type: TypeName
    path: str | None = None
    as_json: bool = False


@dataclass(slots=True)
class FunctionSource(Source):
    """OPENJSON, STRING_SPLIT, GENERATE_SERIES, a table function, ``sys.fn_helpcollations()``, ``x.nodes('...')``."""

    call: "FunctionCall | MethodCall"
    alias: str | None = None
    columns: list[str] = field(default_factory=list)
    with_columns: list[OpenJsonColumn] | None = None  # OPENJSON ... WITH (...)


@dataclass(slots=True)
class Join(Source):
    kind: str  # INNER, LEFT, RIGHT, FULL, CROSS, CROSS APPLY, OUTER APPLY
    left: Source
    right: Source
    condition: Predicate | None = None
    hint: str | None = None  # LOOP, HASH, MERGE


@dataclass(slots=True)
class Pivot(Source):
    """``source PIVOT (function(argument) FOR pivot_column IN (names)) AS alias``."""

    source: Source
    function: str
    argument: str
    pivot_column: str
    names: list[str]
    alias: str


@dataclass(slots=True)
class Unpivot(Source):
    """``source UNPIVOT (value FOR pivot_column IN (names)) AS alias``."""

    source: Source
    value: str
    pivot_column: str
    names: list[str]
    alias: str


# ---- queries ---------------------------------------------------------------------------


@dataclass(slots=True)
class SelectItem(Node):
    """An item of the select list; ``assign`` is '@x' for ``SELECT @x = expr`` (operator '=' or '+=' ...)."""

    expression: Expression
    alias: str | None = None
    assign: str | None = None
    assign_operator: str = "="


@dataclass(slots=True)
class Top(Node):
    count: Expression
    percent: bool = False
    with_ties: bool = False


@dataclass(slots=True)
class GroupingElement(Node):
    """ROLLUP, CUBE or GROUPING SETS, or a LIST of expressions: one alone, a composite, or none for ().

    Parts are lists of expressions, or elements again inside GROUPING SETS.
    """

    kind: str
    parts: list[Node]


@dataclass(slots=True)
class GroupBy(Node):
    items: list[Expression]  # all expressions, also those inside of elements
    elements: list[GroupingElement] | None = None  # None for a plain list


@dataclass(slots=True)
class Select(Node):
    items: list[SelectItem]
    distinct: bool = False
    top: Top | None = None
    into: Name | None = None
    sources: list[Source] = field(default_factory=list)  # comma-separated FROM items
    where: Predicate | None = None
    group_by: GroupBy | None = None
    having: Predicate | None = None
    windows: dict[str, Over] = field(default_factory=dict)


@dataclass(slots=True)
class SetOperation(Node):
    operator: str  # UNION, UNION ALL, EXCEPT, INTERSECT
    left: "Select | SetOperation | Query"
    right: "Select | SetOperation | Query"


@dataclass(slots=True)
class CommonTable(Node):
    name: str
    columns: list[str]
    query: "Query"


@dataclass(slots=True)
class ForClause(Node):
    """FOR JSON / FOR XML / FOR BROWSE: mode 'JSON PATH', 'JSON AUTO', 'XML PATH' ...; options like ROOT('x'), WITHOUT_ARRAY_WRAPPER."""

    mode: str
    options: dict[str, str | None] = field(default_factory=dict)  # upper-case option -> its string argument


@dataclass(slots=True)
class Query(Node):
    """A whole query expression: CTEs, body, ORDER BY, OFFSET/FETCH, FOR, OPTION."""

    body: "Select | SetOperation | Query"
    order_by: list[OrderItem] = field(default_factory=list)
    offset: Expression | None = None
    fetch: Expression | None = None
    ctes: list[CommonTable] = field(default_factory=list)
    for_clause: ForClause | None = None
    options: list[str] = field(default_factory=list)  # OPTION (...), source text of each


# ---- statements ----------------------------------------------------------------------------


class Statement(Node):
    __slots__ = ()


@dataclass(slots=True)
class SelectStatement(Statement):
    query: Query


@dataclass(slots=True)
class Output(Node):
    """OUTPUT items [INTO target [(columns)]]; item expressions use inserted.x / deleted.x / $action / source columns."""

    items: list[SelectItem]
    into: Name | None = None
    into_columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Insert(Statement):
    """source: rows of VALUES (an item may be DEFAULT: ``DefaultValue``), a Query, an Execute, or None for DEFAULT VALUES."""

    target: TableSource
    columns: list[str]
    rows: list[list[Expression]] | None = None
    query: Query | None = None
    execute: "Execute | None" = None
    output: list[Output] = field(default_factory=list)
    top: Top | None = None
    ctes: list[CommonTable] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class DefaultValue(Expression):
    """The keyword DEFAULT as a value."""


@dataclass(slots=True)
class Assignment(Node):
    """SET column = value, or @x = value, or @x = column = value."""

    column: tuple[str, ...] | None
    value: Expression
    operator: str = "="
    variable: str | None = None


@dataclass(slots=True)
class Update(Statement):
    target: TableSource  # may be an alias of FROM
    assignments: list[Assignment]
    sources: list[Source] = field(default_factory=list)
    where: Predicate | None = None
    output: list[Output] = field(default_factory=list)
    top: Top | None = None
    ctes: list[CommonTable] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Delete(Statement):
    target: TableSource
    sources: list[Source] = field(default_factory=list)
    where: Predicate | None = None
    output: list[Output] = field(default_factory=list)
    top: Top | None = None
    ctes: list[CommonTable] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class MergeAction(Node):
    """when: 'MATCHED', 'NOT MATCHED' (by target), 'NOT MATCHED BY SOURCE'; action: UPDATE, DELETE, INSERT."""

    when: str
    condition: Predicate | None
    action: str
    assignments: list[Assignment] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    values: list[Expression] | None = None  # None for INSERT DEFAULT VALUES


@dataclass(slots=True)
class Merge(Statement):
    target: TableSource
    source: Source
    condition: Predicate
    actions: list[MergeAction]
    output: list[Output] = field(default_factory=list)
    top: Top | None = None
    ctes: list[CommonTable] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Truncate(Statement):
    table: Name


# ---- DDL ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class ReferenceClause(Node):
    table: Name
    columns: list[str]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"


@dataclass(slots=True)
class IndexColumn(Node):
    name: str
    descending: bool = False


@dataclass(slots=True)
class Constraint(Node):
    """kind: 'PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY', 'CHECK', 'DEFAULT'. ``name`` None = system-named."""

    kind: str
    name: str | None = None
    columns: list[IndexColumn] = field(default_factory=list)
    clustered: bool | None = None
    reference: ReferenceClause | None = None
    check: Predicate | None = None
    check_text: str = ""  # source text of the predicate or default
    default: Expression | None = None
    for_column: str | None = None  # DEFAULT ... FOR column
    with_values: bool = False
    filegroup: str | None = None
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ColumnDefinition(Node):
    name: str
    type: TypeName | None  # None for a computed column
    nullable: bool | None = None  # None = not said
    collation: str | None = None
    identity: tuple[str, str] | None = None  # seed, increment as written
    computed: Expression | None = None
    computed_text: str = ""
    persisted: bool = False
    rowguidcol: bool = False
    sparse: bool = False
    constraints: list[Constraint] = field(default_factory=list)  # inline ones, DEFAULT included
    index: "InlineIndex | None" = None


@dataclass(slots=True)
class InlineIndex(Node):
    name: str
    columns: list[IndexColumn]
    unique: bool = False
    clustered: bool | None = None
    where: Predicate | None = None
    where_text: str = ""


@dataclass(slots=True)
class CreateTable(Statement):
    name: Name
    columns: list[ColumnDefinition]
    constraints: list[Constraint] = field(default_factory=list)
    indexes: list[InlineIndex] = field(default_factory=list)
    filegroup: str | None = None
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class DeclareTable(Statement):
    """DECLARE @t TABLE (...)."""

    variable: str
    columns: list[ColumnDefinition]
    constraints: list[Constraint] = field(default_factory=list)


@dataclass(slots=True)
class AlterTableAdd(Statement):
    table: Name
    columns: list[ColumnDefinition]
    constraints: list[Constraint]
    check_existing: bool | None = None  # WITH CHECK / WITH NOCHECK


@dataclass(slots=True)
class AlterTableDrop(Statement):
    """items: (kind 'COLUMN' or 'CONSTRAINT', name, if_exists)."""

    table: Name
    items: list[tuple[str, str, bool]]


@dataclass(slots=True)
class AlterColumn(Statement):
    table: Name
    column_name: str
    type: TypeName | None
    nullable: bool | None = None
    collation: str | None = None
    action: str | None = None  # 'ADD PERSISTED', 'DROP PERSISTED', ... instead of a type


@dataclass(slots=True)
class AlterTableCheck(Statement):
    """[WITH CHECK|NOCHECK] CHECK|NOCHECK CONSTRAINT ALL|names."""

    table: Name
    enable: bool
    names: list[str] | None  # None = ALL
    check_existing: bool | None = None


@dataclass(slots=True)
class AlterTableTrigger(Statement):
    table: Name
    enable: bool
    names: list[str] | None


@dataclass(slots=True)
class AlterTableSwitch(Statement):
    table: Name
    target: Name


@dataclass(slots=True)
class CreateIndex(Statement):
    name: str
    table: Name
    columns: list[IndexColumn]
    unique: bool = False
    clustered: bool | None = None
    include: list[str] = field(default_factory=list)
    where: Predicate | None = None
    where_text: str = ""
    filegroup: str | None = None
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class AlterIndex(Statement):
    name: str | None  # None = ALL
    table: Name
    action: str  # REBUILD, REORGANIZE, DISABLE


@dataclass(slots=True)
class Drop(Statement):
    """kind: TABLE, VIEW, INDEX, SCHEMA, SEQUENCE, PROCEDURE, FUNCTION, TRIGGER, DATABASE, TYPE, USER, LOGIN, SYNONYM."""

    kind: str
    names: list[Name]
    if_exists: bool = False
    on: Name | None = None  # DROP INDEX i ON t


@dataclass(slots=True)
class CreateView(Statement):
    name: Name
    columns: list[str]
    query: Query
    text: str  # source of the whole statement
    mode: str = "CREATE"  # CREATE, ALTER, CREATE OR ALTER
    options: list[str] = field(default_factory=list)  # SCHEMABINDING ...
    check_option: bool = False


@dataclass(slots=True)
class ParameterDeclaration(Node):
    name: str
    type: TypeName
    default: Expression | None = None
    output: bool = False


@dataclass(slots=True)
class CreateModule(Statement):
    """CREATE [OR ALTER] PROCEDURE, FUNCTION, TRIGGER."""

    kind: str  # PROCEDURE, FUNCTION, TRIGGER
    name: Name
    parameters: list[ParameterDeclaration]
    body: list[Statement]
    text: str
    mode: str = "CREATE"
    returns: TypeName | None = None
    returns_table: bool = False
    on: Name | None = None  # trigger
    timing: str | None = None  # AFTER, INSTEAD OF
    events: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CreateSchema(Statement):
    name: str
    authorization: str | None = None


@dataclass(slots=True)
class AlterSchemaTransfer(Statement):
    schema: str
    object: Name


@dataclass(slots=True)
class CreateSequence(Statement):
    name: Name
    type: TypeName | None
    options: dict[str, str | None]  # START WITH, INCREMENT BY, MINVALUE, MAXVALUE, CYCLE, CACHE
    mode: str = "CREATE"  # CREATE, ALTER


@dataclass(slots=True)
class CreateDatabase(Statement):
    name: str
    collation: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    copy_of: str | None = None


@dataclass(slots=True)
class AlterDatabase(Statement):
    """name None = CURRENT; text of the SET/MODIFY/COLLATE clause, upper-cased words split."""

    name: str | None
    clause: str


@dataclass(slots=True)
class CreatePrincipal(Statement):
    """CREATE/ALTER USER|LOGIN|ROLE, GRANT, REVOKE, DENY: kept as text."""

    text: str


@dataclass(slots=True)
class UpdateStatistics(Statement):
    table: Name


# ---- batches, control flow, session --------------------------------------------------------------


@dataclass(slots=True)
class DeclareItem(Node):
    name: str  # '@x' lower case
    type: TypeName
    value: Expression | None = None


@dataclass(slots=True)
class Declare(Statement):
    items: list[DeclareItem]


@dataclass(slots=True)
class SetVariable(Statement):
    name: str
    value: Expression
    operator: str = "="


@dataclass(slots=True)
class SetOption(Statement):
    """SET NOCOUNT ON: names upper case; value 'ON'/'OFF' or text (DATEFORMAT ymd, LOCK_TIMEOUT 100, DATEFIRST 7 ...)."""

    names: list[str]
    value: str


@dataclass(slots=True)
class SetIdentityInsert(Statement):
    table: Name
    on: bool


@dataclass(slots=True)
class SetIsolation(Statement):
    level: str  # READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ, SNAPSHOT, SERIALIZABLE


@dataclass(slots=True)
class Block(Statement):
    statements: list[Statement]


@dataclass(slots=True)
class If(Statement):
    condition: Predicate
    then: Statement
    otherwise: Statement | None = None


@dataclass(slots=True)
class While(Statement):
    condition: Predicate
    body: Statement


@dataclass(slots=True)
class Break(Statement):
    pass


@dataclass(slots=True)
class Continue(Statement):
    pass


@dataclass(slots=True)
class Return(Statement):
    value: Expression | None = None


@dataclass(slots=True)
class TryCatch(Statement):
    body: list[Statement]
    handler: list[Statement]


@dataclass(slots=True)
class Throw(Statement):
    number: Expression | None = None
    message: Expression | None = None
    state: Expression | None = None


@dataclass(slots=True)
class RaiseError(Statement):
    message: Expression
    severity: Expression
    state: Expression
    arguments: list[Expression] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Print(Statement):
    value: Expression


@dataclass(slots=True)
class BeginTransaction(Statement):
    name: str | None = None  # identifier or '@variable'


@dataclass(slots=True)
class CommitTransaction(Statement):
    name: str | None = None


@dataclass(slots=True)
class RollbackTransaction(Statement):
    name: str | None = None


@dataclass(slots=True)
class SaveTransaction(Statement):
    name: str


@dataclass(slots=True)
class ExecuteArgument(Node):
    value: Expression  # DefaultValue for DEFAULT; a bare word is Literal('nstring', word)
    name: str | None = None  # '@p'
    output: bool = False


@dataclass(slots=True)
class Execute(Statement):
    """EXEC [@r =] proc args, or EXEC (@text / 'text' + ...)."""

    procedure: Name | None
    arguments: list[ExecuteArgument] = field(default_factory=list)
    text: Expression | None = None
    result: str | None = None  # '@r'
    procedure_variable: str | None = None


@dataclass(slots=True)
class Use(Statement):
    database: str


@dataclass(slots=True)
class WaitFor(Statement):
    kind: str  # DELAY, TIME
    value: Expression


@dataclass(slots=True)
class Dbcc(Statement):
    command: str  # CHECKIDENT ...
    arguments: list[str]
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class InsertBulk(Statement):
    """INSERT BULK t (column type, ...) WITH (...), announced before a bulk-load message."""

    table: Name
    columns: list[ColumnDefinition]
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class DeclareCursor(Statement):
    """DECLARE c CURSOR FOR query, and OPEN/FETCH/CLOSE/DEALLOCATE as CursorCommand."""

    name: str
    query: Query
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CursorCommand(Statement):
    command: str  # OPEN, CLOSE, DEALLOCATE, FETCH
    name: str
    direction: str = "NEXT"
    into: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Batch(Node):
    statements: list[Statement]
    text: str = field(default="", compare=False, repr=False)
