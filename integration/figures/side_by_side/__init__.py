"""mssql-core and mssql-django on the same server, in one run."""
