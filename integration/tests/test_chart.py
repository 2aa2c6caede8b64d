"""Charts of the documentation: SVG that says each value, and files that show the kept run."""

import json
from xml.etree import ElementTree

import pytest
from figures import chart
from figures.side_by_side import report
from volume import growth

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_are_as_long_as_their_values():
    svg = ElementTree.fromstring(chart.bars("A < B", ("one", "two"), {"x": (1, 4), "y & z": (0, 2)}))
    # Behind the ground and the two of the legend.
    widths = [float(bar.get("width")) for bar in svg.iter(SVG + "rect")][3:]
    assert widths[1] == pytest.approx(2 * widths[3], abs=1) and widths[0] == pytest.approx(widths[1] / 4, abs=1)
    assert widths[2] == 1
    texts = [text.text for text in svg.iter(SVG + "text")]
    assert texts[0] == "A < B" and "y & z" in texts and texts.count("4") == 1
    assert svg.get("aria-label") == "A < B"


def test_a_chart_without_values_is_one():
    assert ElementTree.fromstring(chart.bars("none", ("one",), {})).tag == SVG + "svg"


def test_the_readme_has_a_place_for_the_figures():
    with pytest.raises(ValueError, match="figures: hatch run side-by-side --keep"):
        report.with_block("no markers", "table")
    text = report.with_block(f"a\n{report.BEGIN}old\n{report.END}b\n", "new\n")
    assert text == f"a\n{report.BEGIN}\nnew\n\n{report.END}b\n"
    assert report.with_block(text, "new\n") == text


def test_growth_is_drawn_as_it_was_measured():
    kept = json.loads(growth.KEPT.read_text(encoding="utf-8"))
    for file, picture in growth.draw(kept).items():
        assert (growth.IMAGES / file).read_text(encoding="utf-8") == picture
