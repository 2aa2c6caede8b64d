"""How close the sandbox is to SQL Server."""
