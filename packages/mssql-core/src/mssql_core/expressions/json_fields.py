"""Lookups and functions of JSON, which a plugin translates: without one they are refused with the remedy."""

from typing import Any

from django.db import NotSupportedError
from django.db.models.fields.json import ContainedBy, DataContains, HasKeyLookup, JSONExact, KeyTransform
from django.db.models.functions import JSONObject

from ..compat.orm import JSONArray
from ..data_types import NO_JSON_PLUGIN
from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Translation


def compile_without_plugin(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """NotImplemented where a plugin has a column type for JSONField.

    :raises NotSupportedError: no plugin of the alias has.
    """
    if "JSONField" in connection.data_types:
        return NotImplemented
    raise NotSupportedError(
        "DATABASES[%r] has no plugin for JSON, which %s needs. %s"
        % (connection.alias, type(node).__name__, NO_JSON_PLUGIN)
    )


COMPILERS = dict.fromkeys(
    (ContainedBy, DataContains, HasKeyLookup, JSONArray, JSONExact, JSONObject, KeyTransform), compile_without_plugin
)
