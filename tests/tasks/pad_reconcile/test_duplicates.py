"""Nothing is applied twice: docs/specs/cas-settlement-csv.md section 9."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from jobs.run.outcome import Reject
from tests.settlement_factory import (
    FILE,
    Line,
    SettlementBooks,
    bounce,
    example,
    fill_example,
    on_account,
    settlement_csv,
)

NEXT_FILE = "BCR_PAYMENT_APPL_20261106.csv"
LEDGER = ("pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements")


def test_the_same_rows_in_another_file_change_nothing(books: SettlementBooks) -> None:
    fill_example(books)
    rows = example(*range(1, 10))
    books.apply(*rows)
    before = books.dump(*LEDGER)

    outcome = books.apply(*rows, ["ADJS"], name=NEXT_FILE)

    assert books.dump(*LEDGER) == before
    assert set(books.outcomes(NEXT_FILE)) == {"already_applied:same_row", "skipped:informational"}
    assert outcome.counts["rows_applied"] == 0


def test_the_same_rows_twice_in_one_file_count_once(books: SettlementBooks) -> None:
    fill_example(books)
    rows = example(*range(1, 9))

    books.apply(*rows, *rows)

    once = [
        books.invoices(), books.references(), books.receipts(), books.payments(), books.credits(),
        books.applied_credits(), books.bounces(), books.messages(),
    ]  # fmt: skip
    books.empty()
    fill_example(books)
    books.apply(*rows)
    undoubled = [
        books.invoices(), books.references(), books.receipts(), books.payments(), books.credits(),
        books.applied_credits(), books.bounces(), books.messages(),
    ]  # fmt: skip
    assert _without_fee_ids(once) == _without_fee_ids(undoubled)


def test_the_same_content_again_is_known(books: SettlementBooks) -> None:
    fill_example(books)
    content = settlement_csv(example(1))
    books.apply(content=content)

    again = books.arrive(content, NEXT_FILE)

    assert (again.state, again.reason and FILE in again.reason) == ("known", True)
    assert books.arrive(content).state == "applied"


def test_content_that_was_applied_meanwhile_under_another_name_is_put_aside(books: SettlementBooks) -> None:
    fill_example(books)
    content = settlement_csv(example(1))
    books.arrive(content, NEXT_FILE)
    books.apply(content=content)
    before = books.dump(*LEDGER)

    outcome = books.apply(content=content, name=NEXT_FILE)

    assert (outcome.counts, books.dump(*LEDGER)) == ({"files_known": 1}, before)
    [note] = outcome.notes
    assert note.startswith(f"{NEXT_FILE}: ") and FILE in note and note.endswith("; not applied again.")


def test_a_file_that_was_applied_meanwhile_is_not_applied_again(books: SettlementBooks) -> None:
    fill_example(books)
    books.apply(*example(1))
    before = books.dump()

    outcome = books.apply(*example(1))

    assert outcome.notes == [f"{FILE} was dealt with by another run meanwhile."]
    assert books.dump() == before


def test_a_repeated_row_whose_first_is_rejected_is_rejected_as_well(books: SettlementBooks) -> None:
    books.account("800101")
    row = Line("PADP", "PR1", "10.00", "800101", "REG1")

    books.apply(row, row)

    assert books.outcomes() == ["rejected:no_invoice"] * 2


def test_a_repeated_row_whose_first_finds_no_room_is_rejected_as_well(books: SettlementBooks) -> None:
    books.paid_invoice(books.account("800101"), "REG1", "60.00", "PR1")
    books.change("UPDATE receipts SET receipt_amount = 40")
    row = Line("PADP", "PR2", "15.00", "800101", "REG1")
    credit = on_account("R1", "800101", "9.00", application="1")

    books.apply(
        Line("PADP", "PR3", "10.00", "800101", "REG1"), row, row, on_account("R1", "800101", "5.00"), credit, credit
    )

    assert books.outcomes() == [
        "applied:came_late", *["rejected:paid_already"] * 2, "applied", *["rejected:credit_differs"] * 2
    ]  # fmt: skip


def test_a_row_that_was_rejected_before_a_bounce_of_its_number_is_rejected_after_it(books: SettlementBooks) -> None:
    books.account("800199")
    books.paid_invoice(books.account("800101", status="FREEZE"), "REG1", "60.00", "PR1")
    row = Line("PADP", "PR1", "60.00", "800199", "REG1", day="06-Nov-26", application="5")

    books.apply(row, bounce("PR1", "800101", "REG1", "60.00"), row)

    assert books.outcomes() == ["already_applied:invoice_paid", "applied", "rejected:account_mismatch"]


def test_of_two_bounces_of_a_number_the_first_that_can_be_placed_counts(books: SettlementBooks) -> None:
    books.account("800199")
    books.paid_invoice(books.account("800101"), "REG1", "60.00", "PR1")

    books.apply(
        bounce("PR1", "800199", "REG1", "60.00"),
        bounce("PR1", "800101", "REG1", "60.00"),
        bounce("PR1", "800101", "REG1", "60.00"),
    )

    assert books.outcomes() == ["rejected:account_mismatch", "applied", "already_applied:bounced_before"]
    assert len(books.bounces()) == 1


def test_a_number_bounces_though_money_on_account_that_covered_a_part_of_it_comes_twice(books: SettlementBooks) -> None:
    books.paid_invoice(books.account("800101"), "REG1", "60.00", "PR1")
    covered = Line("ONAC", "OA1", "10.00", "800101", "REG1", "Partially PAID", "60.00", "50.00")

    books.apply(covered, covered, bounce("PR1", "800101", "REG1", "60.00"))

    assert books.outcomes() == ["skipped:partial_credit", "already_applied:same_row", "applied"]
    assert (books.receipts(), books.profiles()) == ([], {"800101": "FREEZE"})


def test_money_for_a_number_that_another_receipt_settled_in_full_is_for_a_person(books: SettlementBooks) -> None:
    books.paid_invoice(books.account("800101"), "REG1", "60.00", "PR1")
    before = books.dump(*LEDGER)

    books.apply(Line("PADP", "PR2", "60.00", "800101", "REG1"))

    assert books.outcomes() == ["rejected:paid_already"]
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows") == [
        ("REG1 is settled and only 0.00 CAD of it is open: no room for 60.00 CAD",)
    ]
    assert books.dump(*LEDGER) == before


def test_a_payment_that_a_crash_of_the_reference_left_out_is_made_up_for(books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, "REG1", "60.00", status="PAID", reference="COMPLETED", paid="60")
    books.receipt(invoice, "PR1", "60.00")
    books.payment(account, "REG7", "PR7", "1.00")

    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"), Line("PADP", "PR9", "60.00", "800101", "REG1"))

    assert books.payments() == [
        ("REG1", "PAD", "COMPLETED", "PR1", "60.00"),
        ("REG7", "PAD", "COMPLETED", "PR7", "1.00"),
    ]


def test_a_number_that_has_a_payment_or_no_receipt_of_the_row_is_given_none(books: SettlementBooks) -> None:
    """The first is known by a bank receipt over several numbers, whose number only another invoice's receipt bears."""
    account = books.account("800101")
    for id_, number, receipt in ((100, "REG1", "X"), (101, "REG2", "PR2")):
        books.invoice(account, number, "60.00", id=id_, status="PAID", reference="COMPLETED", paid="60")
        books.receipt(id_, receipt, "60.00")
    books.receipt(books.invoice(account, "REG3", "1.00"), "PR1", "1.00")
    books.payment(account, None, "PR1", "60.00", method="ONLINE_BANKING")
    books.payment(account, "REG2", "OB2", "60.00", method="ONLINE_BANKING")
    before = books.payments()

    books.apply(*(Line("PADP", f"PR{nth}", "60.00", "800101", f"REG{nth}") for nth in (1, 2)))

    assert books.outcomes() == ["already_applied:invoice_paid"] * 2
    assert books.payments() == before


