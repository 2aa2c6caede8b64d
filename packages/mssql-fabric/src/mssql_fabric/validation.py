"""System checks of models against what the edition refuses."""

from typing import Any, Iterable, Iterator, List, Sequence

from django.apps import apps
from django.core import checks
from django.db import router

from mssql_core.plugin import Connection, Edition, Mixin, Model

from .checks import of_login
from .editions import has_filegroups
from .schema import why_read_only

# Column names of SQL database in Fabric, which mirrors each table as Delta.
# https://learn.microsoft.com/fabric/database/sql/limitations ("Column level")
_NOT_IN_COLUMNS = frozenset(" ,;{}()\n\t=")
# https://learn.microsoft.com/fabric/database/sql/limitations ("Table level")
_NO_KEY = ("hierarchyid", "sql_variant", "timestamp", "rowversion")


class EditionChecks(Mixin):
    """Checks that depend on the server's edition, which they ask if the settings have no errors."""

    def check(self, **kwargs: Any) -> List[checks.CheckMessage]:
        plugins = self.connection.plugins
        # One implementation is core's; a second one is a plugin that signs in its own way.
        if len(plugins.hook.mssql_credentials.get_hookimpls()) == 1:
            refusals = of_login(self.connection.options_read())
            if refusals:
                return refusals
        messages: List[checks.CheckMessage] = super().check(**kwargs)
        if any(message.is_serious() for message in messages):
            return messages
        return [*messages, *_messages(self.connection)]


def _messages(connection: Connection) -> Iterable[checks.CheckMessage]:
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and router.allow_migrate_model(connection.alias, model)
    ]
    reason = why_read_only(connection)
    if reason is not None:
        return _of_read_only(connection, models, reason)
    edition = connection.server.edition
    messages = []
    for model in models:
        if not has_filegroups(edition):
            messages += _of_filegroups(model)
        if edition is Edition.FABRIC_SQL_DATABASE:
            messages += _of_fabric(model, connection)
    return messages


def _of_read_only(connection: Connection, models: Sequence[Model], reason: str) -> List[checks.CheckMessage]:
    if not models:
        return []
    text = "DATABASES[%r] is %s, and %d models would be migrated to it (%s ...)."
    return [
        checks.Warning(
            text % (connection.alias, reason, len(models), models[0]._meta.label),
            hint="Let allow_migrate() of a database router say no, or make them unmanaged; migrate is refused here.",
            id="mssql_fabric.W002",
        )
    ]


def _of_filegroups(model: Model) -> List[checks.CheckMessage]:
    spaces = [("Meta.db_tablespace", model._meta.db_tablespace, model)]
    spaces += [("db_tablespace", field.db_tablespace, field) for field in model._meta.local_fields]
    spaces += [
        ("db_tablespace of the index %s" % index.name, index.db_tablespace, model) for index in model._meta.indexes
    ]
    return [
        checks.Error(
            "%s is %r, and this service has the filegroup PRIMARY alone." % (setting, space),
            hint="Remove it.",
            obj=owner,
            id="mssql_fabric.E005",
        )
        for setting, space, owner in spaces
        if space and space.upper() != "PRIMARY"
    ]


def _of_fabric(model: Model, connection: Connection) -> Iterator[checks.CheckMessage]:
    for field in model._meta.local_concrete_fields:
        wrong = sorted(_NOT_IN_COLUMNS.intersection(field.column))
        if wrong:
            yield checks.Error(
                "The column %r has %s in its name, which SQL database in Fabric refuses."
                % (field.column, " and ".join(map(repr, wrong))),
                hint="Give the field another db_column.",
                obj=field,
                id="mssql_fabric.E006",
            )
        kind = (field.db_type(connection) or "").partition("(")[0].lower()
        if field.primary_key and kind in _NO_KEY:
            yield checks.Error(
                "The primary key has the type %s, which SQL database in Fabric refuses." % kind,
                hint="Use another type.",
                obj=field,
                id="mssql_fabric.E007",
            )
