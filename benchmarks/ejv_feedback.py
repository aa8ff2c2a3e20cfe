"""EJV_FEEDBACK_CHECK: a feedback file of JD lines, from SFTP to committed, beside its floor.

The floor is COPY of the same lines into a temporary table, and the updates and inserts of the same pay rows typed by
hand as sets, on the same data.
"""

import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from benchmarks.harness import Figure, maintain, median, run_job, show
from sandbox import object_store, postgres, sftp_server
from sandbox.up import prepare_pay_database, upgrade

NAME = "FEEDBACK.F3535.20261117214512"
JOURNALS = 200
BATCH = 4321
_TAIL = f"0000{'':150}CGI\n"
_GL = "112100012000230034000004"
_PAY_SQL = """
INSERT INTO payment_accounts (id, auth_account_id, payment_method)
SELECT n, n::text, 'EJV' FROM generate_series(1, {1}) n;
INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)
VALUES ({2}, now(), 'INBOX.F3535.20261118040107', 'UPLOADED', 'PAYMENT');
INSERT INTO ejv_headers (id, disbursement_status_code, ejv_file_id, payment_account_id)
SELECT n, 'UPLOADED', {2}, n FROM generate_series(1, {1}) n;
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, corp_type_code)
SELECT n, 'x', timestamp '2026-11-17 20:00', 'APPROVED', 31.50, 0, 'EJV', n % {1} + 1, 'BCR'
  FROM generate_series(1, {0}) n;
INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code, sequence)
SELECT n, 'invoice', n % {1} + 1, 'UPLOADED', n FROM generate_series(1, {0}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, status_code, created_on)
SELECT n, 'FI' || lpad(n::text, 8, '0'), 'ACTIVE', timestamp '2026-11-18 04:01' FROM generate_series(1, {0}) n
"""
_TABLE = """
CREATE TEMPORARY TABLE lines (line integer, journal integer, day date, amount numeric(19,2), side text,
       invoice_id integer, code text, message text) ON COMMIT DROP
"""
_FLOOR = (
    """
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
SELECT journal, invoice_id, max(day) AS day, sum(amount) AS amount FROM lines WHERE side = 'D' AND code = '0000'
 GROUP BY journal, invoice_id
""",
    "UPDATE ejv_links AS link SET disbursement_status_code = 'COMPLETED'"
    " FROM found WHERE link.ejv_header_id = found.journal AND link.link_id = found.invoice_id",
    "UPDATE invoices AS invoice SET invoice_status_code = 'PAID', payment_date = found.day, paid = invoice.total"
    " FROM found WHERE invoice.id = found.invoice_id",
    "UPDATE invoice_references AS reference SET status_code = 'COMPLETED'"
    " FROM found WHERE reference.invoice_id = found.invoice_id AND reference.status_code = 'ACTIVE'",
    "INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)"
    " SELECT invoice_id, 'GIJH...FI' || lpad(journal::text, 8, '0') || 'FI000004321', day, amount FROM found",
    "INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, receipt_number)"
    " SELECT 'CGI', 'EJV', 'COMPLETED', sum(amount), 'GIJH...FI' || lpad(journal::text, 8, '0') || 'FI000004321'"
    " FROM found GROUP BY journal",
    "UPDATE ejv_headers SET disbursement_status_code = 'COMPLETED'",
    "UPDATE ejv_files SET disbursement_status_code = 'COMPLETED'",
)


