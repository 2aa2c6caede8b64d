"""Which statements of a script, itself one batch, are compiled in batches of their own."""

import re

from ..literals import with_texts
from ..operations.batches import without_texts

# Statements that must be the first of their batch (error 111).
_STANDS_FIRST = re.compile(
    r"\s*(?:CREATE|ALTER|CREATE\s+OR\s+ALTER)\s+(?:DEFAULT|FUNCTION|PROC|RULE|SCHEMA|TRIGGER|VIEW)", re.IGNORECASE
)
_CHANGES_A_TABLE = re.compile(r"\bALTER\s+TABLE\b|\bsp_rename\b", re.IGNORECASE)
# What a batch of its own would undo at its end.
_MAKES_TEMPORARY_TABLE = re.compile(r"\b(?:INTO|TABLE)\s+#", re.IGNORECASE)
_USES_DATABASE = re.compile(r"(?:^|;)\s*USE\s+(?!HINT\b|PLAN\b)", re.IGNORECASE | re.MULTILINE)
_ONLY_NOCOUNT = re.compile(r"\s*SET\s+NOCOUNT\s+\w+\s*;?\s*", re.IGNORECASE)
# An option of the session, no clause of UPDATE or of a foreign key. NOCOUNT changes nothing for later statements.
_SETS_OPTION = re.compile(
    r"\bSET\s+(?!NULL\b|DEFAULT\b|NOCOUNT\s+O|IDENTITY_INSERT\b)\w+(?:\s*,\s*\w+)*\s+(?![-+*/%&^|]?=)[\w'@-]",
    re.IGNORECASE,
)
_IDENTITY_INSERT = re.compile(r"\bSET\s+IDENTITY_INSERT\s+\S+\s+(ON|OFF)\b", re.IGNORECASE)
# What a batch may not leave to another (error 266).
_BEGINS = re.compile(r"\b(?:BEGIN\s+(?:DISTRIBUTED\s+)?|SAVE\s+)TRAN(?:SACTION)?\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:COMMIT|ROLLBACK)\b", re.IGNORECASE)


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
    code = without_texts(sql)
    if _STANDS_FIRST.match(code):
        return True
    return follows_change and not _outlives_a_batch(code)


def _outlives_a_batch(code: str) -> bool:
    """
    Whether later statements need what a batch of its own would undo at its end, or refuse.

    https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql ("Considerations")

    :param code: SQL without its texts.
    """
    switches = [switch.upper() for switch in _IDENTITY_INSERT.findall(code)]
    return (
        bool(_ONLY_NOCOUNT.fullmatch(code) or _SETS_OPTION.search(code))
        or switches.count("ON") != switches.count("OFF")
        or bool(_BEGINS.search(code)) != bool(_ENDS.search(code))
        or bool(_MAKES_TEMPORARY_TABLE.search(code) or _USES_DATABASE.search(code))
    )
