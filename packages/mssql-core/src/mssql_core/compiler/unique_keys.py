"""The unique keys that a model declares."""

from typing import Any, Container, Iterable, List, Sequence, Tuple

from django.db import ProgrammingError
from django.db.models import UniqueConstraint

from ..plugin.django_types import Field


def unique_keys(opts: Any, fields: Container[Field]) -> List[Tuple[Field, ...]]:
    """
    The model's unique keys whose fields are all in `fields`, as tuples of fields.

    Constraints with a condition or with expressions are not among them: the
    server refuses rows that violate one (error 2601).
    """
    return [key for key in _keys(opts) if all(field in fields for field in key)]


def check_unique(opts: Any, fields: Sequence[Field]) -> None:
    """
    Refuse to match rows by `fields` that several rows may share.

    :raises ProgrammingError: no unique constraint of the model has these fields.
    """
    if set(fields) not in [set(key) for key in _keys(opts)]:
        raise ProgrammingError(
            "unique_fields: no unique constraint of %s has exactly the fields %s."
            % (opts.label, ", ".join(field.name for field in fields))
        )


def _keys(opts: Any) -> List[Tuple[Field, ...]]:
    keys: List[Tuple[Field, ...]] = []
    _add(keys, opts.pk_fields if hasattr(opts, "pk_fields") else [opts.pk])
    for field in opts.concrete_fields:
        if field.unique:
            _add(keys, [field])
    for names in opts.unique_together:
        _add(keys, [opts.get_field(name) for name in names])
    for constraint in opts.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None:
            _add(keys, [opts.get_field(name) for name in constraint.fields])
    return keys


def _add(keys: List[Tuple[Field, ...]], fields: Iterable[Field]) -> None:
    key = tuple(fields)
    if key not in keys:
        keys.append(key)
