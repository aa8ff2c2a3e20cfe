"""Whether a charge or a reversal was accepted follows from the first line, not from what became of the invoice."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ejv_factory import NOW, Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.tools.verify.watch import all_findings

DAY, BEFORE = datetime(2026, 11, 18), datetime(2026, 10, 1)
RECEIPT = "GIJH...FI00000010FI000000100"
CHARGE = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])
REVERSAL = Batch(100, journals=[(10, [JournalPair("1001", "30.00", is_reversal=True)])])
ERROR = "1117 INVALID DISTRIBUTION ACCOUNT"


def given(books: EjvBooks, status: str, *receipts: str, **invoice: Any) -> None:
    """Invoice 1001 over 30.00 in journal 10 of batch 100, with 30.00 on each of the receipts."""
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00", status, **invoice)
    for number in receipts:
        books.add("receipts", invoice_id=1001, receipt_number=number, receipt_amount=30, receipt_date=BEFORE)
    books.journal(100, 10, [("invoice", 1001)], payment_account_id=account)


def reasons(outcome: Any) -> list[str]:
    return [reject.reason for reject in outcome.rejects]


def receipts(books: EjvBooks) -> list[str]:
    return [number for (number,) in books.rows("SELECT receipt_number FROM receipts ORDER BY id")]


@pytest.mark.parametrize("method", ["EJV", "DIRECT_PAY"])
@pytest.mark.parametrize("status", ["REFUND_REQUESTED", "REFUNDED", "CREDITED", "PAID", "GL_UPDATED"])
def test_a_charge_of_what_was_paid_by_card_meanwhile_was_taken_a_second_time(
    status: str, method: str, office: FeedbackOffice
) -> None:
    """The refund that was asked for is the card's; the charge has to be paid back by hand."""
    given(office.books, status, "CARD1", payment_date=BEFORE, paid="30.00", payment_method_code=method)
    outcome = office.answer(CHARGE)
    assert reasons(outcome) == ["moved a second time"]
    assert "taken a second time" in outcome.rejects[0].detail
    assert outcome.exit_code == 3
    assert receipts(office.books) == ["CARD1", RECEIPT]
    found = office.books.one("SELECT invoice_status_code, payment_date, refund_date FROM invoices")
    assert found == (status, BEFORE, None)
    assert office.books.one("SELECT disbursement_status_code FROM ejv_links") == "COMPLETED"
    assert office.books.one("SELECT status_code FROM invoice_references") == "COMPLETED"
    assert office.books.rows("SELECT * FROM pay_jobs.outbox") == []


@pytest.mark.parametrize(
    ("method", "status"), [("EJV", "REFUNDED"), ("DIRECT_PAY", "REFUND_REQUESTED"), ("PAD", "REFUND_REQUESTED")]
)
def test_only_the_refund_that_was_asked_for_is_refunded(method: str, status: str, office: FeedbackOffice) -> None:
    given(office.books, "REFUND_REQUESTED", "OLD1", payment_date=BEFORE, payment_method_code=method)
    outcome = office.answer(REVERSAL)
    assert office.books.one("SELECT invoice_status_code FROM invoices") == status
    assert reasons(outcome) == ([] if method == "EJV" else ["paid back though not asked for"])
    assert receipts(office.books) == ["OLD1"]


@pytest.mark.parametrize("status", ["PAID", "APPROVED", "CREATED", "CANCELLED", "CREDITED", "MANUALLY_REFUNDED"])
def test_a_reversal_that_nobody_asked_for_is_booked_and_reported_and_never_makes_an_invoice_paid(
    status: str, office: FeedbackOffice
) -> None:
    given(office.books, status, payment_date=BEFORE)
    outcome = office.answer(REVERSAL)
    assert reasons(outcome) == ["paid back though not asked for"]
    assert receipts(office.books) == []
    assert office.books.one("SELECT invoice_status_code, payment_date FROM invoices") == (status, BEFORE)
    assert str(office.books.one("SELECT paid_amount FROM payments")) == "30.00"
    is_owed = status in {"APPROVED", "CREATED"}
    reference = office.books.one("SELECT status_code FROM invoice_references")
    assert reference == ("ACTIVE" if is_owed else "COMPLETED")


def test_a_charge_beside_money_that_came_before_is_paid_and_reported(office: FeedbackOffice) -> None:
    given(office.books, "APPROVED", "CARD1")
    outcome = office.answer(CHARGE)
    assert reasons(outcome) == ["taken a second time"]
    assert "30.00 CAD had been received" in outcome.rejects[0].detail
    assert office.books.one("SELECT invoice_status_code FROM invoices") == "PAID"
    assert receipts(office.books) == ["CARD1", RECEIPT]


