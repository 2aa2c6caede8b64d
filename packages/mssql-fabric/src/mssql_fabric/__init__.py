"""Azure SQL and Fabric editions, as a plugin of mssql-core."""
