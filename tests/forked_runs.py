"""Runs that may kill themselves: each is forked from a process that has imported everything already.

A module of runs says in `carry_out` what one order does; a test orders runs of that module with `ForkedRuns`. Orders
are JSON objects; an answer tells how the child ended and the points that it noted on the way. A child that stops itself
(SIGSTOP) is answered as stopped; the order `wake` lets it go on, and others may run in between. Run as a program this
module is that process, one for all tests of a session.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from access.bounded_http import BoundedClient

ROOT = Path(__file__).resolve().parent.parent
_ROOMS = ("config", "connectors", "database", "diagnosis", "jobs", "tasks", "tools")
_IMPORTED_LATE = ("alembic.command", "minio", "rich.progress", "rich.table", "xlsxwriter")
_LOCKED = 75
# As it was before any test changed it.
_ENVIRONMENT = dict(os.environ)


@dataclass(frozen=True)
class ForkedRun:
    """How a run ended, and the points it came to; `stopped` is the process that stands still and has not ended."""

    returncode: int
    points: list[str]
    stopped: int | None = None

    @property
    def was_killed(self) -> bool:
        """Whether it killed itself."""
        return self.returncode == -signal.SIGKILL


@dataclass(frozen=True)
class ForkedRuns:
    """What carries out the orders of one module."""

    module: str

    def order(self, **order: Any) -> ForkedRun:
        """Have an order carried out; one that was killed a moment ago may still hold the lock."""
        for _ in range(50):
            ended = _ask(order | {"module": self.module})
            if ended.returncode != _LOCKED:
                return ended
            time.sleep(0.1)
        raise AssertionError("the lock of a killed run is still held")

    def wake(self, stopped: ForkedRun) -> ForkedRun:
        """Let a run go on that had stopped, and return how it ended."""
        return _ask({"wake": stopped.stopped})


@cache
def _process() -> subprocess.Popen[str]:
    pipe, silent = subprocess.PIPE, subprocess.DEVNULL
    command = [sys.executable, "-m", "tests.forked_runs"]
    made = subprocess.Popen(command, cwd=ROOT, env=_ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=silent, text=True)
    atexit.register(made.communicate)
    return made


def _ask(order: dict[str, Any]) -> ForkedRun:
    process = _process()
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    for line in process.stdout:
        if line.startswith("ANSWER "):
            return ForkedRun(**json.loads(line.removeprefix("ANSWER ")))
        if line.startswith("BROKEN "):
            raise AssertionError(json.loads(line.removeprefix("BROKEN ")))
    raise AssertionError("the process that carries out the runs is gone")


class HeardPoints:
    """The points that a run came to, where its parent reads them."""

    def __init__(self, heard: Path) -> None:
        self._heard = heard
        self._seen: list[str] = []
        self._lock = threading.Lock()

    def note(self, name: str) -> int:
        """Note a point and return its number, from 0; a run that stops in the middle of it leaves the points before."""
        with self._lock:
            self._seen.append(name)
            beside = self._heard.with_suffix(".new")
            beside.write_text(json.dumps(self._seen))
            beside.replace(self._heard)
            return len(self._seen) - 1


def die() -> None:
    """Be gone at once, as a process whose machine failed."""
    os.kill(os.getpid(), signal.SIGKILL)


def stand_still() -> None:
    """Stop as a process whose pod is paused, until somebody lets it go on.

    The signal is this thread's own: one to the process may be taken by another thread, and this one would run on a bit.
    """
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def import_all() -> None:
    """Import the program, so that no fork of this process need do it."""
    for room in _ROOMS:
        for module in pkgutil.walk_packages([str(ROOT / room)], f"{room}."):
            if not module.name.startswith("database.migrations"):
                importlib.import_module(module.name)
    for late in _IMPORTED_LATE:
        importlib.import_module(late)
    gc.freeze()


def _serve() -> None:
    """Carry out orders until there are no more."""
    stopped: set[int] = set()
    try:
        _carry_out_all(stopped)
    except Exception:
        sys.stdout.write(f"\nBROKEN {json.dumps(traceback.format_exc())}\n")
        sys.stdout.flush()
        raise
    finally:
        for child in stopped:  # of a test that failed: it holds our end of the pipe
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _carry_out_all(stopped: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            order = json.loads(line)
            child = order.get("wake")
            if child:
                os.kill(child, signal.SIGCONT)
            else:
                child = _forked(order, Path(folder))
            _, status = os.waitpid(child, os.WUNTRACED)
            is_stopped = os.WIFSTOPPED(status)
            (stopped.add if is_stopped else stopped.discard)(child)
            answer = {
                "returncode": 0 if is_stopped else os.waitstatus_to_exitcode(status),
                "points": json.loads((Path(folder) / f"{child}.json").read_text()),
                "stopped": child if is_stopped else None,
            }
            sys.stdout.write(f"\nANSWER {json.dumps(answer)}\n")
            sys.stdout.flush()


def _forked(order: dict[str, Any], folder: Path) -> int:
    carry_out = importlib.import_module(order["module"]).carry_out
    child = os.fork()
    if not child:
        heard = folder / f"{os.getpid()}.json"
        heard.write_text("[]")
        os._exit(carry_out(order, HeardPoints(heard)))
    return child


if __name__ == "__main__":
    import_all()
    BoundedClient("http://localhost", deadline=1, timeout=1).close()  # the certificates are read once for all forks
    _serve()
