"""
Tables as their models plan them, for scripts about tables not yet made.

sqlmigrate may print the change of a table that an earlier, unapplied migration
creates. The catalogue does not know it then, but every name is made here: the
table is taken to be what create_model() makes of the model.
"""

from contextlib import contextmanager
from typing import Any, Callable, Iterable, Iterator, List, Mapping, Sequence, Set, Tuple

from django.db import models
from django.db.backends.utils import strip_quotes, truncate_name

from ..introspection.objects import Column, Default, ExtendedProperty, ForeignKey, Index, SchemaObject
from ..introspection.table_snapshot import TableSnapshot
from ..names import TableName, bare_identifier
from ..plugin.django_types import Field, Model, SchemaEditor
from .columns import ColumnDefinitions
from .comments import planned_comments
from .constraint_names import ConstraintNames
from .constraints import ConstraintStatements
from .fields import collation_of, has_db_default, is_computed, is_constrained, is_nullable
from .statements import CheckCreation, KeyCreation, check


class PlannedTables:
    """
    TableSnapshots of models.

    :param editor: the schema editor; gives its connection, the names of tables,
        and the statements that create_model() defers.
    """

    def __init__(
        self,
        editor: SchemaEditor,
        names: ConstraintNames,
        columns: ColumnDefinitions,
        constraints: ConstraintStatements,
    ) -> None:
        self._editor = editor
        self._names = names
        self._columns = columns
        self._constraints = constraints
        # Models between two others whose columns had other names before this script.
        self._unknown: Set[Model] = set()

    def of(self, model: Model, items: Iterable[SchemaObject] = ()) -> "ModelPlan":
        """
        Return the ModelPlan of a model.

        :param items: further objects of the table.
        """
        return ModelPlan(self, model, items)

    def note_names(self, model: Model, db_table: str, snapshot: Callable[[Model], TableSnapshot]) -> List[ForeignKey]:
        """
        Plan the model's table, and those with keys to it, with the names that the table's old name gave them.

        :param model: the model after its table was renamed.
        :param db_table: the old name.
        :param snapshot: the editor's method, which plans what the server does not have.
        :returns: the keys of tables between models as they are if the model itself keeps its name, which is unknown.
        """
        keys = _keys_to(model) if _is_new_name(model, db_table) else []
        doubtful = [key for key in keys if key.model._meta.auto_created]
        self._unknown.update(key.model for key in doubtful)
        with self._former_names(model, db_table):
            snapshot(model)
            for key in self._keys_to(model):
                snapshot(key.model)
            return [item for key in doubtful for item in self._constraints.foreign_key(key.model, key).items()]

    @contextmanager
    def _former_names(self, model: Model, db_table: str) -> Iterator[None]:
        """Let the model, and the tables between it and others, have their old names."""
        former = {model._meta: db_table, **dict(self._tables_between(model, db_table))}
        tables = {meta: meta.db_table for meta in former}
        try:
            for meta, name in former.items():
                meta.db_table = name
            yield
        finally:
            for meta, name in tables.items():
                meta.db_table = name

    def _tables_between(self, model: Model, db_table: str) -> Iterator[Tuple[Any, str]]:
        """Yield (options, old name of the table) of the models between this one and others, which are named after it."""
        for field in model._meta.local_many_to_many:
            between = field.remote_field.through._meta
            if between.auto_created and between.db_table == self._name_between(model._meta.db_table, field):
                yield between, self._name_between(db_table, field)

    def _name_between(self, db_table: str, field: Field) -> str:
        name = "%s_%s" % (strip_quotes(db_table), field.name)
        return str(truncate_name(name, self._editor.connection.ops.max_name_length()))

    @staticmethod
    def note_index(model: Model, old: Any, new: Any, snapshot: Callable[[Model], TableSnapshot]) -> None:
        """
        Plan the model's table with an index as it was before its name changed.

        :param model: the model after that.
        :param old, new: the indexes.
        :param snapshot: the editor's method, which plans what the server does not have.
        """
        meta = model._meta
        indexes = meta.indexes
        meta.indexes = [old if index.name == new.name else index for index in indexes]
        try:
            snapshot(model)
        finally:
            meta.indexes = indexes

    @staticmethod
    def note_field(model: Model, old: Field, new: Field) -> None:
        """
        Let foreign keys refer to a field by its old name again.

        RenameField changes them in the state before it, too, where that has no classes of models yet.

        :param model: the model before the change.
        """
        for key in _keys_to(model):
            if old.name != new.name == key.remote_field.field_name:
                key.remote_field.field_name = old.name
                key.to_fields = [old.name]

    def column_names(self, model: Model) -> List[str]:
        """Return the names of the model's columns."""
        connection = self._editor.connection
        fields = model._meta.local_fields
        return [bare_identifier(field.column) for field in fields if field.db_type(connection=connection) is not None]

    def made(self, model: Model) -> TableSnapshot:
        """Return the table as create_model() leaves it at the end of a migration."""
        snapshot = self.created(model)
        for statement in self._editor.waiting_statements(model):
            snapshot = snapshot.with_items(statement.items())
        return snapshot.changed(incoming=list(self._incoming(model)))

    def created(self, model: Model) -> TableSnapshot:
        """Return the table as CREATE TABLE makes it."""
        snapshot = TableSnapshot(self._editor.table_name(model._meta.db_table))
        for field in model._meta.local_fields:
            snapshot = snapshot.with_items(self.field_items(model, field, is_new_table=True))
        pk_columns = [bare_identifier(field.column) for field in getattr(model._meta, "pk_fields", ())]
        if len(pk_columns) > 1:
            snapshot = snapshot.with_items([self._primary_key(model, pk_columns)])
        statements = [constraint.create_sql(model, self._editor) for constraint in model._meta.constraints]
        for statement in statements:
            if isinstance(statement, (CheckCreation, KeyCreation)):
                snapshot = snapshot.with_items(statement.items())
        return snapshot

    def field_items(self, model: Model, field: Field, is_new_table: bool) -> List[SchemaObject]:
        """Return the objects that the definition of the field's column makes, the column first."""
        params = field.db_parameters(connection=self._editor.connection)
        if params["type"] is None:
            return []
        db_table, column = model._meta.db_table, bare_identifier(field.column)
        table = self._editor.table_name(db_table)
        items: List[SchemaObject] = [self.column(table, field, params)]
        if has_db_default(field):
            name = self._names.default(db_table, column)
            items.append(Default(table, name, column, self._columns.db_default(field)))
        if field.primary_key:
            items.append(self._primary_key(model, [column]))
        elif is_new_table and field.unique and not is_nullable(field):
            name = self._names.field_unique(db_table, column)
            items.append(Index(table, name, ((column, False),), is_unique=True, is_unique_constraint=True))
        if params["check"]:
            name = self._names.check(db_table, column)
            items.append(check(table, name, params["check"], [column]))
        return items

    def column(self, table: TableName, field: Field, params: Mapping[str, Any]) -> Column:
        """Return the Column of a field; `params` are its db_parameters()."""
        return Column(
            table,
            bare_identifier(field.column),
            params["type"],
            is_nullable(field),
            collation_of(field, params),
            (1, 1) if field.db_type_suffix(connection=self._editor.connection) else None,
            self._columns.generated(field, params) if is_computed(field) else None,
            bool(is_computed(field) and field.db_persist),
        )

    def _primary_key(self, model: Model, columns: Sequence[str]) -> Index:
        db_table = model._meta.db_table
        return Index(
            self._editor.table_name(db_table),
            self._names.primary_key(db_table, columns),
            tuple((column, False) for column in columns),
            is_unique=True,
            is_primary_key=True,
            kind="CLUSTERED",
        )

    def _keys_to(self, model: Model) -> List[Field]:
        return [key for key in _keys_to(model) if key.model not in self._unknown]

    def _incoming(self, model: Model) -> Iterator[ForeignKey]:
        for key in self._keys_to(model):
            is_other_table = key.model._meta.db_table != model._meta.db_table
            if is_constrained(key, self._editor.connection) and is_other_table:
                yield from self._constraints.foreign_key(key.model, key).items()


