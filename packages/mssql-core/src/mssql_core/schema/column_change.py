"""Changes of a column, and of the unique indexes on it."""

import re
from typing import NamedTuple, Optional

from ..introspection.objects import Index
from ..names import TableName, quote_bare
from . import index_filter as filters

# Types of which a longer one may replace a shorter one in place.
_SIZED_TYPE = re.compile(r"^(nvarchar|varbinary)\((\d+)\)$")


class ColumnChange(NamedTuple):
    """The new type, collation, and nullability of a column."""

    table: TableName
    column: str
    type: str
    collation: Optional[str]
    null: bool

    def sql(self) -> str:
        """Return the ALTER TABLE."""
        return "ALTER TABLE %s ALTER COLUMN %s %s%s %s" % (
            self.table,
            quote_bare(self.column),
            self.type,
            " COLLATE " + self.collation if self.collation else "",
            "NULL" if self.null else "NOT NULL",
        )


def is_longer(old_type: Optional[str], new_type: Optional[str]) -> bool:
    """Whether the new type is a longer nvarchar or varbinary, or the same one."""
    old, new = _SIZED_TYPE.match(old_type or ""), _SIZED_TYPE.match(new_type or "")
    return bool(old and new and old.group(1) == new.group(1) and int(old.group(2)) <= int(new.group(2)))


def ignoring_nulls(index: Index, column: str) -> Index:
    """Return the unique index that ignores NULLs of the column."""
    rule = "%s IS NOT NULL" % quote_bare(column)
    known = filters.split(index.filter)[0] if index.filter else []
    predicate = index.filter if rule in known else " AND ".join(filter(None, (index.filter, rule)))
    return index._replace(is_unique_constraint=False, kind="NONCLUSTERED", filter=predicate)


def without_nulls(index: Index, column: str) -> Index:
    """Return the unique index without the column in its filter; without any filter, a constraint."""
    if not index.filter:
        return index
    predicates, others = filters.split(index.filter)
    rule = "%s IS NOT NULL" % quote_bare(column)
    if others or rule not in predicates:
        return index
    rest = [predicate for predicate in predicates if predicate != rule]
    return index._replace(
        filter=" AND ".join(rest) or None,
        is_unique_constraint=not rest and not index.includes,
    )