@pytest.mark.parametrize("status", ["APPROVED", "PAID"])
def test_what_its_receipt_says_was_booked_by_this_journal_is_not_booked_again(
    status: str, office: FeedbackOffice
) -> None:
    books = office.books
    given(books, status, RECEIPT)
    books.add("payments", payment_system_code="CGI", payment_method_code="EJV", payment_status_code="COMPLETED",
              receipt_number=RECEIPT, paid_amount="30.00", invoice_amount="30.00")  # fmt: skip
    outcome = office.answer(CHARGE)
    assert (reasons(outcome), receipts(books)) == ([], [RECEIPT])
    assert str(books.one("SELECT paid_amount FROM payments")) == "30.00"
    assert books.one("SELECT invoice_status_code FROM invoices") == "PAID"
    assert books.one("SELECT disbursement_status_code FROM ejv_links") == "COMPLETED"


def test_an_invoice_in_two_journals_of_a_batch_is_taken_once_and_reported_once(office: FeedbackOffice) -> None:
    books = office.books
    given(books, "APPROVED")
    books.journal(100, 11, [("invoice", 1001)], payment_account_id=books.one("SELECT id FROM payment_accounts"))
    outcome = office.answer(
        Batch(100, journals=[(10, [JournalPair("1001", "30.00")]), (11, [JournalPair("1001", "30.00")])])
    )
    assert reasons(outcome) == ["moved a second time"]
    assert len(receipts(books)) == 2
    assert books.one("SELECT count(*) FROM payments") == 2


def test_an_invoice_that_a_journal_charges_under_two_flow_throughs_is_taken_once_and_reported_once(
    office: FeedbackOffice,
) -> None:
    books = office.books
    given(books, "APPROVED")
    books.add("partner_disbursements", id=7, amount="30.00", is_reversal=False, partner_code="VS", target_id=1001,
              status_code="WAITING_FOR_JOB", target_type="invoice")  # fmt: skip
    pairs = [JournalPair("1001", "30.00"), JournalPair("1001-7", "30.00")]
    outcome = office.answer(Batch(100, journals=[(10, pairs)]))
    assert reasons(outcome) == ["moved a second time"]
    assert books.one("SELECT invoice_status_code, CAST(paid AS text) FROM invoices") == ("PAID", "30.00")
    assert books.rows("SELECT receipt_number, CAST(receipt_amount AS numeric(19,2)) FROM receipts") == [(RECEIPT, 60)]
    assert books.rows("SELECT CAST(paid_amount AS numeric(19,2)) FROM payments") == [(60,)]


REFUSALS = pytest.mark.parametrize(
    ("code", "is_stopped"),
    [({5: ERROR}, True), ({5: ERROR, "JH": "2001 NO"}, True), ({"JH": "2001 NO"}, False), ({"BH": "9001 NO"}, False)],
    ids=["line", "line and journal", "journal", "batch"],
)


@REFUSALS
def test_a_refund_whose_charge_was_refused_is_kept_out_of_every_batch_by_its_reference(
    office: FeedbackOffice, code: dict[int | str, str], is_stopped: bool
) -> None:
    """The next batch, or the one after its GL is released, would pay back what was never charged."""
    books = office.books
    given(books, "REFUND_REQUESTED")
    books.change("UPDATE invoice_references SET created_on = (SELECT min(created_on) FROM ejv_files)")

    outcome = office.answer(CHARGE, code)

    [refused] = [reject for reject in outcome.rejects if "invoice 1001" in reject.detail]
    assert "nothing was charged: the pay team closes it as CANCELLED" in refused.detail
    assert books.one("SELECT status_code FROM invoice_references") == "ACTIVE"
    assert bool(books.one("SELECT stop_ejv FROM distribution_codes WHERE account_id IS NOT NULL")) is is_stopped
    assert all_findings(books.database, NOW, ("EJV-RELEASED",)) == {}


