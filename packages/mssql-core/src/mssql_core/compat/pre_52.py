"""Django before 5.2."""


class SQLInsertCompiler:
    """A field's placeholder is found where its value is compiled, not handed over."""

    def field_as_sql(self, field, get_placeholder, value):
        return super().field_as_sql(field, value)
