"""The runs of a world, each in a pod that may be struck, until one comes through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import text

from database.engine import Database
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from sandbox.cfs.simulator import Simulator
from sandbox.sql_files import statement
from sandbox.world.chance import SeededChance
from sandbox.world.chronicle import Chronicle
from sandbox.world.clock import VirtualClock
from sandbox.world.faults.kinds import drawn_kind, drawn_place
from sandbox.world.faults.pod import Pod, PodKilled
from sandbox.world.faults.strikes import PodStrikes
from sandbox.world.faults.surroundings import surroundings

_AWAY_ALL_EVENING = 0.1
_GUESSED_POINTS = 24
_CALLS = 6
_STRUCK_IN_A_ROW = 3
_MINUTES_ASKEW = 20
_NEXT_DELIVERY = text(
    "SELECT min(next_attempt_on) FROM pay_jobs.outbox"
    " WHERE state = 'pending' AND kind <> 'look_for_second_fee' AND channel = ANY (:channels)"
)
_DATE_RUNS = text(statement("date_runs"))


class _Impatient(StopRequest):
    """Waits for nothing: between two attempts at a call no time has to pass here."""

    def wait(self, seconds: float) -> None:
        self.check()


@dataclass
class WorldFaults:
    """Lets runs of a world fail, and notes it.

    askew  how far the clock of a pod was off at most
    """

    kinds: tuple[str, ...]
    chance: SeededChance
    clock: VirtualClock
    database: Database
    simulator: Simulator
    uploads: Path
    chronicle: Chronicle
    askew: timedelta = timedelta(0)
    _points: dict[tuple[str, str], int] = field(default_factory=dict)
    _last_run: int = 0

    def __post_init__(self) -> None:
        self._strikes = PodStrikes(self.chance, self.database, self.simulator, self.chronicle)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Listen for the points of runs."""
        with self._strikes.listening() if self.kinds else nullcontext():
            yield

    def run(self, job: Job, request: RunRequest) -> RunResult:
        """Run a job until it comes to its end and what it tells others has left.

        Whatever strikes a run, the next one finds what it left.
        """
        began = self.clock()
        result = self._run_until_through(job, request)
        while (due := self._next_delivery(job)) is not None:
            self.clock.wait_until(due)
            result = self._run_alone(job, request)
        self._date_runs(began)
        return result

    def away_this_evening(self, job: Job, request: RunRequest, *kinds: str) -> RunResult | None:
        """Return how a run ended for which one of some parts was away, if one stays away this evening."""
        draws = self.chance.of("evening", job.name, self.clock())
        possible = [kind for kind in kinds if kind in self.kinds]
        if not possible or not draws.happens(_AWAY_ALL_EVENING):
            return None
        pod = Pod(job.name, draws, stand_in=partial(self._run_alone, job, request), kind=draws.one_of(possible))
        self.chronicle.note(f"{job.name}: {pod.kind} away for a night")
        if pod.kind == "away":
            self._strikes.close_cfs()
        began = self.clock()
        result = self._run_in(pod, job, request)
        self._date_runs(began)
        return result

    def _date_runs(self, began: datetime) -> None:
        """Let the ledger say when the runs were in the world: it goes by the clock of the database."""
        with self.database.begin() as session:
            values = {"last": self._last_run, "began": began, "ended": self.clock()}
            self._last_run = session.scalar(_DATE_RUNS, values) or self._last_run

    def _run_until_through(self, job: Job, request: RunRequest) -> RunResult:
        for _ in range(_STRUCK_IN_A_ROW):
            pod = self._new_pod(job, request)
            result = self._run_in(pod, job, request)
            if result is not None and not pod.is_struck:
                return result
        return self._run_alone(job, request)

    def _next_delivery(self, job: Job) -> datetime | None:
        """Return when the next message that waits because of a fault may leave."""
        if not self.kinds or not job.delivers:
            return None
        with self.database.begin() as session:
            due: datetime | None = session.scalar(_NEXT_DELIVERY, {"channels": [one.channel for one in job.delivers]})
            return due

    def _new_pod(self, job: Job, request: RunRequest) -> Pod:
        self._strikes.runs[job.name] += 1
        draws = self.chance.of("faults", job.name, self._strikes.runs[job.name])
        pod = Pod(job.name, draws, stand_in=partial(self._run_alone, job, request))
        pod.kind = drawn_kind(self.kinds, job.name, job.needs, draws)
        if pod.kind is not None:
            place = drawn_place(pod.kind, job.name, draws)
            most = _CALLS if place == "call" else self._points.get((job.name, place), _GUESSED_POINTS)
            pod.at = (place, draws.number(1, most))
        return pod

    def _run_in(self, pod: Pod, job: Job, request: RunRequest) -> RunResult | None:
        """Run a job in a pod that may be struck; None where the pod was killed."""
        if not self.kinds:
            return execute(job, request, clock=self.clock, stop=StopRequest())
        try:
            with self._strikes.at(pod), surroundings(pod, self.uploads, self._strikes.strike):
                result = execute(job, request, clock=self._clock_of(pod), stop=_Impatient())
        except PodKilled:
            return None
        finally:
            if pod.kind is None:
                self._points |= {(job.name, place): max(pod.points[place], 1) for place in ("commit", "write")}
        return None if pod.is_dead else result

    def _clock_of(self, pod: Pod) -> Callable[[], datetime]:
        """Return the clock of a pod, which may be some minutes off."""
        if pod.kind != "askew":
            return self.clock
        off = timedelta(minutes=pod.draws.one_of((-1, 1)) * pod.draws.number(1, _MINUTES_ASKEW))
        self.askew = max(self.askew, abs(off))
        self._strikes.strike(pod, f"clock is {'behind' if off < timedelta(0) else 'ahead'}")
        return lambda: self.clock() + off

    def _run_alone(self, job: Job, request: RunRequest) -> RunResult:
        """Run a job in a pod that nothing strikes, also while another stands still."""
        frozen, self._strikes.pod = self._strikes.pod, None
        try:
            return Context().run(execute, job, request, clock=self.clock, stop=_Impatient())
        finally:
            self._strikes.pod = frozen
