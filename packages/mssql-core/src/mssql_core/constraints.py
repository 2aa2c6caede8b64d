"""The unique keys of a model, as far as the model knows them."""

from django.db.models import UniqueConstraint


def unique_keys(meta, fields):
    """Lists of fields that are unique together, among the inserted ``fields`` only.

    Conditional and expression constraints are left out: they cannot be tested by columns.
    """
    inserted = {field.name: field for field in fields}
    candidates = [[field.name] for field in meta.local_concrete_fields if field.unique]
    candidates += [list(names) for names in meta.unique_together]
    primary = getattr(meta, "pk_fields", None)
    if primary and len(primary) > 1:
        candidates.append([field.name for field in primary])
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None:
            candidates.append(list(constraint.fields))
    keys = []
    for names in candidates:
        if all(name in inserted for name in names):
            key = [inserted[name] for name in names]
            if key not in keys:
                keys.append(key)
    return keys
