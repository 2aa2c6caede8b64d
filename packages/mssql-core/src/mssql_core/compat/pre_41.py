"""Django before 4.1."""

import re
from typing import Any, List, Optional, Sequence, Tuple

from django.db.models import DateField, DateTimeField, Field, TimeField
from django.db.models.functions import Extract, TruncDate, TruncTime
from django.db.models.functions.datetime import TruncBase
from django.db.utils import NotSupportedError

from ..plugin.django_types import Compiler, Connection, Cursor, Expression, Mixin, Model
from ..plugin.types import Translation

_PART = re.compile(r"[\w()-]+")


def _check(name: str, part: str) -> None:
    """What Django checks where it compiles an extract or a truncation itself (CVE-2022-34265)."""
    if not _PART.fullmatch(part):
        raise ValueError("Invalid %s: %s" % (name, part))


def compile_extract(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Extract: before Django 4.1 operations neither take nor return parameters."""
    _check("lookup_name", node.lookup_name)
    sql, params = compiler.compile(node.lhs)
    field, ops = node.lhs.output_field, connection.ops
    if isinstance(field, DateTimeField):
        return ops.datetime_extract_sql(node.lookup_name, sql, tuple(params), node.get_tzname())
    if node.tzinfo or not isinstance(field, (DateField, TimeField)):
        return NotImplemented
    extract = ops.date_extract_sql if isinstance(field, DateField) else ops.time_extract_sql
    return extract(node.lookup_name, sql, tuple(params))


def compile_truncation(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """Trunc, likewise; see :func:`compile_extract`."""
    _check("kind", node.kind)
    sql, params = compiler.compile(node.lhs)
    zone = node.get_tzname() if isinstance(node.lhs.output_field, DateTimeField) else None
    ops = connection.ops
    if zone is None and node.tzinfo is not None:
        return NotImplemented
    for kind, truncate in (
        (DateTimeField, ops.datetime_trunc_sql),
        (DateField, ops.date_trunc_sql),
        (TimeField, ops.time_trunc_sql),
    ):
        if isinstance(node.output_field, kind):
            return truncate(node.kind, sql, tuple(params), zone)
    return NotImplemented


def compile_date(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The date of a moment."""
    sql, params = compiler.compile(node.lhs)
    return connection.ops.datetime_cast_date_sql(sql, tuple(params), node.get_tzname())


def compile_time(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The time of a moment."""
    sql, params = compiler.compile(node.lhs)
    return connection.ops.datetime_cast_time_sql(sql, tuple(params), node.get_tzname())


COMPILERS = {Extract: compile_extract, TruncBase: compile_truncation, TruncDate: compile_date, TruncTime: compile_time}


class Wrapper(Mixin):
    """The version check and repr that Django has had since 4.1."""

    def __repr__(self) -> str:
        return "<%s vendor=%r alias=%r>" % (type(self).__qualname__, self.vendor, self.alias)

    def init_connection_state(self) -> None:
        self.check_database_version_supported()

    def check_database_version_supported(self) -> None:
        """:raises NotSupportedError: the server is older than the features' minimum_database_version."""
        oldest, present = self.features.minimum_database_version, self.get_database_version()
        # None on the services, whose version tells nothing.
        if oldest is not None and present < oldest:
            versions = [".".join(map(str, version)) for version in (oldest, present)]
            raise NotSupportedError("%s %s or later is required (found %s)." % (self.display_name, *versions))


class Introspection(Mixin):
    """get_key_columns(), which Django removed in 4.1."""

    def get_key_columns(self, cursor: Cursor, table_name: str) -> List[Tuple[str, str, str]]:
        """Return (column, table there, column there) of each foreign key."""
        relations = self.get_relations(cursor, table_name)
        return [(column, relation[1], relation[0]) for column, relation in relations.items()]


class SchemaEditor(Mixin):
    """Django 3.2 names the columns of a unique constraint; 4.0 gives its fields."""

    def _create_unique_sql(
        self,
        model: Model,
        fields: Sequence[Any] = (),
        name: Optional[str] = None,
        columns: Sequence[Any] = (),
        **options: Any,
    ) -> Any:
        fields = _fields(model, fields or columns)
        return super()._create_unique_sql(model, fields, name=name, **options)

    def _unique_sql(self, model: Model, fields: Sequence[Any], name: str, **options: Any) -> Any:
        return super()._unique_sql(model, _fields(model, fields), name, **options)


def _fields(model: Model, fields: Sequence[Any]) -> List[Any]:
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    return [by_column.get(field) or _unknown(field) if isinstance(field, str) else field for field in fields]


def _unknown(column: str) -> Field:
    """A stand-in for a column that the model lacks."""
    field = Field()
    field.set_attributes_from_name(column)
    return field
