"""The report as a workbook: a sheet with the figures, then one for each payment method, in constant memory.

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
from tasks.stale_invoice_report.summary import Summary, census_table, diagnosis_table, headline

MOST_ROWS = 1_000_000
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(path: Path, rows: Iterable[ReportRow], summary: Summary) -> None:
    """Write the workbook; the sheets of the methods come in the order in which their first row does."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        formats = _formats(book)
        _write_summary(book.add_worksheet("Summary"), formats, summary)
        sheets: dict[str, _Sheet] = {}
        for row in rows:
            sheet = sheets.get(row.method)
            if sheet is None or sheet.used >= MOST_ROWS:
                sheet = sheets[row.method] = _Sheet(book, _title(book, row.method), formats)
            sheet.add(row)
        for sheet in sheets.values():
            sheet.close()


class _Sheet:
    """The rows of one payment method."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, formats: dict[str, Format | None]) -> None:
        self.used = 0
        self._sheet = book.add_worksheet(title)
        self._formats = [formats[column.kind] for column in COLUMNS]
        self._sheet.freeze_panes(1, 1)
        for number, column in enumerate(COLUMNS):
            self._sheet.set_column(number, number, column.width)
            self._sheet.write_string(0, number, column.heading, formats["heading"])

    def add(self, row: ReportRow) -> None:
        """Write one row."""
        self.used += 1
        for number, (column, value) in enumerate(zip(COLUMNS, row, strict=True)):
            if value is not None and value != "":
                _write(self._sheet, (self.used, number), value, column.kind, self._formats[number])

    def close(self) -> None:
        """Return the header its filters, now that the last row is known."""
        self._sheet.autofilter(0, 0, self.used, len(COLUMNS) - 1)


def _write(sheet: Worksheet, place: tuple[int, int], value: Any, kind: str, shape: Format | None) -> None:
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
    for sentence in headline(summary):
        sheet.write_string(line, 0, defused(sentence), formats["text"])
        line += 1
    for table in (census_table(summary), diagnosis_table(summary)):
        line = _write_table(sheet, line + 1, table, formats)


def _write_table(sheet: Worksheet, line: int, table: Table, formats: dict[str, Format | None]) -> int:
    sheet.write_string(line, 0, table.title, formats["title"])
    for number, name in enumerate(table.columns):
        sheet.write_string(line + 1, number, name, formats["heading"])
    line += 2
    for row in table.rows:
        for number, value in enumerate(row):
            kind = {Decimal: "money", int: "whole", date: "date"}.get(type(value), "text")
            plain = value.isoformat() if isinstance(value, date) else value
            _write(sheet, (line, number), plain, kind, formats[kind])
        line += 1
    return line


def _title(book: xlsxwriter.Workbook, method: str) -> str:
    taken = sum(sheet.get_name().split(" (")[0] == method for sheet in book.worksheets())
    return method if not taken else f"{method} ({taken + 1})"


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format | None]:
    return {
        "heading": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF4"}),
        "title": book.add_format({"bold": True, "font_size": 13}),
        "text": None,
        "money": book.add_format({"num_format": "#,##0.00"}),
        "whole": book.add_format({"num_format": "0"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
