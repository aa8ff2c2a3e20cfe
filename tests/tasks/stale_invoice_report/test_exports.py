"""The report as CSV, workbook and JSON: the same columns, numbers as numbers, nothing that calculates."""

import csv
import io
import json
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl

from config.masking import mask
from tasks.stale_invoice_report.columns import COLUMNS, NAMES
from tasks.stale_invoice_report.csv_export import write_csv
from tasks.stale_invoice_report.page.document import write_page
from tasks.stale_invoice_report.report_row import ReportRow
from tasks.stale_invoice_report.summary import invoice_table
from tasks.stale_invoice_report.xlsx_export import write_xlsx
from tests.tasks.stale_invoice_report.rows import row, spool, summary

ROWS = [
    row(1, "P14", evidence='=HYPERLINK("http://x")', cfs_due="-12.50"),
    row(2, "J14", method="EJV", account="@me", batch=4321),
    row(3, "P1"),
]


def test_the_columns_stay_as_they_are() -> None:
    assert ReportRow._fields == NAMES
    assert [(column.heading, column.kind) for column in COLUMNS] == [
        ("Invoice", "whole"), ("Account", "text"), ("Account name", "text"), ("Method", "text"), ("Status", "text"),
        ("Created", "date"), ("Age (days)", "whole"), ("Total (CAD)", "money"), ("Paid (CAD)", "money"),
        ("Diagnosis", "text"), ("What it is", "text"), ("Whose turn", "text"), ("Confidence", "text"),
        ("Since last report", "text"), ("CFS number", "text"), ("CFS answer", "text"), ("CFS total (CAD)", "money"),
        ("CFS due (CAD)", "money"), ("File", "text"), ("Batch", "whole"), ("GL code", "whole"),
        ("Routing slip", "text"), ("Evidence", "text"), ("Next action", "text"), ("Command", "text"),
    ]  # fmt: skip


def test_csv_reads_back_and_no_cell_is_a_formula() -> None:
    out = io.StringIO()
    write_csv(out, spool(ROWS))
    [first, *others] = csv.DictReader(io.StringIO(out.getvalue().removeprefix("\ufeff")))

    assert tuple(first) == NAMES
    assert (first["invoice_id"], first["total"], first["created_on"], first["account"]) == (
        "2", "100.00", "2026-10-05", "'@me",
    )  # fmt: skip
    assert others[0]["cfs_due"] == "-12.50"
    assert others[0]["evidence"] == '\'=HYPERLINK("http://x")'


def test_a_workbook_has_every_invoice_on_one_sheet_with_typed_cells_filters_and_a_frozen_header(tmp_path: Path) -> None:
    path = tmp_path / "stuck.xlsx"
    write_xlsx(path, spool(ROWS), summary(ROWS))
    book = openpyxl.load_workbook(path)

    assert book.sheetnames == ["Summary", "Invoices"]
    sheet = book["Invoices"]
    assert [cell.value for cell in sheet[1]] == [column.heading for column in COLUMNS]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:Y4")
    cells = dict(zip(NAMES, sheet[3], strict=True))
    assert (cells["invoice_id"].value, cells["total"].value, cells["cfs_due"].value) == (1, 100, -12.5)
    assert cells["total"].number_format == "#,##0.00"
    assert cells["created_on"].value == datetime(2026, 10, 5)
    assert cells["created_on"].is_date
    assert cells["evidence"].value == '\'=HYPERLINK("http://x")'
    assert {cell.data_type for line in book.worksheets for cells in line.iter_rows() for cell in cells} <= {
        "n", "s", "d", "inlineStr",
    }  # fmt: skip


