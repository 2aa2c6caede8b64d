"""Statistics, which are only metadata here: the engine has its own.

Rules: https://learn.microsoft.com/sql/t-sql/statements/create-statistics-transact-sql and related pages.
"""

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import errors, normalise
from .context import Ddl, column_names, written
from .index_columns import check_computed, existing_column, filter_columns, taken

# Options that change only how the rows are sampled.
_HARMLESS = frozenset(
    "FULLSCAN SAMPLE RESAMPLE NORECOMPUTE MAXDOP PERSIST_SAMPLE_PERCENT ALL COLUMNS INDEX AUTO_DROP".split()
)


def create(ddl: Ddl, statement: nodes.CreateStatistics) -> None:
    """CREATE STATISTICS. :raises SqlServerError: 1088 no such table, 1927 name taken, 1911, 1909, 207 columns."""
    table = ddl.indexable(statement.table)
    if table.kind == "view":
        raise NotSupported("statistics of a view")
    _check_options(statement.options, statement.line)
    names, number = taken(ddl, table)
    if table.key(statement.name) in names:
        raise SqlServerError(1927, table=written(statement.table), name=statement.name)
    columns = _columns(ddl, table, statement)
    ddl.insert(
        "statistics", object_id=table.id, stats_id=number, name=statement.name,
        column_ids="{" + ",".join(str(column) for column in columns) + "}",
        filter_definition=_filter(ddl, table, statement, number), no_recompute=int("NORECOMPUTE" in statement.options),
    )  # fmt: skip


def _columns(ddl: Ddl, table: Table, statement: nodes.CreateStatistics) -> list[int]:
    ids: list[int] = []
    for name in statement.columns:
        column = existing_column(table, name)
        if column.id in ids:
            raise NotSupported("statistics with a column twice")
        if column.type.name in ("xml", "json", "text", "ntext", "image"):
            raise NotSupported(f"statistics of a column of type {column.type.name}")
        check_computed(ddl, table, column, statement.name)
        ids.append(column.id)
    return ids


def _filter(ddl: Ddl, table: Table, statement: nodes.CreateStatistics, number: int) -> str | None:
    if statement.where is None:
        return None
    for column in filter_columns(statement.name, table, statement.where):
        if column.computed is not None:
            raise NotSupported("a computed column in the filter of statistics")
        ddl.insert(
            "dependencies", referencing_id=table.id, referencing_minor_id=-number, referenced_id=table.id,
            referenced_minor_id=column.id,
        )  # fmt: skip
    return normalise.filter_definition(statement.where, column_names(table))


def update(ddl: Ddl, statement: nodes.UpdateStatistics) -> None:
    """UPDATE STATISTICS. :raises SqlServerError: 2706 no such table, 2767 no such statistics."""
    table = ddl.find_table(statement.table)
    if table is None:
        raise SqlServerError(2706, table=written(statement.table))
    if table.kind not in ("table", "temp"):
        raise NotSupported(f"UPDATE STATISTICS of a {table.kind}")
    _check_options(statement.options, statement.line)
    known, _ = taken(ddl, table)
    for name in statement.names:
        if table.key(name) not in known:
            raise SqlServerError(2767, name=name)
        if "NORECOMPUTE" in statement.options:
            _set_recompute(ddl, table, name)


def _set_recompute(ddl: Ddl, table: Table, name: str) -> None:
    if not ddl.value(
        "update ms.statistics set no_recompute = 1 where object_id = $1 and ms.key(name) = ms.key($2) returning 1",
        table.id, name,
    ):  # fmt: skip
        raise NotSupported("UPDATE STATISTICS of an index WITH NORECOMPUTE")


def drop(ddl: Ddl, name: nodes.Name) -> None:
    """DROP STATISTICS table.name. :raises SqlServerError: 3701 no such statistics, 3739 those of an index."""
    if len(name.parts) < 2:
        raise NotSupported("DROP STATISTICS without a table", name.line)
    table = ddl.find_table(nodes.Name(name.parts[:-1]))
    leaf = name.parts[-1]
    if table is None:
        raise errors.cannot_drop("statistics", written(name))
    if any(table.key(index.name) == table.key(leaf) for index in table.indexes):
        raise SqlServerError(3739, name=written(name))
    number = ddl.value(
        "delete from ms.statistics where object_id = $1 and ms.key(name) = ms.key($2) returning stats_id",
        table.id, leaf,
    )  # fmt: skip
    if number is None:
        raise errors.cannot_drop("statistics", written(name))
    ddl.write("delete from ms.dependencies where referencing_id = $1 and referencing_minor_id = $2", table.id, -number)


def _check_options(options: dict[str, str], line: int) -> None:
    for option, value in options.items():
        if option not in _HARMLESS and value != "OFF":
            raise NotSupported(f"statistics WITH {option}", line)
