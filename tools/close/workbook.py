"""A closing as a workbook: the figures on the first sheet, each with a link to a sheet of its own with its rows.

Texts are written as texts and defused, so that nothing is calculated.
"""

from dataclasses import replace
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.business_time import day_bounds, naive_utc
from database.sessions import Session
from jobs.spreadsheet import defused
from jobs.workbook import MOST_ROWS, formats_of, laid_out, new_workbook, write_cell, write_table
from tools.close.closing import Closing, FigureTotal
from tools.close.rows import FigureRow, rows_of
from tools.close.tables import for_programs, verdict

_COLUMNS = (("day", 12), ("method", 16), ("row", 26), ("amount (CAD)", 16), ("from", 48))
_MOST_LINKS = 65_000  # of a sheet, as Excel opens it
_Formats = dict[str, Format | None]


def write_workbook(path: Path, session: Session, closing: Closing) -> None:
    """Write the workbook of a closing that was computed in this transaction.

    The same closing is the same bytes, whenever it is written.
    """
    dated = day_bounds(closing.last)[1] if closing.recorded_on is None else naive_utc(closing.recorded_on)
    with new_workbook(path) as book:
        book.set_properties({"title": f"Closing of {closing.title}", "author": "Pay Jobs", "created": dated})
        formats = formats_of(book)
        _write_figures(laid_out(book, "Closing"), closing, formats)
        detail = laid_out(book, "Equations")
        detail.set_column(0, 0, 30)
        detail.set_column(1, 8, 18)
        line = 0
        for table in for_programs(closing)[1:]:
            rows = [["" if value is None else value for value in row] for row in table.rows]
            line = write_table(detail, line, replace(table, rows=rows), formats) + 1
        for figure in closing.figures:
            _write_rows(book, session, closing, figure, formats)


def _write_figures(sheet: Worksheet, closing: Closing, formats: _Formats) -> None:
    for number, width in enumerate((30, 10, 18, 70)):
        sheet.set_column(number, number, width)
    sheet.write_string(0, 0, verdict(closing), formats["title"])
    for number, name in enumerate(("figure", "rows", "amount (CAD)", "meaning")):
        sheet.write_string(2, number, name, formats["heading"])
    for line, one in enumerate(closing.figures, 3):
        sheet.write_url(line, 0, f"internal:'{one.name}'!A1", string=one.name)
        write_cell(sheet, (line, 1), one.total.rows, "whole", formats["whole"])
        write_cell(sheet, (line, 2), one.total.amount, "money", formats["money"])
        write_cell(sheet, (line, 3), one.meaning, "text", formats["text"])


def _write_rows(
    book: xlsxwriter.Workbook, session: Session, closing: Closing, figure: FigureTotal, formats: _Formats
) -> None:
    """Write the rows of a figure on its sheet, and on further ones where there are more than a sheet holds."""
    sheet, used, sheets = _begin(book, figure.name, figure.name, formats), 1, 1
    for row in rows_of(session, closing, figure.name):
        if used > MOST_ROWS:
            sheets += 1
            sheet, used = _begin(book, _title(figure.name, sheets), figure.name, formats), 1
        used += 1
        write_cell(sheet, (used, 0), row.day.isoformat(), "date", formats["date"])
        write_cell(sheet, (used, 1), row.method, "text", formats["text"])
        write_cell(sheet, (used, 2), row.key, "text", formats["text"])
        write_cell(sheet, (used, 3), row.amount, "money", formats["money"])
        _write_origin(sheet, used, row, formats)


def _write_origin(sheet: Worksheet, used: int, row: FigureRow, formats: _Formats) -> None:
    """Write where a row comes from; one that comes from a line of a file leads to it, while a sheet takes links."""
    if row.line is None or used > _MOST_LINKS:
        write_cell(sheet, (used, 4), row.origin, "text", formats["text"])
        return
    figure, place = row.line
    part, above = divmod(place - 1, MOST_ROWS)
    sheet.write_url(used, 4, f"internal:'{_title(figure, part + 1)}'!A{above + 3}", string=defused(row.origin))


def _title(figure: str, sheet: int) -> str:
    """Return the name of the sheet of a figure, of the second and further ones too."""
    return figure if sheet == 1 else f"{figure[:25]} ({sheet})"


def _begin(book: xlsxwriter.Workbook, title: str, figure: str, formats: _Formats) -> Worksheet:
    sheet = laid_out(book, title)
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(0, 1)
    sheet.write_url(0, 0, "internal:'Closing'!A1", string=f"{figure}: back to the figures")
    for number, (name, width) in enumerate(_COLUMNS):
        sheet.set_column(number, number, width)
        sheet.write_string(1, number, name, formats["heading"])
    return sheet
