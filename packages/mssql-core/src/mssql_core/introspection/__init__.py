"""What the server's catalogue says: for inspectdb, and for the schema editor."""
