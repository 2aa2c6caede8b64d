"""The server's catalogue, for inspectdb and for the schema editor."""
