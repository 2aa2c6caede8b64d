"""The schema editor: tables, columns, and constraints of models."""

import sys
from types import TracebackType
from typing import Any, Dict, Iterable, List, Optional, Sequence, Set, Tuple, Type, Union

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from .. import compat
from ..connection.parameters import TypedParam
from ..introspection.objects import Column, SchemaObject, is_hidden
from ..introspection.table_snapshot import TableSnapshot
from ..literals import literal
from ..names import TableName, bare_identifier, create_schema_sql, quote_bare, quote_identifier, quote_name
from ..plugin.django_types import Connection, Field, Model
from . import fields
from .alter_field import FieldAlteration
from .batches import changes_a_table, needs_own_batch, own_batch
from .catalogue import Catalogue, ScriptedCatalogue
from .column_change import ColumnChange
from .columns import ColumnDefinitions
from .comments import Comments
from .constraint_names import ConstraintNames, matching_names
from .constraints import ConstraintStatements
from .deferred import DeferredStatements
from .dependents import Dependents
from .following_names import FollowingNames
from .index_hooks import IndexHooks
from .indexes import IndexStatements
from .planned_table import PlannedTables
from .references import TableReference
from .statements import CheckCreation, Creation, LiteralTemplate, SchemaStatement, rename_sql
from .unenforced_keys import OPTION

_Params = Optional[Sequence[Any]]


