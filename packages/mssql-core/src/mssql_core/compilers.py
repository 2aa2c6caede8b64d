"""Core's table of compile functions."""

from . import aggregates, compat, expressions, locking, lookups
from .functions import comparison, datetime, math, text, uuid, window

COMPILERS = {
    kind: function
    for module in (compat, aggregates, expressions, locking, lookups, comparison, datetime, math, text, uuid, window)
    for kind, function in module.COMPILERS.items()
}
