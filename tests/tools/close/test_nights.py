"""Days of a seeded world, each closed on the morning after: nothing is unexplained, and what changes later is told."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.errors import ExitCode
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult, show
from jobs.run.stopping import StopRequest
from sandbox.world.actors.accounts import settle_in
from sandbox.world.night import pass_night
from sandbox.world.world import World, WorldParts, open_world
from tests.soak.year import prove
from tools.close import JOB as CLOSE
from tools.close.closed_days import closed_days
from tools.verify import JOB as VERIFY

# A month that ends.
FIRST = date(2026, 10, 29)
NIGHTS = 5


def run(world: World, job: Job, **values: Any) -> RunResult:
    return execute(job, RunRequest(values, job.name), clock=world.clock, stop=StopRequest())


def records(result: RunResult, key: str) -> list[dict[str, Any]]:
    return [record for table in result.outcome.tables if table.key == key for record in table.records()]


def close_days(world: World) -> Iterator[RunResult]:
    """Let nights pass, each of which records its day."""
    settle_in(world)
    for _ in range(NIGHTS):
        night = pass_night(world)
        assert night.problems == []
        yield next(one for one in night.runs if one.job == CLOSE.name)
    assert world.meanwhile.found() == []


def test_days_of_a_world_are_closed_to_the_cent(
    parts: WorldParts, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with open_world(parts, seed=5, first=FIRST) as world:
        days = list(close_days(world))

        assert [(one.exit_code, records(one, "unexplained")) for one in days] == [(ExitCode.DONE, [])] * NIGHTS
        assert days[-1].outcome.answer == "2026-11-02 is balanced: 0.00 CAD unexplained."
        held = {one["equation"]: one["verdict"] for one in records(days[-1], "equations")}
        assert set(held.values()) == {"holds"}

        # A full day is a page of 40 lines, and so is a year with its months.
        year = run(world, CLOSE, year="2026")
        for closing in (run(world, CLOSE, day=FIRST + timedelta(days=NIGHTS - 1)), year):
            show(closing, as_json=False)
            lines = capsys.readouterr().out.splitlines()
            assert (lines[0], len(lines) <= 40) == (closing.outcome.answer, True)

        # The report is kept, and the verdict mailed with where.
        assert [key.rpartition("/")[2] for key in days[-1].outcome.artifacts] == [
            "closing_2026-11-02.xlsx",
            "closing_2026-11-02.html",
        ]
        mails = [path.read_text() for path in (parts.folder / "mail").iterdir()]
        assert any(days[-1].outcome.answer in mail and days[-1].outcome.artifacts[0] in mail for mail in mails)

        # Days are the month, and months the year; what is closed again is the same bytes, the kept report among them.
        days_closed = [FIRST + timedelta(days=nth) for nth in range(NIGHTS)]
        assert prove(days_closed, tmp_path, world.clock) == []
        last = run(world, CLOSE, day=days_closed[-1], xlsx_file=tmp_path / "x", html_file=tmp_path / "h")
        assert last.exit_code is ExitCode.DONE
        for key, path in zip(days[-1].outcome.artifacts, (tmp_path / "x", tmp_path / "h"), strict=True):
            assert b"".join(world.bucket.read(key)) == path.read_bytes()
        with world.database.begin() as session:
            kept = closed_days(session, FIRST, FIRST + timedelta(days=30))
        assert [(one.day, one.is_first, one.is_balanced) for one in kept] == [
            (day, day == FIRST, True) for day in reversed(days_closed)
        ]

        # A cell that changes in a recorded day is a finding, with its row.
        assert run(world, VERIFY, only=("CLO-DAY",)).exit_code is ExitCode.DONE
        one = world.tables.rows(
            "SELECT receipt.id, receipt.receipt_amount"
            "  FROM receipts AS receipt JOIN invoices ON invoices.id = invoice_id"
            " WHERE payment_method_code = 'PAD' ORDER BY receipt.id LIMIT 1"
        )[0]
        world.tables.change("receipts", one.id, receipt_amount=one.receipt_amount + 1)
        found = records(run(world, VERIFY, only=("CLO-DAY",)), "findings")
        assert {record["row"].partition(": ")[2] for record in found} == {
            f"receipt {one.id} {Decimal(one.receipt_amount):.2f}",
            f"receipt {one.id} {Decimal(one.receipt_amount) + 1:.2f}",
        }
        changed = records(run(world, CLOSE, year="2026"), "changed")
        assert {f"{one['figure']} of {one['day']}: {one['row']}" for one in changed} == {one["row"] for one in found}
