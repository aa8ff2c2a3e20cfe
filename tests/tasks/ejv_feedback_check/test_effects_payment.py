"""Section 7.2 row by row: what the lines of a PAYMENT file do to an invoice, a reversal and a partial refund."""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from config.errors import InputRefused
from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

DAY = datetime(2026, 11, 18)
BEFORE = datetime(2026, 10, 1)
RECEIPT = "GIJH...FI00000010FI000000100"
BH, JH, CREDIT, DEBIT = 2, 3, 4, 5
ERROR = "1117 INVALID DISTRIBUTION ACCOUNT"


class ExpectedRows(NamedTuple):
    """What is expected: invoice, link, reference, receipt amount, payment amount, GL stopped."""

    invoice: str
    link: str
    reference: str
    receipt: str | None
    payment: str | None
    stopped: bool


PAID = ExpectedRows("PAID", "COMPLETED", "COMPLETED", "30.00", "30.00", False)
REFUNDED = ExpectedRows("REFUNDED", "COMPLETED", "COMPLETED", None, "30.00", False)


def refused(status: str, *, stopped: bool) -> ExpectedRows:
    return ExpectedRows(status, "ERRORED", "CANCELLED", None, None, stopped)


CASES: dict[str, tuple[str, dict[int | str, str], ExpectedRows]] = {
    "an accepted charge is paid": ("APPROVED", {}, PAID),
    "an accepted charge of an invoice in another status is paid": ("CREATED", {}, PAID),
    "a cancelled invoice that was charged stays cancelled": (
        "CANCELLED",
        {},
        PAID._replace(invoice="CANCELLED"),
    ),
    "a credited invoice that was charged stays credited": ("CREDITED", {}, PAID._replace(invoice="CREDITED")),
    "an accepted reversal is refunded": ("REFUND_REQUESTED", {}, REFUNDED),
    "a reversal of a refunded invoice stays refunded": ("REFUNDED", {}, REFUNDED),
    "a refused debit line keeps the invoice open and stops the GL": (
        "APPROVED", {DEBIT: ERROR}, refused("APPROVED", stopped=True)),
    "a refused credit line does the same": ("APPROVED", {CREDIT: ERROR}, refused("APPROVED", stopped=True)),
    "a closed period is an error like any other": (
        "APPROVED", {DEBIT: "0703 PERIOD CLOSED"}, refused("APPROVED", stopped=True)),
    "a code with letters is an error": ("APPROVED", {DEBIT: "A001 NO"}, refused("APPROVED", stopped=True)),
    "a refused reversal stays requested": (
        "REFUND_REQUESTED", {DEBIT: ERROR}, refused("REFUND_REQUESTED", stopped=True)._replace(reference="COMPLETED")),
    "a refused header takes its accepted lines with it and stops nothing": (
        "APPROVED", {JH: "2001 BAD JOURNAL"}, refused("APPROVED", stopped=False)),
    "a refused batch sets its invoices free and stops nothing": (
        "APPROVED", {BH: "9001 BAD BATCH"}, refused("APPROVED", stopped=False)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_payment_lines_of_an_invoice(case: str, office: FeedbackOffice) -> None:
    status, codes, after = CASES[case]
    books = office.books
    is_reversal = status.startswith("REFUND")
    given_invoice(books, status, payment_date=BEFORE if is_reversal else None)
    office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00", is_reversal=is_reversal)])]), codes)
    assert found(books) == after


def test_a_second_feedback_of_the_same_answer_changes_nothing(office: FeedbackOffice) -> None:
    given_invoice(office.books, "APPROVED")
    batch = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])
    office.answer(batch)
    office.answer(batch, {3: "0000 IN OTHER WORDS"}, name="FEEDBACK.F3535.20261118214512")
    assert found(office.books) == PAID
    assert office.books.one("SELECT count(*) FROM receipts") == 1


def test_dates_and_amounts_are_those_of_the_lines(office: FeedbackOffice) -> None:
    books = office.books
    given_invoice(books, "APPROVED")
    office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]))
    assert books.one("SELECT payment_date, paid FROM invoices") == (DAY, Decimal("30.00"))
    assert books.one("SELECT receipt_number, receipt_date FROM receipts") == (RECEIPT, DAY)
    payment = "SELECT receipt_number, payment_date, payment_method_code, payment_account_id IS NOT NULL FROM payments"
    assert books.one(payment) == (RECEIPT, DAY, "EJV", True)


