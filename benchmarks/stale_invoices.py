"""STALE_INVOICE_REPORT: many invoices of which some are stuck, beside the plain SQL that finds them.

The floor is one statement by hand that finds the stuck invoices with their joined evidence, read to its end by a
client, on the same data and in turn with the report.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg2

from benchmarks.harness import ENTRYPOINT, Figure, _PeakMemory, maintain, median, show
from sandbox import postgres
from sandbox.cfs.process import RunningCfs, start_cfs
from sandbox.up import prepare_pay_database, upgrade

FLOOR = Path(__file__).with_name("stale_invoices_floor.sql").read_text(encoding="utf-8")
AT_ONCE = 8
LATENCY = Decimal("0.1")
LOOKUPS = 2_000
ACCOUNTS = 5_000
# Of a hundred invoices: 0-54 PAD (0-29 of the stuck ones were never sent), 55-94 EJV, 95-97 slips, the rest EFT.
_INVOICES_OF = f"""(
SELECT made.n, made.is_stuck, made.m,
       CASE WHEN m % 100 < 55 THEN 'PAD' WHEN m % 100 < 95 THEN 'EJV' WHEN m % 100 < 98 THEN 'INTERNAL' ELSE 'EFT' END
           AS method,
       m % {ACCOUNTS // 4} * 4
           + CASE WHEN m % 100 < 55 THEN 1 WHEN m % 100 < 95 THEN 2 WHEN m % 100 < 98 THEN 3 ELSE 4 END AS account
  FROM (SELECT n, n % {{every}} = 0 AS is_stuck, CASE WHEN n % {{every}} = 0 THEN n / {{every}} ELSE n END AS m
          FROM generate_series(1, {{invoices}}) n) AS made) AS one"""
_ACCOUNTS_SQL = f"""
INSERT INTO payment_accounts (id, auth_account_id, payment_method, billable)
SELECT n, n::text, (ARRAY['PAD', 'EJV', 'INTERNAL', 'EFT'])[(n - 1) % 4 + 1], true
  FROM generate_series(1, {ACCOUNTS}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT n, n, (500000 + n)::text, (800000 + n)::text, (900000 + n)::text, 'ACTIVE',
       (ARRAY['PAD', 'EJV', 'INTERNAL', 'EFT'])[(n - 1) % 4 + 1] FROM generate_series(1, {ACCOUNTS}) n;
INSERT INTO distribution_codes (account_id, client, start_date, stop_ejv, created_by, created_on)
SELECT n, '112', date '2020-01-01', n % 3 = 0, 'x', now() FROM generate_series(2, {ACCOUNTS}, 4) n;
INSERT INTO routing_slips (id, number, payment_account_id, status, total, remaining_amount, created_by, created_on,
                           routing_slip_date)
SELECT n, (206000000 + n)::text, n, 'ACTIVE', 500, 100, 'x', now(), date '2026-01-01'
  FROM generate_series(3, {ACCOUNTS}, 4) n
"""
_INVOICES_SQL = f"""
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, cfs_account_id, corp_type_code, routing_slip)
SELECT n, 'x', timestamp '2026-10-20' - n % 300 * interval '1 day', CASE WHEN is_stuck THEN 'APPROVED' ELSE 'PAID' END,
       31.50, 0, method, account, account, 'BCR', CASE WHEN method = 'INTERNAL' THEN (206000000 + account)::text END
  FROM {_INVOICES_OF};
INSERT INTO invoice_references (invoice_id, invoice_number, status_code, created_on)
SELECT n, 'REG' || lpad(n::text, 8, '0'), CASE WHEN is_stuck THEN 'ACTIVE' ELSE 'COMPLETED' END,
       timestamp '2026-10-20' - n % 300 * interval '1 day'
  FROM {_INVOICES_OF}
 WHERE NOT is_stuck OR m % 100 >= 30 AND m % 100 < 95 AND m % 7 <> 0
"""
_AROUND_SQL = """
INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)
SELECT n, timestamp '2026-10-20', 'INBOX.F3535.' || n, 'UPLOADED', 'PAYMENT' FROM generate_series(1, 200) n;
INSERT INTO ejv_headers (id, ejv_file_id, disbursement_status_code)
SELECT n, n, 'UPLOADED' FROM generate_series(1, 200) n;
INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code)
SELECT id, 'invoice', id % 200 + 1, CASE WHEN invoice_status_code = 'PAID' THEN 'COMPLETED' ELSE 'UPLOADED' END
  FROM invoices WHERE payment_method_code = 'EJV';
