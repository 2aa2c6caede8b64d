"""What a project that comes from mssql-django will meet; told by ``mssql_doctor --from-mssql-django``."""
