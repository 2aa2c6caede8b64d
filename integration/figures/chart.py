"""Charts as SVG, for the documentation."""

from __future__ import annotations

import math
from typing import Mapping, Sequence
from xml.sax.saxutils import escape

_COLOURS = ("#1f6feb", "#c2410c", "#6b7280", "#15803d", "#7e22ce", "#0f766e")
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
    return _document(title, lines, _WIDTH, top + 4)


def lines(title: str, unit: str, counts: Sequence[int], series: Mapping[str, Sequence[float]]) -> str:
    """A chart of lines over a number of objects, both axes logarithmic: what grows with the number is straight, at 45 degrees.

    :param unit: of the values, which stands above the axis.
    :param counts: the numbers of objects, ascending.
    :param series: name -> a value for each number; at most six, all above 0.
    """
    least = min(min(values) for values in series.values())
    most = max(max(values) for values in series.values())
    low, high = math.floor(math.log10(least)), math.ceil(math.log10(most))
    first, last = math.log10(counts[0]), math.log10(counts[-1])
    step = min((_WIDTH - 320) / (last - first), 360 / (high - low))
    left, top = 80, 60
    bottom, right = top + step * (high - low), left + step * (last - first)

    def place(count: float, value: float) -> tuple[float, float]:
        return left + step * (math.log10(count) - first), bottom - step * (math.log10(value) - low)

    drawn = [_text(_MARGIN, 28, title, 16), _text(left, top - 10, unit, 11, "end")]
    for power in range(low, high + 1):
        _, y = place(counts[0], 10.0**power)
        drawn += [_line([(left, y), (right, y)], "#e5e7eb", 1), _text(left - 8, y + 4, f"{10.0**power:g}", 11, "end")]
    for count in counts:
        x, _ = place(count, 10.0**low)
        drawn += [_line([(x, top), (x, bottom)], "#e5e7eb", 1), _text(x, bottom + 18, f"{count:,}", 11, "middle")]
    for number, (name, values) in enumerate(series.items()):
        points = [place(count, value) for count, value in zip(counts, values)]
        drawn.append(_line(points, _COLOURS[number], 2))
        y = top + 8 + 18 * number
        drawn += [_line([(right + 24, y), (right + 44, y)], _COLOURS[number], 3), _text(right + 52, y + 4, name)]
    return _document(title, drawn, _WIDTH, bottom + 36)


def _document(title: str, drawn: Sequence[str], width: float, height: float) -> str:
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:g}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif">'
    )
    ground = f'<rect width="{width}" height="{height:g}" rx="8" fill="#fff"/>'
    return "\n".join([opening, ground, *drawn, "</svg>"]) + "\n"


def _line(points: Sequence[tuple[float, float]], colour: str, width: int) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _bar(left: float, top: float, width: float, number: int) -> str:
    return f'<rect x="{left}" y="{top}" width="{width}" height="{_BAR - 2}" fill="{_COLOURS[number]}"/>'


def _text(left: float, top: float, text: str, size: int = 12, anchor: str = "start") -> str:
    place = f'x="{left}" y="{top:g}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="#111827">{escape(text)}</text>'
