"""Django before 5.2."""

import json
from json import JSONEncoder
from typing import Any, Optional, Type

from ..plugin.django_types import Field, Mixin


class Operations(Mixin):
    def adapt_json_value(self, value: Any, encoder: Optional[Type[JSONEncoder]]) -> str:
        """adapt_json_value(), which Django has had since 4.2."""
        return json.dumps(value, cls=encoder)


class SQLInsertCompiler(Mixin):
    """Before Django 5.2 field_as_sql() looks the field's placeholder up itself."""

    def field_as_sql(self, field: Field, get_placeholder: Any, value: Any) -> Any:
        return super().field_as_sql(field, value)
