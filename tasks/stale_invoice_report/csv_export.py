"""The report as CSV: UTF-8 with a mark for spreadsheets, header first, formulas in texts defused."""

from collections.abc import Iterable
from decimal import Decimal
from typing import IO

from jobs.spreadsheet import BYTE_ORDER_MARK, csv_lines
from tasks.stale_invoice_report.columns import COLUMNS, NAMES
from tasks.stale_invoice_report.report_row import ReportRow

_AMOUNTS = [place for place, column in enumerate(COLUMNS) if column.kind == "money"]


def write_csv(out: IO[str], rows: Iterable[ReportRow]) -> None:
    """Write rows in their order; amounts with a point and two places, days as yyyy-mm-dd."""
    out.write(BYTE_ORDER_MARK)
    out.writelines(csv_lines(NAMES, map(_cells, rows)))


def _cells(row: ReportRow) -> list[object]:
    cells: list[object] = list(row)
    for place in _AMOUNTS:
        cells[place] = None if row[place] is None else Decimal(str(row[place]))
    return cells
