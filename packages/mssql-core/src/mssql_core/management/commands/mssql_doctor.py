"""manage.py mssql_doctor: what stands between this project and its SQL Server."""

import time

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, Error, connections

from ...checks import advice
from ...connection import connection_string
from ...plugin import Capability


class Command(BaseCommand):
    help = "Examines settings, driver, connection, server and tables of an alias; the exit code is 1 on an error."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="The alias to examine.")

    def handle(self, *args, **options):
        alias = options["database"]
        if alias not in connections:
            raise CommandError("DATABASES has no alias %r. It has: %s." % (alias, ", ".join(sorted(connections))))
        try:
            connection = connections[alias]
            if connection.vendor != "microsoft" or not hasattr(connection, "plugins"):
                raise CommandError("DATABASES[%r] has another ENGINE than mssql_core." % alias)
            self._settings(connection)
            self._connect(connection)
        except (ImproperlyConfigured, Error) as error:
            raise CommandError(str(error.args[-1] if error.args else error)) from error
        self._server(connection)
        self._tables(connection)

    def _line(self, name, value):
        self.stdout.write("%-22s %s" % (name, value))

    def _settings(self, connection):
        names = [name for name, _ in reversed(connection.plugins.list_name_plugin()) if name != "core"]
        self._line("Plugins", ", ".join(names) or "none")
        found = connection.get_connection_params()
        for keyword, value in connection_string.redact(found.keywords).items():
            self._line(keyword, value)
        if found.arguments["access_token"]:
            self._line("Access token", connection_string.HIDDEN)

    def _connect(self, connection):
        start = time.monotonic()
        connection.ensure_connection()
        self._line("Connection", "open after %.0f ms" % ((time.monotonic() - start) * 1000))
        self._line("ODBC driver", connection.driver.version(connection.connection))

    def _server(self, connection):
        server = connection.server
        self._line("Edition", server.edition.name)
        self._line("Version", ".".join(map(str, server.version)))
        self._line("Compatibility level", server.compatibility_level)
        self._line("Collation", server.collation)
        self._line("Default schema", connection.ops.schema_option or server.default_schema)
        self._line("Column types", ", ".join(connection.data_types[name] for name in ("DateTimeField", "UUIDField")))
        missing = sorted(capability.value for capability in Capability if not server.has(capability))
        self._line("Not on this server", ", ".join(missing) or "nothing")

    def _tables(self, connection):
        found = advice.all_advice(connection)
        for text, remedy in found:
            self.stdout.write(self.style.WARNING(text))
            self.stdout.write("    %s" % remedy)
        if not found:
            self.stdout.write(self.style.SUCCESS("Nothing to advise."))
