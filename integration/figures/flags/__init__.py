"""The feature flags of this backend beside PostgreSQL's and mssql-django's: a page of the documentation."""
