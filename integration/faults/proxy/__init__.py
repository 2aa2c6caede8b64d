"""A TCP proxy between the ODBC driver and the server, both unmodified, that breaks the connection at a chosen place."""
