"""Bank receipts that PAYR rows took back, and whose bounces are taken back, are one payment each for verify."""

from dataclasses import replace

import pytest

from connectors.inbound.holds import HoldKind
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import seed_site
from tests.settlement_factory import FILE, NOW, Line, SettlementBooks, bounce, on_account
from tests.tools.repair_wrong_freeze.histories import EARLIER, WRONG, pay_tables, site_of, tell, undo
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


LATER = "BCR_PAYMENT_APPL_20261107.csv"
_PART = Line("BOLP", "OB2", "20.00", "800104", NUMBER, "Partially PAID", "70.00", "50.00")
_REST = Line("BOLP", "OB1", "50.00", "800104", NUMBER, original="70.00")


def _back(books: SettlementBooks, first: str, amount: str, then: str) -> None:
    """Take two receipts back, by two files."""
    part = {"status": "Partially PAID", "outstanding": amount}
    books.apply(replace(bounce(first, "800104", NUMBER, "70.00", day="06-Nov-26", **part), record="PAYR"), name=WRONG)
    books.apply(replace(bounce(then, "800104", NUMBER, "70.00", day="07-Nov-26"), record="PAYR"), name=LATER)


@pytest.mark.parametrize(
    ("first", "amount", "then"), [("OB2", "20.00", "OB1"), ("OB1", "50.00", "OB2"), ("OB1", "70.00", "OB2")]
)
def test_the_bounces_of_two_bank_receipts_of_a_number_are_taken_back_together_and_not_alone(
    first: str, amount: str, then: str, at_the_bank: SettlementBooks, cfs: RunningCfs
) -> None:
    at_the_bank.apply(_PART, _REST, name=EARLIER)
    before = pay_tables(at_the_bank)
    _back(at_the_bank, first, amount, then)
    assert at_the_bank.outcomes()[2:] == ["applied", "applied:another_receipt"]
    tell(at_the_bank, cfs)
    bounced = pay_tables(at_the_bank)

    for file, other in ((WRONG, LATER), (LATER, WRONG)):
        [left] = undo(at_the_bank, cfs, file=file).rejects
        assert left.detail.endswith(f"bounced as well, in file {other}: take both back by the account")
        assert pay_tables(at_the_bank) == bounced

    outcome = undo(at_the_bank, cfs, account=at_the_bank.one("SELECT auth_account_id FROM payment_accounts"))

    assert (outcome.rejects, outcome.counts["numbers_given_back"]) == ([], 2)
    assert pay_tables(at_the_bank) == before
    assert all_findings(at_the_bank.database, NOW, ("FILE", "PAY", "INV-PAID")) == {}


def test_a_bounce_whose_payment_was_changed_since_keeps_the_other_of_its_number(
    at_the_bank: SettlementBooks, cfs: RunningCfs
) -> None:
    at_the_bank.apply(_PART, _REST, name=EARLIER)
    _back(at_the_bank, "OB2", "20.00", "OB1")
    tell(at_the_bank, cfs)
    at_the_bank.change("UPDATE payments SET payment_status_code = 'CREATED' WHERE receipt_number = 'OB1'")
    before = pay_tables(at_the_bank)

    outcome = undo(at_the_bank, cfs, account=at_the_bank.one("SELECT auth_account_id FROM payment_accounts"))

    assert outcome.counts["numbers_given_back"] == 0
    assert outcome.rejects[0].detail.count("its payment is CREATED under receipt OB1") == 2
    assert pay_tables(at_the_bank) == before


def test_a_part_payment_that_bounced_before_the_rest_came_is_given_back(
    at_the_bank: SettlementBooks, cfs: RunningCfs
) -> None:
    at_the_bank.apply(_PART, name=EARLIER)
    before = pay_tables(at_the_bank)
    at_the_bank.apply(replace(bounce("OB2", "800104", NUMBER, "70.00", day="06-Nov-26"), record="PAYR"), name=WRONG)
    tell(at_the_bank, cfs)

    assert undo(at_the_bank, cfs, file=WRONG).rejects == []

    assert pay_tables(at_the_bank) == before


