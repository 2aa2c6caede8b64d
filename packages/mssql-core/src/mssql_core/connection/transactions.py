"""Transactions in T-SQL, and their known state.

The driver stays in autocommit mode. BEGIN TRANSACTION goes out with the first statement that
needs it, so an atomic block costs two messages beside its own statements, an empty one none.

What the server knows is asked, never believed. From before BEGIN, COMMIT or ROLLBACK is sent until its answer
is read, the state is unknown; it becomes known by rolling back what is open, or by closing the connection.
Any error may have ended the transaction, whatever its number: XACT_ABORT, a CATCH block with ROLLBACK, an
error in a trigger. So after each error inside a transaction, and after each text that commits or rolls
back by itself, the server is asked whether the transaction is still the one that was begun.
https://learn.microsoft.com/sql/t-sql/language-elements/transactions-transact-sql
https://learn.microsoft.com/sql/t-sql/functions/current-transaction-id-transact-sql
"""

import contextlib
import enum
import os
import re
import time
from typing import Any, List, Optional

from django.db import Error
from django.db.transaction import TransactionManagementError

from .. import errors
from ..compat.transactions import debug_transaction
from ..plugin.django_types import Cursor, Mixin
from .forks import keep_for_ever

_ROLLBACK = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"
# CURRENT_TRANSACTION_ID() came with SQL Server 2016; a warehouse lacks it.
_QUESTION = "SELECT CURRENT_TRANSACTION_ID(), @@TRANCOUNT, XACT_STATE()"
_QUESTION_OF_WAREHOUSE = "SELECT 0, @@TRANCOUNT, XACT_STATE()"
# Texts that may end the transaction or nest another one in it; ROLLBACK TRANSACTION [name] returns to a savepoint.
_BEGINS = re.compile(r"\bBEGIN\s+(?:DISTRIBUTED\s+)?TRAN", re.IGNORECASE)
_ENDS = re.compile(r"\bCOMMIT\b|\bROLLBACK\b(?! TRANSACTION \[)", re.IGNORECASE)
# A procedure may begin a transaction that it leaves open, or end one and begin another: of that no error tells.
# A text's first statement may be the name of one alone.
_CALLS = re.compile(
    r"\bEXEC(?:UTE)?\b|\{.*?\bCALL\b|\A\s*(?!(?:ALTER|BEGIN|COMMIT|CREATE|DECLARE|DELETE|DENY|DROP|GRANT|IF|INSERT|MERGE|"
    r"REVOKE|ROLLBACK|SAVE|SELECT|SET|TRUNCATE|UPDATE|USE|WAITFOR|WHILE|WITH)\b)[\w\[\"]",
    re.IGNORECASE,
)
# Most texts begin so.
_NO_CALL = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "MERGE ")
_IDENTITY_INSERT = re.compile(r"\bSET IDENTITY_INSERT (.+?) ON\b", re.IGNORECASE)


class State(enum.Enum):
    """The state of the connection's transaction."""

    #: None was begun, or its end was answered.
    NONE = "none"
    #: BEGIN TRANSACTION was answered.
    OPEN = "open"
    #: BEGIN, COMMIT or ROLLBACK was sent, and its answer not read.
    UNKNOWN = "unknown"
    #: The server has ended or doomed it: only a rollback is left.
    OVER = "over"
    #: The connection is gone, and the transaction with it.
    LOST = "lost"


