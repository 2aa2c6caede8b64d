"""The errors of docs/reference/errors.md happen as the page says, and its remedies work."""

import re
from pathlib import Path

import pytest
from django import db
from django.db import transaction
from harness.catalogues import empty
from harness.server import serve

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
TABLES = (
    "CREATE TABLE parent (id int IDENTITY(1, 1) PRIMARY KEY, code nvarchar(5) NULL, age int NOT NULL CHECK (age > 0), "
    "word varchar(20) COLLATE Latin1_General_BIN NULL, token uniqueidentifier NULL)",
    "CREATE UNIQUE INDEX parent_code ON parent (code) WHERE code IS NOT NULL",
    "CREATE TABLE child (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES parent (id))",
    "INSERT INTO parent (code, age, word) VALUES (N'a', 1, 'x'), (N'b', 2, 'y')",
    "INSERT INTO child (id, parent_id) SELECT 1, MIN(id) FROM parent",
)
#: Number or SQLSTATE -> statements, the last of which ends with it, and perhaps its parameters.
CAUSES = {
    "07002": ("SELECT id FROM parent WHERE id IN (%s)" % ", ".join(["%s"] * 2200), list(range(2200))),
    "102": "SELECT id FROM parent ORDER BY id LIMIT 10",
    "156": "SELECT FROM parent",
    "195": "SELECT NO_SUCH_FUNCTION(1)",
    "207": "SELECT nothing FROM parent",
    "208": "SELECT * FROM nothing",
    "245": "SELECT id FROM parent WHERE code = 1",
    "468": "SELECT * FROM parent WHERE code = word COLLATE Latin1_General_CS_AS AND word = code",
    "512": "SELECT (SELECT id FROM parent)",
    "515": "INSERT INTO child (id) VALUES (9)",
    "544": "INSERT INTO parent (id, age) VALUES (9, 9)",
    "547": "INSERT INTO child (id, parent_id) VALUES (9, 999)",
    "1776": "ALTER TABLE child ADD code nvarchar(5) REFERENCES parent (code)",
    "1785": "CREATE TABLE grand (id int PRIMARY KEY, a int REFERENCES parent (id) ON DELETE CASCADE, b int REFERENCES parent (id) ON DELETE CASCADE)",
    "1919": "CREATE TABLE long (text nvarchar(max)); CREATE INDEX long_text ON long (text)",
    "1944": "CREATE TABLE wide (text nchar(1000)); CREATE INDEX wide_text ON wide (text)",
    "1946": "CREATE TABLE broad (text nvarchar(1000)); CREATE INDEX broad_text ON broad (text); INSERT INTO broad VALUES (REPLICATE(N'x', 1000))",
    "2601": "INSERT INTO parent (code, age) VALUES (N'a', 1)",
    "2627": "INSERT INTO child (id, parent_id) SELECT 1, MIN(id) FROM parent",
    "2628": "INSERT INTO parent (code, age) VALUES (N'too long', 1)",
    "3726": "DROP TABLE parent",
    "5074": "ALTER TABLE parent DROP COLUMN age",
    "8101": "INSERT INTO parent VALUES (9, N'i', 9, NULL, NULL)",
    "8114": "SELECT CAST(code AS decimal(5, 2)) FROM parent",
    "8115": "SELECT CAST(12345 AS decimal(4, 2))",
    "8134": "SELECT 1 / (age - 1) FROM parent",
    "8169": "SELECT id FROM parent WHERE token = '0123456789abcdef0123456789abcdef'",
}
#: Why the others do not happen here.
NOT_ALONE = {
    "229": "rights of a second login", "230": "rights of a second login", "1205": "two transactions (test_errors)",
    "1222": "two transactions (test_silent_faults)", "3952": "a database without snapshots (checks/test_database)",
    "1934": "SET options change nothing of the sandbox's indexes",
    "3960": "two transactions (test_errors)", "3964": "the level SNAPSHOT (test_snapshot_isolation)",
    "4922": "stands behind 5074 in the same answer", "8152": "a server before 2019 (test_values)",
    "HYT00": "a timeout (test_messages)",
}  # fmt: skip
REMEDIES = {
    "07002": ("SELECT id FROM parent WHERE id IN (SELECT [value] FROM OPENJSON(%s))", ["[1, 2]"]),
    "102": ("SELECT TOP (10) id FROM parent ORDER BY id", []),
    "245": ("SELECT id FROM parent WHERE code = CAST(1 AS nvarchar(10))", []),
    "468": ("SELECT * FROM parent WHERE code = word COLLATE DATABASE_DEFAULT", []),
    "512": ("SELECT (SELECT TOP (1) id FROM parent)", []),
    "8134": ("SELECT 1 / NULLIF(age - 1, 0) FROM parent", []),
}


@pytest.fixture(scope="module")
def tables():
    # A server of its own: what the others' server receives has to parse.
    with serve() as server, empty(server, "errors") as connection:
        with connection.cursor() as cursor:
            for statement in TABLES:
                cursor.execute(statement)
        yield connection


def listed():
    """(code, Django's exception or "") of each row of the page's last two tables."""
    _, _, later = PAGE.partition("## In queries")
    for codes, second in re.findall(r"^\| ([\d, `HYT]+) \| ([^|]+) \|", later, re.MULTILINE):
        kind = re.fullmatch(r"`(\w+Error)`", second)
        for code in codes.replace("`", "").split(", "):
            yield code, kind[1] if kind else ""


@pytest.mark.parametrize(("code", "kind"), [row for row in listed() if row[0] in CAUSES])
def test_the_error_happens(code, kind, tables):
    cause = CAUSES[code]
    statements, parameters = cause if isinstance(cause, tuple) else (cause, None)
    with pytest.raises(db.Error) as error, transaction.atomic(using=tables.alias), tables.cursor() as cursor:
        for statement in statements.split("; "):
            cursor.execute(statement, parameters)
    cause = error.value.__cause__
    assert code in (str(cause.number), cause.sqlstate) or f"({code})" in str(error.value)
    assert type(error.value).__name__ == kind or not kind


@pytest.mark.parametrize("code", REMEDIES)
def test_the_remedy_works(code, tables):
    with tables.cursor() as cursor:
        cursor.execute(*REMEDIES[code])
        cursor.fetchall()


def test_each_row_happens_or_says_why_not():
    assert {code for code, _ in listed()} == {*CAUSES, *NOT_ALONE}
