"""The pay tables belong to other services, which go on while a file is applied."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import text

from jobs.run.outcome import Outcome
from tests.settlement_factory import SettlementBooks, example, fill_example, settlement_csv
from tests.waiting import wait_until

WAITING = text(
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.mark.parametrize("rows", [(1,), (2, 3)], ids=["PAD", "credit memo and PAD"])
def test_a_number_that_is_cancelled_while_the_file_waits_for_it_is_rejected_as_if_it_had_been_before(
    rows: tuple[int, ...], books: SettlementBooks
) -> None:
    fill_example(books)
    number = example(*rows)[-1][8]
    before = books.dump("pay_jobs.inbound_files", "pay_jobs.settlement_rows", "invoice_references", "cas_settlements")

    with ThreadPoolExecutor() as pool:
        outcome = _cancel_while_the_job_waits(books, pool, rows, number).result()

    assert outcome.counts["rows_rejected"] == len(rows)
    assert ("no_invoice",) in books.rows("SELECT rule FROM pay_jobs.settlement_rows")
    assert books.references() == [
        (invoice, known, "CANCELLED" if known == number else status) for invoice, known, status in books.references()
    ]
    left_out = ("pay_jobs.inbound_files", "pay_jobs.settlement_rows", "invoice_references", "cas_settlements")
    assert books.dump(*left_out) == before


def _cancel_while_the_job_waits(
    books: SettlementBooks, pool: ThreadPoolExecutor, rows: tuple[int, ...], number: str
) -> "Future[Outcome]":
    """Hold the invoices of a number until the job waits for them, and let go with its references cancelled."""
    with books.database.begin() as session:
        session.execute(
            text(
                "SELECT FROM invoices WHERE id IN (SELECT invoice_id FROM invoice_references"
                " WHERE invoice_number = :number) FOR UPDATE"
            ),
            {"number": number},
        )
        applying = pool.submit(books.apply, *example(*rows), content=settlement_csv(example(*rows)))

        def waits() -> bool:
            assert not applying.done()
            session.execute(text("SELECT pg_stat_clear_snapshot()"))
            return bool(session.scalar(WAITING))

        wait_until(waits, "the job waits for the invoices")
        session.execute(
            text("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_number = :number"),
            {"number": number},
        )
    return applying
