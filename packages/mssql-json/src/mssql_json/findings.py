"""Findings of mssql_doctor: a compatibility level without lookups of JSON, and columns whose checks refuse scalars."""

import re
from typing import Iterator

from django.db.models import JSONField

from mssql_core.plugin import Capability, ExaminedDatabase, Finding

_CHECKS = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, c.name, c.definition FROM sys.check_constraints AS c "
    "JOIN sys.tables AS t ON t.object_id = c.parent_object_id WHERE c.definition LIKE N'%isjson%' ORDER BY 1, 2, 3"
)
# ISJSON(col) = 1 as the catalogue has it, the whole check of mssql-django's columns; checks of this plugin have OR.
_OBJECTS_ONLY = re.compile(r"\(?isjson\(\[(.*)\]\)=\(?1\)*$", re.IGNORECASE)


def findings(database: ExaminedDatabase) -> Iterator[Finding]:
    """Findings of one database."""
    if not database.server.has(Capability.OPENJSON):
        yield Finding(
            "The plugin 'json' is enabled, and at compatibility level %d its lookups raise NotSupportedError."
            % database.server.compatibility_level,
            "ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 130, or the server's own level",
            "reference/limitations",
            "error",
        )
    fields = ", ".join(_objects_only(database))
    if fields:
        yield Finding(
            "The columns of %s take JSON objects and arrays only: other values are error 547 here, and taken by a new "
            "database, such as that of the tests." % fields,
            "Nothing, where only those are stored; else a migration with mssql_json.migrations.ReplaceJSONChecks().",
            "how-to/coming-from-mssql-django",
        )


def _objects_only(database: ExaminedDatabase) -> Iterator[str]:
    """The JSONFields whose columns' checks take objects and arrays only."""
    for schema, table, _, definition in database.of_project(database.rows(_CHECKS)):
        check = _OBJECTS_ONLY.match(definition)
        if check is None:
            continue
        for field in database.model(schema, table)._meta.local_concrete_fields:
            if isinstance(field, JSONField) and field.column.casefold() == check.group(1).replace("]]", "]").casefold():
                yield str(field)
