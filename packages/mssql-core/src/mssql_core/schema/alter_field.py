"""Altering a field: a plan from the catalogue, then its execution."""

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from django.db.models import UniqueConstraint

from ..introspection.objects import (
    Check,
    Column,
    Default,
    ForeignKey,
    Index,
    SchemaObject,
    column_references,
    is_discriminator,
)
from ..introspection.table_snapshot import TableSnapshot
from ..names import TableName, bare_identifier, quote_bare
from ..plugin.django_types import Connection, Field, Model, SchemaEditor
from . import conversions, fields, identity_rebuild
from .column_change import ColumnChange, ignoring_nulls, is_longer, without_nulls
from .dependents import Dependents
from .properties import PartProperties
from .statements import check as check_on


class FieldAlteration:
    """
    One call of alter_field().

    :param editor: the schema editor.
    :param model: the model before the change.
    :param old, new: the fields.
    :param old_params, new_params: their db_parameters().
    :param strict: whether to raise ValueError for an unexpected number of
        constraints, as Django does.
    """

    def __init__(
        self,
        editor: SchemaEditor,
        model: Model,
        old: Field,
        new: Field,
        old_params: Mapping[str, Any],
        new_params: Mapping[str, Any],
        strict: bool,
    ) -> None:
        self.editor = editor
        self.connection: Connection = editor.connection
        self.model = model
        self.old = old
        self.new = new
        self.old_params = old_params
        self.new_params = new_params
        self.strict = strict
        self.old_column = bare_identifier(old.column)
        self.new_column = bare_identifier(new.column)
        self.table: TableName = editor.table_name(model._meta.db_table)
        # The model, and those whose foreign keys follow it.
        self.models: Dict[TableName, Model] = {self.table: model}
        self.snapshots: Dict[TableName, TableSnapshot] = {}
        self.generated = fields.is_computed(new)
        self.type_changed = not fields.same_type(old, new, self.connection)
        self.null_changed = old.null != new.null and not self.generated
        self.old_check = fields.type_check(old, self.connection)
        self.new_check = fields.type_check(new, self.connection)
        self.was_indexed = fields.is_indexed(old, self.connection)
        self.is_indexed = fields.is_indexed(new, self.connection)
        self.became_key = fields.became_primary_key(old, new)
        # Whether the old field's foreign key is only to be made at the end of the migration.
        self.key_waits = False

    @property
    def snapshot(self) -> TableSnapshot:
        """The table before the alteration, read when it is first asked for."""
        return self._snapshot_of(self.table)

    def _snapshot_of(self, table: TableName) -> TableSnapshot:
        if table not in self.snapshots:
            model = self.models.get(table)
            catalogue = self.editor.catalogue
            self.snapshots[table] = self.editor.snapshot(model) if model else catalogue.table(table)
        return self.snapshots[table]

    def run(self) -> None:
        """Carry out the alteration."""
        editor = self.editor
        if self._changes_identity():
            identity_rebuild.refuse_losses(editor, self.model)
        replaced = self.replaced()
        changes = self.column_changes()
        dependents = self.dependents(changes)
        if replaced and (self.new.unique or self.new.primary_key):
            dependents.add_references(self.snapshot, self.old_column)
        dependents.discard(replaced)
        remade: List[Column] = [self.snapshot.columns[self.old_column]] if self._remakes else []
        properties = PartProperties(editor, [*dependents.drop_order(), *remade])

        foreign_keys = [item for item in replaced if isinstance(item, ForeignKey)]
        others = [item for item in replaced if not isinstance(item, ForeignKey)]
        editor.drop([*foreign_keys, *dependents.drop_order(), *others, *remade])

        self.rename(dependents)
        if self._remakes:
            dependents.computed.append(editor.plans.column(self.table, self.new, self.new_params))
        self.change_columns(changes)
        self.change_default(dependents)
        if self.null_changed:
            self._follow_nullability(dependents)

        restored_keys, dependents.foreign_keys = dependents.foreign_keys, []
        restored = dependents.create_order()
        editor.create(restored)
        self.create_new()
        editor.create(restored_keys)
        properties.restore([*restored, *restored_keys])
        if self._is_constrained(self.new) and (foreign_keys or self.key_waits or not self._is_constrained(self.old)):
            self.create_foreign_key()
        if not self.old.remote_field:
            editor.tell_unenforced([self.new])
        if self.old_column != self.new_column:
            editor.following.rename_with_column(self.table, self.old_column, self.new_column)
        if fields.comment_of(self.old) != fields.comment_of(self.new):
            editor.comments.on_column(self.model, self.new, drop=True)

    def _is_constrained(self, field: Field) -> bool:
        return fields.is_constrained(field, self.connection)

    # Objects of the old field only

    def replaced(self) -> List[SchemaObject]:
        """Return the objects that the new field does not have, or has in another form."""
        return [
            *self._replaced_foreign_keys(),
            *self._replaced_uniques(),
            *self._replaced_indexes(),
            *self._replaced_checks(),
            *self._replaced_primary_key(),
        ]

    def _replaced_foreign_keys(self) -> List[ForeignKey]:
        if not self._is_constrained(self.old) or fields.only_comment_differs(self.old, self.new):
            return []
        keys = [k for k in self.snapshot.foreign_keys if k.columns == (self.old_column,)]
        self.key_waits = self.editor.deferred.take_foreign_keys(self.model._meta.db_table, self.old.column) > 0
        if not self.key_waits:
            self._check_count(keys, "foreign key")
        return keys

    def _replaced_uniques(self) -> List[SchemaObject]:
        if not self.old.unique or self.old.primary_key:
            return []
        # A nullable column has a filtered index, any other a constraint.
        if self.new.unique and not self.became_key and not self.null_changed:
            return []
        uniques = [index for index in self._single_column_indexes() if index.is_unique and not index.is_primary_key]
        waiting = self._take_waiting(is_unique=True)
        if not waiting and (not self.new.unique or self.became_key):
            self._check_count(uniques, "unique")
        return [*uniques, *(self.snapshot.columns[name] for index in uniques for name in index.hidden_columns)]

    def _replaced_indexes(self) -> List[Index]:
        if self.is_indexed or not self.was_indexed:
            return []
        self._take_waiting(is_unique=False)
        return [index for index in self._single_column_indexes() if not index.is_unique]

    def _take_waiting(self, is_unique: bool) -> int:
        """Remove the deferred statements for an index on the column alone; return their number."""
        db_table = self.model._meta.db_table
        count: int = self.editor.deferred.take_indexes(db_table, [self.old.column], is_unique, self._names_in_meta())
        return count

    def _names_in_meta(self) -> Set[str]:
        meta = self.model._meta
        return {item.name for item in list(meta.constraints) + list(meta.indexes)}

    def _single_column_indexes(self) -> List[Index]:
        named = self._names_in_meta()
        return [
            index
            for index in self.snapshot.indexes
            if [name for name in index.columns if not is_discriminator(name)] == [self.old_column]
            and index.name not in named
        ]

    def _replaced_checks(self) -> List[Check]:
        if self.old_check == self.new_check or not self.old_check:
            return []
        named = {constraint.name for constraint in self.model._meta.constraints}
        checks = [
            check for check in self.snapshot.checks if check.columns == (self.old_column,) and check.name not in named
        ]
        self._check_count(checks, "check")
        return checks

    def _replaced_primary_key(self) -> List[Index]:
        if not self.old.primary_key or self.new.primary_key:
            return []
        keys = [index for index in self.snapshot.indexes if index.is_primary_key]
        if self.strict and len(keys) != 1:
            raise ValueError(
                "Found wrong number (%s) of PK constraints for %s" % (len(keys), self.model._meta.db_table)
            )
        return keys

    def _check_count(self, constraints: Sequence[SchemaObject], kind: str) -> None:
        if self.strict and len(constraints) != 1:
            raise ValueError(
                "Found wrong number (%s) of %s constraints for %s.%s"
                % (len(constraints), kind, self.model._meta.db_table, self.old_column)
            )

    # Changes of columns

    def column_changes(self) -> List[ColumnChange]:
        """Return a ColumnChange for the column and for those that follow it."""
        changes: List[ColumnChange] = []
        if (self.type_changed or self.null_changed) and not self.generated:
            changes.append(self._change_of(self.table, self.old, self.new))
        is_target = (self.old.primary_key and self.new.primary_key) or (self.old.unique and self.new.unique)
        if (self.type_changed and is_target) or self.became_key:
            for old_key, key in fields.keys_to(self.old, self.new):
                if fields.same_type(old_key, key, self.connection):
                    continue
                table = self.editor.table_name(key.model._meta.db_table)
                self.models.setdefault(table, old_key.model)
                changes.append(self._change_of(table, old_key, key))
        if self.type_changed and is_target:
            self._follow_catalog(changes)
        return changes

    def _change_of(self, table: TableName, old: Field, new: Field) -> ColumnChange:
        """Return the change of a column, with its old name: renaming comes after it."""
        params, old_params = (field.db_parameters(connection=self.connection) for field in (new, old))
        collation = fields.collation_of(new, params)
        if not collation and fields.collation_of(old, old_params):
            collation = "DATABASE_DEFAULT"
        return ColumnChange(table, bare_identifier(old.column), params["type"], collation, new.null)

    def _follow_catalog(self, changes: List[ColumnChange]) -> None:
        """Add the changes of columns that reference a changed one and that no model has."""
        queue = [(change.table, change.column) for change in changes]
        known = set(queue)
        while queue:
            for child in self._referencing(*queue.pop()):
                if child in known:
                    continue
                known.add(child)
                queue.append(child)
                table, name = child
                column = self._snapshot_of(table).columns.get(name)
                if column is not None:
                    changes.append(ColumnChange(table, name, changes[0].type, changes[0].collation, column.is_nullable))

    def _referencing(self, table: TableName, column: str) -> Iterator[Tuple[TableName, str]]:
        """Yield (table, column) of those that reference a column."""
        for key in self._snapshot_of(table).referring:
            for child, parent in zip(key.columns, key.to_columns):
                if parent == column:
                    yield key.table, child

    def dependents(self, changes: Sequence[ColumnChange]) -> Dependents:
        """Return the objects to drop before the changes and to make again after them."""
        dependents = Dependents()
        by_table: Dict[TableName, List[str]] = {}
        if self._remakes:
            by_table[self.table] = [self.old_column]
        for change in changes:
            by_table.setdefault(change.table, []).append(change.column)
        for table, columns in by_table.items():
            dependents.add(self._snapshot_of(table), columns)
        if self._only_widens(changes):
            self._keep_indexes(dependents)
        if self.old_column != self.new_column:
            dependents.add_named(self.snapshot, self.old_column)
        if self.old.primary_key and not (self.new.primary_key or self.new.unique):
            # Nothing takes the key's place: the server refuses to drop one that others still reference (error 3725).
            dependents.discard(self.snapshot.referring)
        return dependents

    def _only_widens(self, changes: Sequence[ColumnChange]) -> bool:
        """Whether a longer nvarchar or varbinary is the only change."""
        return (
            len(changes) == 1
            and not self.null_changed
            and is_longer(self.old_params["type"], self.new_params["type"])
            and changes[0].collation is None
        )

    def _keep_indexes(self, dependents: Dependents) -> None:
        """
        Discard the dependents that a longer type of the same kind leaves in place.

        The column may stay indexed, checked, and unique, but not be a key of
        the table (ALTER TABLE, ALTER COLUMN).
        """
        computed = {column.name for column in dependents.computed}
        indexes = [
            index
            for index in dependents.indexes + dependents.keys
            if not index.is_primary_key
            and computed.isdisjoint(index.columns)
            and self.old_column not in column_references(index.filter)
        ]
        dependents.discard(indexes)
        dependents.discard([check for check in dependents.checks if computed.isdisjoint(check.columns)])
        dependents.defaults = []

    # Execution

    def rename(self, dependents: Dependents) -> None:
        """Rename the column, once the objects that name it are gone."""
        old, new = self.old_column, self.new_column
        if old == new:
            return
        if not self._remakes:
            self.editor.rename_object("%s.%s" % (self.table, quote_bare(old)), new, "COLUMN")
            self.editor.catalogue.column_renamed(self.table, old, new)
        dependents.rename(self.table, old, new)
        self.editor.deferred.rename_column(self.model._meta.db_table, self.old.column, self.new.column)

    @property
    def _remakes(self) -> bool:
        """Whether the column is dropped and made again: ALTER COLUMN takes no computed column (error 4928)."""
        return self.generated and self.type_changed

    def _changes_identity(self) -> bool:
        return self._is_identity(self.old) != self._is_identity(self.new)

    def _is_identity(self, field: Field) -> bool:
        return bool(field.db_type_suffix(connection=self.connection))

    def change_columns(self, changes: Iterable[ColumnChange]) -> None:
        """Carry out the changes, and that of the IDENTITY property."""
        editor = self.editor
        if self._changes_identity() and self._is_identity(self.old):
            identity_rebuild.rebuild(editor, self.model, self.new_column, None)
        for change in changes:
            column = self._snapshot_of(change.table).columns.get(change.column)
            stored_type = column.type if column else None
            if (change.table, change.column) == (self.table, self.old_column):
                change = change._replace(column=self.new_column)
                stored_type = self._backfill(change, stored_type)
            conversions.carry_out(editor, stored_type, change)
        if self._changes_identity() and self._is_identity(self.new):
            identity_rebuild.rebuild(editor, self.model, self.new_column, (1, 1))

    def _backfill(self, change: ColumnChange, stored_type: Optional[str]) -> Optional[str]:
        """
        Fill NULLs with the default before the column refuses them (error 515).

        :returns: the type that is to be converted; None if it is the new one already.
        """
        if not self.old.null or self.new.null:
            return stored_type
        value = None
        if fields.has_db_default(self.new) or self.new.has_default():
            value = self.editor.columns.default(self.new, True)
        if value is None:
            return stored_type
        if self.type_changed:
            conversions.carry_out(self.editor, stored_type, change._replace(null=True))
        column = quote_bare(change.column)
        self.editor.change_rows("UPDATE %s SET %s = %s WHERE %s IS NULL" % (self.table, column, value, column))
        return None

    def change_default(self, dependents: Dependents) -> None:
        """Drop the old db_default, and create the new one."""
        editor, old, new = self.editor, self.old, self.new
        if fields.has_db_default(new):
            if fields.has_db_default(old) and old.db_default == new.db_default:
                return
        elif not fields.has_db_default(old):
            return
        current = self.snapshot.default_of(self.old_column)
        if current is not None:
            # By name: where the column was renamed, the default is noted under the new one.
            if current.name not in [default.name for default in dependents.defaults]:
                editor.drop([current])
            dependents.discard([current])
        if fields.has_db_default(new):
            name = editor.names.default(self.model._meta.db_table, new.column)
            editor.create([Default(self.table, name, self.new_column, editor.columns.db_default(new))])

    def _follow_nullability(self, dependents: Dependents) -> None:
        """
        Exclude NULLs from the uniqueness of a column that becomes nullable, or include them again.

        Unique constraints take NULLs for equal, filtered indexes ignore them. What is computed from the column may
        be NULL as well: the server finds that by itself, unless NOT NULL is written (CREATE TABLE, computed columns).
        """
        column = self.new_column
        if self.new.null:
            dependents.computed = [
                item._replace(is_nullable=item.is_nullable or item.table == self.table) for item in dependents.computed
            ]
        own_rules = {
            constraint.name
            for constraint in self.model._meta.constraints
            if getattr(constraint, "nulls_distinct", None) is False
            or (getattr(constraint, "condition", None) and not self.new.null)
        }
        affected = [
            index
            for index in dependents.keys + dependents.indexes
            if index.is_unique and not index.is_primary_key and column in index.columns and index.name not in own_rules
        ]
        dependents.discard(affected)
        change = ignoring_nulls if self.new.null else without_nulls
        for index in affected:
            index = change(index, column)
            group = dependents.keys if index.is_constraint else dependents.indexes
            group.append(index)

    def _remake_uniqueness(self) -> None:
        """
        Make unique constraints anew that keep NULLs apart in one of the two models only.

        These are constraints over expressions, which have columns of their own for it, those with a condition, which may
        say it itself, and what only waits to be made.
        """
        editor, db_table = self.editor, self.model._meta.db_table
        for constraint, old, new in self._uniqueness_of_both():
            if old is None or str(old) == str(new):
                continue
            if any([editor.deferred.forget_index(db_table, name) for name in {old.name, new.name}]):
                editor.deferred_sql.append(new)
            elif getattr(constraint, "expressions", ()) or (
                getattr(constraint, "condition", None) and not self.new.null
            ):
                editor.run([constraint.remove_sql(self.model, editor), new])

    def _uniqueness_of_both(self) -> Iterator[Tuple[Any, Any, Any]]:
        """Yield (constraint or None, statement of the model before, of the model after) of all that is unique together."""
        # Outside of migrations a field may be given without a model.
        after: Any = getattr(self.new, "model", self.model)
        meta, models = self.model._meta, (self.model, after)
        for constraint in meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                old, new = (constraint.create_sql(model, self.editor) for model in models)
                yield constraint, old, new
        for names in meta.unique_together:
            if self.old.name in names:
                old, new = (
                    self.editor.unique_statement(model, list(map(model._meta.get_field, names))) for model in models
                )
                yield None, old, new

    def create_foreign_key(self) -> None:
        """Create the new field's foreign key, or let it wait as the old one's does or for the key that it refers to."""
        editor, target = self.editor, self.new.target_field
        statement = editor.constraints.foreign_key(self.model, self.new)
        if self.key_waits or editor.deferred.has_key(target.model._meta.db_table, target.column):
            editor.deferred_sql.append(statement)
        else:
            editor.run([statement])

    def create_new(self) -> None:
        """Create the keys, indexes, and checks of the new field only."""
        editor, model, old, new = self.editor, self.model, self.old, self.new
        statements: List[Any] = []
        if self.became_key:
            statements.append(editor.constraints.primary_key(model, new))
        was_unique = old.unique and not old.primary_key
        if fields.became_unique(old, new) or (was_unique and new.unique and not new.primary_key and self.null_changed):
            statements.append(editor.field_unique_statement(model, new))
        if self.is_indexed and not self.was_indexed:
            statements.append(editor.index_statement(model, [new]))
        editor.run(statements)
        if self.old_check != self.new_check and self.new_check:
            name = editor.names.check(model._meta.db_table, new.column)
            check = check_on(self.table, name, self.new_params["check"], [self.new_column])
            editor.create([check])
        if self.null_changed:
            self._remake_uniqueness()
