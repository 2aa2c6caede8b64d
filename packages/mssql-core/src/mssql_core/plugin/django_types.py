"""Names for what comes from Django, which has no types of its own; a checker takes each for Any."""

from typing import Any, Sequence, Tuple

#: A django.db.models.Model, or its class.
Model = Any
#: A django.db.models.Field of a model.
Field = Any
#: What a query is made of: an expression, a lookup, a condition, a field's column.
Expression = Any
#: A django.db.models.sql.Query.
Query = Any
#: A compiler of queries; its ``compile`` gives :data:`Compiled`.
Compiler = Any
#: A wrapper of this backend: ``django.db.connections[alias]``.
Connection = Any
#: What a connection's ``cursor()`` gives.
Cursor = Any
#: What a connection's ``schema_editor()`` gives.
SchemaEditor = Any

#: The values for the ``%s`` of a statement, in their order.
Params = Sequence[Any]
#: T-SQL with ``%s`` for parameters, and these.
Compiled = Tuple[str, Params]

#: Base of a mixin for a component (hook ``mssql_mixins``): what it calls by ``super()`` is there only once it is mixed in.
Mixin: Any = object
