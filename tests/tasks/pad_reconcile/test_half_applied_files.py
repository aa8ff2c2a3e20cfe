"""A file that the service before us applied in part: what it booked stays, and what it left out is made up for.

Source: docs/specs/cas-settlement-csv.md section 10 nos. 1 and 2: rows are committed one by one, payments follow them.
"""

from decimal import Decimal

import pytest

from tests.settlement_factory import FILE, Account, Line, SettlementBooks, on_account
from tests.tools.verify.watch import all_findings

NEXT_FILE = "BCR_PAYMENT_APPL_20261106.csv"


def bank(books: SettlementBooks) -> Account:
    return books.account("800104", "ONLINE_BANKING")


def booked(books: SettlementBooks, account: Account, number: str, total: str, receipt: str, amount: str) -> None:
    """Add an invoice that the service before us settled, in whole or in part, without a payment."""
    state = ("PAID", "COMPLETED") if total == amount else ("PARTIAL_PAID", "ACTIVE")
    invoice = books.invoice(account, number, total, method="ONLINE_BANKING", status=state[0], reference=state[1],
                            paid=amount)  # fmt: skip
    books.receipt(invoice, receipt, amount)


def payments(books: SettlementBooks) -> list[tuple[str | None, str | None, str]]:
    return [(number, receipt, amount) for number, _, _, receipt, amount in books.payments()]


def mails(books: SettlementBooks) -> list[str]:
    return [kind.removeprefix("bc.registry.payment.") for kind, _ in books.messages()]


WHOLE = Line("BOLP", "OB1", "100.00", "800104", "REG1")
PART = Line("BOLP", "OB1", "40.00", "800104", "REG1", "Partially PAID", "100.00", "60.00", application="71")


@pytest.mark.parametrize(("line", "receipt", "mail"), [(WHOLE, "OB1", "Payment"), (PART, "71", "UnderPaid")])
def test_a_bank_receipt_that_was_booked_without_its_payment_gets_it_and_its_mail(
    line: Line, receipt: str, mail: str, books: SettlementBooks
) -> None:
    booked(books, bank(books), "REG1", "100.00", receipt, line.amount)
    before = (books.invoices(), books.receipts())

    books.apply(line)
    books.apply(line, name=NEXT_FILE)

    assert books.outcomes(FILE) == ["already_applied:payment_written"]
    assert payments(books) == [("REG1", "OB1", line.amount)]
    assert (books.invoices(), books.receipts()) == before
    assert mails(books) == [mail]
    assert all_findings(books.database, books.now, ("FILE", "PAY")) == {}


@pytest.mark.parametrize(
    "ours", [Line("BOLP", "OB1", "30.00", "800104", "REG2"), on_account("OB1", "800104", "30.00"),
             Line("ONAC", "OB1", "30.00", "800104", "REG2")],
)  # fmt: skip
def test_a_bank_receipt_of_which_some_rows_were_booked_has_one_payment_over_all(
    ours: Line, books: SettlementBooks
) -> None:
    account = bank(books)
    booked(books, account, "REG1", "70.00", "OB1", "70.00")
    books.invoice(account, "REG2", "30.00", method="ONLINE_BANKING")

    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), ours)

    assert books.outcomes() == ["already_applied:payment_written", "applied"]
    assert payments(books) == [(None, "OB1", "100.00")]
    assert all_findings(books.database, books.now, ("FILE", "PAY")) == {}


def test_money_on_account_that_was_used_in_the_same_receipt_is_in_its_payment(books: SettlementBooks) -> None:
    account = bank(books)
    booked(books, account, "REG1", "70.00", "OB1", "70.00")
    booked(books, account, "REG2", "30.00", "OB1", "30.00")

    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), Line("ONAC", "OB1", "30.00", "800104", "REG2"))

    assert books.outcomes() == ["already_applied:payment_written"] * 2
    assert payments(books) == [(None, "OB1", "100.00")]


@pytest.mark.parametrize("record", ["BOLP", "PADP"])
def test_a_row_that_stands_twice_in_the_file_is_made_up_for_once(record: str, books: SettlementBooks) -> None:
    booked(books, bank(books), "REG1", "100.00", "OB1", "100.00")
    line = Line(record, "OB1", "100.00", "800104", "REG1")

    books.apply(line, line)

    assert books.outcomes() == ["already_applied:payment_written", "already_applied:invoice_paid"]
    assert payments(books) == [("REG1", "OB1", "100.00")]


