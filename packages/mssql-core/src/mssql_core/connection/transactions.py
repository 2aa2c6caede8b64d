"""Transactions as T-SQL text.

The driver stays in autocommit mode. BEGIN TRANSACTION goes out with the first statement that
needs it, so an atomic block costs two messages beside its own statements, an empty one none.

Some errors roll the whole transaction back on the server (deadlock 1205, snapshot conflict
3960, failed conversions ...). Later statements would then commit one by one; so after an error that is not
known to leave the transaction open, the server is asked, and the atomic block is marked as broken.
https://learn.microsoft.com/sql/t-sql/language-elements/transactions-transact-sql
"""

from .. import errors
from ..compat.transactions import debug_transaction


class Transactions:
    """Part of DatabaseWrapper.

    :ivar transaction_open: BEGIN TRANSACTION was sent, COMMIT or ROLLBACK was not.
    """

    transaction_open = False

    def begin_if_needed(self):
        """Called before each statement."""
        if not self.autocommit and not self.transaction_open:
            with self._raw_cursor() as cursor:
                cursor.execute(self.ops.start_transaction_sql())
            self.transaction_open = True

    def _end(self, sql):
        self.transaction_open = False
        with self._raw_cursor() as cursor:
            cursor.execute(sql)

    def _set_autocommit(self, autocommit):
        if autocommit and self.transaction_open:
            with self.wrap_database_errors:
                self._end("COMMIT TRANSACTION")

    def _commit(self):
        if self.connection is not None:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
                if self.transaction_open:
                    self._end("COMMIT TRANSACTION")

    def _rollback(self):
        if self.connection is not None:
            with debug_transaction(self, "ROLLBACK"), self.wrap_database_errors:
                if self.transaction_open:
                    # The server may have rolled back by itself.
                    self._end("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")

    def _savepoint_commit(self, sid):
        """SAVE TRANSACTION has no counterpart to RELEASE SAVEPOINT."""

    def _close(self):
        if self.connection is None:
            return
        if self.transaction_open:
            # A pooled connection would keep its locks until it is used again.
            try:
                self._end("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")
            except errors.Error:
                pass
        try:
            self.connection.close()
        except self.driver.error as error:
            with self.wrap_database_errors:
                raise errors.translate(error) from None
        finally:
            # After the connection: closing its cursors first would cost a message each.
            self.pool.clear()

    def after_error(self, error):
        """Called with each error of a statement, before it is raised."""
        if error.is_disconnect:
            self.lost()
        elif self.transaction_open and not error.keeps_transaction:
            self._check_transaction(error)

    def _check_transaction(self, error):
        try:
            with self._raw_cursor() as cursor:
                cursor.execute("SELECT @@TRANCOUNT, XACT_STATE()")
                count, state = cursor.fetchone()
        except errors.Error:
            count, state = 0, -1
        if count and state == 1:
            return
        if self.in_atomic_block:
            self.needs_rollback = True
            self.rollback_exc = error
        elif not count:
            self.transaction_open = False
