"""Tables as one self-contained page without script, with the look of STALE_INVOICE_REPORT's."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import IO, Any

from config.visible import visible
from jobs.run.outcome import Table
from tasks.stale_invoice_report.page.document import figure, money, page_end, page_top, with_roles


def write_page(
    out: IO[str], *, title: str, answer: str, figures: Sequence[tuple[str, str, bool]], tables: Sequence[Table],
    made_on: datetime, made_by: str,
) -> None:  # fmt: skip
    """Write the page.

    figures  the name, the value, and whether it is bad
    tables   one panel each, in their order
    made_by  the command, and what must be known of its figures
    """
    shown = [figure(escape(name), escape(value), "bad" if bad else "") for name, value, bad in figures]
    out.write(page_top(title, answer, shown))
    out.writelines(_panels(tables))
    out.write(page_end(f"Made {made_on:%Y-%m-%d %H:%M} UTC by {made_by}."))


def _panels(tables: Sequence[Table]) -> Iterator[str]:
    for table in tables:
        head = "".join(
            f'<th scope="col"{_kind(table, place)}>{escape(name)}</th>' for place, name in enumerate(table.columns)
        )
        rows = "".join(f"<tr>{''.join(_cells(table, row))}</tr>" for row in table.rows)
        whole = f'<table class="wide"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        yield (
            f'<section class="panel" aria-labelledby="h-{table.key}"><h2 id="h-{table.key}">{escape(table.title)}</h2>'
            f"{with_roles(whole) if rows else '<p>None.</p>'}</section>"
        )


def _cells(table: Table, row: Sequence[Any]) -> Iterator[str]:
    for place, (name, value) in enumerate(zip(table.columns, row, strict=True)):
        yield f'<td data-is="{escape(name)}"{_kind(table, place)}>{_shown(name, value)}</td>'


def _kind(table: Table, place: int) -> str:
    return ' class="n"' if table.rows and isinstance(table.rows[0][place], Decimal) else ""


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return money(value)
    said = escape(visible(str(value)))
    return f"<code>{said}</code>" if name == "next command" else said