class Transactions(Mixin):
    """The part of DatabaseWrapper for transactions.

    :ivar transaction: what is known about the transaction, see :class:`State`.
    :ivar commit_was_sent: the last COMMIT TRANSACTION may have reached the server; whoever asks sets it to False before.
    """

    transaction = State.NONE
    commit_was_sent = False
    # Django asks for it before the wrapper is built: see the setter of connection.
    commit_on_exit = True
    _connection = None
    _transaction_id = None
    # A procedure ran in the transaction: it is asked about once more, before it is committed.
    _called = False
    # SQL text of the application began a transaction in autocommit mode; it is left to it.
    _is_of_text = False
    # A text named options of the session that Django goes by.
    _is_off_course = False
    # Autocommit was switched off by an atomic block, which switches it on again at its end.
    _manual_by_block = False
    # The connection was lost, or left to the parent process, while the application had autocommit off: it stays off.
    _manual_after_loss = False

    # ---- around statements -----------------------------------------------------------

    def before_statement(self, sql: str) -> None:
        """Begin the transaction before a statement that needs one.

        :raises django.db.transaction.TransactionManagementError: the transaction has ended, and was not rolled back.
        """
        if self._manual_by_block and not self.in_atomic_block:
            # The block was interrupted while it was entered or left.
            self.set_autocommit(True)
        if self.transaction is State.UNKNOWN:
            self._resolve()
        if self.transaction in (State.OVER, State.LOST):
            raise self._is_over()
        self._look_at_options(sql.upper())
        if self.transaction is State.NONE:
            self.before_transaction(sql)
            if not self.autocommit:
                self._begin()

    def _look_at_options(self, text: str) -> None:
        """Reset session options that an earlier text changed, and note those that this one changes."""
        if self._is_off_course:
            with self._own_cursor() as cursor:
                cursor.execute("SET NOCOUNT, IMPLICIT_TRANSACTIONS OFF")
        # Left on, save() would take each row for one that is not there, or what it writes would wait for a COMMIT that
        # nobody sends: the next statement sees to it.
        self._is_off_course = "NOCOUNT" in text or "IMPLICIT_TRANSACTIONS" in text
        if "XACT_ABORT" in text or "ISOLATION LEVEL" in text:
            # From now on no statement is cancelled only because its cursor is left early.
            self.pool.cancels = False

    def after_statement(self, sql: str) -> None:
        """Check after a successful statement whether its text ended the transaction, or began one."""
        # Nearly no statement has one of the words; looking for them takes a tenth of the expressions' time.
        words = sql.upper()
        begins = "BEGIN" in words and _BEGINS.search(sql)
        ends = ("COMMIT" in words or "ROLLBACK" in words) and _ENDS.search(sql)
        if self.transaction is not State.OPEN:
            if begins or ends:
                self._is_of_text = not ends
        elif begins or ends:
            self._ask(None)
        elif not self._called:
            is_plain = words.startswith(_NO_CALL) and "EXEC" not in words and "CALL" not in words
            self._called = not is_plain and bool(_CALLS.search(sql))

    def after_error(self, error: BaseException, sql: str = "") -> None:
        """Check the state after a statement's error, or an exception that interrupted it, before that is raised."""
        if isinstance(error, errors.Error) and error.is_disconnect:
            self.lost(error)
            return
        interrupted = not isinstance(error, errors.Error) or error.is_cancellation
        try:
            if self.transaction is State.OPEN:
                self._ask(error)
            if interrupted and self.in_atomic_block:
                # A part of the batch may have run: only a savepoint, or the whole, is a state to return to.
                self._break_block(error)
        finally:
            if self.transaction is State.NONE:
                self._end_open_transaction(sql)
            if interrupted and self.transaction is not State.LOST:
                self._switch_identity_insert_off(sql)

    def _end_open_transaction(self, sql: str) -> None:
        """Roll back a transaction that a failed or cancelled statement left open in autocommit mode (error 266).

        All later statements would be part of it, and lost with the connection.
        https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-266-database-engine-error
        """
        if self._is_of_text or not (_CALLS.search(sql) or _BEGINS.search(sql)):
            return
        try:
            self._resolve()
        except BaseException as error:
            self.lost(error)
            if not isinstance(error, errors.Error):
                raise

    def _is_over(self) -> TransactionManagementError:
        return TransactionManagementError(
            "The transaction of DATABASES[%r] is over: %s. Leave the atomic block, or call rollback()."
            % (self.alias, "the connection was lost" if self.transaction is State.LOST else "the server has ended it")
        )

    def _break_block(self, error: Optional[BaseException]) -> None:
        if self.in_atomic_block:
            self.needs_rollback = True
            self.rollback_exc = error

    def _own_cursor(self) -> Cursor:
        cursor: Cursor = self._raw_cursor(self._note_loss)
        return cursor

    def _note_loss(self, error: BaseException, sql: str = "") -> None:
        if isinstance(error, errors.Error) and error.is_disconnect:
            self.lost(error)

    def _switch_identity_insert_off(self, sql: str) -> None:
        """Reset IDENTITY_INSERT after a cancelled batch, whose CATCH does not run: else errors 545 and 8107 follow.

        https://learn.microsoft.com/sql/t-sql/language-elements/try-catch-transact-sql (attentions are not caught)
        """
        named = _IDENTITY_INSERT.search(sql)
        if not named or self.connection is None:
            return
        try:
            with self._own_cursor() as cursor:
                cursor.execute("SET IDENTITY_INSERT %s OFF" % named.group(1))
        except BaseException as error:
            is_answered = isinstance(error, errors.Error) and not error.is_cancellation
            if not is_answered:
                # The session is left, with whatever it is set to.
                self.lost(error)
            if not isinstance(error, errors.Error):
                raise

    # ---- begin, ask, end -------------------------------------------------------------

    def _question(self) -> str:
        info = self.server_if_known()
        return _QUESTION if info is None or info.edition.is_supported else _QUESTION_OF_WAREHOUSE

    def _begin(self) -> None:
        self.transaction = State.UNKNOWN
        with self._own_cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION; %s" % self._question())
            number, count, _ = cursor.fetchone()
        if count != 1:
            raise TransactionManagementError(
                "DATABASES[%r] has a transaction that was begun by SQL text; it is rolled back." % self.alias
            )
        self._transaction_id, self._called = number, False
        self.transaction = State.OPEN

    def _ask(self, error: Optional[BaseException]) -> None:
        """Ask the server whether the transaction is still the same, and can go on.

        :param error: the error that made the question necessary, or None.
        """
        # Until the answer says otherwise.
        self.transaction = State.OVER
        try:
            with self._own_cursor() as cursor:
                cursor.execute(self._question())
                goes_on = tuple(cursor.fetchone()) == (self._transaction_id, 1, 1)
        except errors.Error:
            goes_on = False
        if goes_on:
            self.transaction = State.OPEN
        else:
            self._break_block(error)

    def _resolve(self) -> None:
        """Roll back any open transaction. :raises mssql_core.errors.Error: the state stays unknown."""
        self.transaction = State.UNKNOWN
        self.pool.discard()
        with self._own_cursor() as cursor:
            cursor.execute(_ROLLBACK)
        self.transaction = State.NONE

    def _end(self) -> None:
        """Commit. :raises django.db.transaction.TransactionManagementError: the transaction has ended already."""
        if self.transaction is State.NONE:
            return
        if self.transaction is State.OPEN and self._called:
            self._ask(None)
        if self.transaction is not State.OPEN:
            raise self._is_over()
        self.transaction = State.UNKNOWN
        self.commit_was_sent = True
        with self._own_cursor() as cursor:
            cursor.execute("COMMIT TRANSACTION")
        self.transaction = State.NONE

    # ---- Django's side ---------------------------------------------------------------

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        try:
            if autocommit:
                self._switch_on()
            else:
                self._switch_off(force_begin_transaction_with_broken_autocommit)
        except BaseException:
            if autocommit and not self.in_atomic_block:
                self._settle()
            raise

    def _switch_on(self) -> None:
        if self._manual_by_block:
            self._leave_block()
        if self.connection is None and self.settings_dict["AUTOCOMMIT"]:
            # Nothing is left to be committed. Connecting can wait until a statement needs it, and may fail now.
            self.validate_no_atomic_block()
            self.autocommit, self._manual_after_loss = True, False
        else:
            super().set_autocommit(True)
        self._manual_by_block = False

    def _switch_off(self, by_block: bool) -> None:
        connected = self.connection is not None
        before = self.autocommit if connected else self.settings_dict["AUTOCOMMIT"] and not self._manual_after_loss
        # An interruption may come before super() returns; connecting resets it.
        self._manual_by_block = self._manual_by_block or by_block
        try:
            super().set_autocommit(False, by_block)
            self._manual_by_block = by_block
        except BaseException:
            # Whoever was interrupted while switching it off does not switch it on again.
            self.autocommit = before
            raise

    def _settle(self) -> None:
        """Note that autocommit is on: a transaction that an interruption left open is rolled back before the next statement."""
        self.autocommit = True
        if self.transaction is State.LOST:
            self._drop()
        elif self.transaction is not State.NONE:
            self.transaction = State.UNKNOWN

    def get_autocommit(self) -> bool:
        if self._manual_by_block and not self.in_atomic_block:
            # The next block would take it for the application's own, and leave the commit to it.
            self.set_autocommit(True)
        autocommit: bool = super().get_autocommit()
        return autocommit

    def _leave_block(self) -> None:
        """Leave an atomic block: without an answer to its COMMIT or ROLLBACK, nothing of it may be kept."""
        if self.connection is None or self.transaction is State.NONE:
            return
        self.run_on_commit: List[Any] = []
        if self.transaction is State.LOST:
            self._drop()
            return
        try:
            self._resolve()
        except errors.Error:
            # The server rolls back what a closed connection leaves.
            self.close()

    def _set_autocommit(self, autocommit: bool) -> None:
        if not autocommit or self.transaction is State.NONE:
            return
        # Even if the end fails: otherwise later statements would wait for a commit that nobody sends.
        self.autocommit = True
        with self.wrap_database_errors:
            if self.transaction is State.OPEN:
                self._end()
                return
            over = self._is_over()
            self._rollback()
            raise over

    def _commit(self) -> None:
        if self.connection is not None:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
                self._end()

    def _rollback(self) -> None:
        if self.connection is None:
            return
        with debug_transaction(self, "ROLLBACK"), self.wrap_database_errors:
            if self.transaction is State.LOST:
                self._drop()
            elif self.transaction is not State.NONE:
                self._resolve()

    def savepoint(self) -> Any:
        try:
            return super().savepoint()
        except BaseException:
            if not (self.commit_on_exit or self.savepoint_ids):
                # Autocommit was off before the block, whose begin fails here: Django has noted it, and never comes to its end.
                self.in_atomic_block = False
                self.needs_rollback = False
            raise

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        except BaseException as error:
            # Django has just taken the mark away.
            self._break_block(error)
            raise

    def _savepoint_commit(self, sid: str) -> None:
        """Do nothing: T-SQL has no RELEASE SAVEPOINT."""

    # ---- losing and closing ----------------------------------------------------------

    @property
    def connection(self) -> Any:
        """The driver's connection, or None; a forked child sees none of its parent's."""
        if self._connection is not None and self.pool.process != os.getpid():
            self._leave_parents_connection()
        return self._connection

    @connection.setter
    def connection(self, connection: Any) -> Any:
        self._connection = connection
        if connection is None and not (self.commit_on_exit or self.savepoint_ids):
            # Autocommit was off before the block, and the connection closed in it: Django forgets to note its end.
            self.in_atomic_block = False

    def _leave_parents_connection(self) -> None:
        """Forget a connection that was opened before this process was forked; its transaction is the parent's."""
        keep_for_ever(self._connection, self.pool)
        self.connection = None
        self.transaction = State.NONE
        self._note_manual()
        self.run_on_commit = []
        if self.in_atomic_block:
            self.closed_in_transaction = self.needs_rollback = True

    def connect(self) -> None:
        manual = self._manual_after_loss
        try:
            super().connect()
            if manual:
                self.set_autocommit(False)
        except BaseException:
            # Half open, the next query would use it unprepared.
            with contextlib.suppress(Error):
                self.close()
            # For the next attempt.
            self._manual_after_loss = manual
            raise
        self._manual_after_loss = False

    def lost(self, error: Optional[BaseException] = None) -> None:
        """Note that the connection is dead.

        Outside of transactions the next query opens a new one; inside, the rollback is what makes it forgotten.
        """
        self._forget_server()
        if self.autocommit and not self.in_atomic_block:
            self._drop()
        else:
            self.transaction = State.LOST
            self._break_block(error)

    def _drop(self) -> None:
        """Forget a dead connection."""
        connection, self.connection = self.connection, None
        self.pool.clear()
        self.transaction = State.NONE
        self._note_manual()
        if connection is not None:
            with contextlib.suppress(self.driver.error):
                connection.close()
        milliseconds = self.options_read().options.get("connection_recovery_interval_msec")
        if milliseconds:
            time.sleep(milliseconds / 1000)

    def _note_manual(self) -> None:
        self._manual_after_loss = not self.autocommit and not self._manual_by_block

    def close_if_unusable_or_obsolete(self) -> None:
        super().close_if_unusable_or_obsolete()
        if self.connection is None:
            # Django drops a connection whose autocommit a request left off; here it was lost before.
            self._manual_after_loss = False

    def close(self) -> None:
        try:
            super().close()
        finally:
            # Whoever closes the connection gets the next one as the settings say.
            self._manual_after_loss = False

    def _close(self) -> None:
        if self.transaction in (State.OPEN, State.UNKNOWN, State.OVER):
            # A pooled connection would keep its locks until it is used again.
            with contextlib.suppress(errors.Error):
                self._resolve()
        self.transaction = State.NONE
        try:
            self.connection.close()
        except self.driver.error as error:
            with self.wrap_database_errors:
                raise errors.translate(error) from None
        finally:
            # After the connection: closing its cursors first would cost a message each.
            self.pool.clear()
