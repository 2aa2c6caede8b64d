"""Core's own table of compile functions."""

from . import aggregates, expressions, lookups
from .functions import comparison, datetime, math, text, window

COMPILERS = {
    **expressions.COMPILERS,
    **lookups.COMPILERS,
    **aggregates.COMPILERS,
    **comparison.COMPILERS,
    **datetime.COMPILERS,
    **math.COMPILERS,
    **text.COMPILERS,
    **window.COMPILERS,
}
