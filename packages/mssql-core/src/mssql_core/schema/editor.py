"""The schema editor: tables, columns, and constraints of models."""

import re

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from .. import compat
from ..introspection.objects import Column, Index, is_hidden
from ..introspection.table_snapshot import renamed_key
from ..literals import literal, with_texts
from ..names import TableName, bare_identifier, create_schema_sql, quote_identifier, quote_name
from . import fields
from .alter_field import FieldAlteration
from .catalogue import Catalogue, ScriptedCatalogue
from .columns import ColumnDefinitions, collate_sql
from .comments import Comments
from .constraint_names import ConstraintNames, matching_names
from .constraints import ConstraintStatements
from .deferred import DeferredStatements
from .dependents import Dependents
from .index_hooks import IndexHooks
from .indexes import IndexStatements
from .planned_table import PlannedTables
from .references import TableReference
from .statements import Creation, LiteralTemplate, SchemaStatement, rename_sql
from .unenforced_keys import OPTION

# Statements that must be the first of their batch (error 111).
_STANDS_FIRST = re.compile(
    r"\s*(?:CREATE|ALTER|CREATE\s+OR\s+ALTER)\s+(?:DEFAULT|FUNCTION|PROC|RULE|SCHEMA|TRIGGER|VIEW)", re.IGNORECASE
)
# Behind it a text may name columns that its batch has not when it is compiled (207).
_CHANGES_A_TABLE = re.compile(r"\bALTER\s+TABLE\b|\bsp_rename\b", re.IGNORECASE)
# What a batch of its own would undo at its end: temporary tables, SET, USE; or would be an error in it (266).
_OUTLIVES_A_BATCH = re.compile(r"#|(?:^|;)\s*(?:SET|USE|BEGIN\s+TRAN|COMMIT|ROLLBACK|SAVE\s+TRAN)\b", re.IGNORECASE)


