"""manage.py mssql_doctor: what stands between this project and its SQL Server."""

import json
import time

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, Error, connections

from ...checks import advice
from ...checks.findings import ERROR, WARNING
from ...connection import connection_string
from ...plugin import Capability

_NEVER = "never"
#: --fail-level -> the levels of findings that make the exit status 1.
_FAILING = {ERROR: (ERROR,), WARNING: (ERROR, WARNING), _NEVER: ()}


class Command(BaseCommand):
    help = "Examines settings, driver, connection, server, rights and tables of an alias."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="The alias to examine.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object: facts and findings.")
        parser.add_argument(
            "--fail-level",
            choices=tuple(_FAILING),
            default=ERROR,
            help="The exit status is 1 on a finding of this level or worse (default: error). "
            "It is always 1 where there is no connection.",
        )

    def handle(self, *args, **options):
        connection = _connection(options["database"])
        self.as_json, self.facts = options["json"], {}
        try:
            self._settings(connection)
            self._connect(connection)
        except (ImproperlyConfigured, Error) as error:
            raise CommandError(str(error.args[-1] if error.args else error)) from error
        self._server(connection)
        findings = advice.all_findings(connection)
        if self.as_json:
            told = [finding._asdict() for finding in findings]
            self.stdout.write(json.dumps({"alias": connection.alias, "facts": self.facts, "findings": told}, indent=2))
        else:
            self._tell(findings)
        failing = [finding for finding in findings if finding.level in _FAILING[options["fail_level"]]]
        if failing:
            raise CommandError("%d of %d findings ask for a change." % (len(failing), len(findings)))

    def _fact(self, name, value):
        self.facts[name] = value
        if not self.as_json:
            self.stdout.write("%-22s %s" % (name, value))

    def _settings(self, connection):
        names = [name for name, _ in reversed(connection.plugins.list_name_plugin()) if name != "core"]
        self._fact("Plugins", ", ".join(names) or "none")
        found = connection.get_connection_params()
        for keyword, value in connection_string.redact(found.keywords).items():
            self._fact(keyword, value)
        if found.arguments["access_token"]:
            self._fact("Access token", connection_string.HIDDEN)

    def _connect(self, connection):
        start = time.monotonic()
        connection.ensure_connection()
        self._fact("Connection", "open after %.0f ms" % ((time.monotonic() - start) * 1000))
        self._fact("ODBC driver", connection.driver.version(connection.connection))

    def _server(self, connection):
        server = connection.server
        self._fact("Edition", server.edition.name)
        self._fact("Version", ".".join(map(str, server.version)))
        self._fact("Compatibility level", server.compatibility_level)
        self._fact("Collation", server.collation)
        self._fact("Default schema", connection.ops.schema_option or server.default_schema)
        self._fact("Column types", ", ".join(connection.data_types[name] for name in ("DateTimeField", "UUIDField")))
        missing = sorted(capability.value for capability in Capability if not server.has(capability))
        self._fact("Not on this server", ", ".join(missing) or "nothing")

    def _tell(self, findings):
        for finding in findings:
            style = self.style.ERROR if finding.level == ERROR else self.style.WARNING
            self.stdout.write(style("%s: %s" % (finding.level, finding.text)))
            self.stdout.write("    %s" % finding.remedy)
            self.stdout.write("    See %s in the documentation." % finding.page)
        if not findings:
            self.stdout.write(self.style.SUCCESS("Nothing to advise."))


def _connection(alias):
    """The alias's connection. :raises CommandError: there is none, or one of another engine."""
    if alias not in connections:
        raise CommandError("DATABASES has no alias %r. It has: %s." % (alias, ", ".join(sorted(connections))))
    try:
        connection = connections[alias]
    except ImproperlyConfigured as error:
        raise CommandError(str(error.args[-1] if error.args else error)) from error
    if connection.vendor != "microsoft" or not hasattr(connection, "plugins"):
        raise CommandError("DATABASES[%r] has another ENGINE than mssql_core." % alias)
    return connection
