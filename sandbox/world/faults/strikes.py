"""What strikes a pod at the points that it comes to: commits, statements that write, checkpoints, and calls of CFS."""

import re
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import SAWarning

from connectors.effects.checkpoints import breaking_in
from database.engine import Database
from sandbox.cfs.faults import Fault, FaultKind, Faults
from sandbox.cfs.options import Availability
from sandbox.cfs.simulator import Simulator
from sandbox.commits import commits_heard
from sandbox.world.chance import SeededChance
from sandbox.world.chronicle import Chronicle
from sandbox.world.faults.kinds import AT_POINTS, IN_ANSWERS
from sandbox.world.faults.pod import Pod, PodKilled

_CHANGES_STRUCK, _LOOKS_STRUCK = 0.6, 0.1
_THIS_CHECKPOINT = 0.12
_WRITES = re.compile(r"(--.*\n|\s)*(INSERT|UPDATE|DELETE|CREATE|WITH)\b", re.IGNORECASE)
_DISK_IS_FULL = (
    "DO $$ BEGIN RAISE EXCEPTION 'could not extend file \"base/16384/2619\": No space left on device'"
    " USING ERRCODE = '53100'; END $$"
)
_END_SESSIONS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'pay-jobs %'"
    " AND pg_terminate_backend(pid)"
)
_COUNT_SESSIONS = text("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY (:ended)")
_MOMENT = 0.001
_UNDER_WAY = text(
    "SELECT kind FROM pay_jobs.operations WHERE state NOT IN ('done', 'dropped') ORDER BY id DESC LIMIT 1"
)


@dataclass
class PodStrikes:
    """Strikes the pod that is under way where it is to be struck, and notes it.

    pod   the one under way, None where nothing strikes a run
    runs  how many pods of each job there were
    """

    chance: SeededChance
    database: Database
    simulator: Simulator
    chronicle: Chronicle
    pod: Pod | None = None
    runs: Counter[str] = field(default_factory=Counter)
    _struck_at: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen for the points of runs."""
        heard: list[tuple[str, Callable[..., Any]]] = [
            ("before_cursor_execute", lambda connection, *_: self._refuse_the_dead(connection.engine)),
            ("engine_connect", lambda connection: self._refuse_the_dead(connection.engine)),
            ("do_execute", lambda cursor, statement, _values, asked: self._write(cursor, statement, asked)),
        ]
        for name, listener in heard:
            event.listen(Engine, name, listener)
        try:
            with commits_heard(self._commit), warnings.catch_warnings():
                # What is killed after a commit leaves it by an exception, and SQLAlchemy would roll it back.
                warnings.filterwarnings("ignore", "transaction already deassociated", SAWarning)
                yield
        finally:
            for name, listener in heard:
                event.remove(Engine, name, listener)

    @contextmanager
    def at(self, pod: Pod) -> Iterator[None]:
        """Strike a pod while the block runs; CFS is there again afterwards."""
        self.pod = pod
        self.simulator.faults = _CallFaults(self._call)
        try:
            with breaking_in(partial(self._checkpoint, pod)):
                yield
        finally:
            self.pod = None
            self.simulator.faults = Faults()
            self._open_cfs()
            self.simulator.let_go()

    def strike(self, pod: Pod, where: str) -> None:
        """Note that a pod is struck."""
        pod.is_struck = True
        self.chronicle.note(f"{pod.name}: {pod.kind} {where}")

    def close_cfs(self) -> None:
        """Let CFS take no call any more."""
        self.simulator.change(replace(self.simulator.options, availability=Availability.DROP))

    def _commit(self, connection: Connection, when: str) -> None:
        pod = self.pod
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
        pod = self.pod
        if pod is None or pod.is_dead or self._is_ours(asked.engine) or not _WRITES.match(statement):
            return
        if self._reached(pod, "write", "at a statement that writes"):
            cursor.execute(_DISK_IS_FULL)

    def _checkpoint(self, pod: Pod, name: str) -> None:
        """Come to a checkpoint of an operation: any may be it, and those that were struck less often rather."""
        if pod.is_dead:
            raise PodKilled
        if pod.is_struck or pod.at[0] != "checkpoint" or pod.kind not in {"kill", "freeze", "database"}:
            return
        what = f"{self._operation_under_way()}, {name}"
        if pod.draws.happens(_THIS_CHECKPOINT / (1 + self._struck_at[what]) ** 2):
            self._struck_at[what] += 1
            self.strike(pod, f"in {what}")
            self._break(pod)

    def _operation_under_way(self) -> str:
        with self.database.begin() as session:
            return str(session.scalar(_UNDER_WAY) or "no operation")

    def _break(self, pod: Pod) -> None:
        """Let happen to a pod what strikes it at this point."""
        if pod.kind == "away":
            self.close_cfs()
            return
        self._end_sessions()
        if pod.kind == "freeze":
            pod.stand_in()
        elif pod.kind == "kill":
            pod.is_dead = True
            raise PodKilled

    def _call(self, method: str, path: str) -> Fault | None:
        """Return the fault that strikes a call of CFS; in the thread of its server."""
        pod = self.pod
        if pod is None:
            return None
        if pod.is_dead:
            self.close_cfs()
            return None
        nth = pod.calls[f"{method} {path}"] = pod.calls[f"{method} {path}"] + 1
        if pod.kind in IN_ANSWERS:
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
            self.close_cfs()
        if is_before or pod.kind == "database":
            return None
        return Fault(FaultKind.LOST_ANSWER)

    def _answer(self, pod: Pod, method: str, path: str, nth: int) -> Fault | None:
        draws = self.chance.of("call", pod.name, self.runs[pod.name], method, path, nth)
        is_change = method != "GET" and not path.endswith("/token")
        if pod.kind == "slow" and not is_change:
            return None
        if not draws.happens(_CHANGES_STRUCK if is_change else _LOOKS_STRUCK):
            return None
        self.strike(pod, f"answer to {_in_words(method, path)}")
        if pod.kind == "lost":
            return Fault(FaultKind.LOST_ANSWER)
        if pod.kind == "slow":
            return Fault(FaultKind.HELD_EFFECT, status=504)
        kind = draws.one_of((FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER))
        return Fault(kind, status=draws.one_of((500, 503)))

    def _reached(self, pod: Pod, place: str, name: str) -> bool:
        """Count a point, and say whether the pod is struck there."""
        pod.points[place] += 1
        if pod.is_struck or pod.kind not in AT_POINTS or pod.at != (place, pod.points[place]):
            return False
        self.strike(pod, name)
        return True

    def _refuse_the_dead(self, engine: Engine) -> None:
        if self.pod is not None and self.pod.is_dead and not self._is_ours(engine):
            raise PodKilled

    def _is_ours(self, engine: Engine) -> bool:
        return engine is self.database.engine

    def _end_sessions(self) -> None:
        """End the sessions of all pods, and wait until they are gone."""
        with self.database.begin() as session:
            ended = list(session.scalars(_END_SESSIONS))
        while self._count_sessions(ended):
            time.sleep(_MOMENT)

    def _count_sessions(self, ended: list[int]) -> int:
        with self.database.begin() as session:
            return int(session.scalar(_COUNT_SESSIONS, {"ended": ended}))

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
