"""Connections across os.fork(): a child process neither uses nor closes its parent's.

Both have the same socket: whatever the child sends, even the end of the TLS session when it closes the connection, the
parent's server takes for the parent's.
"""

import contextlib
import ctypes
from typing import Any


def keep_for_ever(*objects: Any) -> None:
    """Keep these from being destroyed in this process: destroying a driver's object sends to the server."""
    # Python's own list would be emptied when the interpreter ends.
    with contextlib.suppress(AttributeError):
        for kept in objects:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))
