"""System checks: core's own and the plugins'."""

from typing import Any, Iterator, List

from django.core import checks
from django.db.backends.base.validation import BaseDatabaseValidation

from ..connection import authentication, misplaced
from ..connection import settings as core_settings
from ..data_types import NO_JSON_PLUGIN
from ..names import quote_identifier, quote_name
from ..plugin import manager
from ..plugin.django_types import Field
from ..plugin.types import ConnectionSettings
from ..schema import foreign_key_rules
from ..schema.unenforced_keys import OPTION
from . import columns, key_lengths


class DatabaseValidation(BaseDatabaseValidation):
    def check(self, **kwargs: Any) -> List[checks.CheckMessage]:
        settings = self.connection.options_read()
        messages = super().check(**kwargs)
        messages += [*self._options_without_effect(settings), *self._trusted_connection(settings)]
        messages += self._instance(settings)
        messages += [*key_lengths.messages(self.connection), *self._unenforced_keys()]
        for _, plugin_messages in manager.results(self.connection.plugins, "mssql_checks", settings=settings):
            messages += plugin_messages or ()
        # Settings that cannot connect are reported; the other checks ask the server.
        return messages if any(message.is_serious() for message in messages) else [*messages, *self._column_types()]

    def _options_without_effect(self, settings: ConnectionSettings) -> List[checks.CheckMessage]:
        return [
            checks.Warning(
                "DATABASES[%r]['OPTIONS'][%r] has no effect: %s." % (self.connection.alias, name, reason),
                hint="Remove it.",
                id="mssql_core.W001",
            )
            for name, reason in core_settings.without_effect(settings.options, self.connection.driver.without_effect)
        ]

    def _trusted_connection(self, settings: ConnectionSettings) -> List[checks.CheckMessage]:
        winner = authentication.without_effect(settings)
        if winner is None:
            return []
        text = "DATABASES[%r]: Trusted_Connection has no effect beside %s." % (self.connection.alias, winner)
        return [checks.Warning(text, hint="Remove one of them.", id="mssql_core.W004")]

    def _unenforced_keys(self) -> Iterator[checks.CheckMessage]:
        for text in self.connection.unenforced_keys.wrong_names():
            yield checks.Error(text, hint="Remove the name or mend it.", id="mssql_core.E007")

    def _instance(self, settings: ConnectionSettings) -> List[checks.CheckMessage]:
        instance = misplaced.ignored_instance(settings)
        if instance is None:
            return []
        text = "DATABASES[%r]: the driver goes to PORT %s, and ignores the instance %r of HOST." % (
            self.connection.alias,
            settings.port,
            instance,
        )
        return [checks.Warning(text, hint="Remove one of them.", id="mssql_core.W007")]

    def _column_types(self) -> List[checks.CheckMessage]:
        return [
            checks.Warning("DATABASES[%r]: %s" % (self.connection.alias, text), hint=remedy, id="mssql_core.W002")
            for text, remedy, *_ in columns.column_types(self.connection)
        ]

    def check_field(self, field: Field, **kwargs: Any) -> List[checks.CheckMessage]:
        if field.get_internal_type() == "JSONField" and "JSONField" not in self.connection.data_types:
            text = "DATABASES[%r] has no plugin that gives a JSONField a column type." % self.connection.alias
            return [checks.Error(text, hint=NO_JSON_PLUGIN, obj=field, id="mssql_core.E001")]
        return [*super().check_field(field, **kwargs), *self._column_name(field), *self._foreign_key(field)]

    def _column_name(self, field: Field) -> Iterator[checks.CheckMessage]:
        """Warn of column names that prefetch_related() would quote as a table's name with its schema."""
        # The output field of a GeneratedField is checked too, and has no column.
        column = getattr(field, "column", None)
        if column and quote_name(column) != quote_identifier(column) and _is_of_intermediate_table(field):
            text = (
                "The column's name %r reads as a table's with its schema: prefetch_related() cannot name it." % column
            )
            yield checks.Error(text, hint="Give the field another db_column.", obj=field, id="mssql_core.E005")

    def _foreign_key(self, field: Field) -> Iterator[checks.CheckMessage]:
        """Foreign keys that the server refuses (errors 1776, 1785), and that the alias leaves out."""
        if self.connection.unenforced_keys.leaves_out(field):
            text = "The database %r does not enforce this foreign key: rows may refer to rows that are not there." % (
                self.connection.alias
            )
            hint = "OPTIONS[%r] leaves its constraint out." % OPTION
            yield checks.Warning(text, hint=hint, obj=field, id="mssql_core.W005")
        target = foreign_key_rules.target_without_key(field, self.connection)
        if target is not None:
            text = (
                "The foreign key refers to %s, which takes NULL: a filtered index keeps it unique, "
                "and SQL Server takes none as the target of a foreign key (error 1776)." % target
            )
            hint = (
                "Give %s null=False; or a UniqueConstraint(fields=[%r], nulls_distinct=False), which takes a single "
                "NULL; or give the foreign key db_constraint=False; or, where it is another's, name %r in "
                "DATABASES[%r]['OPTIONS'][%r]." % (target, target.name, str(field), self.connection.alias, OPTION)
            )
            yield checks.Error(text, hint=hint, obj=field, id="mssql_core.E003")
        conflict = foreign_key_rules.cascade_conflict(field, self.connection)
        if conflict is not None:
            hint = (
                "Give one of these fields on_delete=DO_NOTHING; or all fields of both paths a rule that "
                "Django carries out, such as CASCADE or SET_NULL."
            )
            text = "%s SQL Server refuses the foreign key (error 1785)." % conflict
            yield checks.Error(text, hint=hint, obj=field, id="mssql_core.E004")

    def check_field_type(self, field: Field, field_type: str) -> List[checks.CheckMessage]:
        """Refuse an index on a (max) type, which cannot be a key (error 1919)."""
        if not field_type.endswith("(max)"):
            return []
        if field.unique:
            text = "The column type %s of a unique field cannot be the key of an index (error 1919)." % field_type
            return [checks.Error(text, hint="Give it a max_length.", obj=field, id="mssql_core.E002")]
        if field.db_index:
            # As Django says it of other databases, under the id that projects silence.
            text = "%s does not support a database index on %s columns." % (self.connection.display_name, field_type)
            hint = "An index won't be created. Silence this warning if you don't care about it."
            return [checks.Warning(text, hint=hint, obj=field, id="fields.W162")]
        return []


def _is_of_intermediate_table(field: Field) -> bool:
    """Whether the field is a foreign key of a ManyToManyField's intermediate model."""
    models = field.model._meta.apps.get_models() if field.remote_field else ()
    return any(m2m.remote_field.through is field.model for model in models for m2m in model._meta.local_many_to_many)
