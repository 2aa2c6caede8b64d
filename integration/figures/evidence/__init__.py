"""How near the sandbox is to SQL Server."""
