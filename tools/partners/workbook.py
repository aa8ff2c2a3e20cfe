"""The accounts as a workbook: the accounts on the first sheet, then a sheet for each figure with its rows.

Texts are written as texts and defused, so that nothing is calculated.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.business_time import business_date
from database.sessions import Session
from jobs.run.outcome import Table
from jobs.workbook import MOST_ROWS, formats_of, laid_out, new_workbook, write_cell, write_table
from tools.partners.accounts import HEADINGS, MOVEMENTS, sql

_ROWS_AT_ONCE = 1000
_KINDS = {Decimal: "money", int: "whole", date: "date"}
_MOVED = ("partner", "GL", "invoice", "partial refund", "amount", "day", "told by")
_STOOD = ("partner", "GL", "invoice", "partial refund", "start", "end", "part of the end", "batch", "last moved")


def write_workbook(path: Path, session: Session, tables: list[Table], *, start: datetime) -> None:
    """Write the workbook. Needs the temporary tables of the package.

    tables  what stands on the first sheet, one below the other
    """
    with new_workbook(path) as book:
        formats = formats_of(book)
        first = laid_out(book, "Accounts")
        first.set_column(0, 20, 15)
        line = 0
        for table in tables:
            line = write_table(first, line, table, formats) + 1
        _fill(book, "Start and end", _STOOD, _items(session), formats)
        for figure in MOVEMENTS:
            _fill(book, HEADINGS[figure], _MOVED, _entries(session, figure, start), formats)


def _fill(
    book: xlsxwriter.Workbook,
    title: str,
    columns: tuple[str, ...],
    rows: Iterator[tuple[Any, ...]],
    formats: dict[str, Format | None],
) -> None:
    """Write rows on a sheet, and on further ones where there are more than a sheet holds."""
    sheet, used = _begin(book, title, columns, formats), 0
    for row in rows:
        if used >= MOST_ROWS:
            sheet, used = _begin(book, f"{title} ({len(book.worksheets())})", columns, formats), 0
        used += 1
        for number, value in enumerate(row):
            if value is not None:
                kind = _KINDS.get(type(value), "text")
                plain = value.isoformat() if isinstance(value, date) else value
                write_cell(sheet, (used, number), plain, kind, formats[kind])


def _begin(
    book: xlsxwriter.Workbook, title: str, columns: tuple[str, ...], formats: dict[str, Format | None]
) -> Worksheet:
    sheet = laid_out(book, title)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_column(0, len(columns) - 1, 16)
    for number, name in enumerate(columns):
        sheet.write_string(0, number, name, formats["heading"])
    return sheet


def _entries(session: Session, figure: str, start: datetime) -> Iterator[tuple[Any, ...]]:
    statement = sql["list_entries"].execution_options(yield_per=_ROWS_AT_ONCE)
    for row in session.execute(statement, {"figure": figure, "start": start}):
        yield row.partner, row.gl, row.invoice_id, row.refund_id, row.amount, _day(row.moment), row.source


def _items(session: Session) -> Iterator[tuple[Any, ...]]:
    for row in session.execute(sql["list_items"].execution_options(yield_per=_ROWS_AT_ONCE)):
        part = HEADINGS.get(row.part, HEADINGS["in_question"]) if row.part else None
        yield (
            row.partner, row.gl, row.invoice_id, row.refund_id, row.start_balance, row.end_balance, part, row.batch,
            _day(row.last_on),
        )  # fmt: skip


def _day(moment: datetime) -> date:
    return business_date(moment.replace(tzinfo=UTC))