@pytest.mark.parametrize("application", ["71", ""])
def test_a_part_payment_comes_once_with_and_without_application_id(application: str, books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "100.00", id=100, method="ONLINE_BANKING")
    first = Line("BOLP", "OB1", "20.00", "800104", "REG1", "Partially PAID", "100.00", "80.00", application=application)
    second = Line("BOLP", "OB1", "20.00", "800104", "REG1", "Partially PAID", "100.00", "60.00",
                  application=application and "72")  # fmt: skip

    books.apply(first, second, first)
    books.apply(second, first, first, name=NEXT_FILE)

    assert books.outcomes() == ["applied", "applied"] + ["already_applied:same_row"] * 4
    assert [amount for _, _, amount in books.receipts()] == ["20.00", "20.00"]
    assert books.invoices() == {100: ("PARTIAL_PAID", "40.00")}


@pytest.mark.parametrize("record", ["ONAC", "ONAP", "DRWP"])
@pytest.mark.parametrize("rest_first", [True, False])
def test_money_on_account_that_covers_a_part_counts_once(rest_first: bool, record: str, books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), "REG1", "100.00")
    part = Line(record, "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00")
    rest = Line("PADP", "PR1", "70.00", "800101", "REG1", original="100.00")

    books.apply(part, part, *([rest] if rest_first else []))
    again = books.apply(part, rest, name=NEXT_FILE)

    assert books.outcomes()[:2] == ["skipped:partial_credit", "already_applied:same_row"]
    assert books.outcomes(NEXT_FILE) == [
        "already_applied:same_row",
        "already_applied:same_row" if rest_first else "applied",
    ]
    assert (again.exit_code, [table.key for table in again.tables]) == (0, ["outcomes"])


