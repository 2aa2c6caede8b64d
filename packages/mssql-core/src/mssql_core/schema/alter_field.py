"""Altering a field: a plan made from the catalogue, then carried out."""

from django.db.backends.base.schema import _related_non_m2m_objects
from django.db.backends.ddl_references import Statement

from ..introspection import table_snapshot as snapshot
from ..introspection.objects import column_references, is_hidden
from ..names import bare_identifier, quote_identifier
from . import identity_rebuild
from .column_change import SIZED_TYPE, ColumnChange, ignoring_nulls, only_comment_differs, without_nulls
from .columns import collation_of, has_db_default
from .comments import property_sql
from .dependents import Dependents
from .planned_table import ScriptedIndex


class AlterMixin:
    """The part of the schema editor that changes columns."""

    sql_alter_column_type = "ALTER COLUMN %(column)s %(type)s%(collation)s %(null)s"

    def _alter_field(
        self,
        model,
        old_field,
        new_field,
        old_type,
        new_type,
        old_db_params,
        new_db_params,
        strict=False,
    ):
        FieldAlteration(self, model, old_field, new_field, old_db_params, new_db_params, strict).run()

    def _column_dependents(self, model, column):
        """Return what goes with a column that is removed, in order."""
        dependents = Dependents()
        dependents.add(self.snapshot(model), [bare_identifier(column)])
        # A generated field on the column is the user's to remove first.
        dependents.computed = [c for c in dependents.computed if is_hidden(c.name)]
        return dependents.drop_order()

    def _column_sql_of(self, table, change):
        return "ALTER TABLE %s %s" % (
            table,
            self.sql_alter_column_type
            % {
                "column": quote_identifier(change.column),
                "type": change.type,
                "collation": " COLLATE " + change.collation if change.collation else "",
                "null": "NULL" if change.null else "NOT NULL",
            },
        )