@pytest.mark.parametrize(
    ("is_reversal", "line", "gl"),
    [
        (False, CREDIT, "on the credit line, with the GL of BC Registries"),
        (False, DEBIT, "on the debit line, with the GL of the ministry"),
        (True, CREDIT, "on the debit line, with the GL of BC Registries"),
    ],
)
def test_a_refusal_names_the_side_and_whose_gl_it_is(
    is_reversal: bool, line: int, gl: str, office: FeedbackOffice
) -> None:
    given_invoice(office.books, "REFUND_REQUESTED" if is_reversal else "APPROVED", payment_date=BEFORE)
    pairs = [JournalPair("1001", "30.00", is_reversal=is_reversal)]
    outcome = office.answer(Batch(100, journals=[(10, pairs)]), {line: ERROR})
    assert f"{ERROR}, {gl}" in outcome.rejects[0].detail
    assert any("Once the GL that CGI refused, which may be that of BC Registries," in note for note in outcome.notes)


def test_a_refused_gl_is_named_where_the_other_side_was_refused_for_a_closed_period(office: FeedbackOffice) -> None:
    given_invoice(office.books, "APPROVED")
    batch = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])
    [told] = office.answer(batch, {CREDIT: "0703 PERIOD CLOSED", DEBIT: ERROR}).rejects
    assert told.where.endswith(f"line {DEBIT}")
    code = office.books.one("SELECT distribution_code_id FROM distribution_codes WHERE client = '901'")
    assert told.detail.endswith(
        f"{ERROR}, on the debit line, with the GL of the ministry (distribution code {code}: 901.?.?.?.?)"
    )


def test_a_refused_gl_is_shown_with_its_code_and_digits_so_that_somebody_can_correct_it(office: FeedbackOffice) -> None:
    books = office.books
    given_invoice(books, "APPROVED")
    digits = {"client": "112", "responsibility_centre": "32041", "service_line": "35301", "stob": "1278"}
    service = books.add("distribution_codes", **digits, project_code="3200001")
    fee = books.add(
        "distribution_codes", **digits, project_code="3200000", service_fee_distribution_code_id=service,
    )  # fmt: skip
    line = books.line_item(1001, "28.50", fee)
    books.change("UPDATE payment_line_items SET service_fees = 1.50 WHERE id = :id", id=line)
    batch = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])

    [told] = office.answer(batch, {CREDIT: ERROR}).rejects

    assert told.detail.endswith(
        f"with the GL of BC Registries (distribution code {service}: 112.32041.35301.1278.3200001, or "
        f"distribution code {fee}: 112.32041.35301.1278.3200000)"
    )


@pytest.mark.parametrize(
    ("codes", "reasons"),
    [
        ({"BT": "5555 BAD TRAILER"}, ["CGI refused the trailer"]),
        ({"BT": "5555 BAD TRAILER", BH: "9001 BAD"}, ["CGI refused the whole batch"]),
    ],
)
def test_a_refused_trailer_of_an_accepted_batch_is_told_though_its_lines_are_booked(
    codes: dict[int | str, str], reasons: list[str], office: FeedbackOffice
) -> None:
    given_invoice(office.books, "APPROVED")
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]), codes)
    assert [one.reason for one in outcome.rejects if one.reason.startswith("CGI refused")] == reasons
    assert (found(office.books) == PAID) is (BH not in codes)


@pytest.mark.parametrize("refused_line", [4, 5, 6, 7])
def test_one_refused_line_of_an_invoice_decides_whatever_the_order(refused_line: int, office: FeedbackOffice) -> None:
    given_invoice(office.books, "APPROVED", total="31.50")
    pairs = [JournalPair("1001", "30.00"), JournalPair("1001", "1.50")]
    office.answer(Batch(100, journals=[(10, pairs)]), {refused_line: ERROR})
    assert found(office.books) == refused("APPROVED", stopped=True)


def test_several_lines_of_an_invoice_make_one_receipt(office: FeedbackOffice) -> None:
    given_invoice(office.books, "APPROVED", total="31.50")
    office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00"), JournalPair("1001", "1.50")])]))
    assert found(office.books) == PAID._replace(receipt="31.50", payment="31.50")


def test_a_payment_is_never_larger_than_what_was_accepted(office: FeedbackOffice) -> None:
    books = office.books
    account = given_invoice(books, "APPROVED")
    books.invoice(account, 1002, "12.00")
    books.add("ejv_links", ejv_header_id=10, link_type="invoice", link_id=1002)
    office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00"), JournalPair("1002", "12.00")])]), {7: ERROR})
    assert books.one("SELECT paid_amount FROM payments") == Decimal("30.00")


def test_a_charge_accepted_after_a_refund_was_requested_is_not_a_refund(office: FeedbackOffice) -> None:
    """The refund was asked for while CGI had the charge: the next batch has to reverse it."""
    given_invoice(office.books, "REFUND_REQUESTED")
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]))
    assert found(office.books) == PAID._replace(invoice="REFUND_REQUESTED")
    assert [reject.reason for reject in outcome.rejects] == ["charged though given up"]