class DatabaseSchemaEditor(compat.SchemaEditor, IndexHooks, BaseDatabaseSchemaEditor):
    """
    Carries out what Django asks for.

    Its parts take it as their argument, and use what is public here:

    - `names`, `columns`, `indexes`, `constraints`, `comments`: how things are called and written;
    - `catalogue`, `snapshot()`, `plans`: what there is, and what models ask for;
    - `deferred`: what waits for the end;
    - `execute()`, `run()`, `run_alone()`, `change_rows()`, `create()`, `drop()`, `alter_column()`,
      `rename_object()`: what is done.
    """

    # For callers that know the name only: DROP TABLE has no CASCADE (error 3726).
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

    def __init__(self, connection, collect_sql=False, atomic=True):
        super().__init__(connection, collect_sql, atomic)
        self.names = ConstraintNames(self._create_index_name)
        self.columns = ColumnDefinitions(self, self.names)
        self.indexes = IndexStatements(self, self.names, self.columns)
        self.constraints = ConstraintStatements(self, self.names)
        self.comments = Comments(self)
        self.deferred = DeferredStatements(lambda: self.deferred_sql)
        self.catalogue = (ScriptedCatalogue if collect_sql else Catalogue)(connection)
        self.plans = PlannedTables(self, self.names, self.columns, self.constraints)
        self._variables = 0
        self._schemas = set()
        connection.unenforced_keys.verify()

    def __exit__(self, exc_type, exc_value, traceback):
        """Run what waits; an error of it ends the transaction, which Django would leave open."""
        if exc_type is None:
            try:
                self.run(self.deferred_sql)
            except BaseException as error:
                super().__exit__(type(error), error, error.__traceback__)
                raise
            self.deferred_sql = []
        super().__exit__(exc_type, exc_value, traceback)

    # Names and values

    def quote_table(self, db_table):
        """Return a table's name, with the schema that it or the alias names."""
        return str(self.table_name(db_table))

    def quote_name(self, name):
        """For callers that do not say what it is: a table's is read where its outermost delimiters are there."""
        return quote_name(name) if name[:1] in ("[", '"') else quote_identifier(name)

    def quote_column(self, name):
        """Of a column, an index or a constraint: one name, whatever is in it."""
        return self.connection.ops.quote_column(name)

    def table_name(self, db_table):
        return TableName.parse(db_table, self.connection.ops.schema_option).of_this_database()

    def table_reference(self, db_table):
        """Return a table as a part of statements."""
        return TableReference(db_table, self.table_name)

    def quote_value(self, value):
        """Return a typed literal; text carries the N prefix."""
        return literal(value)

    def prepare_default(self, value):
        return literal(value)

    def variable(self, name):
        """Return a T-SQL variable; a script is one batch, so each is its own."""
        if not self.collect_sql:
            return "@" + name
        self._variables += 1
        return "@%s_%d" % (name, self._variables)

    def _create_index_name(self, table_name, column_names, suffix=""):
        leaf = TableName.parse(table_name).name
        return super()._create_index_name(leaf, column_names, suffix)

    # Execution

    def execute(self, sql, params=()):
        """Run or collect a statement, and let the catalogue follow it."""
        if not self.collect_sql:
            super().execute(sql, params)
        elif not isinstance(sql, SchemaStatement):
            super().execute(*self._of_one_s_own(str(sql), params))
        else:
            is_new = isinstance(sql, Creation) and any(map(self.catalogue.is_new, sql.items()))
            super().execute(_own_batch(str(sql)) if is_new else sql, params)
            sql.tell(self.catalogue)

    def _of_one_s_own(self, sql, params):
        """A text of migrations.RunSQL in a script: compiled when its turn comes, unless what it makes would end with it."""
        follows = any(map(_CHANGES_A_TABLE.search, self.collected_sql))
        if _CHANGES_A_TABLE.search(sql):
            self.catalogue.changed_by_text()
        if not _STANDS_FIRST.match(sql) and (not follows or _OUTLIVES_A_BATCH.search(sql)):
            return sql, params
        if params is not None:
            sql = sql % tuple(map(self.quote_value, params))
        return _own_batch(sql), None

    def run(self, statements):
        """Execute statements without parameters, the editor's own."""
        for statement in statements:
            execute = self.execute if isinstance(statement, SchemaStatement) else super().execute
            execute(statement, None)

    def run_alone(self, statements):
        """Execute texts that must stand first in their batch (CREATE TRIGGER, error 111)."""
        self.run(map(_own_batch, statements) if self.collect_sql else statements)

    def change_rows(self, sql):
        """
        Run a statement that changes rows.

        In a script it must not be compiled before the statements in front of
        it have made its columns (error 207).
        """
        self.run([_own_batch(sql) if self.collect_sql else sql])

    def drop(self, items):
        """Drop objects of the catalogue."""
        for item in items:
            self.run(item.drop_sql())
            is_column = isinstance(item, Column)
            (self.catalogue.column_dropped if is_column else self.catalogue.dropped)(item.table, item.name)

    def create(self, items):
        """Make objects as the catalogue describes them."""
        for item in items:
            is_new = self.catalogue.is_new(item)
            self.run(map(_own_batch, item.create_sql()) if is_new else item.create_sql())
            self.catalogue.created([item])

    def alter_column(self, change):
        """Carry out a ColumnChange."""
        self.run([change.sql()])
        self.catalogue.column_changed(change)

    def rename_object(self, path, new_name, kind="OBJECT"):
        """
        Rename a table, a column, or a constraint.

        :param path: the delimited name.
        :param kind: as sp_rename wants it.
        """
        self.run([rename_sql(path, new_name, kind)])

    def tell_unenforced(self, changed):
        """Say in a script which foreign keys of these fields the alias leaves out; system checks say it for `migrate`."""
        for field in changed if self.collect_sql else ():
            if self.connection.unenforced_keys.leaves_out(field):
                self.collected_sql.append("-- Without its foreign key: %s (OPTIONS[%r])" % (field, OPTION))

    # The catalogue

    def snapshot(self, model):
        """Return what the catalogue holds about the model's table."""
        return self.catalogue.table(self.table_name(model._meta.db_table), self.plans.of(model))

    def waiting_statements(self, model):
        """Return the statements that create_model() leaves for the end of a migration."""
        kept, self.deferred_sql = self.deferred_sql, []
        try:
            self.table_sql(model)
            return self.deferred_sql + self._model_indexes_sql(model)
        finally:
            self.deferred_sql = kept

    def _constraint_names(self, model, column_names=None, exclude=None, type_=None, **kinds):
        return matching_names(self.snapshot(model), column_names, exclude or (), kinds)

    # Tables

    def table_sql(self, model):
        meta = model._meta
        for names in meta.unique_together:
            self.deferred_sql.append(self.unique_statement(model, list(map(meta.get_field, names))))
        definitions = []
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
        if len(pk_columns) > 1:
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

    def column_sql(self, model, field, include_default=False):
        """
        Return (definition, params) with everything the column carries.

        Unlike in Django's base class the definition holds the identity and the
        check; parameters are always empty, for DDL takes none.
        """
        definition = self.columns.definition(model, field, include_default)
        return definition, None if definition is None else []

    def create_model(self, model):
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

    def delete_model(self, model):
        for field in model._meta.local_many_to_many:
            if field.remote_field.through._meta.auto_created:
                self.delete_model(field.remote_field.through)
        db_table = model._meta.db_table
        self.drop(self.snapshot(model).incoming)
        self.run([self.sql_drop_table % {"table": self.quote_table(db_table)}])
        self.catalogue.table_dropped(self.table_name(db_table))
        self.deferred.forget_table(db_table)

    def alter_db_table(self, model, old_db_table, new_db_table):
        if old_db_table == new_db_table or (
            self.connection.features.ignores_table_name_case and old_db_table.lower() == new_db_table.lower()
        ):
            return
        old, new = self.table_name(old_db_table), self.table_name(new_db_table)
        if self.collect_sql:
            self.plans.note_names(model, old_db_table, self.snapshot)
        self._rename_constraints(old, old_db_table, new_db_table)
        self._move_table(old, new)
        self.catalogue.table_renamed(old, new)
        self.deferred.rename_table(old_db_table, new_db_table)

    def _move_table(self, old, new):
        if old.schema != new.schema:
            self._create_schema(new.schema)
            target = quote_identifier(new.schema or self.connection.server.default_schema)
            self.run(["ALTER SCHEMA %s TRANSFER %s" % (target, old)])
        if old.name != new.name:
            self.rename_object(str(old.in_schema(new.schema)), new.name)

    def _create_schema(self, schema):
        """Make a schema that a table's name asks for, once."""
        if schema is None or schema == "dbo" or schema in self._schemas:
            return
        self._schemas.add(schema)
        self.run([create_schema_sql(schema)])

    def _rename_constraints(self, table, old_db_table, new_db_table):
        """
        Give constraints and indexes that carry the old table's name that of the new one.

        Names of constraints are unique in a schema (error 2714): a later table
        of the old name needs them.
        """
        snapshot = self.catalogue.table(table)
        for item in snapshot.indexes + snapshot.checks + snapshot.defaults + snapshot.foreign_keys:
            self.rename_item(item, self.names.of_table(item, old_db_table, new_db_table))

    def rename_constraints_of_column(self, table, old, new):
        """
        Give constraints and indexes that carry a column's old name the new one.

        A script about a table that is not made yet has nothing but the models
        to tell it the names.

        :param table: the TableName.
        :param old, new: the names of the column, which has the new one already.
        """
        snapshot = self.catalogue.table(table)
        items = snapshot.indexes + snapshot.checks + snapshot.defaults
        befores = [item.renamed(new, old) for item in items]
        for key in snapshot.foreign_keys + [key for key in snapshot.incoming if key.table != table]:
            items.append(key)
            befores.append(renamed_key(key, table, new, old))
        for item, before in zip(items, befores):
            if item != before:
                self.rename_item(item, self.names.of_column(item, before))

    def rename_item(self, item, name):
        """
        Rename a constraint or an index.

        :param name: None leaves it as it is.
        """
        if name is None:
            return
        if isinstance(item, Index) and not item.is_constraint:
            self.rename_object("%s.%s" % (item.table, quote_identifier(item.name)), name, "INDEX")
        else:
            self.rename_object(str(TableName(item.table.schema, item.name)), name)
        self.catalogue.renamed(item.table, item.name, name)

    def alter_db_tablespace(self, model, old_db_tablespace, new_db_tablespace):
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

    def add_field(self, model, field):
        if field.many_to_many and field.remote_field.through._meta.auto_created:
            return self.create_model(field.remote_field.through)
        definition = self.columns.definition(model, field, include_default=True)
        if definition is None:
            return
        items = self.plans.field_items(model, field, is_new_table=False) if self.collect_sql else []
        if fields.is_constrained(field, self.connection):
            foreign_key = self.constraints.foreign_key(model, field)
            target = field.target_field
            if self.deferred.has_key(target.model._meta.db_table, target.column):
                self.deferred_sql.append(foreign_key)
            else:
                definition += " " + self.sql_create_column_inline_fk % foreign_key.parts
                items += foreign_key.items()
        names = {"table": self.quote_table(model._meta.db_table), "column": self.quote_column(field.column)}
        self.run([self.sql_create_column % {**names, "definition": definition}])
        self.catalogue.created(items)
        if not fields.has_db_default(field) and self.columns.default(field, True) is not None:
            # Django's own defaults are for the rows that exist.
            name = self.quote_column(self.names.default(model._meta.db_table, field.column))
            self.run([self.sql_delete_constraint % {**names, "name": name}])
        self.comments.on_column(model, field)
        self.tell_unenforced([field])
        if field.unique and not field.primary_key:
            self.deferred_sql.append(self.field_unique_statement(model, field))
        self.deferred_sql.extend(self._field_indexes_sql(model, field))

    def remove_field(self, model, field):
        if field.many_to_many and field.remote_field.through._meta.auto_created:
            return self.delete_model(field.remote_field.through)
        if field.db_parameters(connection=self.connection)["type"] is None:
            return
        db_table, column = model._meta.db_table, bare_identifier(field.column)
        dependents = Dependents()
        dependents.add(self.snapshot(model), [column])
        # A generated field on the column is the user's to remove first.
        dependents.computed = [c for c in dependents.computed if is_hidden(c.name)]
        self.drop(dependents.drop_order())
        names = {"table": self.quote_table(db_table), "column": self.quote_column(field.column)}
        self.run([self.sql_delete_column % names])
        self.catalogue.column_dropped(self.table_name(db_table), column)
        self.deferred.forget_column(db_table, field.column)

    def _alter_field(self, model, old_field, new_field, old_type, new_type, old_params, new_params, strict=False):
        FieldAlteration(self, model, old_field, new_field, old_params, new_params, strict).run()

    def _collate_sql(self, collation, old_collation=None, table_name=None):
        return collate_sql(collation) if collation else ""

    def _pk_constraint_sql(self, columns):
        return self.sql_pk_constraint % {"columns": ", ".join(map(self.quote_column, columns))}

    def _check_sql(self, name, check):
        check = self.sql_check_constraint % {"check": check}
        return self.sql_constraint % {"name": self.quote_column(name), "constraint": check}

    def _create_check_sql(self, model, name, check):
        return self.constraints.check(model, name, check)

    def alter_db_table_comment(self, model, old_db_table_comment, new_db_table_comment):
        self.comments.on_table(model, new_db_table_comment)


def _own_batch(sql):
    """
    Return a statement that is compiled when its turn comes, not with the script.

    A column cannot be used in the batch that makes it.
    https://learn.microsoft.com/previous-versions/sql/sql-server-2008-r2/ms175502(v=sql.105)
    """
    return with_texts("EXEC sys.sp_executesql %s", sql)
