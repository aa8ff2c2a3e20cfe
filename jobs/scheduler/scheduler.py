"""The long-running scheduler: wakes at each scheduled instant and starts the run in a process of its own.

APScheduler only wakes it. What is to be done is decided anew at each look, from the schedule, the claims and the run
ledger, so a late wake, a restart and a second scheduler all come down to the same question.
"""

import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.errors import ConfigError, PayJobsError, SourceRefused, SourceUnavailable
from config.schedule import JobSchedule
from database.errors import explain
from jobs.scheduler.child import ChildProcesses, ProcessEnd
from jobs.scheduler.claims import Claim, Claims
from jobs.scheduler.http import Metrics
from jobs.scheduler.policy import FollowUp, after_end, after_loss, due_now, max_age, passed_over
from jobs.scheduler.trigger import CronInstants, ScheduleClock

RETRY_AFTER = timedelta(seconds=10)
ASK_AGAIN_AFTER = timedelta(seconds=30)
BEAT_SECONDS = 15.0
SILENT_TOO_LONG = 4 * BEAT_SECONDS
_DATABASE_AWAY = (SQLAlchemyError, ConfigError, SourceUnavailable, SourceRefused)

Tell = Callable[[str, str], None]


class Scheduler:
    """Runs jobs by their schedules until it is told to stop.

    tell  told (job, what happened) about a run that cannot tell it itself, because it was killed
    """

    def __init__(
        self,
        jobs: Mapping[str, JobSchedule],
        claims: Claims,
        children: ChildProcesses,
        *,
        timeline: ScheduleClock,
        metrics: Metrics,
        log: Any,
        tell: Tell = lambda _job, _said: None,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._jobs = dict(jobs)
        self._claims = claims
        self._children = children
        self._timeline = timeline
        self._metrics = metrics
        self._log = log
        self._tell = tell
        self._beat_seconds = beat_seconds
        self._begun = timeline.now()
        self._stop = threading.Event()
        self._looking = {name: threading.Lock() for name in jobs}
        self._look_again: set[str] = set()
        self._trouble: str | None = "it has not looked at the database yet"
        self._last_beat = datetime.now(UTC)
        self._wakes = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2 * len(self._jobs) + 2)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2},
        )

    def run(self, drain_seconds: float) -> None:
        """Work until told to stop, then let what runs come to its end."""
        for name, job in self._jobs.items():
            self._wakes.add_job(self.look, CronInstants(job.times, self._timeline), args=[name], id=name)
        self._wakes.start()
        self._look_again = set(self._jobs)
        while not self._stop.is_set():
            self._beat()
            self._stop.wait(self._beat_seconds)
        self._drain(drain_seconds)

    def stop(self) -> None:
        """Ask it to stop; asked a second time, the runs are asked too."""
        if self._stop.is_set():
            self._children.terminate()
        self._stop.set()

    def healthy(self) -> str | None:
        """Return why it should be started anew, None if all is well."""
        silent = (datetime.now(UTC) - self._last_beat).total_seconds()
        return f"it has not moved for {silent:.0f} seconds" if silent > SILENT_TOO_LONG else None

    def ready(self) -> str | None:
        """Return why it cannot work now, None if it can."""
        return "it is stopping" if self._stop.is_set() else self._trouble

    def look(self, name: str) -> None:
        """Carry out what is due of one job now, and take over what a dead scheduler left of it."""
        job = self._jobs[name]
        with self._looking[name]:
            try:
                self._take_over(name, job)
                while not self._stop.is_set():
                    settled = self._settled_until(name, job) or self._begun
                    now = self._timeline.now()
                    due = due_now(job, settled, now)
                    if not due:
                        break
                    self._carry_out_all(job, name, settled, due)
                self._metrics.due_next(name, job.times.next_after(self._timeline.now()))
            except _DATABASE_AWAY as error:
                self._trouble = _trouble_with_database(error)
                self._log.error("scheduler.look_failed", job=name, error=str(error))
                self._look_again.add(name)

    def _carry_out_all(self, job: JobSchedule, name: str, settled: datetime, due: Sequence[datetime]) -> None:
        within = job.times.between(max(settled, self._timeline.now() - max_age(job) - timedelta(days=1)), due[-1])
        if (left_out := passed_over(within, due)) > 0:
            self._metrics.passed_over(name, left_out)
            self._log.warning("scheduler.passed_over", job=name, instants=left_out, until=due[-1].isoformat())
        for instant in due:
            claim = self._claims.claim(name, instant)
            if claim is not None:
                self._carry_out(job, claim)
            if self._stop.is_set():
                return

    def _carry_out(self, job: JobSchedule, claim: Claim | None) -> None:
        """Run attempts at one instant until it is settled; None: somebody else has it."""
        while claim is not None:
            ended = self._attempt(job, claim)
            if ended is None or (self._stop.is_set() and ended.exit_code not in {0, 3}):
                return  # it stays begun: the next scheduler takes it over, if it is still worth it
            code = ended.exit_code
            follows = (
                FollowUp.FAILED
                if ended.over_deadline
                else after_end(job, code, claim.attempt, claim.scheduled_for, self._timeline.now())
            )
            if follows in {FollowUp.RETRY, FollowUp.WAIT}:
                pause = RETRY_AFTER if follows is FollowUp.RETRY else ASK_AGAIN_AFTER
                self._log.info("scheduler.again", job=claim.job, exit_code=code, why=str(follows))
                if self._stop.wait(self._timeline.machine_seconds(pause)):
                    return
                if follows is FollowUp.WAIT and self._is_served(job, claim):
                    self._log.info("scheduler.served_elsewhere", job=claim.job)
                    self._claims.finish(claim, str(FollowUp.DONE), code)
                    return
                claim = self._claims.again(self._claims.current(claim), waited=follows is FollowUp.WAIT)
                continue
            self._claims.finish(claim, str(follows), code)
            if code < 0 or ended.over_deadline or ended.not_started:
                self._tell(claim.job, _why(ended, job))
            return

    def _attempt(self, job: JobSchedule, claim: Claim) -> ProcessEnd | None:
        self._log.info(
            "scheduler.start", job=claim.job, scheduled_for=claim.scheduled_for.isoformat(), attempt=claim.attempt
        )
        self._metrics.begun(claim.job)
        began = datetime.now(UTC)
        ended = self._children.run(
            job.command(claim.job),
            {"PAY_JOBS_TRIGGER": "scheduler", "PAY_JOBS_CLAIM": claim.token},
            job.deadline.total_seconds(),
        )
        seconds = (datetime.now(UTC) - began).total_seconds()
        self._metrics.ended(claim.job, ended.exit_code if ended else -15, seconds, self._timeline.now())
        if ended is not None:
            self._log.info("scheduler.ended", job=claim.job, exit_code=ended.exit_code, seconds=round(seconds, 1))
        if ended is not None and ended.not_started:
            self._log.error("scheduler.not_started", job=claim.job, why=ended.not_started)
        return ended

    def _is_served(self, job: JobSchedule, claim: Claim) -> bool:
        """Whether the run that held the lock, a CronJob's or one by hand, did what this instant asks for."""
        return self._claims.is_served(claim, job.job or claim.job, self._command(claim.job), every=_every(job))

    def _take_over(self, name: str, job: JobSchedule) -> None:
        for claim, exit_code in self._claims.left_behind():
            if claim.job != name or self._stop.is_set():
                continue
            now = self._timeline.now()
            if exit_code is None:
                held_the_lock = claim.run_id is not None
                follows = after_loss(job, claim.attempt, claim.scheduled_for, now, held_the_lock=held_the_lock)
            else:
                follows = after_end(job, exit_code, claim.attempt, claim.scheduled_for, now)
            if follows in {FollowUp.RETRY, FollowUp.WAIT}:
                self._log.warning("scheduler.takes_over", job=name, scheduled_for=claim.scheduled_for.isoformat())
                self._carry_out(job, self._claims.again(claim))
            else:
                self._claims.finish(claim, str(follows), exit_code)

    def _beat(self) -> None:
        """Show that we live, and look where a look is due besides the schedule."""
        try:
            self._claims.hold()
            left = {claim.job for claim, _ in self._claims.left_behind() if claim.job in self._jobs}
            self._trouble = None
        except _DATABASE_AWAY as error:
            self._trouble = _trouble_with_database(error)
            self._log.error("scheduler.database_away", error=str(error))
            left = set()
        else:
            left |= self._look_again
            self._look_again = set()
        self._metrics.ready(self.ready() is None)
        self._last_beat = datetime.now(UTC)
        for name in left:
            self._wakes.add_job(self.look, args=[name], id=f"{name} again", replace_existing=True)

    def _drain(self, seconds: float) -> None:
        self._log.info("scheduler.draining", running=self._children.count())
        self._children.close()
        self._wakes.shutdown(wait=False)
        for patience, then in ((seconds, self._children.terminate), (30.0, self._children.kill), (10.0, None)):
            end = datetime.now(UTC) + timedelta(seconds=patience)
            while self._children.count() and datetime.now(UTC) < end:
                self._last_beat = datetime.now(UTC)
                threading.Event().wait(0.1)
            if then is not None:
                then()
        for lock in self._looking.values():  # the threads write down how their runs ended
            with suppress(RuntimeError):
                lock.acquire(timeout=5)
        self._claims.close()

    def _settled_until(self, name: str, job: JobSchedule) -> datetime | None:
        return self._claims.since(name, job.job or name, self._command(name), every=_every(job))

    def _command(self, name: str) -> str:
        return shlex.join(self._jobs[name].command(name))


def _every(job: JobSchedule) -> bool:
    return job.missed.run == "all"


def _why(ended: ProcessEnd, job: JobSchedule) -> str:
    if ended.not_started:
        return f"Its process could not be started: {ended.not_started}."
    if ended.over_deadline:
        return f"The run took longer than its deadline of {job.deadline} and was ended."
    return f"The process was killed by signal {-ended.exit_code}; `history` shows the run as lost."


def _trouble_with_database(error: SQLAlchemyError | PayJobsError) -> str:
    said = explain(error) if isinstance(error, DBAPIError) else error
    return f"the database cannot be used: {said}"
