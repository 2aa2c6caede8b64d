"""Batches, control flow, transactions, the session."""

from dataclasses import field

from .base import Expression, Name, Node, Predicate, Statement, TypeName
from .definitions import ColumnDefinition, IndexColumn
from .queries import Query


class DeclareItem(Node):
    name: str  # '@x' lower case
    type: TypeName
    value: Expression | None = None


class Declare(Statement):
    items: list[DeclareItem]


class SetVariable(Statement):
    name: str
    value: Expression
    operator: str = "="


class SetOption(Statement):
    """SET NOCOUNT ON: names upper case; value 'ON'/'OFF' or text (DATEFORMAT ymd, LOCK_TIMEOUT 100, DATEFIRST 7 ...)."""

    names: list[str]
    value: str


class SetIdentityInsert(Statement):
    table: Name
    on: bool


class SetIsolation(Statement):
    level: str  # READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ, SNAPSHOT, SERIALIZABLE


class Block(Statement):
    statements: list[Statement]


class If(Statement):
    condition: Predicate
    then: Statement
    otherwise: Statement | None = None


class While(Statement):
    condition: Predicate
    body: Statement


class Break(Statement):
    pass


class Continue(Statement):
    pass


class Return(Statement):
    value: Expression | None = None


class TryCatch(Statement):
    body: list[Statement]
    handler: list[Statement]


class Throw(Statement):
    number: Expression | None = None
    message: Expression | None = None
    state: Expression | None = None


class RaiseError(Statement):
    message: Expression
    severity: Expression
    state: Expression
    arguments: list[Expression] = []
    options: list[str] = []


class Print(Statement):
    value: Expression


class BeginTransaction(Statement):
    name: str | None = None  # identifier or '@variable'
    marked: bool = False


class CommitTransaction(Statement):
    name: str | None = None


class RollbackTransaction(Statement):
    name: str | None = None


class SaveTransaction(Statement):
    name: str


class ExecuteArgument(Node):
    value: Expression  # DefaultValue for DEFAULT; a bare word is Literal('nstring', word)
    name: str | None = None  # '@p'
    output: bool = False


class Execute(Statement):
    """EXEC [@r =] proc args, or EXEC (@text / 'text' + ...)."""

    procedure: Name | None
    arguments: list[ExecuteArgument] = []
    text: Expression | None = None
    result: str | None = None  # '@r'
    procedure_variable: str = ""


class Use(Statement):
    database: str


class ServerCommand(Statement):
    command: str  # CHECKPOINT, KILL, RECONFIGURE
    session: int = 0  # of KILL


class WaitFor(Statement):
    kind: str  # DELAY, TIME
    value: Expression


class Dbcc(Statement):
    command: str  # CHECKIDENT ...
    arguments: list[str]
    options: list[str] = []


class InsertBulk(Statement):
    """INSERT BULK t (column type, ...) WITH (...), announced before a bulk-load message."""

    table: Name
    columns: list[ColumnDefinition]
    options: dict[str, str] = {}
    order: list[IndexColumn] = []


class DeclareCursor(Statement):
    """DECLARE c CURSOR FOR query, and OPEN/FETCH/CLOSE/DEALLOCATE as CursorCommand.

    ``options`` are upper-cased words; ``FOR UPDATE ...`` and ``FOR READ ONLY`` are one each.
    """

    name: str
    query: Query
    options: list[str] = []


class CursorCommand(Statement):
    command: str  # OPEN, CLOSE, DEALLOCATE, FETCH
    name: str
    direction: str = "NEXT"  # PRIOR, FIRST, LAST, ABSOLUTE, RELATIVE
    into: list[str] = []
    amount: Expression | None = None  # of ABSOLUTE and RELATIVE
    global_: bool = False


class CursorValue(Expression):
    """``CURSOR FOR query`` in SET of a cursor variable."""

    declaration: DeclareCursor


class Label(Statement):
    name: str


class Goto(Statement):
    label: str


class Batch(Node):
    statements: list[Statement]
    text: str = field(default="", compare=False, repr=False)