def test_a_summary_sheet_has_the_figures(tmp_path: Path) -> None:
    path = tmp_path / "stuck.xlsx"
    write_xlsx(path, spool(ROWS), summary(ROWS))
    values = [[cell.value for cell in line] for line in openpyxl.load_workbook(path)["Summary"].iter_rows()]

    assert values[0][0] == "Stuck invoices, 2026-11-23"
    assert ["EJV", 1015, Decimal("98211.50"), datetime(2025, 2, 3)] in [line[:4] for line in values]
    [found] = [line for line in values if line[0] == "J14"]
    assert (found[2], found[3], found[4]) == (1, 100, datetime(2026, 10, 5))
    assert [line[:4] for line in values if line[0] in {"Stuck", "Resolve on their own", "Total"}] == [
        ["Stuck", None, 3, 300],
        ["Resolve on their own", None, 0, 0],
        ["Total", None, 3, 300],
    ]


def test_a_workbook_adds_up_and_is_ready_to_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "stuck.xlsx"
    write_xlsx(path, spool(ROWS), summary(ROWS))
    book = openpyxl.load_workbook(path)
    sheet = book["Invoices"]
    total = dict(zip(NAMES, sheet[sheet.max_row], strict=True))

    assert (total["invoice_id"].value, total["total"].value, total["paid"].value) == ("Total", 300, 0)
    assert (book.properties.title, book.properties.creator) == ("Stuck invoices, 2026-11-23", "Pay Jobs")
    assert sheet.print_title_rows == "$1:$1"
    for one in book.worksheets:
        assert (one.page_setup.orientation, one.page_setup.fitToHeight) == ("landscape", 0)
        assert one.sheet_properties.pageSetUpPr is not None and one.sheet_properties.pageSetUpPr.fitToPage


def test_json_has_every_column_of_every_row_and_a_terminal_the_worst_few() -> None:
    table = invoice_table(spool(ROWS))

    records = json.loads(json.dumps(mask(table.records()), default=str))
    assert [record["invoice_id"] for record in records] == [2, 1, 3]
    assert tuple(records[0]) == NAMES
    assert len(table.rows) == 3
    assert table.rows[:1][0][0] == 2


def test_the_worst_go_first_then_the_oldest_then_the_largest() -> None:
    rows = [
        row(1, "P1", created_on="2020-01-01"),
        row(2, "P7", created_on="2026-01-02"),
        row(3, "P7", created_on="2026-01-01", total="5.00"),
        row(4, "P7", created_on="2026-01-01", total="50.00"),
        row(5, "F1"),
        row(6, "J14"),
    ]

    assert [one.invoice_id for one in spool(rows)] == [6, 4, 3, 2, 1, 5]


def test_the_order_of_many_rows_takes_a_hundred_bytes_a_row() -> None:
    page = [row(n, created_on=f"2026-10-{n % 30 + 1:02}", total=f"{n}.50") for n in range(2_000)]
    spool(page[:1])
    tracemalloc.start()
    try:
        kept = spool(page)
        assert tracemalloc.get_traced_memory()[0] < 100 * len(kept) + 32 * 1024
    finally:
        tracemalloc.stop()


def test_a_day_is_a_date_for_people_too() -> None:
    assert date.fromisoformat(spool(ROWS)[0].created_on) == date(2026, 10, 5)


def test_what_cannot_be_seen_is_shown_alike_in_csv_workbook_and_page(tmp_path: Path) -> None:
    rows, path = [row(1, "P14", evidence="a\x1b[2J\x01b\u202ec")], tmp_path / "stuck.xlsx"
    said, page = io.StringIO(), io.StringIO()
    write_csv(said, spool(rows))
    write_page(page, spool(rows), summary(rows))
    write_xlsx(path, spool(rows), summary(rows))
    cells = [cell.value for line in openpyxl.load_workbook(path)["Invoices"] for cell in line]

    shown = "a\\x1b[2J\\x01b\\u202ec"
    assert shown in said.getvalue()
    assert shown in cells
    assert shown.replace("\\", "\\\\") in page.getvalue()
    assert not {"\x1b", "\x01", "\u202e"} & set(said.getvalue() + page.getvalue())
