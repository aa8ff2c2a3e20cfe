"""Nights in which runs are killed, frozen and cut off, and CFS answers badly, end where the model says as well."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event

from sandbox.cfs.faults import Fault, FaultKind
from sandbox.commands import sandbox
from sandbox.world.actors import settlement_files
from sandbox.world.chance import RandomDraws
from sandbox.world.faults import KINDS, runs
from sandbox.world.faults.kinds import drawn_kind
from sandbox.world.faults.pod import Pod
from sandbox.world.faults.strikes import PodStrikes
from sandbox.world.settlement_line import SettlementLine
from sandbox.world.simulate import simulate
from sandbox.world.story import Ending, Story, shortest
from sandbox.world.world import WorldParts
from tests.pay_database import DatabaseServer

# A month that ends, and the night after which British Columbia would have changed its clocks.
FIRST = date(2026, 10, 29)
# With the year's end, and with the last night on which the clocks did change.
STORIES = (
    Story(20261126, 10, FIRST, KINDS),
    Story(8, 10, date(2026, 12, 24), KINDS),
    Story(3, 10, date(2026, 3, 3), KINDS),
)
# Of seeds that nobody chose: in these worlds something once stood otherwise than it must.
KEPT = (Story(12909842, 2, date(2026, 1, 1), KINDS),)
pytestmark = pytest.mark.slow


# What the planner of a busier server may think dear.
PLANS = ("enable_hashjoin", "enable_mergejoin", "enable_nestloop", "enable_seqscan", "enable_sort", "enable_hashagg")


@pytest.fixture
def other_machine() -> Iterator[None]:
    """Every statement may take some milliseconds longer, and each session plans its statements in a way of its own."""

    def delay(*_values: object) -> None:
        time.sleep(random.random() * 0.004)

    def plan_otherwise(raw: Any, _record: object) -> None:
        with raw.cursor() as cursor:
            for name in random.sample(PLANS, 2):
                cursor.execute(f"SET {name} = off")
        raw.commit()

    event.listen(Engine, "before_cursor_execute", delay)
    event.listen(Engine, "connect", plan_otherwise)
    yield
    event.remove(Engine, "before_cursor_execute", delay)
    event.remove(Engine, "connect", plan_otherwise)


@pytest.mark.parametrize("story", (*STORIES, *KEPT), ids=lambda story: f"seed {story.seed}")
def test_nights_with_faults_end_where_the_model_says(parts: WorldParts, story: Story) -> None:
    done = simulate(parts, story)

    assert (done.problems, done.nights) == ([], story.nights)


def test_the_same_seed_gives_the_same_pay_tables_however_slow_the_machine_is_and_however_it_plans(
    parts: WorldParts, server: DatabaseServer, template: str, request: pytest.FixtureRequest
) -> None:
    story = Story(seed=3, nights=2, first=FIRST, faults=KINDS)
    first = simulate(parts, story)
    again = replace(parts, database_url=server.create("the_same_world", template))
    request.getfixturevalue("other_machine")
    second = simulate(again, story)
    server.drop("the_same_world")

    assert (second.digest, second.chronicle.happened) == (first.digest, first.chronicle.happened)


def test_a_fee_of_a_wrong_bounce_whose_call_failed_is_left_to_a_person(
    parts: WorldParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong_bounce = settlement_files._wrong_bounce
    wrong: list[str] = []

    def note_wrong_bounce(*values: Any) -> list[SettlementLine]:
        lines = wrong_bounce(*values)
        wrong.extend(f"{line.number}/adjs" for line in lines)
        return lines

    def refuse_once(_strikes: PodStrikes, _pod: Pod, _method: str, path: str, nth: int) -> Fault | None:
        is_fee = nth == 1 and path.rstrip("/").endswith(tuple(wrong))
        return Fault(FaultKind.ERROR_BEFORE) if is_fee else None

    monkeypatch.setattr(settlement_files, "_TWISTED", 1)
    monkeypatch.setattr(settlement_files, "_TWISTS", ("with a wrong bounce",))
    monkeypatch.setattr(settlement_files, "_wrong_bounce", note_wrong_bounce)
    monkeypatch.setattr(runs, "drawn_kind", lambda *_: "error")
    monkeypatch.setattr(PodStrikes, "_answer", refuse_once)

    done = simulate(parts, Story(1, 3, date(2026, 11, 2), ("error",)))

    assert done.problems == []
    assert done.chronicle.happened["the fee of a wrong bounce is left to a person"] > 0


def test_the_shortest_story_leaves_out_whatever_the_problem_does_not_need() -> None:
    def play(story: Story) -> Ending:
        shows = "lost" in story.faults and "buy" not in story.without
        return Ending(3, ["invoice 17 is 2.50 short"] if shows else [])

    story = shortest(Story(1, 5, FIRST, KINDS), "invoice 9 is 12.00 short", play)

    assert (story.faults, story.nights) == (("lost",), 3)
    assert "buy" not in story.without
    assert story.command().startswith(
        "sandbox simulate --seed 1 --from 2026-10-29 --nights 3 --faults lost --without pass-the-night --without"
    )


def test_a_job_that_no_kind_at_hand_can_strike_is_not_struck() -> None:
    draws = RandomDraws("any")

    struck = {drawn_kind(["sftp"], "ROUTING_SLIP_RECREATE", ["CfsSettings"], draws) for _ in range(200)}

    assert struck == {None}


def test_a_kind_of_fault_that_there_is_not_is_refused() -> None:
    asked = CliRunner().invoke(sandbox, ["simulate", "--faults", "kill,flood"])

    assert str(asked.exception) == (
        "There is no kind of fault 'flood'. There are: kill, freeze, database, lost, error, slow, away, sftp, store, "
        "half, askew, disk, full."
    )
