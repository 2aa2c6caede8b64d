"""Metadata functions: OBJECT_ID, COL_LENGTH, SERVERPROPERTY ...

https://learn.microsoft.com/sql/t-sql/functions/metadata-functions-transact-sql
"""

from dataclasses import dataclass

from ...errors import NotSupported, SqlServerError
from ...sqltypes import INT, SMALLINT, SqlType, decimal, nvarchar
from ...syntax import nodes
from ..bound import Bound, Output, Relation, quote
from ..operands import convert
from ..plan import Context
from .call import Call
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define

_NAME = nvarchar(128)
_TEXT = nvarchar(4000)
_VARIANT = SqlType("sql_variant")
_NUMBER = decimal(38, 0)


@dataclass(frozen=True)
class Metadata:
    """A function over the catalogue, whose arguments are converted to ``arguments`` and passed to ``engine``.

    :param minimum: number of required arguments.
    :param engine: name of the engine function.
    :param without_arguments: engine SQL of a call without arguments.
    """

    name: str
    minimum: int
    arguments: tuple[SqlType, ...]
    type: SqlType
    engine: str
    without_arguments: str | None = None

    def bind(self, call: Call) -> Bound:
        if not call.node.arguments and self.without_arguments is not None:
            return Bound(self.without_arguments, self.type)
        converted = [
            convert(call.expression(argument), type_) for argument, type_ in zip(call.node.arguments, self.arguments)
        ]
        return Bound(f"{self.engine}({', '.join(converted)})", self.type)


def _constant(call: Call) -> nodes.Literal:
    argument = call.node.arguments[0]
    if not isinstance(argument, nodes.Literal) or argument.kind not in ("string", "nstring"):
        raise NotSupported(f"{call.name.upper()} of a value that is not a constant")
    return argument


@define("serverproperty", 1)
def _server_property(call: Call) -> Bound:
    """SERVERPROPERTY: a constant for the version played; NULL for an unknown property."""
    name = _constant(call).text.casefold()
    value = server_property(name, call.context)
    if value is None:
        return Bound("null::text", _VARIANT)
    sql = f"{quote(value)}::text"
    if value.isdigit() and not name.startswith("product"):
        kind = {"editionid": "bigint", "sqlcharset": "tinyint", "sqlsortorder": "tinyint"}.get(name, "int")
        sql = f"ms.variant('{kind}', {sql})"
    return Bound(sql, _VARIANT)


@define("sql_variant_property", 2)
def _variant_property(call: Call) -> Bound:
    """SQL_VARIANT_PROPERTY: https://learn.microsoft.com/sql/t-sql/functions/sql-variant-property-transact-sql"""
    value, argument = call.node.arguments
    if not isinstance(argument, nodes.Literal) or argument.text.casefold() != "basetype":
        raise NotSupported("SQL_VARIANT_PROPERTY of a property other than 'BaseType'")
    bound = call.expression(value)
    return Bound(f"ms.variant_type({convert(bound, _VARIANT, True)})", _VARIANT)


def server_property(name: str, context: Context) -> str | None:
    """The value as text; see translate.plan.Context."""
    version = context.version
    major, minor, build, revision = version.product_version
    values = {
        "productversion": f"{major}.{minor}.{build}.{revision}",
        "productmajorversion": str(major),
        "productminorversion": str(minor),
        "productbuild": str(build),
        "productlevel": "RTM",
        "engineedition": str(version.engine_edition),
        "edition": version.edition,
        "editionid": "1674378470" if version.is_cloud_database else None,
        "productupdatetype": version.update_type,
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "servername": "sandbox",
        "machinename": "sandbox",
        "computernamephysicalnetbios": "sandbox",
        "instancename": None,
        "isclustered": "0",
        "isfulltextinstalled": "0",
        "isintegratedsecurityonly": "0",
        "issingleuser": "0",
        "isxtpsupported": "0",
        "ishadrenabled": "0",
        "ispolybaseinstalled": "0",
        "isadvancedanalyticsinstalled": "0",
        "islocaldb": "0",
        "istempdbmetadatamemoryoptimized": "0",
        "comparisonstyle": "196609",
        "lcid": "1033",
        "sqlcharset": "1",
        "sqlcharsetname": "iso_1",
        "sqlsortorder": "52",
        "sqlsortordername": "nocase_iso",
        "licensetype": "DISABLED",
    }
    return values.get(name.casefold())


_RETURNS = (
    Metadata("object_id", 1, (_TEXT, nvarchar(2)), INT, "ms.object_id"),
    Metadata("object_definition", 1, (INT,), nvarchar(-1), "ms.object_definition"),
    Metadata("schema_id", 0, (_NAME,), INT, "ms.schema_id", "1"),
    Metadata("schema_name", 0, (INT,), _NAME, "ms.schema_name", "'dbo'::text"),
    Metadata("col_length", 2, (_TEXT, _NAME), SMALLINT, "ms.col_length"),
    Metadata("col_name", 2, (INT, INT), _NAME, "ms.col_name"),
    Metadata("columnproperty", 3, (INT, _NAME, nvarchar(128)), INT, "ms.columnproperty"),
    Metadata("objectproperty", 2, (INT, nvarchar(128)), INT, "ms.objectproperty"),
    Metadata("indexproperty", 3, (INT, _NAME, nvarchar(128)), INT, "ms.indexproperty"),
    Metadata("index_col", 3, (_TEXT, INT, INT), _NAME, "ms.index_col"),
    Metadata("type_id", 1, (_TEXT,), INT, "ms.type_id"),
    Metadata("type_name", 1, (INT,), _NAME, "ms.type_name"),
    Metadata("db_id", 0, (_NAME,), SMALLINT, "ms.db_id", "ms.database_property('id')::smallint"),
    Metadata("db_name", 0, (INT,), _NAME, "ms.db_name", "ms.database_property('name')"),
    Metadata("original_db_name", 0, (), _NAME, "", "ms.database_property('name')"),
    Metadata("databasepropertyex", 2, (_NAME, nvarchar(128)), _VARIANT, "ms.databasepropertyex"),
    Metadata("collationproperty", 2, (_NAME, nvarchar(128)), _VARIANT, "ms.collationproperty"),
    Metadata("ident_current", 1, (_TEXT,), _NUMBER, "ms.ident_current"),
    Metadata("ident_seed", 1, (_TEXT,), _NUMBER, "ms.ident_seed"),
    Metadata("ident_incr", 1, (_TEXT,), _NUMBER, "ms.ident_incr"),
)


