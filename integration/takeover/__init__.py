"""Databases made by mssql-django, taken over by mssql-core, changed, and given back."""
