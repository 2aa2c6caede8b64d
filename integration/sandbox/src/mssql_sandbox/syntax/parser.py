"""T-SQL text to syntax tree."""

import sys

from ..errors import NotSupported
from . import nodes
from .control import Statements

# Enough for the nesting that the server allows (191, 8631 beyond it).
_RECURSION_LIMIT = 12000


def parse_batch(text: str, *, quoted_identifier: bool = True) -> nodes.Batch:
    """Parse one batch.

    :param quoted_identifier: whether ``"x"`` is a name (SET QUOTED_IDENTIFIER ON).
    :raises SqlServerError: 102, 103, 105, 113, 156, 319, 1038, 4145, 10713 with the line.
    """
    if sys.getrecursionlimit() < _RECURSION_LIMIT:
        sys.setrecursionlimit(_RECURSION_LIMIT)
    parser = Statements(text, quoted_identifier)
    try:
        statements = parser.statements_until()
    except RecursionError:
        raise NotSupported("expressions nested this deeply") from None
    return nodes.Batch(statements, text)
