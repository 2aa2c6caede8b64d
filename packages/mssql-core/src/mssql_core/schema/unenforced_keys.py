"""Foreign keys that an alias leaves out: ``OPTIONS["unenforced_foreign_keys"]``."""

import difflib
from typing import Any, Dict, Iterable, Iterator, List, Sequence, Set, Tuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.migrations.loader import MigrationLoader

from ..plugin.django_types import Field, cached_property

OPTION = "unenforced_foreign_keys"


class UnenforcedKeys:
    """
    The foreign keys of one alias that make no constraint.

    :param alias: its name, for messages.
    :param names: the option's value: names ``app_label.Model.field``, of the present models or of those in migrations.
    """

    def __init__(self, alias: str, names: Sequence[str]) -> None:
        self._alias = alias
        self._names = names

    def leaves_out(self, field: Field) -> bool:
        """Whether `field` is a listed foreign key, by its present name or a former one."""
        if not self._names or not getattr(field, "db_constraint", False):
            return False
        meta = field.model._meta
        return any(
            app_label == meta.app_label and meta.model_name in models and field.name in fields
            for app_label, models, fields in self._keys
        )

    def wrong_names(self) -> Iterator[str]:
        """Yield a message for each name that no foreign key has, or had in the migrations."""
        for name in self._names:
            if self._is_foreign_key(name) or self._is_of_migrations(name):
                continue
            nearest = difflib.get_close_matches(name, list(foreign_keys()), cutoff=0.5)
            hint = " Did you mean %r?" % nearest[0] if nearest else ""
            yield (
                "DATABASES[%r]['OPTIONS'][%r] names %r, which is no foreign key of the project's models and "
                "migrations.%s" % (self._alias, OPTION, name, hint)
            )

    def verify(self) -> None:
        """
        Check that each name is that of a foreign key.

        :raises ImproperlyConfigured: a name that no foreign key has.
        """
        for message in self.wrong_names():
            raise ImproperlyConfigured(message)

    @cached_property
    def _keys(self) -> List[Tuple[str, Set[str], Set[str]]]:
        """(app label, names of the model, names of the field) of each key, former names included."""
        keys = []
        for app_label, model, field in map(_parts, self._names):
            history = self._history(app_label)
            models = history.former_models(model)
            keys.append((app_label, models, history.former_fields(models, field)))
        return keys

    @staticmethod
    def _is_foreign_key(name: str) -> bool:
        app_label, model, field = _parts(name)
        try:
            return hasattr(apps.get_model(app_label, model)._meta.get_field(field), "db_constraint")
        except (LookupError, FieldDoesNotExist):
            return False

    def _is_of_migrations(self, name: str) -> bool:
        app_label, model, field = _parts(name)
        return self._history(app_label).has_key(model, field)

    def _history(self, app_label: str) -> "_History":
        return _History(
            operation
            for (label, _), migration in self._migrations.items()
            if label == app_label
            for operation in _operations(migration.operations)
        )

    @cached_property
    def _migrations(self) -> Dict[Tuple[str, str], Any]:
        migrations: Dict[Tuple[str, str], Any] = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
        return migrations


class _History:
    """
    The foreign keys that the migrations of an app make, and the names that they give, in any order.

    :param operations: of migrations.
    """

    def __init__(self, operations: Iterable[Any]) -> None:
        # (model in lower case, field).
        self._keys: Set[Tuple[str, str]] = set()
        # (old, new) and (model, old, new).
        self._models: List[Tuple[str, str]] = []
        self._fields: List[Tuple[str, str, str]] = []
        for operation in operations:
            kind = type(operation).__name__
            if kind == "CreateModel":
                self._add_keys(operation.name, operation.fields)
            elif kind in ("AddField", "AlterField"):
                self._add_keys(operation.model_name, [(operation.name, operation.field)])
            elif kind == "RenameModel":
                self._models.append((operation.old_name.lower(), operation.new_name.lower()))
            elif kind == "RenameField":
                self._fields.append((operation.model_name.lower(), operation.old_name, operation.new_name))

    def _add_keys(self, model: str, fields: Iterable[Tuple[str, Any]]) -> None:
        self._keys.update((model.lower(), name) for name, field in fields if hasattr(field, "db_constraint"))

    def has_key(self, model: str, field: str) -> bool:
        """Whether a model had a foreign key of that name, under one of the names that both had before."""
        models = self.former_models(model)
        fields = self.former_fields(models, field)
        return any((former, name) in self._keys for former in models for name in fields)

    def former_models(self, name: str) -> Set[str]:
        """The name of a model, and its former names."""
        return _former(name, self._models)

    def former_fields(self, models: Set[str], name: str) -> Set[str]:
        """The name of a model's field, and its former names."""
        return _former(name, [(old, new) for model, old, new in self._fields if model in models])


def foreign_keys() -> Iterator[str]:
    """Yield the names of the project's foreign keys, as the option takes them."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if hasattr(field, "db_constraint"):
                yield "%s.%s" % (model._meta.label, field.name)


def _parts(name: str) -> Tuple[str, str, str]:
    app_label, model, field = name.split(".")
    return app_label, model.lower(), field


def _operations(operations: Iterable[Any]) -> Iterator[Any]:
    """The operations, and those inside SeparateDatabaseAndState."""
    for operation in operations:
        yield operation
        for part in ("database_operations", "state_operations"):
            yield from _operations(getattr(operation, part, ()))


def _former(name: str, renamed: Iterable[Tuple[str, str]]) -> Set[str]:
    names, waiting = {name}, [name]
    while waiting:
        current = waiting.pop()
        for old, new in renamed:
            if new == current and old not in names:
                names.add(old)
                waiting.append(old)
    return names
