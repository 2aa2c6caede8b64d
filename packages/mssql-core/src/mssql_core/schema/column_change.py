"""What altering a field asks of a column, and of the uniqueness around it."""

import re

from ..names import quote_identifier
from . import index_filter as filters

# Types of which a longer one may replace a shorter one in place.
SIZED_TYPE = re.compile(r"^(nvarchar|varbinary)\((\d+)\)$")


class ColumnChange:
    """The type, collation, and nullability a column is to get."""

    def __init__(self, table, column, type, collation, null):
        self.table = table
        self.column = column
        self.type = type
        self.collation = collation
        self.null = null

    def as_nullable(self):
        return ColumnChange(self.table, self.column, self.type, self.collation, True)


def ignoring_nulls(index, column):
    """Return the unique index that takes NULLs of the column for different."""
    rule = "%s IS NOT NULL" % quote_identifier(column)
    return index._replace(
        is_unique_constraint=False,
        kind="NONCLUSTERED",
        filter="%s AND %s" % (index.filter, rule) if index.filter else rule,
    )


def without_nulls(index, column):
    """Take the column out of the filter; a constraint does where none is left."""
    if not index.filter:
        return index
    predicates, others = filters.split(index.filter)
    rule = "%s IS NOT NULL" % quote_identifier(column)
    if others or rule not in predicates:
        return index
    rest = [predicate for predicate in predicates if predicate != rule]
    return index._replace(
        filter=" AND ".join(rest) or None,
        is_unique_constraint=not rest and not index.includes,
    )


def only_comment_differs(old, new):
    """Do two fields differ in nothing that a foreign key could feel?"""

    def essence(field):
        _, path, args, kwargs = field.deconstruct()
        kwargs.pop("db_comment", None)
        for attribute in getattr(field, "non_db_attrs", ()):
            kwargs.pop(attribute, None)
        return path, args, kwargs, field.column

    return essence(old) == essence(new)
