"""compare cfs: differences in both directions, and going on after having been stopped anywhere."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from config.errors import ExitCode, SourceRefused
from jobs.run.outcome import Outcome
from sandbox.cfs.process import RunningCfs
from tests.stale_factory import OLD, StaleAccount, StaleBooks
from tools.compare_cfs import task as comparison_task

Found = dict[str, tuple[str, str, Any, Any]]


@pytest.fixture
def compare(stale: StaleBooks, cfs: RunningCfs) -> Callable[..., Outcome]:
    def run(**arguments: Any) -> Outcome:
        values = {"since": date(2026, 10, 1)} | arguments
        return stale.report(cfs=cfs.settings(), compare_cfs=True, **values)

    return run


def _found(outcome: Outcome) -> Found:
    return {
        str(row["number"]): (row["what"], row["more on side"], row["ours"], row["CFS"])
        for table in outcome.tables
        for row in table.records()
    }


def _paid(stale: StaleBooks, *, ours: str = "100.00", theirs: str = "100.00", by: str, known: str) -> str:
    account = stale.account()
    made = stale.invoice(account, "PAID", total=ours)
    number = stale.reference(made, "COMPLETED")
    stale.in_cfs(account, number, theirs, paid=theirs, by=by)
    stale.receipt(made, known)
    return number


def test_books_that_agree_give_exit_code_0(stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]) -> None:
    _paid(stale, by="RC1", known="RC1")
    account = stale.account()
    _, number = stale.sent(account)
    stale.in_cfs(account, number)
    stale.books.plant(cfs.admin)

    outcome = compare()

    assert (outcome.exit_code, outcome.counts["compared"], outcome.counts["differences"]) == (ExitCode.DONE, 2, 0)


def test_differences_are_found_in_both_directions(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    more_ours = _paid(stale, ours="120.00", by="RC1", known="RC1")
    more_theirs = _paid(stale, theirs="130.00", by="RC2", known="RC2")
    unpaid_account, open_account, lost_account = stale.account(), stale.account(), stale.account()
    unpaid = stale.reference(stale.invoice(unpaid_account, "PAID"), "COMPLETED")
    stale.in_cfs(unpaid_account, unpaid)
    _, paid = stale.sent(open_account)
    stale.in_cfs(open_account, paid, paid="100.00")
    _, lost = stale.sent(lost_account)
    cancelled = stale.invoice(lost_account, "CANCELLED")
    stale.in_cfs(lost_account, f"REG{cancelled:08}")
    stale.books.plant(cfs.admin)

    outcome = compare()

    assert _found(outcome) == {
        more_ours: ("total", "ours", Decimal("120.00"), Decimal("100.00")),
        more_theirs: ("total", "theirs", Decimal("100.00"), Decimal("130.00")),
        unpaid: ("due", "ours", Decimal("0.00"), Decimal("100.00")),
        paid: ("due", "theirs", Decimal("100.00"), Decimal("0.00")),
        lost: ("invoice", "ours", Decimal("100.00"), None),
        f"REG{cancelled:08}": ("cancelled", "theirs", Decimal("100.00"), Decimal("100.00")),
    }
    assert outcome.exit_code is ExitCode.ATTENTION


def test_receipts_are_compared(stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]) -> None:
    number = _paid(stale, by="RC-THEIRS", known="RC-OURS")
    stale.books.plant(cfs.admin)

    details = [row["detail"] for row in compare().tables[0].records()]

    assert _found(compare())[number][0] == "receipt"
    assert details == [
        "CFS applied receipt RC-THEIRS, we lack it",
        "receipt RC-OURS was not applied in CFS",
    ]


def test_what_was_paid_in_parts_and_with_money_on_account_has_the_receipts_of_cfs(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    """A part's receipt bears the application's id; an overpaid receipt is a credit's number as well."""
    account = stale.account()
    made = stale.invoice(account, "PAID")
    number = stale.reference(made, "COMPLETED")
    stale.in_cfs(account, number)
    for receipt, amount in (("OB1", "30.00"), ("OB2", "40.00"), ("OB3", "30.00")):
        stale.receipt_in_cfs(account, receipt, amount, [number])
    file = stale.settlement_file("BCR_PAYMENT_APPL_20261006.csv")
    for line in (2, 3):
        stale.settled(number, file, line=line)
    stale.change(
        "UPDATE pay_jobs.settlement_rows SET kind = 'SKIP', rule = 'partial_credit', source_number = 'OB1'"
        " WHERE line = 2;"
        "UPDATE pay_jobs.settlement_rows SET kind = 'PART_ONE', application_id = 77, source_number = 'OB2'"
        " WHERE line = 3"
    )
    stale.receipt(made, "77", "40.00")
    stale.receipt(made, "OB3", "30.00")
    stale.credit(account, "OB3", "5.00", "0.00")
    stale.change("UPDATE credits SET is_credit_memo = false")
    stale.books.plant(cfs.admin)

    assert _found(compare()) == {}


def test_a_part_payment_whose_rest_only_cfs_has_is_told(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    account = stale.account()
    _, number = stale.sent(account, status="PARTIAL_PAID")
    stale.in_cfs(account, number, paid="100.00")
    stale.books.plant(cfs.admin)

    assert _found(compare()) == {number: ("due", "theirs", Decimal("100.00"), Decimal("0.00"))}


def test_credit_memos_are_compared(stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]) -> None:
    account = stale.account()
    for number, amount, left in (("1", "50.00", "50.00"), ("2", "50.00", "20.00"), ("3", "10.00", "10.00")):
        stale.credit(account, number, amount, left)
    stale.credit(account, "4", "10.00", "10.00")
    stale.books.credit_memos += [
        {"site_number": account.site, "credit_memo_number": number, "amount": amount}
        for number, amount in (("1", "50.00"), ("2", "30.00"), ("3", "11.00"))
    ]
    stale.books.plant(cfs.admin)

    assert _found(compare()) == {
        "2": ("credit", "theirs", Decimal("20.00"), Decimal("30.00")),
        "3": ("credit", "theirs", Decimal("10.00"), Decimal("11.00")),
        "4": ("credit", "ours", Decimal("10.00"), None),
    }


