"""Statements with what SQL Server makes of them, kept as data: answers/ with values and types, refusals/ with error
numbers."""
