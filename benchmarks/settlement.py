"""PAD_RECONCILE: a file of PADP rows that match, from SFTP to committed, beside its floor.

The floor is COPY of the same rows into a temporary table, and the updates and inserts of the same pay rows typed by
hand as sets, on the same data.
"""

import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from benchmarks.harness import Figure, maintain, median, run_job, show
from sandbox import cfs_part, object_store, postgres, sftp_server
from sandbox.up import prepare_pay_database, upgrade

NAME = "BCR_PAYMENT_APPL_20261105.csv"
ACCOUNTS = 2_000
HEADER = (
    "Record type,Source Transaction Type,Source Transaction Number,Application Id,Application Date,Application amount,"
    "Customer Account,Target transaction type,Target transaction Number,Target Transaction Original amount,"
    "Target Transaction Outstanding Amount,Target transaction status,Reversal Reason code,"
    "Reversal reason description\r\n"
)
_ACCOUNTS_SQL = """
INSERT INTO payment_accounts (id, auth_account_id, payment_method)
SELECT n, n::text, 'PAD' FROM generate_series(1, {0}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT n, n, (500000 + n)::text, (800000 + n)::text, (900000 + n)::text, 'ACTIVE', 'PAD' FROM generate_series(1, {0}) n
"""
_INVOICES_SQL = """
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, cfs_account_id, corp_type_code)
SELECT n, 'x', timestamp '2026-11-04 20:00', 'APPROVED', 31.50, 0, 'PAD', n % {1} + 1, n % {1} + 1, 'BCR'
  FROM generate_series(1, {0}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, created_on)
SELECT n, 'REG' || lpad(n::text, 8, '0'), n::text, 'ACTIVE', timestamp '2026-11-05 03:00'
  FROM generate_series(1, {0}) n
"""
# Sixty files of this size are usual here: the fuse weighs the file against them, and lets it pass.
_KNOWN_SQL = """
WITH known AS (
       INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)
       SELECT 'CAS', 'known ' || n, md5(n::text) || md5(n::text), 1, 'applied', now() FROM generate_series(1, 60) n
    RETURNING id
     )
INSERT INTO pay_jobs.settlement_figures SELECT id, true, {0}, {0} * 31.50, 0, 0, 0, 0, 0 FROM known
"""
_FLOOR = (
    """
CREATE TEMPORARY TABLE file_rows (record_type text, source_type text, source_number text, application_id integer,
       application_date date, amount numeric(19,2), customer_account text, target_type text, target_number text,
       original_amount numeric(19,2), outstanding_amount numeric(19,2), status text, reason_code text, reason text)
       ON COMMIT DROP
""",
    """
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
SELECT file_rows.*, reference.id AS reference_id, invoice.id AS invoice_id, invoice.total, invoice.payment_account_id
  FROM file_rows
  JOIN invoice_references AS reference ON reference.invoice_number = file_rows.target_number
   AND reference.status_code = 'ACTIVE'
  JOIN invoices AS invoice ON invoice.id = reference.invoice_id
""",
    "INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)"
    " SELECT invoice_id, source_number, application_date, amount FROM found",
    "UPDATE invoice_references AS reference SET status_code = 'COMPLETED'"
    " FROM found WHERE reference.id = found.reference_id",
    "UPDATE invoices AS invoice"
    " SET invoice_status_code = 'PAID', payment_date = found.application_date, paid = found.total"
    " FROM found WHERE invoice.id = found.invoice_id",
    "INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date,"
    " invoice_number, payment_account_id, invoice_amount, receipt_number)"
    " SELECT 'PAYBC', 'PAD', 'COMPLETED', amount, application_date, target_number, payment_account_id, original_amount,"
    " source_number FROM found",
)


def measure(rows: int, runs: int) -> float:
    """Measure a file of so many rows, and return the median seconds of the job."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = postgres.start(home / "postgres")
        parts = [part.start(home) for part in (sftp_server, object_store, cfs_part)]
        try:
            environment = {"PUBSUB_PUBLISH_URL": (home / "events").as_uri(), "SFTP_SETTLE_SECONDS": "0"}
            for part in parts:
                environment |= part.environment()
            return _measure(server, home, environment, rows, runs)
        finally:
            for part in parts:
                part.stop()
            server.stop()


def _measure(server: object, home: Path, environment: dict[str, str], rows: int, runs: int) -> float:
    template = postgres.create_database(server, "template_pay")
    prepare_pay_database(template, None)
    upgrade(template)
    maintain(
        template, _ACCOUNTS_SQL.format(ACCOUNTS), _INVOICES_SQL.format(rows, ACCOUNTS), _KNOWN_SQL.format(rows),
        "VACUUM ANALYZE", "CHECKPOINT",
    )  # fmt: skip
    sftp = sftp_server.find_running(home)
    assert sftp is not None
    floors, jobs = [], []
    for run in range(runs):
        address = postgres.create_database(server, f"floor_{run}", template="template_pay")
        floors.append(_floor(address, rows))
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE floor_{run}", "CHECKPOINT")
        address = postgres.create_database(server, f"job_{run}", template="template_pay")
        with (sftp.root("cas") / "upload" / NAME).open("w", newline="") as file:
            file.writelines(_lines(rows))
        jobs.append(run_job(("PAD_RECONCILE",), {**environment, "DATABASE_URL": address, "LOG_LEVEL": "WARNING"}))
        assert jobs[-1].result["counts"]["rows_applied"] == rows, jobs[-1].result
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE job_{run}", "CHECKPOINT")
    floor, wall = median(floors), median([job.wall for job in jobs])
    peak = max(job.peak_mb for job in jobs)
    show(
        f"PAD_RECONCILE, a file of {rows:,} PADP rows",
        [
            Figure("floor: COPY and plain sets", f"{floor:.2f} s"),
            Figure("SFTP to committed, whole process", f"{wall:.2f} s, {wall / floor:.2f} x floor", "2 x floor + 2 s",
                   wall <= 2 * floor + 2),
            Figure("rows a second", f"{rows / wall:,.0f}"),
            Figure("peak memory", f"{peak:.0f} MB", "200 MB", peak <= 200),
        ],
    )  # fmt: skip
    return wall


def _floor(address: str, rows: int) -> float:
    connection = psycopg2.connect(address, options="-c timezone=UTC")
    text = "".join(_lines(rows))
    try:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(_FLOOR[0])
            cursor.copy_expert("COPY file_rows FROM STDIN (FORMAT csv, HEADER)", io.StringIO(text), size=1 << 16)
            cursor.execute("ANALYZE file_rows")
            for statement in _FLOOR[1:]:
                cursor.execute(statement)
            connection.commit()
            return time.perf_counter() - began
    finally:
        connection.close()


def _lines(rows: int) -> Iterator[str]:
    yield HEADER
    for n in range(1, rows + 1):
        yield (
            f"PADP,BCR-PAD Daily,PADRC{n:08d},{n},05-Nov-26,31.50,{800000 + n % ACCOUNTS + 1},"
            f"INV,REG{n:08d},31.50,0.00,Fully PAID,,\r\n"
        )