@pytest.mark.parametrize("change", [{"application": "72"}, {"source": "OB2"}, {"number": "REG2"}, {"amount": "31.00"}])
def test_money_on_account_of_another_line_covers_another_part(change: dict[str, str], books: SettlementBooks) -> None:
    part = Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00", application="71")

    books.apply(part)
    books.apply(replace(part, **change), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["skipped:partial_credit"]


@pytest.mark.parametrize("status", ["Partially PAID", "Fully PAID"])
def test_money_on_account_that_comes_again_with_another_status_is_known(status: str, books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), "REG1", "150.00", id=100)
    line = Line("ONAC", "OB1", "40.00", "800101", "REG1", status, "150.00", "110.00", application="71")
    books.apply(line)
    before = books.dump(*LEDGER)
    other = {"Partially PAID": "Fully PAID", "Fully PAID": "Partially PAID"}[status]

    books.apply(replace(line, status=other, outstanding="50.00"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:same_row"]
    assert books.dump(*LEDGER) == before


@pytest.mark.parametrize("status", ["Partially PAID", "Fully PAID"])
def test_a_bank_row_that_comes_again_with_another_status_is_known(status: str, books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "150.00", id=100, method="ONLINE_BANKING")
    line = Line("BOLP", "OB1", "40.00", "800104", "REG1", status, "150.00", "110.00", application="71")
    books.apply(line)
    other = {"Partially PAID": "Fully PAID", "Fully PAID": "Partially PAID"}[status]

    books.apply(replace(line, status=other, outstanding="50.00"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:same_row"]
    assert (len(books.receipts()), [amount for *_, amount in books.payments()]) == (1, ["40.00"])


@pytest.mark.parametrize("change", [
    {"application": "72"}, {"application": ""}, {"source": "OB2"}, {"number": "REG2"}, {"amount": "41.00"},
    {"record": "EFTP", "source_type": "BCR Online Banking Payments"},
])  # fmt: skip
def test_a_bank_row_with_another_status_is_money_of_its_own_where_it_is_of_another_line(
    change: dict[str, str], books: SettlementBooks
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    for number in ("REG1", "REG2"):
        books.invoice(account, number, "150.00", method="ONLINE_BANKING")
    line = Line("BOLP", "OB1", "40.00", "800104", "REG1", "Partially PAID", "150.00", "110.00", application="71")
    books.apply(line)

    books.apply(replace(line, **{"status": "Fully PAID"} | change), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["applied"]


def test_a_bank_row_that_was_rejected_is_not_known_when_it_comes_again_with_another_status(
    books: SettlementBooks,
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    line = Line("BOLP", "OB1", "40.00", "800104", "REG1", "Partially PAID", "150.00", "110.00", application="71")
    books.apply(line)
    books.invoice(account, "REG1", "150.00", method="ONLINE_BANKING")

    books.apply(replace(line, status="Fully PAID"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["applied"]


def test_a_part_payment_of_the_reference_is_known_by_its_application_id(books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    invoice = books.invoice(account, "REG1", "100.00", method="ONLINE_BANKING", status="PARTIAL_PAID", paid="20")
    books.receipt(invoice, "71", "20.00")
    books.payment(account, "REG1", "OB1", "20.00", method="ONLINE_BANKING")
    before = books.dump(*LEDGER)

    books.apply(Line("BOLP", "OB1", "20.00", "800104", "REG1", "Partially PAID", "100.00", "80.00", application="71"))

    assert books.outcomes() == ["already_applied:receipt_exists"]
    assert books.dump(*LEDGER) == before


def test_a_bounce_that_the_reference_recorded_is_known(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, "REG1", "60.00", status="SETTLEMENT_SCHED")
    books.payment(account, "REG1", "PR1", "0.00", status="FAILED")

    books.apply(bounce("PR1", "800101", "REG1", "60.00"))

    assert books.outcomes() == ["already_applied:bounced_before"]
    assert books.messages() == []


def test_a_bounce_comes_again_after_the_customer_paid_by_card(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.paid_invoice(account, "REG1", "60.00", "PR1", id=100)
    row = bounce("PR1", "800101", "REG1", "60.00")
    books.apply(row)
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED'")
    books.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total")
    books.change("UPDATE cfs_accounts SET status = 'ACTIVE'")
    books.payment(account, "REG1", "CARD1", "90.00", method="CC", day=date(2026, 11, 8))

    books.apply(bounce("PR1", "800101", "REG1", "60.00", day="09-Nov-26"), name="BCR_PAYMENT_APPL_20261109.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261109.csv") == ["already_applied:bounced_before"]
    assert (books.profiles(), books.invoices()[100]) == ({"800101": "ACTIVE"}, ("PAID", "60.00"))


def test_the_same_credit_in_two_rows_of_one_file_is_one_credit(books: SettlementBooks) -> None:
    books.account("800101")

    books.apply(on_account("R1", "800101", "30.00"), on_account("R1", "800101", "5.00", original="35.00"))

    assert books.credits() == [("R1", False, "30.00", "30.00")]


def test_the_credit_of_a_receipt_is_weighed_against_no_other_row_but_its_credits(books: SettlementBooks) -> None:
    books.invoice(books.account("800101", "ONLINE_BANKING"), "REG1", "10.00", method="ONLINE_BANKING")
    paid = Line("BOLP", "OB1", "10.00", "800101", "REG1")

    books.apply(paid, paid, on_account("OB1", "800101", "30.00"), on_account("OB2", "800101", "50.00"))

    assert books.credits() == [("OB1", False, "30.00", "30.00"), ("OB2", False, "50.00", "50.00")]


def test_an_application_id_that_comes_twice_in_one_file_is_applied_once(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.paid_invoice(account, "REG1", "60.00", "PR1", id=100)
    books.credit(account, "M1", "60.00")
    row = Line("CMAP", "M1", "10.00", "800101", "REG1", application="7")

    books.apply(row, row)

    assert books.applied_credits() == [(7, 100, "10.00")]
    assert books.outcomes() == ["applied:credit_applied", "already_applied:credit_applied"]
    assert books.receipts() == [(100, "PR1", "60.00")], "PAD had paid the invoice whole"


@pytest.mark.parametrize("is_one_file", [True, False])
@pytest.mark.parametrize(("memo", "number", "amount", "status", "is_told"), [
    ("M1", "REG1", "40.00", "Fully PAID", True),
    ("M1", "REG1", "30.00", "Partially PAID", True),
    ("M2", "REG1", "20.00", "Partially PAID", True),
    ("M1", "REG2", "20.00", "Fully PAID", True),
    ("M1", "REG1", "20.00", "Fully PAID", False),
])  # fmt: skip
def test_a_further_line_of_an_application_that_says_something_else_is_told(
    memo: str, number: str, amount: str, status: str, is_told: bool, is_one_file: bool, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "60.00", id=100)
    books.invoice(account, "REG2", "20.00", id=101)
    for one in ("M1", "M2"):
        books.credit(account, one, "60.00")
    first = Line("CMAP", "M1", "20.00", "800101", "REG1", "Partially PAID", "60.00", "40.00", application="7")
    further = Line("CMAP", memo, amount, "800101", number, status, "60.00", application="7")

    if not is_one_file:
        books.apply(first)
    outcome = books.apply(*[first] * is_one_file, further, name=NEXT_FILE)

    told = Reject(
        f"{NEXT_FILE} line {2 + is_one_file}",
        "application noted before",
        f"application 7 is noted already, as 20.00 CAD of M1 for REG1: {amount} CAD of credit memo {memo} for {number} "
        "are not. Ask CAS which is right",
        f"python3 invoke_jobs.py explain invoice {number}",
        Decimal(amount),
    )
    assert [one for one in outcome.rejects if one.reason == told.reason] == [told] * is_told
    assert books.applied_credits() == [(7, 100, "20.00")]


@pytest.mark.parametrize("status", ["Partially PAID", "Fully PAID"])
@pytest.mark.parametrize("is_one_file", [True, False])
def test_a_line_that_comes_again_is_no_news_though_its_invoice_owed_less(
    is_one_file: bool, status: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "50.00", id=100)
    books.credit(account, "M1", "60.00")
    line = Line("CMAP", "M1", "60.00", "800101", "REG1", "Partially PAID", application="7")
    again = replace(line, status=status)

    if not is_one_file:
        books.apply(line)
    outcome = books.apply(*[line] * is_one_file, again, name=NEXT_FILE)

    assert "application noted before" not in [one.reason for one in outcome.rejects]


def test_of_an_application_id_on_two_numbers_the_first_line_counts_though_its_number_bounces_later(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "60.00", id=100)
    books.invoice(account, "REG2", "60.00", id=101)
    books.credit(account, "M1", "60.00")

    books.apply(
        Line("CMAP", "M1", "10.00", "800101", "REG1", "Partially PAID", "60.00", "50.00", application="7"),
        Line("CMAP", "M1", "10.00", "800101", "REG2", "Partially PAID", "60.00", "50.00", application="7"),
        Line("PADP", "PR1", "50.00", "800101", "REG1"),
        bounce("PR1", "800101", "REG1", "60.00"),
    )

    assert books.applied_credits() == [(7, 100, "10.00")]


def _without_fee_ids(found: object) -> str:
    """Blank the ids of fee invoices, which a sequence gives."""
    return re.sub(r"(?<![\d'.])\d{1,5}(?=[,:])", "FEE", repr(found))
