"""Draw docs/benchmarks.svg: seconds against size of each job, on logarithmic axes, beside floor and reference."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.points import MeasuredPoint

PLACE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.svg"


@dataclass(frozen=True)
class Panel:
    """One job: what its sizes count, and what the reference took, as (size, seconds).

    rate  rows a second of the reference, where that is what is known
    """

    job: str
    counts: str
    reference: tuple[int, float] | None = None
    rate: float | None = None


PANELS = (
    Panel("GENERATE_STATEMENTS", "statements", reference=(12_608, 98.3)),
    Panel("PAD_RECONCILE", "settlement rows", rate=11),
    Panel("EJV_FEEDBACK_CHECK", "feedback lines", reference=(500, 65)),
    Panel("ROUTING_SLIP_RECREATE", "corrections, 100 ms a call"),
    Panel("STALE_INVOICE_REPORT", "invoices"),
    Panel("verify", "invoices"),
    Panel("close of a day", "invoices made that day"),
    Panel("close of a month", "invoices made that month"),
)
_COLUMNS, _WIDTH, _HEIGHT, _HEAD = 2, 400, 230, 64
_LEFT, _TOP, _RIGHT, _BOTTOM = 58, 50, 20, 38
_STYLE = (Path(__file__).resolve().parent / "chart.css").read_text(encoding="utf-8")


def draw(points: Sequence[MeasuredPoint]) -> str:
    """Return the chart as SVG; a job that was not measured has no panel."""
    panels = [
        (panel, measured)
        for panel in PANELS
        if (measured := sorted((one for one in points if one.job == panel.job), key=lambda one: one.size))
    ]
    height = _HEAD + math.ceil(len(panels) / _COLUMNS) * _HEIGHT
    drawn = "".join(
        f'<g transform="translate({nth % _COLUMNS * _WIDTH} {_HEAD + nth // _COLUMNS * _HEIGHT})">'
        f"{''.join(_panel(*panel))}</g>\n"
        for nth, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_COLUMNS * _WIDTH} {height}" role="img" '
        f'aria-labelledby="name">\n<title id="name">Seconds against size of each job, beside its floor and the '
        f"reference</title>\n<style>\n{_STYLE}</style>\n"
        f'<rect class="page" width="100%" height="100%"/>\n{"".join(_legend())}\n{drawn}</svg>\n'
    )


def _legend() -> Iterator[str]:
    yield _text(_LEFT, 24, "Seconds against what a command works on, both axes logarithmic", "title")
    for nth, (kind, said) in enumerate(
        (("ours", "the command"), ("floor", "its floor: the same rows by plain SQL"), ("reference", "the reference"))
    ):
        x = (_LEFT, _LEFT + 120, _LEFT + 360)[nth]
        yield f'<path class="{kind} line" d="M{x} 44h24"/>{_mark(x + 12, 44, kind)}{_text(x + 32, 48, said)}'


def _panel(panel: Panel, measured: Sequence[MeasuredPoint]) -> Iterator[str]:
    sizes = [one.size for one in measured] + ([panel.reference[0]] if panel.reference else [])
    seconds = [one.seconds for one in measured] + [one.floor for one in measured if one.floor]
    seconds += [panel.reference[1]] if panel.reference else []
    seconds += [size / panel.rate for size in sizes] if panel.rate else []
    across, up = _Axis.over(sizes), _Axis.over(seconds)
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def x(size: float) -> float:
        return _LEFT + across.share(size) * (right - _LEFT)

    def y(value: float) -> float:
        return bottom - up.share(value) * (bottom - _TOP)

    yield _text(_LEFT, 22, panel.job, "title")
    yield _text(right, 22, panel.counts, anchor="end")
    for value in up.ticks():
        yield f'<path class="grid" d="M{_LEFT} {y(value):.1f}H{right}"/>'
        yield _text(_LEFT - 8, y(value) + 4, f"{value:,.10g} s", anchor="end")
    for value in across.ticks():
        yield f'<path class="grid" d="M{x(value):.1f} {_TOP}V{bottom}"/>'
        yield _text(x(value), bottom + 16, _short(value), anchor="middle")
    yield f'<path class="frame" fill="none" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>'
    if panel.rate:
        ends = [(x(size), y(size / panel.rate)) for size in (sizes[0], sizes[-1])]
        yield from _series(ends, "reference")
        middle = [sum(places) / 2 for places in zip(*ends, strict=True)]
        yield _text(middle[0], middle[1] - 10, f"{panel.rate:g} rows a second", "reference value", anchor="middle")
    if panel.reference:
        size, value = panel.reference
        yield _mark(x(size), y(value), "reference")
        yield _label(x(size), y(value), f"{value:g} s", "reference", right)
    yield from _series([(x(one.size), y(one.floor)) for one in measured if one.floor], "floor")
    yield from _series([(x(one.size), y(one.seconds)) for one in measured], "ours")
    for one in measured:
        yield _label(x(one.size), y(one.seconds), f"{one.seconds:.3g} s", "ours", right)


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis, as powers of ten."""

    low: int
    high: int

    @classmethod
    def over(cls, values: Sequence[float]) -> "_Axis":
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1))

    def share(self, value: float) -> float:
        return (math.log10(value) - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def _series(places: Sequence[tuple[float, float]], kind: str) -> Iterator[str]:
    if len(places) > 1:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        yield f'<path class="{kind} line" d="M{path}"/>'
    yield from (_mark(x, y, kind) for x, y in places)


def _mark(x: float, y: float, kind: str) -> str:
    if kind == "reference":
        return f'<rect class="{kind}" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4" stroke-width="1.5"/>'


def _label(x: float, y: float, said: str, kind: str, right: float) -> str:
    """Return a value above its mark, inside the frame."""
    anchor = "start" if x < _LEFT + 20 else "end" if x > right - 20 else "middle"
    return _text(x, y - 10, said, f"{kind} value", anchor=anchor)


def _text(x: float, y: float, said: str, kind: str = "text", *, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _short(value: float) -> str:
    return f"{value / 1_000_000:g} M" if value >= 1_000_000 else f"{value:,.0f}"
