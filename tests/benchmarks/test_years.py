"""What the jobs of a day touch does not grow with the years behind it: a small copy of `make bench YEARS=10`.

Small tables are cheaper to read whole; so that is ruled out, and what an index cannot serve shows by its blocks.
"""

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import psycopg2
import pytest

from benchmarks.past_weeks import WeekOfRows, add_past_weeks
from benchmarks.touched import TouchedBlocks, touched_by
from benchmarks.years import BOUND, MONDAY, SATURDAY
from database.pay.indexes import WANTED
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.stopping import StopRequest
from sandbox.demo_data import DemoSize, load_demo_data
from tasks.generate_statements import JOB as STATEMENTS
from tasks.stale_invoice_report import JOB as STALE_REPORT
from tests.jobs.conftest import quiet
from tests.pay_database import DatabaseServer
from tools.close import JOB as CLOSE
from tools.verify import JOB as VERIFY

__all__ = ["quiet"]

SIZE = DemoSize(weekly_accounts=120, daily_accounts=5, monthly_accounts=5, invoices=500, routing_slips=10)
WEEK = WeekOfRows(rows=300, job_runs=20)
FEW_WEEKS, MANY_WEEKS = 3, 12
# Small tables that are read whole (files, batches) and the page that an index is one level deeper by.
SPARE = 40
DAY = date.fromisoformat(SATURDAY)


@pytest.fixture(scope="module")
def pasts(server: DatabaseServer, template: str) -> Iterator[tuple[str, str]]:
    """The addresses of the demo's week behind few weeks, and behind four times as many, with the owner's indexes."""
    names = [f"past_{uuid.uuid4().hex[:8]}" for _ in range(2)]
    addresses = [server.create(name, template) for name in names]
    for address, weeks in zip(addresses, (FEW_WEEKS, MANY_WEEKS), strict=True):
        with closing(psycopg2.connect(address)) as connection, connection:
            load_demo_data(connection, SIZE)
        add_past_weeks(address, weeks, WEEK, SIZE.week_start)
        with closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("".join(one.statement.replace("CONCURRENTLY", "") for one in WANTED) + "ANALYZE")
    for name in names:
        server.run(f'ALTER DATABASE "{name}" SET enable_seqscan = off')
    yield addresses[0], addresses[1]
    for name in names:
        server.drop(name)


@pytest.mark.parametrize(
    ("job", "values"),
    [
        pytest.param(STATEMENTS, {"day": DAY}, id="statements"),
        pytest.param(STALE_REPORT, {"no_cfs": True, "as_of": date.fromisoformat(MONDAY)}, id="stale report"),
        pytest.param(STATEMENTS, {"gaps": True, "since": SIZE.week_start, "until": DAY}, id="gaps"),
    ],
)
def test_four_times_the_past_leaves_what_a_job_touches(
    pasts: tuple[str, str], monkeypatch: pytest.MonkeyPatch, quiet: None, job: Job, values: dict[str, object]
) -> None:
    few, many = (touched(monkeypatch, address, job, values) for address in pasts)

    assert many.blocks <= few.blocks * BOUND + SPARE, many.grown_since(few)


@pytest.mark.parametrize(
    ("job", "values"),
    [
        pytest.param(CLOSE, {"day": DAY}, id="close"),
        pytest.param(VERIFY, {"since": SIZE.week_start}, id="verify"),
    ],
)
def test_what_looks_at_some_days_reads_no_growing_table_whole_but_the_slips(
    pasts: tuple[str, str], monkeypatch: pytest.MonkeyPatch, quiet: None, job: Job, values: dict[str, object]
) -> None:
    assert touched(monkeypatch, pasts[1], job, values).whole == ("routing_slips",)


def touched(monkeypatch: pytest.MonkeyPatch, address: str, job: Job, values: dict[str, object]) -> TouchedBlocks:
    monkeypatch.setenv("DATABASE_URL", address)
    request = RunRequest(values, job.name)
    return touched_by(address, lambda: execute(job, request, stop=StopRequest()))
