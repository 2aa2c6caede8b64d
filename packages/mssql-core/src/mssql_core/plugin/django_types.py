"""Types for objects of Django, which has no annotations.

A type checker knows the members declared here, and takes others for Any; at run time each type is Any.
"""

from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Optional, Tuple

if TYPE_CHECKING:
    # Django's has no type.
    from functools import cached_property as cached_property

    import pluggy

    from .types import Compiled, ConnectionSettings, ServerInfo

    class Model(Any):
        """A model: a subclass of django.db.models.Model, or an object of it."""

    class Field(Any):
        """A field of a model."""

        name: str
        attname: str
        column: str
        null: bool
        primary_key: bool

        def db_type(self, connection: "Connection") -> Optional[str]: ...
        def get_internal_type(self) -> str: ...

    class Expression(Any):
        """A node of a query: an expression, a lookup, a condition."""

        def as_sql(self, compiler: "Compiler", connection: "Connection", **extra: Any) -> Compiled: ...
        def copy(self) -> "Expression": ...
        def get_source_expressions(self) -> List[Any]: ...

    class Query(Any):
        """A django.db.models.sql.Query."""

    class Compiler(Any):
        """A compiler of queries."""

        connection: "Connection"
        query: Query
        using: str

        def compile(self, node: Any) -> Compiled: ...
        def quote_name(self, name: str) -> str: ...

    class Cursor(Any):
        """The cursor of a connection's ``cursor()``."""

        def fetchall(self) -> List[Tuple[Any, ...]]: ...

    class Connection(Any):
        """A wrapper of this backend: ``django.db.connections[alias]``."""

        alias: str
        vendor: str
        settings_dict: Dict[str, Any]
        plugins: "pluggy.PluginManager"
        timezone_name: str

        @property
        def server(self) -> "ServerInfo": ...
        def options_read(self) -> "ConnectionSettings": ...

    class SchemaEditor(Any):
        """The editor of a connection's ``schema_editor()``."""

        connection: Connection
        collect_sql: bool
        deferred_sql: List[Any]

        def quote_name(self, name: str) -> str: ...
        def quote_column(self, name: str) -> str: ...
        def quote_value(self, value: Any) -> str: ...
        def prepare_default(self, value: Any) -> str: ...
        def execute(self, sql: Any, params: Any = ()) -> None: ...
        def run(self, statements: Iterable[Any]) -> None: ...
        def change_rows(self, sql: str) -> None: ...

    class Mixin(Any):
        """Base of a mixin for a component, see the hook ``mssql_mixins``."""

        connection: Connection

    class CompilerMixin(Compiler):
        """Base of a mixin for a compiler of queries."""

else:
    from django.utils.functional import cached_property as cached_property

    Model = Field = Expression = Query = Compiler = Cursor = Connection = SchemaEditor = Any
    # Methods that a mixin calls by ``super()`` exist once it is mixed in.
    Mixin = CompilerMixin = object
