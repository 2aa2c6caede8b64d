"""The effect of an error: whether it ends the statement, the batch or the transaction.

Errors: what the batch does, what the transaction does (source).

- of a statement (515, 547, 2627, 8134 ...): goes on, goes on (errors-and-events reference, 3621)
- conversion (241, 245, 8114, 8169 ...): ends, rolled back (Sommarskog; 245 probed (2025))
- 217, 8146, 213 of INSERT ... EXEC: ends, rolled back (Sommarskog)
- 1205, 3609, 3616, 3930, 3960, 3961: ends, rolled back (the numbers' pages; 3930 probed (2025))
- 3951, 3964 (SNAPSHOT comes too late, DDL): ends, rolled back (SET TRANSACTION ISOLATION LEVEL page)
- DDL (2714, 4924, 1913, 1781 ...): ends, rolled back (TRY...CATCH page)
- DDL that scans rows (515, 1505, 2628): goes on, goes on (followed by 3621)
- names and syntax (102, 207, 208, 4104): ends (*), goes on (TRY...CATCH page)
- RAISERROR: goes on, goes on (SET XACT_ABORT page)
- THROW: ends, goes on (SET XACT_ABORT page)
- any but RAISERROR, under XACT_ABORT ON: ends, rolled back (SET XACT_ABORT page)

(*) Only the batch of a procedure or EXEC ends; its caller goes on (Sommarskog, scope-abortion).

If a TRY block catches the error, the transaction is doomed (XACT_STATE() -1) instead of rolled back; under
XACT_ABORT ON a caught RAISERROR dooms it, too (probed). Name errors are not caught in their own scope.

TRY...CATCH: https://learn.microsoft.com/sql/t-sql/language-elements/try-catch-transact-sql
SET XACT_ABORT: https://learn.microsoft.com/sql/t-sql/statements/set-xact-abort-transact-sql
Sommarskog: https://www.sommarskog.se/error-handling-I.html; probes: RyanLamansky/sql-server-simulator transactions.md
"""

from dataclasses import dataclass

from ..errors import SqlServerError
from ..syntax import nodes

_ROLL_BACK = frozenset((217, 235, 241, 245, 293, 295, 1205, 3609, 3616, 3930, 3951, 3960, 3961, 3964, 8114, 8146, 8169))
# After these the server adds INFO 3621 if the statement writes rows.
TERMINATES_STATEMENT = frozenset(
    (220, 232, 515, 517, 535, 547, 2601, 2627, 2628, 8115, 8134, 8152, 8672, 512, 1505, 3623)
)
_COMPILING = frozenset((207, 209, 4104))  # not affected by XACT_ABORT, see its page
_BINDING = _COMPILING | {208, 2812}
SANDBOX = frozenset((50998, 50999))  # the sandbox's own errors: never caught
DDL = (
    nodes.CreateTable, nodes.AlterTableAdd, nodes.AlterTableDrop, nodes.AlterColumn, nodes.AlterTableCheck,
    nodes.AlterTableTrigger, nodes.AlterTableSwitch, nodes.CreateIndex, nodes.AlterIndex, nodes.CreateView,
    nodes.CreateModule, nodes.CreateSchema, nodes.AlterSchemaTransfer, nodes.CreateSequence, nodes.CreateSynonym,
    nodes.CreateType,
)  # fmt: skip
_DDL_THAT_SCANS = TERMINATES_STATEMENT - {547}


@dataclass(frozen=True)
class Effect:
    """
    :param dooms: whether a caught error dooms the transaction; ``rolls_back``: whether an uncaught one rolls it back.
    :param caught: whether a TRY block of the same scope catches it.
    :param of_scope: whether ``ends_batch`` is about the scope only.
    """

    ends_batch: bool
    rolls_back: bool
    dooms: bool
    caught: bool = True
    of_scope: bool = False


_STATEMENT = Effect(False, False, False)
_BATCH = Effect(True, False, False)
_TRANSACTION = Effect(True, True, True)


def tells(error: SqlServerError, statement: nodes.Statement | None) -> bool:
    """Whether INFO 3621 follows an error. Probes: RyanLamansky/sql-server-simulator errors.md."""
    writes = isinstance(statement, (nodes.Change, *DDL)) or (
        isinstance(statement, nodes.SelectStatement) and getattr(statement.query.body, "into", None) is not None
    )
    return writes and error.number in TERMINATES_STATEMENT


def effect(error: SqlServerError, statement: nodes.Statement | None, xact_abort: bool) -> Effect:
    """The effect of a statement's error.

    :param xact_abort: SET XACT_ABORT where the error occurs.
    """
    number = error.number
    if error.from_raiserror:
        return Effect(False, False, xact_abort) if error.severity < 20 else _TRANSACTION
    if error.from_throw:
        return _TRANSACTION if xact_abort else _BATCH
    if number in SANDBOX:
        return Effect(True, False, False, caught=False)
    called = error.severity == 15 and isinstance(statement, nodes.Execute)  # the text of EXEC is not compiled
    if number in _ROLL_BACK or error.severity >= 20 or xact_abort and not called and number not in _COMPILING:
        return _TRANSACTION
    if number in _BINDING:
        return Effect(True, False, False, caught=number == 2812, of_scope=True)
    if error.severity == 15:
        return Effect(not called, False, False, of_scope=True)
    if isinstance(statement, DDL) and number not in _DDL_THAT_SCANS or number == 2714:
        return _TRANSACTION
    if number == 213 and isinstance(statement, nodes.Insert) and statement.execute is not None:
        return _TRANSACTION
    return _STATEMENT
