"""UPDATE: conditions as assigned values, and OUTPUT for returned columns."""

from itertools import chain

from django.core.exceptions import FieldError
from django.db.models import Value
from django.db.models.functions import Cast
from django.db.models.sql.query import Query

from ..plugin import UnaryExpression
from .field_values import Prepared, is_written_by_server, refuse_to_write, stored
from .output_clause import Returning, column_type, sized
from .predicates import PredicateValue, is_predicate
from .target_table import with_target
from .update_rows import rows_of
from .value_lists import within_limit


class Assigned(UnaryExpression):
    """The right side of an assignment, followed by the clause that comes after the last one.

    OUTPUT stands between SET and WHERE, where Django leaves no other place.
    """

    def __init__(self, value, field, clause=""):
        if hasattr(value, "prepare_database_save"):
            value = value.prepare_database_save(field)
        super().__init__(value if hasattr(value, "resolve_expression") else Value(value, field), field)
        self.clause = clause

    def resolve_expression(self, *args, **kwargs):
        copy = super().resolve_expression(*args, **kwargs)
        if is_predicate(copy.expression):
            copy.expression = PredicateValue(copy.expression)
        return copy

    def as_sql(self, compiler, connection):
        sql, params = compiler.compile(self.expression)
        return sql + self.clause, params


def _may_be_condition(value):
    try:
        return getattr(value, "conditional", False)
    except FieldError:
        # An expression without a type of its own is none.
        return False


class UpdateMixin:
    # Before Django 6.0 an UPDATE returns nothing.
    returning_fields = None
    _returning = None

    def execute_sql(self, result_type):
        """Rows updated; where the server writes all that save() has, its row is looked for, as Django does without values."""
        if self._has_nothing_to_write():
            return int(self.query.chain(klass=Query).has_results(using=self.using))
        return super().execute_sql(result_type)

    def execute_returning_sql(self, returning_fields):
        if self._has_nothing_to_write():
            # Without values Django defers the fields.
            return [()] * self.execute_sql(None)
        return super().execute_returning_sql(returning_fields)

    def _has_nothing_to_write(self):
        return bool(self.query.values) and not self._written()

    def _written(self):
        """The values without those of save() for fields that the server writes; update() names the field's model."""
        return [value for value in self.query.values if value[1] is not None or not is_written_by_server(value[0])]

    def as_sql(self):
        if self.returning_fields is None and len(self.query.values) == len(self._written()):
            rows = rows_of(self)
            written = rows.as_sql() if rows is not None else None
            if written is not None:
                return written
        values = self.query.values
        # Of a parent's table; their own statements come without the model, like those of save().
        for field, _, value in chain.from_iterable(self.query.related_updates.values()):
            refuse_to_write(field, value, self.connection)
        self._returning = Returning(self.connection, self.returning_fields) if self.returning_fields else None
        self.query.values = self._assignments(self._written())
        fields, self.returning_fields = self.returning_fields, None
        try:
            sql, params = within_limit(self.connection, super().as_sql)
        finally:
            self.query.values, self.returning_fields = values, fields
        sql = with_target("UPDATE", sql, self)
        if self._returning is not None and sql:
            sql = self._returning.around(sql)
        return sql, params

    def _assignments(self, values):
        found = []
        for index, (field, model, value) in enumerate(values):
            value, clause = self._whole(field, value), ""
            if self._returning is not None and index == len(values) - 1:
                clause = " " + self._returning.output_clause()
            if clause or _may_be_condition(value):
                value = Assigned(value, field, clause)
            found.append((field, model, value))
        return found

    def _whole(self, field, value):
        """`value` so that nothing of it is cut without an error before the column takes it, or refuses it."""
        refuse_to_write(field, value, self.connection)
        if type(value) is Cast and value.output_field is field and sized(column_type(field, self.connection)):
            # As bulk_update writes it around a CASE, whose results have types that hold them.
            return value.get_source_expressions()[0]
        if type(value) is Value:
            return self._whole_expression(field, value)
        if value is None or hasattr(value, "resolve_expression") or hasattr(value, "prepare_database_save"):
            return value
        return self._stored(field, value, field.get_db_prep_save(value, self.connection))

    def _whole_expression(self, field, expression):
        """A Value() is prepared by its own field, if any, as Django does: a None of a JSONField is the JSON null."""
        output_field = expression._output_field_or_none
        if expression.value is None or hasattr(output_field, "get_placeholder"):
            return expression
        prepared = expression.value
        if output_field is not None:
            prepared = output_field.get_db_prep_save(prepared, self.connection)
        return self._stored(field, expression, prepared)

    def _stored(self, field, value, prepared):
        sent = stored(field, prepared, self.connection)
        return value if sent is prepared else Prepared(sent)
