"""select_for_update: lock hints behind the tables' names.

https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
"""

from typing import Any, List, Optional

from django.db.models.sql.datastructures import BaseTable, Join

from .. import names
from ..compat.orm import PARAMS, join_condition
from ..plugin.django_types import Compiler, Connection
from ..plugin.types import Translation


class LockedTables(List[str]):
    """Quoted names of the tables that a compiled SELECT locks by hints behind them."""


def hint(nowait: bool, skip_locked: bool) -> str:
    """
    The hint of a locked table.

    UPDLOCK keeps other transactions from locking or changing the rows until the end of
    this one; NOWAIT fails at once (error 1222), READPAST skips locked rows.
    """
    return "WITH (UPDLOCK, ROWLOCK%s%s)" % (", NOWAIT" if nowait else "", ", READPAST" if skip_locked else "")


def hints_of(compiler: Compiler, alias: str) -> str:
    """The hints of the table `alias` in the statement of `compiler`, or ''."""
    query = compiler.query
    if not query.select_for_update:
        return ""
    if query.select_for_update_of and compiler.quote_name(alias) not in compiler.get_select_for_update_of_arguments():
        return ""
    return " " + hint(query.select_for_update_nowait, query.select_for_update_skip_locked)


def compile_base_table(node: Any, compiler: Compiler, connection: Connection) -> Translation:
    if type(node) is BaseTable and not compiler.query.select_for_update:
        # Nearly all; the longer way takes three times as long.
        return names.source_sql(node.table_name, node.table_alias, connection.ops.schema_option), PARAMS()
    hints, schema = hints_of(compiler, node.table_alias), connection.ops.schema_option
    if _writes_itself(node, BaseTable, hints, schema):
        return NotImplemented
    return names.source_sql(node.table_name, node.table_alias, schema) + hints, []


def compile_join(node: Any, compiler: Compiler, connection: Connection) -> Translation:
    """A join with the alias's schema, and with hints, which stand between the table's name and ON."""
    hints, schema = hints_of(compiler, node.table_alias), connection.ops.schema_option
    if _writes_itself(node, Join, hints, schema):
        return NotImplemented
    table = names.source_sql(node.table_name, node.table_alias, schema)
    condition, params = join_condition(node, compiler, connection)
    if not condition:
        # Django refuses it.
        return NotImplemented
    return "%s %s%s ON (%s)" % (node.join_type, table, hints, condition), params


def _writes_itself(node: Any, kind: Any, hints: str, schema: Optional[str]) -> bool:
    """Whether a subclass, such as a common table expression, compiles itself."""
    return type(node).as_sql is not kind.as_sql and not hints and not schema


COMPILERS = {BaseTable: compile_base_table, Join: compile_join}
