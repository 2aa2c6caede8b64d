"""Core's table of compile functions."""

from . import aggregates, expressions, locking, lookups
from .functions import comparison, datetime, math, text, uuid, window

COMPILERS = {
    kind: function
    for module in (aggregates, expressions, locking, lookups, comparison, datetime, math, text, uuid, window)
    for kind, function in module.COMPILERS.items()
}
