"""Measures the round trip: raw pyodbc, then Django through mssql_core, in one run."""