@pytest.mark.parametrize(("status", "keeps_its_day"), [("DELETED", True), ("CANCELLED", False)])
def test_an_invoice_that_was_removed_keeps_the_day_of_that(
    status: str, keeps_its_day: bool, office: FeedbackOffice
) -> None:
    given_invoice(office.books, status, updated_on=BEFORE)
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]))
    assert [reject.reason for reject in outcome.rejects] == ["charged though given up"]
    assert (office.books.one("SELECT updated_on FROM invoices") == BEFORE) == keeps_its_day


def test_what_a_second_file_accepts_is_added_to_the_payment_of_the_journal(office: FeedbackOffice) -> None:
    books = office.books
    account = given_invoice(books, "APPROVED")
    books.invoice(account, 1002, "12.00")
    books.add("ejv_links", ejv_header_id=10, link_type="invoice", link_id=1002)
    office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]))
    office.answer(Batch(100, journals=[(10, [JournalPair("1002", "12.00")])]), name="FEEDBACK.F3535.20261118214512")
    assert books.one("SELECT paid_amount FROM payments") == Decimal("42.00")
    assert books.rows("SELECT CAST(receipt_amount AS numeric) FROM receipts ORDER BY 1") == [(12,), (30,)]


@pytest.mark.parametrize(("status", "is_reversal"), [("PAID", False), ("REFUNDED", True), ("REFUNDED", False)])
def test_money_moved_a_second_time_is_reported_and_the_invoice_keeps_its_dates(
    status: str, is_reversal: bool, office: FeedbackOffice
) -> None:
    """Its link is open, yet another batch settled it: booked as CGI says, and somebody has to put it right."""
    books = office.books
    given_invoice(books, status, payment_date=BEFORE, refund_date=BEFORE if status == "REFUNDED" else None)
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00", is_reversal=is_reversal)])]))
    assert [reject.reason for reject in outcome.rejects] == ["moved a second time"]
    dates = books.one("SELECT invoice_status_code, payment_date, coalesce(refund_date, :day) FROM invoices", day=BEFORE)
    assert dates == (status, BEFORE, BEFORE)
    assert books.one("SELECT paid_amount FROM payments") == Decimal("30.00")
    assert books.one("SELECT disbursement_status_code FROM ejv_links") == "COMPLETED"


def test_a_partial_refund_that_is_named_with_another_invoice_stays_as_it_is(office: FeedbackOffice) -> None:
    books = office.books
    account = given_invoice(books, "PAID")
    books.invoice(account, 1002, "30.00", "PAID")
    books.partial_refund(55, 1001, "5.00")
    books.add("ejv_links", ejv_header_id=10, link_type="partial_refund", link_id=55)
    pairs = [JournalPair("1001", "30.00"), JournalPair("1002-PR-55", "5.00", is_reversal=True)]
    outcome = office.answer(Batch(100, journals=[(10, pairs)]))
    assert [one.reason for one in outcome.rejects if "1002-PR-55" in one.detail] == ["other invoice"]
    assert books.one("SELECT status FROM refunds_partial") == "REFUND_PROCESSING"
    assert books.one("SELECT disbursement_status_code FROM ejv_links WHERE link_id = 55") != "COMPLETED"
    with pytest.raises(InputRefused, match=r"CGI accepted 1002-PR-55 \(line 6 of .*: its money moved"):
        office.run(rebuild=100, reason="ticket 4711")


@pytest.mark.parametrize(
    ("status", "amount", "reason"),
    [("REFUND_PROCESSED", "5.00", "moved a second time"), ("REFUND_PROCESSING", "4.00", "another amount")],
)
def test_a_partial_refund_that_went_twice_or_in_part_is_reported(
    status: str, amount: str, reason: str, office: FeedbackOffice
) -> None:
    books = office.books
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "40.00", "PAID")
    books.partial_refund(55, 1001, "5.00", status)
    books.journal(100, 10, [("partial_refund", 55)], payment_account_id=account)
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001-PR-55", amount, is_reversal=True)])]))
    assert [reject.reason for reject in outcome.rejects] == [reason]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({}, ("REFUND_PROCESSED", DAY, None, "COMPLETED", False)),
        ({DEBIT: ERROR}, ("REFUND_REQUESTED", None, ERROR, "ERRORED", True)),
        ({BH: "9001 NO"}, ("REFUND_REQUESTED", None, "9001 NO", "ERRORED", False)),
    ],
)
def test_payment_lines_of_a_partial_refund(codes: Any, expected: tuple[Any, ...], office: FeedbackOffice) -> None:
    books = office.books
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "40.00", "PAID")
    books.partial_refund(55, 1001, "5.00")
    books.journal(100, 10, [("partial_refund", 55)], payment_account_id=account)
    office.answer(Batch(100, journals=[(10, [JournalPair("1001-PR-55", "5.00", is_reversal=True)])]), codes)
    refund = books.one("SELECT status, gl_posted, gl_error FROM refunds_partial")
    link = books.one("SELECT disbursement_status_code FROM ejv_links")
    assert (*refund, link, is_stopped(books)) == expected
    assert books.one("SELECT status_code FROM invoice_references") == "ACTIVE"
    assert books.rows("SELECT * FROM receipts") == []
    assert books.one("SELECT invoice_status_code FROM invoices") == "PAID"


