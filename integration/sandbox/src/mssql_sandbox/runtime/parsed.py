"""Parsed texts with their plans, shared by all sessions of a server."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..catalog.datatypes import is_system_name
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..syntax.declarations import undeclared
from ..syntax.gate import Gate
from ..syntax.parser import parse_batch
from ..syntax.restrictions import check_restrictions
from ..syntax.sequence_values import check_sequence_values
from ..syntax.walk import below
from ..translate.builtins import check_call

QUERIES = (
    nodes.SelectStatement, nodes.Insert, nodes.Update, nodes.Delete, nodes.Merge,
)  # fmt: skip


_PLANS_PER_TEXT = 64
LONGEST = 100_000  # characters of a cached text, here and in the engine


@dataclass
class Parsed:
    """One text: its tree, and the plans of its statements by statement, types and settings."""

    batch: nodes.Batch
    bind_ahead: bool
    undeclared: dict[str, int] = field(default_factory=dict)  # variables that must be parameters
    plans: OrderedDict[Any, Any] = field(default_factory=OrderedDict)
    keeps_settings: bool = False  # has only queries

    def keep(self, key: Any, plan: Any) -> None:
        self.plans[key] = plan
        while len(self.plans) > _PLANS_PER_TEXT:
            try:
                self.plans.popitem(last=False)
            except KeyError:
                return


class ParseCache:
    """An LRU cache of texts that passed the gate.

    :param limit: number of texts kept.
    """

    def __init__(self, gate: Gate, version: Any, limit: int = 5000) -> None:
        self.gate = gate
        self.version = version
        self.limit = limit
        self._texts: OrderedDict[tuple[str, bool], Parsed] = OrderedDict()
        self._lock = threading.Lock()

    def parse(self, text: str, quoted_identifier: bool) -> Parsed:
        """:raises SqlServerError: the syntax error of SQL Server."""
        key = (text, quoted_identifier)
        with self._lock:
            cached = self._texts.get(key)
            if cached is not None:
                self._texts.move_to_end(key)
                return cached
        parsed = self._parse(text, quoted_identifier)
        if len(text) > LONGEST:
            return parsed
        with self._lock:
            self._texts[key] = parsed
            while len(self._texts) > self.limit:
                self._texts.popitem(last=False)
        return parsed

    def _parse(self, text: str, quoted_identifier: bool) -> Parsed:
        try:
            batch = parse_batch(text, quoted_identifier=quoted_identifier)
        except SqlServerError as error:
            raise self.gate.judge(text, error, quoted_identifier) from None
        if '"' in text:
            _check_quotes(batch, quoted_identifier)
        # First the rules with a number of their own: the grammar only reports "incorrect syntax".
        check_restrictions(batch, partial(check_call, version=self.version))
        if "next" in text.lower() or "newsequentialid" in text.lower():
            check_sequence_values(batch)
        # The grammar lacks KEEP_NULLS of INSERT BULK, which drivers write.
        if not (len(batch.statements) == 1 and isinstance(batch.statements[0], nodes.InsertBulk)):
            self.gate.check(text, quoted_identifier)
        queries = all(isinstance(statement, QUERIES) for statement in batch.statements)
        return Parsed(batch, bind_ahead(batch), undeclared(batch), keeps_settings=queries)


def _check_quotes(batch: nodes.Batch, quoted_identifier: bool) -> None:
    """Refuse a batch with double quotes that switches what they mean, which counts from there on as it is parsed.

    https://learn.microsoft.com/sql/t-sql/statements/set-quoted-identifier-transact-sql
    """
    for node in below(batch.statements, nodes.CreateModule):
        if isinstance(node, nodes.SetOption) and "QUOTED_IDENTIFIER" in node.names:
            if (node.value.upper() == "ON") is not quoted_identifier:
                raise NotSupported("SET QUOTED_IDENTIFIER in a batch with double quotes", node.line)


def bind_ahead(batch: nodes.Batch) -> bool:
    """Whether all queries of the batch can be bound before it starts."""
    return all(isinstance(s, (*QUERIES, nodes.Declare, nodes.SetVariable, nodes.SetOption, nodes.SetIdentityInsert))
               for s in batch.statements) and not any(
        isinstance(s, nodes.SelectStatement) and _makes_table(s.query) for s in batch.statements
    ) and not any(
        isinstance(s, nodes.SetIdentityInsert) or isinstance(s, nodes.Declare) and not all(map(is_scalar, s.items))
        for s in batch.statements
    )  # fmt: skip


def is_scalar(item: nodes.DeclareItem) -> bool:
    """Whether a variable has a system type and is not a cursor."""
    return is_system_name(item.type.name) and item.type.name.lower() != "cursor"


def _makes_table(query: nodes.Query) -> bool:
    return isinstance(query.body, nodes.Select) and query.body.into is not None
