"""The report as a workbook: a sheet with the figures, then one with every invoice, in constant memory."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jobs.spreadsheet import defused
from jobs.workbook import MOST_ROWS, formats_of, laid_out, new_workbook, write_cell, write_table
from tasks.stale_invoice_report.columns import COLUMNS
from tasks.stale_invoice_report.report_row import ReportRow
from tasks.stale_invoice_report.summary import Summary, census_table, diagnosis_table, headline, scope_in_words

_ADDED_UP = ("total", "paid")


def write_xlsx(path: Path, rows: Iterable[ReportRow], summary: Summary) -> None:
    """Write the workbook: the figures, then every invoice on one sheet, the worst first, with a total."""
    with new_workbook(path) as book:
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
