"""The scheduler as a person would run it, its time running faster: once each, through kills, drains and outages."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families

from config.cron import Cron
from tests.conftest import MakePayDatabase
from tests.probe_entry import NAMES
from tests.scheduler_fixtures import SchedulerBench, fresh_bench
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
CHECK = """
check:
  {cron: 30 12 * * *, zone: UTC, deadline: 1h, missed: {run: latest, up_to: 9d}, resources: {cpu: 1m, memory: 1Mi}}
"""


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[SchedulerBench]:
    yield from fresh_bench(database_url, tmp_path)


@pytest.mark.parametrize(
    ("zone", "evening", "local"),
    [
        ("America/Toronto", datetime(2027, 3, 14, 5, tzinfo=UTC), ["01:30:00-05:00", "03:30:00-04:00"]),
        ("Europe/Berlin", datetime(2027, 10, 30, 23, tzinfo=UTC), ["01:30:00+02:00", "02:30:00+02:00"]),
    ],
)
def test_a_night_on_which_clocks_change_has_each_run_once(
    bench: SchedulerBench, zone: str, evening: datetime, local: list[str]
) -> None:
    bench.begin(evening, speed=3600)
    schedule = bench.schedule(PROBE=f"30 1-2 * * * | zone: {zone} | missed: {{run: all, up_to: 5d}}")

    scheduler = bench.scheduler(schedule)
    morning = evening + 5 * HOUR
    wait_until(lambda: [claim[1] for claim in bench.claims()[:2]] == ["done", "done"], "both runs are done")
    wait_until(lambda: bench.is_past(morning), "the night is over")

    runs, claims = bench.runs(), bench.claims()  # a slow machine is in one of the next nights by now
    expected = Cron("30 1-2 * * *", zone).between(evening, morning)
    assert [claim[:2] for claim in claims if claim[0] < morning] == [(instant, "done") for instant in expected]
    assert [instant.astimezone(ZoneInfo(zone)).isoformat()[11:] for instant in expected] == local
    assert [status for _, status in runs[:2]] == ["done", "done"]
    assert len(runs) <= len(claims)
    assert scheduler.stop() == 0


def test_two_schedulers_at_once_run_each_instant_once(bench: SchedulerBench) -> None:
    bench.begin(bench.start, speed=1800)
    schedule = bench.schedule(PROBE="0 * * * * | missed: {run: all, up_to: 1d}")

    pair = bench.schedulers(schedule, 2)
    wait_until(lambda: sum(claim[1] == "done" for claim in bench.claims()) >= 4, "four instants are done")
    assert [scheduler.stop() for scheduler in pair] == [0, 0]

    claims = bench.claims()
    assert len({claim[0] for claim in claims}) == len(claims)
    assert [status for _, status in bench.runs()].count("done") == sum(claim[1] == "done" for claim in claims)
    instants = Cron("0 * * * *", "UTC").between(claims[0][0] - HOUR / 4, claims[-1][0])
    assert [claim[0] for claim in claims] == instants


def test_a_run_that_outlives_its_killed_scheduler_is_not_run_again(bench: SchedulerBench) -> None:
    bench.begin(bench.start, speed=900)
    schedule = bench.schedule(PROBE="30 12 * * * | arguments: --seconds, '3'")
    first = bench.scheduler(schedule)
    wait_until(lambda: [status for _, status in bench.runs()] == ["running"], "the run is at work")

    first.kill()
    second = bench.scheduler(schedule)
    wait_until(lambda: [claim[1] for claim in bench.claims()] == ["done"], "the new scheduler settles it")

    assert [status for _, status in bench.runs()] == ["done"]
    assert bench.claims() == [(bench.start + HOUR / 2, "done", 0, 1)]
    assert second.stop() == 0


def test_a_run_that_was_killed_with_its_scheduler_is_run_again_once(bench: SchedulerBench) -> None:
    bench.begin(bench.start, speed=900)
    schedule = bench.schedule(PROBE="30 12 * * * | arguments: --seconds, '2'")
    first = bench.scheduler(schedule)
    wait_until(lambda: [status for _, status in bench.runs()] == ["running"], "the run is at work")

    first.kill()
    [child] = bench.child_pids()
    os.kill(child, signal.SIGKILL)
    bench.scheduler(schedule)
    wait_until(lambda: [claim[1] for claim in bench.claims()] == ["done"], "the new scheduler runs it again")

    assert [status for _, status in bench.runs()] == ["lost", "done"]
    assert bench.claims() == [(bench.start + HOUR / 2, "done", 0, 2)]


@pytest.fixture(scope="module")
def bad_hour(make_pay_database: MakePayDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SchedulerBench]:
    """One scheduler whose runs heal, fail, are killed and take too long, all in the same hour; all are settled."""
    folder = tmp_path_factory.mktemp("scheduler")
    made = SchedulerBench(make_pay_database("scheduler").address, folder)
    made.begin(made.start, speed=900)
    schedule = made.schedule(
        PROBE=f"30 12 * * * | arguments: --heal, {folder / 'healed'} | retries: 1",
        OTHER="30 12 * * * | arguments: --fail | retries: 1",
        KILLED="30 12 * * * | arguments: --seconds, '90'",
        LATE="30 12 * * * | arguments: --seconds, '90' | deadline: 12s",
    )
    schedule.write_text(schedule.read_text() + CHECK)
    try:
        made.scheduler(schedule)
        wait_until(lambda: [status for _, status in made.runs("KILLED")] == ["running"], "the run is at work")
        os.kill(made.child_pids("KILLED")[0], signal.SIGKILL)
        for job in (*NAMES, "check"):
            wait_until(lambda job=job: [one[1] for one in made.claims(job)] not in ([], ["begun"]), f"{job} is settled")
        yield made
    finally:
        made.close()


def test_a_killed_child_hurts_neither_the_scheduler_nor_the_other_runs(bad_hour: SchedulerBench) -> None:
    assert bad_hour.claims("KILLED") == [(bad_hour.start + HOUR / 2, "failed", -9, 1)]
    assert [claim[1] for claim in bad_hour.claims("PROBE")] == ["done"]
    assert bad_hour.processes[0].poll() is None


def test_the_absence_alarm_is_started_by_the_clock_like_a_job(bad_hour: SchedulerBench) -> None:
    assert bad_hour.claims("check") == [(bad_hour.start + HOUR / 2, "done", 0, 1)]


def test_a_run_past_its_deadline_is_ended(bad_hour: SchedulerBench) -> None:
    assert [claim[1] for claim in bad_hour.claims("LATE")] == ["failed"]
    assert [status for _, status in bad_hour.runs("LATE")] == ["interrupted"]


def test_a_failed_run_is_tried_again_as_often_as_the_schedule_says(bad_hour: SchedulerBench) -> None:
    assert [claim[1] for claim in bad_hour.claims("OTHER") + bad_hour.claims()] == ["failed", "done"]
    assert [status for _, status in bad_hour.runs()] == ["failed", "done"]
    assert [status for _, status in bad_hour.runs("OTHER")] == ["failed", "failed"]


def test_after_an_outage_missed_runs_are_caught_up_as_the_schedule_says(bench: SchedulerBench) -> None:
    bench.begin(bench.start, speed=1800)
    jobs = {
        "PROBE": "0 * * * * | missed: {run: all, up_to: 4h}",
        "OTHER": "0 * * * * | missed: {run: latest, up_to: 4h}",
    }
    schedule = bench.schedule(**jobs)
    first = bench.scheduler(schedule)
    wait_until(lambda: bench.claims() and bench.claims("OTHER"), "the first instant is taken")
    first.stop()
    before = {job: len(bench.claims(job)) for job in jobs}

    bench.begin(bench.claims()[-1][0] + 6 * HOUR + HOUR / 2, speed=1)
    bench.scheduler(schedule)
    wait_until(lambda: len(bench.claims()) == before["PROBE"] + 4, "all of the last four hours are caught up")
    wait_until(lambda: len(bench.claims("OTHER")) == before["OTHER"] + 1, "the latest is caught up")
    time.sleep(1)

    newest = bench.start - HOUR / 2
    assert [claim[0] for claim in bench.claims()[-4:]] == [newest - hours * HOUR for hours in (3, 2, 1, 0)]
    assert bench.claims("OTHER")[-1][0] == newest
    assert len(bench.claims("OTHER")) == before["OTHER"] + 1


def test_it_drains_when_asked_to_stop_and_tells_the_cluster_how_it_is(bench: SchedulerBench) -> None:
    bench.begin(bench.start, speed=900)
    schedule = bench.schedule(PROBE="30 12 * * * | arguments: --seconds, '4'", OTHER="0 1 * * *")
    scheduler = bench.scheduler(schedule)
    wait_until(lambda: scheduler.answer("/readyz") == (200, "ok\n"), "it is ready")
    wait_until(lambda: [status for _, status in bench.runs()] == ["running"], "the run is at work")
    metrics = scheduler.answer("/metrics")
    assert metrics is not None
    figures = {
        (sample.name, *sample.labels.values()): sample.value
        for one in text_string_to_metric_families(metrics[1])
        for sample in one.samples
    }

    scheduler.process.send_signal(signal.SIGTERM)
    wait_until(lambda: scheduler.answer("/readyz") == (503, "it is stopping\n"), "it is no longer ready")
    code = scheduler.process.wait(60)

    assert code == 0
    assert [status for _, status in bench.runs()] == ["done"]
    assert bench.claims() == [(bench.start + HOUR / 2, "done", 0, 1)]
    assert figures[("pay_jobs_running", "PROBE")] == 1
    assert figures[("pay_jobs_scheduler_ready",)] == 1