class FieldAlteration:
    """One call of alter_field()."""

    def __init__(self, editor, model, old, new, old_params, new_params, strict):
        self.editor = editor
        self.model = model
        self.old = old
        self.new = new
        self.old_params = old_params
        self.new_params = new_params
        self.strict = strict
        self.old_column = bare_identifier(old.column)
        self.new_column = bare_identifier(new.column)
        self.table = editor.table_name(model._meta.db_table)
        self.snapshots = {}
        self.generated = getattr(new, "generated", False)
        self.type_changed = old_params["type"] != new_params["type"] or collation_of(old, old_params) != collation_of(
            new, new_params
        )
        self.null_changed = old.null != new.null and not self.generated
        self.old_check = editor._db_check(old)
        self.new_check = editor._db_check(new)
        self.was_indexed = editor._field_should_be_indexed(model, old)
        self.is_indexed = editor._field_should_be_indexed(model, new)
        self.fk_dropped = False

    @property
    def snapshot(self):
        """The table before the alteration; not read where nothing asks for it."""
        return self._snapshot_of(self.table)

    def _snapshot_of(self, table):
        if table not in self.snapshots:
            if table == self.table:
                self.snapshots[table] = self.editor.snapshot(self.model)
            else:
                with self.editor.connection.cursor() as cursor:
                    self.snapshots[table] = snapshot.load(cursor, table)
        return self.snapshots[table]

    def run(self):
        editor = self.editor
        replaced = self.replaced()
        changes = self.column_changes()
        dependents = self.dependents(changes)
        if replaced and (self.new.unique or self.new.primary_key):
            dependents.add_references(self.snapshot, self.old_column)
        dependents.discard(replaced)
        properties = self._computed_properties(dependents)

        foreign_keys = [item for item in replaced if item in self.snapshot.foreign_keys]
        others = [item for item in replaced if item not in foreign_keys]
        editor._drop(foreign_keys + dependents.drop_order() + others)

        self.rename(dependents)
        self.change_columns(changes)
        self.change_default(dependents)
        if self.null_changed:
            self._follow_nullability(dependents)

        restored_keys, dependents.foreign_keys = dependents.foreign_keys, []
        editor._create(dependents.create_order())
        editor._execute_all(properties)
        self.create_new()
        editor._create(restored_keys)
        self.create_foreign_key()
        if getattr(self.old, "db_comment", None) != getattr(self.new, "db_comment", None):
            editor._comment_column(self.model, self.new, drop=True)

    # What goes for good

    def replaced(self):
        """Return the objects that the new field has not, or has otherwise."""
        return (
            self._replaced_foreign_keys()
            + self._replaced_uniques()
            + self._replaced_indexes()
            + self._replaced_checks()
            + self._replaced_primary_key()
        )

    def _replaced_foreign_keys(self):
        if not self.old.remote_field or not self.old.db_constraint:
            return []
        if only_comment_differs(self.old, self.new):
            return []
        keys = [k for k in self.snapshot.foreign_keys if k.columns == (self.old_column,)]
        self._check_count(keys, "foreign key")
        self.fk_dropped = bool(keys)
        return keys

    def _replaced_uniques(self):
        if not self.old.unique or self.old.primary_key:
            return []
        became_key = self.editor._field_became_primary_key(self.old, self.new)
        # The constraint and the filtered index are told apart by nullability.
        if self.new.unique and not became_key and not self.null_changed:
            return []
        uniques = [index for index in self._single_column_indexes() if index.is_unique and not index.is_primary_key]
        waiting = self.editor._take_deferred(self.model, self.old.column, unique=True)
        if not waiting and (not self.new.unique or became_key):
            self._check_count(uniques, "unique")
        return uniques

    def _replaced_indexes(self):
        if self.is_indexed or not self.was_indexed:
            return []
        self.editor._take_deferred(self.model, self.old.column, unique=False)
        return [index for index in self._single_column_indexes() if not index.is_unique]

    def _single_column_indexes(self):
        meta = self.model._meta
        named = {item.name for item in list(meta.constraints) + list(meta.indexes)}
        return [
            index for index in self.snapshot.indexes if index.columns == (self.old_column,) and index.name not in named
        ]

    def _replaced_checks(self):
        if self.old_check == self.new_check or not self.old_check:
            return []
        named = {constraint.name for constraint in self.model._meta.constraints}
        checks = [
            check for check in self.snapshot.checks if check.columns == (self.old_column,) and check.name not in named
        ]
        self._check_count(checks, "check")
        return checks

    def _replaced_primary_key(self):
        if not self.old.primary_key or self.new.primary_key:
            return []
        keys = [index for index in self.snapshot.indexes if index.is_primary_key]
        if self.strict and len(keys) != 1:
            raise ValueError(
                "Found wrong number (%s) of PK constraints for %s" % (len(keys), self.model._meta.db_table)
            )
        return keys

    def _check_count(self, found, kind):
        if self.strict and len(found) != 1:
            raise ValueError(
                "Found wrong number (%s) of %s constraints for %s.%s"
                % (len(found), kind, self.model._meta.db_table, self.old_column)
            )

    # What changes

    def column_changes(self):
        """Return a ColumnChange for the column and for those that follow it."""
        changes = []
        if (self.type_changed or self.null_changed) and not self.generated:
            changes.append(self._change_of(self.table, self.old, self.new))
        became_key = self.editor._field_became_primary_key(self.old, self.new)
        is_target = (self.old.primary_key and self.new.primary_key) or (self.old.unique and self.new.unique)
        if (self.type_changed and is_target) or became_key:
            for old_relation, relation in _related_non_m2m_objects(self.old, self.new):
                if self._same_type(old_relation.field, relation.field):
                    continue
                table = self.editor.table_name(relation.related_model._meta.db_table)
                changes.append(self._change_of(table, old_relation.field, relation.field))
        if self.type_changed and is_target:
            self._follow_catalog(changes)
        return changes

    def _same_type(self, old, new):
        old_params, new_params = (field.db_parameters(connection=self.editor.connection) for field in (old, new))
        return old_params["type"] == new_params["type"] and collation_of(old, old_params) == collation_of(
            new, new_params
        )

    def _change_of(self, table, old, new):
        """The change keeps the old column's name: renaming comes after it."""
        connection = self.editor.connection
        params = new.db_parameters(connection=connection)
        collation = collation_of(new, params)
        old_params = old.db_parameters(connection=connection)
        if not collation and collation_of(old, old_params):
            collation = "DATABASE_DEFAULT"
        column = old.column if table == self.table and new is self.new else new.column
        column = bare_identifier(column)
        return ColumnChange(table, column, params["type"], collation, new.null)

    def _follow_catalog(self, changes):
        """Add columns that reference a changed one, unknown to the models."""
        known = {(change.table, change.column) for change in changes}
        queue = list(known)
        while queue:
            table, column = queue.pop()
            for key in self._snapshot_of(table).incoming:
                for child, parent in zip(key.columns, key.to_columns):
                    if parent == column and (key.table, child) not in known:
                        known.add((key.table, child))
                        queue.append((key.table, child))
                        found = self._snapshot_of(key.table).columns.get(child)
                        if found is None:
                            continue
                        changes.append(
                            ColumnChange(
                                key.table,
                                child,
                                changes[0].type,
                                changes[0].collation,
                                found.is_nullable,
                            )
                        )

    def dependents(self, changes):
        dependents = Dependents()
        by_table = {}
        for change in changes:
            by_table.setdefault(change.table, []).append(change.column)
        for table, columns in by_table.items():
            dependents.add(self._snapshot_of(table), columns)
        if self._only_widens(changes):
            self._keep_indexes(dependents)
        if self.old_column != self.new_column:
            dependents.add_named(self.snapshot, self.old_column)
        if self.old.primary_key and not self.new.primary_key:
            dependents.add(self.snapshot, [self.old_column])
            if not self.new.unique:
                # Keys that still point here: the server says so (error 3725).
                dependents.discard(self.snapshot.incoming)
        return dependents

    def _only_widens(self, changes):
        """Is this a longer nvarchar or varbinary, and nothing else?"""
        old = SIZED_TYPE.match(self.old_params["type"] or "")
        new = SIZED_TYPE.match(self.new_params["type"] or "")
        return (
            len(changes) == 1
            and not self.null_changed
            and old
            and new
            and old.group(1) == new.group(1)
            and int(old.group(2)) <= int(new.group(2))
            and changes[0].collation is None
        )

    def _keep_indexes(self, dependents):
        """
        Leave alone what a longer type of the same kind does not disturb.

        The column may stay indexed, checked, and unique, but not be a key of
        the table (ALTER TABLE, ALTER COLUMN).
        """
        computed = {column.name for column in dependents.computed}

        def is_undisturbed(item):
            filtered = column_references(getattr(item, "filter", None))
            return (
                not getattr(item, "is_primary_key", False)
                and computed.isdisjoint(item.columns)
                and self.old_column not in filtered
            )

        candidates = dependents.indexes + dependents.keys + dependents.checks
        dependents.discard([i for i in candidates if is_undisturbed(i)])
        dependents.defaults = []

    def _computed_properties(self, dependents):
        """Return the calls that give computed columns their comments back."""
        names = {c.name for c in dependents.computed if not is_hidden(c.name)}
        if not names or self.editor.collect_sql:
            return []
        with self.editor.connection.cursor() as cursor:
            properties = snapshot.load_properties(cursor, self.table)
        return [property_sql(item) for item in properties if item.column in names]

    # Carrying out

    def rename(self, dependents):
        """Rename the column after the objects that name it are gone."""
        old, new = self.old_column, self.new_column
        if old == new:
            return
        path = "%s.%s" % (self.table, quote_identifier(old))
        self.editor.execute(self.editor._rename_sql(path, new, "COLUMN"), None)
        dependents.rename(self.table, old, new)
        db_table = self.model._meta.db_table
        self.editor._renamed_columns.append((self.table, old, new))
        for sql in self.editor.deferred_sql:
            if isinstance(sql, Statement):
                sql.rename_column_references(db_table, self.old.column, self.new.column)

    def change_columns(self, changes):
        editor = self.editor
        old_identity = self.old.db_type_suffix(connection=editor.connection)
        new_identity = self.new.db_type_suffix(connection=editor.connection)
        if old_identity and not new_identity:
            identity_rebuild.rebuild(editor, self.model, self.new_column, None)
        for change in changes:
            if change.table == self.table and change.column == self.old_column:
                change.column = self.new_column
                self._backfill(change)
            editor.execute(editor._column_sql_of(change.table, change), None)
        if new_identity and not old_identity:
            identity_rebuild.rebuild(editor, self.model, self.new_column, (1, 1))

    def _backfill(self, change):
        """Fill NULLs with the default before the column refuses them (error 515)."""
        if not self.old.null or self.new.null:
            return
        value = None
        if has_db_default(self.new):
            value = self.editor._db_default_literal(self.new)
        elif self.new.has_default():
            value = self.editor._column_default(self.new, True)
        if value is None:
            return
        if self.type_changed:
            sql = self.editor._column_sql_of(change.table, change.as_nullable())
            self.editor.execute(sql, None)
        column = quote_identifier(change.column)
        self.editor._execute_dml("UPDATE %s SET %s = %s WHERE %s IS NULL" % (self.table, column, value, column))

    def change_default(self, dependents):
        editor, old, new = self.editor, self.old, self.new
        if has_db_default(new):
            if has_db_default(old) and old.db_default == new.db_default:
                return
        elif not has_db_default(old):
            return
        current = self.snapshot.default_of(self.old_column)
        if current is not None:
            if current not in dependents.defaults:
                editor._drop([current])
            dependents.discard([current])
        if has_db_default(new):
            clause = editor.sql_alter_column_default % {
                "name": quote_identifier(editor._default_name(self.model._meta.db_table, new.column)),
                "default": editor._db_default_literal(new),
                "column": quote_identifier(new.column),
            }
            editor.execute("ALTER TABLE %s %s" % (self.table, clause), None)

    def _follow_nullability(self, dependents):
        """
        Let the uniqueness of several columns ignore NULLs where there are any.

        Unique constraints take NULLs for equal, filtered indexes ignore them.
        """
        column = self.new_column
        own_rules = {
            constraint.name
            for constraint in self.model._meta.constraints
            if getattr(constraint, "nulls_distinct", None) is False
            or (getattr(constraint, "condition", None) and not self.new.null)
        }
        affected = [
            index
            for index in dependents.keys + dependents.indexes
            if index.is_unique
            and not index.is_primary_key
            and column in index.columns
            and index.name not in own_rules
            and not isinstance(index, ScriptedIndex)
        ]
        dependents.discard(affected)
        change = ignoring_nulls if self.new.null else without_nulls
        for index in affected:
            index = change(index, column)
            group = dependents.keys if index.is_constraint else dependents.indexes
            group.append(index)

    def create_new(self):
        editor, model, old, new = self.editor, self.model, self.old, self.new
        if editor._field_became_primary_key(old, new):
            editor.execute(editor._create_primary_key_sql(model, new), None)
        was_unique = old.unique and not old.primary_key
        if editor._unique_should_be_added(old, new) or (
            was_unique and new.unique and not new.primary_key and self.null_changed
        ):
            editor.execute(editor._create_unique_sql(model, [new]), None)
        if self.is_indexed and not self.was_indexed:
            editor.execute(editor._create_index_sql(model, fields=[new]), None)
        if self.old_check != self.new_check and self.new_check:
            name = editor._check_name(model._meta.db_table, new.column)
            check = self.new_params["check"]
            editor.execute(editor._create_check_sql(model, name, check), None)

    def create_foreign_key(self):
        old, new = self.old, self.new
        if (
            new.remote_field
            and new.db_constraint
            and (self.fk_dropped or not old.remote_field or not old.db_constraint)
        ):
            sql = self.editor._create_fk_sql(self.model, new, "_fk_%(to_table)s_%(to_column)s")
            self.editor.execute(sql, None)
