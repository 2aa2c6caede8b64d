"""Django before 5.2."""

import json


class Operations:
    def adapt_json_value(self, value, encoder):
        """adapt_json_value(), which Django has had since 4.2."""
        return json.dumps(value, cls=encoder)


class SQLInsertCompiler:
    """Before Django 5.2 field_as_sql() looks the field's placeholder up itself."""

    def field_as_sql(self, field, get_placeholder, value):
        return super().field_as_sql(field, value)
