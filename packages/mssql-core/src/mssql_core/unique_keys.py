"""The unique keys that a model declares."""

from django.db.models import UniqueConstraint


def unique_keys(opts, fields):
    """
    Tuples of fields, each of which no two rows may share; only those within `fields`.

    Constraints with a condition or with expressions are not among them: rows
    that break one are refused by the server (error 2601).
    """
    keys = []
    _add(keys, opts.pk_fields if hasattr(opts, "pk_fields") else [opts.pk])
    for field in opts.local_concrete_fields:
        if field.unique:
            _add(keys, [field])
    for names in opts.unique_together:
        _add(keys, [opts.get_field(name) for name in names])
    for constraint in opts.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None:
            _add(keys, [opts.get_field(name) for name in constraint.fields])
    return [key for key in keys if all(field in fields for field in key)]


def _add(keys, fields):
    key = tuple(fields)
    if key not in keys:
        keys.append(key)
