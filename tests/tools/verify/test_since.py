"""What verify says of the rows since a day is what it says of all rows, from that day on."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text

from config.business_time import business_date, day_start, naive_utc
from connectors.inbound.holds import HoldKind
from tests.pay_database import PayDatabase
from tests.settlement_factory import Line, SettlementBooks, on_account
from tests.tools.verify.worked import WorkedDatabases
from tools.verify.arguments import Arguments
from tools.verify.catalogue import CATALOGUE
from tools.verify.task import asked_values, bounds, findings, snapshot, sql

# Each breaks what the jobs wrote in every second row, in another way.
HARMS = (
    "UPDATE receipts SET receipt_amount = receipt_amount + 1 WHERE id % 2 = 0",
    "UPDATE payments SET paid_amount = paid_amount + 1 WHERE id % 2 = 1",
    "UPDATE payments SET invoice_amount = invoice_amount + 1 WHERE id % 4 = 0",
    "UPDATE payment_line_items SET total = total + 1 WHERE invoice_id % 2 = 0",
    "UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id % 3 = 0",
    "UPDATE invoices SET payment_date = payment_date - interval '9 days' WHERE id % 3 = 1",
    "UPDATE invoices SET paid = paid + 1 WHERE id % 5 = 0",
    "UPDATE ejv_files SET disbursement_status_code = 'UPLOADED' WHERE id % 2 = 0",
    "UPDATE ejv_headers SET disbursement_status_code = 'UPLOADED' WHERE id % 2 = 1",
    "UPDATE ejv_links SET disbursement_status_code = 'UPLOADED' WHERE id % 3 = 0",
    "UPDATE routing_slips SET remaining_amount = remaining_amount + 1, total = total + 2",
    "UPDATE statements SET from_date = from_date - 1 WHERE id % 3 = 0",
    "DELETE FROM statement_invoices WHERE id % 2 = 0",
    "DELETE FROM refunds",
    "DELETE FROM cas_settlements",
    "DELETE FROM pay_jobs.settlement_rows WHERE line % 5 = 0",
)


@pytest.fixture(scope="module")
def harmed(worked: WorkedDatabases) -> Iterator[Connection]:
    """A pay database in which every second row of each kind is wrong, for as long as the connection is open."""
    engine = create_engine(worked.after.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as session:
        for harm in HARMS:
            session.execute(text(harm))
        yield session
        session.rollback()
    engine.dispose()


def test_rows_since_a_day_are_told_as_they_are_among_all(harmed: Connection) -> None:
    now = datetime.now(UTC)
    today = business_date(now)
    ever = asked_values(harmed, Arguments(), now=naive_utc(now), today=today)
    told = set()
    for invariant in CATALOGUE:
        rows = list(findings(harmed, invariant, ever))
        days = [day for day in harmed.scalars(text(f"SELECT day FROM ({sql[invariant.name].text}) AS of"), ever) if day]
        for since in {business_date(day.replace(tzinfo=UTC)) for day in sorted(days)[:: max(1, len(days) // 3)]}:
            values = ever | bounds(harmed, since) | {"recorded_since": since - timedelta(days=62)}
            assert [one.row for one in findings(harmed, invariant, values)] == [
                one.row for one in rows[: sum(day >= day_start(since) for day in days)]
            ], (invariant.code, since)
            told.add(invariant.code)

    assert len(told) > 25


def test_a_bank_receipt_is_added_up_over_a_file_that_was_written_on_after_the_day(database: PayDatabase) -> None:
    books = SettlementBooks(database)
    books.invoice(books.account("800104", "ONLINE_BANKING"), "REG1", "70.00", method="ONLINE_BANKING")
    rows = [
        Line("BOLP", "OB1", "70.00", "800104", "REG1", day="26-Nov-26"),
        on_account("OB1", "800104", "30.00", record="BOLP", day="26-Nov-26"),
    ]
    books.apply(rows[0])
    books.now += timedelta(days=5)
    books.apply(*rows, released=frozenset(HoldKind))
    today = business_date(books.now)

    def found() -> list[str]:
        with snapshot(database) as session:
            arguments = Arguments(since=date(2026, 11, 25))
            values = asked_values(session, arguments, now=naive_utc(books.now), today=today)
            (invariant,) = [one for one in CATALOGUE if one.code == "FILE-PAYMENT"]
            return [one.expected for one in findings(session, invariant, values)]

    assert found() == []
    books.change("UPDATE payments SET paid_amount = 30")
    assert found() == ["COMPLETED, 100.00 of 0 on 2026-11-26"]
