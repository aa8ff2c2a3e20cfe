"""The report as a workbook: a sheet with the figures, then one with every invoice, in constant memory.

Amounts are numbers with two places, days are dates, and every text is written as a text, so that nothing is calculated.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jobs.run.outcome import Table
from jobs.spreadsheet import defused
from tasks.stale_invoice_report.columns import COLUMNS
from tasks.stale_invoice_report.report_row import ReportRow
from tasks.stale_invoice_report.summary import Summary, census_table, diagnosis_table, headline, scope_in_words

MOST_ROWS = 1_000_000
_ADDED_UP = ("total", "paid")
_LETTER = 1
WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(path: Path, rows: Iterable[ReportRow], summary: Summary) -> None:
    """Write the workbook: the figures, then every invoice on one sheet, the worst first, with a total."""
    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        title = f"Stuck invoices, {summary.today}"
        made = {"title": title, "author": "Pay Jobs", "subject": scope_in_words(summary), "created": summary.made_on}
        book.set_properties(made)
        formats = formats_of(book)
        _write_summary(laid_out(book, "Summary"), formats, summary)
        sheet = _InvoiceSheet(book, "Invoices", formats)
        for row in rows:
            if sheet.used >= MOST_ROWS:
                sheet.close()
                sheet = _InvoiceSheet(book, f"Invoices ({len(book.worksheets())})", formats)
            sheet.add(row)
        sheet.close()


def laid_out(book: xlsxwriter.Workbook, title: str) -> Worksheet:
    """Add a sheet that is printed across the page, as wide as it is."""
    sheet = book.add_worksheet(title)
    sheet.set_landscape()
    sheet.set_paper(_LETTER)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")
    return sheet


class _InvoiceSheet:
    """Invoices, one a row, and what they come to."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, formats: dict[str, Format | None]) -> None:
        self.used = 0
        self._totals = {place: Decimal(0) for place, column in enumerate(COLUMNS) if column.name in _ADDED_UP}
        self._sheet = laid_out(book, title)
        self._formats = formats
        self._sheet.freeze_panes(1, 1)
        self._sheet.repeat_rows(0)
        for number, column in enumerate(COLUMNS):
            self._sheet.set_column(number, number, column.width)
            self._sheet.write_string(0, number, column.heading, formats["heading"])

    def add(self, row: ReportRow) -> None:
        """Write one row."""
        self.used += 1
        for number, (column, value) in enumerate(zip(COLUMNS, row, strict=True)):
            if value is not None and value != "":
                write_cell(self._sheet, (self.used, number), value, column.kind, self._formats[column.kind])
        for place in self._totals:
            self._totals[place] += Decimal(str(row[place]))

    def close(self) -> None:
        """Give the header its filters, now that the last row is known, and write the total below them."""
        self._sheet.autofilter(0, 0, self.used, len(COLUMNS) - 1)
        self._sheet.write_string(self.used + 1, 0, "Total", self._formats["total"])
        for place, amount in self._totals.items():
            self._sheet.write_number(self.used + 1, place, amount, self._formats["total"])


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


def _write_summary(sheet: Worksheet, formats: dict[str, Format | None], summary: Summary) -> None:
    for number, width in enumerate((18, 60, 12, 16, 12, 18, 70)):
        sheet.set_column(number, number, width)
    sheet.write_string(0, 0, f"Stuck invoices, {summary.today}", formats["title"])
    line = 1
    for sentence in (scope_in_words(summary), *headline(summary)):
        sheet.write_string(line, 0, defused(sentence), formats["text"])
        line += 1
    for table in (census_table(summary), diagnosis_table(summary)):
        line = write_table(sheet, line + 1, table, formats)
    stuck, waiting = summary.tallies.stuck, summary.tallies.waiting
    for name, count, amount in (
        ("Stuck", stuck.count, stuck.amount),
        ("Resolve on their own", waiting.count, waiting.amount),
        ("Total", stuck.count + waiting.count, stuck.amount + waiting.amount),
    ):
        sheet.write_string(line, 0, name, formats["total"])
        sheet.write_number(line, 2, count, formats["total count"])
        sheet.write_number(line, 3, amount, formats["total"])
        line += 1


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
