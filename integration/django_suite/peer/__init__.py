"""mssql-django, unmodified, through Django's own tests."""
