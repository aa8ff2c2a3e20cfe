"""A repair stands still while its sessions end, and is done again: when it wakes it asks for no second memo."""

from typing import Any

import pytest

from config.errors import ExitCode
from tests.forked_runs import ForkedRun
from tests.stopped_runs import CHECKED, Point, StoppableRuns, point_at
from tests.tools.repair_partial_credit.conftest import BOOKED, LINES, CreditDesk
from tools.repair_partial_credit import JOB

pytestmark = pytest.mark.slow
ASKED: dict[str, Any] = {"invoice": 7, "lines": LINES, "memo": None, "not_made": False, "reason": "ticket 4711"}
# A token, the look at the site, the commits of the plan and of the step, the last check.
BEFORE = [(f"{when} {what}", nth)
          for what, nth in (("POST token", 1), ("GET 900101", 1), ("a commit", 1), ("a commit", 2))
          for when in ("before", "after")] + [("before the last check", 1)]  # fmt: skip
NOT_MADE: dict[str, Any] = {**ASKED, "lines": (), "not_made": True}


@pytest.fixture
def runs(desk: CreditDesk) -> StoppableRuns:
    url = desk.books.database.engine.url.render_as_string(hide_password=False).replace("+psycopg2", "")
    return StoppableRuns(url, desk.cfs.environment())


def do_it_again(runs: StoppableRuns, desk: CreditDesk) -> ForkedRun:
    """Say that the first memo was not made, where one is open, and begin another."""
    if desk.journal():
        assert runs.run(JOB, **NOT_MADE).returncode == ExitCode.DONE
    return runs.run(JOB, **ASKED)


@pytest.mark.parametrize("at", BEFORE, ids=str)
def test_a_repair_that_wakes_before_its_last_check_makes_no_second_memo(
    runs: StoppableRuns, desk: CreditDesk, at: Point
) -> None:
    stopped = runs.run(JOB, stop_at=at, **ASKED)
    assert stopped.stopped is not None
    assert point_at(stopped.points, -1) == at
    runs.end_sessions()
    assert do_it_again(runs, desk).returncode == ExitCode.DONE

    assert runs.wake(stopped).returncode == ExitCode.FAILED
    assert (desk.state(), len(desk.memos())) == (BOOKED, 1)


def test_a_memo_that_was_asked_for_after_the_last_check_is_told_with_the_other(
    runs: StoppableRuns, desk: CreditDesk
) -> None:
    stopped = runs.run(JOB, stop_at=(CHECKED, 1), **ASKED)
    assert stopped.points[-1] == CHECKED
    runs.end_sessions()
    do_it_again(runs, desk)

    assert runs.wake(stopped).returncode == ExitCode.ATTENTION
    assert len(desk.memos()) == 2
    told = desk.books.rows("SELECT error FROM pay_jobs.job_runs WHERE error LIKE '%is there twice%'")[0][0]
    for said in ("credit memo 20002 of 6.50 CAD", "is dropped", "is done with memo 20001 of 6.50 CAD"):
        assert said in told
