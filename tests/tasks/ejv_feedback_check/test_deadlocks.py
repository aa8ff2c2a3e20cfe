"""A batch whose transaction the database ended, so that another one could go on, is applied once more from its start.

A trigger ends it as PostgreSQL does: with the same code, in the middle of the batch.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

_DEADLOCK = """
CREATE SEQUENCE public.deadlocks;
CREATE FUNCTION public.deadlock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('public.deadlocks') <= TG_ARGV[0]::integer THEN
        RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
    END IF;
    RETURN NULL;
END $$"""
_TRIGGER = (
    "CREATE TRIGGER deadlocks AFTER UPDATE ON ejv_links FOR EACH STATEMENT EXECUTE FUNCTION public.deadlock({times})"
)


@pytest.fixture
def sent(office: FeedbackOffice) -> Iterator[FeedbackOffice]:
    """One batch with one invoice, in a database that can end transactions."""
    books: EjvBooks = office.books
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00")
    books.journal(100, 10, [("invoice", 1001)], payment_account_id=account)
    books.change(_DEADLOCK)
    yield office
    books.change("DROP FUNCTION public.deadlock CASCADE")
    books.change("DROP SEQUENCE public.deadlocks")


BATCH = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])


def test_after_one_deadlock_the_batch_is_applied_whole_and_once(sent: FeedbackOffice) -> None:
    sent.books.change(_TRIGGER.format(times=1))

    outcome = sent.answer(BATCH)

    assert (outcome.exit_code, outcome.counts["batches_applied"]) == (0, 1)
    assert sent.books.rows("SELECT invoice_status_code, paid FROM invoices") == [("PAID", 30)]
    assert sent.books.one("SELECT count(*) FROM receipts") == 1
    assert sent.books.one("SELECT count(*) FROM pay_jobs.feedback_lines") == len(BATCH.bodies()) + 3


def test_a_second_deadlock_leaves_the_batch_to_the_next_run(sent: FeedbackOffice) -> None:
    sent.books.change(_TRIGGER.format(times=2))
    with pytest.raises(DBAPIError, match="deadlock detected"):
        sent.answer(BATCH)
    assert sent.books.rows("SELECT invoice_status_code FROM invoices") == [("APPROVED",)]
