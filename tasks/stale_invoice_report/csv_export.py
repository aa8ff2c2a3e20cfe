"""The report as CSV: UTF-8 with a mark for spreadsheets, header first, formulas in texts defused."""

import csv
from collections.abc import Iterable
from typing import IO

from jobs.spreadsheet import defused
from tasks.stale_invoice_report.columns import COLUMNS, NAMES
from tasks.stale_invoice_report.row import Row


def write_csv(out: IO[str], rows: Iterable[Row]) -> None:
    """Write rows in their order; amounts with a point and two places, days as yyyy-mm-dd."""
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(NAMES)
    writer.writerows(
        [
            "" if value is None else defused(value) if column.kind == "text" else value
            for column, value in zip(COLUMNS, row, strict=True)
        ]
        for row in rows
    )