def test_a_row_of_the_receipt_that_is_tried_again_is_added_to_the_payment(books: SettlementBooks) -> None:
    account = bank(books)
    booked(books, account, "REG1", "70.00", "OB1", "70.00")
    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), on_account("OB1", "800105", "30.00"))
    assert payments(books) == [("REG1", "OB1", "70.00")]
    books.account("800105", "ONLINE_BANKING")

    books.retry()

    assert payments(books) == [(None, "OB1", "100.00")]
    assert all_findings(books.database, books.now, ("FILE", "PAY")) == {}


def test_a_rejected_row_of_a_receipt_whose_payment_was_made_up_for_is_told_once_its_number_is_settled(
    books: SettlementBooks,
) -> None:
    account = bank(books)
    booked(books, account, "REG1", "70.00", "OB1", "70.00")
    books.apply(
        Line("BOLP", "OB1", "70.00", "800104", "REG1"),
        on_account("OB1", "800104", "30.00"),
        Line("BOLP", "OB1", "50.00", "800104", "REG2"),
    )
    assert books.outcomes()[0] == "already_applied:payment_written"
    assert payments(books) == [(None, "OB1", "100.00")]
    booked(books, account, "REG2", "50.00", "OB2", "50.00")

    books.retry()

    assert books.outcomes()[2] == "rejected:paid_already"


