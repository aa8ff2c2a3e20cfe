"""What each kind of row does to the pay database: docs/specs/cas-settlement-csv.md sections 5 to 8, line by line."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from config.errors import ConfigError
from config.settings import EventSettings
from tests.settlement_factory import FILE, Account, Line, SettlementBooks, bounce, on_account
from tests.tools.verify.watch import all_findings

NUMBER = "REG00000100"
Given = Callable[[SettlementBooks, Account], Any]


def active(books: SettlementBooks, account: Account) -> None:
    books.invoice(account, NUMBER, "100.00", id=100)


def two_active(books: SettlementBooks, account: Account) -> None:
    books.invoice(account, NUMBER, "60.00", id=100)
    books.invoice(account, NUMBER, "40.00", id=101)


def completed(books: SettlementBooks, account: Account) -> None:
    books.invoice(account, NUMBER, "100.00", id=100, status="PAID", reference="COMPLETED", paid="100")


def two_completed(books: SettlementBooks, account: Account) -> None:
    completed(books, account)
    books.invoice(account, NUMBER, "1.00", id=101, status="PAID", reference="COMPLETED", paid="1")


def cancelled(books: SettlementBooks, account: Account) -> None:
    books.invoice(account, NUMBER, "100.00", id=100, reference="CANCELLED")


def paid_by_card(books: SettlementBooks, account: Account) -> None:
    cancelled(books, account)
    books.reference(100, "REG100-C", "COMPLETED", consolidated=True)


def one_of_two_paid_by_card(books: SettlementBooks, account: Account) -> None:
    cancelled(books, account)
    books.invoice(account, NUMBER, "1.00", id=101, reference="CANCELLED")
    books.reference(101, "REG555-C", "COMPLETED", consolidated=True)


def another_paid_by_card(books: SettlementBooks, account: Account) -> None:
    cancelled(books, account)
    books.reference(books.invoice(account, None, "1.00", id=101), "REG555-C", "COMPLETED", consolidated=True)


def card_in_progress(books: SettlementBooks, account: Account) -> None:
    cancelled(books, account)
    books.reference(100, "REG100-121314-C", "ACTIVE", consolidated=True)


def plain_card_in_progress(books: SettlementBooks, account: Account) -> None:
    cancelled(books, account)
    books.reference(100, "REG100-C", "ACTIVE")


def moved_to_another_number(books: SettlementBooks, account: Account) -> None:
    cancelled(books, account)
    books.reference(100, "REG00000999", "COMPLETED")


def nothing(_books: SettlementBooks, _account: Account) -> None:
    return


def shared_with_card(books: SettlementBooks, account: Account) -> None:
    active(books, account)
    books.invoice(account, NUMBER, "30.00", id=101, method="CC", status="CREATED")


def of_another_account(books: SettlementBooks, account: Account) -> None:
    active(books, books.account("800199"))


def partly_of_another_account(books: SettlementBooks, account: Account) -> None:
    active(books, account)
    books.invoice(books.account("800199"), NUMBER, "5.00", id=101)


def without_cfs_account(books: SettlementBooks, account: Account) -> None:
    active(books, account)
    books.change("UPDATE invoices SET cfs_account_id = NULL")


PAD_FULL = [
    (active, "applied", {100: ("PAID", "100.00")}),
    (two_active, "applied", {100: ("PAID", "60.00"), 101: ("PAID", "40.00")}),
    (completed, "applied:came_late", {100: ("PAID", "100.00")}),
    (paid_by_card, "skipped:paid_by_card", {100: ("APPROVED", "0.00")}),
    (one_of_two_paid_by_card, "skipped:paid_by_card", {100: ("APPROVED", "0.00"), 101: ("APPROVED", "0.00")}),
    (another_paid_by_card, "rejected:no_invoice", {100: ("APPROVED", "0.00"), 101: ("APPROVED", "0.00")}),
    (card_in_progress, "rejected:no_invoice", {100: ("APPROVED", "0.00")}),
    (plain_card_in_progress, "rejected:no_invoice", {100: ("APPROVED", "0.00")}),
    (moved_to_another_number, "rejected:no_invoice", {100: ("APPROVED", "0.00")}),
    (cancelled, "rejected:no_invoice", {100: ("APPROVED", "0.00")}),
    (nothing, "rejected:no_invoice", {}),
    (shared_with_card, "rejected:card_invoice_shares_number", {100: ("APPROVED", "0.00"), 101: ("CREATED", "0.00")}),
    (of_another_account, "rejected:account_mismatch", {100: ("APPROVED", "0.00")}),
    (partly_of_another_account, "rejected:account_mismatch", {100: ("APPROVED", "0.00"), 101: ("APPROVED", "0.00")}),
    (without_cfs_account, "rejected:account_mismatch", {100: ("APPROVED", "0.00")}),
]


@pytest.mark.parametrize("record", ["PADP", "PADR", "PAYR"])
@pytest.mark.parametrize(("given", "outcome", "invoices"), PAD_FULL, ids=lambda one: getattr(one, "__name__", ""))
def test_a_fully_paid_pad_row(
    record: str, given: Given, outcome: str, invoices: dict[int, Any], books: SettlementBooks
) -> None:
    account = books.account("800101")
    given(books, account)

    books.apply(Line(record, "PR1", "100.00", "800101", NUMBER))

    assert books.outcomes() == [outcome]
    assert books.invoices() == invoices
    paid = outcome.startswith("applied")
    assert [(number, status, receipt, amount) for number, _, status, receipt, amount in books.payments()] == (
        [(NUMBER, "COMPLETED", "PR1", "100.00")] if paid else []
    )
    expected = [(id_, "PR1", amount) for id_, (_, amount) in invoices.items()] if paid else []
    assert books.receipts() == expected
    assert books.messages() == []


def test_an_invoice_of_the_development_system_is_ignored(books: SettlementBooks) -> None:
    books.account("800101")

    books.apply(Line("PADP", "PR1", "100.00", "800101", "REGUT00000100"))

    assert books.outcomes() == ["skipped:development_invoice"]
    assert books.payments() == []


@pytest.mark.parametrize("status", ["Partially PAID", "On Account", "", "something"])
def test_a_pad_payment_with_another_status_is_an_error_and_writes_no_payment(
    status: str, books: SettlementBooks
) -> None:
    active(books, books.account("800101"))

    books.apply(Line("PADP", "PR1", "100.00", "800101", NUMBER, status))

    assert books.outcomes() == ["rejected:unexpected_status"]
    assert (books.payments(), books.receipts(), books.invoices()) == ([], [], {100: ("APPROVED", "0.00")})


def test_a_pad_row_of_no_amount_still_settles(books: SettlementBooks) -> None:
    active(books, books.account("800101"))

    outcome = books.apply(Line("PADP", "PR1", "0.00", "800101", NUMBER))

    assert books.invoices() == {100: ("PAID", "100.00")}
    assert books.receipts() == [(100, "PR1", "0.00")], "the receipt page needs one"
    assert books.payments() == [(NUMBER, "PAD", "COMPLETED", "PR1", "0.00")]
    assert outcome.is_news, "100.00 was open, and CAS settled it with nothing: a person must look"


SINGLE = [
    ("Fully PAID", "100.00", active, "applied", ("PAID", "100.00")),
    ("Partially PAID", "40.00", active, "applied", ("PARTIAL_PAID", "40.00")),
    ("Not PAID", "40.00", active, "rejected:unexpected_status", ("APPROVED", "0.00")),
    ("On Account", "40.00", active, "rejected:unexpected_status", ("APPROVED", "0.00")),
    ("Fully PAID", "100.00", completed, "applied:came_late", ("PAID", "100.00")),
    ("Not PAID", "100.00", completed, "rejected:unexpected_status", ("PAID", "100.00")),
    ("Fully PAID", "100.00", two_active, "rejected:not_exactly_one_invoice", ("APPROVED", "0.00")),
    ("Fully PAID", "100.00", two_completed, "rejected:not_exactly_one_invoice", ("PAID", "100.00")),
    ("Fully PAID", "100.00", nothing, "rejected:not_exactly_one_invoice", None),
    ("Fully PAID", "100.00", of_another_account, "rejected:account_mismatch", ("APPROVED", "0.00")),
    ("Fully PAID", "0.00", active, "skipped:zero_amount", ("APPROVED", "0.00")),
]


@pytest.mark.parametrize(("record", "source_type"), [("BOLP", None), ("EFTP", "BCR-ADJ")])
@pytest.mark.parametrize(("status", "amount", "given", "outcome", "invoice"), SINGLE)
def test_an_online_banking_or_eft_row(
    record: str,
    source_type: str | None,
    status: str,
    amount: str,
    given: Given,
    outcome: str,
    invoice: Any,
    books: SettlementBooks,
) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    given(books, account)
    if record == "EFTP":
        books.payment(account, NUMBER, "OB1", amount, method="EFT", status="CREATED")
    left = {"Partially PAID": "60.00"}.get(status, "0.00")
    row = Line(
        record, "OB1", amount, "800101", NUMBER, status, "100.00", left, application="77", source_type=source_type
    )

    books.apply(row)

    assert books.outcomes() == [outcome]
    assert books.invoices().get(100) == invoice
    receipt = "77" if status == "Partially PAID" else "OB1"
    assert books.receipts() == ([(100, receipt, amount)] if outcome.startswith("applied") else [])
    is_applied = outcome.startswith("applied")
    if record == "EFTP":
        assert books.payments() == [(NUMBER, "EFT", "COMPLETED" if is_applied else "CREATED", "OB1", amount)]
    else:
        assert books.payments() == ([(NUMBER, "ONLINE_BANKING", "COMPLETED", "OB1", amount)] if is_applied else [])


@pytest.mark.parametrize("reference", ["ACTIVE", "COMPLETED"])
def test_an_invoice_with_two_references_of_the_number_is_paid_once(reference: str, books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "20.00", id=100, reference=reference)
    books.change(
        "INSERT INTO invoice_references (invoice_id, invoice_number, status_code, is_consolidated)"
        " SELECT invoice_id, invoice_number, status_code, is_consolidated FROM invoice_references"
    )

    outcome = books.apply(Line("PADP", "PR1", "20.00", "800101", NUMBER))
    books.apply(Line("PADP", "PR2", "20.00", "800101", NUMBER), name="BCR_PAYMENT_APPL_20261106.csv")

    assert (outcome.rejects, books.receipts()) == ([], [(100, "PR1", "20.00")])
    assert books.outcomes("BCR_PAYMENT_APPL_20261106.csv") == ["rejected:paid_already"]
    assert books.rows("SELECT DISTINCT status_code FROM invoice_references") == [("COMPLETED",)]


def test_a_settled_number_completes_its_own_open_references_alone(books: SettlementBooks) -> None:
    other = "REG00000101"
    books.invoice(books.account("800101"), NUMBER, "20.00", id=100)
    books.reference(100, other)
    books.reference(100, NUMBER, "CANCELLED")

    books.apply(
        Line("PADP", "PR1", "20.00", "800101", NUMBER),
        Line("BOLP", "OB1", "5.00", "800101", other, "Partially PAID", "20.00", "15.00"),
    )

    assert books.references() == [(100, NUMBER, "COMPLETED"), (100, NUMBER, "CANCELLED"), (100, other, "ACTIVE")]


def test_a_card_invoice_alone_under_the_number_is_left_alone(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "30.00", id=100, method="CC", status="CREATED")

    books.apply(Line("BOLP", "OB1", "30.00", "800101", NUMBER))

    assert books.outcomes() == ["rejected:card_invoice_shares_number"]


@pytest.mark.parametrize("record", ["ONAC", "ONAP", "DRWP", "CMAP"])
@pytest.mark.parametrize(
    ("status", "given", "outcome", "invoice"),
    [
        ("Fully PAID", active, "applied", ("PAID", "100.00")),
        ("Fully PAID", completed, "applied:came_late", ("PAID", "100.00")),
        ("Fully PAID", nothing, "skipped:nothing_open", None),
        ("Fully PAID", shared_with_card, "rejected:card_invoice_shares_number", ("APPROVED", "0.00")),
        ("Fully PAID", of_another_account, "rejected:account_mismatch", ("APPROVED", "0.00")),
        ("Partially PAID", active, "skipped:partial_credit", ("APPROVED", "0.00")),
        ("On Account", active, "rejected:unexpected_status", ("APPROVED", "0.00")),
        ("Not PAID", active, "rejected:unexpected_status", ("APPROVED", "0.00")),
    ],
)
def test_a_row_of_credit_or_drawdown(
    record: str, status: str, given: Given, outcome: str, invoice: Any, books: SettlementBooks
) -> None:
    given(books, books.account("800101"))

    books.apply(Line(record, "C1", "100.00", "800101", NUMBER, status))

    if (record, status) == ("CMAP", "Partially PAID"):
        outcome = "skipped:no_credit_memo"
    if (record, outcome) == ("CMAP", "applied:came_late"):
        outcome = "skipped:nothing_open"
    if (record, outcome) == ("CMAP", "applied"):
        outcome = "applied:no_credit_memo"
    assert books.outcomes() == [outcome]
    assert books.invoices().get(100) == invoice
    assert books.receipts() == ([(100, "C1", "100.00")] if outcome.startswith("applied") else [])
    assert books.payments() == []


def test_invoices_of_online_banking_are_announced_when_they_are_paid(books: SettlementBooks) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    books.invoice(account, "REG1", "10.00", id=100, method="ONLINE_BANKING", corp="BCR")
    books.invoice(account, "REG2", "10.00", id=101, method="ONLINE_BANKING", corp="NRO")
    books.invoice(account, "REG3", "10.00", id=102, method="ONLINE_BANKING")

    books.apply(
        Line("BOLP", "OB1", "10.00", "800101", "REG1"),
        Line("BOLP", "OB1", "10.00", "800101", "REG2"),
        Line("BOLP", "OB1", "4.00", "800101", "REG3", "Partially PAID", outstanding="6.00"),
    )

    announced = books.payloads("bc.registry.payment")
    assert [(one["data"], one["topic"]) for one in announced] == [
        ({"id": 100, "statusCode": "COMPLETED", "filingIdentifier": None, "corpTypeCode": "BCR"}, "business_pay_topic"),
        ({"id": 101, "statusCode": "COMPLETED", "filingIdentifier": None, "corpTypeCode": "NRO"}, "namex_pay_topic"),
    ]


def test_an_invoice_that_was_paid_before_is_not_announced_with_those_of_a_file(books: SettlementBooks) -> None:
    account = books.account("800105", "ONLINE_BANKING")
    bank: dict[str, Any] = {"method": "ONLINE_BANKING", "corp": "BCR"}
    books.invoice(account, "REG2", "20.00", id=101, status="PAID", reference="COMPLETED", paid="20", **bank)
    books.invoice(account, NUMBER, "70.00", id=100, **bank)

    books.apply(Line("BOLP", "OB1", "70.00", "800105", NUMBER))

    assert [one["data"]["id"] for one in books.payloads("bc.registry.payment")] == [100]


def test_a_row_for_an_invoice_without_a_customer_account_is_rejected_by_name(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100)
    books.change("UPDATE invoices SET cfs_account_id = NULL")

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    assert books.outcomes() == ["rejected:account_mismatch"]
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows") == [
        ("customer account 800101 is not the one of the invoice (none)",)
    ]


def test_an_invoice_of_pad_and_one_in_a_final_state_are_not_announced(books: SettlementBooks) -> None:
    pad, bank = books.account("800101"), books.account("800102", "ONLINE_BANKING")
    books.invoice(pad, "REG1", "10.00", id=100, corp="BCR")
    books.invoice(bank, "REG2", "10.00", id=101, method="ONLINE_BANKING", corp="BCR", status="CREDITED")

    books.apply(Line("PADP", "PR1", "10.00", "800101", "REG1"), Line("BOLP", "OB2", "10.00", "800102", "REG2"))

    assert books.outcomes() == ["applied", "applied"]
    assert [kind for kind, _ in books.messages()] == ["bc.registry.payment.Payment"]


def test_only_products_that_listen_hear_of_their_payments_each_on_its_topic(books: SettlementBooks) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    corps = ["PPR", "VS", "CSO", "BUS", "BCA", "RPT"]
    for number, corp in enumerate(corps):
        books.invoice(account, f"REG{number}", "10.00", id=100 + number, method="ONLINE_BANKING", corp=corp)

    books.apply(*(Line("BOLP", "OB1", "10.00", "800101", f"REG{number}") for number in range(len(corps))))

    assert {status for status, _ in books.invoices().values()} == {"PAID"}
    assert [(one["data"]["corpTypeCode"], one["topic"]) for one in books.payloads("bc.registry.payment")] == [
        ("PPR", "assets_pay_topic"),
        ("BUS", "business_pay_topic"),
    ]


def test_where_it_is_switched_on_an_event_says_when_the_product_was_released(books: SettlementBooks) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    books.invoice(account, "REG1", "10.00", id=100, method="ONLINE_BANKING", corp="BCR")
    events = EventSettings(publish_url="file:///nowhere", product_dates=True)

    books.apply(Line("BOLP", "OB1", "10.00", "800101", "REG1"), settings={EventSettings: events})

    ((paid_on,),) = books.rows("SELECT payment_date FROM invoices WHERE id = 100")
    (event,) = books.payloads("bc.registry.payment")
    assert event["data"]["productReleaseDate"] == paid_on.isoformat()
    assert event["data"]["productReversalDate"] is None


# Section 6: payments.


def test_rows_of_several_invoices_under_one_bank_receipt_are_one_payment_without_a_number(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    books.invoice(account, "REG1", "10.00", method="ONLINE_BANKING")
    books.invoice(account, "REG2", "20.00", method="ONLINE_BANKING")

    books.apply(Line("BOLP", "OB1", "10.00", "800101", "REG1"), Line("BOLP", "OB1", "20.00", "800101", "REG2"))

    assert books.payments() == [(None, "ONLINE_BANKING", "COMPLETED", "OB1", "30.00")]
    assert books.rows("SELECT invoice_amount FROM payments") == [(0,)]


def test_the_second_part_of_an_online_banking_invoice_has_its_payment_too(books: SettlementBooks) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    books.invoice(account, "REG1", "100.00", id=100, method="ONLINE_BANKING")

    books.apply(Line("BOLP", "OB1", "40.00", "800101", "REG1", "Partially PAID", "100.00", "60.00", application="1"))
    books.apply(Line("BOLP", "OB2", "60.00", "800101", "REG1", original="100.00"), name="BCR_PAYMENT_APPL_20261106.csv")

    assert books.invoices() == {100: ("PAID", "100.00")}
    assert books.receipts() == [(100, "1", "40.00"), (100, "OB2", "60.00")]
    assert sorted((receipt, amount) for _, _, _, receipt, amount in books.payments()) == [
        ("OB1", "40.00"),
        ("OB2", "60.00"),
    ]


def test_what_is_open_of_an_invoice_is_its_total_less_every_receipt(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "100.00", id=100)
    books.invoice(account, "REG1", "40.00", id=101)
    for number, amount in (("E1", "30.00"), ("E2", "20.00")):
        books.receipt(100, number, amount)

    books.apply(Line("PADP", "PR1", "90.00", "800101", "REG1"))

    assert [receipt for receipt in books.receipts() if receipt[1] == "PR1"] == [
        (100, "PR1", "50.00"),
        (101, "PR1", "40.00"),
    ]


def test_a_bank_receipt_of_which_a_row_is_rejected_pays_what_was_applied(books: SettlementBooks) -> None:
    books.invoice(books.account("800101", "ONLINE_BANKING"), "REG1", "10.00", method="ONLINE_BANKING")

    books.apply(Line("BOLP", "OB1", "10.00", "800101", "REG1"), Line("BOLP", "OB1", "20.00", "800101", "REG9"))

    assert books.payments() == [("REG1", "ONLINE_BANKING", "COMPLETED", "OB1", "10.00")]


def test_a_bank_receipt_of_which_no_bank_row_is_applied_is_no_payment(books: SettlementBooks) -> None:
    books.account("800101", "ONLINE_BANKING")

    books.apply(Line("BOLP", "OB1", "20.00", "800101", "REG9"), on_account("OB1", "800101", "30.00"))

    assert books.outcomes() == ["rejected:not_exactly_one_invoice", "applied"]
    assert (books.payments(), books.credits()) == ([], [("OB1", False, "30.00", "30.00")])


def test_a_bank_receipt_is_added_to_no_payment_but_its_own_that_is_completed(books: SettlementBooks) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    for nth in (1, 2, 3):
        books.invoice(account, f"REG{nth}", "10.00", method="ONLINE_BANKING")
    books.payment(account, "REG7", "OB1", "5.00")
    books.payment(account, "REG8", "OB2", "0.00", method="ONLINE_BANKING", status="FAILED")
    books.payment(account, "REG9", "OB3", "7.00", method="ONLINE_BANKING")
    books.payment(account, "REG6", "OB4", "3.00", method="ONLINE_BANKING")

    books.apply(*(Line("BOLP", f"OB{nth}", "10.00", "800101", f"REG{nth}") for nth in (1, 2, 3)))

    assert books.payments() == [
        ("REG1", "ONLINE_BANKING", "COMPLETED", "OB1", "10.00"),
        ("REG2", "ONLINE_BANKING", "COMPLETED", "OB2", "10.00"),
        ("REG6", "ONLINE_BANKING", "COMPLETED", "OB4", "3.00"),
        ("REG7", "PAD", "COMPLETED", "OB1", "5.00"),
        ("REG8", "ONLINE_BANKING", "FAILED", "OB2", "0.00"),
        (None, "ONLINE_BANKING", "COMPLETED", "OB3", "17.00"),
    ]


def test_a_receipt_of_several_rows_is_added_in_the_name_of_its_first_line(books: SettlementBooks) -> None:
    account = books.account("800101", "ONLINE_BANKING")
    for number in ("REG1", "REG2"):
        books.invoice(account, number, "10.00", method="ONLINE_BANKING")
    books.payment(account, "REG9", "OB1", "7.00", method="ONLINE_BANKING")

    books.apply(*(Line("BOLP", "OB1", "10.00", "800101", number) for number in ("REG1", "REG2")))

    assert books.rows("SELECT amount::text, cause FROM pay_jobs.kept_rows") == [("20.00", f"{FILE} line 2")]


def test_the_customer_is_told_what_is_on_account_of_a_receipt_or_that_a_part_is_owed(books: SettlementBooks) -> None:
    books.account("800102", "ONLINE_BANKING")
    account = books.account("800101", "ONLINE_BANKING")
    for nth in (1, 2, 3, 4):
        books.invoice(account, f"REG{nth}", "10.00", method="ONLINE_BANKING")
    less = {"status": "Partially PAID", "original": "10.00", "outstanding": "6.00"}

    books.apply(
        Line("BOLP", "OB1", "10.00", "800101", "REG1"),
        on_account("OB1", "800101", "30.00", original="45.00"),
        on_account("OB1", "800101", "15.00", original="45.00"),
        Line("BOLP", "OB2", "10.00", "800101", "REG2"),
        Line("BOLP", "OB2", "4.00", "800101", "REG3", **less),
        Line("BOLP", "OB3", "10.00", "800101", "REG4"),
    )

    told = {
        kind: [
            (one["data"]["amount"], one["data"]["creditAmount"])
            for one in books.payloads(kind)
            if one["data"]["accountId"] == account.auth
        ]
        for kind in ("bc.registry.payment.OverPaid", "bc.registry.payment.UnderPaid", "bc.registry.payment.Payment")
    }
    assert told == {
        "bc.registry.payment.OverPaid": [("55.00", "45.00")],
        "bc.registry.payment.UnderPaid": [("14.00", "0.00")],
        "bc.registry.payment.Payment": [("10.00", "0.00")],
    }


def test_an_eft_line_without_its_payment_is_for_a_person(books: SettlementBooks) -> None:
    books.payment(books.account("800106", "EFT"), "REG1", "EFTCIL2", "15.00", method="EFT", status="CREATED")

    outcome = books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1"))

    assert books.outcomes() == ["rejected:no_eft_payment"]
    assert outcome.counts["rows_rejected"] == 1


def test_an_eft_line_of_a_completed_payment_was_applied_before(books: SettlementBooks) -> None:
    account = books.account("800106", "EFT")
    books.payment(account, "REG1", "EFTCIL1", "15.00", method="EFT")
    books.payment(account, "REG1", "EFTCIL2", "15.00", method="EFT", status="CREATED")

    books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1"))

    assert books.outcomes() == ["already_applied:payment_completed"]


def test_an_eft_row_on_account_completes_its_payment_and_makes_a_credit(books: SettlementBooks) -> None:
    """Section 6: the payment of an EFTP group is completed, whatever its rows are about."""
    account = books.account("800106", "EFT")
    books.payment(account, "REG1", "EFTCIL1", "15.00", method="EFT", status="CREATED")

    books.apply(on_account("EFTCIL1", "800106", "15.00", "EFTP"))

    assert books.payments() == [("REG1", "EFT", "COMPLETED", "EFTCIL1", "15.00")]
    assert books.credits() == [("EFTCIL1", False, "15.00", "15.00")]


@pytest.mark.parametrize("rule", ["same_row", "credit_exists", None])
def test_an_eft_row_on_account_makes_a_credit_and_the_next_file_completes_its_payment_once_that_is_there(
    rule: str | None, books: SettlementBooks
) -> None:
    account = books.account("800106", "EFT")
    books.payment(account, "REG1", "EFTCIL1", "0.00", status="FAILED")
    row, other = (on_account("EFTCIL1", "800106", "15.00", "EFTP") for _ in range(2))
    books.apply(row)
    assert (books.outcomes(), len(books.credits())) == (["applied:no_eft_payment"], 1)

    books.payment(account, "REG2", "EFTCIL1", "15.00", method="EFT", status="CREATED")
    again = {"same_row": [row], "credit_exists": [other], None: []}[rule]
    books.apply(*again, ["ADJS"], name="BCR_PAYMENT_APPL_20261106.csv")

    assert books.outcomes()[:-1] == ["applied:no_eft_payment", *([f"already_applied:{rule}"] if rule else [])]
    assert books.payments() == [
        ("REG1", "PAD", "FAILED", "EFTCIL1", "0.00"), ("REG2", "EFT", "COMPLETED", "EFTCIL1", "15.00")
    ]  # fmt: skip
    assert books.credits() == [("EFTCIL1", False, "15.00", "15.00")]


@pytest.mark.parametrize("status", ["DELETED", "DELETE_ACCEPTED", "REFUNDED", "FAILED"])
def test_the_next_file_leaves_a_late_eft_payment_that_was_given_up_as_it_is(
    status: str, books: SettlementBooks
) -> None:
    account = books.account("800106", "EFT")
    books.apply(on_account("EFTCIL1", "800106", "15.00", "EFTP"))
    books.payment(account, "REG2", "EFTCIL1", "15.00", method="EFT", status=status)

    books.apply(["ADJS"], name="BCR_PAYMENT_APPL_20261106.csv")

    assert books.payments() == [("REG2", "EFT", status, "EFTCIL1", "15.00")]


@pytest.mark.parametrize("target", ["INV", "RECEIPT"])
@pytest.mark.parametrize("is_told_before", [False, True])
def test_the_next_file_leaves_a_late_eft_payment_whose_receipt_was_reversed(
    is_told_before: bool, target: str, books: SettlementBooks
) -> None:
    account = books.account("800106", "EFT")
    books.apply(on_account("EFTCIL1", "800106", "15.00", "EFTP"))
    number = {"INV": "REG2", "RECEIPT": "EFTCIL1"}[target]
    reversed_row = Line("EFTR", "EFTCIL1", "-15.00", "800106", number, target=target)
    if is_told_before:
        books.apply(reversed_row, name="BCR_PAYMENT_APPL_20261106.csv")
    books.payment(account, "REG2", "EFTCIL1", "15.00", method="EFT", status="CREATED")

    books.apply(["ADJS"] if is_told_before else reversed_row, name="BCR_PAYMENT_APPL_20261107.csv")

    assert books.payments() == [("REG2", "EFT", "CREATED", "EFTCIL1", "15.00")]


def test_the_next_file_leaves_the_payment_of_an_eft_line_that_was_rejected_to_its_next_try(
    books: SettlementBooks,
) -> None:
    books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1"))
    books.payment(books.account("800106", "EFT"), "REG1", "EFTCIL1", "15.00", method="EFT", status="CREATED")

    books.apply(["ADJS"], name="BCR_PAYMENT_APPL_20261106.csv")

    assert books.payments() == [("REG1", "EFT", "CREATED", "EFTCIL1", "15.00")]


@pytest.mark.parametrize("status", ["FAILED", "DELETED"])
def test_an_eft_line_whose_only_payment_bounced_is_for_a_person(status: str, books: SettlementBooks) -> None:
    account = books.account("800106", "EFT")
    books.payment(account, "REG1", "EFTCIL1", "0.00", status=status)
    books.payment(account, "REG2", "EFTCIL2", "15.00", method="EFT", status="CREATED")

    books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1"))

    assert books.outcomes() == ["rejected:no_eft_payment"]
    assert books.payments() == [
        ("REG1", "PAD", status, "EFTCIL1", "0.00"),
        ("REG2", "EFT", "CREATED", "EFTCIL2", "15.00"),
    ]
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows") == [
        (f"the payment with the receipt number EFTCIL1 is {status}",)
    ]


@pytest.mark.parametrize("reference", ["ACTIVE", "COMPLETED"])
def test_an_eft_row_that_is_not_a_wire_settles_nothing_without_its_payment(
    reference: str, books: SettlementBooks
) -> None:
    account = books.account("800106", "EFT")
    books.invoice(account, "REG1", "15.00", id=100, method="EFT", reference=reference)

    books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1", source_type="BCR Online Banking Payments"))

    assert books.outcomes() == ["rejected:no_eft_payment"]
    assert (books.receipts(), books.invoices()) == ([], {100: ("APPROVED", "0.00")})
    books.payment(account, "REG1", "EFTCIL1", "15.00", method="EFT", status="CREATED")
    books.retry()
    assert books.receipts() == [(100, "EFTCIL1", "15.00")]
    assert books.payments() == [("REG1", "EFT", "COMPLETED", "EFTCIL1", "15.00")]


def test_an_eft_row_that_is_not_a_wire_completes_its_payment_as_well(books: SettlementBooks) -> None:
    account = books.account("800106", "EFT")
    books.invoice(account, "REG1", "15.00", id=100, method="EFT")
    books.payment(account, "REG1", "EFTCIL1", "15.00", method="EFT", status="CREATED")

    books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1", source_type="BCR-ADJ"))

    assert books.invoices() == {100: ("PAID", "15.00")}
    assert books.payments() == [("REG1", "EFT", "COMPLETED", "EFTCIL1", "15.00")]


def test_an_eft_row_that_is_rejected_completes_its_payment_once_it_is_applied(books: SettlementBooks) -> None:
    account = books.account("800106", "EFT")
    books.payment(account, "REG1", "EFTCIL1", "15.00", method="EFT", status="CREATED")

    books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1", source_type="BCR-ADJ"))

    assert books.outcomes() == ["rejected:not_exactly_one_invoice"]
    assert books.payments() == [("REG1", "EFT", "CREATED", "EFTCIL1", "15.00")]

    books.invoice(account, "REG1", "15.00", id=100, method="EFT")
    books.retry()

    assert books.payments() == [("REG1", "EFT", "COMPLETED", "EFTCIL1", "15.00")]


def test_a_wire_for_a_number_that_a_credit_settles_completes_its_payment_and_writes_no_receipt(
    books: SettlementBooks,
) -> None:
    account = books.account("800106", "EFT")
    books.invoice(account, "REG1", "15.00", id=100, method="EFT")
    books.payment(account, "REG1", "EFTCIL1", "15.00", method="EFT", status="CREATED")

    books.apply(Line("EFTP", "EFTCIL1", "15.00", "800106", "REG1"), Line("ONAC", "OA1", "15.00", "800106", "REG1"))

    assert books.outcomes() == ["applied", "applied"]
    assert books.receipts() == [(100, "OA1", "15.00")]
    assert books.payments() == [("REG1", "EFT", "COMPLETED", "EFTCIL1", "15.00")]


# Section 7: credits.


@pytest.mark.parametrize("record", ["ONAC", "BOLP", "PADP", "CMAP", "DRWP", "ADJS", "EFTP"])
def test_money_on_account_becomes_a_credit_once(record: str, books: SettlementBooks) -> None:
    account = books.account("800101")

    books.apply(on_account("R1", "800101", "10.00", record, original="30.00"))
    books.apply(on_account("R1", "800101", "5.00", record, original="30.00"), name="BCR_PAYMENT_APPL_20261106.csv")

    assert books.credits() == [("R1", False, "30.00", "30.00")]
    assert books.rows("SELECT account_id FROM credits") == [(account.id,)]
    first = "applied:no_eft_payment" if record == "EFTP" else "applied"
    assert books.outcomes() == [first, "already_applied:credit_exists"]


@pytest.mark.parametrize("record", ["PADR", "PAYR", "EFTR"])
def test_refunded_money_on_account_is_not_a_credit(record: str, books: SettlementBooks) -> None:
    books.account("800101")

    books.apply(on_account("R1", "800101", "30.00", record))

    assert (books.credits(), books.outcomes()) == ([], ["skipped:reversal_on_account"])


@pytest.mark.parametrize("amount", ["9.00", "90.00"])
def test_a_credit_memo_of_the_same_number_is_not_the_credit_of_a_receipt(amount: str, books: SettlementBooks) -> None:
    books.credit(books.account("800101"), "R1", amount, memo=True)

    books.apply(on_account("R1", "800101", "30.00"))

    assert books.credits() == [("R1", True, amount, amount), ("R1", False, "30.00", "30.00")]


def test_a_credit_memo_goes_to_the_newest_invoices_first(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "50.00"), (101, "30.00"), (102, "20.00")):
        books.invoice(account, NUMBER, total, id=id_)
    books.credit(account, "M1", "60.00")

    books.apply(Line("CMAP", "M1", "60.00", "800101", NUMBER, "Partially PAID", "100.00", "40.00", application="7"))

    assert books.applied_credits() == [(7, 100, "10.00"), (7, 101, "30.00"), (7, 102, "20.00")]
    assert books.rows("SELECT invoice_id FROM applied_credits ORDER BY id") == [(102,), (101,), (100,)]
    assert books.invoices() == dict.fromkeys((100, 101, 102), ("APPROVED", "0.00"))


def test_the_second_credit_memo_goes_where_the_first_left_room(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "50.00", id=100)
    books.invoice(account, NUMBER, "30.00", id=101)
    books.reference(101, NUMBER, "COMPLETED")
    earlier = books.credit(account, "M0", "5.00")
    books.applied_credit(earlier, account, 101, NUMBER, 1, "5.00")
    books.credit(account, "M1", "20.00")
    books.credit(account, "M2", "20.00")

    books.apply(
        Line("CMAP", "M1", "20.00", "800101", NUMBER, "Partially PAID", application="7"),
        Line("CMAP", "M2", "20.00", "800101", NUMBER, "Partially PAID", application="8"),
    )

    assert books.applied_credits() == [(1, 101, "5.00"), (7, 101, "20.00"), (8, 100, "15.00"), (8, 101, "5.00")]


def test_credit_memos_that_fill_their_invoices_to_the_cent_touch_no_other(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "50.00"), (101, "30.00"), (102, "20.00")):
        books.invoice(account, NUMBER, total, id=id_)
    for memo in ("M1", "M2"):
        books.credit(account, memo, "30.00")

    books.apply(
        Line("CMAP", "M1", "20.00", "800101", NUMBER, "Partially PAID", application="7"),
        Line("CMAP", "M2", "30.00", "800101", NUMBER, "Partially PAID", application="8"),
    )

    assert books.applied_credits() == [(7, 102, "20.00"), (8, 101, "30.00")]


@pytest.mark.parametrize("earlier", ["20.00", "25.00"])
def test_an_invoice_that_earlier_memos_cover_leaves_a_memo_to_the_others(earlier: str, books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "50.00"), (101, "30.00"), (102, "20.00")):
        books.invoice(account, NUMBER, total, id=id_)
    memo = books.credit(account, "M0", "90.00")
    for application, amount in ((1, "10.00"), (2, earlier)):
        books.applied_credit(memo, account, 101, NUMBER, application, amount)
    books.credit(account, "M1", "60.00")

    outcome = books.apply(Line("CMAP", "M1", "60.00", "800101", NUMBER, "Partially PAID", application="7"))

    assert books.applied_credits()[2:] == [(7, 100, "40.00"), (7, 102, "20.00")]
    assert outcome.rejects == [], "nothing of it is left over"


def test_a_credit_memo_goes_to_no_invoice_that_is_paid_by_card(books: SettlementBooks) -> None:
    account = books.account("800101")
    shared_with_card(books, account)
    books.credit(account, "M1", "60.00")

    books.apply(Line("CMAP", "M1", "60.00", "800101", NUMBER, "Partially PAID", application="7"))

    assert books.applied_credits() == [(7, 100, "60.00")]


def test_a_credit_memo_is_found_by_its_number_and_is_not_the_credit_of_a_receipt(books: SettlementBooks) -> None:
    account = books.account("800101")
    active(books, account)
    for identifier, is_memo in (("M1", False), ("M2", True)):
        books.credit(account, identifier, "60.00", memo=is_memo)
    memo = books.credit(account, "M1", "60.00")

    books.apply(Line("CMAP", "M1", "60.00", "800101", NUMBER, "Partially PAID", application="7"))

    assert books.rows("SELECT credit_id FROM applied_credits") == [(memo,)]


def test_only_a_credit_memo_line_on_an_invoice_applies_a_memo(books: SettlementBooks) -> None:
    account = books.account("800101")
    for place in (0, 1, 2):
        books.invoice(account, f"REG{place}", "10.00", id=100 + place)
    books.credit(account, "M1", "60.00")

    outcome = books.apply(
        Line("CMAP", "M1", "10.00", "800101", "REG0", application="7"),
        Line("ONAC", "M1", "10.00", "800101", "REG1", application="8"),
        Line("CMAP", "M1", "10.00", "800101", "REG2", target="DM", application="9"),
        on_account("M1", "800101", "10.00", "CMAP", application="10"),
        Line("CMAP", "M1", "10.00", "800101", "REG2", target="DM", application="7"),
        Line("ONAC", "M1", "10.00", "800101", "REG404", application="7"),
    )

    assert books.outcomes() == [
        *("applied", "applied", "skipped:target_is_no_invoice", "applied"),
        *("skipped:target_is_no_invoice", "skipped:nothing_open"),
    ]
    assert (books.applied_credits(), outcome.rejects) == ([(7, 100, "10.00")], [])


def test_a_line_whose_memo_nobody_has_is_told_so_whatever_else_was_applied(books: SettlementBooks) -> None:
    account = books.account("800101")
    active(books, account)
    other = books.invoice(account, "REG2", "5.00", id=101)
    books.applied_credit(books.credit(account, "M0", "5.00"), account, other, "REG2", 1, "5.00")
    books.credit(account, "M1", "60.00")

    books.apply(
        Line("CMAP", "M404", "20.00", "800101", NUMBER, "Partially PAID", application="7"),
        Line("CMAP", "M1", "60.00", "800101", NUMBER, application="7"),
        Line("CMAP", "M404", "20.00", "800101", NUMBER, "Partially PAID", application="8"),
    )

    assert books.applied_credits() == [(1, 101, "5.00"), (7, 100, "60.00")]
    assert books.outcomes() == ["skipped:no_credit_memo", "applied", "skipped:no_credit_memo"]


def test_a_line_that_settles_its_invoice_says_where_nobody_has_its_memo(books: SettlementBooks) -> None:
    account = books.account("800101")
    for place in (0, 1, 2, 4):
        books.invoice(account, f"REG{place}", "10.00", id=100 + place)
    books.credit(account, "M1", "60.00")
    books.credit(account, "M2", "10.00", memo=False)
    books.applied_credit(books.credit(account, "M0", "5.00"), account, 104, "REG4", 4, "5.00")

    books.apply(
        Line("CMAP", "M404", "10.00", "800101", "REG0", application="5"),
        Line("CMAP", "M1", "10.00", "800101", "REG1", application="1"),
        Line("CMAP", "M2", "10.00", "800101", "REG2", application="2"),
        Line("CMAP", "M404", "5.00", "800101", "REG4", application="4"),
    )

    no_memo = "applied:no_credit_memo"
    assert books.outcomes() == [no_memo, "applied", no_memo, "applied"]
    assert [receipt for receipt in books.receipts() if receipt[1] == "M404"] == [
        (100, "M404", "10.00"),
        (104, "M404", "5.00"),
    ]


@pytest.mark.parametrize("status", ["Partially PAID", "Fully PAID"])
def test_the_same_credit_memo_line_of_another_file_applies_nothing(status: str, books: SettlementBooks) -> None:
    account = books.account("800101")
    active(books, account)
    books.credit(account, "M1", "60.00")
    row = Line("CMAP", "M1", "60.00", "800101", NUMBER, status, application="7")

    first = books.apply(row)
    books.apply(row, ["ADJS"], name="BCR_PAYMENT_APPL_20261106.csv")

    assert first.counts["rows_applied"] == 1
    assert books.outcomes("BCR_PAYMENT_APPL_20261106.csv")[0] == "already_applied:same_row"
    assert books.applied_credits() == [(7, 100, "60.00")]


def test_a_line_that_was_applied_before_its_memo_was_known_does_nothing_when_it_comes_again(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    active(books, account)
    row = Line("CMAP", "M1", "100.00", "800101", NUMBER, application="7")
    books.apply(row)
    books.credit(account, "M1", "100.00")

    books.apply(row, ["ADJS"], name="BCR_PAYMENT_APPL_20261106.csv")

    assert (books.outcomes()[:2], books.applied_credits()) == (
        ["applied:no_credit_memo", "already_applied:same_row"],
        [],
    )


def test_a_line_that_settles_a_paid_number_stays_skipped_though_its_memo_finds_no_room(books: SettlementBooks) -> None:
    account = books.account("800101")
    completed(books, account)
    books.applied_credit(books.credit(account, "M0", "100.00"), account, 100, NUMBER, 1, "100.00")
    books.credit(account, "M1", "60.00")

    outcome = books.apply(Line("CMAP", "M1", "60.00", "800101", NUMBER, application="7"))

    row = books.rows("SELECT outcome, rule, detail FROM pay_jobs.settlement_rows")
    assert (row, books.applied_credits()) == ([("skipped", "nothing_open", "")], [(1, 100, "100.00")])
    assert [(one.reason, one.amount) for one in outcome.rejects] == [("credit left over", Decimal("60.00"))]


def test_what_is_left_of_a_credit_memo_is_reported(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "50.00", id=100)
    books.invoice(account, "REG2", "50.00", id=101)
    paid = books.invoice(account, "REG3", "50.00", id=102)
    for memo in ("M1", "M2", "M3", "M4"):
        books.credit(account, memo, "60.00")
    books.applied_credit(books.credit(account, "M0", "50.00"), account, paid, "REG3", 1, "50.00")

    outcome = books.apply(
        Line("CMAP", "M1", "60.00", "800101", NUMBER, "Partially PAID", application="7"),
        Line("CMAP", "M2", "20.00", "800101", "REG2", "Partially PAID", application="8"),
        Line("CMAP", "M3", "5.00", "800101", "REG404", "Partially PAID", application="9"),
        Line("CMAP", "M4", "6.00", "800101", "REG3", application="10"),
    )

    assert books.applied_credits() == [(1, 102, "50.00"), (7, 100, "50.00"), (8, 101, "20.00")]
    assert books.outcomes() == [*["applied:credit_applied"] * 2, "rejected:no_room_for_credit", "applied"]
    left = "CAD of the credit memo were left: no invoice of the number owed them"
    assert [(one.where, one.reason, one.detail, one.amount) for one in outcome.rejects] == [
        (f"{FILE} line 2", "credit left over", f"10.00 {left}", Decimal("10.00")),
        (f"{FILE} line 5", "credit left over", f"6.00 {left}", Decimal("6.00")),
    ]


def test_a_credit_memo_that_finds_no_invoice_at_all_is_rejected_and_can_be_retried(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.credit(account, "M1", "60.00")
    books.apply(Line("CMAP", "M1", "60.00", "800101", NUMBER, "Partially PAID", application="7"))
    assert books.outcomes() == ["rejected:no_room_for_credit"]

    books.invoice(account, NUMBER, "80.00", id=100)
    books.retry()

    assert books.outcomes() == ["applied:credit_applied"]
    assert books.applied_credits() == [(7, 100, "60.00")]


def test_a_known_application_id_is_not_applied_again(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "50.00", id=100)
    credit = books.credit(account, "M1", "60.00")
    books.applied_credit(credit, account, 100, NUMBER, 7, "10.00")

    books.apply(Line("CMAP", "M1", "10.00", "800101", NUMBER, "Partially PAID", application="7"))

    assert books.outcomes() == ["already_applied:credit_applied"]
    assert books.applied_credits() == [(7, 100, "10.00")]


def test_a_credit_memo_that_covers_the_rest_pays_the_invoice_and_is_applied(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "50.00", id=100)
    books.credit(account, "M1", "50.00")

    outcome = books.apply(Line("CMAP", "M1", "50.00", "800101", NUMBER, application="7"))

    assert books.invoices() == {100: ("PAID", "50.00")}
    assert (books.receipts(), books.applied_credits()) == ([(100, "M1", "50.00")], [(7, 100, "50.00")])
    assert (books.outcomes(), outcome.is_news) == (["applied"], False)


def test_a_credit_memo_of_more_than_its_number_owes_has_a_receipt_over_what_it_paid(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "20.00", id=100)
    books.credit(account, "M1", "35.00")

    outcome = books.apply(Line("CMAP", "M1", "35.00", "800101", NUMBER, original="20.00", application="7"))

    assert (books.receipts(), books.applied_credits()) == ([(100, "M1", "20.00")], [(7, 100, "20.00")])
    assert ("credit left over", Decimal("15.00")) in [(one.reason, one.amount) for one in outcome.rejects]
    assert all_findings(books.database, books.now, ("REC", "INV-PAID")) == {}


def test_a_second_line_of_an_application_writes_no_receipt_beside_the_memo(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "40.00", id=100)
    books.credit(account, "M1", "40.00")

    books.apply(
        Line("CMAP", "M1", "15.00", "800101", NUMBER, "Partially PAID", "40.00", "25.00", application="7"),
        Line("CMAP", "M1", "25.00", "800101", NUMBER, original="40.00", application="7"),
    )

    assert (books.receipts(), books.applied_credits()) == ([(100, "M1", "15.00")], [(7, 100, "15.00")])


# Section 8: the NSF flow.


@pytest.mark.parametrize(
    ("record", "status"),
    [("PADP", "Not PAID"), ("PADR", "Not PAID"), ("PAYR", "Not PAID"), ("PADR", "Partially PAID"), ("PAYR", ""),
     ("PADR", "On Account")],
)  # fmt: skip
def test_a_bounce_by_any_name(record: str, status: str, books: SettlementBooks) -> None:
    account = books.account("800101")
    books.paid_invoice(account, NUMBER, "60.00", "PR1", id=100)

    outcome = books.apply(
        Line(record, "PR1", "0.00", "800101", NUMBER, status, "60.00", "60.00", reason="R" * 200, code="R001")
    )

    assert books.invoices()[100] == ("SETTLEMENT_SCHED", "0.00")
    assert books.bounces() == [(NUMBER, "R" * 50, "800101")]
    assert books.profiles() == {"800101": "FREEZE"}
    assert books.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "0.00")]
    assert (outcome.counts["payments_bounced"], outcome.counts["accounts_frozen"]) == (1, 1)
    (lock,) = books.payloads("bc.registry.payment.lockAccount")
    assert lock["data"] == {
        "accountId": account.auth,
        "additionalEmails": "nsf@example.org, ops@example.org",
        "paymentMethod": "PAD",
        "source": "PAY-QUEUE",
        "suspensionReasonCode": "PAD_NSF",
        "outstandingAmount": "60.00",
        "originalAmount": "60.00",
        "amount": "0.00",
        "reversalReason": "R" * 200,
    }
    (activity,) = books.payloads("bc.registry.auth.activity")
    assert activity == {
        "topic": "auth_event_topic",
        "data": {
            "actorId": None,
            "action": "PAD_NSF_LOCK",
            "itemName": "",
            "itemId": account.auth,
            "itemValue": "R" * 200,
            "orgId": account.auth,
            "remoteAddr": None,
            "createdAt": books.now.isoformat(),
            "source": "PAY-QUEUE",
            "itemType": "ACCOUNT",
        },
    }


@pytest.mark.parametrize("receipt", ["PR1", "5001"])
def test_a_bounce_deletes_the_receipts_of_its_own_number_only(receipt: str, books: SettlementBooks) -> None:
    """Also where the reference wrote the receipt under another number than the one that bounced."""
    account, other = books.account("800101"), books.account("800102")
    books.paid_invoice(account, NUMBER, "60.00", receipt, id=100)
    books.paid_invoice(account, "REG2", "20.00", "PR2", id=101)
    books.paid_invoice(other, "REG3", "30.00", "PR3", id=102)
    books.receipt(102, "PR1", "5.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.receipts() == [(101, "PR2", "20.00"), (102, "PR1", "5.00"), (102, "PR3", "30.00")]
    assert books.invoices()[101] == ("PAID", "20.00")


@pytest.mark.parametrize("reference", ["ACTIVE", "CANCELLED"])
def test_a_bounce_deletes_no_receipt_of_an_invoice_that_its_number_did_not_settle(
    reference: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.paid_invoice(account, NUMBER, "60.00", "PR1", id=100)
    books.invoice(account, NUMBER, "20.00", id=101, status="PAID", paid="20", method="CC", reference=reference)
    books.receipt(101, "CARD1", "20.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.receipts() == [(101, "CARD1", "20.00")]


def test_the_fee_invoice_has_its_line_and_is_in_the_name_of_the_frozen_profile(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.paid_invoice(account, NUMBER, "60.00", "PR1", id=100)

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.rows(
        "SELECT invoice.cfs_account_id, invoice.total, line.total, line.filing_fees, line.description, filing.code"
        "  FROM invoices AS invoice JOIN payment_line_items AS line ON line.invoice_id = invoice.id"
        "  JOIN fee_schedules AS schedule ON schedule.fee_schedule_id = line.fee_schedule_id"
        "  JOIN filing_types AS filing ON filing.code = schedule.filing_type_code"
    ) == [(account.profile, 30, 30, 30, "NSF", "NSF")]


def test_a_bounce_of_a_payment_that_was_never_applied_freezes_all_the_same(books: SettlementBooks) -> None:
    active(books, books.account("800101"))

    books.apply(bounce("PR1", "800101", NUMBER, "100.00"))

    assert books.invoices()[100] == ("APPROVED", "0.00")
    assert books.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "0.00")]
    assert books.profiles() == {"800101": "FREEZE"}


@pytest.mark.parametrize(
    ("given", "account", "rule"),
    [
        (nothing, "800101", "no_invoice"),
        (completed, "800999", "unknown_account"),
        (completed, "800102", "account_mismatch"),
        (completed, "800103", "ambiguous_account"),
    ],
)
def test_a_bounce_that_cannot_be_placed_is_rejected(
    given: Given, account: str, rule: str, books: SettlementBooks
) -> None:
    given(books, books.account("800101"))
    books.account("800102")
    books.account("800103")
    books.account("800103")

    books.apply(bounce("PR1", account, NUMBER, "60.00"))

    assert books.outcomes() == [f"rejected:{rule}"]
    assert set(books.profiles().values()) == {"ACTIVE"}
    assert (books.payments(), books.messages(), books.bounces()) == ([], [], [])


def test_a_bounce_on_an_account_without_a_pad_profile_in_use_is_rejected(books: SettlementBooks) -> None:
    account = books.account("800101", status="INACTIVE")
    completed(books, account)
    books.profile(account.id, "800103", "ONLINE_BANKING")
    books.account("800102")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.outcomes() == ["rejected:no_pad_account"]


@pytest.mark.parametrize("part", ["cfs_party", "cfs_account", "cfs_site"])
@pytest.mark.parametrize("blank", [None, ""])
def test_a_bounce_on_an_account_whose_pad_profile_is_not_made_yet_is_rejected_and_stops_no_other_row(
    part: str, blank: str | None, books: SettlementBooks
) -> None:
    account = books.account("800101", status="INACTIVE")
    completed(books, account)
    unfinished = books.profile(account.id, "800103", status="PENDING")
    books.change(f"UPDATE cfs_accounts SET {part} = :blank WHERE id = :id", blank=blank, id=unfinished)
    books.invoice(books.account("800102"), "REG2", "5.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"), Line("PADP", "PR2", "5.00", "800102", "REG2"))

    assert books.outcomes() == ["rejected:no_pad_account", "applied"]


@pytest.mark.parametrize("part", ["cfs_party", "cfs_site"])
@pytest.mark.parametrize("blank", [None, ""])
def test_a_bounce_that_names_a_profile_which_is_not_made_yet_is_rejected_and_stops_no_other_row(
    part: str, blank: str | None, books: SettlementBooks
) -> None:
    account = books.account("800101")
    completed(books, account)
    unfinished = books.profile(account.id, "800103", "ONLINE_BANKING", status="PENDING")
    books.change(f"UPDATE cfs_accounts SET {part} = :blank WHERE id = :id", blank=blank, id=unfinished)
    books.invoice(books.account("800102"), "REG2", "5.00")

    books.apply(bounce("PR1", "800103", NUMBER, "60.00"), Line("PADP", "PR2", "5.00", "800102", "REG2"))

    assert books.outcomes() == ["rejected:incomplete_profile", "applied"]


@pytest.mark.parametrize("part", ["cfs_party", "cfs_account", "cfs_site"])
def test_the_profiles_that_are_frozen_and_billed_are_made_already(part: str, books: SettlementBooks) -> None:
    account = books.account("800101")
    completed(books, account)
    books.profile(account.id, "800103", "ONLINE_BANKING", site="931")
    for cfs, method in (("800102", "PAD"), ("800103", "ONLINE_BANKING")):
        unfinished = books.profile(account.id, cfs, method, status="PENDING")
        books.change(f"UPDATE cfs_accounts SET {part} = '' WHERE id = :id", id=unfinished)

    books.apply(bounce("PR1", "800103", NUMBER, "60.00"))

    assert [one["site"] for one in books.payloads("stop_pad")] == ["900101"]
    assert [one["site"] for one in books.payloads("nsf_fee")] == ["931"]


def test_a_noted_bounce_fails_its_payment_whatever_profile_it_names(books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "60.00", status="SETTLEMENT_SCHED")
    books.payment(account, NUMBER, "PR1", "60.00")
    books.add("non_sufficient_funds", invoice_id=invoice, invoice_number=NUMBER, cfs_account="800101")
    books.change("UPDATE cfs_accounts SET cfs_site = NULL")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.outcomes() == ["applied:payment_failed"]


def test_pulls_stop_on_the_profile_in_use_and_the_fee_goes_where_the_invoice_is(books: SettlementBooks) -> None:
    account = books.account("800101", status="INACTIVE")
    completed(books, account)
    books.profile(account.id, "800102")

    books.apply(bounce("PR1", "800101", NUMBER, "100.00"))

    assert books.profiles() == {"800101": "INACTIVE", "800102": "FREEZE"}
    assert [one["account"] for one in books.payloads("stop_pad")] == ["800102"]
    assert [one["account"] for one in books.payloads("nsf_fee")] == ["800101"]


@pytest.mark.parametrize(
    ("named", "stopped", "billed"),
    [("800101", "911", "911"), ("800102", "921", "921"), ("800103", "921", "932"), ("800104", "921", "941")],
)
def test_a_bounce_concerns_the_profile_that_its_row_names_else_the_newest_in_use(
    named: str, stopped: str, billed: str, books: SettlementBooks
) -> None:
    account = books.account("800101", site="911")
    books.paid_invoice(account, NUMBER, "60.00", "PR1", id=100)
    for cfs, method, status, site in (
        ("800103", "PAD", "INACTIVE", "931"), ("800102", "PAD", "ACTIVE", "921"), ("800101", "EFT", "ACTIVE", "912"),
        ("800103", "PAD", "INACTIVE", "932"), ("800104", "ONLINE_BANKING", "ACTIVE", "941"),
    ):  # fmt: skip
        books.profile(account.id, cfs, method, status=status, site=site)
    books.account("800199")

    outcome = books.apply(bounce("PR1", named, NUMBER, "60.00"))

    assert outcome.counts["payments_bounced"] == 1
    assert [one["site"] for one in books.payloads("stop_pad")] == [stopped]
    assert [one["site"] for one in books.payloads("nsf_fee")] == [billed]
    assert books.rows("SELECT cfs_site FROM cfs_accounts WHERE status = 'FREEZE'") == [(stopped,)]


def test_the_fee_message_says_what_the_invoice_owes_without_it(books: SettlementBooks) -> None:
    books.paid_invoice(books.account("800101"), NUMBER, "60.00", "PR1", id=100)

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    (fee,) = books.payloads("nsf_fee")
    assert (fee["amount"], fee["amount_due_before"], fee["original_total"], fee["invoice_number"]) == (
        "30.00",
        "60.00",
        "60.00",
        NUMBER,
    )


def test_a_pay_database_without_an_nsf_fee_applies_nothing(books: SettlementBooks) -> None:
    books.paid_invoice(books.account("800101"), NUMBER, "60.00", "PR1", id=100)
    books.change("UPDATE fee_schedules SET fee_end_date = '2020-01-01' WHERE filing_type_code = 'NSF'")
    try:
        with pytest.raises(ConfigError, match="no fee schedule for filing type NSF"):
            books.apply(bounce("PR1", "800101", NUMBER, "60.00"))
    finally:
        books.change("UPDATE fee_schedules SET fee_end_date = NULL WHERE filing_type_code = 'NSF'")
    assert books.invoices()[100] == ("PAID", "60.00")
    assert books.rows("SELECT state FROM pay_jobs.inbound_files") == [("received",)]
