"""A TCP proxy between the unmodified ODBC driver and server that breaks the connection at a chosen place."""