@REFUSALS
def test_a_refused_reversal_leaves_a_settled_reference_so_that_it_is_sent_once_more_and_not_every_night(
    office: FeedbackOffice, code: dict[int | str, str], is_stopped: bool
) -> None:
    """EJV_PAYMENT gives a reversal an active reference only where it finds a COMPLETED one."""
    books = office.books
    given(books, "REFUND_REQUESTED", "OLD1", payment_date=BEFORE)
    books.add("invoice_references", invoice_id=1001, invoice_number="EJV00001001", status_code="CANCELLED")

    office.answer(REVERSAL, code)

    references = books.rows("SELECT status_code FROM invoice_references ORDER BY id")
    assert references == [("COMPLETED",), ("CANCELLED",)]
    assert bool(books.one("SELECT stop_ejv FROM distribution_codes WHERE account_id IS NOT NULL")) is is_stopped
    assert all_findings(books.database, NOW, ("EJV-RELEASED",)) == {}


def test_a_receipt_over_nothing_says_not_that_a_refund_was_charged(office: FeedbackOffice) -> None:
    books = office.books
    given(books, "REFUND_REQUESTED")
    books.add("receipts", invoice_id=1001, receipt_number="VOID", receipt_amount=0, receipt_date=BEFORE)
    books.change("UPDATE invoice_references SET created_on = (SELECT min(created_on) FROM ejv_files)")

    office.answer(CHARGE, {5: ERROR})

    assert books.one("SELECT status_code FROM invoice_references") == "ACTIVE"
    assert all_findings(books.database, NOW, ("EJV-RELEASED",)) == {}


def test_a_refund_whose_charge_was_accepted_was_charged_though_nothing_of_it_was_booked(office: FeedbackOffice) -> None:
    books = office.books
    given(books, "REFUND_REQUESTED")
    books.batch(99)
    books.journal(99, 9, [("invoice", 1001)])
    books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE ejv_header_id = 9")

    outcome = office.answer(REVERSAL, {5: ERROR})

    assert "nothing was charged" not in outcome.rejects[0].detail
    assert books.one("SELECT status_code FROM invoice_references") == "COMPLETED"


def test_a_refused_reversal_leaves_one_settled_reference_and_no_second(office: FeedbackOffice) -> None:
    """EJV_PAYMENT ends with an error where it finds two."""
    books = office.books
    given(books, "REFUND_REQUESTED", "OLD1", payment_date=BEFORE)
    books.add("invoice_references", invoice_id=1001, invoice_number="EJV00001001", status_code="COMPLETED")

    office.answer(REVERSAL, {5: ERROR})

    references = books.rows("SELECT status_code FROM invoice_references ORDER BY id")
    assert references == [("CANCELLED",), ("COMPLETED",)]


@pytest.mark.parametrize("code", [{5: ERROR}, {"BH": "9001 NO"}], ids=["line", "batch"])
def test_the_late_refusal_of_an_old_batch_leaves_the_reference_to_the_newer_batch(
    office: FeedbackOffice, code: dict[int | str, str]
) -> None:
    """It was set back by hand and sent again: released now, it would be charged a second time."""
    books = office.books
    given(books, "APPROVED")
    books.batch(101, name="INBOX.F3535.20261119040107")
    books.journal(101, 11, [("invoice", 1001)])

    outcome = office.answer(CHARGE, code)

    assert books.one("SELECT status_code FROM invoice_references") == "ACTIVE"
    links = books.rows("SELECT disbursement_status_code FROM ejv_links ORDER BY ejv_header_id")
    assert links == [("ERRORED",), ("UPLOADED",)]
    assert "A newer batch has it" in next(one.detail for one in outcome.rejects if "invoice 1001" in one.detail)


def test_the_late_refusal_of_an_old_batch_leaves_a_partial_refund_to_the_newer_batch(office: FeedbackOffice) -> None:
    books = office.books
    account = books.account()
    books.invoice(account, 1001, "30.00", "PAID")
    books.partial_refund(55, 1001, "5.00")
    for number in (100, 101):
        books.batch(number, name=f"INBOX.F3535.20261118040{number}")
        books.journal(number, number, [("partial_refund", 55)], payment_account_id=account)

    pair = JournalPair("1001-PR-55", "5.00", is_reversal=True)
    office.answer(Batch(100, journals=[(100, [pair])]), {5: ERROR})

    assert books.one("SELECT status FROM refunds_partial") == "REFUND_PROCESSING"


def test_the_late_refusal_of_an_old_batch_leaves_a_disbursement_to_the_newer_batch(office: FeedbackOffice) -> None:
    """The partner job would take up an ERRORED one at once."""
    books = office.books
    given_disbursement(books, "PAID", disbursement_status_code="UPLOADED")
    books.batch(101, "DISBURSEMENT", "INBOX.F3535.20261119040107")
    books.journal(101, 11, [("invoice", 1001)], partner_code="VS")

    office.answer(CHARGE, {5: ERROR})

    assert books.one("SELECT disbursement_status_code FROM invoices") == "UPLOADED"


