"""Requests after login: batches, RPC, transaction manager, bulk load.

Source: MS-TDS 2.2.6.1 "Bulk Load BCP", 2.2.6.6 "RPC Request", 2.2.6.7 "SQLBatch",
2.2.6.9 "Transaction Manager Request", 2.2.5.3 "ALL_HEADERS".
"""

from dataclasses import dataclass
from typing import Any, Iterator, Sequence

from ..errors import NotSupported, SqlServerError
from ..interface import Parameter, ResultColumn
from .buffer import Buffer
from .decode import read_value
from .packets import ProtocolError
from .typeinfo import TypeInfo, read_type_info

PROCEDURES = {
    1: "sp_cursor", 2: "sp_cursoropen", 3: "sp_cursorprepare", 4: "sp_cursorexecute", 5: "sp_cursorprepexec",
    6: "sp_cursorunprepare", 7: "sp_cursorfetch", 8: "sp_cursoroption", 9: "sp_cursorclose", 10: "sp_executesql",
    11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 14: "sp_prepexecrpc", 15: "sp_unprepare",
}  # fmt: skip

_BY_ID = 0xFFFF
_SEPARATORS = (0xFF, 0x80)
_NO_EXECUTE = 0xFE
_OUTPUT = 0x01
_DEFAULT = 0x02
_ENCRYPTED = 0x08
_IDENTITY = 0x0010
_NULLABLE = 0x0001

MAXIMUM_PARAMETERS = 2100


@dataclass(frozen=True)
class RpcRequest:
    procedure: str
    parameters: Sequence[Parameter]


@dataclass(frozen=True)
class TransactionRequest:
    """:param begin_again: start a new transaction right after the commit or rollback."""

    request: str
    name: str = ""
    isolation: int = 0
    begin_again: bool = False


def skip_headers(buffer: Buffer) -> None:
    """Skip ALL_HEADERS: the client's transaction descriptor and tracing data."""
    total = buffer.unsigned(4)
    if total < 4 or total > buffer.end:
        raise ProtocolError("ALL_HEADERS outside the message")
    buffer.take(total - 4)


def parse_batch(data: bytes) -> str:
    """:raises ProtocolError: when the message is not a batch."""
    buffer = Buffer(data)
    skip_headers(buffer)
    rest = buffer.end - buffer.position
    if rest % 2:
        raise ProtocolError("batch text of an odd length")
    return buffer.text(rest // 2)


# ---- RPC


def parse_rpc(data: bytes) -> tuple[list[RpcRequest], SqlServerError | None]:
    """(requests of an RPC message, error that ended parsing or None).

    The requests before a faulty one run, as the server reads and runs them one by one.

    :raises ProtocolError: when the message is truncated.
    """
    buffer = Buffer(data)
    skip_headers(buffer)
    requests: list[RpcRequest] = []
    while not buffer.exhausted:
        try:
            requests.append(_rpc_request(buffer))
        except SqlServerError as error:
            return requests, error
    if not requests:
        raise ProtocolError("RPC message without a request")
    return requests, None


def _rpc_request(buffer: Buffer) -> RpcRequest:
    length = buffer.unsigned(2)
    if length == _BY_ID:
        number = buffer.unsigned(2)
        procedure = PROCEDURES.get(number, "")
        if not procedure:
            raise SqlServerError(2812, name=number, state=1)
    else:
        procedure = buffer.text(length)
    buffer.unsigned(2)
    parameters: list[Parameter] = []
    while not buffer.exhausted:
        mark = buffer.peek()
        if mark in _SEPARATORS:
            buffer.byte()
            break
        if mark == _NO_EXECUTE:
            raise NotSupported("RPC batches with the no-execute flag")
        parameters.append(_parameter(buffer, len(parameters) + 1))
    if len(parameters) > MAXIMUM_PARAMETERS:
        raise SqlServerError(8003)
    return RpcRequest(procedure, parameters)


def _parameter(buffer: Buffer, ordinal: int) -> Parameter:
    name = buffer.b_varchar()
    status = buffer.byte()
    label = f'{ordinal} ("{name}")'
    if status & _ENCRYPTED:
        raise NotSupported(f"parameter {label}: encrypted parameters")
    info = read_type_info(buffer, label)
    value = read_value(buffer, info, label)
    return Parameter(name, info.type, value, bool(status & _OUTPUT), bool(status & _DEFAULT))


# ---- transaction manager


def parse_transaction(data: bytes) -> TransactionRequest:
    """:raises NotSupported: for distributed transactions."""
    buffer = Buffer(data)
    skip_headers(buffer)
    kind = buffer.unsigned(2)
    if kind == 5:
        isolation = buffer.byte()
        return TransactionRequest("begin", _name(buffer), isolation)
    if kind in (7, 8):
        name = _name(buffer)
        again = not buffer.exhausted and bool(buffer.byte() & 1)
        isolation = buffer.byte() if again and not buffer.exhausted else 0
        return TransactionRequest("commit" if kind == 7 else "rollback", name, isolation, again)
    if kind == 9:
        return TransactionRequest("save", _name(buffer))
    raise NotSupported(f"transaction manager request {kind} (distributed transactions)")


def _name(buffer: Buffer) -> str:
    """A transaction name, whose length is in bytes."""
    size = buffer.byte()
    if size % 2:
        raise ProtocolError("transaction name of an odd length")
    return buffer.text(size // 2)


# ---- bulk load


def parse_bulk_load(data: bytes) -> tuple[list[ResultColumn], Iterator[list[Any]]]:
    """(columns of a bulk load message, iterator over its rows).

    :raises SqlServerError: for an invalid or unsupported type or value.
    """
    buffer = Buffer(data)
    if buffer.byte() != 0x81:
        raise ProtocolError("bulk load does not start with COLMETADATA")
    columns: list[ResultColumn] = []
    infos: list[TypeInfo] = []
    for ordinal in range(1, buffer.unsigned(2) + 1):
        buffer.take(4)
        flags = buffer.unsigned(2)
        info = read_type_info(buffer, f"column {ordinal}")
        if info.type.name in ("text", "ntext", "image"):
            raise NotSupported(f"bulk load of type {info.type}; use the (max) types")
        infos.append(info)
        columns.append(
            ResultColumn(buffer.b_varchar(), info.type, bool(flags & _NULLABLE), identity=bool(flags & _IDENTITY))
        )
    return columns, _bulk_rows(buffer, columns, infos)


def _bulk_rows(buffer: Buffer, columns: list[ResultColumn], infos: list[TypeInfo]) -> Iterator[list[Any]]:
    labels = [f"column {column.name}" for column in columns]
    while not buffer.exhausted:
        token = buffer.byte()
        if token == 0xD1:
            yield [read_value(buffer, info, label) for info, label in zip(infos, labels)]
        elif token == 0xD2:
            nulls = buffer.take((len(infos) + 7) // 8)
            yield [
                None if nulls[index // 8] >> index % 8 & 1 else read_value(buffer, info, labels[index])
                for index, info in enumerate(infos)
            ]
        elif token == 0xFD:
            return
        else:
            raise ProtocolError(f"token 0x{token:02X} in a bulk load")
