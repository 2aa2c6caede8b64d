"""System checks: core's own and the plugins'."""

from django.core import checks
from django.db.backends.base.validation import BaseDatabaseValidation

from .plugin import manager


class DatabaseValidation(BaseDatabaseValidation):
    def check(self, **kwargs):
        settings = self.connection.options_read()
        found = manager.results(self.connection.plugins, "mssql_checks", settings=settings)
        return [message for _, messages in found for message in messages or ()]

    def check_field(self, field, **kwargs):
        if field.get_internal_type() == "JSONField" and "JSONField" not in self.connection.data_types:
            return [
                checks.Error(
                    "%s is a JSONField, for which the alias %r has no column type."
                    % (field, self.connection.alias),
                    hint="Run pip install mssql-core[json] and add 'json' to OPTIONS['plugins'].",
                    obj=field,
                    id="mssql_core.E001",
                )
            ]
        return super().check_field(field, **kwargs)
