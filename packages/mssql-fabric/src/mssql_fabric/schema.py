"""Refusal of schema changes on aliases that are only read."""

from typing import Optional

from django.db import NotSupportedError

from mssql_core.plugin import Connection, Edition, Mixin, SchemaEditor

from . import hosts


def why_read_only(connection: Connection) -> Optional[str]:
    """The reason why the alias is read-only; None for one whose schema may be changed. Connects."""
    if connection.server.edition is Edition.FABRIC_WAREHOUSE:
        return "a warehouse, which is only read"
    settings = connection.options_read()
    intent = settings.extra_value("ApplicationIntent") or settings.options.get("ApplicationIntent") or ""
    if intent.casefold() == "readonly" or (not intent and hosts.is_secondary(settings.host)):
        return "a read-only replica (ApplicationIntent)"
    return None


class NoChangesHere(Mixin):
    """A schema editor that refuses before its first statement, rather than half-way (error 3906)."""

    def __enter__(self) -> SchemaEditor:
        if not self.collect_sql:
            reason = why_read_only(self.connection)
            if reason is not None:
                raise NotSupportedError("DATABASES[%r] is %s: no schema is changed." % (self.connection.alias, reason))
        editor: SchemaEditor = super().__enter__()
        return editor
