"""What the answer to a batch costs the database, in what holds on a busy machine: buffers looked at."""

import pytest

from database.sql import statements
from tests.ejv_factory import Batch, JournalPair
from tests.statement_costs import buffers_looked_at
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

ITEMS = 1_000
JUDGES = ("Lock the journals", "Lock the invoices", "Decide what becomes")
LINES = "Keep every line of the batch"
BATCH = Batch(100, journals=[(10, [JournalPair(str(1000 + n), "31.50") for n in range(1, ITEMS + 1)])])


@pytest.fixture
def sent(office: FeedbackOffice) -> FeedbackOffice:
    """One batch with a thousand invoices."""
    books = office.books
    account = books.account()
    books.batch(100)
    books.journal(100, 10, [], payment_account_id=account)
    books.change(
        "INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code, "
        "payment_account_id, corp_type_code) SELECT 1000 + n, 'x', now(), 'APPROVED', 31.50, 0, 'EJV', "
        f"{account}, 'BCR' FROM generate_series(1, {ITEMS}) AS n"
    )
    books.change(
        "INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code, sequence) "
        f"SELECT 1000 + n, 'invoice', 10, 'UPLOADED', n FROM generate_series(1, {ITEMS}) AS n"
    )
    books.change("ANALYZE")
    return office


def test_judging_and_recording_lines_look_at_few_buffers_an_item(sent: FeedbackOffice) -> None:
    with buffers_looked_at(sent.books.database.engine, (*JUDGES, LINES)) as looked_at:
        outcome = sent.answer(BATCH)

    assert outcome.counts["items_paid"] == ITEMS
    assert set(looked_at) == {*JUDGES, LINES}
    # four each; five where a neighbour of the test keeps the server from seeing that whole pages are visible to all
    assert sum(looked_at[name] for name in JUDGES) <= 6 * ITEMS
    assert looked_at[LINES] <= 7 * ITEMS


def test_verify_looks_at_the_parts_of_an_invoice_only_where_one_is_held(sent: FeedbackOffice) -> None:
    books = sent.books
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED'")
    line = books.line_item(1001, "5.00")
    books.change(
        "INSERT INTO refunds_partial (payment_line_item_id, refund_amount, invoice_id, status, created_by, created_on) "
        f"SELECT {line}, 5, 1000 + n, 'REFUND_PROCESSED', 'x', now() FROM generate_series(1, {ITEMS}) AS n"
    )
    books.change("ANALYZE")

    with buffers_looked_at(books.database.engine, ("A refused link",)) as looked_at, books.database.begin() as session:
        statements("tools.verify").run(session, "refused_item_is_released", first_batch=0)

    assert 0 < looked_at["A refused link"] <= 10 * ITEMS
