"""The T-SQL syntax tree.

Identifier texts keep the case of the source; comparison is the binder's matter.
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
