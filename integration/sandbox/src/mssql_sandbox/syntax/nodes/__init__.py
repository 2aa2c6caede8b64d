"""The T-SQL syntax tree.

Identifiers keep the case of the source; the binder compares them.
"""

# ruff: noqa: F403
from .base import *
from .control import *
from .definitions import *
from .expressions import *
from .predicates import *
from .queries import *
from .sources import *
from .statements import *
