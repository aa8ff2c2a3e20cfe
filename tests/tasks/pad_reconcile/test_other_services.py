"""The pay tables belong to other services, which go on while a file is applied."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import text

from connectors.formats.settlement import read_settlement
from database.sql import statements
from jobs.run.outcome import Outcome
from tasks.pad_reconcile.apply_rows import _lock_rows
from tasks.pad_reconcile.staging import StagedKinds, create_tables, stage
from tests.settlement_factory import Line, SettlementBooks, bounce, example, fill_example, settlement_csv
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


def test_a_file_holds_the_rows_that_it_decides_on_and_no_others(books: SettlementBooks) -> None:
    accounts = {number: books.account(f"80010{number}") for number in range(1, 7)}
    profile = books.profile(accounts[1].id, "800199")
    invoices = {number: books.invoice(account, f"REG{number}", "60.00") for number, account in accounts.items()}
    payments = {
        receipt: books.payment(accounts[6], number, receipt, "60.00")
        for number, receipt in (("REG1", "A"), ("REG2", "B"), (None, "OB3"), (None, "E4"), ("REG3", "C"), ("REG5", "D"),
                                ("REG6", "PR2"), ("REG6", "OB5"), ("REG6", "R1"))
    }  # fmt: skip
    lines = [
        bounce("PR1", "800101", "REG1", "60.00"),
        Line("PADP", "PR2", "60.00", "800102", "REG2"),
        Line("BOLP", "OB3", "60.00", "800103", "REG3"),
        Line("EFTP", "E4", "60.00", "800104", "REG4"),
        Line("BOLP", "OB5", "0.00", "800105", "REG5"),
        Line("PADP", "PR5", "60.00", "800105", "REG5", "On Account"),
        Line("ONAC", "R1", "60.00", "800106", "REG6", "On Account", target="RECEIPT"),
    ]

    with books.database.begin() as session, books.database.begin() as other:
        create_tables(session)
        stage(session, 1, read_settlement([settlement_csv(lines)], source="t.csv"), run_id=None)
        _lock_rows(session, StagedKinds.read(session))

        def held(table: str) -> set[int]:
            free = set(other.scalars(text(f"SELECT id FROM {table} FOR UPDATE SKIP LOCKED")))
            return {id_ for (id_,) in books.rows(f"SELECT id FROM {table}")} - free

        assert held("payment_accounts") == {accounts[1].id}
        assert held("cfs_accounts") == {accounts[1].profile, profile}
        assert held("invoices") == {invoices[number] for number in range(1, 5)}
        assert held("invoice_references") == {
            id_ for (id_,) in books.rows("SELECT id FROM invoice_references WHERE invoice_number < 'REG5'")
        }
        assert held("payments") == {payments[receipt] for receipt in ("A", "B", "OB3", "E4")}


def test_the_payment_of_a_bank_receipt_is_held_where_only_its_money_on_account_is_tried_again(
    books: SettlementBooks,
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    on_account = Line("ONAC", "OB1", "30.00", "800105", "OB1", "On Account", target="RECEIPT")
    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), on_account)

    with books.database.begin() as session, books.database.begin() as other:
        create_tables(session)
        file_id = session.execute(text("SELECT id FROM pay_jobs.inbound_files")).scalar_one()
        stage(session, file_id, read_settlement([settlement_csv([["ADJS"], on_account])], source="t.csv"), run_id=None)
        statements("tasks.pad_reconcile").run(session, "keep_applied")
        _lock_rows(session, StagedKinds.read(session))

        assert other.scalars(text("SELECT id FROM payments FOR UPDATE SKIP LOCKED")).all() == []


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
