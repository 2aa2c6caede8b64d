"""Variables are declared once in a batch, and before use in a module."""

import pytest

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.syntax.declarations import check_declarations
from mssql_sandbox.syntax.parser import parse_batch


@pytest.mark.parametrize(
    "text, number",
    [
        ("IF 1 = 0 DECLARE @x int; DECLARE @X varchar(5)", 134),
        ("DECLARE @t TABLE (x int); DECLARE @t int", 134),
        ("CREATE PROCEDURE p @x int AS DECLARE @x int", 134),
        ("CREATE PROCEDURE p AS SELECT @x", 137),
        ("CREATE PROCEDURE p AS INSERT INTO @t (x) VALUES (1)", 1087),
        ("CREATE TRIGGER r ON t AFTER INSERT AS USE master", 154),
    ],
)
def test_refused(text, number):
    with pytest.raises(SqlServerError) as caught:
        check_declarations(parse_batch(text))
    assert caught.value.number == number


@pytest.mark.parametrize(
    "text",
    [
        "WHILE 1 = 1 BEGIN DECLARE @x int BREAK END",
        "CREATE PROCEDURE p @x int OUTPUT AS BEGIN DECLARE @y int = @x; SET @x = @y + @@ROWCOUNT END",
        "CREATE PROCEDURE p AS DECLARE @t TABLE (x int); INSERT INTO @t (x) VALUES (1); SELECT x FROM @t",
        "SELECT @x",  # a batch's own variables are judged where they are used
    ],
)
def test_accepted(text):
    check_declarations(parse_batch(text))
