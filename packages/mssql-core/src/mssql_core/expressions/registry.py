"""Core's table of compile functions."""

from .. import compat
from ..compiler import locking
from . import aggregates, comparison, datetime, json_fields, lookups, math, text, uuid, window
from . import core as expressions

COMPILERS = {
    kind: function
    for module in (
        compat,
        aggregates,
        expressions,
        locking,
        lookups,
        comparison,
        datetime,
        json_fields,
        math,
        text,
        uuid,
        window,
    )
    for kind, function in module.COMPILERS.items()
}
