"""Ten years of rows: what each daily command touches there, beside what it touches on one year.

The demo's week lies at the end of the years; CAS and CGI have put their files of the Monday after it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import Figure, maintain, run_job, running_parts, show
from benchmarks.past_weeks import WEEKS_A_YEAR, WeekOfRows, add_past_weeks
from benchmarks.touched import TouchedBlocks, touched_by
from config.plurals import counted
from database.pay.indexes import WANTED
from sandbox import cfs_books, cfs_part, feedback_demo, object_store, postgres, settlement_demo, sftp_server
from sandbox.demo_data import DemoSize
from sandbox.up import prepare_pay_database, upgrade

BOUND = 1.1
# A command that takes longer is stopped, and what it touched until then stands in the table.
LIMIT = 300
SATURDAY, MONDAY = "2022-06-25", "2022-06-27"
_EVENING = datetime(2022, 6, 28, 4, 30, tzinfo=UTC)
FRIDAY = "2022-06-24"
# It happens once, and makes the commands after it what they are on any other day.
FIRST_DAY = ("close", FRIDAY, "--record", "--reason", "benchmark")
# Commands that only look: measured before the pay tables have the indexes that `db pay-indexes` asks for, and after.
LOOKS = (
    ("GENERATE_STATEMENTS", "--gaps", "--since", "2022-06-20", "--until", SATURDAY),
    ("STALE_INVOICE_REPORT", "--no-cfs", "--as-of", MONDAY),
    ("ejv", "preflight"),
    ("ejv", "outstanding"),
    ("close", SATURDAY),
    ("outbox", "list"),
    ("explain", "invoice", "REG00042550"),
    ("verify", "--since", "2022-04-25"),
)
# Commands of a day. The last looks at all that there is, because a row of any year may have been changed.
DAILY = (
    *LOOKS,
    ("GENERATE_STATEMENTS", SATURDAY),
    ("GENERATE_STATEMENTS", SATURDAY),
    ("PAD_RECONCILE",),
    ("EJV_FEEDBACK_CHECK",),
    ("ROUTING_SLIP_RECREATE",),
    ("check",),
    ("history",),
    ("files", "list"),
    ("pending",),
    ("verify",),
)


@dataclass(frozen=True)
class MeasuredDay:
    """What one command of the day touched and took, in seconds, and whether it was stopped."""

    touched: TouchedBlocks
    seconds: float
    was_stopped: bool = False


def measure(years: int) -> None:
    """Measure each command of a day on one year and on so many."""
    week = WeekOfRows()
    one, many = (_day(nth, week, DemoSize()) for nth in (1, years))
    title = f"{years} years beside one: a year has {WEEKS_A_YEAR * week.rows:,} settlement rows, as many feedback lines"
    without = [f"`{' '.join(words)}`, without the owner's indexes" for words in (FIRST_DAY, *LOOKS)]
    within = [f"`{' '.join(words)}`" for words in DAILY]
    show(title, [_figure(*row) for row in zip((*without, *within), one, many, strict=True)])


def _day(years: int, week: WeekOfRows, size: DemoSize) -> list[MeasuredDay]:
    """Return what the commands that look touch, and then, with the owner's indexes, what each command of a day does."""
    with running_parts(sftp_server, object_store, cfs_part) as (server, home, parts):
        address = postgres.create_database(server)
        began = time.perf_counter()
        prepare_pay_database(address, size)
        upgrade(address)
        _open_books(address, home)
        add_past_weeks(address, WEEKS_A_YEAR * years, week, size.week_start, say=_say)
        _say(f"{counted(years, 'year')} made in {time.perf_counter() - began:,.0f} s")
        _lay_out(address, home)
        environment = {**parts, "DATABASE_URL": address, "LOG_LEVEL": "ERROR"}
        first = _run(address, FIRST_DAY, environment)
        looks = [_run(address, words, environment) for words in LOOKS]
        maintain(address, *(one.statement for one in WANTED), "VACUUM ANALYZE")
        return [first, *looks, *(_run(address, words, environment) for words in DAILY)]


def _open_books(address: str, home: Path) -> None:
    """Let CFS know what the pay database does of the demo's week: of the past nobody asks."""
    cfs = cfs_part.find_running(home)
    assert cfs
    cfs_books.open_books(address, cfs.admin)


def _lay_out(address: str, home: Path) -> None:
    """Put the files of CAS and CGI where they would."""
    sftp, store, cfs = sftp_server.find_running(home), object_store.find_running(home), cfs_part.find_running(home)
    assert sftp and store and cfs
    settlement_demo.lay_out(address, sftp, cfs.admin)
    feedback_demo.lay_out(address, sftp, store, now=_EVENING)


def _run(address: str, words: Sequence[str], environment: dict[str, str]) -> MeasuredDay:
    """Run a command, stop it after its time, and return what it touched."""
    stopped: list[TimeoutError] = []

    def command() -> None:
        try:
            run_job(words, environment, LIMIT)
        except TimeoutError as late:
            stopped.append(late)

    began = time.perf_counter()
    touched = touched_by(address, command)
    seconds = time.perf_counter() - began
    _say(f"{' '.join(words)}: {touched.blocks:,} blocks, {seconds:.1f} s{', stopped' if stopped else ''}")
    return MeasuredDay(touched, seconds, bool(stopped))


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def _figure(command: str, one: MeasuredDay, many: MeasuredDay) -> Figure:
    ratio = many.touched.blocks / max(one.touched.blocks, 1)
    value = (
        f"{one.touched.blocks:,} blocks, {one.seconds:.1f} s on one year; {many.touched.blocks:,} blocks, "
        f"{many.seconds:.1f} s here: {ratio:.2f} x"
    )
    if one.was_stopped or many.was_stopped:
        value += f"; stopped after {LIMIT} s"
    if many.touched.whole:
        value += f"; reads whole: {', '.join(many.touched.whole)}"
    if ratio > BOUND:
        more = list(many.touched.grown_since(one.touched).items())[:4]
        value += "".join(f"; {table} +{count:,}" for table, count in more)
    return Figure(command, value, f"{BOUND} x", ratio <= BOUND and not many.was_stopped)
