"""Money on account that covers a part of an invoice came with a bank receipt, and is in its payment.

Source: docs/specs/cas-settlement-csv.md section 6: the payment is the sum of all rows of the receipt.
"""

from dataclasses import replace

import pytest

from connectors.inbound.holds import HoldKind
from tests.settlement_factory import FILE, Line, SettlementBooks, on_account
from tests.tools.verify.watch import all_findings

NEXT_FILE = "BCR_PAYMENT_APPL_20261106.csv"
PAID = Line("BOLP", "OB1", "70.00", "800104", "REG1")
PART = Line("ONAC", "OB1", "30.00", "800104", "REG2", "Partially PAID", "100.00", "70.00")


@pytest.fixture
def bank(books: SettlementBooks) -> SettlementBooks:
    """A pay database in which an online banking account owes 70.00 of REG1 and 100.00 of REG2."""
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    books.invoice(account, "REG2", "100.00", method="ONLINE_BANKING")
    return books


def payments(books: SettlementBooks) -> list[tuple[str | None, str | None, str]]:
    return [(number, receipt, amount) for number, _, _, receipt, amount in books.payments()]


@pytest.mark.parametrize("record", ["ONAC", "ONAP", "DRWP"])
def test_what_a_bank_receipt_covers_in_part_is_in_its_payment_once(record: str, bank: SettlementBooks) -> None:
    part = Line(record, "OB1", "30.00", "800104", "REG2", "Partially PAID", "100.00", "70.00")

    bank.apply(part, PAID, part)
    bank.apply(PAID, part, ["ADJS"], name=NEXT_FILE)

    assert payments(bank) == [(None, "OB1", "100.00")]
    assert [kind for kind, _ in bank.messages()] == ["bc.registry.payment.UnderPaid"]
    assert all_findings(bank.database, bank.now, ("FILE", "PAY")) == {}


def test_its_payment_is_of_the_bank_rows_account_where_the_number_is_unknown(bank: SettlementBooks) -> None:
    bank.apply(PAID, Line("ONAC", "OB1", "30.00", "800104", "REG404", "Partially PAID", "100.00", "70.00"))

    assert payments(bank) == [(None, "OB1", "100.00")]
    assert bank.one("SELECT payment_account_id FROM payments") == bank.one("SELECT id FROM payment_accounts")


@pytest.mark.parametrize("first", [PAID, PART])
def test_rows_of_the_receipt_that_the_sender_wrote_later_are_added(first: Line, bank: SettlementBooks) -> None:
    bank.apply(first)

    bank.apply(PAID, PART, name=FILE, released=frozenset(HoldKind))

    assert payments(bank) == [(None, "OB1", "100.00")]
    assert all_findings(bank.database, bank.now, ("FILE", "PAY")) == {}


def test_what_is_used_of_a_receipt_on_a_later_day_is_no_money_beside_it(bank: SettlementBooks) -> None:
    bank.apply(PAID)

    bank.apply(PART, name=NEXT_FILE)

    assert payments(bank) == [("REG1", "OB1", "70.00")]
    assert all_findings(bank.database, bank.now, ("FILE", "PAY")) == {}


@pytest.mark.parametrize("day", ["", "05-Nov-99", "soon"])
def test_money_left_on_account_needs_no_date_and_its_bank_payment_has_that_of_the_bank_row(
    day: str, bank: SettlementBooks
) -> None:
    bank.apply(on_account("OB1", "800104", "30.00", day=day), PAID, on_account("OB2", "800104", "5.00", day=day))

    assert bank.outcomes() == ["applied"] * 3
    assert bank.credits() == [("OB1", False, "30.00", "30.00"), ("OB2", False, "5.00", "5.00")]
    assert bank.rows("SELECT payment_date::text, paid_amount::numeric(19,2)::text FROM payments") == [
        ("2026-11-05 00:00:00", "100.00")
    ]
    assert all_findings(bank.database, bank.now, ("FILE", "PAY", "CRE-MADE")) == {}


def test_a_part_on_account_whose_date_cannot_be_read_leaves_the_payment_that_of_the_bank_row(
    bank: SettlementBooks,
) -> None:
    bank.apply(replace(PART, day="05-Nov-99"), PAID)

    assert bank.rows("SELECT payment_date::text, paid_amount::numeric(19,2)::text FROM payments") == [
        ("2026-11-05 00:00:00", "100.00")
    ]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(("applied", "is_told"), [("70.00", False), ("100.00", False), ("65.00", True)])
def test_a_number_is_settled_for_what_was_open_with_or_without_what_money_on_account_covered_of_it(
    applied: str, is_told: bool, at_once: bool, books: SettlementBooks
) -> None:
    account = books.account("800101")
    for total in ("60.00", "40.00"):
        books.invoice(account, "REG1", total)
    books.invoice(account, "REG2", "50.00")
    parts = [
        Line("ONAC", "OA1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00"),
        Line("ONAC", "OA2", "5.00", "800101", "REG2", "Partially PAID", "50.00", "45.00"),
        Line("ADJS", "A1", "5.00", "800101", "REG1"),
    ]
    paid = Line("PADP", "PR1", applied, "800101", "REG1", original="100.00")
    if not at_once:
        books.apply(*parts)

    outcome = books.apply(*(parts if at_once else []), paid, name=NEXT_FILE)

    told = [(one.where, one.reason) for one in outcome.rejects]
    assert told == [("REG1", "settled for another amount")] * is_told
