"""Real processes, really killed: wherever a run dies, the next ones end in the same books, with one memo in CFS."""

import pytest

from config.errors import ExitCode
from tests.forked_runs import ForkedRun
from tests.repair_process import run_tool
from tests.tools.repair_partial_credit.conftest import BOOKED, LINES, CreditDesk
from tools.repair_partial_credit import JOB

pytestmark = pytest.mark.slow
POINTS = (
    "before GET site",
    "after GET site",
    "before commit 1",
    "after commit 1",
    "before commit 2",
    "after commit 2",
    "before POST cms",
    "after POST cms",
    "before commit 3",
    "after commit 3",
    "before commit 4",
    "after commit 4",
)
ASKED = {"invoice": 7, "lines": LINES, "memo": None, "not_made": False, "reason": "ticket 4711"}
FOR_A_PERSON = {"after commit 2", "before POST cms", "after POST cms", "before commit 3"}


def run(desk: CreditDesk, *, kill_at: str | None = None, **changes: object) -> ForkedRun:
    address = desk.books.database.engine.url.render_as_string(hide_password=False)
    settings = desk.cfs.environment() | {"DATABASE_URL": address}
    return run_tool(JOB.name, settings, ASKED | changes, kill_at=kill_at)


def test_an_undisturbed_run_comes_to_these_points(desk: CreditDesk) -> None:
    ended = run(desk)

    assert (ended.returncode, ended.points) == (ExitCode.DONE, list(POINTS))
    assert (desk.state(), len(desk.memos())) == (BOOKED, 1)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_the_credit_ends_made_once(desk: CreditDesk, point: str) -> None:
    assert run(desk, kill_at=point).was_killed

    if point in FOR_A_PERSON:
        assert run(desk).returncode == ExitCode.ATTENTION
        found = list(desk.memos())  # what CAS tells the person who asks
        way = {"memo": found[0]} if found else {"not_made": True}
        assert run(desk, lines=(), **way).returncode == ExitCode.DONE
    if desk.state() != BOOKED:
        assert run(desk).returncode == ExitCode.DONE

    assert (desk.state(), len(desk.memos()), desk.journal()[-1]) == (BOOKED, 1, "done")
