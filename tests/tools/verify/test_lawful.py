"""What other services and our jobs lawfully leave is no finding."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from config.errors import ExitCode
from connectors.inbound.holds import HoldKind
from tests.ejv_factory import NOW, Batch, EjvBooks, JournalPair
from tests.jobs.conftest import RunJob
from tests.pay_database import PayDatabase
from tests.settlement_factory import FILE, Line, SettlementBooks, bounce, on_account
from tests.tools.verify.watch import all_findings
from tests.tools.verify.worked import answer
from tools.verify import JOB as VERIFY

NEXT_DAY = datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.fixture
def books(database: PayDatabase) -> SettlementBooks:
    return SettlementBooks(database)


@pytest.mark.parametrize(("method", "at", "is_told"), [
    ("PAD", datetime(2026, 11, 22), False),
    ("PAD", datetime(2026, 11, 23), True),
    ("ONLINE_BANKING", datetime(2027, 11, 22), True),
    ("PAD", datetime(2026, 11, 22, 17, 59), False),  # by card, a clock that is fast
    ("PAD", datetime(2026, 11, 22, 18, 1), True),
    ("EJV", datetime(2026, 11, 29), False),
    ("EJV", datetime(2026, 11, 30), True),
])  # fmt: skip
def test_money_of_a_day_that_has_not_come_is_named(
    method: str, at: datetime, is_told: bool, books: SettlementBooks
) -> None:
    account = books.account("800101", method)
    invoice = books.paid_invoice(account, "REG1", "60.00", "PR1", method=method)
    payment = books.one("SELECT id FROM payments")
    books.change("UPDATE payments SET payment_method_code = :method", method=method)
    for table, column, row, expected in (
        ("payments", "payment_date", f"payment {payment}", "a payment date that has come"),
        ("receipts", "receipt_date", f"invoice {invoice}", "a date of receipt PR1 that has come"),
        ("invoices", "payment_date", f"invoice {invoice}", "a payment date that has come"),
    ):
        books.change(f"UPDATE {table} SET {column} = :at", at=at)
        said = all_findings(books.database, books.now, ("PAY-FUTURE",))
        assert said == ({("PAY-FUTURE", row): (expected, str(at))} if is_told else {})
        books.change(f"UPDATE {table} SET {column} = '2026-11-04'")


def test_the_cheque_of_a_slip_has_the_day_that_staff_typed(books: SettlementBooks) -> None:
    books.payment(books.account("800101"), None, "206000010", "60.00", method="CHEQUE", day=NEXT_DAY.date())
    books.change("UPDATE payments SET is_routing_slip = true")

    assert all_findings(books.database, books.now, ("PAY-FUTURE",)) == {}


@pytest.mark.parametrize("status", ["PENDING_APPROVAL", "DECLINED"])
def test_a_part_that_was_not_approved_gave_nothing_back(status: str, books: SettlementBooks) -> None:
    invoice = books.paid_invoice(books.account("800101"), "REG1", "60.00", "PR1")
    refund = books.add("refunds", invoice_id=invoice, status=status, type="INVOICE", requested_date=books.now)
    schedule = books.one("SELECT min(fee_schedule_id) FROM fee_schedules")
    line = books.add(
        "payment_line_items",
        invoice_id=invoice,
        total=60,
        filing_fees=60,
        fee_schedule_id=schedule,
        line_item_status_code="ACTIVE",
    )
    books.add(
        "refunds_partial",
        invoice_id=invoice,
        payment_line_item_id=line,
        refund_id=refund,
        refund_amount=Decimal(5),
        refund_type="BASE_FEES",
        is_credit=True,
        created_on=books.now,
        created_by="x",
        status="REFUND_REQUESTED",
    )

    assert all_findings(books.database, books.now, ("INV-PARTS",)) == {}
    books.change("UPDATE refunds SET status = 'APPROVED'")
    assert list(all_findings(books.database, books.now, ("INV-PARTS",))) == [("INV-PARTS", f"invoice {invoice}")]


def test_a_settlement_file_of_a_day_without_rows_is_one_that_this_service_applied(books: SettlementBooks) -> None:
    books.apply(Line("ADJS", "A1", "1.00", "800101", "REG1"))
    books.now = NEXT_DAY
    books.apply(name="BCR_PAYMENT_APPL_20261106.csv")

    assert all_findings(books.database, books.now, ("FILE-CAS",)) == {}


def test_a_second_content_under_a_name_leaves_when_the_first_came(books: SettlementBooks) -> None:
    books.apply(Line("ADJS", "A1", "1.00", "800101", "REG1"))
    books.now = NEXT_DAY
    books.apply(Line("ADJS", "A2", "2.00", "800101", "REG1"), released=frozenset(HoldKind))

    assert books.rows("SELECT name FROM pay_jobs.inbound_files WHERE state = 'applied'") == [(FILE,), (FILE,)]
    assert all_findings(books.database, books.now, ("FILE-CAS",)) == {}


def test_a_row_that_breaks_an_invariant_twice_is_known_with_both(books: SettlementBooks, run_job: RunJob) -> None:
    books.invoice(books.account("800104", "ONLINE_BANKING"), "REG1", "100.00", method="ONLINE_BANKING")
    books.apply(
        Line("BOLP", "OB1", "40.00", "800104", "REG1", "Partially PAID", "100.00", "60.00"),
        Line("BOLP", "OB2", "60.00", "800104", "REG1", original="100.00"),
    )
    books.change("UPDATE receipts SET receipt_amount = receipt_amount + 1")

    run_job(VERIFY, baseline=True, reason="left by the old system")

    assert books.one("SELECT count(*) FROM pay_jobs.known_findings WHERE code = 'FILE-RECEIPT'") == 2
    assert run_job(VERIFY).exit_code is ExitCode.DONE


def test_a_file_that_is_stored_for_two_days_waits_as_well(books: SettlementBooks) -> None:
    books.arrive(b"content")
    books.change("UPDATE pay_jobs.inbound_files SET state = 'stored', received_on = received_on - interval '3 days'")

    assert list(all_findings(books.database, books.now, ("FILE-WHOLE",))) == [("FILE-WHOLE", f"file {FILE}")]


def test_a_credit_is_made_when_its_row_is_tried_again(books: SettlementBooks) -> None:
    books.apply(on_account("OB1", "800104", "30.00"))
    books.now += timedelta(days=9)
    books.account("800104", "ONLINE_BANKING")
    books.retry()

    assert books.outcomes() == ["applied"]
    assert all_findings(books.database, books.now, ("CRE-MADE",)) == {}
    books.change("UPDATE credits SET created_on = created_on - interval '9 days'")
    assert list(all_findings(books.database, books.now, ("CRE-MADE",))) == [
        ("CRE-MADE", f"credit {books.one('SELECT id FROM credits')}")
    ]


def test_a_memo_that_comes_after_the_last_money_changes_nothing_of_what_money_on_account_had_paid(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "50.00", id=1)
    books.invoice(account, "REG1", "50.00", id=2)
    books.credit(account, "M1", "40.00")
    books.apply(Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00"))
    books.apply(Line("PADP", "PR1", "70.00", "800101", "REG1", original="100.00"), name=FILE.replace("05", "06"))

    books.apply(
        Line("CMAP", "M1", "40.00", "800101", "REG1", "Partially PAID", "100.00"), name=FILE.replace("05", "07")
    )

    assert [(invoice, amount) for *_, invoice, amount in books.applied_credits()] == [(2, "40.00")]
    assert all_findings(books.database, books.now, ("INV-PAID",)) == {}
    books.change("UPDATE invoices SET paid = 49 WHERE id = 2")
    assert list(all_findings(books.database, books.now, ("INV-PAID",))) == [("INV-PAID", "invoice 2")]


def test_a_receipt_that_a_failed_payment_keeps_stands_beside_nothing_paid(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "40.00", id=1)
    books.invoice(account, "REG1", "20.00", id=2)
    paid = [Line("PADP", receipt, amount, "800101", "REG1", original="60.00")
            for receipt, amount in (("PR1", "45.00"), ("PR2", "15.00"))]  # fmt: skip
    back = bounce("PR2", "800101", "REG1", "60.00", status="Partially PAID", outstanding="15.00", day="06-Nov-26")
    books.apply(*paid)
    books.apply(back, name=FILE.replace("05", "06"))

    assert books.receipts() == [(1, "PR1", "40.00"), (2, "PR1", "5.00")]
    assert (books.invoices()[2], books.payments()) == (
        ("SETTLEMENT_SCHED", "0.00"), [("REG1", "PAD", "FAILED", "PR2", "45.00")])  # fmt: skip
    assert all_findings(books.database, books.now, ("INV-PAID", "PAY", "FILE")) == {}
    books.change("UPDATE receipts SET receipt_amount = 6 WHERE invoice_id = 2")
    said = all_findings(books.database, books.now, ("INV-PAID",))
    assert list(said) == [("INV-PAID", "invoice 1"), ("INV-PAID", "invoice 2")]


def test_a_failed_payment_whose_part_still_stands_as_a_receipt_is_named(books: SettlementBooks) -> None:
    books.invoice(books.account("800104", "ONLINE_BANKING"), "REG1", "100.00", method="ONLINE_BANKING")
    books.apply(Line("BOLP", "OB1", "40.00", "800104", "REG1", "Partially PAID", "100.00", "60.00"))
    assert all_findings(books.database, books.now, ("PAY-FAILED",)) == {}

    books.change("UPDATE payments SET payment_status_code = 'FAILED'")

    payment = books.one("SELECT id FROM payments")
    assert list(all_findings(books.database, books.now, ("PAY-FAILED",))) == [("PAY-FAILED", f"payment {payment}")]


def test_two_failed_payments_of_a_number_that_is_owed_are_named_and_of_one_that_is_settled_are_not(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "40.00", id=1, status="SETTLEMENT_SCHED")
    books.payment(account, "REG1", "PR1", "0.00", status="FAILED")
    books.payment(account, "REG1", None, "0.00", status="FAILED", method="CC")
    assert all_findings(books.database, books.now, ("PAY-TWICE",)) == {}

    second = books.payment(account, "REG1", "PR2", "0.00", status="FAILED")

    assert list(all_findings(books.database, books.now, ("PAY-TWICE",))) == [("PAY-TWICE", f"payment {second}")]
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED'")
    assert all_findings(books.database, books.now, ("PAY-TWICE",)) == {}


def test_a_number_that_bounced_and_is_owed_without_a_failed_payment_is_named(books: SettlementBooks) -> None:
    """The card is billed for failed payments only."""
    books.invoice(books.account("800101", status="FREEZE"), "REG1", "60.00", id=1)
    for day, receipt in ((6, "PR1"), (8, "PR2")):
        paid = Line("PADP", receipt, "60.00", "800101", "REG1", day=f"{day:02}-Nov-26")
        back = bounce(receipt, "800101", "REG1", "60.00", day=f"{day + 1:02}-Nov-26")
        for one, when in ((paid, day), (back, day + 1)):
            books.apply(one, name=FILE.replace("05", f"{when:02}"))
    assert [status for _, _, status, *_ in books.payments()] == ["DELETED", "FAILED"]
    assert all_findings(books.database, books.now, ("FILE-PAYMENT",)) == {}

    books.change("UPDATE payments SET payment_status_code = 'DELETED'")

    assert len(all_findings(books.database, books.now, ("FILE-PAYMENT",))) == 2
    books.change("UPDATE invoice_references SET status_code = 'CANCELLED'")
    assert all_findings(books.database, books.now, ("FILE-PAYMENT",)) == {}


DAY = datetime(2026, 11, 18)


@pytest.mark.parametrize(
    "state",
    [
        {"disbursement_status_code": "COMPLETED"},
        {"disbursement_status_code": "COMPLETED", "disbursement_date": DAY},
        {"disbursement_status_code": "ERRORED", "disbursement_date": DAY, "disbursement_reversal_date": DAY},
    ],
)
def test_a_share_of_the_partial_refund_of_the_same_number_is_none_of_an_invoice(
    state: dict[str, str | datetime], database: PayDatabase
) -> None:
    books = EjvBooks(database)
    books.invoice(books.account(), 1001, "30.00", "PAID", **state)
    books.invoice(books.account(), 1002, "30.00", "PAID")
    books.partial_refund(1001, 1002, "5.00", "REFUND_PROCESSED")
    books.batch(100, "DISBURSEMENT")
    books.journal(100, 10, [("partial_refund", 1001)])
    books.add("partner_disbursements", amount="5.00", partner_code="VS", is_reversal=True, target_id=1001,
              target_type="PARTIAL_REFUND", status_code="REVERSED")  # fmt: skip

    assert list(all_findings(database, NOW, ("DIS-DATES",))) == [("DIS-DATES", "invoice 1001")]


@pytest.mark.parametrize(
    ("file_type", "kind", "is_told"),
    [("DISBURSEMENT", "invoice", False), ("PAYMENT", "invoice", True), ("DISBURSEMENT", "partial_refund", True)],
)
def test_a_refused_share_is_left_to_a_newer_batch_only_where_that_sends_the_share(
    file_type: str, kind: str, is_told: bool, database: PayDatabase
) -> None:
    books = EjvBooks(database)
    books.invoice(books.account(), 1001, "30.00", "PAID", disbursement_status_code="UPLOADED")
    books.batch(100, "DISBURSEMENT")
    books.journal(100, 10, [("invoice", 1001)], partner_code="VS")
    books.add("partner_disbursements", id=5, amount="5.00", partner_code="VS", target_id=1001, target_type="invoice")
    answer(books, Batch(100, journals=[(10, [JournalPair("1001-5", "5.00")])]), {5: "1117 NO"})
    books.batch(101, file_type, "INBOX.F3535.20261119040107")
    books.journal(101, 11, [(kind, 1001)], partner_code="VS")

    books.change("UPDATE partner_disbursements SET status_code = 'UPLOADED'")

    told = all_findings(database, NOW, ("EJV-DAY",))
    assert list(told) == ([("EJV-DAY", "partner disbursement 5")] if is_told else [])


@pytest.mark.parametrize(
    "planted",
    [
        "SELECT 1",
        "UPDATE receipts SET receipt_amount = receipt_amount - 0.01",
        "UPDATE payments SET paid_amount = paid_amount + 0.01",
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)"
        " VALUES (1, 'X', 0.01, '2026-11-07')",
    ],
)
def test_a_receipt_over_the_whole_invoice_that_stands_when_a_part_bounced_is_kept_less_that_part(
    planted: str, books: SettlementBooks
) -> None:
    """The service before us wrote the part under its Application Id, and the rest over the whole invoice."""
    account = books.account("800101")
    books.invoice(account, "REG1", "100.00", id=1, status="PAID", reference="COMPLETED", paid="100.00")
    books.receipt(1, "4001", "40.00")
    books.receipt(1, "OB2", "100.00")
    books.payment(account, "REG1", "OB1", "40.00", method="ONLINE_BANKING")

    books.apply(bounce("OB1", "800101", "REG1", "100.00", status="Partially PAID", outstanding="40.00"))
    books.change(planted)

    assert books.payments()[0][2:] == ("FAILED", "OB1", "60.00" if "payments" not in planted else "60.01")
    said = all_findings(books.database, books.now, ("INV-PAID",))
    assert list(said) == ([] if planted == "SELECT 1" else [("INV-PAID", "invoice 1")])


def test_a_receipt_over_the_whole_invoice_is_kept_less_all_that_was_paid_before_it(books: SettlementBooks) -> None:
    """A memo paid 10.00, two parts 20.00 each, and OB3 the rest; the first part bounces."""
    account = books.account("800101")
    invoice = books.invoice(account, "REG1", "100.00", status="PAID", reference="COMPLETED", paid="100.00")
    books.applied_credit(books.credit(account, "earlier", "10.00", remaining="0"), account, invoice, "REG1", 7, "10.00")
    for receipt, amount in (("4001", "20.00"), ("4002", "20.00"), ("OB3", "100.00")):
        books.receipt(invoice, receipt, amount)
    books.payment(account, "REG1", "OB1", "20.00", method="ONLINE_BANKING")
    books.payment(account, "REG1", "OB2", "20.00", method="ONLINE_BANKING")

    books.apply(bounce("OB1", "800101", "REG1", "100.00", status="Partially PAID", outstanding="20.00"))

    assert [receipt for _, receipt, _ in books.receipts()] == ["4002", "OB3"]
    assert all_findings(books.database, books.now, ("INV-PAID",)) == {}


@pytest.mark.parametrize(("kept", "named"), [("40.00", []), ("39.99", ["payment 2"])])
def test_a_pad_payment_that_another_payment_of_its_number_keeps_when_it_bounces_may_leave_the_invoice_open(
    kept: str, named: list[str], books: SettlementBooks
) -> None:
    """OB1 paid 20.00 of 60.00 and PR1 the rest; OB1 bounces."""
    account = books.account("800101")
    invoice = books.invoice(account, "REG1", "60.00", status="PAID", reference="COMPLETED", paid="60.00")
    books.receipt(invoice, "OB1", "20.00")
    books.receipt(invoice, "PR1", "40.00")
    books.payment(account, "REG1", "OB1", "20.00", method="ONLINE_BANKING")
    books.payment(account, "REG1", "PR1", "40.00")

    books.apply(bounce("OB1", "800101", "REG1", "60.00", status="Partially PAID", outstanding="20.00"))
    assert books.payments() == [
        ("REG1", "PAD", "COMPLETED", "PR1", "40.00"), ("REG1", "ONLINE_BANKING", "FAILED", "OB1", "40.00"),
    ]  # fmt: skip
    books.change("UPDATE payments SET paid_amount = :kept WHERE payment_status_code = 'FAILED'", kept=Decimal(kept))

    assert [row for _, row in all_findings(books.database, books.now, ("PAY-OPEN",))] == named


def test_a_receipt_over_the_whole_invoice_of_which_the_bounce_keeps_nothing_is_a_finding(
    books: SettlementBooks,
) -> None:
    """The invoice had been paid twice."""
    account = books.account("800101")
    invoice = books.paid_invoice(account, "REG1", "60.00", "PR1")
    books.receipt(invoice, "C1", "60.00")

    books.apply(bounce("PR1", "800101", "REG1", "60.00"))

    assert (books.receipts(), books.invoices()[invoice]) == ([(invoice, "C1", "60.00")], ("SETTLEMENT_SCHED", "0.00"))
    assert list(all_findings(books.database, books.now, ("INV-PAID",))) == [("INV-PAID", f"invoice {invoice}")]
