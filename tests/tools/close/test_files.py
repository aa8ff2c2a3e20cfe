"""A closing as a workbook and as a page, of a day with the rows of a settlement file."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.errors import ExitCode
from database.engine import Database
from jobs.run.result import RunResult
from tests.settlement_factory import SettlementBooks, example, fill_example
from tests.tasks.stale_invoice_report.chromium import CHROMIUM, chromium
from tests.tools.close.conftest import Close
from tests.tools.close.read_back import page_figures, workbook_figures

DAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ROWS_PRINTED = "[...document.querySelectorAll('tbody tr')].filter(row => row.getBoundingClientRect().height).length"
SPANS: tuple[dict[str, Any], ...] = ({"day": DAY}, {"month": DAY}, {"year": "2026"})


@pytest.fixture
def settled(database: Database) -> None:
    """The file of the worked examples was applied on the 22nd: PAD, a credit memo, a bounce, online banking."""
    books = SettlementBooks(database)
    fill_example(books)
    books.apply(*example(*range(1, 9)))


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("span", SPANS, ids=str)
def test_each_figure_of_the_workbook_is_the_sum_of_its_sheet(
    close: Close, tmp_path: Path, span: dict[str, Any]
) -> None:
    closed: RunResult = close(**span, at=MORNING, xlsx_file=tmp_path / "closing.xlsx")
    assert closed.exit_code in {ExitCode.DONE, ExitCode.ATTENTION}, closed.error

    told, sums = workbook_figures(tmp_path / "closing.xlsx")
    assert told == sums
    assert {"files.padp.applied", "invoices.settled", "credits.used", "bounces.receipts"} <= told.keys()
    book = openpyxl.load_workbook(tmp_path / "closing.xlsx")
    for [name] in book["Closing"].iter_rows(min_row=4, max_col=1):
        assert name.hyperlink is not None
        assert name.hyperlink.location == f"'{name.value}'!A1"
    # A row that comes from a line of a file leads to that line.
    origins = [row[4] for row in book["invoices.settled"].iter_rows(min_row=3) if " line " in str(row[4].value)]
    assert origins
    for origin in origins:
        assert origin.hyperlink is not None
        sheet, _, cell = str(origin.hyperlink.location).partition("!")
        line = book[sheet.strip("'")]
        assert line.cell(line[cell].row, 5).value == origin.value
    lines = book["files.padp.applied"].iter_rows(min_row=3, values_only=True)
    assert {str(row[4]).partition(" line ")[0] for row in lines} == {"BCR_PAYMENT_APPL_20261105.csv"}


@pytest.mark.usefixtures("settled")
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
def test_a_total_leads_to_a_line_of_a_file_in_two_clicks_without_a_script(close: Close, tmp_path: Path) -> None:
    with chromium() as page:
        for span in SPANS:
            path = tmp_path / f"{'-'.join(span)}.html"
            close(**span, at=MORNING, html_file=path)
            told, sums = page_figures(path)
            assert told == sums

            page.open(path)
            assert page.js("document.scripts.length") == 0
            page.js("document.querySelector('#figures a[href=\"#invoices.settled\"]').click()")
            assert page.js("location.hash") == "#invoices.settled"
            page.js("document.getElementById('invoices.settled').querySelector('td a').click()")
            assert page.js("document.querySelector('tr:target').innerText").startswith("2026-11-22")
        assert page.violations() == []
        page.resize(400, 900)
        assert page.violations() == []
        page.resize(720, 900)  # a sheet of letter paper between its margins
        page.ask("Emulation.setEmulatedMedia", media="print")
        assert page.js(ROWS_PRINTED) == page.js("document.querySelectorAll('tbody tr').length")
        assert page.js("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert (page.complaints, page.pdf()[:5]) == ([], b"%PDF-")
