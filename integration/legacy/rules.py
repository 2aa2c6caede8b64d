"""What may fail, and by which rule; any other failure is a fault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_LEARN = "https://learn.microsoft.com/sql/"
_WRITES = frozenset(("save", "update", "bulk_update", "create", "bulk_create"))
_COMPARES = frozenset(("exact", "in", "long in", "exclude"))
_MOMENTS = ("datetime2", "datetimeoffset", "time")


@dataclass(frozen=True)
class Rule:
    """A reason for outcomes.

    :ivar error: the server's number, or what a trial says.
    :ivar text: a pattern of the error's message.
    :ivar actions: in which it may happen.
    :ivar types: of which columns; of all where there are none.
    :ivar tables: of which tables; of all where there are none.
    """

    error: str
    says: str
    source: str
    actions: frozenset[str]
    text: str = ""
    types: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def explains(self, error: str, text: str, action: str, type_: str, table: str) -> bool:
        return (
            re.fullmatch(self.error, error) is not None
            and action in self.actions
            and re.search(self.text, text) is not None
            and (not self.types or type_ in self.types)
            and (not self.tables or table in self.tables)
        )


RULES = (
    Rule("402", "`text`, `ntext`, `image` and `xml` are compared with nothing", _LEARN + "t-sql/data-types/ntext-text-and-image-transact-sql",
         _COMPARES, types=("text", "ntext", "image", "xml")),
    Rule("306", "`text`, `ntext` and `image` are not ordered", _LEARN + "t-sql/data-types/ntext-text-and-image-transact-sql",
         frozenset(("order",)), types=("text", "ntext", "image")),
    Rule("305", "`xml` is not ordered", _LEARN + "t-sql/xml/xml-transact-sql", frozenset(("order",)), types=("xml",)),
    Rule("403", "`geography` and `geometry` are compared with nothing", _LEARN + "t-sql/spatial-geography/spatial-types-geography",
         _COMPARES, types=("geography", "geometry")),
    Rule("249", "`geography` and `geometry` are not ordered", _LEARN + "t-sql/spatial-geography/spatial-types-geography",
         frozenset(("order",)), types=("geography", "geometry")),
    Rule("4403|4405|4406", "a view of groups, of several tables or of expressions is not changed", _LEARN + "t-sql/statements/create-view-transact-sql",
         _WRITES),
    Rule("13559|13560|13561", "the history of a temporal table is read only", _LEARN + "relational-databases/tables/temporal-table-considerations-and-limitations",
         _WRITES),
    Rule("547", "a `CHECK` of the key allows no other value", _LEARN + "relational-databases/tables/unique-constraints-and-check-constraints",
         frozenset(("create", "bulk_create")), text="CHECK constraint", tables=("houses",)),
    Rule("no free key", "the key is one of another table, of which no row is free", _LEARN + "relational-databases/tables/primary-and-foreign-key-constraints",
         frozenset(("create", "bulk_create"))),
    Rule("changed: (CHANGED|BODY)", "a trigger writes the column", _LEARN + "t-sql/statements/create-trigger-transact-sql",
         _WRITES, tables=("PART_MASTER", "PARTS", "INBOX")),
    Rule("changed: .*", "without a key, a change is one of all rows with the value that stands for it",
         "https://docs.djangoproject.com/en/stable/ref/django-admin/#inspectdb", _WRITES, tables=("PART_SITE",)),
    Rule("not found", "of 100 ns Python has microseconds", "https://docs.python.org/3/library/datetime.html", _COMPARES, types=_MOMENTS),
    Rule("changed: LastEditedWhen", "of 100 ns Python has microseconds", "https://docs.python.org/3/library/datetime.html", _WRITES),
    Rule("FieldDoesNotExist", "Django's `raw()` takes no key of several columns", "https://docs.djangoproject.com/en/stable/topics/composite-primary-key/",
         frozenset(("raw",)), text="primary key"),
    Rule("FieldDoesNotExist", "`raw()` does not know a column whose own name is delimited", "https://docs.djangoproject.com/en/stable/topics/db/sql/",
         frozenset(("raw",)), tables=('"""quoted"""',)),
    Rule("50999", "not played by the sandbox: changes through views", "", _WRITES, text="changes through the view"),
    Rule("50999", "not played by the sandbox: `sql_variant` in an order", "", frozenset(("order",)), text="ORDER BY of sql_variant"),
    Rule("50999", "not played by the sandbox: letters beyond ASCII in the order of a language", "", frozenset(("order",)), text="the order of"),
)  # fmt: skip


def rule_of(outcome: Any) -> Rule | None:
    """The rule that explains an outcome; None for a fault."""
    for rule in RULES:
        if rule.explains(outcome.error, outcome.text, outcome.action, outcome.type, outcome.table):
            return rule
    return None
