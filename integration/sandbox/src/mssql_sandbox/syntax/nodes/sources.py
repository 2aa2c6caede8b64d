"""Items of FROM."""

from typing import Any

from .base import Expression, Name, Node, Predicate, Source, TypeName


class TableSource(Source):
    """A named table, view, temp table, CTE or (``@t``) table variable."""

    name: Name
    alias: str | None = None
    hints: list[str] = []  # upper case: NOLOCK, UPDLOCK, INDEX(...)
    columns: list[str] = []
    for_system_time: str | None = None


class ValuesSource(Source):
    rows: list[list[Expression]]
    alias: str
    columns: list[str] = []


class OpenJsonColumn(Node):
    name: str
    type: TypeName
    path: str | None = None
    as_json: bool = False
    collation: str | None = None


class FunctionSource(Source):
    """OPENJSON, STRING_SPLIT, GENERATE_SERIES, a table function, ``sys.fn_helpcollations()``, ``x.nodes('...')``."""

    call: Any  # FunctionCall, MethodCall
    alias: str | None = None
    columns: list[str] = []
    with_columns: list[OpenJsonColumn] | None = None  # OPENJSON ... WITH (...)


class Join(Source):
    kind: str  # INNER, LEFT, RIGHT, FULL, CROSS, CROSS APPLY, OUTER APPLY
    left: Source
    right: Source
    condition: Predicate | None = None
    hint: str | None = None  # LOOP, HASH, MERGE


class Pivot(Source):
    """``source PIVOT (function(argument) FOR pivot_column IN (names)) AS alias``."""

    source: Source
    function: str
    argument: str
    pivot_column: str
    names: list[str]
    alias: str


class Unpivot(Source):
    """``source UNPIVOT (value FOR pivot_column IN (names)) AS alias``."""

    source: Source
    value: str
    pivot_column: str
    names: list[str]
    alias: str
