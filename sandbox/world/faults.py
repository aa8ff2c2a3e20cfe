"""What goes wrong in a world: at points of a run that the seed chooses, in this process.

A run comes to a point before and after each of its commits, and before and after each call that changes something in
CFS. Most runs are left alone; a run that is struck is struck once, at one of its points or in some of its calls, and
its job is run again until a run came through. Now and then CFS, SFTP or the bucket stays away all evening: the runs of
the next day find what waits. Kinds:

    kill      the pod is gone at once: its sessions end, and nothing of what it still tries gets out
    freeze    the pod stands still, its sessions end, another run of the job does all the work, and it wakes
    database  the sessions of the run end, as they do when the server starts again; the run goes on
    lost      CFS does what it is asked, and its answer is lost
    error     CFS answers 500 or 503: to some calls it has done what it was asked, to others not
    away      CFS takes no call any more, until the run has ended
    sftp      the SFTP server is away while the run lasts
    store     the object store is away while the run lasts
    half      of a settlement file that waits only a part is written, which ends within a line; the rest follows after
              the run
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from database.engine import Database
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from sandbox.cfs.faults import Fault, FaultKind, Faults
from sandbox.cfs.options import Availability
from sandbox.cfs.simulator import Simulator
from sandbox.world.chance import RandomDraws, SeededChance
from sandbox.world.clock import VirtualClock

KINDS = ("kill", "freeze", "database", "lost", "error", "away", "sftp", "store", "half")
_AT_POINTS = frozenset({"kill", "freeze", "database", "away"})
_NOWHERE = {"sftp": {"CAS_SFTP_PORT": "1"}, "store": {"MINIO_ENDPOINT": "127.0.0.1:1"}}
_STRUCK = 0.4
_CHANGES_STRUCK, _LOOKS_STRUCK = 0.6, 0.1
# Money moves in calls and commits: what strikes them comes up more often than what keeps a run from its work.
_OFTEN = frozenset({"kill", "lost", "error"})
_AWAY_ALL_EVENING = 0.06
_GUESSED_COMMITS = 24
_CALLS = 6
_STRUCK_IN_A_ROW = 3
_END_SESSIONS = text(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'pay-jobs %'"
)
_NEXT_DELIVERY = text(
    "SELECT min(next_attempt_on) FROM pay_jobs.outbox"
    " WHERE state = 'pending' AND kind <> 'look_for_second_fee' AND channel = ANY (:channels)"
)


class PodKilled(BaseException):
    """The pod is gone: nothing in it may catch this."""


class _Impatient(StopRequest):
    """Waits for nothing: between two attempts at a call no time has to pass here."""

    def wait(self, seconds: float) -> None:
        self.check()


@dataclass
class _Pod:
    """A run under way: how many commits and calls it came to, what strikes it, and at which of them."""

    name: str
    draws: RandomDraws
    stand_in: Callable[[], RunResult]
    kind: str | None = None
    at: tuple[str, int] = ("commit", 0)
    points: Counter[str] = field(default_factory=Counter)
    is_struck: bool = False
    is_dead: bool = False
    calls: Counter[str] = field(default_factory=Counter)


@dataclass
class WorldFaults:
    """Lets runs of a world fail. `met` counts what came up."""

    kinds: tuple[str, ...]
    chance: SeededChance
    clock: VirtualClock
    database: Database
    simulator: Simulator
    uploads: Path
    met: Counter[str]
    _commits: dict[str, int] = field(default_factory=dict)
    _runs: Counter[str] = field(default_factory=Counter)
    _pod: _Pod | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Listen for the points of runs."""
        heard: list[tuple[Any, str, Callable[..., None]]] = [
            (Session, "before_commit", lambda session: self._commit(session, "before")),
            (Session, "after_commit", lambda session: self._commit(session, "after")),
            (Engine, "before_cursor_execute", lambda connection, *_: self._refuse_the_dead(connection.engine)),
            (Engine, "engine_connect", lambda connection: self._refuse_the_dead(connection.engine)),
        ]
        for target, name, listener in heard if self.kinds else ():
            event.listen(target, name, listener)
        try:
            yield
        finally:
            for target, name, listener in heard if self.kinds else ():
                event.remove(target, name, listener)

    def run(self, job: Job, request: RunRequest) -> RunResult:
        """Run a job until it comes to its end and what it tells others has left.

        Whatever strikes a run, the next one finds what it left.
        """
        result = self._run_until_through(job, request)
        while (due := self._next_delivery(job)) is not None:
            self.clock.wait_until(due)
            result = self._run_alone(job, request)
        return result

    def away_this_evening(self, job: Job, request: RunRequest, *kinds: str) -> RunResult | None:
        """Return how a run ended for which one of some parts was away, if one stays away this evening."""
        draws = self.chance.of("evening", job.name, self.clock())
        possible = [kind for kind in kinds if kind in self.kinds]
        if not possible or not draws.happens(_AWAY_ALL_EVENING):
            return None
        pod = _Pod(job.name, draws, stand_in=partial(self._run_alone, job, request), kind=draws.one_of(possible))
        self.met[f"{job.name}: {pod.kind} away for a night"] += 1
        if pod.kind == "away":
            self._close_cfs()
        return self._run_in(pod, job, request)

    def _run_until_through(self, job: Job, request: RunRequest) -> RunResult:
        for _ in range(_STRUCK_IN_A_ROW):
            pod = self._new_pod(job, request)
            result = self._run_in(pod, job, request)
            if result is not None and not pod.is_struck:
                return result
        return self._run_alone(job, request)

    def _next_delivery(self, job: Job) -> datetime | None:
        """Return when the next message that waits because of a fault may leave."""
        if not self.kinds:
            return None
        with self.database.begin() as session:
            due: datetime | None = session.scalar(_NEXT_DELIVERY, {"channels": [one.channel for one in job.delivers]})
            return due

    def _new_pod(self, job: Job, request: RunRequest) -> _Pod:
        self._runs[job.name] += 1
        draws = self.chance.of("faults", job.name, self._runs[job.name])
        pod = _Pod(job.name, draws, stand_in=partial(self._run_alone, job, request))
        if self.kinds and draws.happens(_STRUCK):
            pod.kind = draws.one_of([*self.kinds, *(kind for kind in self.kinds if kind in _OFTEN)])
            commits = self._commits.get(job.name, _GUESSED_COMMITS)
            pod.at = ("call", draws.number(1, _CALLS)) if draws.happens(0.5) else ("commit", draws.number(1, commits))
        return pod

    def _run_in(self, pod: _Pod, job: Job, request: RunRequest) -> RunResult | None:
        """Run a job in a pod that may be struck; None where the pod was killed."""
        if not self.kinds:
            return execute(job, request, clock=self.clock, stop=StopRequest())
        self._pod = pod
        self.simulator.faults = _CallFaults(self._call)
        try:
            with self._surroundings(pod):
                result = execute(job, request, clock=self.clock, stop=_Impatient())
        except PodKilled:
            return None
        finally:
            self._pod = None
            self.simulator.faults = Faults()
            self._open_cfs()
            if pod.kind is None:
                self._commits[job.name] = max(pod.points["commit"], 1)
        return None if pod.is_dead else result

    @contextmanager
    def _surroundings(self, pod: _Pod) -> Iterator[None]:
        """Let what is around a run be as its fault says, and as it was afterwards."""
        before, halved = dict(os.environ), self._halve_uploads(pod) if pod.kind == "half" else {}
        if pod.kind in _NOWHERE:
            pod.is_struck = True
            self.met[f"{pod.name}: {pod.kind} away"] += 1
            os.environ.update(_NOWHERE[pod.kind])
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            for path, content in halved.items():
                path.write_bytes(content)

    def _halve_uploads(self, pod: _Pod) -> dict[Path, bytes]:
        """Cut every file that waits within a line; return the whole content of each."""
        found = sorted(path for path in self.uploads.iterdir() if path.is_file())
        whole = {path: path.read_bytes() for path in found}
        cut = {
            path: content[: pod.draws.number(1, len(content) - 1)]
            for path, content in whole.items()
            if len(content) > 1
        }
        halved = {path: half for path, half in cut.items() if not half.endswith(b"\n")}
        for path, half in halved.items():
            path.write_bytes(half)
        if halved:
            pod.is_struck = True
            self.met[f"{pod.name}: a file is written in part"] += 1
        return {path: whole[path] for path in halved}

    def _run_alone(self, job: Job, request: RunRequest) -> RunResult:
        """Run a job in a pod that nothing strikes, also while another stands still."""
        frozen, self._pod = self._pod, None
        try:
            return Context().run(execute, job, request, clock=self.clock, stop=_Impatient())
        finally:
            self._pod = frozen

    def _commit(self, session: Session, when: str) -> None:
        pod = self._pod
        if pod is None or self._is_ours(session.get_bind().engine):
            return
        if pod.is_dead:
            raise PodKilled
        if not self._reached(pod, "commit", f"{when} a commit"):
            return
        if pod.kind == "away":
            self._close_cfs()
            return
        self._end_sessions()
        if pod.kind == "freeze":
            pod.stand_in()
        elif pod.kind == "kill":
            pod.is_dead = True
            raise PodKilled

    def _call(self, method: str, path: str) -> Fault | None:
        """Return the fault that strikes a call of CFS; in the thread of its server."""
        pod = self._pod
        if pod is None:
            return None
        if pod.is_dead:
            self._close_cfs()
            return None
        nth = pod.calls[f"{method} {path}"] = pod.calls[f"{method} {path}"] + 1
        if pod.kind in {"lost", "error"}:
            return self._answer(pod, method, path, nth)
        if method == "GET" or path.endswith("/token") or pod.kind == "freeze":
            return None
        name = _in_words(method, path)
        is_before = self._reached(pod, "call", f"before {name}")
        if not is_before and not self._reached(pod, "call", f"after {name}"):
            return None
        if pod.kind in {"kill", "database"}:
            self._end_sessions()
            pod.is_dead = pod.kind == "kill"
        if is_before and pod.kind != "database":
            self._close_cfs()
        if is_before or pod.kind == "database":
            return None
        return Fault(FaultKind.LOST_ANSWER)

    def _answer(self, pod: _Pod, method: str, path: str, nth: int) -> Fault | None:
        draws = self.chance.of("call", pod.name, self._runs[pod.name], method, path, nth)
        is_change = method != "GET" and not path.endswith("/token")
        if not draws.happens(_CHANGES_STRUCK if is_change else _LOOKS_STRUCK):
            return None
        pod.is_struck = True
        self.met[f"{pod.name}: {pod.kind} answer to {_in_words(method, path)}"] += 1
        if pod.kind == "lost":
            return Fault(FaultKind.LOST_ANSWER)
        kind = draws.one_of((FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER))
        return Fault(kind, status=draws.one_of((500, 503)))

    def _reached(self, pod: _Pod, place: str, name: str) -> bool:
        """Count a point, and say whether the pod is struck there."""
        pod.points[place] += 1
        if pod.is_struck or pod.kind not in _AT_POINTS or pod.at != (place, pod.points[place]):
            return False
        pod.is_struck = True
        self.met[f"{pod.name}: {pod.kind} {name}"] += 1
        return True

    def _refuse_the_dead(self, engine: Engine) -> None:
        if self._pod is not None and self._pod.is_dead and not self._is_ours(engine):
            raise PodKilled

    def _is_ours(self, engine: Engine) -> bool:
        return engine is self.database.engine

    def _end_sessions(self) -> None:
        with self.database.begin() as session:
            session.execute(_END_SESSIONS)

    def _close_cfs(self) -> None:
        self.simulator.change(replace(self.simulator.options, availability=Availability.DROP))

    def _open_cfs(self) -> None:
        if self.simulator.options.availability is Availability.DROP:
            self.simulator.change(replace(self.simulator.options, availability=Availability.OPEN))


def _in_words(method: str, path: str) -> str:
    """Return a call without the numbers it is about."""
    return f"{method} {'/'.join(part for part in path.split('/') if part.isalpha())}"


class _CallFaults(Faults):
    """Asks for each call of CFS what strikes it."""

    def __init__(self, strikes: Callable[[str, str], Fault | None]) -> None:
        super().__init__()
        self._strikes = strikes

    def for_call(self, method: str, path: str) -> tuple[float, Fault | None]:
        """Return no slowness, and the fault that strikes a call."""
        return 0, self._strikes(method, path)
