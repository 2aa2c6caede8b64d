"""Differences between Django versions, in the form of the newest."""

import json
from typing import Any, List, Optional, Type

import django
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import TextField, Value
from django.db.models.expressions import Func
from django.db.models.fields import json as fields
from django.db.models.functions import JSONObject
from django.db.models.lookups import IContains
from django.db.models.sql.query import Query

from mssql_core.plugin import Field

# Before 4.2 a field writes the JSON itself: lookups hold JSON text, since then Python values.
FIELDS_WRITE_JSON = django.VERSION < (4, 2)

try:
    from django.db.models.fields.json import JSONIn
except ImportError:  # Before Django 6.1 a document's `in` is that of every field.

    class JSONIn(fields.KeyTransformIn):  # type: ignore[no-redef]
        """Placeholder: this Django has no JSONIn."""


try:
    from django.db.models.fields.json import JSONIContains
except ImportError:  # Before Django 4.0 a document's `icontains` is that of every field.

    class JSONIContains(IContains):  # type: ignore[no-redef]
        """Placeholder: this Django has no JSONIContains."""


try:
    from django.db.models.functions import JSONArray
except ImportError:

    class JSONArray(Func):  # type: ignore[no-redef]
        """Placeholder: this Django has no JSONArray."""


try:
    from django.db.models.fields.json import HasKeyOrArrayIndex
except ImportError:

    class HasKeyOrArrayIndex(fields.HasKey):  # type: ignore[no-redef]
        """Placeholder: this Django has no HasKeyOrArrayIndex."""


def field_of(expression: Any) -> Optional[Field]:
    """The field of an expression's or a query's values; None if it has none of its own, or mixed types."""
    field: Optional[Field]
    try:
        if isinstance(expression, fields.KeyTextTransform):
            # Before Django 4.2 it has that of its document.
            field = TextField()
        else:
            field = expression.output_field if isinstance(expression, Query) else expression._output_field_or_none
        return field
    except (AttributeError, FieldError):
        # An outer expression gives a field to mixed types.
        return None


def is_json(expression: Any) -> bool:
    """Whether an expression's value is JSON text, as that of every key transform is."""
    if isinstance(expression, fields.KeyTransform):
        return not isinstance(expression, fields.KeyTextTransform)
    return isinstance(field_of(expression), fields.JSONField)


def python_value(value: Any, field: Field) -> Any:
    """
    A lookup's value in the form in which the database would return it.

    :param field: the field of the left side: a JSONField knows its encoder.
    :raises ValueError: NaN or infinity, which JSON does not have.
    """
    encoder = getattr(field, "encoder", None)
    if isinstance(value, Value):
        own = value._output_field_or_none
        if isinstance(own, fields.JSONField):
            encoder = own.encoder
        elif FIELDS_WRITE_JSON and isinstance(value.value, str):
            return _document(value.value)
        elif own is not None:
            return _stored(own.get_prep_value(value.value), encoder or DjangoJSONEncoder)
        return _stored(value.value, encoder)
    if FIELDS_WRITE_JSON:
        return None if value is None else json.loads(value)
    return _stored(value, encoder)


def _stored(value: Any, encoder: Optional[Type[json.JSONEncoder]]) -> Any:
    return json.loads(json.dumps(value, cls=encoder, allow_nan=False))


def _document(text: str) -> Any:
    """The document in a Value() of text, which before Django 4.2 is JSON text; other text is a string."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def members(rhs: Any) -> List[Any]:
    """The values of an `in`; if one is an expression, Django 6.1 keeps them all in an expression."""
    sources = getattr(rhs, "get_source_expressions", None)
    return sources() if sources is not None else list(rhs)


__all__ = [
    "FIELDS_WRITE_JSON",
    "HasKeyOrArrayIndex",
    "JSONArray",
    "JSONIContains",
    "JSONIn",
    "JSONObject",
    "field_of",
    "is_json",
    "members",
    "python_value",
]
