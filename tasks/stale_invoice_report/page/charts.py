"""The drawings of the page. SVG carries shapes only: the words stand beside it, so that they never shrink."""

from collections.abc import Mapping, Sequence
from html import escape

from tasks.stale_invoice_report.report_store import EarlierFigures
from tasks.stale_invoice_report.tallies import AGE_NAMES

_WIDE = 1000
_HIGH = 200


def age_bar(ages: Mapping[str, int], largest: int) -> str:
    """Return one bar, in parts by age, as long as its share of the largest."""
    parts, start = [], 0
    for number, name in enumerate(AGE_NAMES):
        count = ages.get(name, 0)
        width = count * _WIDE // max(largest, 1)
        if count:
            width = max(width, 4)
            parts.append(
                f'<rect class="age{number}" x="{start}" y="0" width="{width}" height="20">'
                f"<title>{escape(name)}: {count:,}</title></rect>"
            )
            start += width
    label = ", ".join(f"{name}: {ages[name]:,}" for name in AGE_NAMES if ages.get(name))
    return (
        f'<svg class="bar" viewBox="0 0 {_WIDE} 20" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def trend_line(past: Sequence[EarlierFigures]) -> str:
    """Return the line of the stuck invoices over the reports, from zero up."""
    most = max((one.stuck for one in past), default=0) or 1
    step = _WIDE // max(len(past) - 1, 1)
    points = [(number * step, _HIGH - one.stuck * (_HIGH - 10) // most) for number, one in enumerate(past)]
    line = " ".join(f"{x},{y}" for x, y in points)
    area = f"0,{_HIGH} {line} {points[-1][0]},{_HIGH}"
    label = f"{len(past)} reports, from {past[0].stuck:,} to {past[-1].stuck:,} stuck invoices, at most {most:,}"
    return (
        f'<svg class="trend" viewBox="0 0 {points[-1][0] or 1} {_HIGH}" preserveAspectRatio="none" role="img"'
        f' aria-label="{label}"><polygon points="{area}"/><polyline points="{line}"/></svg>'
    )
