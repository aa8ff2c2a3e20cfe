"""What feedback changes in partial refunds and distribution codes stands in their histories as it was."""

from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

INBOX = "INBOX.F3535.20261118040107"
REFUSED: dict[int | str, str] = {4: "3001 NO SUCH GL", 5: "3001 NO SUCH GL"}
CODES = (
    "SELECT distribution_code_id, stop_ejv, version, updated_by FROM {} WHERE created_by = 'test' ORDER BY 1, version"
)
REFUNDS = "SELECT status, gl_error, version, updated_by FROM {} ORDER BY version"
BATCH = Batch(100, journals=[(10, [JournalPair("1001-PR-55", "5.00", is_reversal=True)])])
SIGN = "UPDATE {} SET updated_by = 'idir/person', updated_name = 'A Person' WHERE created_by = 'test'"


def given_refund(books: EjvBooks) -> int:
    """A batch with partial refund 55; returns the distribution code of its account. A person changed both last."""
    account = books.account()
    books.batch(100, name=INBOX)
    books.invoice(account, 1001, "40.00", "PAID")
    books.partial_refund(55, 1001, "5.00")
    books.journal(100, 10, [("partial_refund", 55)], payment_account_id=account)
    for table in ("refunds_partial", "distribution_codes"):
        books.change(SIGN.format(table))
    code: int = books.one("SELECT distribution_code_id FROM distribution_codes WHERE created_by = 'test'")
    return code


def test_a_refused_partial_refund_and_the_gl_it_stops_are_kept_as_they_were(office: FeedbackOffice) -> None:
    code = given_refund(office.books)

    office.answer(BATCH, REFUSED)

    rows = office.books.rows
    assert rows(REFUNDS.format("refunds_partial_history")) == [("REFUND_PROCESSING", None, 1, "idir/person")]
    assert rows(REFUNDS.format("refunds_partial")) == [("REFUND_REQUESTED", REFUSED[4], 2, None)]
    assert rows(CODES.format("distribution_codes_history")) == [(code, None, 1, "idir/person")]
    assert rows(CODES.format("distribution_codes")) == [(code, True, 2, None)]


def test_an_accepted_partial_refund_is_kept_as_it_was(office: FeedbackOffice) -> None:
    given_refund(office.books)

    office.answer(BATCH)

    rows = office.books.rows
    assert rows(REFUNDS.format("refunds_partial_history")) == [("REFUND_PROCESSING", None, 1, "idir/person")]
    assert rows(REFUNDS.format("refunds_partial")) == [("REFUND_PROCESSED", None, 2, None)]


def test_a_gl_that_is_stopped_already_makes_no_version(office: FeedbackOffice) -> None:
    code = given_refund(office.books)
    office.books.change("UPDATE distribution_codes SET stop_ejv = true WHERE created_by = 'test'")

    outcome = office.answer(BATCH, REFUSED)

    assert str(code) in str(outcome)
    assert office.books.rows(CODES.format("distribution_codes")) == [(code, True, 1, "idir/person")]
    assert office.books.rows("SELECT FROM distribution_codes_history") == []


def test_unstopping_and_voiding_keep_what_was(office: FeedbackOffice) -> None:
    code = given_refund(office.books)
    office.books.change("UPDATE distribution_codes SET stop_ejv = true WHERE created_by = 'test'")

    office.run(unstop=code, reason="ticket 4711: its GL is right now")
    office.run(rebuild=100, reason="ticket 4711: CGI never got it", skip_wait=True)

    rows = office.books.rows
    assert rows(CODES.format("distribution_codes_history")) == [(code, True, 1, "idir/person")]
    assert rows(CODES.format("distribution_codes")) == [(code, False, 2, None)]
    assert rows(REFUNDS.format("refunds_partial_history")) == [("REFUND_PROCESSING", None, 1, "idir/person")]
    assert rows(REFUNDS.format("refunds_partial")) == [("REFUND_REQUESTED", None, 2, None)]


def test_a_refused_disbursement_of_a_partial_refund_keeps_it_and_the_partners_gl(office: FeedbackOffice) -> None:
    books = office.books
    fee, partner = books.partner_gl()
    account = books.account()
    books.batch(100, "DISBURSEMENT")
    books.invoice(account, 1001, "40.00", "PAID", disbursement_status_code="COMPLETED")
    books.line_item(1001, "40.00", fee)
    books.partial_refund(55, 1001, "5.00", "REFUND_PROCESSED")
    books.journal(100, 10, [("partial_refund", 55)], partner_code="VS")
    for table in ("refunds_partial", "distribution_codes", "invoices"):
        books.change(SIGN.format(table))

    office.answer(Batch(100, "GA", journals=[(10, [JournalPair("1001-PR-55", "5.00", is_reversal=True)])]), REFUSED)

    assert books.rows(REFUNDS.format("refunds_partial_history")) == [("REFUND_PROCESSED", None, 1, "idir/person")]
    assert books.rows(REFUNDS.format("refunds_partial")) == [("REFUND_PROCESSED", REFUSED[4], 2, None)]
    assert books.rows(CODES.format("distribution_codes_history")) == [(partner, None, 1, "idir/person")]
    assert books.rows("SELECT updated_by FROM invoices") == [("idir/person",)]
