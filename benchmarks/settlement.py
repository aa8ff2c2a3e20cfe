"""PAD_RECONCILE: a file of PADP rows that match, from SFTP to committed, beside its floor.

The floor is COPY of the same rows into a temporary table, and the updates and inserts of the same pay rows typed by
hand as sets, on the same data.
"""

import io
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
from pydantic import SecretStr
from sqlalchemy import text

from benchmarks.harness import Figure, maintain, median, run_job, running_parts, script, show
from benchmarks.points import MeasuredPoint, keep
from config.settings import DatabaseSettings
from connectors.formats.settlement import read_settlement
from connectors.inbound.ledger import find_by_name
from database.engine import Database, make_engine
from sandbox import cfs_part, object_store, postgres, sftp_server
from sandbox.up import prepare_pay_database, upgrade
from tasks.pad_reconcile.effects import SettlementEffects
from tasks.pad_reconcile.file_queue import SOURCE
from tasks.pad_reconcile.staging import create_tables, stage
from tasks.pad_reconcile.weigh_file import weigh_file

DAY = date(2026, 11, 5)
NAME = f"BCR_PAYMENT_APPL_{DAY:%Y%m%d}.csv"
ACCOUNTS = 2_000
PARTS = (sftp_server, object_store, cfs_part)
HEADER = (
    "Record type,Source Transaction Type,Source Transaction Number,Application Id,Application Date,Application amount,"
    "Customer Account,Target transaction type,Target transaction Number,Target Transaction Original amount,"
    "Target Transaction Outstanding Amount,Target transaction status,Reversal Reason code,"
    "Reversal reason description\r\n"
)


def measure(rows: int, runs: int) -> float:
    """Measure a file of so many rows, and return the median seconds of the job."""
    with running_parts(*PARTS) as (server, home, environment):
        return _measure(server, home, environment, rows, runs)


def add_books(address: str, rows: int, after: int = 0) -> None:
    """Add the invoices of such a file, with ids beyond `after`, and sixty files of its size that came before."""
    books = script("settlement_books", rows=rows, accounts=ACCOUNTS, after=after)
    maintain(address, books, script("settlement_usual", rows=rows))


def deliver(home: Path, rows: int) -> None:
    """Put a file of so many rows where CAS does."""
    sftp = sftp_server.find_running(home)
    assert sftp is not None
    with (sftp.root("cas") / "upload" / NAME).open("w", newline="") as file:
        file.writelines(_lines(rows))


def _measure(server: Any, home: Path, environment: dict[str, str], rows: int, runs: int) -> float:
    template = postgres.create_database(server, "template_pay")
    prepare_pay_database(template, None)
    upgrade(template)
    add_books(template, rows)
    maintain(template, "VACUUM ANALYZE", "CHECKPOINT")
    floors, jobs, fuses = [], [], []
    for run in range(runs):
        address = postgres.create_database(server, f"floor_{run}", template="template_pay")
        floors.append(_floor(address, rows))
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE floor_{run}", "CHECKPOINT")
        address = postgres.create_database(server, f"job_{run}", template="template_pay")
        deliver(home, rows)
        jobs.append(run_job(("PAD_RECONCILE",), {**environment, "DATABASE_URL": address, "LOG_LEVEL": "WARNING"}))
        assert jobs[-1].result["counts"]["rows_applied"] == rows, jobs[-1].result
        fuses.append(_fuse(address, rows))
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE job_{run}", "CHECKPOINT")
    floor, wall = median(floors), median([job.wall for job in jobs])
    peak = max(job.peak_mb for job in jobs)
    keep(MeasuredPoint("PAD_RECONCILE", rows, wall, floor))
    show(
        f"PAD_RECONCILE, a file of {rows:,} PADP rows",
        [
            Figure("floor: COPY and plain sets", f"{floor:.2f} s"),
            Figure("SFTP to committed, whole process", f"{wall:.2f} s, {wall / floor:.2f} x floor", "2 x floor + 2 s",
                   wall <= 2 * floor + 2),
            Figure("of it the fuse", f"{median(fuses):.2f} s", "0.3 s", median(fuses) <= 0.3),
            Figure("rows a second", f"{rows / wall:,.0f}"),
            Figure("peak memory", f"{peak:.0f} MB", "200 MB", peak <= 200),
        ],
    )  # fmt: skip
    return wall


def _fuse(address: str, rows: int) -> float:
    """Return the seconds that weighing the file takes, once its rows are in the work table."""
    settings = DatabaseSettings(url=SecretStr(address))
    database = Database(make_engine(settings, application_name="benchmark"))
    try:
        with database.begin() as session:
            [file] = find_by_name(session, SOURCE, NAME)
            session.execute(text("DELETE FROM pay_jobs.settlement_figures WHERE file_id = :id"), {"id": file.id})
            create_tables(session)
            lines = (line.encode() for line in _lines(rows))
            read = read_settlement(lines, source=NAME, day=DAY)
            totals = stage(session, file.id, read, run_id=None)
            effects = SettlementEffects.before_any(session)
            began = time.perf_counter()
            verdict = weigh_file(session, file, totals, effects, today=DAY, released=frozenset())
            seconds = time.perf_counter() - began
            assert not verdict.beyond, verdict.reason
            session.rollback()
            return seconds
    finally:
        database.engine.dispose()


def _floor(address: str, rows: int) -> float:
    connection = psycopg2.connect(address, options="-c timezone=UTC")
    text = "".join(_lines(rows))
    try:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(script("settlement_table"))
            cursor.copy_expert("COPY file_rows FROM STDIN (FORMAT csv, HEADER)", io.StringIO(text), size=1 << 16)
            cursor.execute("ANALYZE file_rows")
            cursor.execute(script("settlement_floor"))
            connection.commit()
            return time.perf_counter() - began
    finally:
        connection.close()


def _lines(rows: int) -> Iterator[str]:
    yield HEADER
    for n in range(1, rows + 1):
        yield (
            f"PADP,BCR-PAD Daily,PADRC{n:08d},{n},05-Nov-26,31.50,{800000 + n % ACCOUNTS + 1},"
            f"INV,REG{50_000_000 + n},31.50,0.00,Fully PAID,,\r\n"
        )
