"""WITH: common table expressions, recursive ones too."""

import re
from dataclasses import replace
from typing import Any

from ..errors import SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from ..syntax.walk import below
from ..types.typenames import engine_cast
from .bound import CommonTableNames, Output, Relation, Scope, column_labels
from .set_operations import uneven
from .translation import Translation


class CommonTables:
    """WITH.

    :param t: translates the tables' queries.
    :param common: the visible common tables.
    """

    def __init__(self, t: Translation, common: CommonTableNames) -> None:
        self.t = t
        self.common = common

    def relation(self, query: nodes.Query, parent: Scope | None, exists: bool) -> Relation:
        """A query with WITH."""
        texts = self.open(query.ctes, parent)
        relation = self.t.relation(replace(query, ctes=[]), parent, exists)
        self.close()
        return replace(relation, sql=f"WITH {self.recursive(texts)}{', '.join(texts)} {relation.sql}")

    @staticmethod
    def recursive(texts: list[str]) -> str:
        """``RECURSIVE`` if a table names itself, and only then, as the engine's MERGE does not allow it."""
        names = [text.split(" ", 1)[0] for text in texts]
        return "RECURSIVE " if any(len(re.findall(rf"\b{n}\b", t)) > 1 for n, t in zip(names, texts)) else ""

    def open(self, tables: list[nodes.CommonTable], parent: Scope | None) -> list[str]:
        """Translate the tables; their names are visible until :meth:`close`."""
        self.common.levels.append({})
        texts = []
        for table in tables:
            if self.common.key(table.name) in self.common.levels[-1]:
                raise SqlServerError(239, table=table.name, line=table.line)
            texts.append(self._common_table_text(table, parent))
        return texts

    def close(self) -> None:
        self.common.levels.pop()

    def _common_table_text(self, table: nodes.CommonTable, parent: Scope | None) -> str:
        name = self.t.statement.alias("w")
        if _refers_to(table.query, table.name):
            return self._recursive_text(table, name, parent)
        relation = self.t.relation(table.query, parent)
        self.common.levels[-1][self.common.key(table.name)] = (name, self._named(relation, table))
        return f"{name} AS ({relation.sql})"

    def _recursive_text(self, table: nodes.CommonTable, name: str, parent: Scope | None) -> str:
        """Anchor members, then recursive members, joined by UNION ALL.

        https://learn.microsoft.com/sql/t-sql/queries/with-common-table-expression-transact-sql (recursive queries)
        """
        body, members = table.query.body, list[nodes.Node]()
        while isinstance(body, nodes.SetOperation) and body.operator == "UNION ALL" and _refers_to(body, table.name):
            members.insert(0, body.right)
            body = body.left
        if not members:
            raise SqlServerError(252, table=table.name, line=table.line)
        anchor = self.t.relation(nodes.Query(body), parent)
        outputs = self._named(anchor, table)
        self.common.levels[-1][self.common.key(table.name)] = (name, outputs)
        first = ", ".join(f"a.o{n}::{engine_cast(o.type)} AS o{n}" for n, o in enumerate(outputs, 1))
        if len(members) == 1:
            rest = self._recursive_member(members[0], table, name, outputs, parent)
        else:
            rest = self._recursive_members(members, table, name, outputs, parent)
        return f"{name} AS (SELECT {first}, 0 AS lvl FROM ({anchor.sql}) a UNION ALL {rest})"

    def _recursive_member(
        self, body: Any, table: nodes.CommonTable, name: str, outputs: list[Output], parent: Scope | None
    ) -> str:
        self.common.recursing[name] = ""
        member = self.t.relation(nodes.Query(body), parent)
        alias = self.common.recursing.pop(name)
        columns = _converted(member, outputs, table)
        member_sql, level = member.sql, "0"
        if _names_directly(body, table.name) and member_sql.startswith("SELECT "):
            # 530: the engine would recurse until the disk is full.
            step = f"ms.recursion_step({alias}.lvl, {self.t.setting.max_recursion}) AS lvl, "
            member_sql, level = f"SELECT {step}{member_sql[len('SELECT ') :]}", "m.lvl"
        return f"SELECT {columns}, {level} AS lvl FROM ({member_sql}) m"

    def _recursive_members(
        self, bodies: list[Any], table: nodes.CommonTable, name: str, outputs: list[Output], parent: Scope | None
    ) -> str:
        """The recursive members, over one reference to the table, as the engine allows no second."""
        row, texts = self.t.statement.alias("p"), []
        names = ", ".join(f"{row}.o{number}" for number in range(1, len(outputs) + 1))
        self.common.levels[-1][self.common.key(table.name)] = (f"(SELECT {names})", outputs)
        for body in bodies:
            member = self.t.relation(nodes.Query(body), parent)
            texts.append(f"SELECT {_converted(member, outputs, table)} FROM ({member.sql}) m")
        self.common.levels[-1][self.common.key(table.name)] = (name, outputs)
        columns = ", ".join(f"n.o{number}" for number in range(1, len(outputs) + 1))
        step = f"ms.recursion_step({row}.lvl, {self.t.setting.max_recursion}) AS lvl"
        return f"SELECT {columns}, {step} FROM {name} AS {row} CROSS JOIN LATERAL ({' UNION ALL '.join(texts)}) n"

    def _named(self, relation: Relation, table: nodes.CommonTable) -> list[Output]:
        labels = column_labels(relation.outputs, table.columns, self.common.key, table.name, table.line)
        return [replace(output, name=label) for output, label in zip(relation.outputs, labels)]


def _converted(member: Relation, outputs: list[Output], table: nodes.CommonTable) -> str:
    """The columns of a recursive member in the anchor's types. :raises SqlServerError: 205, 240."""
    if len(member.outputs) != len(outputs):
        raise uneven()
    for anchor, other in zip(outputs, member.outputs):
        if _shape(anchor.type) != _shape(other.type):
            raise SqlServerError(240, column=anchor.name, table=table.name)
    return ", ".join(f"m.o{n}::{engine_cast(o.type)} AS o{n}" for n, o in enumerate(outputs, 1))


def _shape(type_: SqlType) -> tuple[Any, ...]:
    """The properties of a column that anchor and recursive member must share (240)."""
    return type_.name, type_.length, type_.precision, type_.scale


def _names_directly(body: Any, name: str) -> bool:
    """Whether a SELECT's own FROM names the table."""
    waiting = list(body.sources) if isinstance(body, nodes.Select) else []
    while waiting:
        source = waiting.pop()
        if isinstance(source, nodes.Join):
            waiting += [source.left, source.right]
        elif isinstance(source, nodes.TableSource) and source.name.parts[-1].casefold() == name.casefold():
            return len(source.name.parts) == 1
    return False


def _refers_to(query: Any, name: str) -> bool:
    sources = (node.name.parts for node in below(query) if isinstance(node, nodes.TableSource))
    return any(len(parts) == 1 and parts[0].casefold() == name.casefold() for parts in sources)
