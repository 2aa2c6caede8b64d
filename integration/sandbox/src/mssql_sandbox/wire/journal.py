"""The journal: one JSON line per client message, so that tests can count and read them."""

import datetime
import json
import re
import threading
import time
import uuid
from decimal import Decimal
from typing import Any, Sequence

from ..interface import Parameter
from .encode import TICKS_PER_DAY
from .requests import RpcRequest

# Position of (declarations, statement) in the parameters of procedures with T-SQL text.
_TEXT_POSITIONS = {"sp_executesql": (1, 0), "sp_prepexec": (1, 2), "sp_prepare": (1, 2)}
_password = re.compile(r"(\bPASSWORD\s*=\s*)N?'(?:[^']|'')*'", re.IGNORECASE)


class Journal:
    """Appends entries to a file, flushed line by line.

    It has no passwords or tokens: logins are recorded by user name only, and
    ``PASSWORD = '...'`` in a statement is masked.
    """

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - open as long as the server runs
        self._lock = threading.Lock()

    def write(self, connection: int, kind: str, **facts: Any) -> None:
        """Add one entry.

        :param connection: session id (spid).
        :param kind: login, batch, rpc, tm, bulk, attention or reset.
        """
        entry = {"time": round(time.time(), 6), "connection": connection, "kind": kind, **facts}
        line = json.dumps(entry, ensure_ascii=False, default=str)
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")
                self._file.flush()

    def close(self) -> None:
        with self._lock:
            self._file.close()


def batch_facts(text: str) -> dict[str, Any]:
    return {"text": mask(text)}


def rpc_facts(requests: Sequence[RpcRequest], prepared: dict[int, tuple[str, str]]) -> dict[str, Any]:
    """The entry of an RPC message; several requests in one message are listed under ``requests``.

    :param prepared: handle -> (declarations, statement) of the connection.
    """
    facts = [_request_facts(request, prepared) for request in requests]
    if len(facts) == 1:
        return facts[0]
    return {"procedure": facts[0]["procedure"] if facts else "", "requests": facts}


def _request_facts(request: RpcRequest, prepared: dict[int, tuple[str, str]]) -> dict[str, Any]:
    facts: dict[str, Any] = {"procedure": request.procedure}
    declarations, text = statement_of(request, prepared)
    if text is not None:
        facts["text"] = mask(text)
        facts["declarations"] = declarations or ""
    facts["parameters"] = [_parameter_facts(parameter) for parameter in request.parameters]
    return facts


def statement_of(request: RpcRequest, prepared: dict[int, tuple[str, str]]) -> tuple[str | None, str | None]:
    """(declarations, statement) of a request or of its handle."""
    name = request.procedure.lower().rpartition(".")[2]
    values = [parameter.value for parameter in request.parameters]
    if name == "sp_execute" and values:
        return prepared.get(values[0], (None, None))
    if name not in _TEXT_POSITIONS:
        return None, None
    declarations, text = (values[index] if index < len(values) else None for index in _TEXT_POSITIONS[name])
    return declarations if isinstance(declarations, str) else None, text if isinstance(text, str) else None


def _parameter_facts(parameter: Parameter) -> dict[str, Any]:
    facts = {"type": str(parameter.type), "value": _plain(parameter.value, parameter.type.name)}
    if isinstance(facts["value"], str) and parameter.type.is_character:
        facts["value"] = mask(facts["value"])
    if parameter.name:
        facts["name"] = parameter.name
    if parameter.output:
        facts["output"] = True
    return facts


def mask(text: str) -> str:
    """The statement with passwords masked."""
    return _password.sub(r"\1'***'", text)


def _plain(value: Any, type_name: str) -> Any:
    """A value as JSON: temporal values as ISO text, binary as 0x..., decimals as text."""
    if value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, bytes):
        return "0x" + value.hex().upper()
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if type_name == "date":
        return _day(value)
    if type_name == "time":
        return _clock(value)
    if type_name == "datetimeoffset":
        utc, offset = value
        sign, minutes = "-" if offset < 0 else "+", abs(offset)
        return f"{_moment(utc + offset * 600_000_000)}{sign}{minutes // 60:02}:{minutes % 60:02}"
    if type_name in ("datetime", "smalldatetime", "datetime2"):
        return _moment(value)
    return value


def _day(days: int) -> str:
    try:
        return datetime.date.fromordinal(days + 1).isoformat()
    except ValueError:
        return f"day {days}"


def _clock(ticks: int) -> str:
    seconds, fraction = divmod(ticks, 10_000_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:07}"


def _moment(ticks: int) -> str:
    days, rest = divmod(ticks, TICKS_PER_DAY)
    return f"{_day(days)}T{_clock(rest)}"
