"""The night of the simulated CFS, and the settlement file it leaves (docs/specs/cas-settlement-csv.md)."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.cfs.audit import audit
from sandbox.cfs.books import BookedSite, CfsBooks, RequestRefused
from sandbox.cfs.invoices import create_invoice, create_memo
from sandbox.cfs.nightly import SettlementFile, run_night
from sandbox.cfs.receipts import create_receipt

DAY = date(2026, 11, 5)
EXAMPLE = Path(__file__).parents[2] / "docs/specs/examples/BCR_PAYMENT_APPL_20261105.csv"


@pytest.fixture
def books() -> CfsBooks:
    books = CfsBooks()
    books.sites["3"] = BookedSite("1", "800102", "3", receipt_method="BCR-PAD Daily")
    create_invoice(books, books.sites["3"], number="REG01234600", total=Decimal("80.00"))
    return books


def rows_of(file: SettlementFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1:]


def line_of(row: list[str]) -> str:
    return ",".join(row)


def test_the_file_has_the_name_and_the_layout_of_the_example(books: CfsBooks) -> None:
    file = run_night(books, DAY)

    assert file.name == EXAMPLE.name
    example = EXAMPLE.read_bytes()
    assert file.content.split(b"\r\n")[0] == example.replace(b"\r\n", b"\n").split(b"\n")[0]
    assert file.content.endswith(b'""\r\n')


def test_a_memo_pays_first_and_pad_the_rest(books: CfsBooks) -> None:
    create_memo(books, books.sites["3"], total=Decimal("-25.00"), number="20455")

    memo, pad = rows_of(run_night(books, DAY))

    assert line_of(memo) == "CMAP,CM,20455,5000001,05-Nov-26,25.00,800102,INV,REG01234600,80.00,55.00,Partially PAID,,"
    assert line_of(pad) == (
        "PADP,BCR-PAD Daily,PADRC1000001,5000002,05-Nov-26,55.00,800102,INV,REG01234600,80.00,0.00,Fully PAID,,"
    )
    assert audit(books).violations == []


def test_nothing_is_pulled_from_a_stopped_site(books: CfsBooks) -> None:
    books.sites["3"].receipt_method = "BCR-PAD Stop"

    assert rows_of(run_night(books, DAY)) == []


def test_a_second_night_finds_nothing_to_do(books: CfsBooks) -> None:
    run_night(books, DAY)

    assert rows_of(run_night(books, date(2026, 11, 6))) == []


def test_a_bounced_payment_is_told_with_its_receipt_and_reason(books: CfsBooks) -> None:
    run_night(books, DAY)

    row = rows_of(run_night(books, date(2026, 11, 6), bounced=["REG01234600"]))[0]

    assert line_of(row) == (
        "PADR,BCR-PAD Daily,PADRC1000001,5000002,06-Nov-26,0.00,800102,INV,REG01234600,"
        "80.00,80.00,Not PAID,R001,NON SUFFICIENT FUNDS"
    )
    assert audit(books).violations == []


def test_what_was_never_pulled_cannot_bounce(books: CfsBooks) -> None:
    with pytest.raises(RequestRefused, match="bounce"):
        run_night(books, DAY, bounced=["REG01234600"])


def test_open_receipts_are_applied_only_if_chosen(books: CfsBooks) -> None:
    site = books.sites["3"]
    site.receipt_method = None
    create_receipt(
        books, site, number="OB1", date="", amount=Decimal(80), method="Online Banking Payments", by_cfs=True
    )

    assert rows_of(run_night(books, DAY)) == []
    assert [row[:3] for row in rows_of(run_night(books, DAY, with_receipts=True))] == [
        ["BOLP", "BCR Online Banking Payments", "OB1"]
    ]
