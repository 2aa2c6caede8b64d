"""Runs Django's own tests, unmodified, through mssql_core."""
