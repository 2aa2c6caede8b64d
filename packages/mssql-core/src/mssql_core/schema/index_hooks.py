"""Django's hooks for indexes and unique constraints."""

from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from ..introspection.objects import Index
from ..introspection.table_snapshot import TableSnapshot
from ..names import quote_identifier
from ..plugin.django_types import Field, Mixin, Model
from .catalogue import Catalogue
from .deferred import DeferredStatements
from .fields import is_indexed
from .indexes import IndexStatements, UniqueRule
from .planned_table import PlannedTables
from .references import TableReference, hidden_renamings
from .statements import Creation, IndexCreation, LiteralTemplate, Removal, Renaming, rename_sql


class IndexHooks(Mixin):
    """The part of the schema editor between Django's hooks and IndexStatements."""

    # Attributes of the editor that this is mixed into.
    indexes: IndexStatements
    deferred: DeferredStatements
    catalogue: Catalogue
    plans: PlannedTables
    collect_sql: bool
    deferred_sql: List[Any]

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

    def index_statement(self, model: Model, fields: Sequence[Field]) -> IndexCreation:
        """Return the statement that makes an index on fields."""
        return self._create_index_sql(model, fields=fields)

    def unique_statement(self, model: Model, fields: Sequence[Field], name: Optional[str] = None) -> Optional[Creation]:
        """Return the statement that makes fields unique together."""
        return self._create_unique_sql(model, fields, name=name)

    def _create_index_sql(
        self,
        model: Model,
        *,
        fields: Optional[Sequence[Field]] = None,
        db_tablespace: Optional[str] = None,
        include: Optional[Sequence[str]] = None,
        **options: Any,
    ) -> IndexCreation:
        fields = fields or []
        return self.indexes.index(
            model,
            fields,
            include=self._index_include_sql(model, include),
            extra=self._get_index_tablespace_sql(model, fields, db_tablespace),
            **options,
        )

    def _create_unique_sql(
        self, model: Model, fields: Sequence[Field], name: Optional[str] = None, opclasses: Any = None, **options: Any
    ) -> Optional[Creation]:
        rule = UniqueRule(**options)
        return self.indexes.unique(
            model,
            fields,
            name,
            rule,
            include=self._index_include_sql(model, rule.include),
            extra=self._get_index_tablespace_sql(model, fields),
        )

    def field_unique_statement(self, model: Model, field: Field) -> Optional[Creation]:
        """Return the statement that makes a field unique by itself."""
        return self.unique_statement(model, [field], self.indexes.field_unique_name(model, field))

    def _unique_sql(
        self, model: Model, fields: Sequence[Field], name: str, opclasses: Any = None, **options: Any
    ) -> Optional[str]:
        """Return the constraint for CREATE TABLE, or defer it and return None."""
        rule = UniqueRule(**options)
        if rule.deferrable:
            return None
        if rule.is_plain(fields):
            return self.indexes.inline_unique(fields, name)
        self.deferred_sql.append(self._create_unique_sql(model, fields, name=name, **options))
        return None

    def alter_unique_together(
        self,
        model: Model,
        old_unique_together: Iterable[Iterable[str]],
        new_unique_together: Iterable[Iterable[str]],
    ) -> None:
        self._plan_with(model, [self.unique_statement(model, fields) for fields in _fields(model, old_unique_together)])
        super().alter_unique_together(model, old_unique_together, new_unique_together)

    def alter_index_together(
        self, model: Model, old_index_together: Iterable[Iterable[str]], new_index_together: Iterable[Iterable[str]]
    ) -> None:
        old_fields = _fields(model, old_index_together)
        self._plan_with(model, [self._create_index_sql(model, fields=fields, suffix="_idx") for fields in old_fields])
        super().alter_index_together(model, old_index_together, new_index_together)

    def _delete_composed_index(self, model: Model, names: Iterable[str], kinds: Dict[str, bool], sql: str) -> None:
        """Drop what makes fields unique together, or indexes them together, or what waits to do so."""
        meta = model._meta
        in_meta = {item.name for item in [*meta.constraints, *meta.indexes]}
        columns = [meta.get_field(name).column for name in names]
        if not self.deferred.take_indexes(meta.db_table, columns, kinds.get("unique", False), in_meta):
            super()._delete_composed_index(model, names, kinds, sql)

    def _plan_with(self, model: Model, statements: Iterable[Optional[Creation]]) -> None:
        """Plan a table that is not made yet with indexes and constraints that its model no longer has."""
        items = [item for statement in statements if statement for item in statement.items()]
        if self.collect_sql:
            self.catalogue.table(self.table_name(model._meta.db_table), self.plans.of(model, items))

    def _field_should_be_indexed(self, model: Model, field: Field) -> bool:
        return is_indexed(field, self.connection)

    def _delete_index_sql(self, model: Model, name: str, sql: Optional[str] = None) -> Removal:
        self.deferred.forget_index(model._meta.db_table, name)
        return self._removal(sql or self.sql_delete_index, model, name, self._find_index(model, name))

    def _delete_unique_sql(self, model: Model, name: str, deferrable: Any = None, **options: Any) -> Optional[Removal]:
        if deferrable or self.deferred.forget_index(model._meta.db_table, name):
            return None
        return self._delete_constraint_sql(self.sql_delete_unique, model, name)

    def _delete_constraint_sql(self, template: str, model: Model, name: str) -> Removal:
        index = self._find_index(model, name) if template == self.sql_delete_unique else None
        if index is not None:
            template = self.sql_delete_constraint if index.is_constraint else self.sql_delete_index
        return self._removal(template, model, name, index)

    def _removal(self, template: str, model: Model, name: str, index: Optional[Index]) -> Removal:
        table = self.table_reference(model._meta.db_table)
        return Removal(template, index.hidden_columns if index else (), table=table, name=self.quote_column(name))

    def _find_index(self, model: Model, name: str) -> Optional[Index]:
        snapshot: TableSnapshot = self.snapshot(model)
        return next((index for index in snapshot.indexes if index.name == name), None)

    def rename_index(self, model: Model, old_index: Any, new_index: Any) -> None:
        """Rename an index, or what waits to make it."""
        if self.collect_sql:
            self.plans.note_index(model, old_index, new_index, self.snapshot)
        if self.deferred.rename_index(model._meta.db_table, old_index.name, new_index.name):
            return
        # Only expressions have hidden columns, and only for those is the catalogue asked.
        index = self._find_index(model, old_index.name) if old_index.expressions else None
        hidden = hidden_renamings(index, new_index.name) if index else ()
        self.execute(self._rename_index_sql(model, old_index.name, new_index.name, hidden), params=None)

    def _rename_index_sql(
        self, model: Model, old_name: str, new_name: str, hidden: Sequence[Tuple[str, str]] = ()
    ) -> Renaming:
        table: TableReference = self.table_reference(model._meta.db_table)
        return Renaming(
            self.sql_rename_index,
            old_name,
            new_name,
            hidden,
            table=table,
            call=rename_sql("%s.%s" % (table, quote_identifier(old_name)), new_name, "INDEX"),
        )


def _fields(model: Model, together: Iterable[Iterable[str]]) -> List[List[Field]]:
    return [list(map(model._meta.get_field, names)) for names in together]