def test_slips_are_compared_with_their_receipts(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    right, wrong = stale.slip("206000010", remaining="60.00"), stale.slip("206000028", remaining="60.00")
    stale.invoice(right, total="40.00", slip="206000010")
    for account, number in ((right, "206000010"), (wrong, "206000028")):
        stale.receipt_in_cfs(account, number, "100.00")
    stale.books.plant(cfs.admin)

    assert _found(compare()) == {"206000028": ("slip", "theirs", Decimal("60.00"), Decimal("100.00"))}


def test_an_invoice_of_a_slip_is_looked_up_where_the_slip_is(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    slip, staff, nobody = stale.slip("206000010"), stale.account("INTERNAL"), stale.account("INTERNAL", None)
    applied, due, waits = (
        stale.invoice(account, status, slip="206000010")
        for account, status in ((staff, "PAID"), (nobody, "PAID"), (staff, "CANCELLED"))
    )
    for made in (applied, due):
        stale.reference(made, "COMPLETED")
    stale.in_cfs(slip, f"REG{applied:08}", paid="100.00", by="206000010")
    stale.receipt(applied, "206000010")
    for made in (due, waits):
        stale.in_cfs(slip, f"REG{made:08}")
    stale.books.plant(cfs.admin)

    assert _found(compare()) == {
        f"REG{due:08}": ("due", "ours", Decimal("0.00"), Decimal("100.00")),
        f"REG{waits:08}": ("cancelled", "theirs", Decimal("100.00"), Decimal("100.00")),
    }


def test_an_internal_invoice_that_the_api_completed_without_cfs_is_not_asked_about(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    slip = stale.slip("206000010")
    free, staff, legacy = (
        stale.invoice(slip, "PAID", total=total, slip=number)
        for total, number in (("0.00", "206000010"), ("30.00", None), ("30.00", "999"))
    )
    for made in (free, staff, legacy):
        stale.reference(made, "COMPLETED")
    stale.receipt_in_cfs(slip, "206000010", "0.01")
    stale.change("UPDATE routing_slips SET remaining_amount = 0.01")
    stale.books.plant(cfs.admin)

    outcome = compare()

    assert (_found(outcome), outcome.counts["compared"]) == ({}, 1)


def test_the_nsf_fee_is_in_the_total_of_the_consolidated_invoice(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    account = stale.account()
    made = stale.invoice(account, "PAID")
    number = f"REG{made:08}-C"
    for one in (made, stale.invoice(account, "PAID", method="CC", total="30.00")):
        stale.reference(one, "CANCELLED")
        stale.reference(one, "COMPLETED", number=number, bundle=True)
        stale.receipt(one, "CARD1")
    stale.in_cfs(account, number, "130.00", paid="130.00", by="CARD1")
    stale.books.plant(cfs.admin)

    assert _found(compare()) == {}


def test_the_nsf_fee_that_shares_a_number_is_not_in_its_total(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    account = stale.account()
    _, number = stale.sent(account, status="SETTLEMENT_SCHED")
    stale.reference(stale.invoice(account, "CREATED", method="CC", total="30.00"), number=number)
    stale.in_cfs(account, number)
    stale.books.plant(cfs.admin)

    assert _found(compare()) == {}


def _many(stale: StaleBooks, count: int = 12) -> list[StaleAccount]:
    accounts = [stale.account() for _ in range(count)]
    for account in accounts:
        made = stale.invoice(account, "PAID", made=OLD)
        stale.in_cfs(account, stale.reference(made, "COMPLETED"))
    return accounts


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
def test_cut_off_after_any_page_it_continues_and_finds_the_same(
    stale: StaleBooks,
    cfs: RunningCfs,
    compare: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
    pages: int,
) -> None:
    monkeypatch.setattr(comparison_task, "PAGE", 3)
    _many(stale)
    stale.books.plant(cfs.admin)
    whole = _found(compare())
    asked = len(cfs.admin.calls(method="GET"))
    cfs.admin.order_faults({"kind": "error_before", "path": "/invs/[^/]+/", "nth": pages * 3 + 1, "count": 0,
                            "status": 403})  # fmt: skip

    with pytest.raises(SourceRefused, match="the same command resumes there"):
        compare()
    cfs.admin.order_faults()
    again = compare()

    assert _found(again) == whole
    assert again.counts["compared"] == 12
    assert any(note.startswith("Resumed comparison") for note in again.notes)
    assert len([call for call in cfs.admin.calls(method="GET") if call["status"] == 200]) == 2 * asked


def test_a_sample_is_the_same_one_each_time_and_no_larger(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    _many(stale)
    stale.books.plant(cfs.admin)

    first, second = compare(sample=5), compare(sample=5)

    assert first.counts["compared"] == 5
    assert set(_found(first)) == set(_found(second))


def test_one_that_is_not_answered_is_counted_and_the_rest_compared(
    stale: StaleBooks, cfs: RunningCfs, compare: Callable[..., Outcome]
) -> None:
    _many(stale, 4)
    stale.books.plant(cfs.admin)
    cfs.admin.order_faults({"kind": "error_before", "path": "/invs/[^/]+/", "count": 1, "status": 400})

    outcome = compare()

    assert (outcome.counts["compared"], outcome.counts["unanswered"]) == (3, 1)
    assert outcome.exit_code is ExitCode.ATTENTION
