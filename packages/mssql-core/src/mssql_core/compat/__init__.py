"""Support of older Django versions; the only place that looks at ``django.VERSION``.

The main modules are written for the newest Django. Each module ``pre_NN`` holds
what versions before N.N lack or name differently, in classes named like the component they
are mixed into: ``Operations`` of ``pre_41`` becomes a base of ``compat.Operations`` on Django
4.0, and does not exist on 4.1. To end the support of a version, delete its module and its entry here.
"""

import importlib
from typing import Any

import django

from .orm import PARAMS

_BOUNDARIES = (
    ((4, 1), "pre_41"),
    ((5, 0), "pre_50"),
    ((5, 1), "pre_51"),
    ((5, 2), "pre_52"),
    ((6, 1), "pre_61"),
)

# Oldest first: each shim translates to names that a newer one may translate further.
SHIMS = tuple(
    importlib.import_module("%s.%s" % (__name__, module))
    for boundary, module in _BOUNDARIES
    if django.VERSION[:2] < boundary
)


def _composed(name: str) -> Any:
    """The class of all shims that have one of this name; empty on the newest Django."""
    return type(name, tuple(vars(shim)[name] for shim in SHIMS if name in vars(shim)), {})


Features = _composed("Features")
Introspection = _composed("Introspection")
Operations = _composed("Operations")
SchemaEditor = _composed("SchemaEditor")
SQLCompiler = _composed("SQLCompiler")
SQLInsertCompiler = _composed("SQLInsertCompiler")
Wrapper = _composed("Wrapper")
# Compile functions of expressions that older versions translate otherwise.
COMPILERS = {kind: function for shim in SHIMS for kind, function in getattr(shim, "COMPILERS", {}).items()}

__all__ = [
    "COMPILERS",
    "Features",
    "Introspection",
    "Operations",
    "PARAMS",
    "SHIMS",
    "SQLCompiler",
    "SQLInsertCompiler",
    "SchemaEditor",
    "Wrapper",
]
