"""Bar charts as SVG, for the documentation."""

from __future__ import annotations

import math
from typing import Mapping, Sequence
from xml.sax.saxutils import escape

_COLOURS = ("#1f6feb", "#c2410c", "#6b7280")
_WIDTH, _LABELS, _MARGIN, _BAR, _GAP = 760, 240, 16, 14, 12


def bars(title: str, series: Sequence[str], rows: Mapping[str, Sequence[float]], form: str = "{:g}") -> str:
    """A chart of horizontal bars, in groups, on a white ground (sites have dark themes too).

    :param title: stands above, and is the picture's name for screen readers.
    :param series: names of a group's bars, at most three.
    :param rows: label of a group -> a value for each bar, not negative.
    :param form: of the values, as ``str.format`` takes it.
    """
    largest = max((value for values in rows.values() for value in values), default=0) or 1
    unit = (_WIDTH - _LABELS - _MARGIN - 56) / largest
    lines, top = [_text(_MARGIN, 28, title, 16)], 44
    for number, name in enumerate(series):
        left = _LABELS + 150 * number
        lines.append(_bar(left, top, 12, number))
        lines.append(_text(left + 18, top + 11, name))
    top += 28
    for label, values in rows.items():
        middle = top + len(values) * _BAR / 2 + 4
        lines.append(_text(_LABELS - 10, middle, label, anchor="end"))
        for number, value in enumerate(values):
            width = max(1, math.ceil(value * unit))
            lines.append(_bar(_LABELS, top, width, number))
            lines.append(_text(_LABELS + width + 6, top + _BAR - 3, form.format(value), 11))
            top += _BAR
        top += _GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top + 4}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif">'
    )
    ground = f'<rect width="{_WIDTH}" height="{top + 4}" rx="8" fill="#fff"/>'
    return "\n".join([head, ground, *lines, "</svg>"]) + "\n"


def _bar(left: float, top: float, width: float, number: int) -> str:
    return f'<rect x="{left}" y="{top}" width="{width}" height="{_BAR - 2}" fill="{_COLOURS[number]}"/>'


def _text(left: float, top: float, text: str, size: int = 12, anchor: str = "start") -> str:
    place = f'x="{left}" y="{top:g}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="#111827">{escape(text)}</text>'