def test_a_batch_refused_without_its_lines_sets_everything_free(office: FeedbackOffice) -> None:
    given_invoice(office.books, "APPROVED")
    batch = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])
    office.apply(batch.feedback({BH: "9001 BAD BATCH"}, repeats=False))
    assert found(office.books) == refused("APPROVED", stopped=False)
    assert office.books.one("SELECT disbursement_status_code, message FROM ejv_files") == ("ERRORED", "9001 BAD BATCH")
    assert office.books.one("SELECT disbursement_status_code, message FROM ejv_headers") == (
        "ERRORED",
        "9001 BAD BATCH",
    )


@pytest.mark.parametrize(
    ("codes", "file", "header"),
    [
        ({}, ("COMPLETED", None), ("COMPLETED", None)),
        ({BH: "0000 FINE ", JH: "0000 GOOD"}, ("COMPLETED", "FINE"), ("COMPLETED", "GOOD")),
        ({JH: "2001 BAD"}, ("COMPLETED", None), ("ERRORED", "2001 BAD")),
        ({JH: "2001"}, ("COMPLETED", None), ("ERRORED", "2001")),
        ({BH: "9001"}, ("ERRORED", "9001"), ("ERRORED", "9001")),
        ({DEBIT: ERROR}, ("COMPLETED", None), ("COMPLETED", None)),
    ],
)
def test_batch_and_journal_take_their_own_codes(codes: Any, file: Any, header: Any, office: FeedbackOffice) -> None:
    given_invoice(office.books, "APPROVED")
    office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]), codes)
    assert office.books.one("SELECT disbursement_status_code, message FROM ejv_files") == file
    assert office.books.one("SELECT disbursement_status_code, message FROM ejv_headers") == header


def test_a_reversal_is_reported_once_and_a_charge_is_not(office: FeedbackOffice) -> None:
    books = office.books
    account = given_invoice(books, "REFUND_REQUESTED", payment_date=BEFORE, corp_type_code="PPR")
    books.invoice(account, 1002, "12.00", corp_type_code="PPR")
    books.add("ejv_links", ejv_header_id=10, link_type="invoice", link_id=1002)
    pairs = [JournalPair("1001", "30.00", is_reversal=True), JournalPair("1002", "12.00")]
    office.answer(Batch(100, journals=[(10, pairs)]))
    [(kind, payload)] = books.rows("SELECT kind, payload FROM pay_jobs.outbox")
    assert (kind, payload["data"]["id"], payload["data"]["statusCode"]) == ("bc.registry.payment", 1001, "REVERSED")
    assert (payload["topic"], "productReversalDate" in payload["data"]) == ("assets_pay_topic", False)


def test_a_reversal_of_a_product_that_does_not_listen_sends_no_event(office: FeedbackOffice) -> None:
    given_invoice(office.books, "REFUND_REQUESTED", payment_date=BEFORE, corp_type_code="VS")
    office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00", is_reversal=True)])]))
    assert office.books.one("SELECT invoice_status_code FROM invoices") == "REFUNDED"
    assert office.books.rows("SELECT kind FROM pay_jobs.outbox") == []


def given_invoice(books: EjvBooks, status: str, *, total: str = "30.00", **more: Any) -> int:
    """Invoice 1001 of an account, in journal 10 of batch 100."""
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, total, status, **more)
    books.journal(100, 10, [("invoice", 1001)], payment_account_id=account)
    return account


def found(books: EjvBooks) -> ExpectedRows:
    receipts = books.rows("SELECT CAST(receipt_amount AS numeric(19,2)) FROM receipts WHERE invoice_id = 1001")
    payments = books.rows("SELECT CAST(paid_amount AS numeric(19,2)) FROM payments")
    return ExpectedRows(
        books.one("SELECT invoice_status_code FROM invoices WHERE id = 1001"),
        books.one("SELECT disbursement_status_code FROM ejv_links WHERE link_id = 1001"),
        books.one("SELECT status_code FROM invoice_references WHERE invoice_id = 1001"),
        str(receipts[0][0]) if receipts else None,
        str(payments[0][0]) if payments else None,
        is_stopped(books),
    )


def is_stopped(books: EjvBooks) -> bool:
    return bool(
        books.one("SELECT bool_or(coalesce(stop_ejv, false)) FROM distribution_codes WHERE account_id IS NOT NULL")
    )
