"""Differences between a server and the corpora, as data that corrects them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Collection, Iterator

from corpus.answers import answers
from corpus.refusals import SHARED, prepare, refusals
from corpus.refusals import themes as refusal_themes


@dataclass(frozen=True)
class Difference:
    """One entry that the server contradicts.

    :ivar theme: its file in the corpus, without suffix.
    :ivar expected: the corpus's answer.
    :ivar answered: the server's answer.
    :ivar entry: the corrected entry as TOML; empty if only a person can write it.
    """

    theme: str
    statement: str
    expected: str
    answered: str
    entry: str

    def __str__(self) -> str:
        text = f"# {self.theme}: the corpus expects {self.expected}, the server answers {self.answered}\n"
        return text + (self.entry or f"# {self.statement}\n")


def differences(session: Any, themes: Collection[str] = ()) -> Iterator[Difference | None]:
    """Ask a server every entry that applies to its version: None for one that it confirms.

    :param session: a session in an empty database, with what both corpora ask for.
    :param themes: names of files; all of them when none are given.
    """
    source = f"{session.version} server, {date.today().isoformat()}"
    prepare(session, SHARED)
    for theme in refusal_themes():
        if themes and theme not in themes:
            continue
        prepare(session, theme)
        for refusal in refusals(theme):
            if refusal.applies_to(session.version):
                yield _refusal_difference(refusal, session, source)
    session.renew()
    for answer in answers():
        if answer.applies_to(session.version) and (not themes or answer.theme in themes):
            yield _answer_difference(answer, session, source)


def _refusal_difference(refusal: Any, session: Any, source: str) -> Difference | None:
    try:
        raised = refusal.ask(session)
    except AssertionError as fault:
        return Difference(refusal.theme, refusal.statement, str(refusal.numbers), str(fault), "")
    if raised[: len(refusal.numbers)] == refusal.numbers:
        return None
    entry = ""
    if raised:
        facts = {"statement": refusal.statement, "number": raised[0], "versions": [session.version], "source": source}
        if raised[1:]:
            facts["then"] = raised[1:]
        for key in ("setup", "cleanup"):
            if getattr(refusal, key):
                facts[key] = list(getattr(refusal, key))
        if refusal.parameters:
            facts["parameters"] = refusal.parameters
        entry = _toml("refused", facts)
    return Difference(refusal.theme, refusal.statement, str(refusal.numbers), str(raised or "no error"), entry)


def _answer_difference(answer: Any, session: Any, source: str) -> Difference | None:
    answered = answer.ask(session)
    if answer.is_met_by(answered):
        return None
    expected = f"{list(answer.types)} {list(map(list, answer.rows))}"
    if not isinstance(answered, tuple):
        return Difference(answer.theme, answer.query, expected, answered, "")
    types, rows = list(answered[0]), list(map(list, answered[1]))
    facts = {"source": source, "versions": [session.version], "query": answer.query, "types": types, "rows": rows}
    if answer.setup:
        facts["setup"] = list(answer.setup)
    return Difference(answer.theme, answer.query, expected, f"{types} {rows}", _toml("answers", facts))


def _toml(table: str, facts: dict[str, Any]) -> str:
    # Strings, numbers and lists of JSON are those of TOML.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items()]
    return "\n".join([f"[[{table}]]", *lines, ""])