def test_a_reversal_of_a_charge_that_was_refused_is_reported(office: FeedbackOffice) -> None:
    """The refund was asked for while CGI had the charge; the charge was refused, and the next batch reversed it."""
    books = office.books
    given(books, "REFUND_REQUESTED")
    books.batch(99, name="INBOX.F3535.20261117040107")
    books.journal(99, 9, [("invoice", 1001)])
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE ejv_header_id = 9")
    assert reasons(office.answer(REVERSAL)) == ["paid back though never taken"]
    assert books.one("SELECT invoice_status_code FROM invoices") == "REFUNDED"


@pytest.mark.parametrize("batch", [CHARGE, REVERSAL])
def test_an_accepted_journal_without_a_readable_date_takes_the_day_of_the_run(
    batch: Batch, office: FeedbackOffice
) -> None:
    books = office.books
    is_reversal = batch is REVERSAL
    given(books, "REFUND_REQUESTED" if is_reversal else "APPROVED", payment_date=BEFORE if is_reversal else None)
    outcome = office.apply(batch.feedback().replace(b"20261118", b"20261399"))
    assert reasons(outcome) == ["no effective date"]
    assert books.one(f"SELECT {'refund' if is_reversal else 'payment'}_date FROM invoices") == DAY
    assert books.one("SELECT payment_date FROM payments") == DAY


def test_a_refused_journal_without_a_readable_date_is_refused_like_any_other(office: FeedbackOffice) -> None:
    given(office.books, "APPROVED")
    outcome = office.apply(CHARGE.feedback({5: ERROR}).replace(b"20261118", b"        "))
    assert reasons(outcome) == ["refused by CGI"]
    assert office.books.one("SELECT message FROM ejv_links") == ERROR


@pytest.mark.parametrize(("code", "message"), [("1117", "1117"), (ERROR, ERROR)])
def test_a_message_is_the_code_and_the_text_without_a_trailing_blank(
    code: str, message: str, office: FeedbackOffice
) -> None:
    given(office.books, "APPROVED")
    office.answer(CHARGE, {5: code})
    assert office.books.one("SELECT message FROM ejv_links") == message


PARTS = [JournalPair(f"1001-PR-{number}", "5.00", is_reversal=True) for number in (55, 56)]


def given_parts(books: EjvBooks) -> None:
    """Invoice 1001 with two parts in journal 10 of batch 100, which sends them together."""
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00", "PAID")
    for number in (55, 56):
        books.partial_refund(number, 1001, "5.00")
    books.journal(100, 10, [("partial_refund", 55), ("partial_refund", 56)], payment_account_id=account)


@pytest.mark.parametrize(
    ("pairs", "codes", "states", "left"),
    [
        (PARTS, {7: ERROR}, ["REFUND_PROCESSED", "REFUND_PROCESSING"], "The pay team has this part paid back by hand"),
        (PARTS[1:], {5: ERROR}, ["REFUND_PROCESSING", "REFUND_PROCESSING"], "Do not pay it back by hand"),
        (PARTS, {4: ERROR, 7: ERROR}, ["REFUND_REQUESTED", "REFUND_REQUESTED"], ""),
        (PARTS, {"JH": "2001 NO"}, ["REFUND_REQUESTED", "REFUND_REQUESTED"], ""),
    ],
    ids=["the other was accepted", "the other was not answered", "both were refused", "their journal was refused"],
)
def test_a_refused_part_is_sent_again_only_where_no_other_part_of_its_invoice_would_be_paid_twice(
    pairs: list[JournalPair], codes: dict[int | str, str], states: list[str], left: str, office: FeedbackOffice
) -> None:
    """EJV_PAYMENT sends all parts of an invoice of which one is due."""
    books = office.books
    given_parts(books)

    outcome = office.answer(Batch(100, journals=[(10, pairs)]), codes)

    assert [state for (state,) in books.rows("SELECT status FROM refunds_partial ORDER BY id")] == states
    refused = next(one.detail for one in outcome.rejects if "1001-PR-56" in one.detail)
    assert left in refused
    assert ("REFUND_PROCESSING" in refused) is bool(left)


