"""The schema editor: tables and columns; see the mixins for the rest."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import (
    Columns,
    ForeignKeyName,
    Statement,
    Table,
)

from .. import compat
from ..introspection import table_snapshot as snapshot
from ..literals import string_literal
from ..names import TableName, create_schema_sql, quote_identifier
from . import planned_table as model_snapshot
from .alter_field import AlterMixin
from .columns import ColumnMixin, has_db_default
from .comments import comment_sql
from .indexes import IndexMixin, is_nullable


class DatabaseSchemaEditor(compat.SchemaEditor, AlterMixin, IndexMixin, ColumnMixin, BaseDatabaseSchemaEditor):
    # For callers that know the name only: DROP TABLE has no CASCADE (error 3726).
    sql_delete_table = (
        "DECLARE @key nvarchar(max); WHILE 1 = 1 BEGIN "
        "SET @key = (SELECT TOP (1) N'ALTER TABLE ' "
        "+ QUOTENAME(OBJECT_SCHEMA_NAME(parent_object_id)) + N'.' "
        "+ QUOTENAME(OBJECT_NAME(parent_object_id)) "
        "+ N' DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.foreign_keys "
        "WHERE referenced_object_id = OBJECT_ID(N'%(table)s') ORDER BY object_id); "
        "IF @key IS NULL BREAK; EXEC sys.sp_executesql @key; END; "
        "DROP TABLE %(table)s"
    )
    sql_drop_table = "DROP TABLE %(table)s"
    sql_create_column = "ALTER TABLE %(table)s ADD %(column)s %(definition)s"
    sql_delete_column = "ALTER TABLE %(table)s DROP COLUMN %(column)s"
    sql_delete_procedure = "DROP PROCEDURE %(procedure)s"
    sql_create_fk = (
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(column)s) REFERENCES %(to_table)s (%(to_column)s)"
    )
    sql_create_column_inline_fk = (
        "CONSTRAINT %(name)s FOREIGN KEY REFERENCES %(to_table)s (%(to_column)s)%(on_delete_db)s"
    )
    sql_rename_object = "EXEC sys.sp_rename %(path)s, %(new_name)s, N'%(kind)s'"

    def __init__(self, connection, collect_sql=False, atomic=True):
        super().__init__(connection, collect_sql, atomic)
        self._variables = 0
        self._schemas = set()
        # When a script is collected the catalogue falls behind it.
        self._dropped_names = set()
        self._renamed_columns = []
        self._existing_tables = {}

    # Execution

    def variable(self, name):
        """Return a T-SQL variable; a script is one batch, so each is its own."""
        if not self.collect_sql:
            return "@" + name
        self._variables += 1
        return "@%s_%d" % (name, self._variables)

    def _execute_all(self, statements):
        for statement in statements:
            self.execute(statement, None)

    def _execute_dml(self, sql):
        """
        Run a statement that changes rows.

        In a script it must not be compiled before the statements in front of
        it have made its columns (error 207).
        """
        if self.collect_sql:
            sql = "EXEC sys.sp_executesql %s" % string_literal(sql)
        self.execute(sql, None)

    def _drop(self, items):
        for item in items:
            self._dropped_names.add(item.name)
            self._execute_all(item.drop_sql())

    def _create(self, items):
        for item in items:
            self._dropped_names.discard(item.name)
            self._execute_all(item.create_sql())

    # The catalogue

    def snapshot(self, model):
        """Return what the catalogue holds about the model's table."""
        db_table = model._meta.db_table
        with self.connection.cursor() as cursor:
            found = snapshot.load(cursor, self.table_name(self._existing_tables.get(db_table, db_table)))
        if not self.collect_sql:
            return found
        quoted = self.quote_table(db_table)
        if found.exists and not any(quoted in sql for sql in self.collected_sql):
            return found
        planned = model_snapshot.from_model(self, model)
        return _reconciled(found, planned, self._dropped_names, self._renamed_columns)

    def _constraint_names(self, model, column_names=None, **kwargs):
        if not self.collect_sql:
            return super()._constraint_names(model, column_names, **kwargs)
        found = self.snapshot(model)
        return _matching_names(found, column_names, **kwargs)

    # Tables

    def table_sql(self, model):
        table = model._meta.db_table
        for names in model._meta.unique_together:
            fields = [model._meta.get_field(name) for name in names]
            self.deferred_sql.append(self._create_unique_sql(model, fields))
        definitions = []
        for field in model._meta.local_fields:
            definition, _ = self.column_sql(model, field)
            if definition is None:
                continue
            definitions.append("%s %s" % (self.quote_name(field.column), definition))
            if field.unique and not field.primary_key and is_nullable(field):
                self.deferred_sql.append(self._field_unique_sql(model, field))
            if field.remote_field and field.db_constraint:
                self.deferred_sql.append(self._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s"))
        pk_columns = getattr(model._meta.pk, "columns", None)
        if pk_columns is not None and len(pk_columns) > 1:
            definitions.append(self._composite_key_sql(table, list(pk_columns)))
        definitions.extend(constraint.constraint_sql(model, self) for constraint in model._meta.constraints)
        sql = self.sql_create_table % {
            "table": self.quote_table(table),
            "definition": ", ".join(str(part) for part in definitions if part),
        }
        if model._meta.db_tablespace:
            sql += " " + self.connection.ops.tablespace_sql(model._meta.db_tablespace)
        return sql, []

    def _composite_key_sql(self, table, columns):
        return "CONSTRAINT %s %s" % (
            self.quote_name(self._primary_key_name(table, columns)),
            self._pk_constraint_sql(columns),
        )

    def create_model(self, model):
        self._create_schema(self.table_name(model._meta.db_table).schema)
        sql, _ = self.table_sql(model)
        self.execute(sql, None)
        self._comment_model(model)
        self.deferred_sql.extend(self._model_indexes_sql(model))
        for field in model._meta.local_many_to_many:
            if field.remote_field.through._meta.auto_created:
                self.create_model(field.remote_field.through)

    def delete_model(self, model):
        for field in model._meta.local_many_to_many:
            if field.remote_field.through._meta.auto_created:
                self.delete_model(field.remote_field.through)
        table = model._meta.db_table
        self._drop(self.snapshot(model).incoming)
        self.execute(self.sql_drop_table % {"table": self.quote_table(table)}, None)
        for sql in list(self.deferred_sql):
            if isinstance(sql, Statement) and sql.references_table(table):
                self.deferred_sql.remove(sql)

    def alter_db_table(self, model, old_db_table, new_db_table):
        if old_db_table == new_db_table or (
            self.connection.features.ignores_table_name_case and old_db_table.lower() == new_db_table.lower()
        ):
            return
        old = self.table_name(old_db_table)
        new = self.table_name(new_db_table)
        self._rename_constraints(model, old_db_table, new_db_table)
        self._move_table(old, new)
        existing = self._existing_tables.pop(old_db_table, old_db_table)
        if self.collect_sql:
            self._existing_tables[new_db_table] = existing
        for sql in self.deferred_sql:
            if isinstance(sql, Statement):
                sql.rename_table_references(old_db_table, new_db_table)

    def _move_table(self, old, new):
        if old.schema != new.schema:
            self._create_schema(new.schema)
            target = quote_identifier(new.schema or self.connection.server.default_schema)
            self.execute("ALTER SCHEMA %s TRANSFER %s" % (target, old), None)
        if old.name != new.name:
            path = str(old.in_schema(new.schema))
            self.execute(self._rename_sql(path, new.name), None)

    def _create_schema(self, schema):
        """Make a schema that a table's name asks for, once."""
        if schema is None or schema == "dbo" or schema in self._schemas:
            return
        self._schemas.add(schema)
        self.execute(create_schema_sql(schema), None)

    def _rename_sql(self, path, new_name, kind="OBJECT"):
        return self.sql_rename_object % {
            "path": string_literal(path),
            "new_name": string_literal(new_name),
            "kind": kind,
        }

    def _rename_constraints(self, model, old_db_table, new_db_table):
        """
        Give constraints that carry the old table's name that of the new one.

        Their names are unique in a schema (error 2714): a later table of the
        old name needs them.
        """
        if self.collect_sql:
            return
        with self.connection.cursor() as cursor:
            found = snapshot.load(cursor, self.table_name(old_db_table))
        schema = found.table.schema
        for item, columns, suffixes in _named_constraints(found):
            for suffix in suffixes:
                if item.name == self._create_index_name(old_db_table, columns, suffix):
                    path = str(TableName(schema, item.name))
                    name = self._create_index_name(new_db_table, columns, suffix)
                    self.execute(self._rename_sql(path, name), None)

    def alter_db_tablespace(self, model, old_db_tablespace, new_db_tablespace):
        """Move the table to another filegroup by moving its clustered index."""
        for index in self.snapshot(model).indexes:
            if getattr(index, "kind", None) == "CLUSTERED":
                moved = index._replace(
                    is_primary_key=False,
                    is_unique_constraint=False,
                    options=index.options + ("DROP_EXISTING = ON",),
                    data_space=new_db_tablespace or "default",
                )
                self._execute_all(moved.create_sql())

    # Columns

    def add_field(self, model, field):
        if field.many_to_many and field.remote_field.through._meta.auto_created:
            return self.create_model(field.remote_field.through)
        definition, _ = self.column_sql(model, field, include_default=True)
        if definition is None:
            return
        table = model._meta.db_table
        if field.remote_field and field.db_constraint:
            foreign_key = self._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s")
            if self._is_key_missing(field.target_field):
                self.deferred_sql.append(foreign_key)
            else:
                definition += " " + self.sql_create_column_inline_fk % foreign_key.parts
        self.execute(
            self.sql_create_column
            % {
                "table": self.quote_table(table),
                "column": self.quote_name(field.column),
                "definition": definition,
            },
            None,
        )
        if not has_db_default(field) and self._column_default(field, True) is not None:
            # Django's own defaults are for the rows that exist.
            self.execute(
                self.sql_delete_constraint
                % {
                    "table": self.quote_table(table),
                    "name": self.quote_name(self._default_name(table, field.column)),
                },
                None,
            )
        self._comment_column(model, field)
        if field.unique and not field.primary_key:
            self.deferred_sql.append(self._field_unique_sql(model, field))
        self.deferred_sql.extend(self._field_indexes_sql(model, field))

    def remove_field(self, model, field):
        if field.many_to_many and field.remote_field.through._meta.auto_created:
            return self.delete_model(field.remote_field.through)
        if field.db_parameters(connection=self.connection)["type"] is None:
            return
        table = model._meta.db_table
        self._drop(self._column_dependents(model, field.column))
        self.execute(
            self.sql_delete_column
            % {
                "table": self.quote_table(table),
                "column": self.quote_name(field.column),
            },
            None,
        )
        for sql in list(self.deferred_sql):
            if isinstance(sql, Statement) and sql.references_column(table, field.column):
                self.deferred_sql.remove(sql)

    # Foreign keys and primary keys

    def _is_key_missing(self, field):
        """Does the statement that makes the field unique still wait?"""
        return any(
            isinstance(statement, Statement)
            and "UNIQUE" in statement.template
            and statement.references_column(field.model._meta.db_table, field.column)
            for statement in self.deferred_sql
        )

    def _fk_constraint_name(self, model, field, suffix):
        target = field.target_field
        return ForeignKeyName(
            model._meta.db_table,
            [field.column],
            TableName.parse(target.model._meta.db_table).name,
            [target.column],
            suffix,
            lambda *args: self.quote_name(self._create_index_name(*args)),
        )

    def _create_fk_sql(self, model, field, suffix):
        target = field.target_field
        return Statement(
            self.sql_create_fk + "%(on_delete_db)s",
            table=Table(model._meta.db_table, self.quote_table),
            name=self._fk_constraint_name(model, field, suffix),
            column=Columns(model._meta.db_table, [field.column], self.quote_name),
            to_table=Table(target.model._meta.db_table, self.quote_table),
            to_column=Columns(target.model._meta.db_table, [target.column], self.quote_name),
            on_delete_db=self._create_on_delete_sql(model, field),
        )

    def _create_on_delete_sql(self, model, field):
        """Return the action of the database; before Django 6.1 there is none."""
        action = getattr(field.remote_field.on_delete, "on_delete_sql", None)
        return action(self) if action else ""

    def _create_primary_key_sql(self, model, field):
        table = model._meta.db_table
        return Statement(
            self.sql_create_pk,
            table=Table(table, self.quote_table),
            name=self.quote_name(self._primary_key_name(table, [field.column])),
            columns=Columns(table, [field.column], self.quote_name),
        )

    def _create_check_sql(self, model, name, check):
        return Statement(
            self.sql_create_check,
            table=Table(model._meta.db_table, self.quote_table),
            name=self.quote_name(name),
            check=check,
        )

    # Comments

    def alter_db_table_comment(self, model, old_db_table_comment, new_db_table_comment):
        self.execute(
            comment_sql(
                self.table_name(model._meta.db_table),
                new_db_table_comment,
                variable=self.variable("schema"),
            ),
            None,
        )

    def _comment_model(self, model):
        comment = getattr(model._meta, "db_table_comment", None)
        if comment:
            self.alter_db_table_comment(model, None, comment)
        for field in model._meta.local_fields:
            self._comment_column(model, field)

    def _comment_column(self, model, field, drop=False):
        comment = getattr(field, "db_comment", None)
        if not comment and not drop:
            return
        if field.db_parameters(connection=self.connection)["type"] is None:
            return
        self.execute(
            comment_sql(
                self.table_name(model._meta.db_table),
                comment,
                field.column,
                self.variable("schema"),
            ),
            None,
        )


def _named_constraints(found):
    """Yield (constraint, columns, suffixes) of what Django names by table."""
    for index in found.indexes:
        if index.is_constraint:
            suffixes = ("_pk",) if index.is_primary_key else ("_uniq", "_key")
            yield index, list(index.columns), suffixes
    for check in found.checks:
        yield check, list(check.columns), ("_check",)
    for default in found.defaults:
        yield default, [default.column], ("_default",)
    for key in found.foreign_keys:
        suffix = "_fk_%s_%s" % (key.to_table.name, key.to_columns[0])
        yield key, list(key.columns), (suffix,)


def _reconciled(found, planned, dropped_names, renamed_columns):
    """Bring the catalogue's view up to the state a collected script is in."""
    if not found.exists:
        return planned.without(dropped_names)
    for table, old, new in renamed_columns:
        if table == planned.table:
            found = found.renamed(old, new)
    found = found.without(dropped_names)
    return found.extended(planned.without(dropped_names))


def _matching_names(
    found,
    column_names=None,
    unique=None,
    primary_key=None,
    index=None,
    foreign_key=None,
    check=None,
    type_=None,
    exclude=None,
):
    """Do what Django's _constraint_names() does, on a snapshot."""
    candidates = []
    if not foreign_key and not check:
        for item in found.indexes:
            if unique is not None and item.is_unique != unique:
                continue
            if primary_key is not None and item.is_primary_key != primary_key:
                continue
            if index is not None and item.is_constraint == index:
                continue
            candidates.append(item)
    if foreign_key:
        candidates.extend(found.foreign_keys)
    if check:
        candidates.extend(found.checks)
    return [
        item.name
        for item in candidates
        if column_names is None or list(item.columns) == list(column_names)
        if not exclude or item.name not in exclude
    ]
