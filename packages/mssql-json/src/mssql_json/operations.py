"""The backend's operations for JSON."""

import json
from typing import Any, List, Optional, Type

from django.db import DataError

from mssql_core.plugin import Expression, Mixin

from . import native
from .transforms import sort_expressions


class JSONOperations(Mixin):
    """Documents as text, and the order of keys."""

    def adapt_json_value(self, value: Any, encoder: Optional[Type[json.JSONEncoder]]) -> str:
        """
        The text of a document.

        Characters beyond ASCII are not escaped, for `icontains`, unless half a surrogate
        pair is among them, which no encoding of text holds.
        """
        text = json.dumps(value, ensure_ascii=False, cls=encoder)
        try:
            text.encode("utf-16-le")
        except UnicodeEncodeError:
            return json.dumps(value, cls=encoder)
        return text

    def sort_expressions(self, expression: Expression) -> List[Expression]:
        return sort_expressions(expression) or super().sort_expressions(expression)


class NativeJSONOperations(JSONOperations):
    """Documents in a form that the type json holds without loss."""

    def adapt_json_value(self, value: Any, encoder: Optional[Type[json.JSONEncoder]]) -> str:
        text = super().adapt_json_value(value, encoder)
        try:
            return native.exact_text(text)
        except ValueError as error:
            raise DataError("The document cannot be stored as the type json: %s" % error) from None
