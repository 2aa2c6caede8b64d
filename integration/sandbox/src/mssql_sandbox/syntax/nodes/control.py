"""Batches, control flow, transactions, the session."""

from dataclasses import dataclass, field

from .base import Expression, Name, Node, Predicate, Statement, TypeName
from .definitions import ColumnDefinition, IndexColumn
from .queries import Query


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
    marked: bool = False


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
class ServerCommand(Statement):
    command: str  # CHECKPOINT, KILL, RECONFIGURE
    session: int = 0  # of KILL


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
    order: list[IndexColumn] = field(default_factory=list)


@dataclass(slots=True)
class DeclareCursor(Statement):
    """DECLARE c CURSOR FOR query, and OPEN/FETCH/CLOSE/DEALLOCATE as CursorCommand.

    ``options`` are upper-cased words; ``FOR UPDATE ...`` and ``FOR READ ONLY`` are one each.
    """

    name: str
    query: Query
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CursorCommand(Statement):
    command: str  # OPEN, CLOSE, DEALLOCATE, FETCH
    name: str
    direction: str = "NEXT"  # PRIOR, FIRST, LAST, ABSOLUTE, RELATIVE
    into: list[str] = field(default_factory=list)
    amount: Expression | None = None  # of ABSOLUTE and RELATIVE
    global_: bool = False


@dataclass(slots=True)
class CursorValue(Node):
    """``CURSOR FOR query`` that SET gives to a cursor variable."""

    declaration: DeclareCursor


@dataclass(slots=True)
class Label(Statement):
    name: str


@dataclass(slots=True)
class Goto(Statement):
    label: str


@dataclass(slots=True)
class Batch(Node):
    statements: list[Statement]
    text: str = field(default="", compare=False, repr=False)
