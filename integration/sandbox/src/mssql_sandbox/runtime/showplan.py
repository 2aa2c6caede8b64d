"""SET SHOWPLAN_XML ON: a batch is bound and explained instead of run.

The document describes the statement without a query plan: the sandbox has no optimizer.
https://learn.microsoft.com/sql/t-sql/statements/set-showplan-xml-transact-sql
"""

from typing import Any, Iterator
from xml.sax.saxutils import quoteattr

from ..errors import NotSupported
from ..interface import Columns, Done, Event, ResultColumn, Rows
from ..sqltypes import MAX, nvarchar
from ..syntax import nodes

_COLUMN = "Microsoft SQL Server 2005 XML Showplan"
_NAMESPACE = "http://schemas.microsoft.com/sqlserver/2004/07/showplan"
_KINDS = {
    nodes.SelectStatement: "SELECT", nodes.Insert: "INSERT", nodes.Update: "UPDATE", nodes.Delete: "DELETE",
    nodes.Merge: "MERGE",
}  # fmt: skip


def is_switch(batch: nodes.Batch) -> bool:
    """Whether a batch is SET SHOWPLAN_XML, which alone is run while it is ON."""
    return [getattr(statement, "names", None) for statement in batch.statements] == [["SHOWPLAN_XML"]]


def explain(interpreter: Any, text: str) -> Iterator[Event]:
    """The plan document of a batch of one query.

    :raises SqlServerError: the query's binding errors; 50999 for other statements.
    """
    statements = interpreter.parsed.batch.statements
    if len(statements) != 1 or type(statements[0]) not in _KINDS:
        raise NotSupported("SET SHOWPLAN_XML ON for anything but one query")
    (statement,) = statements
    interpreter.plan(statement)
    session = interpreter.session
    yield Columns([ResultColumn(_COLUMN, nvarchar(MAX, session.context(interpreter.scope).collation), False)])
    yield Rows([(document(text, _KINDS[type(statement)], session.version.product_version),)])
    yield Done(command=0xC1)


def document(text: str, kind: str, build: tuple[int, ...]) -> str:
    return (
        f'<ShowPlanXML xmlns="{_NAMESPACE}" Version="1.564" Build="{".".join(map(str, build))}">'
        "<BatchSequence><Batch><Statements>"
        f'<StmtSimple StatementText={quoteattr(text)} StatementId="1" StatementCompId="1" StatementType="{kind}"/>'
        "</Statements></Batch></BatchSequence></ShowPlanXML>"
    )
