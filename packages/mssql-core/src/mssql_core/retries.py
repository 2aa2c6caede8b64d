"""Retrying a whole transaction after a deadlock, a lost connection or another transient fault.

    from mssql_core.retries import retry_atomic

    @retry_atomic()
    def transfer(source, target, amount):
        ...

Nothing smaller is run again, neither a statement nor part of a block; nor is a block whose COMMIT was sent.
https://learn.microsoft.com/sql/relational-databases/sql-server-transaction-locking-and-row-versioning-guide
("Handle deadlocks": resubmit the transaction)
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

    Transient faults are a deadlock (1205), an update conflict (3960 and similar), a lost connection and an
    unavailable server, see ``mssql_core.errors.FAULTS``; a conflict also in answer to COMMIT. A connection lost
    during COMMIT is not one, since the transaction may have been committed; nor is a timeout.

    Effects outside of this database (files, messages, other databases, attributes of objects) happen once per
    attempt: use ``on_commit()`` where once is meant. The function must itself read the data that it decides by.

    :param using: the alias.
    :param attempts: maximum number of runs.
    :param delay: seconds before the second attempt, doubled for each further one; up to half is cut off at random.
    :param max_delay: the longest wait in seconds.
    :raises RuntimeError: called inside another atomic block: part of a transaction cannot be run again.
    :raises django.db.transaction.TransactionManagementError: autocommit is off: where the transaction began is unknown.
    :raises TypeError: the function is a coroutine function, or the alias does not use mssql-core.
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
    """Wraps an error after which the transaction may be run again."""

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
                # The block's first callback: the others, and their errors, run after it.
                transaction.on_commit(self._note_commit, using=self.using)
                return function(*args, **kwargs)
        except Error as error:
            if self._may_run_again(error):
                raise _Again(error) from None
            raise

    def _note_commit(self) -> None:
        self.committed = True

    def _may_run_again(self, error: Exception) -> bool:
        # An outer block, such as a TestCase's, cannot be restarted.
        if self.committed or self.connection.in_atomic_block:
            return False
        return _fault(error) in (_AFTER_COMMIT_WAS_SENT if self.connection.commit_was_sent else _BEFORE)


def _fault(error: Optional[BaseException]) -> Optional[errors.Fault]:
    """The fault of the database error behind this one, e.g. behind a TransactionManagementError."""
    while error is not None and not isinstance(error, errors.Error):
        error = error.__cause__
    return None if error is None else error.fault


__all__ = ["retry_atomic"]
