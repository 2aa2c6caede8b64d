"""SET ROWCOUNT and SET TEXTSIZE.

https://learn.microsoft.com/sql/t-sql/statements/set-rowcount-transact-sql,
https://learn.microsoft.com/sql/t-sql/statements/set-textsize-transact-sql
"""

from dataclasses import replace
from typing import Any, Sequence

from ..errors import NotSupported
from ..interface import ResultColumn
from ..sqltypes import MAX
from ..syntax import nodes

_LONG_TEXT = ("char", "varchar", "nchar", "nvarchar", "varbinary")
_WIDE = ("nvarchar", "ntext")
UNLIMITED = 2147483647


def limited(statement: nodes.Statement, rows: int) -> nodes.Statement:
    """A data change limited by TOP to so many rows; a SELECT is limited where its rows are read.

    :raises NotSupported: for MERGE, TOP, INSERT without SELECT, SELECT ... INTO and FOR.
    """
    if isinstance(statement, nodes.SelectStatement):
        body = statement.query.body
        if statement.query.for_clause is not None or isinstance(body, nodes.Select) and body.into is not None:
            raise NotSupported("SELECT ... INTO and FOR under SET ROWCOUNT")
        return statement
    if not isinstance(statement, (nodes.Insert, nodes.Update, nodes.Delete)) or statement.top is not None:
        raise NotSupported("MERGE and TOP of a change under SET ROWCOUNT")
    if isinstance(statement, nodes.Insert) and statement.query is None:
        raise NotSupported("INSERT without SELECT under SET ROWCOUNT")
    return replace(statement, top=nodes.Top(nodes.Literal("int", str(rows))))


class TextSize:
    """Truncates long values sent to the client.

    :param size: bytes.
    """

    def __init__(self, columns: Sequence[ResultColumn], size: int) -> None:
        self.lengths: dict[int, int] = {}
        for position, column in enumerate(columns):
            type_ = column.type
            if type_.name in ("text", "ntext", "image") or type_.name in _LONG_TEXT and type_.length == MAX:
                if type_.name in ("text", "varchar") and "utf8" in (type_.collation or "").casefold():
                    raise NotSupported("SET TEXTSIZE with UTF-8 text")
                self.lengths[position] = size // 2 if type_.name in _WIDE else size

    def cut(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        if not self.lengths:
            return rows
        return [
            [
                value if value is None or position not in self.lengths else _start(value, self.lengths[position])
                for position, value in enumerate(row)
            ]
            for row in rows
        ]


def _start(value: str | bytes, length: int) -> str | bytes:
    if isinstance(value, str) and not value.isascii():
        # Lengths count UTF-16 units; a server would leave half a surrogate pair.
        return value.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")
    return value[:length]
