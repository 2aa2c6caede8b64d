"""The examination of a database that ``mssql_doctor`` tells."""

from django.db import Error

from . import columns, constraints, database, rights
from .findings import finding
from .from_mssql_django import database as left_by_mssql_django

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
#: What is asked besides of a database that mssql-django made.
AFTER_MSSQL_DJANGO = {
    **EXAMINATIONS,
    "checks of JSON": left_by_mssql_django.json_checks,
    "regular expressions": left_by_mssql_django.regex,
}


def all_findings(connection, examinations=EXAMINATIONS):
    """Everything found, in the order of the examinations."""
    findings = []
    for name, examine in examinations.items():
        try:
            findings += examine(connection)
        except Error as error:
            text = "Not examined: %s (%s)" % (name, error.args[-1] if error.args else error)
            findings.append(finding(text, "VIEW DEFINITION lets a login read the catalogue.", "reference/rights"))
    return findings
