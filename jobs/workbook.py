"""Workbooks for people, written in constant memory.

Amounts are numbers with two places, days are dates, and every text is written as a text, so that nothing is calculated.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jobs.run.outcome import Table
from jobs.spreadsheet import defused

MOST_ROWS = 1_000_000
_LETTER = 1
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def new_workbook(path: Path) -> xlsxwriter.Workbook:
    """Return a workbook that is written to a file; close it."""
    return xlsxwriter.Workbook(str(path), _OPTIONS)


def laid_out(book: xlsxwriter.Workbook, title: str) -> Worksheet:
    """Add a sheet that is printed across the page, as wide as it is."""
    sheet = book.add_worksheet(title)
    sheet.set_landscape()
    sheet.set_paper(_LETTER)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")
    return sheet


def write_cell(sheet: Worksheet, place: tuple[int, int], value: Any, kind: str, shape: Format | None) -> None:
    """Write a value: an amount or count as a number, a day as a day, all else as a text that nothing calculates."""
    if kind == "money":
        sheet.write_number(*place, Decimal(value), shape)
    elif kind == "whole":
        sheet.write_number(*place, value, shape)
    elif kind == "date":
        sheet.write_datetime(*place, date.fromisoformat(value), shape)
    else:
        sheet.write_string(*place, defused(value), shape)


def write_table(sheet: Worksheet, line: int, table: Table, formats: dict[str, Format | None]) -> int:
    """Write a table from a line on, and return the line behind it."""
    sheet.write_string(line, 0, table.title, formats["title"])
    for number, name in enumerate(table.columns):
        heading = f"{name} (CAD)" if name == "amount" else name
        sheet.write_string(line + 1, number, heading, formats["heading"])
    line += 2
    for row in table.rows:
        for number, value in enumerate(row):
            kind = {Decimal: "money", int: "whole", date: "date"}.get(type(value), "text")
            plain = value.isoformat() if isinstance(value, date) else value
            write_cell(sheet, (line, number), plain, kind, formats[kind])
        line += 1
    return line


def formats_of(book: xlsxwriter.Workbook) -> dict[str, Format | None]:
    """Return the formats of a workbook by what they are for."""
    return {
        "heading": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF4"}),
        "title": book.add_format({"bold": True, "font_size": 13}),
        "text": None,
        "money": book.add_format({"num_format": "#,##0.00"}),
        "whole": book.add_format({"num_format": "0"}),
        "total": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"}),
        "total count": book.add_format({"bold": True, "top": 1, "num_format": "#,##0"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
