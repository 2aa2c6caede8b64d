"""Django before 5.2."""

import json


class Operations:
    def adapt_json_value(self, value, encoder):
        """Django has none before 4.2: JSON fields write their text themselves."""
        return json.dumps(value, cls=encoder)


class SQLInsertCompiler:
    """A field's placeholder is found where its value is compiled, not handed over."""

    def field_as_sql(self, field, get_placeholder, value):
        return super().field_as_sql(field, value)
