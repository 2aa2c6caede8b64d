"""UPDATE: conditions as assigned values, and OUTPUT for returned columns."""

from itertools import chain
from typing import Any, List, Optional, Sequence, Tuple

from django.core.exceptions import FieldError
from django.db.models import Value
from django.db.models.functions import Cast
from django.db.models.sql.query import Query

from ..compat.orm import shallow_copy
from ..plugin import UnaryExpression
from ..plugin.django_types import Compiler, CompilerMixin, Connection, Field, Model
from ..plugin.types import Compiled
from .field_values import Prepared, check_results, is_written_by_server, refuse_to_write, stored, whole_value
from .moments import assigned, may_need_conversion
from .output_clause import Returning, column_type, sized
from .predicates import as_value
from .target_table import with_target
from .update_rows import rows_of
from .value_lists import within_limit

#: A field, the model whose update() assigns to it (None for save()), and the value.
Assignment = Tuple[Field, Optional[Model], Any]


class Assigned(UnaryExpression):
    """The right side of an assignment, and the clause behind the last one.

    OUTPUT stands between SET and WHERE, where Django leaves no other place for it.
    """

    def __init__(self, value: Any, field: Field, clause: str = "") -> None:
        if hasattr(value, "prepare_database_save"):
            value = value.prepare_database_save(field)
        super().__init__(value if hasattr(value, "resolve_expression") else Value(value, field), field)
        self.clause = clause

    def resolve_expression(self, *args: Any, **kwargs: Any) -> "Assigned":
        copy: "Assigned" = super().resolve_expression(*args, **kwargs)
        copy.expression = as_value(copy.expression)
        return copy

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        expression = self.expression
        if not isinstance(expression, Value):
            expression = assigned(self.output_field, expression, connection)
        sql, params = compiler.compile(expression)
        return sql + self.clause, params


def _may_be_condition(value: Any) -> bool:
    try:
        return bool(getattr(value, "conditional", False))
    except FieldError:
        # An expression without a type of its own is no condition.
        return False


def _may_be_moment(field: Field, value: Any) -> bool:
    return not isinstance(value, Value) and may_need_conversion(field, value)


class UpdateMixin(CompilerMixin):
    """UPDATE of one object or many."""

    # Before Django 6.0 an UPDATE returns nothing.
    returning_fields: Optional[Sequence[Field]] = None
    _returning: Optional[Returning] = None

    def execute_sql(self, result_type: Optional[str]) -> Any:
        """The number of updated rows; if the server writes all columns of a save(), that of the rows there are.

        Django looks for the row in the same way if a save() has no values.
        """
        if self._has_nothing_to_write():
            return int(self.query.chain(klass=Query).has_results(using=self.using))
        return super().execute_sql(result_type)

    def execute_returning_sql(self, returning_fields: Sequence[Field]) -> List[Tuple[Any, ...]]:
        if self._has_nothing_to_write():
            # Without values Django defers the fields.
            return [()] * self.execute_sql(None)
        rows: List[Tuple[Any, ...]] = super().execute_returning_sql(returning_fields)
        return rows

    def _has_nothing_to_write(self) -> bool:
        return bool(self.query.values) and not self._written()

    def _written(self) -> List[Assignment]:
        """The assignments without those of save() to columns that the server writes; update() names the field's model."""
        return [value for value in self.query.values if value[1] is not None or not is_written_by_server(value[0])]

    def as_sql(self) -> Compiled:
        if self.returning_fields is None and len(self.query.values) == len(self._written()):
            rows = rows_of(self)
            written = rows.as_sql() if rows is not None else None
            if written is not None:
                return written
        # Refused here, since the statement of a parent's table comes without the model, like that of save().
        for field, _, value in chain.from_iterable(self.query.related_updates.values()):
            refuse_to_write(field, value, self.connection)
        self._returning = Returning(self.connection, self.returning_fields) if self.returning_fields else None
        sql, params = within_limit(self.connection, self._assigning)
        sql = with_target("UPDATE", sql, self)
        if self._returning is not None and sql:
            sql = self._returning.around(sql)
        return sql, params

    def _assigning(self) -> Compiled:
        """Django's UPDATE with the values as the columns store them, and with OUTPUT as a part of the last one."""
        copy = shallow_copy(self)
        copy.returning_fields, copy.query = None, shallow_copy(self.query)
        copy.query.values = self._assignments(self._written())
        sql, params = super(UpdateMixin, copy).as_sql()
        # Where several tables are written, Django has looked for the keys of their rows.
        self.query.related_ids = copy.query.related_ids
        return sql, params

    def _assignments(self, values: Sequence[Assignment]) -> List[Assignment]:
        assignments: List[Assignment] = []
        for index, (field, model, value) in enumerate(values):
            value, clause = self._whole(field, value), ""
            if self._returning is not None and index == len(values) - 1:
                clause = " " + self._returning.output_clause()
            if clause or _may_be_condition(value) or _may_be_moment(field, value):
                value = Assigned(value, field, clause)
            assignments.append((field, model, value))
        return assignments

    def _whole(self, field: Field, value: Any) -> Any:
        """Return `value` in a form that no CAST truncates before the column stores or refuses it."""
        refuse_to_write(field, value, self.connection)
        if type(value) is Cast and value.output_field is field and sized(column_type(field, self.connection)):
            # bulk_update writes it around a CASE, whose results have types that hold them.
            (value,) = value.get_source_expressions()
        if type(value) is Value:
            return whole_value(field, value, self.connection)
        if hasattr(value, "resolve_expression"):
            check_results(field, value, self.connection)
            return value
        if value is None or hasattr(value, "prepare_database_save"):
            return value
        return self._stored(field, value, field.get_db_prep_save(value, self.connection))

    def _stored(self, field: Field, value: Any, prepared: Any) -> Any:
        sent = stored(field, prepared, self.connection)
        return value if sent is prepared else Prepared(sent)
