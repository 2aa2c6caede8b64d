"""The target of a statement, in the alias's schema."""

from ..names import in_query, quote_name
from ..plugin.django_types import Compiler


def with_target(keyword: str, sql: str, compiler: Compiler) -> str:
    """
    Return `sql` with the schema before the table behind `keyword`.

    Columns keep the bare name before them, which is the table's exposed name.
    https://learn.microsoft.com/sql/t-sql/queries/from-transact-sql

    :param keyword: DELETE FROM or UPDATE, behind which Django writes the table's name.
    :raises NotSupportedError: the table is on a linked server.
    """
    table = compiler.query.get_meta().db_table
    target = in_query(compiler.connection.ops.quote_target(table))
    beginning = "%s %s " % (keyword, in_query(quote_name(table)))
    if not (sql + " ").startswith(beginning):
        return sql
    return ("%s %s %s" % (keyword, target, sql[len(beginning) :])).rstrip()
