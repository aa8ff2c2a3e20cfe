"""Read the files of a closing back: what each figure says, and what the rows that stand for it come to."""

import re
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from html import unescape
from pathlib import Path

import openpyxl

Sums = dict[str, tuple[int, Decimal]]
_SHEET = re.compile(r"(.+?)(?: \(\d+\))?")
_SECTION = re.compile(r'<section class="panel" id="([^"]+)".*?</section>', re.DOTALL)
_AMOUNT = re.compile(r'<td[^>]* data-is="amount"[^>]*>([^<]*)</td>')
_FIGURE = re.compile(
    r'<a href="#([^"]+)">[^<]*</a></td><td[^>]* data-is="rows"[^>]*>([^<]*)</td>'
    r'<td[^>]* data-is="amount"[^>]*>([^<]*)</td>'
)


def workbook_figures(path: Path) -> tuple[Sums, Sums]:
    """Return the figures of the first sheet, and what the rows on the sheet of each come to."""
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        told = {
            str(row[0]): (int(str(row[1])), _amount(row[2]))
            for row in book["Closing"].iter_rows(min_row=4, max_col=4, values_only=True)
            if row[0]
        }
        sums: Sums = {}
        for sheet in book.worksheets[2:]:
            figure = _of(sheet.title, told)
            count, amount = sums.get(figure, (0, Decimal(0)))
            for row in sheet.iter_rows(min_row=3, max_col=4, values_only=True):
                count, amount = count + 1, amount + _amount(row[3])
            sums[figure] = (count, amount)
    return told, sums


def page_figures(path: Path) -> tuple[Sums, Sums]:
    """Return the figures of the page, and what the rows of the section of each come to."""
    sections = dict(_sections(path.read_text(encoding="utf-8")))
    told = {name: (int(rows.replace(",", "")), _amount(amount)) for name, rows, amount in
            _FIGURE.findall(sections["figures"])}  # fmt: skip
    sums = {}
    for name in told:
        amounts = [_amount(one) for one in _AMOUNT.findall(sections[name])]
        sums[name] = (len(amounts), sum(amounts, Decimal(0)))
    return told, sums


def _sections(page: str) -> Iterator[tuple[str, str]]:
    for found in _SECTION.finditer(page):
        yield found[1], found[0]


def _of(title: str, figures: Sums) -> str:
    """Return the figure that a sheet is about; second and further ones have a number behind a part of its name."""
    if title in figures:
        return title
    named = _SHEET.fullmatch(title)
    assert named, title
    return next(one for one in figures if one.startswith(named[1]))


def _amount(shown: object) -> Decimal:
    """Return an amount as a cell or a page shows it, to the cent."""
    text = unescape(str(shown)).replace(",", "").replace("−", "-")
    return Decimal(text).quantize(Decimal("0.01"))
