"""Money that came is a payment and a receipt, a credit, or a line of the report with its amount; in any order of files.

Source: docs/specs/cas-settlement-csv.md sections 5.4, 6 and 9.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.settlement_factory import FILE, Account, Line, SettlementBooks, bounce, on_account, settlement_csv
from tests.tasks.pad_reconcile.conftest import SettlementOffice
from tests.tools.verify.watch import all_findings

NUMBER = "REG00000100"
NEXT_FILE = "BCR_PAYMENT_APPL_20261106.csv"


def bank(books: SettlementBooks) -> Account:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, NUMBER, "100.00", id=100, method="ONLINE_BANKING")
    return account


def part(source: str, amount: str, owing: str, **more: str) -> Line:
    return Line("BOLP", source, amount, "800104", NUMBER, "Partially PAID", "100.00", owing, **more)


def rest(source: str, amount: str) -> Line:
    return Line("BOLP", source, amount, "800104", NUMBER, original="100.00")


# Part payments by online banking.


def test_a_part_that_comes_after_the_rest_is_booked(books: SettlementBooks) -> None:
    bank(books)
    books.apply(rest("OB2", "90.00"))

    outcome = books.apply(part("OB1", "10.00", "90.00", application="71"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["applied:came_late"]
    assert books.receipts() == [(100, "71", "10.00"), (100, "OB2", "90.00")]
    assert {(receipt, amount) for *_, receipt, amount in books.payments()} == {("OB1", "10.00"), ("OB2", "90.00")}
    assert (books.invoices(), books.references()) == ({100: ("PAID", "100.00")}, [(100, NUMBER, "COMPLETED")])
    assert ("applied", "came late", 1, Decimal("10.00")) in outcome.tables[0].rows
    assert books.payloads("bc.registry.payment.UnderPaid") == [], "the invoice is paid: nothing is owed"


def test_money_that_comes_late_announces_no_invoice_once_more(books: SettlementBooks) -> None:
    books.invoice(books.account("800104", "ONLINE_BANKING"), NUMBER, "100.00", method="ONLINE_BANKING", corp="BCR",
                  status="PAID", reference="COMPLETED", paid="100")  # fmt: skip

    books.apply(rest("OB1", "40.00"))

    assert books.outcomes() == ["applied:came_late"]
    assert [kind for kind, _ in books.messages()] == ["bc.registry.payment.Payment"]


def test_a_part_without_an_application_id_bears_the_number_of_its_receipt(books: SettlementBooks) -> None:
    account = bank(books)
    books.invoice(account, "REG2", "100.00", id=101, method="ONLINE_BANKING")
    two = [Line("BOLP", "OB2", "5.00", "800104", "REG2", "Partially PAID", "100.00", left, application=application)
           for left, application in (("95.00", ""), ("90.00", "72"))]  # fmt: skip

    books.apply(part("OB1", "10.00", "90.00", application=""), *two)

    assert books.receipts() == [(100, "OB1", "10.00"), (101, "72", "5.00"), (101, "OB2", "5.00")]


def test_it_is_booked_once(books: SettlementBooks) -> None:
    bank(books)
    books.apply(rest("OB2", "90.00"))
    late = part("OB1", "10.00", "90.00", application="71")
    books.apply(late, name=NEXT_FILE)

    books.apply(late, late, ["ADJS"], name="BCR_PAYMENT_APPL_20261107.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261107.csv")[:2] == ["already_applied:same_row"] * 2
    assert len(books.receipts()) == len(books.payments()) == 2


def test_of_two_that_come_late_only_what_has_room_is_booked(books: SettlementBooks) -> None:
    bank(books)
    books.apply(rest("OB9", "70.00"))

    books.apply(part("OB1", "20.00", "80.00"), part("OB2", "20.00", "60.00"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["applied:came_late", "rejected:paid_already"]
    assert sum(Decimal(amount) for *_, amount in books.payments()) == Decimal("90.00")


def test_a_late_row_that_comes_twice_takes_its_room_once(books: SettlementBooks) -> None:
    bank(books)
    books.apply(rest("OB9", "70.00"))
    late = part("OB1", "10.00", "80.00")

    books.apply(late, late, part("OB2", "20.00", "60.00"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["applied:came_late", "already_applied:same_row", "applied:came_late"]


def test_an_application_id_that_the_receipt_of_another_number_bears_is_no_part_of_this_one(
    books: SettlementBooks,
) -> None:
    account = bank(books)
    books.receipt(books.invoice(account, "REG2", "100.00", id=101, method="ONLINE_BANKING"), "71", "10.00")

    books.apply(part("OB1", "10.00", "90.00", application="71"))

    assert books.outcomes() == ["applied"]
    assert books.receipts() == [(100, "71", "10.00"), (101, "71", "10.00")]


@pytest.mark.parametrize(("amount", "outcome", "paid"), [
    ("10.00", "applied:came_late", "110.00"), ("10.01", "rejected:paid_already", "100.00"),
])  # fmt: skip
def test_money_of_a_receipt_of_which_we_booked_other_rows_is_not_known_by_its_payment(
    amount: str, outcome: str, paid: str, books: SettlementBooks
) -> None:
    account = bank(books)
    books.invoice(account, "REG2", "70.00", id=101, method="ONLINE_BANKING")
    books.apply(
        Line("BOLP", "OB1", "70.00", "800104", "REG2"), on_account("OB1", "800104", "30.00"), rest("OB2", "90.00")
    )

    books.apply(part("OB1", amount, "90.00"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == [outcome]
    assert {(receipt, amount) for *_, receipt, amount in books.payments()} == {("OB1", paid), ("OB2", "90.00")}


@pytest.mark.parametrize(("number", "outcome"), [
    (None, "already_applied:invoice_paid"), (NUMBER, "already_applied:invoice_paid"), ("REG2", "rejected:paid_already"),
])  # fmt: skip
def test_money_of_a_receipt_whose_payment_is_the_service_before_us_is_known_unless_it_is_for_another_number(
    number: str | None, outcome: str, books: SettlementBooks
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.receipt(
        books.invoice(account, NUMBER, "100.00", method="ONLINE_BANKING", status="PAID", reference="COMPLETED",
                      paid="100"), "M1", "100.00",
    )  # fmt: skip
    books.payment(account, number, "OB1", "130.00", method="ONLINE_BANKING")

    books.apply(rest("OB1", "100.00"))

    assert books.outcomes() == [outcome]


@pytest.mark.parametrize("ours", [
    Line("BOLP", "OB1", "30.00", "800104", "REG404"), on_account("OB1", "800104", "30.00"),
    Line("BOLP", "OB9", "30.00", "800104", "REG2"),
])  # fmt: skip
def test_the_payment_of_the_service_before_us_stays_that_unless_we_booked_a_bank_row_of_its_receipt(
    ours: Line, books: SettlementBooks
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG2", "30.00", method="ONLINE_BANKING")
    invoice = books.invoice(account, NUMBER, "100.00", method="ONLINE_BANKING", status="PAID", reference="COMPLETED",
                            paid="100")  # fmt: skip
    books.receipt(invoice, "M1", "100.00")
    books.payment(account, None, "OB1", "130.00", method="ONLINE_BANKING")
    books.apply(ours)

    books.apply(rest("OB1", "100.00"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:invoice_paid"]


def test_two_parts_in_the_wrong_order_leave_the_invoice_as_far_as_they_paid_it(books: SettlementBooks) -> None:
    bank(books)
    books.apply(part("OB2", "30.00", "30.00"))

    books.apply(part("OB1", "40.00", "60.00"), name=NEXT_FILE)

    assert books.invoices() == {100: ("PARTIAL_PAID", "70.00")}
    assert sorted(amount for *_, amount in books.receipts()) == ["30.00", "40.00"]


def test_owing_more_than_the_total_makes_no_negative_payment(books: SettlementBooks) -> None:
    bank(books)

    books.apply(part("OB1", "40.00", "130.00"))

    assert books.invoices() == {100: ("PARTIAL_PAID", "0.00")}


def test_numbers_in_file_names_are_worked_as_numbers(office: SettlementOffice) -> None:
    bank(office.books)
    for number, line in (("10", rest("OB2", "90.00")), ("2", part("OB1", "10.00", "90.00")), ("", ["ADJS"])):
        suffix = f"_{number}" if number else ""
        office.place.put(f"BCR_PAYMENT_APPL_20261105{suffix}.csv", settlement_csv([line]))

    office.run()

    assert office.books.outcomes("BCR_PAYMENT_APPL_20261105_2.csv") == ["applied"], "before the rest, not after it"


# PAD.


def test_a_second_pad_receipt_of_another_day_is_added_to_the_payment(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "100.00", id=100)
    books.apply(Line("PADP", "PR1", "40.00", "800101", NUMBER, original="100.00"))

    books.apply(Line("PADP", "PR2", "60.00", "800101", NUMBER, original="100.00"), name=NEXT_FILE)

    assert books.receipts() == [(100, "PR1", "40.00"), (100, "PR2", "60.00")]
    assert books.payments() == [(NUMBER, "PAD", "COMPLETED", "PR1", "100.00")]


def test_pad_money_for_a_number_that_the_bank_paid_in_part_is_a_payment_of_its_own(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.receipt(books.invoice(account, NUMBER, "60.00", id=100), "OB1", "20.00")
    books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")

    books.apply(Line("PADP", "PR1", "40.00", "800101", NUMBER, original="60.00"))

    assert books.payments() == [
        (NUMBER, "ONLINE_BANKING", "COMPLETED", "OB1", "20.00"),
        (NUMBER, "PAD", "COMPLETED", "PR1", "40.00"),
    ]


def test_a_payment_that_is_added_to_is_kept_as_it_was_with_what_was_added_and_by_which_line(
    books: SettlementBooks,
) -> None:
    account = bank(books)
    books.invoice(account, "REG2", "100.00", id=101)
    books.apply(part("OB1", "10.00", "90.00"), Line("PADP", "PR1", "40.00", "800104", "REG2", original="100.00"))

    books.apply(
        ["ADJS"],
        part("OB1", "20.00", "70.00"),
        Line("PADP", "PR2", "30.00", "800104", "REG2", original="100.00"),
        name=NEXT_FILE,
    )

    kept = (
        "SELECT was ->> 'receipt_number', was ->> 'paid_amount', amount::text, cause FROM pay_jobs.kept_rows ORDER BY 1"
    )
    assert books.rows(kept) == [
        ("OB1", "10.00", "20.00", f"{NEXT_FILE} line 3"),
        ("PR1", "40.00", "30.00", f"{NEXT_FILE} line 4"),
    ]
    assert {(receipt, amount) for *_, receipt, amount in books.payments()} == {("OB1", "30.00"), ("PR1", "70.00")}


def test_what_is_added_to_a_payment_is_every_pad_row_of_its_number_that_is_applied(books: SettlementBooks) -> None:
    account = books.account("800101")
    for nth in (1, 2, 3):
        books.invoice(account, f"REG{nth}", "100.00")
    books.payment(account, "REG1", "PR1", "40.00")
    books.payment(account, "REG2", "PR2", "50.00")
    books.payment(account, "REG3", "PR3", "0.00", status="FAILED", day=date(2026, 11, 1))
    twice = Line("PADP", "PR9", "5.00", "800101", "REG1", original="100.00")

    books.apply(
        Line("PADP", "PR1", "10.00", "800101", "REG1", original="100.00"),
        Line("PADP", "PR1", "20.00", "800101", "REG1", original="100.00"),
        twice,
        twice,
        Line("PADP", "PR9", "6.00", "800101", "REG1", original="100.00"),
        Line("ONAC", "PR1", "7.00", "800101", "REG1", original="100.00"),
        Line("PADP", "PR2", "50.00", "800101", "REG2", original="100.00"),
        Line("PADP", "PR3", "100.00", "800101", "REG3"),
    )

    assert books.payments() == [
        ("REG1", "PAD", "COMPLETED", "PR1", "81.00"),
        ("REG2", "PAD", "COMPLETED", "PR2", "100.00"),
        ("REG3", "PAD", "COMPLETED", "PR3", "100.00"),
        ("REG3", "PAD", "FAILED", "PR3", "0.00"),
    ]
    kept = "SELECT was ->> 'invoice_number', amount::text, cause FROM pay_jobs.kept_rows ORDER BY 1"
    assert books.rows(kept) == [("REG1", "41.00", f"{FILE} line 2"), ("REG2", "50.00", f"{FILE} line 8")]


def test_a_second_line_of_the_same_receipt_is_booked_where_there_is_room(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "100.00", id=100)
    books.apply(Line("PADP", "PR1", "40.00", "800101", NUMBER, original="100.00"))

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER, original="100.00"), name=NEXT_FILE)
    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER, original="100.00"), name="BCR_PAYMENT_APPL_20261107.csv")

    assert books.receipts() == [(100, "PR1", "40.00"), (100, "PR1", "60.00")]
    assert books.payments() == [(NUMBER, "PAD", "COMPLETED", "PR1", "100.00")]
    assert books.outcomes("BCR_PAYMENT_APPL_20261107.csv") == ["already_applied:invoice_paid"]


@pytest.mark.parametrize("record", ["PADP", "BOLP"])
def test_more_money_of_a_receipt_that_we_booked_is_rejected_where_no_room_is_left(
    record: str, books: SettlementBooks
) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100)
    books.apply(Line(record, "PR1", "60.00", "800101", NUMBER))

    books.apply(*(Line(record, "PR1", amount, "800101", NUMBER) for amount in ("60.00", "25.00")), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:invoice_paid", "rejected:paid_already"]
    [(detail,)] = books.rows("SELECT detail FROM pay_jobs.settlement_rows WHERE outcome = 'rejected'")
    assert detail == f"{NUMBER} is settled and only 0.00 CAD of it is open: no room for 25.00 CAD"
    assert books.receipts() == [(100, "PR1", "60.00")]


def test_a_row_that_the_service_before_us_booked_is_known_though_its_receipt_has_another_number(
    books: SettlementBooks,
) -> None:
    """It gave receipts the number of whichever row came first."""
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "60.00", status="PAID", reference="COMPLETED", paid="60")
    books.receipt(invoice, "MEMO1", "60.00")
    books.payment(account, NUMBER, "PR1", "60.00")

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    assert books.outcomes() == ["already_applied:invoice_paid"]


@pytest.mark.parametrize("reference", ["ACTIVE", "COMPLETED"])
@pytest.mark.parametrize("method", ["CC", "DIRECT_PAY"])
def test_pad_money_for_a_number_paid_by_card_is_not_a_second_payment(
    reference: str, method: str, books: SettlementBooks
) -> None:
    """Its invoice has room left, or is open still, and other services expect one completed payment a number."""
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "60.00", id=100, status="PAID", reference=reference, paid="60")
    books.receipt(invoice, "CARD1", "20.00")
    books.payment(account, NUMBER, "CARD1", "60.00", method=method)
    books.payment(account, NUMBER, "CARD2", "60.00", method=method)
    books.payment(account, NUMBER, "CARD0", "0.00", method=method, status="FAILED", day=date(2026, 11, 1))
    books.payment(account, NUMBER, "BANK1", "60.00", method="ONLINE_BANKING")
    before = books.dump("pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements")

    outcome = books.apply(Line("PADP", "PR1", "40.00", "800101", NUMBER, original="60.00"))

    assert books.outcomes() == ["rejected:card_paid"]
    assert ("rejected", "card paid", 1, Decimal("40.00")) in outcome.tables[0].rows
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows") == [
        (f"{NUMBER} was already paid by card, receipt CARD1: 40.00 CAD came a second time",)
    ]
    assert books.dump("pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements") == before


def test_a_receipt_number_is_known_only_by_what_it_completed_of_this_number(books: SettlementBooks) -> None:
    account = books.account("800101")
    for nth in (1, 2, 3, 4):
        books.invoice(account, f"REG{nth}", "60.00", id=nth, status="PAID", reference="COMPLETED", paid="60")
    books.receipt(books.invoice(account, "REG9", "20.00", id=9, reference="COMPLETED"), "PR1", "20.00")
    books.payment(account, "REG9", "PR2", "20.00")
    books.payment(account, "REG3", "PR3", "0.00", status="FAILED")
    books.receipt(books.invoice(account, "REG4", "20.00", id=10, reference="CANCELLED"), "PR4", "20.00")

    books.apply(*(Line("PADP", f"PR{nth}", "60.00", "800101", f"REG{nth}") for nth in (1, 2, 3, 4)))

    assert books.outcomes() == ["applied:came_late"] * 4


def test_a_row_that_the_service_before_us_booked_is_known_whatever_else_we_booked(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, "REG2", "60.00", id=101)
    invoice = books.invoice(account, NUMBER, "100.00", id=100, status="PAID", reference="COMPLETED", paid="100")
    books.receipt(invoice, "PR1", "10.00")
    others = [
        Line("PADP", "PR1", "60.00", "800101", "REG2"),
        Line("PADP", "PR2", "10.00", "800101", NUMBER),
        bounce("PR1", "800999", NUMBER, "100.00"),
        Line("PADP", "PR1", "10.00", "800101", NUMBER),
    ]

    books.apply(*others)
    books.apply(Line("PADP", "PR1", "10.00", "800101", NUMBER), name=NEXT_FILE)

    assert books.outcomes() == [
        "applied", "applied:came_late", "rejected:unknown_account", *["already_applied:invoice_paid"] * 2
    ]  # fmt: skip
    assert books.receipts() == [(100, "PR1", "10.00"), (100, "PR2", "10.00"), (101, "PR1", "60.00")]


def test_money_of_another_account_for_a_settled_number_is_rejected(books: SettlementBooks) -> None:
    books.account("800102")
    books.invoice(books.account("800101"), NUMBER, "60.00", status="PAID", reference="COMPLETED", paid="60")

    books.apply(Line("PADP", "PR1", "60.00", "800102", NUMBER))

    assert books.outcomes() == ["rejected:account_mismatch"]


def test_late_money_finds_room_only_in_the_settled_invoices_of_its_number_that_no_card_pays(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    books.paid_invoice(account, NUMBER, "60.00", "PR1", id=100)
    books.invoice(account, NUMBER, "30.00", id=101, method="CC", status="PAID", reference="COMPLETED", paid="30")
    books.invoice(account, NUMBER, "30.00", id=102, reference="CANCELLED")
    books.invoice(account, "REG2", "30.00", id=103, status="PAID", reference="COMPLETED", paid="30")

    for id_, method in ((104, "CC"), (105, "PAD")):
        books.invoice(account, "REG3", "30.00", id=id_, method=method, status="PAID", reference="COMPLETED", paid="30")

    books.apply(
        Line("PADP", "PR2", "30.00", "800101", NUMBER),
        Line("PADP", "PR3", "30.00", "800101", "REG2"),
        Line("PADP", "PR4", "30.00", "800101", "REG3"),
    )

    assert books.outcomes() == ["rejected:paid_already", "applied:came_late", "applied:came_late"]
    assert books.receipts() == [(100, "PR1", "60.00"), (103, "PR3", "30.00"), (105, "PR4", "30.00")]


def test_late_money_writes_no_receipt_where_it_does_not_reach(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_ in (100, 101):
        books.invoice(account, NUMBER, "30.00", id=id_, status="PAID", reference="COMPLETED", paid="30")

    books.apply(Line("PADP", "PR1", "30.00", "800101", NUMBER))

    assert books.receipts() == [(100, "PR1", "30.00")]


def test_open_invoices_are_paid_also_where_money_for_a_settled_one_of_their_number_comes_late(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    for id_ in (100, 101):
        books.invoice(account, NUMBER, "30.00", id=id_)
    books.invoice(account, NUMBER, "5.00", id=102, status="PAID", reference="COMPLETED", paid="5")

    outcome = books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER), Line("BOLP", "OB1", "5.00", "800101", NUMBER))

    assert books.outcomes() == ["applied", "applied:came_late"]
    assert {status for status, _ in books.invoices().values()} == {"PAID"}
    assert sum(Decimal(amount) for *_, amount in books.receipts()) == Decimal("65.00")
    assert outcome.is_news, "65.00 came for the 60.00 that were open of the invoices it went to"


def test_a_row_of_a_receipt_that_we_booked_is_known_though_a_card_paid_the_number_as_well(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100)
    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))
    books.payment(account, NUMBER, "CARD1", "60.00", method="CC")

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:invoice_paid"]


def test_a_row_of_a_bank_receipt_that_we_booked_is_known_whatever_its_status(books: SettlementBooks) -> None:
    bank(books)
    books.apply(rest("OB1", "90.00"))

    books.apply(Line("BOLP", "OB1", "10.00", "800104", NUMBER, "Not PAID", "100.00"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:invoice_paid"]
    assert books.receipts() == [(100, "OB1", "90.00")]


def test_only_a_part_is_known_by_its_application_id(books: SettlementBooks) -> None:
    bank(books)
    books.receipt(100, "71", "10.00")

    books.apply(Line("BOLP", "OB1", "90.00", "800104", NUMBER, original="100.00", application="71"))

    assert books.outcomes() == ["applied"]


def test_a_row_that_was_rejected_in_one_file_is_applied_in_the_next_once_it_can_be(books: SettlementBooks) -> None:
    account = books.account("800101")
    row = Line("PADP", "PR1", "60.00", "800101", NUMBER)
    books.apply(row)
    books.invoice(account, NUMBER, "60.00", id=100)

    books.apply(row, ["ADJS"], name=NEXT_FILE)

    assert books.outcomes() == ["rejected:no_invoice", "applied", "skipped:informational"]


def test_a_row_whose_customer_number_has_two_owners_is_applied_since_the_invoice_names_its_account(
    books: SettlementBooks,
) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100)
    books.account("800101")

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    assert (books.outcomes(), books.invoices()[100]) == (["applied"], ("PAID", "60.00"))


def test_more_on_account_than_the_credit_of_the_receipt_is_for_a_person(books: SettlementBooks) -> None:
    books.account("800104")
    books.apply(on_account("R1", "800104", "30.00"))

    books.apply(on_account("R1", "800104", "45.00"), on_account("R1", "800104", "10.00"), name=NEXT_FILE)
    books.apply(
        on_account("R2", "800104", "5.00"), on_account("R2", "800104", "6.00"), name="BCR_PAYMENT_APPL_20261107.csv"
    )

    assert books.outcomes(NEXT_FILE) == ["rejected:credit_differs", "already_applied:credit_exists"]
    assert books.outcomes("BCR_PAYMENT_APPL_20261107.csv") == ["applied", "rejected:credit_differs"]


@pytest.mark.parametrize("target", ["INV", "RECEIPT"])
def test_a_bank_row_whose_source_is_eft_pays_nothing_and_is_reported(target: str, books: SettlementBooks) -> None:
    books.invoice(books.account("800301", "EFT"), NUMBER, "100.00", id=100, method="EFT")
    number = NUMBER if target == "INV" else "OB1"

    outcome = books.apply(
        Line("BOLP", "OB1", "100.00", "800301", number, target=target, source_type="BC REG EFT Wire Cheque")
    )

    assert (books.payments(), books.receipts()) == ([], [])
    assert books.invoices() == {100: ("APPROVED", "0.00")}
    if target == "INV":
        assert outcome.tables[0].rows == [("skipped", "eft source", 1, Decimal("100.00"))]
    assert (books.credits() != []) == (target == "RECEIPT")


# An invoice that is paid has a receipt; a memo's receipt is the memo's application.


def test_an_invoice_over_nothing_that_is_settled_by_nothing_has_its_receipt(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "0.00", id=100)

    outcome = books.apply(Line("PADP", "PADRC1", "0", "800101", NUMBER))

    assert books.receipts() == [(100, "PADRC1", "0.00")]
    assert (books.invoices(), outcome.is_news) == ({100: ("PAID", "0.00")}, False)


def test_a_receipt_over_nothing_bears_the_number_of_the_first_row_that_settled_its_number(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    books.account("800199")
    for id_, number, total, status in (
        (100, NUMBER, "60.00", "APPROVED"), (101, NUMBER, "40.00", "APPROVED"), (102, "REG2", "0.00", "APPROVED"),
        (103, "REG3", "50.00", "CREDITED"),
    ):  # fmt: skip
        books.invoice(account, number, total, id=id_, status=status)
    books.credit(account, "M1", "40.00")

    books.apply(
        Line("PADP", "PR0", "60.00", "800199", NUMBER),
        Line("CMAP", "M1", "40.00", "800101", NUMBER, "Partially PAID", application="7"),
        Line("PADP", "PR1", "0.00", "800101", NUMBER),
        Line("PADP", "PR2", "0.00", "800101", "REG2"),
        Line("PADP", "PR3", "0.00", "800101", "REG3"),
    )

    assert books.receipts() == [(100, "PR1", "0.00"), (101, "M1", "40.00"), (102, "PR2", "0.00")]
    assert books.invoices()[103] == ("CREDITED", "50.00")


def test_an_invoice_that_neither_memo_nor_money_reaches_has_a_receipt_over_nothing(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "60.00"), (101, "40.00")):
        books.invoice(account, NUMBER, total, id=id_)
    books.credit(account, "M1", "40.00")

    books.apply(
        Line("PADP", "PR1", "0.00", "800101", NUMBER), Line("CMAP", "M1", "40.00", "800101", NUMBER, application="7")
    )

    assert books.receipts() == [(100, "PR1", "0.00"), (101, "M1", "40.00")]


def test_an_invoice_that_applications_of_one_memo_paid_has_one_receipt_over_all_of_them(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "15.00", id=100)
    memo = books.credit(account, "earlier", "15.00")
    for application, amount in ((7, "10.00"), (8, "5.00")):
        books.applied_credit(memo, account, invoice, NUMBER, application, amount)

    books.apply(Line("PADP", "PR1", "0.00", "800101", NUMBER))

    assert books.receipts() == [(100, "earlier", "15.00")]


def test_an_invoice_that_is_settled_beyond_what_the_money_reaches_has_its_receipt(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "60.00"), (101, "40.00")):
        books.invoice(account, NUMBER, total, id=id_)

    outcome = books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    assert books.receipts() == [(100, "PR1", "60.00"), (101, "PR1", "0.00")]
    assert outcome.is_news


@pytest.mark.parametrize(("status", "files"), [("Partially PAID", 1), ("Partially PAID", 2), ("Fully PAID", 1)])
def test_an_invoice_that_a_memo_covers_has_the_memos_receipt(status: str, files: int, books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "100.00", id=100)
    books.invoice(account, NUMBER, "31.50", id=101)
    books.credit(account, "20455", "40.00")
    memo = Line("CMAP", "20455", "31.50", "800101", NUMBER, status, "131.50", "100.00", application="7")
    pad = Line("PADP", "PR1", "100.00", "800101", NUMBER, original="131.50")

    if files == 1:
        outcome = books.apply(memo, pad)
    else:
        books.apply(memo)
        outcome = books.apply(pad, name=NEXT_FILE)

    assert books.receipts() == [(100, "PR1", "100.00"), (101, "20455", "31.50")]
    assert books.applied_credits() == [(7, 101, "31.50")]
    assert books.payments() == [(NUMBER, "PAD", "COMPLETED", "PR1", "100.00")]
    assert not outcome.is_news


def test_an_invoice_that_a_memo_covers_between_two_others_has_the_memos_receipt_alone(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "60.00"), (101, "15.00"), (102, "25.00")):
        books.invoice(account, NUMBER, total, id=id_)
    memo = books.credit(account, "earlier", "15.00")
    books.applied_credit(memo, account, 101, NUMBER, 7, "15.00")

    books.apply(Line("PADP", "PR1", "85.00", "800101", NUMBER, original="100.00"))

    assert books.receipts() == [(100, "PR1", "60.00"), (101, "earlier", "15.00"), (102, "PR1", "25.00")]


def test_a_memo_that_is_applied_between_two_rows_of_money_has_one_receipt(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100)
    books.credit(account, "M1", "20.00")

    books.apply(
        Line("PADP", "PR1", "25.00", "800101", NUMBER, original="60.00"),
        Line("CMAP", "M1", "20.00", "800101", NUMBER, original="60.00", application="7"),
        Line("PADP", "PR2", "15.00", "800101", NUMBER, original="60.00"),
    )

    assert books.receipts() == [(100, "M1", "20.00"), (100, "PR1", "25.00"), (100, "PR2", "15.00")]


def test_a_memo_that_paid_an_invoice_keeps_its_receipt_when_the_rest_of_the_number_bounces(
    books: SettlementBooks,
) -> None:
    test_an_invoice_that_a_memo_covers_has_the_memos_receipt("Partially PAID", 1, books)

    books.apply(bounce("PR1", "800101", NUMBER, "131.50", outstanding="100.00", day="06-Nov-26"), name=NEXT_FILE)

    assert books.receipts() == [(101, "20455", "31.50")]
    assert {books.invoices()[id_] for id_ in (100, 101)} == {("SETTLEMENT_SCHED", "0.00")}


def test_of_the_receipts_of_memos_a_bounce_takes_those_over_more_than_the_memo_paid(books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "80.00", id=100, status="PAID", reference="COMPLETED", paid="80")
    other = books.invoice(account, "REG2", "15.00", id=101)
    for number, amount in (("M1", "25.00"), ("M2", "30.00"), ("R0", "0.00")):
        books.receipt(invoice, number, amount)
    parts = ((invoice, "M1", "10.00"), (invoice, "M1", "15.00"), (invoice, "M2", "20.00"), (other, "M2", "15.00"))
    for application, (paid, memo, amount) in enumerate(parts):
        books.applied_credit(books.credit(account, memo, amount), account, paid, NUMBER, application, amount)
        books.change("UPDATE applied_credits SET cfs_identifier = :memo WHERE application_id = :id",
                     memo=memo, id=application)  # fmt: skip

    books.apply(bounce("PR9", "800101", NUMBER, "80.00"))

    assert books.receipts() == [(100, "M1", "25.00")]


def test_a_row_over_nothing_writes_no_receipt_where_memo_or_money_paid_before(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, number in ((100, NUMBER), (101, "REG2")):
        books.invoice(account, number, "40.00", id=id_)
    books.credit(account, "20455", "40.00")
    books.receipt(101, "E1", "40.00")
    books.apply(Line("CMAP", "20455", "40.00", "800101", NUMBER, "Partially PAID", application="7"))

    books.apply(*(Line("PADP", "PR1", "0.00", "800101", number) for number in (NUMBER, "REG2")), name=NEXT_FILE)

    assert books.invoices() == {100: ("PAID", "40.00"), 101: ("PAID", "40.00")}
    assert books.receipts() == [(100, "20455", "40.00"), (101, "E1", "40.00")]


def test_each_application_of_a_memo_has_its_own_receipt(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "15.00", id=100)
    books.credit(account, "M1", "40.00")

    books.apply(
        Line("CMAP", "M1", "10.00", "800101", NUMBER, application="7"),
        Line("CMAP", "M1", "5.00", "800101", NUMBER, application="8"),
    )

    assert books.receipts() == [(100, "M1", "10.00"), (100, "M1", "5.00")]
    assert books.applied_credits() == [(7, 100, "10.00"), (8, 100, "5.00")]


def test_what_a_memo_brings_beyond_its_invoice_is_told_and_is_in_no_receipt(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "10.00", id=100)
    books.credit(account, "M1", "40.00")

    outcome = books.apply(Line("CMAP", "M1", "20.00", "800101", NUMBER, application="7"))

    assert books.receipts() == [(100, "M1", "10.00")]
    assert [(one.reason, one.amount) for one in outcome.rejects] == [("credit left over", Decimal("10.00"))]
    assert all_findings(books.database, books.now, ("INV-PAID", "REC-MEMO")) == {}


def test_an_application_of_another_memo_or_number_is_not_that_of_a_row(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, number, application, memo, its_number in ((100, NUMBER, 7, "M0", NUMBER), (101, "REG2", 8, "M1", "REG9")):
        books.invoice(account, number, "15.00", id=id_)
        books.applied_credit(books.credit(account, memo, "40.00"), account, id_, its_number, application, "5.00")
        books.change("UPDATE applied_credits SET cfs_identifier = :memo WHERE application_id = :id",
                     memo=memo, id=application)  # fmt: skip

    books.apply(
        Line("CMAP", "M1", "10.00", "800101", NUMBER, application="7"),
        Line("CMAP", "M1", "10.00", "800101", "REG2", application="8"),
    )

    assert books.receipts() == [(100, "M1", "10.00"), (101, "M1", "10.00")]


def test_a_row_that_is_no_memos_has_its_own_receipt_whatever_its_application_id(books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "15.00", id=100)
    books.applied_credit(books.credit(account, "earlier", "40.00"), account, invoice, NUMBER, 7, "5.00")

    books.apply(Line("ONAC", "earlier", "10.00", "800101", NUMBER, application="7"))

    assert books.receipts() == [(100, "earlier", "10.00")]


def test_a_memo_that_pays_several_invoices_has_a_receipt_on_each_and_no_other(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "60.00"), (101, "40.00")):
        books.invoice(account, NUMBER, total, id=id_)
    books.credit(account, "M1", "100.00")

    books.apply(Line("CMAP", "M1", "100.00", "800101", NUMBER, application="7"))

    assert books.receipts() == [(100, "M1", "60.00"), (101, "M1", "40.00")]


def test_a_memo_and_its_receipt_are_counted_once(books: SettlementBooks) -> None:
    """Two applications of one memo, the first without a receipt of its own, leave 20.00 open for the bank."""
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "80.00", status="PAID", reference="COMPLETED", paid="80")
    memo = books.credit(account, "earlier", "60.00")
    books.applied_credit(memo, account, invoice, NUMBER, 1, "25.00")
    books.applied_credit(memo, account, invoice, NUMBER, 2, "35.00")
    books.receipt(invoice, "earlier", "35.00")

    books.apply(Line("PADP", "PR1", "20.00", "800101", NUMBER), Line("PADP", "PR2", "0.01", "800101", NUMBER))

    assert books.outcomes() == ["applied:came_late", "rejected:paid_already"]


@pytest.mark.parametrize(
    ("applied", "receipts"),
    [([("M1", "25.00"), ("M2", "35.00")], []), ([("M1", "25.00"), ("M1", "35.00")], ["25.00", "35.00"])],
)
def test_what_memos_paid_is_not_open_any_more(
    applied: list[tuple[str, str]], receipts: list[str], books: SettlementBooks
) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "90.00", status="PAID", reference="COMPLETED", paid="90")
    other = books.invoice(account, "REG2", "90.00")
    parts = [*((invoice, memo, amount) for memo, amount in applied), (other, "M1", "3.00")]
    for application, (paid, memo, amount) in enumerate(parts):
        books.applied_credit(books.credit(account, memo, amount), account, paid, NUMBER, application, amount)
        books.change("UPDATE applied_credits SET cfs_identifier = :memo WHERE application_id = :id",
                     memo=memo, id=application)  # fmt: skip
    for amount in receipts:
        books.receipt(invoice, "M1", amount)
    books.receipt(invoice, "E1", "10.00")
    books.receipt(other, "M1", "7.00")

    books.apply(Line("PADP", "PR1", "20.00", "800101", NUMBER), Line("PADP", "PR2", "0.01", "800101", NUMBER))

    assert books.outcomes() == ["applied:came_late", "rejected:paid_already"]


def test_two_memos_of_one_number_are_for_a_person(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "80.00", id=100)
    books.credit(account, "20455", "25.00")
    books.credit(account, "20455", "90.00")

    books.apply(
        Line("CMAP", "20455", "25.00", "800101", NUMBER, "Partially PAID", application="7"),
        Line("CMAP", "20455", "80.00", "800101", NUMBER, application="8"),
    )

    assert books.outcomes() == ["rejected:ambiguous_memo"] * 2
    assert (books.applied_credits(), books.invoices()) == ([], {100: ("APPROVED", "0.00")})


def test_two_memos_of_one_number_hold_back_only_what_might_be_of_either(books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "80.00", id=100)
    known = books.credit(account, "20455", "25.00")
    books.credit(account, "20455", "90.00")
    books.applied_credit(known, account, invoice, NUMBER, 9, "5.00")
    books.credit(account, "20456", "25.00")
    books.credit(account, "20456", "25.00", memo=False)

    books.apply(
        Line("CMAP", "20455", "5.00", "800101", NUMBER, "Partially PAID", application="9"),
        on_account("20455", "800101", "4.00", "CMAP"),
        Line("CMAP", "20456", "6.00", "800101", NUMBER, "Partially PAID", application="10"),
        Line("CMAP", "20455", "5.00", "800101", NUMBER, "Partially PAID", application="11"),
    )

    assert books.outcomes() == [
        "already_applied:credit_applied", "applied", "applied:credit_applied", "rejected:ambiguous_memo"
    ]  # fmt: skip
    assert books.applied_credits() == [(9, 100, "5.00"), (10, 100, "6.00")]


# What crashes of the service before us left.


@pytest.mark.parametrize("method", ["PAD", "ONLINE_BANKING"])
def test_a_noted_bounce_whose_payment_is_still_completed_fails_it_and_does_nothing_else(
    method: str, books: SettlementBooks
) -> None:
    account = books.account("800101", status="FREEZE")
    invoice = books.invoice(account, NUMBER, "60.00", id=100, status="SETTLEMENT_SCHED")
    books.invoice(account, NUMBER, "30.00", id=101, status="CREATED", method="CC")
    books.add("non_sufficient_funds", invoice_id=101, invoice_number=NUMBER, cfs_account="800101")
    books.payment(account, NUMBER, "PR1", "60.00", method=method)
    before = books.dump("payments", "pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"), name=NEXT_FILE)

    assert books.outcomes() == ["applied:payment_failed", "already_applied:bounced_before"]
    assert books.payments() == [(NUMBER, method, "FAILED", "PR1", "0.00")]
    assert books.rows("SELECT payment_date::text FROM payments") == [("2026-11-05 00:00:00",)]
    assert books.dump("payments", "pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements") == before
    assert invoice == 100


@pytest.mark.parametrize("has_late_payment", [False, True])
def test_a_noted_bounce_leaves_the_payment_failed_by_which_the_customer_can_pay_by_card(
    has_late_payment: bool, books: SettlementBooks
) -> None:
    """Without any payment, and where a late paid row left a completed one beside it (section 9)."""
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "60.00", id=100, status="SETTLEMENT_SCHED")
    books.invoice(account, NUMBER, "30.00", id=101, status="CREATED", method="CC")
    books.add("non_sufficient_funds", invoice_id=101, invoice_number=NUMBER, cfs_account="800101")
    if has_late_payment:
        books.payment(account, NUMBER, "PR1", "0.00", status="FAILED")
        books.payment(account, NUMBER, "PR1", "60.00")
    before = books.dump("payments", "pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"), name=NEXT_FILE)

    assert books.outcomes() == ["applied:payment_failed", "already_applied:bounced_before"]
    failed = [(NUMBER, "PAD", "DELETED", "PR1", "0.00")] * has_late_payment + [(NUMBER, "PAD", "FAILED", "PR1", "0.00")]
    assert books.payments() == failed
    assert books.dump("payments", "pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements") == before


def test_a_noted_bounce_beside_a_failed_payment_raises_nothing_that_this_keeps(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "60.00", id=100, status="SETTLEMENT_SCHED")
    books.add("non_sufficient_funds", invoice_id=100, invoice_number=NUMBER, cfs_account="800101")
    books.payment(account, NUMBER, "PR1", "0.00", status="FAILED")
    books.payment(account, NUMBER, "PR1", "60.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="40.00"))

    assert books.outcomes() == ["applied:payment_failed"]
    assert {kept for *_, kept in books.payments()} == {"0.00"}


def test_a_bounce_fails_the_payment_by_whichever_method_save_by_card(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status="PAID", reference="COMPLETED", paid="60")
    books.payment(account, NUMBER, "OB1", "60.00", method="ONLINE_BANKING")
    books.payment(account, NUMBER, "CARD1", "60.00", method="CC")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.payments() == [
        (NUMBER, "CC", "COMPLETED", "CARD1", "60.00"),
        (NUMBER, "ONLINE_BANKING", "FAILED", "PR1", "0.00"),
    ]


@pytest.mark.parametrize(
    "card", ["REG7401364-C", "REG07401364-C", "REG007401364-C", "REG7401364-193045-C", "REG07401364-000000-C"]
)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_number_paid_by_card_is_told_by_the_text_of_the_consolidated_number(
    card: str, is_known: bool, books: SettlementBooks
) -> None:
    account = books.account("800101")
    if is_known:
        books.invoice(account, "REG07401364", "60.00", id=7401364, reference="CANCELLED")
    other = books.invoice(account, None, "60.00")
    books.reference(other, card, "COMPLETED")

    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG07401364"))

    assert books.outcomes() == ["skipped:paid_by_card"]


def test_a_consolidated_number_of_another_invoice_is_another_number(books: SettlementBooks) -> None:
    other = books.invoice(books.account("800101"), None, "60.00")
    for number in (
        "REG17401364-C", "REG740136-C", "REGT7401364-C", "REG7401364", "REG7401364-19304-C", "REG7401364-19304A-C",
        "REG17401364-193045-C", "REG7401364-1930455-C", "REG7401364-193045", "REG7401364-240000-C",
    ):  # fmt: skip
        books.reference(other, number, "COMPLETED")

    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG07401364"))

    assert books.outcomes() == ["rejected:no_invoice"]


@given(st.permutations([(0, "25.00"), (1, "35.00"), (2, "40.00")]), st.sets(st.integers(0, 1)))
@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_parts_in_any_order_of_files_and_rows_end_with_all_their_money(
    books: SettlementBooks, order: list[tuple[int, str]], ends_file_after: set[int]
) -> None:
    books.empty()
    bank(books)
    owing = {0: "75.00", 1: "40.00"}
    lines = [
        rest("OB2", amount) if place == 2 else part(f"OB{place}", amount, owing[place], application=f"7{place}")
        for place, amount in order
    ]
    files: list[list[Line]] = [[]]
    for place, line in enumerate(lines):
        files[-1].append(line)
        if place in ends_file_after:
            files.append([])
    for number, rows in enumerate(files):
        books.apply(*rows, name=f"BCR_PAYMENT_APPL_2026110{5 + number}.csv")

    assert books.invoices() == {100: ("PAID", "100.00")}
    assert books.receipts() == [(100, "70", "25.00"), (100, "71", "35.00"), (100, "OB2", "40.00")]
    assert sum(Decimal(amount) for *_, amount in books.payments()) == Decimal("100.00")
