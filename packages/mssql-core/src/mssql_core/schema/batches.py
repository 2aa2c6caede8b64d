"""Which statements of a script, itself one batch, are compiled in batches of their own."""

import re

from ..literals import with_texts

# Statements that must be the first of their batch (error 111).
_STANDS_FIRST = re.compile(
    r"\s*(?:CREATE|ALTER|CREATE\s+OR\s+ALTER)\s+(?:DEFAULT|FUNCTION|PROC|RULE|SCHEMA|TRIGGER|VIEW)", re.IGNORECASE
)
_CHANGES_A_TABLE = re.compile(r"\bALTER\s+TABLE\b|\bsp_rename\b", re.IGNORECASE)
# What a batch of its own would undo at its end (temporary tables, SET, USE), or what it refuses (error 266).
_OUTLIVES_A_BATCH = re.compile(
    r"#|(?:^|;)\s*(?:SET|USE|(?:BEGIN|SAVE)\s+TRAN(?:SACTION)?|COMMIT|ROLLBACK)\b", re.IGNORECASE
)


def own_batch(sql: str) -> str:
    """
    Return a statement that is compiled when its turn comes, not with the script.

    A column cannot be used in the batch that makes it.
    https://learn.microsoft.com/previous-versions/sql/sql-server-2008-r2/ms175502(v=sql.105)
    """
    return with_texts("EXEC sys.sp_executesql %s", sql)


def changes_a_table(sql: str) -> bool:
    """Whether later statements may name columns that do not exist when the script is compiled (error 207)."""
    return _CHANGES_A_TABLE.search(sql) is not None


def needs_own_batch(sql: str, follows_change: bool) -> bool:
    """
    Whether SQL that a user wrote is compiled in a batch of its own.

    :param follows_change: whether a statement in front of it changes a table.
    """
    if _STANDS_FIRST.match(sql):
        return True
    return follows_change and not _OUTLIVES_A_BATCH.search(sql)
