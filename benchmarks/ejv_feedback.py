"""EJV_FEEDBACK_CHECK: a feedback file of JD lines, from SFTP to committed, beside its floor.

The floor is COPY of the same lines into a temporary table, and the updates and inserts of the same pay rows typed by
hand as sets, on the same data.
"""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from benchmarks.harness import Figure, maintain, median, run_job, running_parts, script, show
from benchmarks.points import MeasuredPoint, keep
from sandbox import object_store, postgres, sftp_server
from sandbox.up import prepare_pay_database, upgrade

NAME = "FEEDBACK.F3535.20261117214512"
JOURNALS = 200
BATCH = 4321
_TAIL = f"0000{'':150}CGI\n"
_GL = "112100012000230034000004"


def measure(lines: int, runs: int) -> float:
    """Measure a file of so many JD lines, and return the median seconds of the job."""
    with running_parts(sftp_server, object_store) as (server, home, environment):
        return _measure(server, home, environment, lines, runs)


def add_books(address: str, lines: int, after: int = 0) -> None:
    """Add the batch that such a file answers, with numbers beyond `after`."""
    maintain(address, script("feedback_books", invoices=lines // 2, journals=JOURNALS, batch=BATCH, after=after))


def deliver(home: Path, lines: int, after: int = 0) -> None:
    """Put a file of so many JD lines where CGI does."""
    sftp = sftp_server.find_running(home)
    assert sftp is not None
    with (sftp.root("cgi") / "data" / NAME).open("w", newline="") as file:
        file.writelines(_file(lines, after))


def _measure(server: object, home: Path, environment: dict[str, str], lines: int, runs: int) -> float:
    template = postgres.create_database(server, "template_pay")
    prepare_pay_database(template, None)
    upgrade(template)
    add_books(template, lines)
    maintain(template, "VACUUM ANALYZE", "CHECKPOINT")
    floors, jobs = [], []
    for run in range(runs):
        address = postgres.create_database(server, f"floor_{run}", template="template_pay")
        floors.append(_floor(address, lines))
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE floor_{run}", "CHECKPOINT")
        address = postgres.create_database(server, f"job_{run}", template="template_pay")
        deliver(home, lines)
        jobs.append(run_job(("EJV_FEEDBACK_CHECK",), {**environment, "DATABASE_URL": address, "LOG_LEVEL": "WARNING"}))
        assert jobs[-1].result["counts"]["items_paid"] == lines // 2, jobs[-1].result
        maintain(template.replace("template_pay", "postgres"), f"DROP DATABASE job_{run}", "CHECKPOINT")
    floor, wall = median(floors), median([job.wall for job in jobs])
    peak = max(job.peak_mb for job in jobs)
    keep(MeasuredPoint("EJV_FEEDBACK_CHECK", lines, wall, floor))
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
            cursor.execute(script("feedback_table"))
            cursor.copy_expert("COPY lines FROM STDIN (FORMAT csv)", io.StringIO(text), size=1 << 16)
            cursor.execute("ANALYZE lines")
            cursor.execute(script("feedback_floor"))
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


def _file(lines: int, after: int) -> Iterator[str]:
    """Return the lines of the feedback file."""
    batch = after + BATCH
    yield f"GIBG...35352027{batch:09}4010\n"
    yield f"GIBH...{_TAIL}"
    before, place = 0, 0
    for _, journal, side, nth in _details(lines):
        if journal != before:
            before, place = journal, 0
            invoices = len(range(journal - 1 or JOURNALS, lines // 2 + 1, JOURNALS))
            head = f"GIJH...FI{after + journal:08}" + f"FI{batch:09}".ljust(25) + f"{invoices * 31.5:015.2f}ACAD"
            yield f"{head:<271}{_TAIL}"
        place += 1
        invoice = after + nth
        description = f"MINISTRY OF SAMPLES{'':100}"[: 99 - len(str(invoice))] + f"#{invoice}"
        gl = f"{_GL}{'0' * 10}{'':16}{'900001':<9}"
        start = f"GIJD...FI{after + journal:08}{place:05}20261118{gl}{31.5:015.2f}{side}{description}"
        yield f"{start}{invoice:<110}{_TAIL}"
    yield f"GIBT...35352027{batch:09}{lines + JOURNALS:015}{lines // 2 * 31.5:015.2f}{_TAIL}"
