"""The examinations that ``mssql_doctor`` runs."""

from typing import Callable, Iterable, Iterator, List, Mapping

from django.db import Error

from ..plugin import manager
from ..plugin.django_types import Connection
from ..plugin.types import Finding
from . import columns, constraints, database, rights, triggers
from .findings import Examination, finding
from .from_mssql_django import database as left_by_mssql_django


def of_plugins(connection: Connection) -> Iterator[Finding]:
    """The findings of the plugins' hook mssql_findings."""
    arguments = {"database": Examination(connection), "settings": connection.options_read()}
    for _, findings in manager.results(connection.plugins, "mssql_findings", **arguments):
        yield from findings or ()


#: Name -> function of a connection that gives findings. A query that the server refuses is a finding itself.
EXAMINATIONS = {
    "rights": rights.rights,
    "rights to migrate": rights.migrating,
    "isolation": database.isolation,
    "compatibility level": database.compatibility_level,
    "column types": columns.column_types,
    "collations": database.collations,
    "foreign keys": constraints.foreign_keys,
    "check constraints": constraints.checks,
    "unique keys": constraints.unique_nulls,
    "heaps": constraints.heaps,
    "triggers": triggers.triggers,
    "edition": database.limits,
    "encryption": database.encryption,
    "driver": database.driver,
    "plugins": of_plugins,
}
#: What is asked besides of a database that mssql-django made.
AFTER_MSSQL_DJANGO = {**EXAMINATIONS, "regular expressions": left_by_mssql_django.regex}


def all_findings(
    connection: Connection, examinations: Mapping[str, Callable[[Connection], Iterable[Finding]]] = EXAMINATIONS
) -> List[Finding]:
    """Everything found, in the order of the examinations."""
    findings: List[Finding] = []
    for name, examine in examinations.items():
        try:
            findings += examine(connection)
        except Error as error:
            text = "Not examined: %s (%s)" % (name, error.args[-1] if error.args else error)
            findings.append(finding(text, "VIEW DEFINITION lets a login read the catalogue.", "reference/rights"))
    return findings
