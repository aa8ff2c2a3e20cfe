"""A bank receipt that a PAYR row took back, and whose bounce is taken back, is one payment for verify all the time."""

from dataclasses import replace

import pytest

from connectors.inbound.holds import HoldKind
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import seed_site
from tests.settlement_factory import FILE, NOW, Line, SettlementBooks, bounce
from tests.tools.repair_wrong_freeze.histories import WRONG, site_of, tell, undo
from tests.tools.verify.watch import all_findings

NUMBER = "REG00001"
PAID = Line("BOLP", "OB1", "70.00", "800104", NUMBER)
BACK = replace(bounce("OB1", "800104", NUMBER, "70.00"), record="PAYR")


@pytest.fixture
def at_the_bank(books: SettlementBooks, cfs: RunningCfs) -> SettlementBooks:
    """An account with a PAD profile that owes an invoice of online banking."""
    account = books.account("800103")
    profile = books.profile(account.id, "800104", "ONLINE_BANKING")
    books.invoice(account, NUMBER, "70.00", method="ONLINE_BANKING", profile=profile)
    cfs.admin.seed(
        sites=[seed_site(site_of(one), "BCR-PAD Daily") for one in ("800103", "800104")],
        invoices=[{"site_number": site_of("800104").site, "invoice_number": NUMBER, "total": "0.00"}],
    )
    return books


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([(FILE, [PAID]), (WRONG, [BACK])], id="in a later file"),
        pytest.param([(WRONG, [PAID, BACK])], id="in the same file"),
        pytest.param([(WRONG, [PAID]), (WRONG, [PAID, BACK])], id="in what the sender wrote later"),
    ],
)
def test_a_bank_receipt_that_goes_back_and_is_given_back_is_no_finding(
    files: list[tuple[str, list[Line]]], at_the_bank: SettlementBooks, cfs: RunningCfs
) -> None:
    for name, rows in files:
        at_the_bank.apply(*rows, name=name, released=frozenset(HoldKind))
    assert all_findings(at_the_bank.database, NOW, ("FILE", "PAY")) == {}
    tell(at_the_bank, cfs)

    assert undo(at_the_bank, cfs, file=WRONG).counts["numbers_given_back"] == 1

    (payment,) = at_the_bank.payments()
    assert payment[1:] == ("ONLINE_BANKING", "COMPLETED", "OB1", "70.00")
    assert all_findings(at_the_bank.database, NOW, ("FILE", "PAY")) == {}
    at_the_bank.change("UPDATE payments SET invoice_amount = invoice_amount + 1")
    assert list(all_findings(at_the_bank.database, NOW, ("FILE", "PAY"))) == [
        ("FILE-PAYMENT", f"payment {at_the_bank.one('SELECT id FROM payments')}")
    ]
