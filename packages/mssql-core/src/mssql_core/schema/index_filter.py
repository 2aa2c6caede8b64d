"""
The predicate of a filtered index.

The server takes comparisons of columns with constants, IN and IS [NOT] NULL,
joined by AND; OR, NOT, LIKE, BETWEEN, functions and computed columns are
refused (error 10735; CREATE INDEX, "WHERE <filter_predicate>"). A condition as
Django compiles it is rewritten in that form where it has one.
"""

import re
from typing import Iterable, List, Match, Optional, Sequence, Tuple

from ..introspection.objects import column_references
from .moments import folded

_TOKENS = re.compile(
    r"""
    (?P<string>N?'(?:[^']|'')*')
    | (?P<name>\[(?:[^\]]|\]\])*\])
    | (?P<number>0x[0-9a-fA-F]*|-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
    | (?P<operator><=|>=|<>|!=|=|<|>)
    | (?P<word>[A-Za-z_@\#][\w@$\#.]*)
    | (?P<other>\S)
    """,
    re.VERBOSE,
)

_NEGATED = {"=": "<>", "<>": "=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


class _NotSimple(Exception):
    """Raised for a predicate without a form that a filtered index takes."""


class _Token:
    def __init__(self, match: Match[str]) -> None:
        self.kind = match.lastgroup
        self.text = match.group()
        self.word = self.text.upper() if self.kind == "word" else None
        self.start, self.end = match.span()


_Tokens = Sequence[_Token]


def split(sql: str, computed_columns: Iterable[str] = ()) -> Tuple[List[str], List[str]]:
    """
    Divide a condition into what a filtered index can say and the rest.

    :param sql: a T-SQL predicate without placeholders.
    :param computed_columns: names of columns that a filter may not use.
    :returns: (filters, others), two lists of predicates; joined by AND, all of
        them together are equivalent to `sql`.
    """
    sql = folded(sql)
    tokens = [_Token(match) for match in _TOKENS.finditer(sql)]
    computed = {name.lower() for name in computed_columns}
    filters: List[str] = []
    others: List[str] = []
    for part in _conjuncts(tokens):
        text = sql[part[0].start : part[-1].end]
        try:
            simple = _simplify(part, negated=False)
            for predicate in simple:
                if computed.intersection(map(str.lower, column_references(predicate))):
                    raise _NotSimple
        except _NotSimple:
            others.append(text)
        else:
            filters.extend(simple)
    return filters, others


def _simplify(tokens: _Tokens, negated: bool) -> List[str]:
    """Return the simple predicates that, joined by AND, are equivalent to `tokens`."""
    tokens = _unwrapped(tokens)
    if tokens[0].word == "NOT":
        return _simplify(tokens[1:], not negated)
    terms = _split_at(tokens, "OR")
    if len(terms) > 1:
        return _disjunction(terms, negated)
    factors = _split_at(tokens, "AND")
    if len(factors) > 1:
        if negated:
            return _disjunction([[_NOT, *factor] for factor in factors], False)
        return [simple for factor in factors for simple in _simplify(factor, False)]
    return _comparison(tokens, negated)


def _disjunction(terms: Sequence[_Tokens], negated: bool) -> List[str]:
    if negated:
        return [simple for term in terms for simple in _simplify(term, True)]
    column: Optional[str] = None
    values: List[str] = []
    for term in terms:
        term_column, term_values = _equalities(_unwrapped(term))
        if column not in (None, term_column):
            raise _NotSimple
        column = term_column
        values.extend(value for value in term_values if value not in values)
    return ["%s IN (%s)" % (column, ", ".join(values))]


def _equalities(tokens: _Tokens) -> Tuple[str, List[str]]:
    """Return (column, values) of `column = value` or `column IN (values)`."""
    if tokens[0].kind == "name" and len(tokens) > 2:
        if tokens[1].text == "=":
            return tokens[0].text, [_constant(tokens[2:])]
        if tokens[1].word == "IN":
            return tokens[0].text, _constants(tokens[2:])
    raise _NotSimple


def _comparison(tokens: _Tokens, negated: bool) -> List[str]:
    if len(tokens) < 3:
        raise _NotSimple
    if tokens[0].kind != "name":
        position = next((i for i, token in enumerate(tokens) if token.kind == "operator"), None)
        if position is None or len(tokens) != position + 2:
            raise _NotSimple
        operator = _MIRRORED.get(tokens[position].text, tokens[position].text)
        return _compare(tokens[-1], operator, tokens[:position], negated)
    words = [token.word for token in tokens[1:]]
    if tokens[1].kind == "operator":
        return _compare(tokens[0], tokens[1].text, tokens[2:], negated)
    column = tokens[0].text
    if words[0] == "IS" and [token.word for token in tokens[2:]] in (
        ["NULL"],
        ["NOT", "NULL"],
    ):
        is_null = (len(tokens) == 3) != negated
        return ["%s IS %sNULL" % (column, "" if is_null else "NOT ")]
    if words[0] == "IN" or words[:2] == ["NOT", "IN"]:
        if words[0] == "NOT":
            negated, tokens = not negated, tokens[1:]
        values = _constants(tokens[2:])
        if negated:
            return ["%s <> %s" % (column, value) for value in values]
        return ["%s IN (%s)" % (column, ", ".join(values))]
    if words[0] == "BETWEEN" and not negated:
        bounds = _split_words(tokens[2:], "AND")
        if len(bounds) == 2:
            low, high = map(_constant, bounds)
            return ["%s >= %s" % (column, low), "%s <= %s" % (column, high)]
    raise _NotSimple


def _compare(column: _Token, operator: str, constant: _Tokens, negated: bool) -> List[str]:
    if column.kind != "name":
        raise _NotSimple
    operator = _NEGATED[operator] if negated else operator
    return ["%s %s %s" % (column.text, operator, _constant(constant))]


def _constants(tokens: _Tokens) -> List[str]:
    if len(tokens) < 3 or tokens[0].text != "(" or tokens[-1].text != ")":
        raise _NotSimple
    return [_constant(part) for part in _split_words(tokens[1:-1], ",")]


def _constant(tokens: _Tokens) -> str:
    """Return the text of a literal, or of a CAST of a literal."""
    tokens = _unwrapped(tokens)
    if len(tokens) == 1 and tokens[0].kind in ("string", "number"):
        return tokens[0].text
    if (
        len(tokens) > 5
        and tokens[0].word == "CAST"
        and tokens[1].text == "("
        and tokens[2].kind in ("string", "number")
        and tokens[3].word == "AS"
        and tokens[-1].text == ")"
        and _closing(tokens, 1) == len(tokens) - 1
    ):
        kind = "".join(token.text for token in tokens[4:-1])
        return "CAST(%s AS %s)" % (tokens[2].text, kind)
    raise _NotSimple


def _conjuncts(tokens: _Tokens) -> Sequence[_Tokens]:
    """Split at the outer ANDs, within parentheses around the whole, too."""
    tokens = _unwrapped(tokens)
    if len(_split_at(tokens, "OR")) > 1:
        return [tokens]
    parts = _split_at(tokens, "AND")
    if len(parts) == 1:
        return parts
    return [conjunct for part in parts for conjunct in _conjuncts(part)]


def _unwrapped(tokens: _Tokens) -> _Tokens:
    while tokens and tokens[0].text == "(" and _closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    if not tokens:
        raise _NotSimple
    return tokens


def _closing(tokens: _Tokens, opening: int) -> int:
    depth = 0
    for position in range(opening, len(tokens)):
        if tokens[position].text == "(":
            depth += 1
        elif tokens[position].text == ")":
            depth -= 1
            if depth == 0:
                return position
    raise _NotSimple


def _split_at(tokens: _Tokens, word: str) -> List[List[_Token]]:
    """Split at a logical operator; the AND of a BETWEEN is not one."""
    parts: List[List[_Token]] = [[]]
    depth, between = 0, False
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.word == "BETWEEN":
            between = True
        elif depth == 0 and token.word == "AND" and between:
            between = False
        elif depth == 0 and token.word == word:
            parts.append([])
            continue
        parts[-1].append(token)
    return parts


def _split_words(tokens: _Tokens, separator: str) -> List[List[_Token]]:
    parts: List[List[_Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and separator in (token.word, token.text):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


(_NOT,) = map(_Token, _TOKENS.finditer("NOT"))
