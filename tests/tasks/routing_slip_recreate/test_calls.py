"""How many calls each operation takes when nothing disturbs it, and which: the looks it needs and its steps."""

import pytest

from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate.scenarios import SCENARIOS, Scenario

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


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_an_undisturbed_operation_takes_the_looks_it_needs_and_its_steps(slips: Slips, scenario: Scenario) -> None:
    scenario.prepare(slips)
    before = len(slips.calls())
    slips.run(**scenario.arguments)
    assert slips.calls()[before:] == CALLS[scenario.name]
