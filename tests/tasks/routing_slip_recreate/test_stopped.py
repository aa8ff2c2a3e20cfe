"""A run stands still while its sessions end and another run does its work: when it wakes it sends nothing.

The points are a sample; SOAK_STOPS raises how many of each operation are tried (make soak).
"""

import pytest

from config.errors import ExitCode
from tasks.routing_slip_recreate import JOB as SLIPS
from tests.routing_slip_factory import Slips
from tests.stopped_runs import CHECKED, STOPS, StoppableRuns, before_last_check, point_at
from tests.tasks.routing_slip_recreate.scenarios import PARENT, SCENARIOS, Scenario

pytestmark = pytest.mark.slow
SAMPLE = ("link-to-bounced", "nsf", "correction", "refund")
TRIED = [one for one in SCENARIOS if not one.arguments and (STOPS > 2 or one.name in SAMPLE)]


@pytest.fixture
def runs(database_url: str, slips: Slips) -> StoppableRuns:
    settings = slips.cfs.environment() | {"CFS_MAX_PER_SECOND": "10000"}
    return StoppableRuns(database_url, settings)


def posts(slips: Slips) -> int:
    return sum(call.startswith("POST") for call in slips.calls())


@pytest.mark.parametrize("scenario", TRIED, ids=str)
def test_a_run_that_wakes_after_another_did_its_work_sends_nothing(
    scenario: Scenario, slips: Slips, runs: StoppableRuns
) -> None:
    scenario.prepare(slips)
    before = slips.save()
    points = runs.run(SLIPS, concurrency=1).points
    expected = slips.final_state()
    # Before the first commit a run of NSF may take an invoice id that it then does not use.
    begun = [at for at in before_last_check(points) if at >= points.index("after a commit")]

    for at in begun[1 :: max(1, len(begun) // STOPS)]:
        slips.put_back(before)
        begun_with = posts(slips)
        stopped = runs.run(SLIPS, stop_at=point_at(points, at), concurrency=1)
        runs.end_sessions()
        assert runs.run(SLIPS, concurrency=1).returncode == ExitCode.DONE
        woken = runs.wake(stopped)
        assert (woken.returncode, slips.final_state()) == (ExitCode.FAILED, expected), points[at]
        assert posts(slips) - begun_with == scenario.posts, points[at]


def test_a_step_that_left_after_its_last_check_changes_nothing_where_cfs_refuses_it(
    slips: Slips, runs: StoppableRuns
) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    before = slips.save()
    runs.run(SLIPS, concurrency=1)
    expected = slips.final_state()
    slips.put_back(before)

    stopped = runs.run(SLIPS, stop_at=(CHECKED, 1), concurrency=1)
    runs.end_sessions()
    runs.run(SLIPS, concurrency=1)

    assert runs.wake(stopped).returncode == ExitCode.FAILED
    assert slips.final_state() == expected
