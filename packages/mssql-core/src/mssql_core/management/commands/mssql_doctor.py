"""manage.py mssql_doctor: obstacles between this project and its SQL Server."""

import json
import time
from typing import Any, Dict, List, Mapping, Optional, Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, Error, connections

from ...base import DatabaseWrapper
from ...checks import advice, database
from ...checks.findings import ERROR, WARNING
from ...checks.from_mssql_django import migrations as coming_migrations
from ...checks.from_mssql_django import settings as coming_settings
from ...connection import connection_string
from ...plugin import Capability
from ...plugin.django_types import Connection
from ...plugin.types import Finding

_NEVER = "never"
#: --fail-level -> the levels of findings that make the exit status 1.
_FAILING = {ERROR: (ERROR,), WARNING: (ERROR, WARNING), _NEVER: ()}


class Command(BaseCommand):
    help = "Examines settings, driver, connection, server, rights and tables of an alias."
    requires_system_checks: List[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="The alias to examine.")
        parser.add_argument(
            "--from-mssql-django",
            action="store_true",
            help="Tell also what a project meets that comes from mssql-django: option by option, its migrations, and what "
            "is in the database. ENGINE may still be mssql-django's; nothing is changed.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object: facts and findings.")
        parser.add_argument(
            "--fail-level",
            choices=tuple(_FAILING),
            default=ERROR,
            help="The exit status is 1 on a finding of this level or worse (default: error). "
            "It is always 1 where there is no connection.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = options["json"]
        self.facts: Dict[str, Any] = {}
        findings: List[Finding] = []
        alias, examinations = options["database"], advice.EXAMINATIONS
        settings_dict = _settings_of(alias)
        if options["from_mssql_django"]:
            findings, examinations = self._coming(alias, settings_dict), advice.AFTER_MSSQL_DJANGO
        try:
            connection = _connection(alias, settings_dict if options["from_mssql_django"] else None)
            self._settings(connection)
            self._connect(connection)
        except (ImproperlyConfigured, Error) as error:
            if findings and not self.as_json:
                self._tell(findings)
            raise CommandError(str(error.args[-1] if error.args else error)) from error
        self._server(connection)
        self._report(alias, findings + advice.all_findings(connection, examinations), options["fail_level"])

    def _report(self, alias: str, findings: Sequence[Finding], fail_level: str) -> None:
        if self.as_json:
            entries = [finding._asdict() for finding in findings]
            self.stdout.write(json.dumps({"alias": alias, "facts": self.facts, "findings": entries}, indent=2))
        else:
            self._tell(findings)
        failing = [finding for finding in findings if finding.level in _FAILING[fail_level]]
        if failing:
            raise CommandError("%d of %d findings ask for a change." % (len(failing), len(findings)))

    def _coming(self, alias: str, settings_dict: Mapping[str, Any]) -> List[Finding]:
        """Print what becomes of each option, and return the findings that need no connection."""
        for name, text in coming_settings.options_told(settings_dict):
            self._fact("OPTIONS[%r]" % name, text)
        return [*coming_settings.findings(alias, settings_dict), *coming_migrations.findings()]

    def _fact(self, name: str, value: object) -> None:
        self.facts[name] = value
        if not self.as_json:
            self.stdout.write("%-22s %s" % (name, value))

    def _settings(self, connection: Connection) -> None:
        names = [name for name, _ in reversed(connection.plugins.list_name_plugin()) if name != "core"]
        self._fact("Plugins", ", ".join(names) or "none")
        parameters = connection.get_connection_params()
        for keyword, value in connection_string.redact(parameters.keywords).items():
            self._fact(keyword, value)
        if parameters.arguments["access_token"]:
            self._fact("Access token", connection_string.HIDDEN)

    def _connect(self, connection: Connection) -> None:
        start = time.monotonic()
        connection.ensure_connection()
        self._fact("Connection", "open after %.0f ms" % ((time.monotonic() - start) * 1000))
        self._fact("ODBC driver", connection.driver.version(connection.connection))

    def _server(self, connection: Connection) -> None:
        server = connection.server
        self._fact("Encryption", database.encryption_in_use(connection))
        self._fact("Edition", server.edition.name)
        self._fact("Version", ".".join(map(str, server.version)))
        self._fact("Compatibility level", server.compatibility_level)
        self._fact("Collation", server.collation)
        self._fact("Default schema", connection.ops.schema_option or server.default_schema)
        self._fact("Column types", ", ".join(connection.data_types[name] for name in ("DateTimeField", "UUIDField")))
        missing = sorted(capability.value for capability in Capability if not server.has(capability))
        self._fact("Not on this server", ", ".join(missing) or "nothing")

    def _tell(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            style = self.style.ERROR if finding.level == ERROR else self.style.WARNING
            self.stdout.write(style("%s: %s" % (finding.level, finding.text)))
            self.stdout.write("    %s" % finding.remedy)
            self.stdout.write("    See %s in the documentation." % finding.page)
        if not findings:
            self.stdout.write(self.style.SUCCESS("Nothing to advise."))


def _settings_of(alias: str) -> Dict[str, Any]:
    """DATABASES[alias]. :raises CommandError: an unknown alias."""
    if alias not in connections:
        raise CommandError("DATABASES has no alias %r. It has: %s." % (alias, ", ".join(sorted(connections))))
    settings_dict: Dict[str, Any] = connections.databases[alias]
    return settings_dict


def _connection(alias: str, coming: Optional[Mapping[str, Any]] = None) -> Connection:
    """
    The alias's connection.

    :param coming: its settings, where they may be mssql-django's, which is not loaded then.
    :raises CommandError: one of another engine.
    """
    if coming is not None and coming_settings.is_of_mssql_django(coming):
        return DatabaseWrapper(coming_settings.translated(alias, coming), alias)
    try:
        connection: Connection = connections[alias]
    except ImproperlyConfigured as error:
        raise CommandError(str(error.args[-1] if error.args else error)) from error
    if connection.vendor != "microsoft" or not hasattr(connection, "plugins"):
        raise CommandError("DATABASES[%r] has another ENGINE than mssql_core.%s" % (alias, _hint(connection)))
    return connection


def _hint(connection: Connection) -> str:
    if coming_settings.is_of_mssql_django(connection.settings_dict):
        return " Before the switch from mssql-django: --from-mssql-django."
    return ""
