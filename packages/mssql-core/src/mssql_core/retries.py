"""Retrying a whole transaction after a deadlock, a lost connection or another transient fault.

    from mssql_core.retries import retry_atomic

    @retry_atomic()
    def transfer(source, target, amount):
        ...

Nothing else is ever run twice: a single statement, a part of a block, a block whose COMMIT was sent.
https://learn.microsoft.com/sql/relational-databases/sql-server-transaction-locking-and-row-versioning-guide
("Handle deadlocks": the transaction is what is submitted again)
"""

import functools
import inspect
import logging
import random
import time
from typing import Any, Callable, Dict, Optional, Tuple, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.utils import Error

from . import errors
from .connection.transactions import Transactions

logger = logging.getLogger("mssql_core.retries")

_Function = TypeVar("_Function", bound=Callable[..., Any])

_NO_AUTOCOMMIT = "retry_atomic() needs autocommit, which is off for %r: where the transaction began is not known."
_AFTER_COMMIT_WAS_SENT = frozenset((errors.Fault.CONFLICT,))
_BEFORE = frozenset((errors.Fault.CONFLICT, errors.Fault.LOST, errors.Fault.TRANSIENT))


def retry_atomic(
    using: str = DEFAULT_DB_ALIAS, attempts: int = 4, delay: float = 0.1, max_delay: float = 5.0
) -> Callable[[_Function], _Function]:
    """Decorator: run a function in ``atomic()``, and retry it after a transient fault.

    Faults are a deadlock (1205), a conflict of row versions (3960 and its kin), a lost connection and a server that
    cannot serve now, see ``mssql_core.errors.FAULTS``; a conflict also as the answer to COMMIT. A connection that is
    lost during COMMIT is never one of them, since the transaction may have been committed; nor is a timeout.

    What the function does outside of this database (files, messages, other databases, attributes of objects) happens
    once for each attempt. ``on_commit()`` is for what must happen once. The function must read what it decides by.

    :param using: the alias.
    :param attempts: how often the function runs at most.
    :param delay: seconds before the second attempt; doubled for each further one, and shortened at random by up to half.
    :param max_delay: the longest wait in seconds.
    :raises RuntimeError: when it is called inside another atomic block: a part of a transaction cannot be run again.
    :raises django.db.transaction.TransactionManagementError: autocommit is off, so where the transaction began is unknown.
    :raises TypeError: the function is a coroutine's, or the alias is not one of mssql-core.
    :raises ValueError: ``attempts`` is less than 1.
    """
    _check_arguments(using, attempts)

    def decorate(function: _Function) -> _Function:
        _refuse_coroutines(function)

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            for attempt in range(1, attempts + 1):
                try:
                    return _Attempt(using).run(function, args, kwargs)
                except _Again as again:
                    error = again.error
                if attempt < attempts:
                    _wait(using, error, attempt, min(max_delay, delay * 2 ** (attempt - 1)))
            raise error

        return cast(_Function, run)

    return decorate


def _check_arguments(using: str, attempts: int) -> None:
    if callable(using):
        raise TypeError("Write @retry_atomic(), with its brackets.")
    if attempts < 1:
        raise ValueError("attempts is %r; it has to be 1 or more." % attempts)


def _refuse_coroutines(function: _Function) -> None:
    if inspect.iscoroutinefunction(function):
        raise TypeError("%s is a coroutine function: transactions of Django are synchronous." % function.__qualname__)


def _wait(alias: str, error: Exception, attempt: int, longest: float) -> None:
    pause = longest * random.uniform(0.5, 1)
    logger.warning("alias %r: attempt %d failed, the next one in %.2f s: %s", alias, attempt, pause, error)
    time.sleep(pause)


class _Again(Exception):
    """Carries an error after which the transaction may be run again."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class _Attempt:
    """One run of the function in a transaction of its own."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.connection = transaction.get_connection(using)
        if not isinstance(self.connection, Transactions):
            raise TypeError("The alias %r is not one of mssql-core." % using)
        self.committed = False

    def run(self, function: _Function, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
        try:
            if not self.connection.in_atomic_block and not self.connection.get_autocommit():
                raise transaction.TransactionManagementError(_NO_AUTOCOMMIT % self.using)
            with transaction.atomic(using=self.using, durable=True):
                self.connection.commit_was_sent = False
                # The first of the block's callbacks: the others, and their errors, come after the commit.
                transaction.on_commit(self._note_commit, using=self.using)
                return function(*args, **kwargs)
        except Error as error:
            if self._may_run_again(error):
                raise _Again(error) from None
            raise

    def _note_commit(self) -> None:
        self.committed = True

    def _may_run_again(self, error: Exception) -> bool:
        # In a block of the test framework nothing can be begun anew.
        if self.committed or self.connection.in_atomic_block:
            return False
        return _fault(error) in (_AFTER_COMMIT_WAS_SENT if self.connection.commit_was_sent else _BEFORE)


def _fault(error: Optional[BaseException]) -> Optional[errors.Fault]:
    """The fault of the database's error behind this one, such as behind a TransactionManagementError."""
    while error is not None and not isinstance(error, errors.Error):
        error = error.__cause__
    return None if error is None else error.fault


__all__ = ["retry_atomic"]