def test_a_refused_part_is_held_beside_one_that_was_paid_back_by_hand(office: FeedbackOffice) -> None:
    given_parts(office.books)
    office.books.partial_refund(57, 1001, "5.00", "REFUND_PROCESSED")

    office.answer(Batch(100, journals=[(10, PARTS)]), {"JH": "2001 NO"})

    states = office.books.rows("SELECT status FROM refunds_partial ORDER BY id")
    assert states == [("REFUND_PROCESSING",), ("REFUND_PROCESSING",), ("REFUND_PROCESSED",)]


def test_a_refused_part_is_sent_again_beside_one_that_was_never_sent(office: FeedbackOffice) -> None:
    given_parts(office.books)
    office.books.partial_refund(57, 1001, "5.00", "REFUND_REQUESTED")

    office.answer(Batch(100, journals=[(10, PARTS)]), {"JH": "2001 NO"})

    assert office.books.rows("SELECT status FROM refunds_partial") == [("REFUND_REQUESTED",)] * 3


def test_a_part_held_beside_an_open_one_is_set_free_with_that(office: FeedbackOffice) -> None:
    given_parts(office.books)
    office.answer(Batch(100, journals=[(10, PARTS[:1])]), {5: ERROR})

    office.answer(Batch(100, journals=[(10, PARTS[1:])]), {"JH": "2001 NO"}, name="FEEDBACK.F3535.20261119214512")

    assert office.books.rows("SELECT status FROM refunds_partial") == [("REFUND_REQUESTED",)] * 2
    assert office.books.one("SELECT count(*) FROM refunds_partial_history WHERE id = 55") == 2


def test_a_part_held_beside_an_open_one_stays_held_where_that_is_paid_back(office: FeedbackOffice) -> None:
    given_parts(office.books)
    office.answer(Batch(100, journals=[(10, PARTS[:1])]), {5: ERROR})

    office.answer(Batch(100, journals=[(10, PARTS[1:])]), name="FEEDBACK.F3535.20261119214512")

    states = office.books.rows("SELECT status FROM refunds_partial ORDER BY id")
    assert states == [("REFUND_PROCESSING",), ("REFUND_PROCESSED",)]


def test_verify_has_a_refused_part_paid_by_hand_once_another_was_paid_back_and_lets_it_wait_before(
    office: FeedbackOffice,
) -> None:
    books = office.books
    given_parts(books)
    office.answer(Batch(100, journals=[(10, PARTS[:1])]), {5: ERROR})
    assert all_findings(books.database, NOW, ("EJV-RELEASED",)) == {}

    office.answer(Batch(100, journals=[(10, PARTS[1:])]), name="FEEDBACK.F3535.20261119214512")

    [finding] = all_findings(books.database, NOW, ("EJV-RELEASED",)).values()
    assert finding[0] == "paid back by hand unless CGI did so, then REFUND_PROCESSED"


def test_a_part_held_beside_an_open_one_is_set_free_with_that_by_a_rebuild(office: FeedbackOffice) -> None:
    given_parts(office.books)
    batch = Batch(100, journals=[(10, PARTS)])
    office.sent(batch, "INBOX.F3535.20261118040107")
    office.answer(Batch(100, journals=[(10, PARTS[:1])]), {5: ERROR})

    office.run(rebuild=100, reason="ticket 4711", at=datetime(2026, 11, 25, 18, tzinfo=UTC))

    assert office.books.rows("SELECT status FROM refunds_partial") == [("REFUND_REQUESTED",)] * 2


SENT_AGAIN = "FEEDBACK.F3535.20261119214512"


def given_sent_again(books: EjvBooks) -> None:
    """Part 55 was set back by hand while batch 100 had it, and went out once more in batch 101."""
    given_parts(books)
    books.change("DELETE FROM ejv_links WHERE link_id = 56")
    books.change("UPDATE refunds_partial SET status = 'REFUND_REQUESTED' WHERE id = 56")
    books.batch(101, name="INBOX.F3535.20261119040107")
    books.journal(101, 11, [("partial_refund", 55)])


@pytest.mark.parametrize(("code", "settled"), [({}, "REFUND_PROCESSED"), ({5: ERROR}, "REFUND_REQUESTED")])
def test_a_part_refused_in_a_newer_batch_is_left_to_the_answer_of_the_older_one(
    code: dict[int | str, str], settled: str, office: FeedbackOffice
) -> None:
    books = office.books
    given_sent_again(books)
    state = "SELECT status FROM refunds_partial WHERE id = 55"

    newer = office.answer(Batch(101, journals=[(11, PARTS[:1])]), {5: ERROR}, name=SENT_AGAIN)
    assert books.one(state) == "REFUND_PROCESSING"
    assert "Do not pay it back by hand" in newer.rejects[0].detail
    assert all_findings(books.database, NOW, ("EJV-RELEASED",)) == {}

    office.answer(Batch(100, journals=[(10, PARTS[:1])]), code)
    assert books.one(state) == settled


