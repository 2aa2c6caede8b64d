"""The initial content of a cluster: the template of all databases."""

import re
from importlib import resources

import psycopg

from ..catalog import datatypes, system
from .databases import Databases
from .postgres import Cluster

TEMPLATE = "template1"  # made by initdb, so no copy is needed
# The header of a function without a language.
_FUNCTION = re.compile(
    r"^(create function (?:(?!\blanguage\b|\breturn\b|\bas \$\$|;).)*?)"
    r"\b((?:stable |volatile )?(?:strict )?)(as \$\$(?=(?:\s|--.*\n)*(declare|begin)?\b)|return\b)",
    re.MULTILINE | re.DOTALL,
)
_HEADER = re.compile(r"^function (\w+\((?:[^()]|\([^()]*\))*\))", re.MULTILINE)
_TABLE = re.compile(r"^create table .*?^\);", re.MULTILINE | re.DOTALL)
_COLUMN = re.compile(r"^(  \w+ [a-z]\S*?)(\??)(?=,? --|,?$| default| primary)", re.MULTILINE)
# A statement of a function under a condition.
_CONDITIONAL = re.compile(r"^ *(fail|refuse|return|perform|\w+ :=) ([^;]+?)\sif\s([^;]+);$", re.MULTILINE)


def bootstrap(cluster: Cluster, version: int, collation: str, cloud: bool = False) -> Databases:
    """Start the cluster, fill the template database and describe the system databases.

    :param version: major version (13 = SQL Server 2016 ... 17 = 2025).
    :param collation: the server's default collation.
    :param cloud: Azure SQL Database or Fabric.
    """
    cluster.launch()
    scripts = prepare(version)
    cluster.start()
    with cluster.connect(TEMPLATE) as connection:
        install(connection, version, scripts)
    databases = Databases(cluster, TEMPLATE, version, collation, cloud)
    databases.create_system_databases()
    return databases


def prepare(version: int) -> dict[str, str]:
    """The SQL of function library, catalogue tables and system views, for :func:`install`."""
    files = _files("functions_") + _files("catalog_")
    scripts = {name: _expanded(system.source(name)) for name in files}
    return {**scripts, "system views": _system_views(version)}


def install(connection: psycopg.Connection, version: int, scripts: dict[str, str]) -> None:
    """Run the SQL of :func:`prepare`."""
    connection.execute("create schema if not exists ms")
    connection.execute(f"alter database {connection.info.dbname} set ms.version = '{version}'")
    connection.execute("begin; set local check_function_bodies = off")
    for name, script in scripts.items():
        # Without parameters the whole file is one simple query.
        try:
            connection.execute(script)
        except psycopg.Error as error:
            raise RuntimeError(f"{name}: {error}") from error
    connection.execute("commit")


def _expanded(script: str) -> str:
    """A file without its abbreviations."""
    script = _HEADER.sub(r"create function ms.\1 returns", script)
    script = re.sub(r" returns(?=\s+as \$\$)", "", script)  # with parameters OUT
    script = _TABLE.sub(_with_nulls, script)
    return _CONDITIONAL.sub(_if, _FUNCTION.sub(_with_attributes, script))


def _with_nulls(table: re.Match[str]) -> str:
    columns = re.sub(r"\bflag(?=[, \n])", "smallint default 0", table[0])
    return _COLUMN.sub(lambda column: column[1] + ("" if column[2] else " not null"), columns)


def _with_attributes(function: re.Match[str]) -> str:
    """Complete a function's header: immutable unless stated, plpgsql if the body begins with a block."""
    header, attributes, body, block = function.groups()
    language = "" if body == "return" else "language plpgsql " if block else "language sql "
    return header + language + ("" if re.match("stable|volatile", attributes) else "immutable ") + attributes + body


def _if(statement: re.Match[str]) -> str:
    word, operands, condition = statement.groups()
    action = f"perform ms.{word}({operands})" if word in ("fail", "refuse") else f"{word} {operands}"
    return f"if {condition} then {action}; end if;"


def _files(prefix: str) -> list[str]:
    folder = resources.files("mssql_sandbox.engine").joinpath("sql")
    return sorted(entry.name for entry in folder.iterdir() if entry.name.startswith(prefix))


def _system_views(version: int) -> str:
    objects, columns = [], []
    for table in system.views(version).values():
        objects.append((table.id, table.name, 3 if table.schema == "INFORMATION_SCHEMA" else 4))
        for column in table.columns:
            type_id = datatypes.SYSTEM_TYPE_IDS[column.type.name]
            facets = datatypes.facets(column.type)
            columns.append((table.id, column.id, column.name, type_id, type_id, *facets, int(column.nullable)))
    # Names and numbers are written alike in both languages.
    return "".join(
        f"insert into ms.system_{kind} values {str(rows)[1:-1]};"
        for kind, rows in (("objects", objects), ("columns", columns))
    )
