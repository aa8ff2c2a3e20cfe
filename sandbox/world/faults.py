"""What goes wrong in a world: at points of a run that the seed chooses, in this process.

A run comes to a point before and after each of its commits, at each statement that writes, before and after each call
that changes something in CFS, and at each checkpoint of an operation outside. Most runs are left alone; a run that is
struck is struck once, at one of its points or in some of its calls, and its job is run again until a run came through.
Now and then CFS, SFTP or the bucket stays away all evening: the runs of the next day find what waits. Kinds:

    kill      the pod is gone at once: its sessions end, and nothing of what it still tries gets out
    freeze    the pod stands still, its sessions end, another run of the job does all the work, and it wakes
    database  the sessions of the run end, as they do when the server starts again; the run goes on
    lost      CFS does what it is asked, and its answer is lost
    error     CFS answers 500 or 503: to some calls it has done what it was asked, to others not
    slow      CFS takes longer than a gateway waits: the answer is 504, and what was asked is done after the run
    away      CFS takes no call any more, until the run has ended
    sftp      the SFTP server is away while the run lasts
    store     the object store is away while the run lasts
    half      of a settlement file that waits only a part is written, which ends within a line; the rest follows after
              the run
    askew     the clock of the pod is some minutes off
    disk      the pod's disk is full: what is to be kept there for a while cannot be written
    full      the disk of the database is full: a statement that writes fails, or a commit
"""

import errno
import io
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from connectors.effects.checkpoints import breaking_in
from database.engine import Database
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from sandbox.cfs.faults import Fault, FaultKind, Faults
from sandbox.cfs.options import Availability
from sandbox.cfs.simulator import Simulator
from sandbox.commits import commits_heard
from sandbox.sql_files import statement
from sandbox.world.chance import RandomDraws, SeededChance
from sandbox.world.chronicle import Chronicle
from sandbox.world.clock import VirtualClock

KINDS = (
    "kill", "freeze", "database", "lost", "error", "slow", "away", "sftp", "store", "half", "askew", "disk", "full"
)  # fmt: skip
_AT_POINTS = frozenset({"kill", "freeze", "database", "away", "full"})
_IN_ANSWERS = frozenset({"lost", "error", "slow"})
_NOWHERE = {"sftp": {"CAS_SFTP_PORT": "1"}, "store": {"MINIO_ENDPOINT": "127.0.0.1:1"}}
# What a job must ask for to be struck by a kind.
_ASKS = {
    "sftp": {"CasSftpSettings", "CgiSftpSettings"},
    "store": {"ObjectStoreSettings"},
    "half": {"CasSftpSettings"},
    "lost": {"CfsSettings"},
    "error": {"CfsSettings"},
    "slow": {"CfsSettings"},
    "away": {"CfsSettings"},
}
_STRUCK = 0.4
# Its steps outside are many, and most of its runs find nothing to do.
_RATHER_STRUCK = {"ROUTING_SLIP_RECREATE": 0.75}
_CHANGES_STRUCK, _LOOKS_STRUCK = 0.6, 0.1
# Money moves in calls and commits: what strikes them comes up more often than what keeps a run from its work.
_OFTEN = ("kill", "kill", "lost", "error", "slow")
_AWAY_ALL_EVENING = 0.06
_GUESSED_POINTS = 24
_CALLS = 6
_PLACES = ("commit", "call", "checkpoint", "checkpoint")
_STRUCK_IN_A_ROW = 3
_MINUTES_ASKEW = 20
_WRITES = re.compile(r"(--.*\n|\s)*(INSERT|UPDATE|DELETE|CREATE|WITH)\b", re.IGNORECASE)
_DISK_IS_FULL = (
    "DO $$ BEGIN RAISE EXCEPTION 'could not extend file \"base/16384/2619\": No space left on device'"
    " USING ERRCODE = '53100'; END $$"
)
_END_SESSIONS = text(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'pay-jobs %'"
)
_NEXT_DELIVERY = text(
    "SELECT min(next_attempt_on) FROM pay_jobs.outbox"
    " WHERE state = 'pending' AND kind <> 'look_for_second_fee' AND channel = ANY (:channels)"
)
_DATE_RUNS = text(statement("date_runs"))
_UNDER_WAY = text(
    "SELECT kind FROM pay_jobs.operations WHERE state NOT IN ('done', 'dropped') ORDER BY id DESC LIMIT 1"
)