def _part_comes_and_goes(books: SettlementBooks, receipt: str, day: int) -> None:
    """Apply a part of a receipt that pays more than this number, and its bounce of the next day."""
    part = replace(_PART, source=receipt, application=f"{day}", day=f"{day:02}-Nov-26")
    books.apply(part, on_account(receipt, "800104", "10.00"), name=f"BCR_PAYMENT_APPL_202611{day:02}.csv")
    back = replace(bounce(receipt, "800104", NUMBER, "70.00", day=f"{day + 1:02}-Nov-26"), record="PAYR")
    books.apply(back, name=f"BCR_PAYMENT_APPL_202611{day + 1:02}.csv")


def _newest_lies_first(books: SettlementBooks) -> None:
    """Write what bounces kept anew, the newest first: the database reads it in this order."""
    books.change(
        "DO $$ BEGIN CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM pay_jobs.bounce_rows;"
        " TRUNCATE pay_jobs.bounce_rows;"
        " INSERT INTO pay_jobs.bounce_rows SELECT * FROM kept ORDER BY file_id DESC; END $$"
    )
    books.change("ANALYZE invoices, pay_jobs.bounce_rows")


def _bounced_before_us(books: SettlementBooks) -> None:
    """Leave the number as the job before ours did after receipt OB1 came back; its payment keeps 50.00 of others."""
    books.apply(PAID, name=EARLIER)
    books.change("UPDATE cfs_accounts SET status = 'FREEZE'")
    books.change("UPDATE payments SET payment_status_code = 'FAILED', paid_amount = 50")
    books.change("UPDATE invoice_references SET status_code = 'ACTIVE'")
    books.change("UPDATE invoices SET invoice_status_code = 'SETTLEMENT_SCHED', paid = 0")
    books.change("DELETE FROM receipts")


def test_two_bounces_of_an_invoice_give_it_back_as_it_was_before_the_first(
    at_the_bank: SettlementBooks, cfs: RunningCfs
) -> None:
    at_the_bank.change("UPDATE cfs_accounts SET status = 'FREEZE'")
    at_the_bank.apply(PAID, name=EARLIER)
    at_the_bank.apply(replace(BACK, day="06-Nov-26"), name=WRONG)
    _part_comes_and_goes(at_the_bank, "OB2", 7)
    _newest_lies_first(at_the_bank)
    tell(at_the_bank, cfs)

    outcome = undo(at_the_bank, cfs, account=at_the_bank.one("SELECT auth_account_id FROM payment_accounts"))

    assert outcome.counts["numbers_given_back"] == 2
    assert at_the_bank.invoices() == {10001: ("PAID", "70.00")}


def test_two_bounces_of_a_payment_that_had_failed_before_give_it_back_as_it_was_before_the_first(
    at_the_bank: SettlementBooks, cfs: RunningCfs
) -> None:
    _bounced_before_us(at_the_bank)
    _part_comes_and_goes(at_the_bank, "OB2", 7)
    _part_comes_and_goes(at_the_bank, "OB3", 10)
    _newest_lies_first(at_the_bank)
    tell(at_the_bank, cfs)

    outcome = undo(at_the_bank, cfs, account=at_the_bank.one("SELECT auth_account_id FROM payment_accounts"))

    assert outcome.counts["numbers_given_back"] == 2
    assert at_the_bank.payments()[0] == (NUMBER, "ONLINE_BANKING", "FAILED", "OB1", "50.00")


def _account(books: SettlementBooks) -> str:
    return str(books.one("SELECT auth_account_id FROM payment_accounts"))


def test_a_bounce_that_lowered_a_payment_which_had_failed_before_is_taken_back(
    at_the_bank: SettlementBooks, cfs: RunningCfs
) -> None:
    _bounced_before_us(at_the_bank)
    at_the_bank.apply(replace(_PART, day="06-Nov-26"), name=WRONG)
    before = pay_tables(at_the_bank)
    at_the_bank.apply(replace(BACK, source="OB2", day="07-Nov-26"), name=LATER)
    assert at_the_bank.payments()[0] == (NUMBER, "ONLINE_BANKING", "DELETED", "OB1", "0.00")
    tell(at_the_bank, cfs)

    outcome = undo(at_the_bank, cfs, account=_account(at_the_bank))

    assert [one.reason for one in outcome.rejects] == ["still frozen"]
    assert pay_tables(at_the_bank) == before