INSERT INTO receipts (invoice_id, receipt_number, receipt_amount)
SELECT id, 'R' || id, total FROM invoices WHERE invoice_status_code = 'PAID';
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number, invoice_amount)
SELECT 'PAYBC', 'PAD', 'COMPLETED', 'REG' || lpad(id::text, 8, '0'), total
  FROM invoices WHERE payment_method_code = 'PAD' AND invoice_status_code = 'PAID';
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)
SELECT 'CAS', 'BCR_PAYMENT_APPL_202610' || lpad(n::text, 2, '0') || '.csv', lpad(to_hex(n), 64, '0'), 1, 'applied',
       now()
  FROM generate_series(1, 20) n;
INSERT INTO pay_jobs.settlement_rows (file_id, line, outcome, kind, record_type, source_type, source_number, amount,
       customer_account, target_type, target_number, original_amount, outstanding_amount, status, content_hash)
SELECT id % 20 + 1, id, CASE WHEN id % 11 = 0 THEN 'rejected' ELSE 'applied' END, 'pad', 'PADP', 'x', 'x', 1, '1',
       'INV', 'REG' || lpad(id::text, 8, '0'), 1, 0, 'Fully PAID', '00000000-0000-0000-0000-000000000000'
  FROM invoices WHERE payment_method_code = 'PAD' AND id % 2 = 0;
