"""Ten years of rows: what each daily command touches there, beside what it touches on one year.

The demo's week lies at the end of the years; CAS and CGI have put their files of the Monday after it.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import Figure, MeasuredCommand, run_job, show
from benchmarks.past_weeks import WEEKS_A_YEAR, WeekOfRows, add_past_weeks
from benchmarks.touched import TouchedBlocks, touched_by
from sandbox import cfs_books, cfs_part, feedback_demo, object_store, postgres, settlement_demo, sftp_server
from sandbox.demo_data import DemoSize
from sandbox.up import prepare_pay_database, upgrade

BOUND = 1.1
SATURDAY, MONDAY = "2022-06-25", "2022-06-27"
_EVENING = datetime(2022, 6, 28, 4, 30, tzinfo=UTC)
# Commands of a day. The last looks at all that there is, because a row of any year may have been changed.
DAILY = (
    ("GENERATE_STATEMENTS", SATURDAY),
    ("GENERATE_STATEMENTS", SATURDAY),
    ("GENERATE_STATEMENTS", "--gaps", "--since", "2022-06-20", "--until", SATURDAY),
    ("PAD_RECONCILE",),
    ("EJV_FEEDBACK_CHECK",),
    ("ROUTING_SLIP_RECREATE",),
    ("STALE_INVOICE_REPORT", "--no-cfs", "--as-of", MONDAY),
    ("ejv", "preflight"),
    ("ejv", "outstanding"),
    ("close", SATURDAY),
    ("check",),
    ("history",),
    ("files", "list"),
    ("pending",),
    ("outbox", "list"),
    ("explain", "invoice", "1"),
    ("verify",),
)


@dataclass(frozen=True)
class MeasuredDay:
    """What one command of the day touched and took."""

    touched: TouchedBlocks
    seconds: float


def measure(years: int) -> None:
    """Measure each command of a day on one year and on so many."""
    week = WeekOfRows()
    one, many = (_day(nth, week, DemoSize()) for nth in (1, years))
    show(
        f"{years} years beside one: a year has {WEEKS_A_YEAR * week.rows:,} settlement rows, as many feedback lines",
        [_figure(" ".join(words), *pair) for words, *pair in zip(DAILY, one, many, strict=True)],
    )


def _day(years: int, week: WeekOfRows, size: DemoSize) -> list[MeasuredDay]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("PAY_JOBS_BENCHMARKS")) as folder, ExitStack() as parts:
        home = Path(folder)
        server = postgres.start(home / "postgres")
        parts.callback(server.stop)
        address = postgres.create_database(server)
        began = time.perf_counter()
        prepare_pay_database(address, size)
        upgrade(address)
        add_past_weeks(address, WEEKS_A_YEAR * years, week, size.week_start)
        print(f"{years} years made in {time.perf_counter() - began:,.0f} s", flush=True)
        environment = {"DATABASE_URL": address, "LOG_LEVEL": "ERROR", "SFTP_SETTLE_SECONDS": "0",
                       "PUBSUB_PUBLISH_URL": (home / "events").as_uri()}  # fmt: skip
        for part in (sftp_server, object_store, cfs_part):
            started: Any = part.start(home)
            parts.callback(started.stop)
            environment |= started.environment()
        _lay_out(address, home)
        return [_run(address, words, environment) for words in DAILY]


def _lay_out(address: str, home: Path) -> None:
    """Put the files of CAS and CGI where they would."""
    sftp, store, cfs = sftp_server.find_running(home), object_store.find_running(home), cfs_part.find_running(home)
    assert sftp and store and cfs
    cfs_books.open_books(address, cfs.admin)
    settlement_demo.lay_out(address, sftp, cfs.admin)
    feedback_demo.lay_out(address, sftp, store, now=_EVENING)


def _run(address: str, words: Sequence[str], environment: dict[str, str]) -> MeasuredDay:
    done: list[MeasuredCommand] = []
    touched = touched_by(address, lambda: done.append(run_job(words, environment)))
    return MeasuredDay(touched, done[0].wall)


def _figure(command: str, one: MeasuredDay, many: MeasuredDay) -> Figure:
    ratio = many.touched.blocks / max(one.touched.blocks, 1)
    value = (
        f"{one.touched.blocks:,} blocks, {one.seconds:.1f} s on one year; {many.touched.blocks:,} blocks, "
        f"{many.seconds:.1f} s here: {ratio:.2f} x"
    )
    if many.touched.whole:
        value += f"; reads whole: {', '.join(many.touched.whole)}"
    if ratio > BOUND:
        more = list(many.touched.grown_since(one.touched).items())[:4]
        value += "".join(f"; {table} +{count:,}" for table, count in more)
    return Figure(f"`{command}`", value, f"{BOUND} x", ratio <= BOUND)
