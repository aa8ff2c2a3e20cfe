"""Tables as one self-contained page without script, with the look of STALE_INVOICE_REPORT's."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import IO, Any

from config.visible import visible
from jobs.run.outcome import Table
from tasks.stale_invoice_report.page.document import figure, money, part, policy, with_roles

_NARROW = ".wide td, .wide th { padding: .3rem .35rem; font-size: .875rem; } .wide td { overflow-wrap: anywhere; }"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header class="top"><h1>{title}</h1><p>{answer}</p></header>
<main>
<section aria-label="Headline figures"><dl class="figures">{figures}</dl></section>
{panels}
</main>
<footer><p>Made {made_on} UTC by {made_by}.</p></footer>
</body>
</html>
"""


def write_page(
    out: IO[str], *, title: str, answer: str, figures: Sequence[tuple[str, str, bool]], tables: Sequence[Table],
    made_on: datetime, made_by: str,
) -> None:  # fmt: skip
    """Write the page.

    figures  the name, the value, and whether it is bad
    tables   one panel each, in their order
    made_by  the command, and what must be known of its figures
    """
    style = part("page.css") + _NARROW
    values = {
        "policy": policy(style),
        "style": style,
        "title": escape(title),
        "answer": escape(answer),
        "figures": "".join(figure(escape(name), escape(value), "bad" if bad else "") for name, value, bad in figures),
        "panels": "".join(_panels(tables)),
        "made_by": escape(made_by),
        "made_on": f"{made_on:%Y-%m-%d %H:%M}",
    }
    out.write(_PAGE.format(**values))


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
