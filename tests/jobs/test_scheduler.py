"""No instant is lost and none runs twice, whoever else runs the job; the children are scripted, the claims are real."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, text

from config.schedule import JobSchedule
from config.settings import DatabaseSettings
from database.engine import make_engine
from jobs.scheduler.child import ChildProcesses, ProcessEnd
from jobs.scheduler.claims import Claims
from jobs.scheduler.http import Metrics
from jobs.scheduler.scheduler import Scheduler
from tests.pay_books import QUIET

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)
THIS_MINUTE = NOW.replace(second=0, microsecond=0)


class ScriptedProcesses(ChildProcesses):
    """Children that end as they are told, each leaving the row that a run leaves in the ledger."""

    def __init__(self, engine: Engine, *codes: int) -> None:
        super().__init__(["nothing"])
        self.codes = list(codes)
        self.began = 0
        self._engine = engine

    def run(self, words: Sequence[str], environment: Mapping[str, str], deadline_seconds: float) -> ProcessEnd:
        self.began += 1
        code = self.codes.pop(0)
        write_run(self._engine, "scheduler", {0: "done", 1: "failed", 75: "locked"}[code])
        if not self.codes:
            self.at_the_end()
        return ProcessEnd(code)

    def at_the_end(self) -> None:
        """What happens while the last of them ends."""


class PauselessClock:
    """The time of this machine, whose pauses take no time."""

    shown = NOW

    def now(self) -> datetime:
        return self.shown

    def machine_time(self, instant: datetime) -> datetime:
        return instant

    def machine_seconds(self, length: timedelta) -> float:
        return 0


def write_run(engine: Engine, by: str, status: str, job: str = "PROBE") -> None:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version)"
                 " VALUES (:job, :job, :status, :by, 'pod', '1')"),
            {"by": by, "status": status, "job": job},
        )  # fmt: skip


def look(
    url: str, children: ChildProcesses, missed: dict[str, Any], *, begun: datetime, told: list[str] | None = None,
    **more: Any,
) -> Scheduler:  # fmt: skip
    """Let a scheduler that began at some time look once, now; `more` is of the entry."""
    job = JobSchedule.model_validate(
        {"cron": "* * * * *", "zone": "UTC", "deadline": "1h", "missed": missed, "retries": 0,
         "resources": {"cpu": "1", "memory": "1Gi"}} | more
    )  # fmt: skip
    timeline = PauselessClock()
    timeline.shown = begun
    claims = Claims(make_engine(DatabaseSettings(url=SecretStr(url)), application_name="scheduler", pooled=False), "me")
    claims.hold()
    made = Scheduler(
        {"PROBE": job}, claims, children, timeline=timeline, metrics=Metrics(), log=QUIET,
        tell=lambda _job, said: (told if told is not None else []).append(said),
    )  # fmt: skip
    if isinstance(children, ScriptedProcesses):
        children.at_the_end = made.stop  # type: ignore[method-assign]
    timeline.shown = NOW
    made.look("PROBE")
    claims.close()
    return made


def claims_of(engine: Engine) -> list[tuple[datetime, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT scheduled_for, state FROM pay_jobs.scheduled_runs ORDER BY 1"))
        return [(row[0].astimezone(UTC), row[1]) for row in rows]


def test_a_scheduler_that_ends_while_it_catches_up_leaves_the_rest_to_the_next(
    database_url: str, engine: Engine
) -> None:
    every = {"run": "all", "up_to": "1h"}
    begun = THIS_MINUTE - 3 * MINUTE
    look(database_url, ScriptedProcesses(engine, 0), every, begun=begun)
    look(database_url, ScriptedProcesses(engine, 0, 0), every, begun=NOW)

    assert claims_of(engine) == [(THIS_MINUTE - back * MINUTE, "done") for back in (2, 1, 0)]


def test_an_instant_that_a_cron_job_served_meanwhile_is_not_run_again(database_url: str, engine: Engine) -> None:
    class CronJobNeighbour(ScriptedProcesses):
        def run(self, words: Sequence[str], environment: Mapping[str, str], deadline_seconds: float) -> ProcessEnd:
            ended = super().run(words, environment, deadline_seconds)
            write_run(engine, "cronjob", "done")
            return ended

        def at_the_end(self) -> None: ...

    children = CronJobNeighbour(engine, 75, 0)
    look(database_url, children, {"run": "latest", "up_to": "1h"}, begun=THIS_MINUTE - MINUTE)

    assert (children.began, claims_of(engine)) == (1, [(THIS_MINUTE, "done")])


def test_an_instant_whose_lock_another_command_held_is_run_afterwards(database_url: str, engine: Engine) -> None:
    children = ScriptedProcesses(engine, 75, 0)
    look(database_url, children, {"run": "latest", "up_to": "1h"}, begun=THIS_MINUTE - MINUTE)

    assert (children.began, claims_of(engine)) == (2, [(THIS_MINUTE, "done")])


def test_waiting_for_the_lock_is_no_attempt(database_url: str, engine: Engine) -> None:
    children = ScriptedProcesses(engine, 75, 75, 75, 1, 0)
    look(database_url, children, {"run": "latest", "up_to": "1h"}, begun=THIS_MINUTE - MINUTE, retries=1)

    assert (children.began, claims_of(engine)) == (5, [(THIS_MINUTE, "done")])


def test_schedulers_that_end_while_they_wait_for_the_lock_lose_nothing(database_url: str, engine: Engine) -> None:
    latest = {"run": "latest", "up_to": "1h"}
    for _ in range(3):
        look(database_url, ScriptedProcesses(engine, 75), latest, begun=THIS_MINUTE - MINUTE)
    assert claims_of(engine) == [(THIS_MINUTE, "begun")]

    look(database_url, ScriptedProcesses(engine, 0), latest, begun=NOW)

    assert claims_of(engine) == [(THIS_MINUTE, "done")]


def test_a_process_that_cannot_be_started_is_tried_again_and_then_told(database_url: str, engine: Engine) -> None:
    told: list[str] = []
    children = ChildProcesses(["/no/such/program"])

    look(database_url, children, {"run": "skip"}, begun=THIS_MINUTE - MINUTE, told=told, retries=1)

    assert claims_of(engine) == [(THIS_MINUTE, "failed")]
    assert told == ["Its process could not be started: [Errno 2] No such file or directory: '/no/such/program'."]


def test_a_run_of_a_tool_whose_name_has_two_words_serves_its_instants(database_url: str, engine: Engine) -> None:
    write_run(engine, "cronjob", "done", job="ejv preflight")

    children = ScriptedProcesses(engine, 0)
    look(database_url, children, {"run": "latest", "up_to": "1h"}, begun=THIS_MINUTE - MINUTE, job="ejv preflight")

    assert (children.began, claims_of(engine)) == (0, [])