@pytest.mark.parametrize(("record", "cfs"), [("BOLP", "800104"), ("PADP", "800101")])
def test_more_of_a_receipt_whose_payment_was_made_up_for_is_booked_where_there_is_room_and_the_same_row_is_not(
    record: str, cfs: str, books: SettlementBooks
) -> None:
    account = books.account(cfs, "ONLINE_BANKING" if record == "BOLP" else "PAD")
    invoice = books.invoice(account, "REG1", "140.00", status="PAID", reference="COMPLETED", paid="140.00")
    books.receipt(invoice, "OB1", "70.00")
    first, more = (Line(record, "OB1", amount, cfs, "REG1", original="140.00") for amount in ("70.00", "30.00"))
    books.apply(first)
    assert books.outcomes() == ["already_applied:payment_written"]

    books.apply(first, more, name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:same_row", "applied:came_late"]
    assert [amount for *_, amount in payments(books)] == ["100.00"]
    assert sum(Decimal(amount) for *_, amount in books.receipts()) == Decimal("100.00")


def test_money_on_account_alone_is_given_no_payment(books: SettlementBooks) -> None:
    booked(books, bank(books), "REG1", "30.00", "OB1", "30.00")

    books.apply(Line("ONAC", "OB1", "30.00", "800104", "REG1"), Line("BOLP", "OB2", "5.00", "800104", "REG404"))

    assert books.outcomes() == ["already_applied:invoice_paid", "rejected:not_exactly_one_invoice"]
    assert payments(books) == []


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED"])
def test_a_receipt_that_has_a_payment_is_given_no_other(status: str, books: SettlementBooks) -> None:
    account = bank(books)
    booked(books, account, "REG1", "100.00", "OB1", "100.00")
    books.payment(account, None, "OB1", "130.00", method="ONLINE_BANKING", status=status)

    books.apply(WHOLE)

    assert books.outcomes() == ["already_applied:invoice_paid"]
    assert (payments(books), mails(books)) == ([(None, "OB1", "130.00")], [])


def test_verify_names_a_bank_invoice_that_money_paid_without_a_payment(books: SettlementBooks) -> None:
    account = bank(books)
    for number, receipt in (("REG1", "OB1"), ("REG2", "OB2"), ("REG3", "OB3"), ("REG4", "CARD4"), ("REG5", "OB5")):
        booked(books, account, number, "30.00", receipt, "30.00")
    books.payment(account, None, "OB2", "70.00", method="ONLINE_BANKING")
    books.credit(account, "OB3", "30.00", memo=False, remaining="0.00")
    books.payment(account, "REG4", "CARD4", "30.00", method="CC")
    books.payment(account, None, "OB5", "30.00", method="ONLINE_BANKING", status="FAILED")
    ids = books.rows("SELECT invoice_id FROM invoice_references WHERE invoice_number IN ('REG1', 'REG5') ORDER BY 1")

    found = all_findings(books.database, books.now, ("PAY-MISSING",))

    assert sorted(row for _, row in found) == [f"invoice {id_}" for (id_,) in ids]


@pytest.mark.parametrize("method", ["PAD", "ONLINE_BANKING"])
def test_what_money_on_account_paid_whole_needs_no_payment(method: str, books: SettlementBooks) -> None:
    books.invoice(books.account("800104", method), "REG1", "30.00", method=method)

    books.apply(Line("ONAC", "OA1", "30.00", "800104", "REG1"))

    assert (books.outcomes(), payments(books)) == (["applied"], [])
    assert all_findings(books.database, books.now, ("PAY-MISSING",)) == {}


@pytest.mark.parametrize("method", ["PAD", "ONLINE_BANKING"])
def test_what_money_on_account_and_a_credit_memo_paid_between_them_needs_no_payment(
    method: str, books: SettlementBooks
) -> None:
    account = books.account("800104", method)
    books.invoice(account, "REG1", "30.00", method=method)
    books.credit(account, "M1", "20.00")

    books.apply(
        Line("ONAC", "OA1", "10.00", "800104", "REG1", "Partially PAID", "30.00", "20.00"),
        Line("CMAP", "M1", "20.00", "800104", "REG1"),
    )

    assert ([status for status, _ in books.invoices().values()], payments(books)) == (["PAID"], [])
    assert all_findings(books.database, books.now, ("PAY-MISSING",)) == {}


@pytest.mark.parametrize(("rest", "source"), [("CMAP", "M1"), ("ONAC", "OA1")])
def test_a_part_out_of_a_bank_receipt_for_several_numbers_is_in_its_payment(
    rest: str, source: str, books: SettlementBooks
) -> None:
    account = bank(books)
    for number, total in (("REG1", "70.00"), ("REG2", "50.00")):
        books.invoice(account, number, total, method="ONLINE_BANKING")
    books.credit(account, "M1", "20.00")
    books.apply(
        Line("BOLP", "OB1", "70.00", "800104", "REG1"),
        Line("BOLP", "OB1", "30.00", "800104", "REG2", "Partially PAID", "50.00", "20.00", application="71"),
    )

    books.apply(Line(rest, source, "20.00", "800104", "REG2"), name=NEXT_FILE)

    assert {status for status, _ in books.invoices().values()} == {"PAID"}
    assert payments(books) == [(None, "OB1", "100.00")]
    assert all_findings(books.database, books.now, ("PAY-MISSING",)) == {}
    books.change("DELETE FROM payments")
    assert len(all_findings(books.database, books.now, ("PAY-MISSING",))) == 2


def test_the_row_of_a_part_that_was_booked_before_names_the_bank_receipt_that_paid_it(books: SettlementBooks) -> None:
    account = bank(books)
    invoice = books.invoice(account, "REG1", "30.00", method="ONLINE_BANKING", status="PAID", reference="COMPLETED",
                            paid="30.00")  # fmt: skip
    books.receipt(invoice, "71", "30.00")
    books.payment(account, None, "OB1", "50.00", method="ONLINE_BANKING")
    assert len(all_findings(books.database, books.now, ("PAY-MISSING",))) == 1

    books.apply(Line("BOLP", "OB1", "30.00", "800104", "REG1", "Partially PAID", application="71"))

    assert books.outcomes() == ["already_applied:receipt_exists"]
    assert all_findings(books.database, books.now, ("PAY-MISSING",)) == {}


def test_verify_misses_the_payment_of_a_bank_receipt_that_left_money_on_account(books: SettlementBooks) -> None:
    account = bank(books)
    for number in ("REG1", "REG2"):
        books.invoice(account, number, "30.00", method="ONLINE_BANKING")
    books.apply(Line("BOLP", "OB1", "30.00", "800104", "REG1"), on_account("OB1", "800104", "30.00"))
    books.apply(Line("ONAC", "OB1", "30.00", "800104", "REG2"), name=NEXT_FILE)
    assert all_findings(books.database, books.now, ("PAY-MISSING",)) == {}
    [(id_,)] = books.rows("SELECT invoice_id FROM invoice_references WHERE invoice_number = 'REG1'")

    books.change("DELETE FROM payments")

    assert list(all_findings(books.database, books.now, ("PAY-MISSING",))) == [("PAY-MISSING", f"invoice {id_}")]
