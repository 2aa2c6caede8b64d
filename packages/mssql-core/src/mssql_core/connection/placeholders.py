"""Django's ``%s`` as the driver's ``?``."""

from typing import Any, List, Mapping, Union, cast

from .. import errors
from ..plugin.types import Compiled, Params


def placeholders(sql: str, params: Union[Params, Mapping[str, Any], None]) -> Compiled:
    """``%s`` and ``%%`` as ODBC writes them, and the values in order.

    An untyped None becomes the word NULL, which takes its target's type without
    a question to the server (sp_describe_undeclared_parameters).

    :param params: a sequence, a mapping for ``%(name)s``, or None: the text is taken as it is.
    """
    if params is None:
        return sql, ()
    if isinstance(params, dict):
        named = _Named(params)
        return sql % named, named.values
    params = cast("Params", params)
    pieces = sql.split("%s") if "%%" not in sql else _split(sql)
    if len(pieces) - 1 != len(params):
        raise errors.ProgrammingError(
            "07002", "The statement has %d placeholders and %d values." % (len(pieces) - 1, len(params))
        )
    if None not in params:
        return "?".join(pieces), params
    text = [pieces[0]]
    values: List[Any] = []
    for piece, value in zip(pieces[1:], params):
        if value is None:
            text.append("NULL")
        else:
            text.append("?")
            values.append(value)
        text.append(piece)
    return "".join(text), values


def _split(sql: str) -> List[str]:
    """Pieces between placeholders, with ``%%`` read as one percent sign: ``%%s`` is no placeholder."""
    pieces: List[str] = []
    current: List[str] = []
    for number, part in enumerate(sql.split("%%")):
        if number:
            current.append("%")
        texts = part.split("%s")
        current.append(texts[0])
        for piece in texts[1:]:
            pieces.append("".join(current))
            current = [piece]
    pieces.append("".join(current))
    return pieces


class _Named:
    """A stand-in for the mapping in ``sql % mapping`` that collects the values in order."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params
        self.values: List[Any] = []

    def __getitem__(self, name: str) -> str:
        value = self.params[name]
        if value is None:
            return "NULL"
        self.values.append(value)
        return "?"
