"""The examination of a database that ``mssql_doctor`` tells."""

from django.db import Error

from . import columns, constraints, database, rights
from .findings import finding

#: Name -> function of a connection that gives findings. What the server refuses to tell is a finding itself.
EXAMINATIONS = {
    "rights": rights.rights,
    "isolation": database.isolation,
    "compatibility level": database.compatibility_level,
    "column types": columns.column_types,
    "collations": database.collations,
    "foreign keys": constraints.foreign_keys,
    "check constraints": constraints.checks,
    "unique keys": constraints.unique_nulls,
    "heaps": constraints.heaps,
    "triggers": constraints.instead_of_insert,
    "edition": database.limits,
    "encryption": database.encryption,
    "driver": database.driver,
}


def all_findings(connection):
    """Everything found, in the order of :data:`EXAMINATIONS`."""
    findings = []
    for name, examine in EXAMINATIONS.items():
        try:
            findings += examine(connection)
        except Error as error:
            text = "Not examined: %s (%s)" % (name, error.args[-1] if error.args else error)
            findings.append(finding(text, "VIEW DEFINITION lets a login read the catalogue.", "reference/rights"))
    return findings
