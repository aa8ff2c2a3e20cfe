"""The report as CSV: UTF-8 with a mark for spreadsheets, header first, formulas defused."""

import csv
from collections.abc import Iterable
from typing import IO

from jobs.spreadsheet import defused
from tasks.stale_invoice_report.columns import NAMES
from tasks.stale_invoice_report.row import Row


def write_csv(out: IO[str], rows: Iterable[Row]) -> None:
    """Write rows in their order; amounts with a point and two places, days as yyyy-mm-dd."""
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(NAMES)
    writer.writerows(["" if value is None else defused(value) for value in row] for row in rows)
