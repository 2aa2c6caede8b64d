"""Statements with what SQL Server makes of them, kept as data: refusals/ with their error numbers."""
