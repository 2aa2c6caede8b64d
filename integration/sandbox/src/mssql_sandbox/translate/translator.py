"""The translator, composed of its parts.

Each part gets the parts below it: row changes -> queries -> sources -> conditions and values. Calls back up go
through :class:`~.translation.Translation`, which this implements.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from ..catalog.model import UserFunction
from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from .bodies import compile_body
from .bound import Bound, CommonTableNames
from .changes import RowChanges
from .common_tables import CommonTables
from .expressions import Expressions
from .inserts import Inserts
from .merge import MergeStatements
from .names import Names
from .outputs import Outputs
from .plan import Plan
from .predicates import Predicates
from .queries import Queries
from .set_operations import SetOperations
from .sources import Sources
from .statement import EngineStatement
from .targets import Targets
from .translation import Setting


class Translator:
    """Implements :class:`~.translation.Translation`.

    :param statement: the engine statement to write; a new one by default.
    """

    def __init__(self, setting: Setting, statement: EngineStatement | None = None) -> None:
        self.setting = setting
        self.context = setting.context
        self.statement = statement or EngineStatement()
        self.names = Names(self.context.database)
        common = CommonTableNames(self.context.catalog.name_key)
        expressions, predicates = Expressions(self), Predicates(self)
        self.sources = Sources(self, common)
        self.common_tables = CommonTables(self, common)
        self.queries = Queries(self, self.sources, SetOperations(self, self.sources), self.common_tables)
        self.expression, self.expressions = expressions.expression, expressions.expressions
        self.predicate = predicates.predicate
        self.relation = self.queries.relation

    def within(self, frame: dict[str, Bound], variables: dict[str, SqlType] | None = None) -> Translator:
        """See :meth:`~.translation.Translation.within`."""
        context = self.context if variables is None else replace(self.context, variables=variables)
        return Translator(replace(self.setting, context=context, frame=frame), self.statement)

    def why_broken(self, function: UserFunction) -> SqlServerError:
        """See :meth:`~.translation.Translation.why_broken`."""
        try:
            compile_body(function, replace(self.context, settings=type(self.context.settings)()), Translator)
        except SqlServerError as error:
            return error
        return NotSupported(f"the function {function.label}, whose body did not bind")

    def change(self, statement: nodes.Statement) -> Plan:
        """INSERT, UPDATE, DELETE, MERGE or TRUNCATE TABLE. :raises NotSupported: for another statement."""
        targets = Targets(self, self.sources)
        outputs = Outputs(self, targets, self.queries, self.common_tables)
        inserts = Inserts(self, targets, outputs)
        changes = RowChanges(self, self.sources, self.queries, targets, outputs)
        merges = MergeStatements(self, self.sources, targets, outputs, inserts, changes)
        handlers: dict[type, Callable[[Any], Plan]] = {
            nodes.Insert: inserts.insert,
            nodes.Update: changes.update,
            nodes.Delete: changes.delete,
            nodes.Merge: merges.merge,
            nodes.Truncate: targets.truncate,
        }
        if type(statement) not in handlers:
            raise NotSupported(type(statement).__name__, statement.line)
        return handlers[type(statement)](statement)
