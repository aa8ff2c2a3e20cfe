"""A closing as one self-contained page that needs no script: a total leads to its rows, a row to its line of a file."""

from collections.abc import Iterator
from html import escape
from itertools import islice
from pathlib import Path

from config.business_time import local_and_utc
from config.visible import visible
from database.closing.figures import is_of_lines
from database.sessions import Session
from tasks.stale_invoice_report.page.document import figure, money, page_end, page_top, with_roles
from tools.close.closing import Closing, FigureTotal, Remainder
from tools.close.rows import FigureRow, rows_of
from tools.close.tables import judged, page, verdict

MOST_ROWS = 20_000
_NUMBERS = {"rows", "amount", "expected", "found", "unexplained", "one side", "the other side"}
_STYLE = "tr:target { outline: 2px solid; }\n"


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
    yield _panel("unexplained", "Unexplained", _table(
        ("equation", "row", "expected", "found", "unexplained", "cause", "next command"),
        [_remainder(one) for one in closing.remainders],
    ))  # fmt: skip
    if closing.changed:
        yield _panel("changed", "Changed since it was recorded", _table(
            ("day", "figure", "row", "how"),
            [[str(one.day), one.figure, escape(visible(one.row)), one.in_words] for one in closing.changed],
        ))  # fmt: skip
    yield _panel("summary", "Summary", _table(
        ("what", "rows", "amount", "verdict"),
        [[escape(line), f"{rows or 0:,}", "–" if amount is None else money(amount), said]
         for line, rows, amount, said in page(closing).rows],
    ))  # fmt: skip
    yield _panel("equations", "Equations", _table(
        ("equation", "one side", "the other side", "verdict"),
        [[escape(one.title), *("–" if side is None else money(side) for side in (one.left, one.right)), judged(one)]
         for one in closing.equations],
    ))  # fmt: skip
    yield _panel("figures", "Figures", _table(
        ("figure", "rows", "amount", "meaning"),
        [[f'<a href="#{one.name}">{one.name}</a>', f"{one.total.rows:,}", money(one.total.amount), escape(one.meaning)]
         for one in closing.figures],
    ))  # fmt: skip


def _remainder(one: Remainder) -> list[str]:
    command = f"<code>python3 invoke_jobs.py {escape(visible(one.next))}</code>"
    return [one.equation, escape(visible(one.row)), money(one.expected), money(one.found), money(one.amount),
            escape(visible(one.cause)), command]  # fmt: skip


def _rows(one: FigureTotal, rows: Iterator[FigureRow]) -> Iterator[str]:
    """Return the section of a figure. A line of a file is where rows that come from it lead."""
    shown = [_row(one.name, place, row) for place, row in enumerate(islice(rows, MOST_ROWS), 1)]
    hidden = one.total.rows - len(shown)
    more = f"<p>{hidden:,} more rows are in the workbook (--xlsx).</p>" if hidden > 0 else ""
    back = f'<p>{escape(one.meaning)}. <a href="#figures">Back to the figures</a></p>'
    cells = _whole(("day", "method", "row", "amount", "from"), shown)
    yield _panel(one.name, f"{one.name}: {one.total.rows:,} rows, {money(one.total.amount)} CAD", back + cells + more)


def _row(figure_name: str, place: int, row: FigureRow) -> str:
    origin = escape(visible(row.origin))
    if row.line and row.line[1] <= MOST_ROWS:
        origin = f'<a href="#{_anchor(*row.line)}">{origin}</a>'
    cells = [str(row.day), escape(visible(row.method)) or "–", escape(visible(row.key)), money(row.amount), origin]
    names = ("day", "method", "row", "amount", "from")
    inner = "".join(_cell(name, cell) for name, cell in zip(names, cells, strict=True))
    return f'<tr id="{_anchor(figure_name, place)}">{inner}</tr>' if is_of_lines(figure_name) else f"<tr>{inner}</tr>"


def _anchor(figure_name: str, place: int) -> str:
    """Return where a line of a file stands on the page."""
    return f"{figure_name}-{place}"


def _panel(name: str, title: str, inner: str) -> str:
    return (
        f'<section class="panel" id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{escape(title)}</h2>'
        f"{inner}</section>\n"
    )


def _table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = ["<tr>" + "".join(map(_cell, columns, row)) + "</tr>" for row in rows]
    return _whole(columns, lines)


def _whole(columns: tuple[str, ...], lines: list[str]) -> str:
    if not lines:
        return "<p>None.</p>"
    head = "".join(f'<th scope="col"{_shape(name)}>{escape(name)}</th>' for name in columns)
    return with_roles(f'<table class="wide"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>')


def _cell(name: str, value: str) -> str:
    return f'<td data-is="{escape(name)}"{_shape(name)}>{value}</td>'


def _shape(name: str) -> str:
    return ' class="n"' if name in _NUMBERS else ""
