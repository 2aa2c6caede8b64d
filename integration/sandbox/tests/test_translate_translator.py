"""The parts of the translator put together: what they share, and what they keep apart."""

import pytest
from expression_support import NoCatalog

from mssql_sandbox.errors import NotSupported, SqlServerError
from mssql_sandbox.runtime.settings import SessionSettings
from mssql_sandbox.sqltypes import INT, nvarchar
from mssql_sandbox.syntax import nodes
from mssql_sandbox.syntax.parser import parse_batch
from mssql_sandbox.translate import Context
from mssql_sandbox.translate.bound import Bound, Scope
from mssql_sandbox.translate.translation import Setting
from mssql_sandbox.translate.translator import Translator
from mssql_sandbox.versions import Version


@pytest.fixture
def translator():
    variables = {"@n": INT, "@t": nvarchar(5)}
    return Translator(Setting(Context(NoCatalog(), variables, SessionSettings(), Version.named("2022"), "db")))


def query(text):
    return parse_batch(text).statements[0].query


def test_within_has_variables_of_its_own_in_the_same_statement(translator):
    translator.expression(nodes.Variable("@t"), Scope())
    inner = translator.within({"@x": Bound("f1.p1", INT)}, {})
    assert inner.expression(nodes.Variable("@x"), Scope()).sql == "f1.p1"
    with pytest.raises(SqlServerError, match="137"):
        inner.expression(nodes.Variable("@n"), Scope())
    assert translator.within({}).expression(nodes.Variable("@n"), Scope()).sql.startswith("$2::")
    assert translator.statement.parameters == ["@t", "@n"]
    with pytest.raises(SqlServerError, match="137"):
        translator.expression(nodes.Variable("@x"), Scope())


def test_within_sees_no_common_table_of_the_query_around(translator):
    translator.common_tables.open(query("WITH c AS (SELECT 1 AS one) SELECT 1").ctes, None)
    assert translator.relation(query("SELECT one FROM c"), None).outputs[0].name == "one"
    with pytest.raises(SqlServerError, match="208"):
        translator.within({}).relation(query("SELECT one FROM c"), None)


def test_action_is_known_to_merge_alone(translator):
    with pytest.raises(SqlServerError, match="207"):
        translator.expression(nodes.ColumnRef(("$action",)), Scope())
    merging = Translator(Setting(translator.context, merging=True))
    assert merging.expression(nodes.ColumnRef(("$action",)), Scope()).sql == "merge_action()"


def test_other_statements_change_no_rows(translator):
    with pytest.raises(NotSupported, match="Print"):
        translator.change(parse_batch("PRINT 1").statements[0])
