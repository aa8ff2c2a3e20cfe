"""A closing as one self-contained page that needs no script: a total leads to its rows, a row to its line of a file."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from config.business_time import local_and_utc
from config.plurals import counted
from config.visible import visible
from database.closing.figures import is_of_lines
from database.sessions import Session
from tasks.stale_invoice_report.page.document import figure, money, page_end, page_top, with_roles
from tools.close.by_method import method_table
from tools.close.closing import Closing, FigureTotal
from tools.close.rows import FigureRow, rows_of
from tools.close.tables import changed_table, judged, month_table, page, remainder_table, verdict

MOST_ROWS = 20_000
_NUMBERS = {
    "rows", "amount", "expected", "found", "unexplained", "one side", "the other side", "invoices made", "in", "out",
    "bounced", "days recorded",
}  # fmt: skip
_STYLE = "tr:target { outline: 2px solid; }\n"


class _Html(str):
    """Text that is HTML already."""


def write_page(path: Path, session: Session, closing: Closing) -> None:
    """Write the page of a closing that was computed in this transaction; rows pass through one by one.

    The same closing is the same bytes, whenever it is written.
    """
    figures = (
        figure("CAD unexplained", money(closing.unexplained), "bad" if closing.remainders else ""),
        figure("rows unexplained", f"{len(closing.remainders):,}"),
    )
    with path.open("w", encoding="utf-8") as out:
        out.write(page_top(f"Closing of {closing.title}", verdict(closing), figures, style=_STYLE))
        out.writelines(_summary(closing))
        for one in closing.figures:
            out.writelines(_rows(one, rows_of(session, closing, one.name)))
        out.write(page_end(f"{_recorded(closing)}. Made by close. Amounts are in CAD."))


def _recorded(closing: Closing) -> str:
    if closing.recorded_on is None:
        return f"{closing.last} is not recorded"
    return f"{closing.last} was recorded at {local_and_utc(closing.recorded_on)}"


def _summary(closing: Closing) -> Iterator[str]:
    remainders = remainder_table(closing.remainders)
    yield _panel("unexplained", remainders.title, _table(remainders.columns, remainders.rows))
    if closing.changed:
        changed = changed_table(closing)
        yield _panel("changed", changed.title, _table(changed.columns, changed.rows))
    yield _panel("summary", "Summary", _table(("what", "rows", "amount", "verdict"), page(closing).rows))
    yield _panel("equations", "Equations", _table(
        ("equation", "one side", "the other side", "verdict"),
        [(one.title, one.left, one.right, judged(one)) for one in closing.equations],
    ))  # fmt: skip
    for table in (month_table(closing), method_table(closing.figures)):
        if table.rows:
            yield _panel(table.key, table.title, _table(table.columns, table.rows))
    yield _panel("figures", "Figures", _table(
        ("figure", "rows", "amount", "meaning"),
        [(_link(one.name), one.total.rows, one.total.amount, one.meaning) for one in closing.figures],
    ))  # fmt: skip
    yield _panel("by_method", "Figures by payment method, site, partner or file", _table(
        ("figure", "by", "rows", "amount"),
        [(_link(name), method, total.rows, total.amount) for name, method, total in closing.methods()],
    ))  # fmt: skip


def _link(figure_name: str) -> _Html:
    """Return a link to the rows of a figure."""
    return _Html(f'<a href="#{figure_name}">{figure_name}</a>')


def _rows(one: FigureTotal, rows: Iterator[FigureRow]) -> Iterator[str]:
    """Return the section of a figure. A line of a file is where rows that come from it lead."""
    shown = [_row(one.name, place, row) for place, row in enumerate(islice(rows, MOST_ROWS), 1)]
    hidden = one.total.rows - len(shown)
    more = f"<p>{counted(hidden, 'more row')}: the workbook (--xlsx) has all.</p>" if hidden > 0 else ""
    back = f'<p>{escape(one.meaning)}. <a href="#figures">Back to the figures</a></p>'
    cells = _whole(("day", "method", "row", "amount", "from"), shown)
    yield _panel(
        one.name, f"{one.name}: {counted(one.total.rows, 'row')}, {money(one.total.amount)} CAD", back + cells + more
    )


def _row(figure_name: str, place: int, row: FigureRow) -> str:
    origin = escape(visible(row.origin))
    if row.line and row.line[1] <= MOST_ROWS:
        origin = f'<a href="#{_anchor(*row.line)}">{origin}</a>'
    cells = [str(row.day), escape(visible(row.method)) or "–", escape(visible(row.key)), money(row.amount), origin]
    names = ("day", "method", "row", "amount", "from")
    inner = "".join(map(_cell, names, cells))
    return f'<tr id="{_anchor(figure_name, place)}">{inner}</tr>' if is_of_lines(figure_name) else f"<tr>{inner}</tr>"


def _anchor(figure_name: str, place: int) -> str:
    """Return where a line of a file stands on the page."""
    return f"{figure_name}-{place}"


def _panel(name: str, title: str, inner: str) -> str:
    return (
        f'<section class="panel" id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{escape(title)}</h2>'
        f"{inner}</section>\n"
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = ["<tr>" + "".join(_cell(*cell) for cell in zip(columns, map(_shown, columns, row), strict=True)) + "</tr>"
             for row in rows]  # fmt: skip
    return _whole(columns, lines)


def _shown(name: str, value: Any) -> str:
    """Return a value as HTML: an amount with two places, a command as code, nothing as a dash."""
    if isinstance(value, _Html):
        return value
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, int):
        return f"{value:,}"
    text = escape(visible(str(value or ""))) or "–"
    return f"<code>{text}</code>" if name == "next command" else text


def _whole(columns: Sequence[str], lines: list[str]) -> str:
    if not lines:
        return "<p>None.</p>"
    head = "".join(f'<th scope="col"{_shape(name)}>{escape(name)}</th>' for name in columns)
    return with_roles(f'<table class="wide"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>')


def _cell(name: str, value: str) -> str:
    return f'<td data-is="{escape(name)}"{_shape(name)}>{value}</td>'


def _shape(name: str) -> str:
    return ' class="n"' if name in _NUMBERS else ""
