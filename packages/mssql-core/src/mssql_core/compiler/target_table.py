"""The table that a statement changes, in the alias's schema."""

from ..names import in_query, quote_name
from ..plugin.django_types import Compiler


def with_target(keyword: str, sql: str, compiler: Compiler) -> str:
    """
    Return `sql` with the schema before the table behind `keyword`.

    Columns keep the bare name before them: it is that of the table's exposed name.
    https://learn.microsoft.com/sql/t-sql/queries/from-transact-sql

    :param keyword: what Django writes the table's name behind: DELETE FROM, or UPDATE.
    :raises NotSupportedError: a linked server's table.
    """
    table = compiler.query.get_meta().db_table
    target = in_query(compiler.connection.ops.quote_target(table))
    head = "%s %s " % (keyword, in_query(quote_name(table)))
    if not (sql + " ").startswith(head):
        return sql
    return ("%s %s %s" % (keyword, target, sql[len(head) :])).rstrip()
