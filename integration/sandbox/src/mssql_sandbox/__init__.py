"""A strict local SQL Server for tests and development."""