class DatabaseSchemaEditor(compat.SchemaEditor, IndexHooks, BaseDatabaseSchemaEditor):
    """
    The schema editor of Django's migrations.

    Its parts take it as their argument, and use its public attributes:

    - `names`, `columns`, `indexes`, `constraints`, `comments`: names and statements;
    - `following`: names that follow those of tables and columns;
    - `catalogue`, `snapshot()`, `plans`: the tables as they are, and as models plan them;
    - `deferred`: statements that wait for the end;
    - `execute()`, `run()`, `run_alone()`, `change_rows()`, `create()`, `drop()`, `alter_column()`,
      `rename_object()`: execution.
    """

    # Templates of Django's own.
    sql_constraint: str
    sql_check_constraint: str
    sql_create_table: str
    sql_delete_constraint: str
    sql_pk_constraint: str

    # For callers that know nothing but the name: DROP TABLE has no CASCADE (error 3726).
    sql_delete_table = LiteralTemplate(
        "DECLARE @key nvarchar(max); WHILE 1 = 1 BEGIN "
        "SET @key = (SELECT TOP (1) N'ALTER TABLE ' "
        "+ QUOTENAME(OBJECT_SCHEMA_NAME(parent_object_id)) COLLATE DATABASE_DEFAULT + N'.' "
        "+ QUOTENAME(OBJECT_NAME(parent_object_id)) COLLATE DATABASE_DEFAULT "
        "+ N' DROP CONSTRAINT ' + QUOTENAME(name) COLLATE DATABASE_DEFAULT FROM sys.foreign_keys "
        "WHERE referenced_object_id = OBJECT_ID(%(table_literal)s) ORDER BY object_id); "
        "IF @key IS NULL BREAK; EXEC sys.sp_executesql @key; END; "
        "DROP TABLE %(table)s"
    )
    sql_drop_table = "DROP TABLE %(table)s"
    sql_create_column = "ALTER TABLE %(table)s ADD %(column)s %(definition)s"
    sql_delete_column = "ALTER TABLE %(table)s DROP COLUMN %(column)s"
    sql_create_fk = (
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(column)s) REFERENCES %(to_table)s (%(to_column)s)"
    )
    sql_create_column_inline_fk = (
        "CONSTRAINT %(name)s FOREIGN KEY REFERENCES %(to_table)s (%(to_column)s)%(on_delete_db)s"
    )

    def __init__(self, connection: Connection, collect_sql: bool = False, atomic: bool = True) -> None:
        super().__init__(connection, collect_sql, atomic)
        self.names = ConstraintNames(self._create_index_name)
        self.columns = ColumnDefinitions(self, self.names)
        self.indexes = IndexStatements(self, self.names, self.columns)
        self.constraints = ConstraintStatements(self, self.names)
        self.comments = Comments(self)
        self.deferred = DeferredStatements(lambda: self.deferred_sql)
        self.catalogue: Catalogue = (ScriptedCatalogue if collect_sql else Catalogue)(connection)
        self.plans = PlannedTables(self, self.names, self.columns, self.constraints)
        self.following = FollowingNames(self)
        self._variables = 0
        # Schemas that were created already.
        self._schemas: Set[str] = set()
        connection.unenforced_keys.verify()

    def __exit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc_value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """Run the deferred statements; an error there rolls the transaction back, which Django would leave open."""
        if exc_type is None:
            try:
                self.run(self.deferred_sql)
            except BaseException:
                super().__exit__(*sys.exc_info())
                raise
            self.deferred_sql = []
        super().__exit__(exc_type, exc_value, traceback)

    # Names and values

    def quote_table(self, db_table: str) -> str:
        """Return a table's quoted name, with its own schema or the alias's."""
        return str(self.table_name(db_table))

    def quote_name(self, name: str) -> str:
        """Return a quoted name of any kind; one that begins with a delimiter may be a table's of several parts."""
        return quote_name(name) if name[:1] in ("[", '"') else quote_identifier(name)

    def quote_column(self, name: str) -> str:
        """Return the quoted name of a column, an index or a constraint, which has one part whatever its characters."""
        quoted: str = self.connection.ops.quote_column(name)
        return quoted

    def table_name(self, db_table: str) -> TableName:
        """
        Return the TableName that Meta.db_table writes.

        :raises NotSupportedError: a table of another database or server.
        """
        name = TableName.parse(db_table, self.connection.ops.schema_option).of_this_database()
        return self.catalogue.identified(name)

    def table_reference(self, db_table: str) -> TableReference:
        """Return a table as a part of statements."""
        return TableReference(db_table, self.table_name)

    def quote_value(self, value: Any) -> str:
        """Return a typed literal; text carries the N prefix, and is varchar beside such a column (error 10611)."""
        return value.literal() if isinstance(value, TypedParam) else literal(value)

    def prepare_default(self, value: Any) -> str:
        return literal(value)

    def variable(self, name: str) -> str:
        """Return the name of a T-SQL variable, unique in a script, which is one batch."""
        if not self.collect_sql:
            return "@" + name
        self._variables += 1
        return "@%s_%d" % (name, self._variables)

    def _create_index_name(self, table_name: str, column_names: Sequence[str], suffix: str = "") -> str:
        leaf = TableName.parse(table_name).name
        return str(super()._create_index_name(leaf, list(map(bare_identifier, column_names)), suffix))

    # Execution

    def execute(self, sql: Any, params: _Params = ()) -> None:
        """Run or collect a statement, and let the catalogue follow it."""
        if isinstance(sql, SchemaStatement):
            # Django passes () with some, which would make a placeholder of a percent sign in a name.
            params = None
        if not self.collect_sql:
            super().execute(sql, params)
        elif not isinstance(sql, SchemaStatement):
            super().execute(*self._of_migration(str(sql), params))
        else:
            is_new = isinstance(sql, Creation) and any(map(self.catalogue.is_new, sql.items()))
            super().execute(own_batch(str(sql)) if is_new else sql, params)
            sql.tell(self.catalogue)

    def _of_migration(self, sql: str, params: _Params) -> Tuple[str, _Params]:
        """Return SQL of migrations.RunSQL for a script: in a batch of its own, unless its effect would end with the batch."""
        follows_change = any(map(changes_a_table, self.collected_sql))
        if changes_a_table(sql):
            self.catalogue.changed_by_text()
        if not needs_own_batch(sql, follows_change):
            return sql, params
        if params is not None:
            sql = sql % tuple(map(self.quote_value, params))
        return own_batch(sql), None

    def run(self, statements: Iterable[Union[str, SchemaStatement]]) -> None:
        """Execute the editor's own statements, which have no parameters."""
        for statement in statements:
            execute = self.execute if isinstance(statement, SchemaStatement) else super().execute
            execute(statement, None)

    def run_alone(self, statements: Iterable[str]) -> None:
        """Execute statements that must stand first in their batch (CREATE TRIGGER, error 111)."""
        self.run(map(own_batch, statements) if self.collect_sql else statements)

    def change_rows(self, sql: str) -> None:
        """
        Execute a statement that changes rows.

        In a script it must not be compiled before the statements in front of
        it have made its columns (error 207).
        """
        self.run([own_batch(sql) if self.collect_sql else sql])

    def drop(self, items: Iterable[SchemaObject]) -> None:
        """Drop objects of the catalogue."""
        for item in items:
            self.run(item.drop_sql())
            is_column = isinstance(item, Column)
            (self.catalogue.column_dropped if is_column else self.catalogue.dropped)(item.table, item.name)

    def create(self, items: Iterable[SchemaObject]) -> None:
        """Create objects as the catalogue describes them."""
        for item in items:
            is_new = self.catalogue.is_new(item)
            self.run(map(own_batch, item.create_sql()) if is_new else item.create_sql())
            self.catalogue.created([item])

    def alter_column(self, change: ColumnChange) -> None:
        """Carry out a ColumnChange."""
        self.run([change.sql()])
        self.catalogue.column_changed(change)

    def rename_object(self, path: str, new_name: str, kind: str = "OBJECT") -> None:
        """
        Rename a table, a column, a constraint, or an index.

        :param path: the delimited name.
        :param kind: OBJECT, COLUMN or INDEX, see rename_sql().
        """
        self.run([rename_sql(path, new_name, kind)])

    def tell_unenforced(self, changed: Iterable[Field]) -> None:
        """Write into a script which foreign keys of these fields the alias leaves out; `migrate` has system checks."""
        for field in changed if self.collect_sql else ():
            if self.connection.unenforced_keys.leaves_out(field):
                self.collected_sql.append("-- Without its foreign key: %s (OPTIONS[%r])" % (field, OPTION))

    # The catalogue

    def snapshot(self, model: Model) -> TableSnapshot:
        """Return the TableSnapshot of the model's table."""
        return self.catalogue.table(self.table_name(model._meta.db_table), self.plans.of(model))

    def waiting_statements(self, model: Model) -> List[Any]:
        """Return the statements that create_model() defers."""
        kept, self.deferred_sql = self.deferred_sql, []
        try:
            self.table_sql(model)
            return [*self.deferred_sql, *self._model_indexes_sql(model)]
        finally:
            self.deferred_sql = kept

    def _constraint_names(
        self,
        model: Model,
        column_names: Optional[Iterable[str]] = None,
        exclude: Optional[Iterable[str]] = None,
        type_: Any = None,
        **kinds: Optional[bool],
    ) -> List[str]:
        columns = None if column_names is None else list(map(bare_identifier, column_names))
        return matching_names(self.snapshot(model), columns, set(exclude or ()), kinds)

    # Tables

    def table_sql(self, model: Model) -> Tuple[str, List[Any]]:
        meta = model._meta
        for names in meta.unique_together:
            self.deferred_sql.append(self.unique_statement(model, list(map(meta.get_field, names))))
        definitions: List[Any] = []
        for field in meta.local_fields:
            definition = self.columns.definition(model, field)
            if definition is None:
                continue
            definitions.append("%s %s" % (self.quote_column(field.column), definition))
            if field.unique and not field.primary_key and fields.is_nullable(field):
                self.deferred_sql.append(self.field_unique_statement(model, field))
            if fields.is_constrained(field, self.connection):
                self.deferred_sql.append(self.constraints.foreign_key(model, field))
        pk_columns = list(getattr(meta.pk, "columns", ()))
        if pk_columns:
            name = self.quote_column(self.names.primary_key(meta.db_table, pk_columns))
            definitions.append("CONSTRAINT %s %s" % (name, self._pk_constraint_sql(pk_columns)))
        definitions.extend(constraint.constraint_sql(model, self) for constraint in meta.constraints)
        sql = self.sql_create_table % {
            "table": self.quote_table(meta.db_table),
            "definition": ", ".join(str(part) for part in definitions if part),
        }
        if meta.db_tablespace:
            sql += " " + self.connection.ops.tablespace_sql(meta.db_tablespace)
        return sql, []

    def column_sql(
        self, model: Model, field: Field, include_default: bool = False
    ) -> Tuple[Optional[str], Optional[List[Any]]]:
        """
        Return the definition of a field's column, and its parameters; (None, None) for a field without a column.

        Unlike in Django's base class the definition has the identity and the
        check, and the parameters are always empty: DDL takes none.
        """
        definition = self.columns.definition(model, field, include_default)
        return definition, None if definition is None else []

    def create_model(self, model: Model) -> None:
        self._create_schema(self.table_name(model._meta.db_table).schema)
        sql, _ = self.table_sql(model)
        self.run([sql])
        if self.collect_sql:
            self.catalogue.table_created(self.plans.created(model))
        self.comments.on_model(model)
        self.tell_unenforced(model._meta.local_fields)
        self.deferred_sql.extend(self._model_indexes_sql(model))
        for field in model._meta.local_many_to_many:
            if field.remote_field.through._meta.auto_created:
                self.create_model(field.remote_field.through)

    def delete_model(self, model: Model) -> None:
        for field in model._meta.local_many_to_many:
            if field.remote_field.through._meta.auto_created:
                self.delete_model(field.remote_field.through)
        db_table = model._meta.db_table
        self.drop(self.snapshot(model).incoming)
        self.run([self.sql_drop_table % {"table": self.quote_table(db_table)}])
        self.catalogue.table_dropped(self.table_name(db_table))
        self.deferred.forget_table(db_table)

    def alter_db_table(self, model: Model, old_db_table: str, new_db_table: str) -> None:
        old, new = self.table_name(old_db_table), self.table_name(new_db_table)
        if old != new:
            doubtful = self.plans.note_names(model, old_db_table, self.snapshot) if self.collect_sql else []
            self.following.rename_with_table(old, new, doubtful)
            self._move_table(old, new)
            self.catalogue.table_renamed(old, new)
        self.deferred.rename_table(old_db_table, new_db_table)

    def _move_table(self, old: TableName, new: TableName) -> None:
        if not old.is_beside(new):
            self._create_schema(new.schema)
            target = quote_bare(new.schema or self.connection.server.default_schema)
            self.run(["ALTER SCHEMA %s TRANSFER %s" % (target, old)])
        if old.name != new.name:
            self.rename_object(str(old.in_schema(new.schema)), new.name)

    def _create_schema(self, schema: Optional[str]) -> None:
        """Create the schema of a table's name, once."""
        if schema is None or schema == "dbo" or schema in self._schemas:
            return
        self._schemas.add(schema)
        self.run([create_schema_sql(schema)])

    def alter_db_tablespace(self, model: Model, old_db_tablespace: str, new_db_tablespace: str) -> None:
        """Move the table to another filegroup by moving its clustered index."""
        for index in self.snapshot(model).indexes:
            if index.kind == "CLUSTERED":
                moved = index._replace(
                    is_primary_key=False,
                    is_unique_constraint=False,
                    options=index.options + ("DROP_EXISTING = ON",),
                    data_space=new_db_tablespace or "default",
                )
                self.run(moved.create_sql())

    # Columns

    def add_field(self, model: Model, field: Field) -> None:
        if field.many_to_many and field.remote_field.through._meta.auto_created:
            self.create_model(field.remote_field.through)
            return
        definition = self.columns.definition(model, field, include_default=True)
        if definition is None:
            return
        items: List[SchemaObject] = []
        if self.collect_sql:
            # The table as it is before: a later plan would have what waits for the end.
            self.snapshot(model)
            items += self.plans.field_items(model, field, is_new_table=False)
        if fields.is_constrained(field, self.connection):
            foreign_key = self.constraints.foreign_key(model, field)
            target = field.target_field
            if self.deferred.has_key(target.model._meta.db_table, target.column):
                self.deferred_sql.append(foreign_key)
            else:
                definition += " " + self.sql_create_column_inline_fk % foreign_key.parts
                items += foreign_key.items()
        names: Dict[str, str] = {
            "table": self.quote_table(model._meta.db_table),
            "column": self.quote_column(field.column),
        }
        self.run([self.sql_create_column % {**names, "definition": definition}])
        self.catalogue.created(items)
        if not fields.has_db_default(field) and self.columns.default(field, True) is not None:
            # Django's own defaults are for existing rows only.
            name = self.quote_column(self.names.default(model._meta.db_table, field.column))
            self.run([self.sql_delete_constraint % {**names, "name": name}])
        self.comments.on_column(model, field)
        self.tell_unenforced([field])
        if field.unique and not field.primary_key:
            self.deferred_sql.append(self.field_unique_statement(model, field))
        self.deferred_sql.extend(self._field_indexes_sql(model, field))

    def remove_field(self, model: Model, field: Field) -> None:
        if field.many_to_many and field.remote_field.through._meta.auto_created:
            self.delete_model(field.remote_field.through)
            return
        if field.db_parameters(connection=self.connection)["type"] is None:
            return
        db_table, column = model._meta.db_table, bare_identifier(field.column)
        dependents = Dependents()
        snapshot = self.snapshot(model)
        dependents.add(snapshot, [column])
        # A generated field on the column is the user's to remove first; what only an index needs goes with the index.
        needless = {computed.name for computed in dependents.computed}
        needless.update(name for index in dependents.indexes for name in index.hidden_columns)
        dependents.computed = [c for c in snapshot.columns.values() if c.name in needless and is_hidden(c.name)]
        self.drop(dependents.drop_order())
        names = {"table": self.quote_table(db_table), "column": self.quote_column(field.column)}
        self.run([self.sql_delete_column % names])
        self.catalogue.column_dropped(self.table_name(db_table), column)
        self.deferred.forget_column(db_table, field.column)

    def _alter_field(
        self,
        model: Model,
        old_field: Field,
        new_field: Field,
        old_type: Optional[str],
        new_type: Optional[str],
        old_params: Dict[str, Any],
        new_params: Dict[str, Any],
        strict: bool = False,
    ) -> None:
        if self.collect_sql:
            self.plans.note_field(model, old_field, new_field)
        FieldAlteration(self, model, old_field, new_field, old_params, new_params, strict).run()

    def _alter_many_to_many(self, model: Model, old_field: Field, new_field: Field, strict: bool) -> None:
        if self.collect_sql:
            # As it is before: its columns are named after models, which may have other names in the new one.
            self.snapshot(old_field.remote_field.through)
        super()._alter_many_to_many(model, old_field, new_field, strict)

    def _pk_constraint_sql(self, columns: Iterable[str]) -> str:
        return self.sql_pk_constraint % {"columns": ", ".join(map(self.quote_column, columns))}

    def _check_sql(self, name: str, check: str) -> str:
        rule = self.sql_check_constraint % {"check": check}
        return self.sql_constraint % {"name": self.quote_column(name), "constraint": rule}

    def _create_check_sql(self, model: Model, name: str, check: str) -> CheckCreation:
        return self.constraints.check(model, name, check)

    def alter_db_table_comment(
        self, model: Model, old_db_table_comment: Optional[str], new_db_table_comment: Optional[str]
    ) -> None:
        self.comments.on_table(model, new_db_table_comment)