class _InDatabase:
    """OBJECT_NAME(id [, database_id]) and OBJECT_SCHEMA_NAME, only for the current database."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def bind(self, call: Call) -> Bound:
        number = convert(call.bind(1), INT)
        if len(call.node.arguments) == 1:
            return Bound(f"{self.engine}({number})", _NAME)
        database = convert(call.bind(2), INT)
        return Bound(
            f"(case when {database} = ms.database_property('id')::int then {self.engine}({number}) end)", _NAME
        )


@define("objectpropertyex", 2)
def _object_property(call: Call) -> Bound:
    """OBJECTPROPERTYEX: OBJECTPROPERTY with BaseType and Cardinality.

    https://learn.microsoft.com/sql/t-sql/functions/objectpropertyex-transact-sql
    """
    wanted = call.node.arguments[1]
    if not isinstance(wanted, nodes.Literal):
        raise NotSupported("OBJECTPROPERTYEX of a property that is not a constant")
    more = wanted.text.casefold() in ("basetype", "cardinality")
    type_, engine = (_VARIANT, "ms.objectpropertyex") if more else (INT, "ms.objectproperty")
    return Metadata("objectpropertyex", 2, (INT, nvarchar(128)), type_, engine).bind(call)


@define("has_perms_by_name", 3, 5)
@define("has_dbaccess is_member", 1)
@define("is_rolemember is_srvrolemember", 1, 2)
def _permitted(call: Call) -> Bound:
    """HAS_PERMS_BY_NAME, IS_MEMBER and similar: the sandbox's logins have all permissions."""
    for argument in call.node.arguments:
        call.expression(argument)
    return Bound("1", INT)


for _function in _RETURNS:
    define(_function.name, _function.minimum, len(_function.arguments))(_function.bind)
define("object_name", 1, 2)(_InDatabase("ms.object_name").bind)
define("object_schema_name", 1, 2)(_InDatabase("ms.object_schema_name").bind)


@define("cursor_status", 2)
def _cursor_status(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/cursor-status-transact-sql"""
    if not all(isinstance(argument, nodes.Literal) and "string" in argument.kind for argument in call.node.arguments):
        raise NotSupported("CURSOR_STATUS of anything but literals")
    kind, name = (argument.text.casefold() for argument in call.node.arguments)
    if kind not in ("local", "global", "variable"):
        raise NotSupported(f"CURSOR_STATUS of the source '{kind}'")
    return Bound(call.t.statement.parameter(f"cursor_status:{kind}:{name}", SMALLINT), SMALLINT)


@define("session_context", 1)
def _session_context(call: Call) -> Bound:
    """SESSION_CONTEXT: a session value, supplied when the statement runs.

    :raises SqlServerError: 8116 for a key that is not Unicode text.
    """
    argument = _constant(call)
    if argument.kind == "string":
        raise SqlServerError(8116, type="varchar", position=1, name="session_context")
    sql = call.t.statement.parameter(f"session_context:{argument.text.casefold()}", nvarchar(4000))
    return Bound(sql, _VARIANT)


# ---- functions in FROM


def table_function(call: Call, line: int) -> Relation:
    """sys.fn_helpcollations() and fn_listextendedproperty(...).

    :raises SqlServerError: 208 for an unknown function, 313/8144 for a wrong number of arguments.
    """
    name = call.name.removeprefix("sys.")
    count = {"fn_helpcollations": 0, "fn_listextendedproperty": 7}.get(name)
    if count is None:
        if name.startswith(("dm_", "fn_")):
            raise NotSupported(f"the table function {call.node.name}", line)
        raise SqlServerError(208, name=call.node.name, line=line)
    if call.count < count:
        raise SqlServerError(313, name=call.node.name)
    if call.count > count:
        raise SqlServerError(8144, name=call.node.name, state=3)
    if name == "fn_helpcollations":
        outputs = [
            Output("name", call.nvarchar(128), False),
            Output("description", call.nvarchar(1000), True),
        ]
        return Relation("SELECT f.name AS o1, f.description AS o2 FROM ms.help_collations() f", outputs)
    values = [
        "null::text" if isinstance(argument, nodes.DefaultValue)
        else convert(call.expression(argument), _NAME)
        for argument in call.node.arguments
    ]  # fmt: skip
    outputs = [
        Output("objtype", call.nvarchar(128), True), Output("objname", call.nvarchar(128), True),
        Output("name", call.nvarchar(128), False), Output("value", _VARIANT, True),
    ]  # fmt: skip
    sql = (
        "SELECT f.objtype AS o1, f.objname AS o2, f.name AS o3, f.value AS o4"
        f" FROM ms.listextendedproperty({', '.join(values)}) f"
    )
    return Relation(sql, outputs)
