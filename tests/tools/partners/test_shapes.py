"""The accounts as a workbook, as a page, and through the runner."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from config.errors import UsageError
from tests.ejv_factory import EjvBooks
from tests.tasks.stale_invoice_report.chromium import CHROMIUM, chromium
from tests.tools.partners.conftest import Told
from tests.tools.partners.deals import PartnerBooks
from tests.tools.partners.test_planted import FEE, HEALTHY, PLAIN

NEVER_RUN = "=HYPERLINK(1)"


@pytest.fixture
def worked(books: EjvBooks, partner: PartnerBooks) -> PartnerBooks:
    books.change(
        "UPDATE distribution_codes SET name = :name WHERE distribution_code_id = :id", name=NEVER_RUN, id=partner.gl[0]
    )
    for number, deal in enumerate((*HEALTHY, replace(PLAIN, refund=FEE)), 1001):
        partner.write(replace(deal, number=number))
    return partner


def test_each_figure_of_the_workbook_is_the_sum_of_its_sheet(worked: PartnerBooks, told: Told, tmp_path: Path) -> None:
    told(xlsx_file=tmp_path / "partners.xlsx")

    book = openpyxl.load_workbook(tmp_path / "partners.xlsx")
    first = [[cell.value for cell in row] for row in book["Accounts"].iter_rows()]
    head = next(row for row in first if row[0] == "partner")
    account = dict(zip(head, first[first.index(head) + 1], strict=True))
    for figure in ("Collected", "Service fees left out", "Refunded", "Disbursed", "Given back"):
        rows = list(book[figure].iter_rows(min_row=2, values_only=True))
        assert sum(Decimal(str(row[4])) for row in rows) == Decimal(str(account[figure]))
        assert account[figure] == 0 or {row[0] for row in rows} == {"VS"}
    ends = list(book["Start and end"].iter_rows(min_row=2, values_only=True))
    assert sum(Decimal(str(row[5])) for row in ends) == Decimal(str(account["End"]))
    assert account["GL name"] == f"'{NEVER_RUN}"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
def test_the_page_is_accessible_and_shows_the_invoice_below_zero(
    worked: PartnerBooks, told: Told, tmp_path: Path
) -> None:
    told(html_file=tmp_path / "partners.html")

    with chromium() as page:
        page.open(tmp_path / "partners.html")
        assert page.violations() == []
        assert page.js("document.querySelector('#h-below_zero').parentNode.querySelectorAll('tbody tr').length") == 1
        page.resize(400, 900)
        assert page.violations() == []
        assert page.complaints == []


def test_a_month_that_has_not_begun_is_refused(told: Told, books: EjvBooks) -> None:
    with pytest.raises(UsageError, match="April 2027 has not begun"):
        told(date(2027, 4, 1))


@pytest.mark.parametrize(
    ("month", "end", "title"),
    [
        (date(2027, 1, 1), "at the end of January 2027", "January 2027"),
        (date(2027, 2, 1), "as of 2027-02-02 (February 2027 is not over)", "February 2027 as of 2027-02-02"),
    ],
)
def test_a_month_that_is_not_over_is_told_as_of_today(
    month: date, end: str, title: str, worked: PartnerBooks, told: Told, tmp_path: Path
) -> None:
    outcome = told(month, html_file=tmp_path / "partners.html")

    assert outcome.answer is not None
    assert outcome.answer.startswith(f"The balance of 1 partner {end} is ")
    assert [table.title for table in outcome.tables[:2]] == [
        f"Accounts of partners, {title} (CAD)", f"What the balances {end} are (CAD)",
    ]  # fmt: skip
    assert f"Accounts of partners, {title}" in (tmp_path / "partners.html").read_text(encoding="utf-8")


def test_an_unknown_partner_or_gl_code_is_refused(told: Told) -> None:
    with pytest.raises(UsageError, match="There is no partner 'XX'"):
        told(partner="XX")
    with pytest.raises(UsageError, match=r"There is no partner 'vs'.* Did you mean VS\?"):
        told(partner="vs")
    with pytest.raises(UsageError, match="There is no GL code 999999"):
        told(gl=999_999)
