"""Scripts in the shape of the well-known sample databases load, and answer as they should.

They are in tests/data: harbour.sql (Northwind's shape), press.sql (pubs'), tunes.sql (Chinook's).
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from ddl_support import Client

from mssql_sandbox.interface import Error

DATA = Path(__file__).parent / "data"
# What the README names among the refused.
REFUSED = {"harbour": [], "press": ["GRANT EXECUTE", "GRANT CREATE"], "tunes": []}
ANSWERS = {
    "harbour": [
        ("SELECT COUNT(*) FROM sys.objects WHERE type IN ('U', 'V', 'P')", [(19,)]),
        ('SELECT City, Relationship FROM "Buyers and Makers by City" ORDER BY City', [
            (None, "Makers"), ("Leeds", "Makers"), ("Liège", "Buyers"), ("Lübeck", "Buyers"),
        ]),
        ('SELECT GoodName, KindName FROM "Goods on Offer" ORDER BY GoodID DESC', [
            ("Cloves", "Spices"), ("Pepper", "Spices"),
        ]),
        ('SELECT * FROM "Voyage Subtotals" ORDER BY VoyageID', [(10248, Decimal(1099)), (10249, Decimal(85))]),
        ('SELECT KindName, GoodSales FROM "Sales by Kind"', [("Cloth", Decimal(85))]),
        ('SELECT GoodName FROM "Goods Above Average Price"', [("Cloves",)]),
        ('EXEC "Freight by Country" \'7/1/1996\', \'12/31/1996\'', [("Germany", "Brand", 10248, Decimal(1099))]),
        ('EXEC "Two Dearest Goods"', [("Cloves", Decimal("97.5")), ("Tweed", Decimal("21.35"))]),
        ("EXEC VoyageDetail 10249", [("Tweed", Decimal(20), 5, 15, Decimal(85))]),
        ("EXEC SalesByKind 'Spices', '1996'", [("Cloves", Decimal(931)), ("Pepper", Decimal(168))]),
        ("SELECT DATALENGTH(Picture), SUBSTRING(Description, 1, 6) FROM Kinds WHERE KindID = 1", [(20, "Pepper")]),
        ("INSERT Voyages (Freight) VALUES (1); SELECT SCOPE_IDENTITY()", [(10250,)]),
        ("SELECT OBJECT_DEFINITION(OBJECT_ID('CK_Birth')), is_not_trusted FROM sys.check_constraints"
         " WHERE name = 'CK_Birth'", [("([BirthDate]<getdate())", 1)]),
    ],
    "press": [
        ("SELECT au_lname, phone FROM writers ORDER BY au_id", [
            ("Grün", "415 986-7020"), ("Berg", "415 658-9932"), ("O'Leary", "UNKNOWN     "),
        ]),
        ("SELECT title, au_lname FROM bookview ORDER BY title, au_ord", [
            ("A Busy Clerk's Guide", "Berg"), ("A Busy Clerk's Guide", "Grün"), ("Secrets of the Valley", "Grün"),
        ]),
        ("EXEC byroyalty 40", [("213-46-8915",)]),
        ("EXEC reptq1", [("0736", Decimal(20)), ("9952", Decimal("19.99")), ("ALL", Decimal("19.995"))]),
        ("EXEC reptq3 $1, $30, 'business'", [
            ("9952", "business    ", 1), ("9952", "ALL", 1), ("ALL", "ALL", 1),
        ]),
        ("SELECT TYPE_NAME(user_type_id), TYPE_NAME(system_type_id), is_nullable FROM sys.columns"
         " WHERE object_id = OBJECT_ID('staff') AND name = 'emp_id'", [("empid", "char", 0)]),
        ("SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID('staff') AND type = 1", [("staff_ind",)]),
        ("SELECT DATALENGTH(pr_info), CAST(logo AS varbinary(4)) FROM house_info WHERE pub_id = '0736'",
         [(86, b"GIF8")]),
    ],
    "tunes": [
        ("SELECT l.Name, COUNT(*) FROM List l JOIN ListSong s ON s.ListId = l.ListId GROUP BY l.Name ORDER BY 2", [
            ("90’s Music", 1), ("Music", 3),
        ]),
        ("SELECT BillId, BillDate FROM Bill WHERE BillDate >= '20090102' AND Total > 5", [(3, 633665376000000000)]),
        ("SELECT b.Name FROM Song s JOIN Disc d ON d.DiscId = s.DiscId JOIN Band b ON b.BandId = d.BandId"
         " WHERE s.Name = N'夏'", [("日本の楽団",)]),
        ("SELECT COUNT(*) FROM sys.foreign_keys", [(6,)]),
        ("SELECT c.LastName, m.LastName FROM Clerk c LEFT JOIN Clerk m ON m.ClerkId = c.ReportsTo ORDER BY 1",
         [("Adams", None), ("Edwards", "Adams")]),
    ],
}  # fmt: skip
# In the transactions of their triggers and constraints.
ERRORS = [
    ("press", "INSERT staff VALUES ('PTC11963M', 'Ann', 'T', 'Odd', 1, 11, '9952', '11/11/89')", [50000, 3609]),
    ("press", "UPDATE staff SET job_lvl = 5 WHERE fname = 'Philip'", [50000, 3609]),
    ("press", "INSERT writers VALUES ('40956-7008', 'B', 'A', '1', 'CA', '94705', 1)", [547]),
    ("press", "INSERT houses VALUES ('1234', 'x', 'y')", [547]),
    ("press", "INSERT books (title_id, title) VALUES (NULL, 'x')", [515]),
    ("press", "DROP TYPE tid", [3732]),
    ("harbour", 'INSERT "Voyage Details" VALUES (10249, 3, 1, 1, 0)', [2627]),
    ("harbour", "UPDATE Goods SET UnitPrice = -1", [547]),
    ("harbour", "DELETE Buyers WHERE BuyerID = 'ALPHA'", [547]),
    ("tunes", "INSERT ListSong VALUES (1, 99)", [547]),
]


@pytest.fixture(scope="module")
def loaded(server):
    """Of each script a session in its database, and the errors of its batches."""
    sessions, refused = {}, {}
    for name in ANSWERS:
        sessions[name] = Client(server, "master")
        errors = []
        for batch in re.split(r"(?im)^\s*go\s*$", (DATA / f"{name}.sql").read_text("utf-8")):
            errors += [event for event in sessions[name].events(batch) if isinstance(event, Error)]
        refused[name] = [event.message.removeprefix("sandbox: not supported: ") for event in errors]
        sessions[name].run(f"USE {name}; SET QUOTED_IDENTIFIER ON")
    yield sessions, refused
    for client in sessions.values():
        client.session.close()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_script_loads_with_nothing_refused_but_what_the_readme_names(loaded, name):
    assert loaded[1][name] == REFUSED[name]


@pytest.mark.parametrize("name, query, rows", [(name, *answer) for name in ANSWERS for answer in ANSWERS[name]])
def test_its_database_answers(loaded, name, query, rows):
    assert loaded[0][name].run(query) == rows


@pytest.mark.parametrize("name, statement, numbers", ERRORS)
def test_its_rules_hold(loaded, name, statement, numbers):
    assert loaded[0][name].errors(statement) == numbers
    assert loaded[0][name].value("SELECT @@TRANCOUNT") == 0
