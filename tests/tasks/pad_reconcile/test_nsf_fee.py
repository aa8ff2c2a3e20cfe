"""Which NSF fee a bounce is charged: docs/specs/cas-settlement-csv.md section 8 step 8."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tasks.pad_reconcile.apply_rows import NsfFee, _nsf_fee
from tests.settlement_factory import SettlementBooks

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
SEEDED = NsfFee(53, Decimal("30.00"), "NSF", None)
Given = Callable[[SettlementBooks], object]


def schedule(id_: int, start: date, end: date | None = None, filing: str = "NSF", product: str = "BCR") -> Given:
    """Return what adds a fee schedule over its id in CAD."""

    def add(books: SettlementBooks) -> None:
        books.change("INSERT INTO fee_codes (code, amount, created_on, created_by) VALUES (:code, :id, now(), 'x')",
                     code=f"T{id_}", id=id_)  # fmt: skip
        books.add(
            "fee_schedules", fee_schedule_id=id_, filing_type_code=filing, corp_type_code=product, fee_code=f"T{id_}",
            fee_start_date=start, fee_end_date=end, created_on=TODAY, created_by="x",
        )  # fmt: skip

    return add


def link(id_: int, code: int) -> Given:
    """Return what books a fee schedule to a distribution code."""
    return lambda books: books.change(
        "INSERT INTO distribution_code_links (fee_schedule_id, distribution_code_id) VALUES (:id, :code)",
        id=id_,
        code=code,
    )


def fee(id_: int, distribution: int | None = None) -> NsfFee:
    return NsfFee(id_, Decimal(id_), "NSF", distribution)


@pytest.mark.parametrize(
    ("given", "charged"),
    [
        ([], SEEDED),
        ([schedule(900, TODAY - DAY)], fee(900)),
        ([schedule(901, TODAY - DAY), schedule(900, TODAY - 2 * DAY)], fee(901)),
        ([schedule(901, TODAY - DAY), schedule(902, TODAY - DAY)], fee(902)),
        ([schedule(900, TODAY, TODAY)], fee(900)),
        ([schedule(900, TODAY + DAY)], SEEDED),
        ([schedule(900, TODAY - 9 * DAY, TODAY - DAY)], SEEDED),
        ([schedule(900, TODAY - DAY, product="CP")], SEEDED),
        ([schedule(900, TODAY - DAY, filing="OTANN")], SEEDED),
        ([link(53, 7), link(53, 6)], NsfFee(53, Decimal("30.00"), "NSF", 6)),
        ([schedule(900, TODAY - DAY), link(53, 6)], fee(900)),
    ],
)
def test_the_fee_is_the_newest_in_force_for_nsf_of_bcr(
    given: list[Given], charged: NsfFee, books: SettlementBooks
) -> None:
    with books.together():
        for add in given:
            add(books)

    with books.database.begin() as session:
        assert _nsf_fee(session, TODAY) == charged
