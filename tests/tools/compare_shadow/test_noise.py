"""What the old system does differently each time is taken off, and nothing beside it."""

from collections.abc import Iterator

import pytest

from tests.pay_database import DatabaseServer
from tests.tools.compare_shadow.conftest import Compare, copy_of, findings
from tests.tools.compare_shadow.copies import change

_FIRST = "id = (SELECT min(id) FROM {0})"


@pytest.fixture
def again(server: DatabaseServer, worlds: list[str]) -> Iterator[str]:
    """The address of another copy that the old system worked on."""
    yield from copy_of(server, worlds[0])


def test_what_the_old_system_does_differently_each_time_is_no_finding(
    compare: Compare, theirs: str, again: str
) -> None:
    change(theirs, f"UPDATE invoices SET refund = 7 WHERE {_FIRST.format('invoices')}")
    change(theirs, f"DELETE FROM statements WHERE {_FIRST.format('statements')}")
    change(again, f"DELETE FROM payments WHERE {_FIRST.format('payments')}")
    change(theirs, "DELETE FROM statement_invoices WHERE statement_id NOT IN (SELECT id FROM statements)")

    outcome = compare(again=again)

    assert (findings(outcome), outcome.exit_code) == (set(), 0)
    assert outcome.counts["noise"] >= 2


def test_what_the_old_system_does_each_time_and_we_do_not_is_a_finding_even_in_a_row_with_noise(
    compare: Compare, theirs: str, ours: str, again: str
) -> None:
    change(theirs, f"UPDATE invoices SET refund = 7 WHERE {_FIRST.format('invoices')}")
    change(ours, f"UPDATE invoices SET gst = 7 WHERE {_FIRST.format('invoices')}")
    change(ours, f"DELETE FROM payments WHERE {_FIRST.format('payments')}")
    for address in (theirs, again):
        change(address, f"UPDATE payment_accounts SET pad_credit = 7 WHERE {_FIRST.format('payment_accounts')}")

    outcome = compare(again=again)

    assert findings(outcome) == {
        ("invoices", "gst"), ("payments", "(the row)"), ("payment_accounts", "pad_credit"),
    }  # fmt: skip
    assert (outcome.counts["noise"], outcome.exit_code) == (1, 3)
