"""Real processes, really killed: what test_killed.py shows with an exception holds for SIGKILL as well."""

import pytest

from tests.forked_runs import ForkedRuns
from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate.scenarios import SCENARIOS

DEATHS = (
    ("link", "intended 2 create receipt"),
    ("link-to-bounced", "answered 3 apply receipt"),
    ("void", "answered 1 reverse receipt"),
    ("nsf", "answered 3 create invoice"),
    ("correction", "answered 1 reverse receipt"),
    ("correction", "before closing"),
    ("refund", "answered 1 adjust receipt"),
    ("void-cancelling", "answered 8 credit invoice"),
)

RUNS = ForkedRuns("tests.tasks.routing_slip_recreate.slip_process")
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("name", "point"), DEATHS)
def test_a_process_killed_by_the_system_is_finished_by_the_next_run(
    name: str, point: str, slips: Slips, database_url: str
) -> None:
    scenario = next(one for one in SCENARIOS if one.name == name)
    scenario.prepare(slips)
    before = slips.save()
    slips.run(**scenario.arguments)
    expected = slips.final_state()
    slips.put_back(before)
    killed = RUNS.order(
        database=database_url,
        cfs=slips.cfs.base_url,
        kill_at=point,
        arguments={"concurrency": 1, **scenario.arguments},
    )
    assert killed.was_killed
    assert slips.run().rejects == []
    assert slips.final_state() == expected
