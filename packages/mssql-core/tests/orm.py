"""Helpers of the ORM tests: compile, and let Microsoft's grammars judge."""

import re

import django
import pytest
from django.db import connections
from grammar import VERSIONS, refusals

from mssql_core.testing import compile_sql, fake_connection


def t_sql(sql):
    """Django's placeholders as the server's parameters."""
    numbers = iter(range(1, 10000))
    return re.sub("%s", lambda _: "@P%d" % next(numbers), sql).replace("%%", "%")


def since(*version):
    """Older Django lacks what the test uses, or words its SQL otherwise; there its own tests judge the SQL."""
    return pytest.mark.skipif(version > django.VERSION, reason="Django %d.%d and newer" % version)


def unnamed(sql):
    """The statement without what Django calls its columns: the column's name since 5.2, col1 or Col1 before."""
    return re.sub(r"(\.\[(\w+)\]) AS (?:\[(?:\2|col\d+)\]|Col\d+)", r"\1", sql).replace("[Col1]", "[col1]")


class Compiler:
    """Compiles querysets; at the end of the test everything is parsed for all versions."""

    def __init__(self):
        self.statements = []

    def __call__(self, queryset, version="2022", **arguments):
        sql, params = compile_sql(queryset, version=version, **arguments)
        self.statements.append((version, t_sql(sql)))
        return sql, params

    def sql(self, queryset, version="2022", **arguments):
        return self(queryset, version, **arguments)[0]

    def where(self, queryset, version="2022", **arguments):
        """What follows WHERE."""
        return self.sql(queryset, version, **arguments).split(" WHERE ", 1)[1]

    def expression(self, queryset, name="x", version="2022", **arguments):
        """The selected expression called `name`."""
        sql, _ = self(queryset.values(name), version, **arguments)
        return re.search(r"^SELECT (.*) AS \[%s\] FROM" % name, sql).group(1)

    def statement(self, sql, version="2016"):
        self.statements.append((version, t_sql(sql)))
        return sql

    def check(self, folder):
        for version in VERSIONS:
            statements = [sql for first, sql in self.statements if first <= version]
            assert not refusals(statements, [version], folder)


def executed(action, version="2022", answers=(), **arguments):
    """The statements that `action(connection)` sends, with their values."""
    connection = fake_connection(version=version, **arguments)
    connection.ensure_connection()
    for fragment, rows in answers:
        connection.driver.answer(fragment, rows)
    start = len(connection.driver.statements)
    action(connection)
    return [(text, values) for text, values, _ in connection.driver.statements[start:]]


def sent(action, version="2022", answers=(), **arguments):
    """The statements that `action()` sends by the default alias, with their values."""
    before = connections["default"]

    def run(connection):
        connections["default"] = connection
        action()

    try:
        return [(text, list(values)) for text, values in executed(run, version, answers, **arguments)]
    finally:
        connections["default"] = before
