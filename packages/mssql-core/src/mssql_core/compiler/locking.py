"""select_for_update: lock hints behind the tables' names.

https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
"""

from django.db.models.sql.datastructures import BaseTable, Join

from .. import names
from ..compat.orm import join_condition


class LockedTables(list):
    """Quoted names of the tables that a compiled SELECT locks, with hints of its own behind them."""


def hint(nowait=False, skip_locked=False):
    """
    The hint of a locked table.

    UPDLOCK keeps others from locking or changing the rows until the end of the
    transaction; NOWAIT fails at once (1222), READPAST skips locked rows.
    """
    return "WITH (UPDLOCK, ROWLOCK%s%s)" % (", NOWAIT" if nowait else "", ", READPAST" if skip_locked else "")


class LockHints:
    """The hints of one SELECT, by alias."""

    def __init__(self, compiler):
        self.compiler = compiler
        query = compiler.query
        self.sql = ""
        if query.select_for_update:
            self.sql = " " + hint(query.select_for_update_nowait, query.select_for_update_skip_locked)

    def of(self, alias):
        """The hints of the table `alias`, '' for none."""
        if not self.sql or not self.compiler.query.select_for_update_of:
            return self.sql
        chosen = self.compiler.get_select_for_update_of_arguments()
        return self.sql if self.compiler.quote_name(alias) in chosen else ""


def _hints(compiler, alias):
    found = getattr(compiler, "lock_hints", None)
    return found.of(alias) if found else ""


def compile_base_table(node, compiler, connection):
    hints = _hints(compiler, node.table_alias)
    if not hints and not connection.ops.schema_option and not names.may_have_parts(node.table_name):
        return NotImplemented
    return _source(node, connection) + hints, []


def compile_join(node, compiler, connection):
    """A join with the alias's schema, and with hints, which stand between the table's name and ON."""
    hints = _hints(compiler, node.table_alias)
    if not hints and not connection.ops.schema_option and not _have_parts(node):
        return NotImplemented
    condition, params = join_condition(node, compiler, connection)
    return "%s %s%s ON (%s)" % (node.join_type, _source(node, connection), hints, condition), params


def _have_parts(node):
    """Whether Django would take a column's name for that of a table with its schema, or leave out what a table needs."""
    names_of_columns = (name for pair in node.join_cols for name in pair)
    return any(map(names.may_have_parts, (node.table_name, node.parent_alias, *names_of_columns)))


def _source(node, connection):
    table, alias = connection.ops.quote_table(node.table_name), names.quote_source(node.table_alias)
    is_exposed = node.table_alias == node.table_name and alias == names.quote_name(node.table_name)
    return table if is_exposed else "%s %s" % (table, alias)


COMPILERS = {BaseTable: compile_base_table, Join: compile_join}