def _is_new_name(model: Model, db_table: str) -> bool:
    """
    Whether the model itself may have had another name, of which `db_table` was made.

    Then columns of the tables between it and others had other names, too, which a model of the present cannot tell.
    """
    meta = model._meta
    default = ("%s_%s" % (meta.app_label, meta.model_name)).lower()
    return meta.db_table.lower() == default and db_table.lower().startswith("%s_" % meta.app_label.lower())


def _keys_to(model: Model) -> List[Field]:
    """Return the foreign keys of all models to this one, those of tables between two models included."""
    relations = model._meta.get_fields(include_hidden=True)
    return [relation.field for relation in relations if isinstance(getattr(relation, "field", None), models.ForeignKey)]


class ModelPlan:
    """The table that a model plans, worked out only where the catalogue does not have it."""

    def __init__(self, plans: PlannedTables, model: Model, items: Iterable[SchemaObject]) -> None:
        self._plans = plans
        self._model = model
        self._items = items

    def columns(self) -> List[str]:
        """Return the names of the columns."""
        return self._plans.column_names(self._model)

    def table(self) -> TableSnapshot:
        """Return the TableSnapshot."""
        return self._plans.made(self._model).with_items(self._items)

    def comments(self, snapshot: TableSnapshot) -> List[ExtendedProperty]:
        """Return the comments of what a snapshot of the table lacks: of columns, or of the whole table."""
        return [
            comment
            for comment in planned_comments(snapshot.table, self._model)
            if (comment.part_name not in snapshot.columns if comment.part_name else not snapshot.exists)
        ]
