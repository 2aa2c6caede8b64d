"""One value of a document, as the row of a subquery over OPENJSON.

A row of OPENJSON has `key`, `value` and `type`: 0 null, 1 string, 2 number, 3
boolean, 4 array, 5 object. Unlike JSON_VALUE it tells null from an absent key
and "1" from 1, and holds strings of more than 4,000 characters. The document is
wrapped in an array, because OPENJSON takes no scalar (error 13609).
https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql
"""

import re
from typing import Any, Iterable, List, Optional, Sequence, Union

from mssql_core.plugin import Compiled, Params

from .path import compile_path, is_path_key, literal, position, utf16_bytes

BINARY = "Latin1_General_100_BIN2"
_COLUMN = re.compile(
    r"(?<![\w.@#$\"\[\]])(?:\[(?:key|value|type)\]|\"(?:key|value|type)\"|(?:key|value|type)(?![\w@#$(\]\"]))",
    re.IGNORECASE,
)
ARRAY, OBJECT = 4, 5


class Item:
    """
    The value at `keys` in a document: a FROM clause of one row, or none.

    :param document: SQL of the document's text; it occurs once.
    :param params: the parameters of `document`.
    :param prefix: of the aliases; different for two items of one subquery.
    :param only_property: the last key is a property's name, even if it is a number.
    """

    def __init__(
        self, document: str, params: Params, keys: Iterable[Any] = (), prefix: str = "j", only_property: bool = False
    ) -> None:
        self.params = list(params)
        self._prefix = prefix
        self._sources: List[str] = []
        self.conditions: List[str] = []
        self._text = in_array(document)
        self._path = []
        keys = [str(key) for key in keys]
        if not keys or _is_negative(keys[0]) or (only_property and len(keys) == 1):
            self._open_root()
        for index, key in enumerate(keys):
            following = keys[index + 1] if index + 1 < len(keys) else None
            if following is None:
                self._step(key, only_property)
            elif not is_path_key(key) or _is_negative(following) or (only_property and index == len(keys) - 2):
                self._step(key, False)
            else:
                self._path.append(key)

    @property
    def alias(self) -> str:
        return "[__%s%d]" % (self._prefix, len(self._sources) - 1)

    def _open_root(self) -> None:
        self._add("OPENJSON(%s)" % self._text)

    def _add(self, source: str) -> None:
        alias = "[__%s%d]" % (self._prefix, len(self._sources))
        lead = "CROSS APPLY " if self._sources else ""
        self._sources.append("%s%s AS %s" % (lead, source, alias))

    def _step(self, key: str, only_property: bool) -> None:
        parent = self.alias if self._sources else None
        index = position(key)
        if self._path or parent is None:
            root = "$" if parent is not None else "$[0]"
            text = children(parent) if parent is not None else self._text
            self._add("OPENJSON(%s, %s)" % (text, literal(compile_path(self._path, root))))
            self._path = []
        elif only_property:
            self._add("OPENJSON(%s)" % children(parent, (OBJECT,)))
        else:
            self._add("OPENJSON(%s)" % children(parent))
        if parent is not None and index is not None and index < 0 and not only_property:
            self.conditions.append(_from_the_end(self.alias, parent, key))
        else:
            self.conditions.append(is_key(self.alias, key))

    # ---- SQL --------------------------------------------------------------------

    @property
    def from_sql(self) -> str:
        return " ".join(self._sources)

    @property
    def where_sql(self) -> str:
        return " WHERE %s" % " AND ".join(self.conditions) if self.conditions else ""

    def exists(self) -> Compiled:
        """Condition that there is such a value; (sql, params)."""
        return "EXISTS (SELECT 1 FROM %s%s)" % (self.from_sql, self.where_sql), self.params

    def select(self, sql: str, params: Params = (), other: "Optional[Beside]" = None) -> Compiled:
        """
        A scalar subquery of `sql` over the row, NULL if there is none; (sql, params).

        :param other: what else is in the same subquery.
        """
        from_sql, where_sql, all_params = self.from_sql, self.where_sql, [*params, *self.params]
        if other is not None:
            from_sql = "%s CROSS JOIN %s" % (from_sql, other.from_sql)
            conditions = [*self.conditions, *other.conditions]
            where_sql = " WHERE %s" % " AND ".join(conditions) if conditions else ""
            all_params += other.params
        return "(SELECT TOP (1) %s FROM %s%s)" % (sql, from_sql, where_sql), all_params

    def test(self, condition: str, params: Params = (), other: "Optional[Beside]" = None) -> Compiled:
        """A condition on the row; UNKNOWN if there is none, like a comparison with NULL; (sql, params)."""
        sql, all_params = self.select("CASE WHEN %s THEN 1 ELSE 0 END" % condition, params, other)
        return "%s = 1" % sql, all_params


class Outside:
    """
    An expression beside an Item in one subquery, which names nothing of it: a FROM clause of one row.

    :param sql: the expression; `params` are its parameters.
    """

    alias = "[__e]"
    conditions: Sequence[str] = ()
    value = "[__e].[__v]"

    def __init__(self, sql: str, params: Params) -> None:
        self.params = list(params)
        self.from_sql = "(SELECT %s AS [__v]) AS %s" % (sql, self.alias)


#: What the subquery of an Item may have beside it.
Beside = Union[Item, Outside]


def may_name_a_column(sql: str) -> bool:
    """Whether SQL has a name without its table that would be a column of OPENJSON where one is in reach."""
    return _COLUMN.search(sql) is not None


def in_array(document: str) -> str:
    """A document as the only element of an array, of type (max), as `+` would cut other types at 4,000 characters.

    https://learn.microsoft.com/sql/t-sql/language-elements/string-concatenation-transact-sql
    """
    return "CAST(N'[' AS nvarchar(max)) + %s + N']'" % document


def children(alias: str, types: Sequence[int] = (ARRAY, OBJECT)) -> str:
    """The text of a container for OPENJSON; NULL, which has no rows, of anything else."""
    is_container = "> 3" if len(types) > 1 else "= %d" % types[0]
    return "IIF(%s.[type] %s, %s.[value], NULL)" % (alias, is_container, alias)


def is_key(alias: str, key: str) -> str:
    """Condition that the row's key is exactly `key`: `=` alone ignores trailing blanks."""
    return "%s.[key] = %s AND DATALENGTH(%s.[key]) = %d" % (alias, literal(key), alias, utf16_bytes(key))


def _is_negative(key: str) -> bool:
    index = position(key)
    return index is not None and index < 0


def _from_the_end(alias: str, parent: str, key: str) -> str:
    length = "(SELECT COUNT(*) FROM OPENJSON(%s))" % children(parent, (ARRAY,))
    return "%s.[key] = CASE %s.[type] WHEN %d THEN CAST(%s - %d AS nvarchar(11)) ELSE %s END" % (
        alias, parent, ARRAY, length, -int(key), literal(key),
    )  # fmt: skip
