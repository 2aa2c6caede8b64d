"""Microsoft Entra ID authentication, as a plugin of mssql-core."""
