"""The chart of docs/benchmarks.md is drawn from what was measured."""

from xml.etree import ElementTree

from benchmarks import chart, points
from benchmarks.points import MeasuredPoint


def test_the_chart_in_the_documents_is_that_of_the_kept_figures() -> None:
    assert chart.PLACE.read_text(encoding="utf-8") == chart.draw(points.read())


def test_a_figure_stands_where_its_size_and_seconds_are() -> None:
    one, ten = MeasuredPoint("verify", 1_000, 1.0), MeasuredPoint("verify", 10_000, 10.0)

    drawn = ElementTree.fromstring(chart.draw([one, ten]))
    marks = [
        (float(mark.get("cx", "0")), float(mark.get("cy", "0")))
        for group in drawn.findall("{http://www.w3.org/2000/svg}g")
        for mark in group.findall("{http://www.w3.org/2000/svg}circle")
    ]

    (left, low), (right, high) = marks
    assert (left < right, low > high) == (True, True)
