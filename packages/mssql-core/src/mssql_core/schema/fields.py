"""Properties of a model's field for the schema editor."""

from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from django.db.backends.base.schema import _is_relevant_relation
from django.db.models import NOT_PROVIDED

from ..compat.orm import is_computed as is_computed
from ..plugin.django_types import Connection, Field


def is_nullable(field: Field) -> bool:
    """Whether the column may hold NULL, as a computed one always may."""
    return bool(field.null or is_computed(field))


def collation_of(field: Field, db_params: Mapping[str, Any]) -> Optional[str]:
    """Return the field's collation, or None (before Django 4.2 an attribute)."""
    collation: Optional[str] = db_params.get("collation", getattr(field, "db_collation", None))
    return collation


def comment_of(field: Field) -> Optional[str]:
    """Return the comment of the field's column, or None (Django 4.2 on)."""
    comment: Optional[str] = getattr(field, "db_comment", None)
    return comment


def has_db_default(field: Field) -> bool:
    """Whether the field has a default in the database (Django 5.0 on)."""
    return getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED


def is_indexed(field: Field, connection: Connection) -> bool:
    """Whether db_index makes an index: a (max) type, xml, or json cannot be its key (error 1919)."""
    if not field.db_index or field.unique:
        return False
    db_type = str(field.db_type(connection=connection))
    return not db_type.endswith("(max)") and db_type not in ("json", "xml")


def is_constrained(field: Field, connection: Connection) -> bool:
    """Whether the field makes a foreign key in this database."""
    return bool(field.remote_field and field.db_constraint) and not connection.unenforced_keys.leaves_out(field)


def type_check(field: Field, connection: Connection) -> Optional[str]:
    """Return the check of a field's type, the same for any column name, or None."""
    check = connection.data_type_check_constraints.get(field.get_internal_type())
    if check is None:
        return None
    data = field.db_type_parameters(connection)
    data["column"] = "__column_name__"
    return str(check % data)


def same_type(old: Field, new: Field, connection: Connection) -> bool:
    """Whether two fields have the same column type and collation."""
    old_params, new_params = (field.db_parameters(connection=connection) for field in (old, new))
    same_collation = collation_of(old, old_params) == collation_of(new, new_params)
    return same_collation and old_params["type"] == new_params["type"]


def became_primary_key(old: Field, new: Field) -> bool:
    """Whether the new field is a primary key and the old one was not."""
    return new.primary_key and not old.primary_key


def became_unique(old: Field, new: Field) -> bool:
    """Whether the new field needs a unique constraint or index of its own."""
    return not new.primary_key and new.unique and (not old.unique or old.primary_key)


def only_comment_differs(old: Field, new: Field) -> bool:
    """Whether two fields differ in nothing that matters to a foreign key."""

    def essence(field: Field) -> Tuple[Any, ...]:
        _, path, args, kwargs = field.deconstruct()
        kwargs.pop("db_comment", None)
        for attribute in getattr(field, "non_db_attrs", ()):
            kwargs.pop(attribute, None)
        return path, args, kwargs, field.column

    return essence(old) == essence(new)


def keys_to(old: Field, new: Field) -> Iterator[Tuple[Field, Field]]:
    """
    Yield (before, after) of each foreign key that refers to an altered field, and of those that refer to such a key.

    Model and name say which belong together. The names of relations do not: those called "+" stand in the order in
    which their models were made, which is not the same in two states.
    """
    after = _keys_by_name(new)
    for name, key in sorted(_keys_by_name(old).items()):
        if name in after:
            yield key, after[name]
            yield from keys_to(key, after[name])


def _keys_by_name(field: Field) -> Dict[Tuple[str, str], Field]:
    """Return {(model, name): foreign key to the field}; the field's own model, which may be renamed, is ''."""
    model = field.model
    relations = model._meta._get_fields(forward=False, include_parents=False, include_hidden=True)
    keys = [relation.field for relation in relations if _is_relevant_relation(relation, field)]
    return {("" if key.model is model else key.model._meta.label_lower, key.name): key for key in keys}
