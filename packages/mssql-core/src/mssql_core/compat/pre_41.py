"""Django before 4.1."""


class SchemaEditor:
    """Django 3.2 names the columns of a unique constraint; 4.0 gives its fields."""

    def _create_unique_sql(self, model, fields=(), name=None, columns=(), **options):
        fields = _fields(model, fields or columns)
        return super()._create_unique_sql(model, fields, name=name, **options)

    def _unique_sql(self, model, fields, name, **options):
        return super()._unique_sql(model, _fields(model, fields), name, **options)


def _fields(model, fields):
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    return [by_column[f] if isinstance(f, str) else f for f in fields]