def test_a_refused_part_is_paid_by_hand_once_the_older_batch_that_has_it_refused_it_too(
    office: FeedbackOffice,
) -> None:
    books = office.books
    given_sent_again(books)
    books.change("UPDATE refunds_partial SET status = 'REFUND_PROCESSED' WHERE id = 56")

    newer = office.answer(Batch(101, journals=[(11, PARTS[:1])]), {5: ERROR}, name=SENT_AGAIN)
    older = office.answer(Batch(100, journals=[(10, PARTS[:1])]), {5: ERROR})

    assert ["The pay team has" in one.detail for one in newer.rejects] == [False]
    assert [one.reason for one in older.rejects if "The pay team has" in one.detail] == ["paid in part"]
    assert books.one("SELECT status FROM refunds_partial WHERE id = 55") == "REFUND_PROCESSING"


def given_accepted_before(books: EjvBooks) -> None:
    """Batch 100 paid part 55 back, and EJV_PAYMENT sent it again with part 56 in batch 101."""
    given_sent_again(books)
    books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE ejv_header_id = 10")
    books.change("UPDATE refunds_partial SET status = 'REFUND_PROCESSING'")
    books.change("UPDATE refunds_partial SET gl_posted = :day WHERE id = 55", day=BEFORE)
    books.add("ejv_links", ejv_header_id=11, link_type="partial_refund", link_id=56)


def test_a_part_that_is_paid_back_in_a_second_batch_is_reported_and_keeps_its_day(office: FeedbackOffice) -> None:
    given_accepted_before(office.books)

    outcome = office.answer(Batch(101, journals=[(11, PARTS)]))

    assert [(one.reason, "1001-PR-55" in one.detail) for one in outcome.rejects] == [("moved a second time", True)]
    assert "paid back a second time" in outcome.rejects[0].detail
    assert office.books.rows("SELECT status, gl_posted FROM refunds_partial ORDER BY id") == [
        ("REFUND_PROCESSED", BEFORE), ("REFUND_PROCESSED", DAY),
    ]  # fmt: skip


def test_a_part_that_was_paid_back_stays_so_where_a_second_batch_is_refused(office: FeedbackOffice) -> None:
    given_accepted_before(office.books)

    outcome = office.answer(Batch(101, journals=[(11, PARTS)]), {"JH": "2001 NO"})

    assert office.books.rows("SELECT status, gl_posted FROM refunds_partial ORDER BY id") == [
        ("REFUND_PROCESSED", BEFORE), ("REFUND_PROCESSING", None),
    ]  # fmt: skip
    paid, due = [one.detail for one in outcome.rejects]
    assert "It was REFUND_PROCESSED before and stays so" in paid
    assert "The pay team has this part paid back by hand" in due


def test_a_held_part_is_named_for_the_pay_team_by_the_file_that_accepts_another(office: FeedbackOffice) -> None:
    given_parts(office.books)
    office.answer(Batch(100, journals=[(10, PARTS[:1])]), {5: ERROR})

    outcome = office.answer(Batch(100, journals=[(10, PARTS[1:])]), name=SENT_AGAIN)

    [told] = outcome.rejects
    assert (told.reason, str(told.amount)) == ("paid in part", "5.00")
    assert told.detail.startswith("1001-PR-55, 5.00 CAD: it was refused or voided before, and stays REFUND_PROCESSING")
    assert "The pay team has this part paid back by hand" in told.detail


def test_a_part_that_is_at_cgi_again_is_not_named_for_the_pay_team(office: FeedbackOffice) -> None:
    books = office.books
    given_sent_again(books)
    books.journal(100, 12, [("partial_refund", 56)])
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE ejv_header_id = 10")

    outcome = office.answer(Batch(100, journals=[(12, PARTS[1:])]))

    assert books.rows("SELECT id, status FROM refunds_partial ORDER BY id") == [
        (55, "REFUND_PROCESSING"), (56, "REFUND_PROCESSED"),
    ]  # fmt: skip
    assert outcome.rejects == []


