"""Keys of indexes that are longer than the server allows.

900 bytes for a clustered index, as a primary key is, and 1,700 for others (Maximum capacity specifications). Where
columns of variable length may need more, the index is made, and a row that does is refused (error 1946); where columns of
fixed length do, the index is (error 1944).
https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
"""

import re
from typing import Iterator, NamedTuple, Optional, Sequence, Tuple

from django.apps import apps
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import router
from django.db.models import UniqueConstraint

from ..plugin.django_types import Connection, Field, Model

CLUSTERED, OTHER = 900, 1700
_TYPE = re.compile(r"^(\w+)(?:\((\d+)(?:,\s*\d+)?\))?", re.ASCII)
_BYTES = {
    "bigint": 8,
    "bit": 1,
    "date": 3,
    "datetime": 8,
    "datetime2": 8,
    "datetimeoffset": 10,
    "float": 8,
    "int": 4,
    "money": 8,
    "real": 4,
    "smalldatetime": 4,
    "smallint": 2,
    "smallmoney": 4,
    "time": 5,
    "tinyint": 1,
    "uniqueidentifier": 16,
}
# Bytes of each unit of the length; the first of each pair pads its values to the length.
_FIXED = {"char": 1, "nchar": 2, "binary": 1}
_VARIABLE = {"varchar": 1, "nvarchar": 2, "varbinary": 1}
# (digits, bytes) of numeric.
_NUMERIC = ((9, 5), (19, 9), (28, 13), (38, 17))


#: The key of an index: its name for people, the fields, and how many bytes it may have.
class Key(NamedTuple):
    """The columns of an index's key, and the bytes that they may take."""

    name: str
    fields: Sequence[Field]
    limit: int


def messages(connection: Connection) -> Iterator[checks.CheckMessage]:
    """System check messages about the models of the alias."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy and router.allow_migrate_model(connection.alias, model):
            for key in keys(model):
                yield from _judged(model, key, connection)


def keys(model: Model) -> Iterator[Key]:
    """Yield each :class:`Key` of a model's table."""
    opts = model._meta
    yield Key("the primary key", getattr(opts, "pk_fields", [opts.pk]), CLUSTERED)
    for field in opts.local_concrete_fields:
        if not field.primary_key and (field.unique or field.db_index):
            yield Key("the index of %s" % field.name, [field], OTHER)
    for names in opts.unique_together:
        yield Key("unique_together (%s)" % ", ".join(names), [opts.get_field(name) for name in names], OTHER)
    for index in opts.indexes:
        if index.fields:
            yield Key("the index %r" % index.name, [opts.get_field(name) for name, _ in index.fields_orders], OTHER)
    for constraint in opts.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield Key(
                "the constraint %r" % constraint.name, [opts.get_field(name) for name in constraint.fields], OTHER
            )


def _judged(model: Model, key: Key, connection: Connection) -> Iterator[checks.CheckMessage]:
    try:
        lengths = [column_bytes(field.db_type(connection)) for field in key.fields]
    except ImproperlyConfigured:
        # A field without a column type, which check_field() reports.
        return
    fixed, longest = (sum(column) for column in zip(*lengths))
    if longest <= key.limit:
        return
    text = "%s: %s may take %d bytes, and SQL Server's keys end at %d: %s." % (
        model._meta.label,
        key.name,
        longest,
        key.limit,
        "CREATE refuses it (error 1944)" if fixed > key.limit else "a row that takes more is refused (error 1946)",
    )
    hint = "Give its fields a smaller max_length; nvarchar takes two bytes for each unit of it."
    if fixed > key.limit:
        yield checks.Error(text, hint=hint, obj=model, id="mssql_core.E006")
    else:
        yield checks.Warning(text, hint=hint, obj=model, id="mssql_core.W006")


def column_bytes(db_type: Optional[str]) -> Tuple[int, int]:
    """(bytes of the shortest value, bytes of the longest); (0, 0) for types that cannot be a key, or are unknown."""
    match = _TYPE.match((db_type or "").lower())
    name, size = match.groups() if match else ("", None)
    if name in _FIXED and size:
        return int(size) * _FIXED[name], int(size) * _FIXED[name]
    if name in _VARIABLE and size:
        return 0, int(size) * _VARIABLE[name]
    if name in ("numeric", "decimal"):
        length = next(length for digits, length in _NUMERIC if int(size or 18) <= digits)
        return length, length
    return _BYTES.get(name, 0), _BYTES.get(name, 0)
