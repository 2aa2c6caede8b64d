"""The select list: conditions as values, tables by their whole names, and columns of what is computed beside the tables."""

from contextlib import suppress
from functools import lru_cache
from typing import Any, List, Optional, Tuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Aggregate
from django.db.models.expressions import RawSQL

from ..compat.orm import PARAMS, FullResultSet
from ..names import in_query, may_have_parts, quote_identifier, quote_name, quote_source
from ..plugin.django_types import Expression
from ..plugin.types import Compiled
from .cross_apply import ALIAS, Hoists, is_column
from .moments import convert_selected
from .nodes import CompileMixin
from .predicates import PredicateValue, is_condition, is_predicate
from .select_plan import Selected


class SelectListMixin(CompileMixin):
    """What a SELECT selects."""

    select: List[Selected]

    def get_select(self, *args: Any, **kwargs: Any) -> Tuple[Any, ...]:
        """The select list of values; of conditions Django leaves some as they are, and knows none that is unknown."""
        result: Tuple[Any, ...] = super().get_select(*args, **kwargs)
        select = result[0]
        for index, (expression, (sql, params), alias) in enumerate(select):
            if not _may_be_rewritten(expression.__class__):
                continue
            if isinstance(expression, RawSQL):
                select[index] = expression, (self._by_exposed_names(sql), params), alias
            elif is_predicate(expression):
                select[index] = expression, self.compile(PredicateValue(expression)), alias
        if self._converts_selected:
            convert_selected(select, self)
        return result

    @property
    def converts_moments(self) -> bool:
        """Whether moments of columns of another type are converted, see moments.py."""
        return bool(self.connection.compiler_dispatch.converts_moments)

    @property
    def _converts_selected(self) -> bool:
        is_inside = self.query.subquery or getattr(self.query, "is_compound_part", False)
        return is_inside and self.converts_moments

    def _by_exposed_names(self, sql: str) -> str:
        """Columns behind exposed names, in the place of whole names of tables, as prefetch_related() writes them (117)."""
        for table in filter(may_have_parts, self.query.table_map):
            sql = sql.replace(quote_name(table) + ".", in_query(quote_source(table)) + ".")
        return sql

    def columns(self, extra_select: List[Selected]) -> Tuple[str, List[Any]]:
        """The columns of SELECT, and their parameters."""
        columns: List[str] = []
        params: List[Any] = []
        for _, (sql, column_params), alias in self.select + extra_select:
            columns.append("%s AS %s" % (sql, quote_identifier(alias)) if alias else sql)
            params += column_params
        return ", ".join(columns), params

    def over_hoists(self, select: List[Selected], hoists: Hoists) -> List[Selected]:
        """The select list over the columns of what is hoisted."""
        written: List[Selected] = []
        for expression, compiled, alias in select:
            column = hoists.selected.get(id(expression))
            if column is not None:
                written.append((expression, (column, PARAMS()), alias))
                continue
            # An aggregate may have what GROUP BY hoists, but need not.
            is_plain_aggregate = isinstance(expression, Aggregate) and not hoists.stand_in(compiled[0])
            if not (is_plain_aggregate or self._is_plain_column(expression)):
                # What is never, or always, true has a literal.
                with suppress(EmptyResultSet, FullResultSet):
                    compiled = self._selected(expression)
            written.append((expression, compiled, alias))
        if self._converts_selected:
            convert_selected(written, self)
        return written

    def _is_plain_column(self, expression: Expression) -> bool:
        """Whether an expression is a column that is not hoisted."""
        return is_column(expression, self.query.alias_map) and self.hoists.column(expression) is None

    def _selected(self, expression: Expression) -> Compiled:
        if is_predicate(expression):
            return self.compile(PredicateValue(expression))
        sql, params = self.compile(expression)
        if isinstance(expression, RawSQL):
            return self._by_exposed_names(sql), params
        compiled: Compiled = expression.select_format(self, sql, params)
        return compiled

    def selected_plain(self, expression: Expression) -> Optional[Compiled]:
        """The SQL of an expression, if it is selected and written there as elsewhere: to write it again takes a tenth."""
        if self._converts_selected:
            return None
        for entry in self.select:
            if entry[0] is expression:
                return entry[1] if ALIAS not in entry[1][0] and self._is_plain(entry) else None
        return None

    def selected_sql(self, name: str) -> Optional[Compiled]:
        """The SQL of a selected column, where it is as elsewhere.

        To write it again takes a twentieth of ``annotate(n=Count(..)).order_by("n")``.
        """
        if self._converts_selected:
            return None
        return next((entry[1] for entry in self.select if entry[2] == name and self._is_plain(entry)), None)

    def _is_plain(self, selected: Selected) -> bool:
        """Whether an expression is selected as it is, and not in a form of its field."""
        expression, compiled, _ = selected
        return bool(expression.select_format(self, *compiled) == compiled)


@lru_cache(maxsize=1024)
def _may_be_rewritten(kind: type) -> bool:
    """Whether get_select() looks at expressions of a class."""
    return issubclass(kind, RawSQL) or is_condition(kind) is not False
