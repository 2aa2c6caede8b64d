"""JSONField on SQL Server, as a plugin of mssql-core."""