ANALYZE
"""


@dataclass(frozen=True)
class MeasuredReport:
    """One finished command."""

    seconds: float
    peak_mb: float


def measure(invoices: int, stuck: int, runs: int) -> None:
    """Measure a report over so many invoices, and the look-ups in CFS."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = postgres.start(home / "postgres")
        cfs = start_cfs()
        try:
            address = postgres.create_database(server)
            prepare_pay_database(address, None)
            upgrade(address)
            _fill(address, invoices, invoices // stuck)
            _measure_report(address, home, invoices, runs)
            _measure_lookups(address, cfs)
        finally:
            cfs.stop()
            server.stop()


def _fill(address: str, invoices: int, every: int) -> None:
    maintain(address, "SET session_replication_role = replica; " + _ACCOUNTS_SQL)
    maintain(
        address,
        "SET session_replication_role = replica; SET work_mem = '64MB'; "
        + _INVOICES_SQL.format(invoices=invoices, every=every),
    )
    maintain(address, "SET session_replication_role = replica; " + _AROUND_SQL)
    maintain(address, "VACUUM", "CHECKPOINT")


def _measure_report(address: str, home: Path, invoices: int, runs: int) -> None:
    environment = {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"}
    words = ("STALE_INVOICE_REPORT", "--no-cfs", "--as-of", "2026-11-20")
    floors, plain, files = [], [], []
    rows = 0
    for _ in range(runs):
        seconds, rows = _floor(address)
        floors.append(seconds)
        plain.append(_run(words, environment))
        files.append(
            _run((*words, "--xlsx", str(home / "stuck.xlsx"), "--html", str(home / "stuck.html")), environment)
        )
    floor, report = median(floors), median([run.seconds for run in plain])
    more = median([run.seconds for run in files]) - report
    peak, most = max(run.peak_mb for run in plain), max(run.peak_mb for run in files)
    show(
        f"STALE_INVOICE_REPORT, {invoices:,} invoices of which {rows:,} are stuck, without CFS",
        [
            Figure("floor: plain SQL with the joined evidence", f"{floor:.2f} s"),
            Figure("report", f"{report:.2f} s, {report / floor:.2f} x floor", "3 x floor", report <= 3 * floor),
            Figure("peak memory", f"{peak:.0f} MB", "250 MB", peak <= 250),
            Figure("xlsx and html on top", f"{more:.1f} s", "30 s", more <= 30),
            Figure("peak memory with them", f"{most:.0f} MB", "400 MB", most <= 400),
        ],
    )


def _measure_lookups(address: str, cfs: RunningCfs) -> None:
    """Ask about as many invoices as there are look-ups, at the bound and without a rate limit."""
    cfs.admin.order_faults({"kind": "slow", "path": "/invs/[^/]+/", "count": 0, "seconds": LATENCY})
    account = _account_with(address, LOOKUPS)
    words = ("STALE_INVOICE_REPORT", "--as-of", "2026-11-20", "--method", "PAD", "--account", account)
    environment = {"DATABASE_URL": address, "LOG_LEVEL": "ERROR", "CFS_MAX_PER_SECOND": "10000", **cfs.environment()}
    without = _run((*words, "--no-cfs"), environment).seconds
    seconds = _run(words, environment).seconds - without
    asked = len(cfs.admin.calls(method="GET"))
    bound = asked * float(LATENCY) / AT_ONCE
    show(
        f"STALE_INVOICE_REPORT, {asked:,} look-ups at {LATENCY * 1000:.0f} ms, {AT_ONCE} at once",
        [
            Figure("look-ups x latency / concurrency", f"{bound:.1f} s"),
            Figure("report, less itself without CFS", f"{seconds:.1f} s, {seconds / bound:.2f} x", "1.3 x",
                   seconds <= 1.3 * bound),
        ],
    )  # fmt: skip


def _account_with(address: str, count: int) -> str:
    """Put that many sent invoices on one account, and return it."""
    maintain(
        address,
        "UPDATE invoices SET payment_account_id = 1, cfs_account_id = 1 WHERE id IN (SELECT invoice.id FROM invoices"
        " AS invoice JOIN invoice_references AS reference ON reference.invoice_id = invoice.id AND"
        " reference.status_code = 'ACTIVE' WHERE invoice.invoice_status_code = 'APPROVED' AND"
        f" invoice.payment_method_code = 'PAD' LIMIT {count})",
        "DELETE FROM invoices AS invoice WHERE payment_account_id = 1 AND invoice_status_code = 'APPROVED' AND NOT"
        " EXISTS (SELECT FROM invoice_references AS sent WHERE sent.invoice_id = invoice.id)",
    )
    return "1"


def _floor(address: str) -> tuple[float, int]:
    connection = psycopg2.connect(address, options="-c timezone=UTC")
    try:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            sink = _LineCounter()
            cursor.copy_expert(f"COPY ({FLOOR}) TO STDOUT", sink)
            return time.perf_counter() - began, sink.lines
    finally:
        connection.close()


class _LineCounter(io.RawIOBase):
    """Reads lines to their end and forgets them."""

    lines = 0

    def write(self, data: object) -> int:
        assert isinstance(data, str | bytes)
        self.lines += data.count("\n" if isinstance(data, str) else b"\n")  # type: ignore[arg-type]
        return len(data)


def _run(words: tuple[str, ...], environment: dict[str, str]) -> MeasuredReport:
    """Run a command as a person would; its own headline says how long the run took."""
    command = [sys.executable, str(ENTRYPOINT), *words]
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    memory = _PeakMemory(process.pid)
    output = process.stdout.read()
    if process.wait() not in {0, 3}:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}: {output}")
    headline = next(line for line in output.splitlines() if line.startswith("STALE_INVOICE_REPORT: done"))
    return MeasuredReport(float(headline.split(" in ")[1].split(" s")[0]), memory.peak_mb)
