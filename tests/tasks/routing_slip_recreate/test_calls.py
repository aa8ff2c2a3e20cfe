"""How many calls each operation takes when nothing disturbs it, and which: the looks it needs and its steps."""

import pytest

from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate.scenarios import CHILD, PARENT, SCENARIOS, Scenario

RECEIPT, INVOICE = "GET receipt", "GET invoice"
REVERSE, CREATE, APPLY = "POST reverse", "POST receipt", "POST apply"
# Look at the old receipt and for the new one; for each invoice that is paid, look and apply; last, look what was paid.
LINK = [RECEIPT, REVERSE, RECEIPT, CREATE]
SNAPSHOT_AND_UNAPPLY = [*[RECEIPT] * 2, *["POST unapply"] * 3]
VERIFY_UNAPPLIED = [*[RECEIPT] * 2, *[INVOICE] * 2]
REVERSE_AND_VERIFY = [*[REVERSE] * 2, *[RECEIPT] * 2]
CALLS = {
    "link": LINK,
    "link-after-correction": LINK,
    "link-to-bounced": [*LINK, *[INVOICE, APPLY] * 2, RECEIPT],
    "void": [*[RECEIPT] * 2, *[REVERSE] * 2],
    "nsf": [*[RECEIPT] * 2, *[REVERSE] * 2, INVOICE, "POST invoice"],
    "correction": [RECEIPT, RECEIPT, REVERSE, CREATE, *[INVOICE, APPLY] * 2, RECEIPT],
    "correction-with-child": [*[RECEIPT] * 3, REVERSE, CREATE, *[INVOICE, APPLY] * 2, APPLY, *[RECEIPT] * 2],
    "refund": [*[RECEIPT] * 2, *["POST adjustment"] * 2, *[RECEIPT] * 2],
    "write-off": [RECEIPT, "POST adjustment", RECEIPT],
    "void-cancelling": [
        *SNAPSHOT_AND_UNAPPLY,
        *VERIFY_UNAPPLIED,
        *["POST creditbalance"] * 2,
        *REVERSE_AND_VERIFY,
    ],
    "void-keeping": [*SNAPSHOT_AND_UNAPPLY, *VERIFY_UNAPPLIED, *REVERSE_AND_VERIFY],
}


LINKED_30 = [(CHILD, "linked", "-30.00"), (PARENT, "linked", "30.00")]
LINKED_100 = [(CHILD, "linked", "-100.00"), (PARENT, "linked", "100.00")]
MOVED = {
    "link": LINKED_100,
    "link-after-correction": LINKED_100,
    "link-to-bounced": [
        (PARENT, "bounced", "-100.00"), (CHILD, "linked", "-130.00"), (PARENT, "linked", "130.00")],
    "void": [*LINKED_100, (PARENT, "voided", "-150.00")],
    "nsf": [(CHILD, "linked", "-10.00"), (PARENT, "linked", "10.00"), (PARENT, "bounced", "-110.00")],
    "correction": [(PARENT, "corrected", "20.00")],
    "correction-with-child": [*LINKED_30, (PARENT, "corrected", "-5.00")],
    "refund": [(CHILD, "linked", "-40.00"), (PARENT, "linked", "40.00"), (PARENT, "refunded", "-110.00")],
    "write-off": [(PARENT, "written_off", "-12.34")],
    "void-cancelling": [*LINKED_30, (PARENT, "voided", "-15.00")],
    "void-keeping": [*LINKED_30, (PARENT, "voided", "-15.00")],
}  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_an_undisturbed_operation_takes_the_looks_it_needs_and_notes_what_it_moved(
    slips: Slips, scenario: Scenario
) -> None:
    scenario.prepare(slips)
    before = len(slips.calls())
    slips.run(**scenario.arguments)
    assert slips.calls()[before:] == CALLS[scenario.name]
    assert (
        slips.rows("SELECT slip, kind, amount::text FROM pay_jobs.slip_movements ORDER BY id") == MOVED[scenario.name]
    )


def test_a_link_asks_nothing_about_what_its_parent_has_paid(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00", paid=["20.00"])
    slips.deposit(CHILD, "30.00")
    slips.link(CHILD, PARENT)
    before = len(slips.calls())
    slips.run()
    assert slips.calls()[before:] == LINK
