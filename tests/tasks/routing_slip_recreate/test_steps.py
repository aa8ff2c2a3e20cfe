"""What each step takes for done, for still to do, and for a state that it cannot have come from."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from connectors.cfs import InvoiceLine, ReceiptActivity, ReversalComment, ReversalReason
from connectors.effects import LOOK_GOOD_FOR, Clocks, StateConflict
from sandbox.cfs.process import RunningCfs
from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.steps.base import CfsStep
from tasks.routing_slip_recreate.steps.checks import check_free, check_owed, check_reversed
from tasks.routing_slip_recreate.steps.invoices import create_invoice, credit_invoice
from tasks.routing_slip_recreate.steps.receipts import (
    adjust_receipt,
    apply_receipt,
    create_receipt,
    reverse_receipt,
    unapply_receipt,
)
from tests.cfs_fixtures import NOW, SITE, connect

DAY = date(2026, 11, 5)
# Receipts of 100.00: all left, 40.00 at PAID, reversed, 20.00 refunded; and one of 30.00, all of it at PARTLY (50.00).
ALL_LEFT, SOME_LEFT, REVERSED, REFUNDED, NOTHING_LEFT, NO_RECEIPT = "R1", "R2", "R3", "R4", "R5", "R6"
OWED, PAID, PARTLY, CREDITED, NO_INVOICE = "I1", "I2", "I3", "I4", "I5"
CENT_SPENT, CENT = "R7", "I7"
DONE, TO_DO = True, False


@pytest.fixture
def view(cfs: RunningCfs) -> Iterator[CfsView]:
    """CFS with one receipt and one invoice of each kind."""

    def receipt(number: str, amount: int = 100, **more: object) -> dict[str, object]:
        return {"site_number": SITE.site, "receipt_number": number, "receipt_amount": Decimal(amount), **more}

    cfs.admin.seed(
        invoices=[
            {"site_number": SITE.site, "invoice_number": number, "total": Decimal(total)}
            for number, total in ((OWED, 40), (PAID, 40), (PARTLY, 50), (CREDITED, 25), (CENT, "0.01"))
        ],
        receipts=[
            receipt(ALL_LEFT),
            receipt(SOME_LEFT, applied_to=[PAID]),
            receipt(REVERSED, is_reversed=True),
            receipt(REFUNDED, adjusted=Decimal(20)),
            receipt(NOTHING_LEFT, 30, applied_to=[PARTLY]),
            receipt(CENT_SPENT, applied_to=[CENT]),
        ],
    )
    with connect(cfs) as client:
        client.credit_balance(CREDITED)
        yield CfsView(client)


def reverse(number: str) -> CfsStep:
    return reverse_receipt(SITE, number, ReversalReason.NSF, ReversalComment.NON_SUFFICIENT_FUND)


def create(number: str, amount: int = 100) -> CfsStep:
    return create_receipt(SITE, number, DAY, Decimal(amount))


def adjust(number: str, amount: int, before: int) -> CfsStep:
    return adjust_receipt(SITE, number, Decimal(amount), before=Decimal(before), activity=ReceiptActivity.REFUND)


def fee(number: str, *amounts: int) -> CfsStep:
    return create_invoice(SITE, number, tuple(InvoiceLine("fee", Decimal(one), "1.2") for one in amounts), at=NOW)


def test_nothing_is_left_of_a_receipt_that_was_taken_back_and_it_pays_nothing(view: CfsView) -> None:
    view.receipt(SITE, SOME_LEFT)

    view.keep_reversed(SOME_LEFT)

    [kept] = view.receipts
    assert (kept.is_reversed, kept.unapplied_amount, kept.invoices) == (True, Decimal(0), ())


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (reverse(ALL_LEFT), TO_DO),
        (reverse(SOME_LEFT), TO_DO),
        (reverse(REVERSED), DONE),
        (reverse(NO_RECEIPT), "there is no receipt R6"),
        (create(NO_RECEIPT), TO_DO),
        (create(ALL_LEFT), DONE),
        (create(ALL_LEFT, 99), "R1 is open for 100.00"),
        (create(REVERSED), "R3 is REV"),
        (apply_receipt(SITE, ALL_LEFT, OWED), TO_DO),
        (apply_receipt(SITE, ALL_LEFT, PARTLY), TO_DO),
        (apply_receipt(SITE, ALL_LEFT, PAID), DONE),
        (apply_receipt(SITE, NOTHING_LEFT, OWED), DONE),
        (apply_receipt(SITE, ALL_LEFT, NO_INVOICE), "there is no invoice I5"),
        (apply_receipt(SITE, REVERSED, OWED), "R3 is REV"),
        (apply_receipt(SITE, NO_RECEIPT, OWED), "R6 is 404"),
        (unapply_receipt(SITE, SOME_LEFT, PAID), TO_DO),
        (unapply_receipt(SITE, CENT_SPENT, CENT), TO_DO),
        (unapply_receipt(SITE, SOME_LEFT, OWED), DONE),
        (unapply_receipt(SITE, REVERSED, PAID), DONE),
        (unapply_receipt(SITE, NO_RECEIPT, PAID), DONE),
        (adjust(ALL_LEFT, 100, 0), TO_DO),
        (adjust(REFUNDED, 80, 20), TO_DO),
        (adjust(REFUNDED, 20, 0), DONE),
        (adjust(REFUNDED, 100, 20), "20.00 have left it"),
        (adjust(REFUNDED, 80, 0), "20.00 have left it"),
        (adjust(REFUNDED, 99, 20), "this step is done when exactly 119 have left it"),
        (adjust(REVERSED, 100, 0), "R3 is REV"),
        (fee(NO_INVOICE, 40), TO_DO),
        (fee(OWED, 30, 10), DONE),
        (fee(OWED, 40, 10), "I1 is for 40.00"),
        (credit_invoice(SITE, OWED, may_be_missing=False), TO_DO),
        (credit_invoice(SITE, OWED, may_be_missing=True), TO_DO),
        (credit_invoice(SITE, CREDITED, may_be_missing=False), DONE),
        (credit_invoice(SITE, PAID, may_be_missing=True), "I2 is paid by receipt R2"),
        (credit_invoice(SITE, NO_INVOICE, may_be_missing=True), DONE),
        (credit_invoice(SITE, NO_INVOICE, may_be_missing=False), "I5 is 404"),
        (check_free(SITE, ALL_LEFT), DONE),
        (check_free(SITE, REVERSED), DONE),
        (check_free(SITE, SOME_LEFT), "R2 is open for 100.00, 60.00 unapplied, 40.00 to I2"),
        (check_free(SITE, NO_RECEIPT), "R6 is 404"),
        (check_owed(SITE, OWED, may_be_credited=False), DONE),
        (check_owed(SITE, NO_INVOICE, may_be_credited=False), DONE),
        (check_owed(SITE, CREDITED, may_be_credited=True), DONE),
        (check_owed(SITE, CREDITED, may_be_credited=False), "I4 has 0.00 of 25.00 due."),
        (check_owed(SITE, PAID, may_be_credited=True), "I2 has 0.00 of 40.00 due, paid by receipt R2"),
        (check_owed(SITE, PARTLY, may_be_credited=True), "I3 has 20.00 of 50.00 due, paid by receipt R5"),
        (check_reversed(SITE, REVERSED), DONE),
        (check_reversed(SITE, ALL_LEFT), "R1 is open for 100.00"),
        (check_reversed(SITE, NO_RECEIPT), "R6 is 404"),
    ],
    ids=lambda one: f"{one.kind} {one.subject}" if isinstance(one, CfsStep) else str(one),
)
def test_a_step_looks_before_it_is_sent(view: CfsView, step: CfsStep, expected: bool | str) -> None:
    if isinstance(expected, bool):
        assert step.look(view).made is expected
    else:
        with pytest.raises(StateConflict) as conflict:
            step.look(view)
        assert expected in f"{conflict.value.theirs}. {conflict.value.repair}"


def test_a_list_that_is_left_out_is_asked_for_three_times(view: CfsView, cfs: RunningCfs) -> None:
    asked = {True: set[int](), False: set[int]()}
    for seed in range(1, 25):
        cfs.admin.set_options(drop_filled_invoices=True, seed=seed)
        before = len(cfs.admin.calls())
        view.forget(SOME_LEFT)
        receipt = view.receipt(SITE, SOME_LEFT)
        assert receipt is not None
        asked[receipt.hides_invoices].add(len(cfs.admin.calls()) - before)
    assert asked == {True: {3}, False: {1, 2, 3}}


def test_what_cfs_answers_to_a_change_is_known_without_another_look(view: CfsView, cfs: RunningCfs) -> None:
    def send(step: CfsStep) -> None:
        step.look(view)
        assert step.send is not None
        step.send(view)

    send(apply_receipt(SITE, ALL_LEFT, OWED))
    send(apply_receipt(SITE, ALL_LEFT, PARTLY))
    send(unapply_receipt(SITE, ALL_LEFT, OWED))
    asked = len(cfs.admin.calls())
    one = next(one for one in view.receipts if one.receipt_number == ALL_LEFT)
    known = {
        "unapplied": one.unapplied_amount,
        "invoices": {part.invoice_number: part.amount_applied for part in one.invoices},
        "due": {each.invoice_number: each.amount_due for each in view.invoices},
    }
    assert len(cfs.admin.calls()) == asked
    assert known == {"unapplied": 80, "invoices": {PARTLY: 20}, "due": {PARTLY: 0}}

    send(reverse(ALL_LEFT))
    assert [(each.is_reversed, each.invoices) for each in view.receipts] == [(True, ())]
    assert view.invoices == ()


def test_what_was_asked_for_five_seconds_ago_is_acted_on_and_what_is_older_is_asked_for_again(
    view: CfsView, cfs: RunningCfs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked_after(seconds: float) -> int:
        monkeypatch.setattr(Clocks, "now", lambda: Clocks(100.0, 100.0))
        view.forget(ALL_LEFT)
        view.receipt(SITE, ALL_LEFT)
        before = len(cfs.admin.calls())
        monkeypatch.setattr(Clocks, "now", lambda: Clocks(100.0 + seconds, 100.0))
        view.forget_old(ALL_LEFT)
        view.receipt(SITE, ALL_LEFT)
        return len(cfs.admin.calls()) - before

    assert (asked_after(LOOK_GOOD_FOR), asked_after(LOOK_GOOD_FOR + 0.5)) == (0, 1)
