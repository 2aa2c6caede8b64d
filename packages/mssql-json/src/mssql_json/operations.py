"""The backend's operations for JSON."""

import json
from typing import Any, List, Optional, Type

from mssql_core.plugin import Expression, Mixin

from . import native
from ._compat import FIELDS_WRITE_JSON
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

    def stored_document(self, text: str) -> str:
        """The text as adapt_json_value() has it, which Django calls since 4.2."""
        if FIELDS_WRITE_JSON and "\\u" in text:
            return self.adapt_json_value(json.loads(text), None)
        return text

    def sort_expressions(self, expression: Expression) -> List[Expression]:
        return sort_expressions(expression) or super().sort_expressions(expression)


class NativeJSONOperations(JSONOperations):
    """Documents in a form that the type json holds without loss."""

    def stored_document(self, text: str) -> str:
        """
        The text of a document that a column of the type json is to hold.

        :raises ValueError: the type would change or refuse it.
        """
        return native.storable(super().stored_document(text))