def measure(lines: int, runs: int) -> float:
    """Measure a file of so many JD lines, and return the median seconds of the job."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = postgres.start(home / "postgres")
        parts = [part.start(home) for part in (sftp_server, object_store)]
        try:
            environment = {"PUBSUB_PUBLISH_URL": (home / "events").as_uri(), "SFTP_SETTLE_SECONDS": "0"}
            for part in parts:
                environment |= part.environment()
            return _measure(server, home, environment, lines, runs)
        finally:
            for part in parts:
                part.stop()
            server.stop()


def _measure(server: object, home: Path, environment: dict[str, str], lines: int, runs: int) -> float:
    template = postgres.create_database(server, "template_pay")
    prepare_pay_database(template, None)
    upgrade(template)
    maintain(template, _PAY_SQL.format(lines // 2, JOURNALS, BATCH), "VACUUM ANALYZE", "CHECKPOINT")
    sftp = sftp_server.find_running(home)
    assert sftp is not None
    floors, jobs = [], []
    for run in range(runs):
        address = postgres.create_database(server, f"floor_{run}", template="template_pay")
        floors.append(_floor(address, lines))
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE floor_{run}", "CHECKPOINT")
        address = postgres.create_database(server, f"job_{run}", template="template_pay")
        with (sftp.root("cgi") / "data" / NAME).open("w", newline="") as file:
            file.writelines(_file(lines))
        jobs.append(run_job(("EJV_FEEDBACK_CHECK",), {**environment, "DATABASE_URL": address, "LOG_LEVEL": "WARNING"}))
        assert jobs[-1].result["counts"]["items_paid"] == lines // 2, jobs[-1].result
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE job_{run}", "CHECKPOINT")
    floor, wall = median(floors), median([job.wall for job in jobs])
    peak = max(job.peak_mb for job in jobs)
    show(
        f"EJV_FEEDBACK_CHECK, a feedback of {lines:,} JD lines",
        [
            Figure("floor: COPY and plain sets", f"{floor:.2f} s"),
            Figure("SFTP to committed, whole process", f"{wall:.2f} s, {wall / floor:.2f} x floor", "2 x floor + 2 s",
                   wall <= 2 * floor + 2),
            Figure("lines a second", f"{lines / wall:,.0f}"),
            Figure("peak memory", f"{peak:.0f} MB", "200 MB", peak <= 200),
        ],
    )  # fmt: skip
    return wall


def _floor(address: str, lines: int) -> float:
    connection = psycopg2.connect(address, options="-c timezone=UTC")
    text = "".join(
        f"{n},{journal},2026-11-18,31.50,{side},{invoice},0000,\n" for n, journal, side, invoice in _details(lines)
    )
    try:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(_TABLE)
            cursor.copy_expert("COPY lines FROM STDIN (FORMAT csv)", io.StringIO(text), size=1 << 16)
            cursor.execute("ANALYZE lines")
            for statement in _FLOOR:
                cursor.execute(statement)
            connection.commit()
            return time.perf_counter() - began
    finally:
        connection.close()


def _details(lines: int) -> Iterator[tuple[int, int, str, int]]:
    """Return number, journal, side and invoice of each JD line, journal by journal."""
    number = 0
    for journal in range(1, JOURNALS + 1):
        first = journal - 1 or JOURNALS
        for invoice in range(first, lines // 2 + 1, JOURNALS):
            for side in "CD":
                number += 1
                yield number, journal, side, invoice


def _file(lines: int) -> Iterator[str]:
    """Return the lines of the feedback file."""
    yield f"GIBG...35352027{BATCH:09}4010\n"
    yield f"GIBH...{_TAIL}"
    before, place = 0, 0
    for _, journal, side, invoice in _details(lines):
        if journal != before:
            before, place = journal, 0
            invoices = len(range(journal - 1 or JOURNALS, lines // 2 + 1, JOURNALS))
            head = f"GIJH...FI{journal:08}" + f"FI{BATCH:09}".ljust(25) + f"{invoices * 31.5:015.2f}ACAD"
            yield f"{head:<271}{_TAIL}"
        place += 1
        description = f"MINISTRY OF SAMPLES{'':100}"[: 99 - len(str(invoice))] + f"#{invoice}"
        gl = f"{_GL}{'0' * 10}{'':16}{'900001':<9}"
        start = f"GIJD...FI{journal:08}{place:05}20261118{gl}{31.5:015.2f}{side}{description}"
        yield f"{start}{invoice:<110}{_TAIL}"
    yield f"GIBT...35352027{BATCH:09}{lines + JOURNALS:015}{lines // 2 * 31.5:015.2f}{_TAIL}"