class PodKilled(BaseException):
    """The pod is gone: nothing in it may catch this."""


class _Impatient(StopRequest):
    """Waits for nothing: between two attempts at a call no time has to pass here."""

    def wait(self, seconds: float) -> None:
        self.check()


class _FullDisk(io.RawIOBase):
    """A file on a disk that is full: it can be opened, and refuses what is written (once: closing it writes again)."""

    has_refused = False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, _place: int, _whence: int = 0) -> int:
        return 0

    def readinto(self, _buffer: Any) -> int:
        return 0

    def write(self, content: Any) -> int:
        if self.has_refused:
            return len(content)
        self.has_refused = True
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@dataclass
class _Pod:
    """A run under way: the points it came to, what strikes it, and at which of them.

    at  the kind of point and which of them; of checkpoints one is chosen when it is passed
    """

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
    _struck_at: Counter[str] = field(default_factory=Counter)
    _runs: Counter[str] = field(default_factory=Counter)
    _last_run: int = 0
    _pod: _Pod | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Listen for the points of runs."""
        heard: list[tuple[Any, str, Callable[..., Any]]] = []
        if self.kinds:
            heard = [
                (Engine, "before_cursor_execute", lambda connection, *_: self._refuse_the_dead(connection.engine)),
                (Engine, "engine_connect", lambda connection: self._refuse_the_dead(connection.engine)),
                (Engine, "do_execute", lambda cursor, statement, _values, asked: self._write(cursor, statement, asked)),
            ]
        for target, name, listener in heard:
            event.listen(target, name, listener)
        commits = commits_heard(self._commit) if self.kinds else nullcontext()
        try:
            with commits:
                yield
        finally:
            for target, name, listener in heard:
                event.remove(target, name, listener)

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
        pod = _Pod(job.name, draws, stand_in=partial(self._run_alone, job, request), kind=draws.one_of(possible))
        self.chronicle.note(f"{job.name}: {pod.kind} away for a night")
        if pod.kind == "away":
            self._close_cfs()
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

    def _new_pod(self, job: Job, request: RunRequest) -> _Pod:
        self._runs[job.name] += 1
        draws = self.chance.of("faults", job.name, self._runs[job.name])
        pod = _Pod(job.name, draws, stand_in=partial(self._run_alone, job, request))
        if self.kinds and draws.happens(_RATHER_STRUCK.get(job.name, _STRUCK)):
            possible = [kind for kind in self.kinds if kind not in _ASKS or _ASKS[kind] & set(job.needs)]
            pod.kind = draws.one_of([*possible, *(kind for kind in _OFTEN if kind in possible)])
            place = "write" if pod.kind == "full" else draws.one_of(_PLACES)
            most = _CALLS if place == "call" else self._points.get((job.name, place), _GUESSED_POINTS)
            pod.at = (place, draws.number(1, most))
        return pod

    def _run_in(self, pod: _Pod, job: Job, request: RunRequest) -> RunResult | None:
        """Run a job in a pod that may be struck; None where the pod was killed."""
        if not self.kinds:
            return execute(job, request, clock=self.clock, stop=StopRequest())
        self._pod = pod
        self.simulator.faults = _CallFaults(self._call)
        try:
            with self._surroundings(pod), breaking_in(partial(self._checkpoint, pod)):
                result = execute(job, request, clock=self._clock_of(pod), stop=_Impatient())
        except PodKilled:
            return None
        finally:
            self._pod = None
            self.simulator.faults = Faults()
            self._open_cfs()
            self.simulator.let_go()
            if pod.kind is None:
                self._points |= {(job.name, place): max(pod.points[place], 1) for place in ("commit", "write")}
        return None if pod.is_dead else result

    def _clock_of(self, pod: _Pod) -> Callable[[], datetime]:
        """Return the clock of a pod, which may be some minutes off."""
        if pod.kind != "askew":
            return self.clock
        off = timedelta(minutes=pod.draws.one_of((-1, 1)) * pod.draws.number(1, _MINUTES_ASKEW))
        self.askew = max(self.askew, abs(off))
        self._strike(pod, f"clock is {'behind' if off < timedelta(0) else 'ahead'}")
        return lambda: self.clock() + off

    @contextmanager
    def _surroundings(self, pod: _Pod) -> Iterator[None]:
        """Let what is around a run be as its fault says, and as it was afterwards."""
        before, halved = dict(os.environ), self._halve_uploads(pod) if pod.kind == "half" else {}
        if pod.kind in _NOWHERE:
            self._strike(pod, "away")
            os.environ.update(_NOWHERE[pod.kind])
        try:
            with self._full_disk(pod) if pod.kind == "disk" else nullcontext():
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            for path, content in halved.items():
                path.write_bytes(content)

    @contextmanager
    def _full_disk(self, pod: _Pod) -> Iterator[None]:
        """Let nothing be written to temporary files."""

        def opened(*_values: Any, **_options: Any) -> io.BufferedRandom:
            if not pod.is_struck:
                self._strike(pod, "is full")
            return io.BufferedRandom(_FullDisk())

        def refused(*_values: Any, **_options: Any) -> Any:
            if not pod.is_struck:
                self._strike(pod, "is full")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        before = tempfile.TemporaryFile, tempfile.TemporaryDirectory
        tempfile.TemporaryFile, tempfile.TemporaryDirectory = opened, refused  # type: ignore[misc, assignment]
        try:
            yield
        finally:
            tempfile.TemporaryFile, tempfile.TemporaryDirectory = before  # type: ignore[misc]

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
            self._strike(pod, "a file is written in part")
        return {path: whole[path] for path in halved}

    def _run_alone(self, job: Job, request: RunRequest) -> RunResult:
        """Run a job in a pod that nothing strikes, also while another stands still."""
        frozen, self._pod = self._pod, None
        try:
            return Context().run(execute, job, request, clock=self.clock, stop=_Impatient())
        finally:
            self._pod = frozen

    def _commit(self, connection: Connection, when: str) -> None:
        pod = self._pod
        if pod is None or self._is_ours(connection.engine):
            return
        if pod.is_dead:
            raise PodKilled
        if pod.kind == "full":
            return
        if self._reached(pod, "commit", f"{when} a commit"):
            self._break(pod)

    def _write(self, cursor: Any, statement: str, asked: Any) -> None:
        """Come to a statement that writes; where the database's disk is full it fails as the server lets it fail."""
        pod = self._pod
        if pod is None or pod.is_dead or self._is_ours(asked.engine) or not _WRITES.match(statement):
            return
        if self._reached(pod, "write", "at a statement that writes"):
            cursor.execute(_DISK_IS_FULL)

    def _checkpoint(self, pod: _Pod, name: str) -> None:
        """Come to a checkpoint of an operation; those that were struck less often are struck rather."""
        if pod.is_dead:
            raise PodKilled
        if pod.is_struck or pod.at[0] != "checkpoint" or pod.kind not in {"kill", "freeze", "database"}:
            return
        what = f"{self._operation_under_way()}, {name}"
        if pod.draws.happens(1 / (1 + self._struck_at[what])):
            self._struck_at[what] += 1
            self._strike(pod, f"in {what}")
            self._break(pod)

    def _operation_under_way(self) -> str:
        with self.database.begin() as session:
            return str(session.scalar(_UNDER_WAY) or "no operation")

    def _break(self, pod: _Pod) -> None:
        """Let happen to a pod what strikes it at this point."""
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
        if pod.kind in _IN_ANSWERS:
            return self._answer(pod, method, path, nth)
        if method == "GET" or path.endswith("/token") or pod.kind not in {"kill", "database", "away"}:
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
        if pod.kind == "slow" and not is_change:
            return None
        if not draws.happens(_CHANGES_STRUCK if is_change else _LOOKS_STRUCK):
            return None
        self._strike(pod, f"answer to {_in_words(method, path)}")
        if pod.kind == "lost":
            return Fault(FaultKind.LOST_ANSWER)
        if pod.kind == "slow":
            return Fault(FaultKind.HELD_EFFECT, status=504)
        kind = draws.one_of((FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER))
        return Fault(kind, status=draws.one_of((500, 503)))

    def _reached(self, pod: _Pod, place: str, name: str) -> bool:
        """Count a point, and say whether the pod is struck there."""
        pod.points[place] += 1
        if pod.is_struck or pod.kind not in _AT_POINTS or pod.at != (place, pod.points[place]):
            return False
        self._strike(pod, name)
        return True

    def _strike(self, pod: _Pod, where: str) -> None:
        pod.is_struck = True
        self.chronicle.note(f"{pod.name}: {pod.kind} {where}")

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
