"""Write a report where it was asked for, and keep a copy of it in the object store."""

import gzip
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from config.errors import PayJobsError
from connectors.object_store import CHUNK_SIZE, ObjectStore
from jobs.files_for_people import write_whole
from tasks.stale_invoice_report.arguments import Arguments
from tasks.stale_invoice_report.csv_export import write_csv
from tasks.stale_invoice_report.page import write_page
from tasks.stale_invoice_report.report_row import ReportRow
from tasks.stale_invoice_report.summary import Summary


def write_files(arguments: Arguments, rows: Sequence[ReportRow], summary: Summary) -> tuple[list[Path], list[str]]:
    """Write the files that were asked for, each whole or not at all.

    Returns those that were written, and why others were not: the report is shown all the same.
    """
    done, problems = [], []
    for path, write in _wanted(arguments, rows, summary):
        try:
            write_whole(path, write)
            done.append(path)
        except OSError as error:
            problems.append(f"{path} was not written: {error.strerror or error}.")
    return done, problems


def _wanted(
    arguments: Arguments, rows: Sequence[ReportRow], summary: Summary
) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    if arguments.csv_file:
        yield arguments.csv_file, lambda path: _csv(path, rows)
    if arguments.xlsx_file:
        from tasks.stale_invoice_report.xlsx_export import write_xlsx

        yield arguments.xlsx_file, lambda path: write_xlsx(path, rows, summary)
    if arguments.html_file:
        yield arguments.html_file, lambda path: _html(path, rows, summary)


def store_report(
    store: ObjectStore, rows: Sequence[ReportRow], summary: Summary, *, run_id: int | None, files: Sequence[Path]
) -> tuple[list[str], str | None]:
    """Keep the report with its run: every row as CSV, and the files that were written.

    Returns the keys, and why it was not all kept.
    """
    folder = f"stale_invoices/{summary.today:%Y/%m/%d}/run-{run_id or 0}"
    keys: list[str] = []
    try:
        with tempfile.TemporaryDirectory(prefix="stale-invoices-") as place:
            copy = Path(place) / "stuck_invoices.csv.gz"
            _zipped_csv(copy, rows)
            for path in (copy, *files):
                keys.append(store.put(f"{folder}/{path.name}", _chunks(path)).key)
    except PayJobsError as error:
        return keys, f"the report was not kept in the object store: {error}"
    return keys, None


def _csv(path: Path, rows: Sequence[ReportRow]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        write_csv(out, rows)


def _zipped_csv(path: Path, rows: Sequence[ReportRow]) -> None:
    with gzip.open(path, "wt", compresslevel=3, encoding="utf-8", newline="") as out:
        write_csv(out, rows)


def _html(path: Path, rows: Sequence[ReportRow], summary: Summary) -> None:
    with path.open("w", encoding="utf-8") as out:
        write_page(out, rows, summary)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(CHUNK_SIZE):
            yield chunk
