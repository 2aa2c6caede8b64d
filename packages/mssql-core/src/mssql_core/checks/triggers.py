"""Triggers that change results of an application's statements: INSTEAD OF INSERT, and those that return rows."""

import re
from typing import Iterator, Sequence

from ..plugin.django_types import Connection
from ..plugin.types import Finding
from .findings import ProjectTables, fetched, finding

_PAGE = "how-to/raw-sql"
_QUERY = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, g.name, g.is_instead_of_trigger, "
    "CASE WHEN EXISTS (SELECT 1 FROM sys.trigger_events AS e WHERE e.object_id = g.object_id AND e.type_desc = N'INSERT') "
    "THEN 1 ELSE 0 END, m.definition "
    "FROM sys.triggers AS g JOIN sys.tables AS t ON t.object_id = g.parent_id "
    "LEFT JOIN sys.sql_modules AS m ON m.object_id = g.object_id WHERE g.is_disabled = 0 ORDER BY 1, 2, 3"
)
# Literals, quoted names and comments, one token each; then words, variables and single characters.
_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|N?'(?:[^']|'')*'|\[(?:[^]]|\]\])*\]|\"(?:[^\"]|\"\")*\"|@?[\w$#@]+|[^\w\s]",
    re.DOTALL | re.IGNORECASE,
)
# Words that a following SELECT belongs to.
_OWNERS = frozenset(("INSERT", "FOR", "UNION", "ALL", "EXCEPT", "INTERSECT"))
_STARTS = _OWNERS | frozenset(
    (
        "AS", "BEGIN", "CLOSE", "DECLARE", "DELETE", "ELSE", "END", "EXEC", "EXECUTE", "FETCH", "IF", "MERGE", "OPEN", "PRINT",
        "RAISERROR", "RETURN", "SELECT", "SET", "THROW", "UPDATE", "VALUES", "WHILE", "WITH", ";",
    )
)  # fmt: skip


def triggers(connection: Connection) -> Iterator[Finding]:
    """INSTEAD OF triggers, whose inserts hide the new key from the application, and triggers that return rows."""
    for schema, table, trigger, is_instead, is_for_insert, definition in ProjectTables(connection).of(
        fetched(connection, _QUERY)
    ):
        names = (trigger, schema, table)
        if is_instead and is_for_insert:
            yield finding(
                "The trigger %s of %s.%s inserts instead of INSERT: the server tells no key of new rows." % names,
                "create() and save() of a new object raise NotSupportedError there; insert with keys of your own, or by a cursor.",
                _PAGE,
            )
        if definition and returns_rows(definition):
            yield finding(
                # https://learn.microsoft.com/sql/t-sql/statements/create-trigger-transact-sql ("Remarks")
                "The trigger %s of %s.%s returns rows to whoever changes the table, which a future server will refuse, and "
                "one with 'disallow results from triggers' refuses today (error 524)." % names,
                "Take the SELECT out of it, or write its rows into a table.",
                _PAGE,
            )


def returns_rows(definition: str) -> bool:
    """Whether a trigger's text has a SELECT that neither assigns variables nor fills a table."""
    tokens = [token for token in _TOKEN.findall(definition) if not token.startswith(("--", "/*"))]
    depth, owner = 0, ""
    for position, token in enumerate(tokens):
        word = token.upper()
        if word in "()":
            depth += 1 if word == "(" else -1
        elif depth == 0 and word == "SELECT" and owner not in _OWNERS and _gives_rows(tokens[position + 1 :]):
            return True
        if depth == 0 and word in _STARTS:
            owner = word
    return False


def _gives_rows(rest: Sequence[str]) -> bool:
    """Whether the select list after SELECT is returned to the client."""
    depth, words = 0, [token.upper() for token in rest]
    for position, word in enumerate(words):
        if word in "()":
            depth += 1 if word == "(" else -1
        elif depth == 0 and word == "INTO":
            return False
        elif depth == 0 and word in _STARTS and word not in ("AS", "END", "ELSE"):
            break
        elif depth == 0 and word.startswith("@") and words[position + 1 : position + 2] == ["="]:
            return False
    return True
