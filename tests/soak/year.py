"""Days of a world that were recorded, each closed twice more, and their months and years: all adds up to the cent.

Nothing is unexplained, no day counts other rows than it was recorded with, a day begins with what the day before ended
with, months are their days and years their months by figure and payment method, every figure of a workbook and of a
page is the sum of its rows, and what is closed twice is the same bytes. Accounts of partners begin each month with what
they ended the month before with.
"""

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.business_time import day_start
from config.errors import ExitCode
from config.plurals import counted
from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from sandbox import postgres
from sandbox.up import upgrade
from sandbox.world.simulate import own_parts, simulate
from sandbox.world.story import Story
from sandbox.world.world_night import WorldNight
from tests.tools.close.read_back import page_figures, workbook_figures
from tools.close import JOB as CLOSE
from tools.close.closed_days import closed_days
from tools.close.closing import Total
from tools.close.page import MOST_ROWS
from tools.partners import JOB as PARTNERS

Totals = dict[tuple[str, str], Total]
Clock = Callable[[], datetime]
_SECONDS = re.compile(r'"seconds": [0-9.]+')
_NOTHING = Total()
_DAY = timedelta(days=1)


@dataclass
class ClosedSpan:
    """A day, month or year that was closed twice, and what was wrong with it.

    moved       by figure and payment method
    start, end  what was open, by kind and payment method
    """

    name: str
    moved: Totals = field(default_factory=dict)
    start: Totals = field(default_factory=dict)
    end: Totals = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run_year(folder: Path, *, seed: int, nights: int, world: Path | None) -> int:
    """Play a world, or take one that was kept, and prove its days; return how much was wrong.

    folder  for the files of closings
    world   the folder of a world that `sandbox simulate --keep` kept; its schema pay_jobs is brought up to date
    """
    if world is not None:
        running = postgres.start(world / "postgres")
        try:
            upgrade(postgres.url(running))
            return _proved(postgres.url(running), folder)
        finally:
            running.stop()
    with own_parts() as parts:
        done = simulate(parts, Story(seed, nights, date(2026, 1, 1)), _tell_night)
        for problem in done.problems:
            print(f"WRONG {done.day}: {problem}", flush=True)
        return len(done.problems) + _proved(parts.database_url, folder)


def prove(days: Sequence[date], folder: Path, clock: Clock) -> list[str]:
    """Return what is wrong with recorded days that follow one another, their months and their years.

    folder  where the files of a closing are written, one over the other
    The settings of the environment lead to the pay database.
    """
    by_day = {day: _close_twice(str(day), folder, clock, day=day) for day in days}
    firsts = [first for first, _ in groupby(days, lambda day: day.replace(day=1))]
    by_month = {first: _close_twice(f"{first:%Y-%m}", folder, clock, month=first) for first in firsts}
    by_year = {f"{first:%Y}": _close_twice(f"{first:%Y}", folder, clock, year=f"{first:%Y}") for first in firsts}
    spans = [*by_day.values(), *by_month.values(), *by_year.values()]
    wrong = [f"{span.name}: {one}" for span in spans for one in span.wrong]
    for parts in (list(by_day.values()), list(by_month.values()), list(by_year.values())):
        wrong += _unlike_the_end_before(parts)
    for first, month in by_month.items():
        wrong += _unlike_its_parts(month, [span for day, span in by_day.items() if day.replace(day=1) == first])
    for year, whole in by_year.items():
        wrong += _unlike_its_parts(whole, [span for first, span in by_month.items() if f"{first:%Y}" == year])
    return [*wrong, *_partners_that_do_not_go_on(firsts, clock)]


def _proved(address: str, folder: Path) -> int:
    """Prove the days of a pay database and tell what they came to; return how much was wrong."""
    database = Database(make_engine(DatabaseSettings(url=SecretStr(address)), application_name="proof"))
    with closing(database), database.begin() as session:
        recorded = closed_days(session, date.min, date.max, with_figures=False)[::-1]
    days = [one.day for one in recorded]
    moment = day_start(days[-1] + timedelta(days=1)).replace(tzinfo=UTC) + timedelta(hours=12)
    with _settings_of(address):
        wrong = prove(days, folder, lambda: moment)
    wrong += [f"{one.day}: recorded with {one.unexplained} unexplained" for one in recorded if not one.is_balanced]
    wrong += [f"{after}: the day before is not recorded" for before, after in pairwise(days) if before + _DAY != after]
    for one in wrong:
        print(f"WRONG {one}", flush=True)
    print(
        f"{counted(len(days), 'day')} from {days[0]} to {days[-1]}, their months and years, each closed twice: "
        f"{len(wrong)} wrong.",
        flush=True,
    )
    return len(wrong)


@contextmanager
def _settings_of(address: str) -> Iterator[None]:
    """Let commands of this process work on a pay database, and keep nothing in an object store."""
    before = dict(os.environ)
    os.environ.update({"DATABASE_URL": address, "LOG_LEVEL": "CRITICAL", "HOSTNAME": "proof"})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _tell_night(night: WorldNight) -> None:
    if night.day.day == 1:
        print(f"{night.day} passed", flush=True)


