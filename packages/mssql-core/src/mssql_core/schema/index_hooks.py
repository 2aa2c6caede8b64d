"""What Django asks a schema editor about indexes and unique constraints."""

from ..introspection.objects import is_hidden
from ..names import quote_identifier
from .fields import is_indexed
from .indexes import UniqueRule
from .statements import LiteralTemplate, Removal, Renaming, rename_sql


class IndexHooks:
    """
    The part of the schema editor between Django's hooks and IndexStatements.

    It takes from the editor: `indexes`, `deferred`, `catalogue`, `snapshot()`,
    `plans`, and names of tables.
    """

    sql_create_index = "CREATE INDEX %(name)s ON %(table)s (%(columns)s)%(include)s%(condition)s%(extra)s"
    sql_create_unique_index = "CREATE UNIQUE INDEX %(name)s ON %(table)s (%(columns)s)%(include)s%(condition)s%(extra)s"
    sql_create_unique = "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s UNIQUE (%(columns)s)"
    sql_delete_index = "DROP INDEX IF EXISTS %(name)s ON %(table)s"
    sql_rename_index = "%(call)s"
    # An index and a constraint are dropped by different statements; which of
    # them holds the uniqueness depends on who made it.
    sql_delete_unique = LiteralTemplate(
        "IF EXISTS (SELECT 1 FROM sys.key_constraints WHERE name = %(name_literal)s "
        "AND parent_object_id = OBJECT_ID(%(table_literal)s)) "
        "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s "
        "ELSE DROP INDEX %(name)s ON %(table)s"
    )

    def index_statement(self, model, fields):
        """Return the statement that makes an index on fields."""
        return self._create_index_sql(model, fields=fields)

    def unique_statement(self, model, fields, name=None):
        """Return the statement that makes fields unique together."""
        return self._create_unique_sql(model, fields, name=name)

    def _create_index_sql(self, model, *, fields=None, db_tablespace=None, include=None, **options):
        fields = fields or []
        return self.indexes.index(
            model,
            fields,
            include=self._index_include_sql(model, include),
            extra=self._get_index_tablespace_sql(model, fields, db_tablespace),
            **options,
        )

    def _create_unique_sql(self, model, fields, name=None, opclasses=None, **rule):
        rule = UniqueRule(**rule)
        return self.indexes.unique(
            model,
            fields,
            name,
            rule,
            include=self._index_include_sql(model, rule.include),
            extra=self._get_index_tablespace_sql(model, fields),
        )

    def field_unique_statement(self, model, field):
        """Return the statement that makes a field unique by itself."""
        return self.unique_statement(model, [field], self.indexes.field_unique_name(model, field))

    def _unique_sql(self, model, fields, name, opclasses=None, **rule):
        """Return the constraint for CREATE TABLE, or defer it and return None."""
        is_deferrable = bool(rule.get("deferrable"))
        if not is_deferrable and UniqueRule(**rule).is_plain(fields):
            return self.indexes.inline_unique(fields, name)
        if not is_deferrable:
            self.deferred_sql.append(self._create_unique_sql(model, fields, name=name, **rule))
        return None

    def alter_unique_together(self, model, old_unique_together, new_unique_together):
        self._plan_with(model, [self.unique_statement(model, fields) for fields in _fields(model, old_unique_together)])
        super().alter_unique_together(model, old_unique_together, new_unique_together)

    def alter_index_together(self, model, old_index_together, new_index_together):
        olds = _fields(model, old_index_together)
        self._plan_with(model, [self._create_index_sql(model, fields=fields, suffix="_idx") for fields in olds])
        super().alter_index_together(model, old_index_together, new_index_together)

    def _plan_with(self, model, statements):
        """Let a table that is only planned have what its model has no longer."""
        items = [item for statement in statements for item in statement.items()]
        if self.collect_sql:
            self.catalogue.table(self.table_name(model._meta.db_table), self.plans.of(model, items))

    def _field_should_be_indexed(self, model, field):
        return is_indexed(field, self.connection)

    def remove_index(self, model, index):
        hidden = self._hidden_columns(model, index.name, index.contains_expressions)
        super().remove_index(model, index)
        self._drop_hidden_columns(model, hidden)

    def remove_constraint(self, model, constraint):
        may_be_index = not getattr(constraint, "deferrable", None) and hasattr(constraint, "fields")
        hidden = self._hidden_columns(model, constraint.name, may_be_index)
        super().remove_constraint(model, constraint)
        self._drop_hidden_columns(model, hidden)

    def _hidden_columns(self, model, index_name, may_have=True):
        """Return the hidden columns among the keys of an index."""
        index = self._find_index(model, index_name) if may_have else None
        return [name for name in index.columns if is_hidden(name)] if index else []

    def _drop_hidden_columns(self, model, names):
        if names:
            table = self.table_name(model._meta.db_table)
            self.run(["ALTER TABLE %s DROP COLUMN %s" % (table, ", ".join(map(quote_identifier, names)))])
            for name in names:
                self.catalogue.column_dropped(table, name)

    def _delete_index_sql(self, model, name, sql=None):
        db_table = model._meta.db_table
        self.deferred.forget_index(db_table, name)
        table = self.table_reference(db_table)
        return Removal(sql or self.sql_delete_index, table=table, name=self.quote_column(name))

    def _delete_unique_sql(self, model, name, deferrable=None, **rule):
        return None if deferrable else self._delete_constraint_sql(self.sql_delete_unique, model, name)

    def _delete_constraint_sql(self, template, model, name):
        db_table = model._meta.db_table
        index = self._find_index(model, name) if template == self.sql_delete_unique else None
        if index is not None:
            template = self.sql_delete_constraint if index.is_constraint else self.sql_delete_index
        return Removal(template, table=self.table_reference(db_table), name=self.quote_column(name))

    def _find_index(self, model, name):
        return next((index for index in self.snapshot(model).indexes if index.name == name), None)

    def _rename_index_sql(self, model, old_name, new_name):
        table = self.table_reference(model._meta.db_table)
        return Renaming(
            self.sql_rename_index,
            old_name,
            new_name,
            table=table,
            call=rename_sql("%s.%s" % (table, quote_identifier(old_name)), new_name, "INDEX"),
        )


def _fields(model, together):
    return [list(map(model._meta.get_field, names)) for names in together]
