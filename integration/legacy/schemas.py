"""The databases, and the replacements in their scripts for what the sandbox does not support."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_SAMPLES = _HERE.parent / "sandbox" / "tests" / "data"


@dataclass(frozen=True)
class Schema:
    """A database.

    :ivar name: of the database, which its script makes.
    :ivar shape: whose shape it has.
    :ivar folder: where the script is.
    """

    name: str
    shape: str
    folder: Path = _HERE / "scripts"

    def script(self, on_sandbox: bool) -> str:
        """The script in the form that the server accepts."""
        text = (self.folder / f"{self.name}.sql").read_text(encoding="utf-8")
        for pattern, replacement, _ in STAND_INS if on_sandbox else ():
            text = re.sub(pattern, replacement, text, flags=re.IGNORECASE | re.MULTILINE)
        return text


SCHEMAS = (
    Schema("harbour", "Northwind", _SAMPLES),
    Schema("press", "pubs", _SAMPLES),
    Schema("tunes", "Chinook", _SAMPLES),
    Schema("cycles", "AdventureWorks"),
    Schema("imports", "WideWorldImporters"),
    Schema("ledger", "Dynamics NAV"),
    Schema("plant", "a planning system of SQL Server 6.5"),
    Schema("signs", "names with every sign"),
)

#: (pattern, what the sandbox gets, what it stands for); a real server gets the script as it is.
STAND_INS = (
    (r"^\s*GRANT .*$", "", "`GRANT`"),
    (r"geo(?:graphy|metry)::STGeomFromText\(('[^']*'), \d+\)", r"N\1", "`geography` and `geometry`: `nvarchar(max)`"),
    (r"\bgeo(?:graphy|metry)\b(?= NULL)", "nvarchar(max)", ""),
    (r"\w+\.GetLevel\(\)", "CAST(1 AS smallint)", "`hierarchyid`: `nvarchar(400)`"),
    (r"\bhierarchyid\b(?!,)", "nvarchar(400)", ""),
    (r"\bMASKED WITH \(FUNCTION = '[^']*'\)", "", "masked columns: columns"),
    (r"GENERATED ALWAYS AS ROW START( HIDDEN)?", "DEFAULT ('2016-05-31')", "temporal tables: tables"),
    (r"GENERATED ALWAYS AS ROW END( HIDDEN)?", "DEFAULT ('9999-12-31 23:59:59')", ""),
    (r",\s*PERIOD FOR SYSTEM_TIME \([^)]*\)\s*\) WITH \(.*\)$", ")", ""),
    (r"\) WITH \(MEMORY_OPTIMIZED = ON.*\)$", ")", "memory-optimized tables: tables"),
    (r"\bCOLUMN_SET FOR ALL_SPARSE_COLUMNS", "NULL", "column sets: `xml`"),
    (r"TRY_CONVERT\(datetime2\(7\), (.*), 126\)\),$", r"\1),", "a computed column of `TRY_CONVERT`: of its text"),
    (r"\bFILESTREAM\b", "", "`FILESTREAM`: `varbinary(max)`"),
    (r"^CREATE UNIQUE CLUSTERED INDEX \S+ ON (?:Making\.vItem|.*VSIFT\$1\]) .*$", "", "indexed views: views"),
    (r"\[(trailing|id|value) \]", r"[\1]", "names that end with a blank: without it"),
)