def _close_twice(name: str, folder: Path, clock: Clock, **values: Any) -> ClosedSpan:
    """Close a span, look at all three forms of it, and close it once more an hour later."""
    span = ClosedSpan(name)
    values |= {"xlsx_file": folder / "closing.xlsx", "html_file": folder / "closing.html"}
    result = _run(CLOSE, clock, **values)
    if result.exit_code is not ExitCode.DONE:
        span.wrong.append(result.error or result.outcome.answer)
        span.wrong += [f"unexplained: {one}" for one in _records(result, "unexplained")]
        span.wrong += [f"changed: {one}" for one in _records(result, "changed")]
    if result.error:
        return span
    first = _forms(result, values)
    _take_in(span, _records(result, "by_method"))
    figures = {one["figure"]: (one["rows"], one["amount"]) for one in _records(result, "figures")}
    span.wrong += _unlike_its_rows("workbook", figures, *workbook_figures(values["xlsx_file"]))
    few = {figure: total for figure, total in figures.items() if total[0] <= MOST_ROWS}
    told, sums = page_figures(values["html_file"])
    span.wrong += _unlike_its_rows(
        "page", figures, told, figures | {one: sums.get(one, (0, Decimal(0))) for one in few}
    )
    again = _forms(_run(CLOSE, lambda: clock() + timedelta(hours=1), **values), values)
    span.wrong += [f"{form} is another when it is made again" for form in first if first[form] != again[form]]
    return span


def _run(job: Job, clock: Clock, **values: Any) -> RunResult:
    return execute(job, RunRequest(values, job.name), clock=clock, stop=StopRequest())


def _records(result: RunResult, key: str) -> list[dict[str, Any]]:
    return [record for table in result.outcome.tables if table.key == key for record in table.records()]


def _forms(result: RunResult, values: dict[str, Any]) -> dict[str, bytes]:
    """Return a closing as --json, but for the time it took, and as the bytes of its two files."""
    out = io.StringIO()
    result.write_json(out)
    return {
        "--json": _SECONDS.sub("", out.getvalue()).encode(),
        "the workbook": values["xlsx_file"].read_bytes(),
        "the page": values["html_file"].read_bytes(),
    }


def _take_in(span: ClosedSpan, by_method: Iterable[dict[str, Any]]) -> None:
    """Note what moved and what was open; what has no date stands on no day."""
    for one in by_method:
        kind, _, side = one["figure"].partition(".")
        total = Total(one["rows"], one["amount"])
        if side == "open_at_start":
            span.start[kind, one["method"]] = total
        elif side == "open_at_end":
            span.end[kind, one["method"]] = total
        elif kind != "undated":
            span.moved[one["figure"], one["method"]] = total


def _unlike_its_rows(form: str, figures: dict[str, Any], told: dict[str, Any], sums: dict[str, Any]) -> Iterator[str]:
    for name in sorted(figures.keys() | told.keys() | sums.keys()):
        if not figures.get(name) == told.get(name) == sums.get(name):
            yield f"{name} is {figures.get(name)}, the {form} says {told.get(name)}, its rows are {sums.get(name)}"


def _unlike_the_end_before(spans: Sequence[ClosedSpan]) -> Iterator[str]:
    for before, after in pairwise(spans):
        yield from _unlike(f"{after.name} begins and {before.name} ends", after.start, before.end)


def _unlike_its_parts(whole: ClosedSpan, parts: Sequence[ClosedSpan]) -> Iterator[str]:
    together: Totals = {}
    for part in parts:
        for name, total in part.moved.items():
            together[name] = together.get(name, _NOTHING) + total
    yield from _unlike(f"{whole.name} and its parts", whole.moved, together)
    yield from _unlike(f"{whole.name} and its first part begin", whole.start, parts[0].start)
    yield from _unlike(f"{whole.name} and its last part end", whole.end, parts[-1].end)


def _unlike(what: str, one: Totals, other: Totals) -> Iterator[str]:
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield f"{what}: {' '.join(name)} is {one.get(name)} and {other.get(name)}"


def _partners_that_do_not_go_on(firsts: Sequence[date], clock: Clock) -> Iterator[str]:
    """Return the accounts of partners that do not add up, or begin otherwise than they ended the month before."""
    ended: dict[tuple[str, int], Decimal] = {}
    for first in firsts:
        result = _run(PARTNERS, clock, month=first)
        yield from (f"partners {first:%Y-%m}: {one.where}: {one.detail}" for one in result.outcome.rejects)
        if result.error:
            yield f"partners {first:%Y-%m}: {result.error}"
        accounts = {(one["partner"], one["GL"]): one for one in _records(result, "accounts")}
        for name in sorted(ended.keys() | accounts.keys()):
            start = accounts[name]["Start"] if name in accounts else Decimal(0)
            if first != firsts[0] and start != ended.get(name, 0):
                yield f"partners {first:%Y-%m}: {name} begins with {start}, it ended with {ended.get(name, 0)}"
        ended = {name: one["End"] for name, one in accounts.items()}
