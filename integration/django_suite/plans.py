"""``python -m django_suite.plans REPORT``: how many statements a server would keep plans of, from a suite's journal.

A server keeps a plan for each text with its parameters' types. A shape is such a text with the classes of lengths taken as
one: padded lists, ``nvarchar(50)`` and ``nvarchar(450)``, digits of decimals. A shape with two texts is named, with what
they differ by.

https://learn.microsoft.com/sql/relational-databases/query-processing-architecture-guide (parameters and execution plan reuse)
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import sys
from pathlib import Path
from typing import Any, Iterable, Iterator

_LIST = re.compile(r"\((?:@P\d+, )*@P\d+\)")
_PARAMETER = re.compile(r"@P\d+")
_LENGTH = re.compile(r"\((?:\d+|max)(?:, ?\d+)?\)")
_NUMBER = re.compile(r"(?<![\w\[.])\d+(?![\w\]])")
# What is counted for itself: each combination of NULLs is a text of its own in an INSERT.
KINDS = {
    "queries": ("SELECT", "UPDATE", "DELETE", "WITH"),
    "inserts": ("INSERT", "MERGE", "SET IDENTITY_INSERT", "DECLARE"),
}


def statements(lines: Iterable[str], kind: str) -> Iterator[tuple[str, str]]:
    """(text, types of the parameters) of each parameterised statement of a kind in a journal."""
    for line in lines:
        entry = json.loads(line)
        text = entry.get("text", "")
        if "declarations" in entry and text.lstrip(" (").upper().startswith(KINDS[kind]):
            yield text, entry["declarations"]


def shape(text: str, types: str) -> tuple[str, str]:
    """The statement without the classes of lengths of lists, texts and decimals."""
    kinds = sorted(set(_LENGTH.sub("", re.sub(r"@P\d+ ", "", types)).split(",")))
    return _PARAMETER.sub("@P", _LIST.sub("(@P)", text)), ",".join(kinds)


def without_numbers(text: str) -> str:
    return _NUMBER.sub("#", text)


def counted(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Figures, and the texts that differ only by a number in them."""
    plans = set(pairs)
    shapes = {shape(*pair) for pair in plans}
    by_numbers: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
    for text, types in shapes:
        by_numbers[without_numbers(text), types].add(text)
    differ = {text: texts for (text, _), texts in by_numbers.items() if len(texts) > 1}
    return {"plans": len(plans), "shapes": len(shapes), "without numbers": len(by_numbers), "differ": differ}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, help="folder of a suite's report, with its journal.jsonl")
    parser.add_argument("--show", type=int, default=10, help="how many shapes with two texts to print")
    arguments = parser.parse_args()
    with open(arguments.report / "journal.jsonl", encoding="utf-8") as journal:
        lines = list(journal)
    for kind in KINDS:
        pairs = list(statements(lines, kind))
        figures = counted(pairs)
        print(f"{len(pairs):,} {kind} with parameters, {figures['plans']:,} plans (text and types)")
        print(f"  {figures['shapes']:,} shapes, {figures['without numbers']:,} if numbers in the text are taken as one")
        for text, texts in list(figures["differ"].items())[: arguments.show]:
            print(f"  {len(texts)} x {text[:300]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
