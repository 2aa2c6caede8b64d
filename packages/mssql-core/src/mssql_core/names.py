"""Identifiers: quoting, and the schema that a table's name may carry."""

import functools
import re
from dataclasses import dataclass
from typing import Optional

from .literals import string_literal

# Longest identifier the server accepts (sysname is nvarchar(128), error 103).
MAX_NAME_LENGTH = 128

_DOUBLE_QUOTED = re.compile(r'^"?([^"]+)"\."([^"]+)"?$')
_BRACKETED = re.compile(r"^\[?([^\[\]]+)\]\.\[([^\[\]]+)\]?$")


@functools.lru_cache(maxsize=4096)
def quote_identifier(name):
    """
    Return `name` between brackets, with closing brackets doubled.

    A name that is already delimited, by brackets or double quotes, is returned
    as it is: Django quotes some names twice.
    """
    if _is_delimited(name, "[", "]") or _is_delimited(name, '"', '"'):
        return name
    return "[%s]" % name.replace("]", "]]")


def quote_name(name):
    """`[name]`, or `[schema].[name]` for the forms of Meta.db_table that carry a schema."""
    if "." in name and name[:1] in '"[' or '"."' in name or "].[" in name:
        return str(TableName.parse(name))
    return quote_identifier(name)


def create_schema_sql(schema):
    """Make a schema where it is missing; CREATE SCHEMA must be alone in its batch (error 111)."""
    create = string_literal("CREATE SCHEMA %s" % quote_identifier(schema))
    return "IF SCHEMA_ID(%s) IS NULL EXEC (%s)" % (string_literal(schema), create)


def bare_identifier(name):
    """Return the name that the catalogue knows, without delimiters."""
    for opening, closing in ("[]", '""'):
        if _is_delimited(name, opening, closing):
            return name[1:-1].replace(closing * 2, closing)
    return name


def _is_delimited(name, opening, closing):
    return len(name) > 2 and name.startswith(opening) and name.endswith(closing)


@dataclass(frozen=True)
class TableName:
    """A table's name and, where it is known, its schema; both undelimited."""

    schema: Optional[str]
    name: str

    @classmethod
    def parse(cls, db_table, default_schema=None):
        """
        Read the forms that `Meta.db_table` takes.

        A schema is given as `"sales"."order"`, `[sales].[order]`, or by the
        older habit of leaving out the outermost delimiters. A dot outside of
        these forms belongs to the name.
        """
        for pattern in (_DOUBLE_QUOTED, _BRACKETED):
            match = pattern.match(db_table)
            if match:
                return cls(match.group(1), match.group(2))
        return cls(default_schema, bare_identifier(db_table))

    def in_schema(self, schema):
        """Return the same name in another schema."""
        return TableName(schema, self.name)

    def __str__(self):
        """The name as T-SQL writes it: `[schema].[name]`, or `[name]`."""
        if self.schema:
            return "[%s].[%s]" % (
                self.schema.replace("]", "]]"),
                self.name.replace("]", "]]"),
            )
        return "[%s]" % self.name.replace("]", "]]")

    def as_db_table(self, default_schema=None):
        """The name as `Meta.db_table` writes it."""
        if self.schema and self.schema != default_schema:
            return '"%s"."%s"' % (self.schema, self.name)
        return self.name