def test_a_partner_share_of_a_part_that_was_refused_says_not_that_the_part_was(office: FeedbackOffice) -> None:
    """It is not at CGI, and nobody refused it."""
    books = office.books
    given_parts(books)
    books.partial_refund(57, 1001, "5.00")
    books.batch(99, "DISBURSEMENT", "INBOX.F3535.20261117040107")
    books.journal(99, 9, [("partial_refund", 57)], partner_code="VS")
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE link_id = 57")

    office.answer(Batch(100, journals=[(10, PARTS)]), {"JH": "2001 NO"})

    assert books.rows("SELECT id, status FROM refunds_partial ORDER BY id") == [
        (55, "REFUND_REQUESTED"), (56, "REFUND_REQUESTED"), (57, "REFUND_PROCESSING"),
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["REFUNDED", "CREDITED", "CANCELLED"])
def test_a_partial_refund_of_what_was_given_up_is_booked_and_reported(status: str, office: FeedbackOffice) -> None:
    books = office.books
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00", status)
    books.partial_refund(55, 1001, "5.00")
    books.journal(100, 10, [("partial_refund", 55)], payment_account_id=account)
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001-PR-55", "5.00", is_reversal=True)])]))
    assert reasons(outcome) == ["moved though given up"]
    assert books.one("SELECT status, gl_posted FROM refunds_partial") == ("REFUND_PROCESSED", DAY)


def given_disbursement(books: EjvBooks, status: str, **invoice: Any) -> None:
    account = books.account()
    books.batch(100, "DISBURSEMENT")
    books.invoice(account, 1001, "30.00", status, **invoice)
    books.journal(100, 10, [("invoice", 1001)], partner_code="VS")


@pytest.mark.parametrize("is_reversal", [False, True])
def test_what_was_disbursed_or_reversed_before_keeps_its_date_and_is_reported(
    is_reversal: bool, office: FeedbackOffice
) -> None:
    column = "disbursement_reversal_date" if is_reversal else "disbursement_date"
    before = "REVERSED" if is_reversal else "COMPLETED"
    given_disbursement(office.books, "PAID", disbursement_status_code=before, **{column: BEFORE})
    outcome = office.answer(REVERSAL if is_reversal else CHARGE)
    assert reasons(outcome) == ["moved a second time"]
    assert office.books.one(f"SELECT disbursement_status_code, {column} FROM invoices") == (before, BEFORE)


@pytest.mark.parametrize("before", ["COMPLETED", "REVERSED"])
def test_a_partner_row_that_was_answered_before_keeps_its_date_and_is_reported(
    before: str, office: FeedbackOffice
) -> None:
    books = office.books
    given_disbursement(books, "PAID")
    row = books.add("partner_disbursements", amount="30.00", partner_code="VS", target_id=1001, target_type="invoice",
                    status_code=before, is_reversal=before == "REVERSED", feedback_on=BEFORE)  # fmt: skip
    pair = JournalPair(f"1001-{row}", "30.00", is_reversal=before == "REVERSED")
    outcome = office.answer(Batch(100, journals=[(10, [pair])]))
    assert reasons(outcome) == ["moved a second time"]
    assert books.one("SELECT status_code, feedback_on FROM partner_disbursements") == (before, BEFORE)
    assert books.one("SELECT disbursement_status_code FROM invoices") is None


@pytest.mark.parametrize(
    ("status", "is_reversal", "reason"),
    [("CANCELLED", False, "moved though given up"), ("PAID", True, "taken back from the partner though paid")],
)
def test_a_disbursement_that_fits_no_invoice_any_more_is_booked_and_reported(
    status: str, is_reversal: bool, reason: str, office: FeedbackOffice
) -> None:
    given_disbursement(office.books, status, disbursement_status_code="UPLOADED")
    outcome = office.answer(REVERSAL if is_reversal else CHARGE)
    assert reasons(outcome) == [reason]
    found = office.books.one("SELECT disbursement_status_code FROM invoices")
    assert found == ("REVERSED" if is_reversal else "COMPLETED")


def test_lines_that_go_the_other_way_than_the_partner_row_are_reported(office: FeedbackOffice) -> None:
    books = office.books
    given_disbursement(books, "PAID")
    row = books.add("partner_disbursements", amount="30.00", partner_code="VS", target_id=1001, target_type="invoice",
                    is_reversal=True)  # fmt: skip
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair(f"1001-{row}", "30.00")])]))
    assert reasons(outcome) == ["moved the other way"]
    assert books.one("SELECT status_code FROM partner_disbursements") == "REVERSED"


