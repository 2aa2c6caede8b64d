"""Where Django's versions differ; the only place that looks at django.VERSION."""

import django

try:
    from django.db.models.expressions import DatabaseDefault
except ImportError:  # before Django 5.0

    class DatabaseDefault:
        """Stands for nothing: no value is an instance."""


def is_database_default(value):
    return isinstance(value, DatabaseDefault)


def placeholder(field, value, compiler, connection):
    """(sql, params) when the field has its own placeholder, else None."""
    if hasattr(field, "get_placeholder_sql"):  # Django 6.1
        return field.get_placeholder_sql(value, compiler, connection)
    if hasattr(field, "get_placeholder"):
        return field.get_placeholder(value, compiler, connection), (value,)
    return None


# Django 6.0 hands parameters around as tuples, earlier versions as lists.
PARAMS = tuple if django.VERSION >= (6, 0) else list
