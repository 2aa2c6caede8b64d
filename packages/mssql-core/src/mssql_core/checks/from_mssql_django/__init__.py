"""Findings for a project that comes from mssql-django; see ``mssql_doctor --from-mssql-django``."""