@pytest.mark.parametrize(
    ("refused", "disbursement", "rows"),
    [
        ("share", ("REVERSED", None, DAY), [("ERRORED",), ("REVERSED",)]),
        ("return", ("ERRORED", None, None), [("COMPLETED",), ("ERRORED",)]),
        ("", ("REVERSED", None, DAY), [("COMPLETED",), ("REVERSED",)]),
    ],
)
def test_of_a_share_and_its_return_in_one_batch_the_return_says_where_the_invoice_stands(
    refused: str, disbursement: object, rows: object, office: FeedbackOffice
) -> None:
    books = office.books
    given_disbursement(books, "REFUNDED", disbursement_status_code="UPLOADED")
    share, given_back = (
        books.add("partner_disbursements", amount="30.00", partner_code="VS", target_id=1001, target_type="invoice",
                  is_reversal=is_reversal, status_code="UPLOADED")
        for is_reversal in (False, True)
    )  # fmt: skip
    pairs = [JournalPair(f"1001-{share}", "30.00"), JournalPair(f"1001-{given_back}", "30.00", is_reversal=True)]
    rows_of: dict[str, int] = {"share": share, "return": given_back}
    codes: dict[int | str, str] = {f"1001-{rows_of[refused]}": ERROR} if refused else {}
    office.answer(Batch(100, journals=[(10, pairs)]), codes)
    assert (
        books.one("SELECT disbursement_status_code, disbursement_date, disbursement_reversal_date FROM invoices")
        == disbursement
    )
    assert books.rows("SELECT status_code FROM partner_disbursements ORDER BY id") == rows


def test_a_disbursement_without_a_readable_date_takes_the_day_of_the_run(office: FeedbackOffice) -> None:
    books = office.books
    given_disbursement(books, "PAID")
    row = books.add("partner_disbursements", amount="30.00", partner_code="VS", target_id=1001, target_type="invoice")
    content = Batch(100, journals=[(10, [JournalPair(f"1001-{row}", "30.00")])]).feedback()
    outcome = office.apply(content.replace(b"20261118", b"00000000"))
    assert reasons(outcome) == ["no effective date"]
    assert books.one("SELECT disbursement_status_code, disbursement_date FROM invoices") == ("COMPLETED", DAY)
    assert books.one("SELECT feedback_on FROM partner_disbursements") == DAY


@pytest.mark.parametrize("codes", [{2: "9001 BAD BATCH"}, {3: "2001 BAD JOURNAL"}, {4: ERROR}])
def test_a_refusal_of_what_another_batch_settled_sets_nothing_free(
    codes: dict[int | str, str], office: FeedbackOffice
) -> None:
    """Set free, it would be disbursed or refunded again."""
    books = office.books
    given_disbursement(books, "PAID", disbursement_status_code="COMPLETED", disbursement_date=BEFORE)
    books.invoice(books.account(), 1002, "30.00", "PAID", disbursement_status_code="UPLOADED")
    row = books.add("partner_disbursements", amount="30.00", partner_code="VS", target_id=1002, target_type="invoice",
                    status_code="COMPLETED")  # fmt: skip
    books.add("ejv_links", ejv_header_id=10, link_type="invoice", link_id=1002)
    pairs = [JournalPair("1001", "30.00"), JournalPair(f"1002-{row}", "30.00")]
    office.answer(Batch(100, journals=[(10, pairs)]), {**codes, **({6: ERROR} if 4 in codes else {})})
    assert books.one("SELECT status_code FROM partner_disbursements") == "COMPLETED"
    assert books.rows("SELECT disbursement_status_code FROM invoices ORDER BY id") == [("COMPLETED",), ("UPLOADED",)]


@pytest.mark.parametrize("codes", [{2: "9001 BAD BATCH"}, {4: ERROR}])
def test_a_refusal_of_a_partial_refund_that_went_out_before_sets_nothing_free(
    codes: dict[int | str, str], office: FeedbackOffice
) -> None:
    books = office.books
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00", "PAID")
    books.partial_refund(55, 1001, "5.00", "REFUND_PROCESSED")
    books.journal(100, 10, [("partial_refund", 55)], payment_account_id=account)
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001-PR-55", "5.00", is_reversal=True)])]), codes)
    assert books.one("SELECT status FROM refunds_partial") == "REFUND_PROCESSED"
    assert "It was REFUND_PROCESSED before and stays so" in outcome.rejects[-1].detail
