"""Runs that may kill themselves: each is forked from a process that has imported everything already.

A module of runs calls `serve` with what one order does; a test starts that module with `ForkedRuns` and orders. Orders
are JSON objects; an answer tells how the child ended and the points that it noted on the way. A child that stops itself
(SIGSTOP) is answered as stopped; the order `wake` lets it go on, and others may run in between.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
_LOCKED = 75


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


class ForkedRuns:
    """The process that carries out the orders of one module."""

    def __init__(self, module: str, environment: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def order(self, **order: Any) -> ForkedRun:
        """Have an order carried out; one that was killed a moment ago may still hold the lock."""
        for _ in range(50):
            ended = self._ask(json.dumps(order))
            if ended.returncode != _LOCKED:
                return ended
            time.sleep(0.1)
        raise AssertionError("the lock of a killed run is still held")

    def wake(self, stopped: ForkedRun) -> ForkedRun:
        """Let a run go on that had stopped, and return how it ended."""
        return self._ask(json.dumps({"wake": stopped.stopped}))

    def _ask(self, order: str) -> ForkedRun:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
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


def serve(run: Callable[[dict[str, Any], HeardPoints], int]) -> None:
    """Carry out orders until there are no more."""
    stopped: set[int] = set()
    try:
        _serve(run, stopped)
    except Exception:
        sys.stdout.write(f"\nBROKEN {json.dumps(traceback.format_exc())}\n")
        sys.stdout.flush()
        raise
    finally:
        for child in stopped:  # of a test that failed: it holds our end of the pipe
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _serve(run: Callable[[dict[str, Any], HeardPoints], int], stopped: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            order = json.loads(line)
            child = order.get("wake")
            if child:
                os.kill(child, signal.SIGCONT)
            else:
                child = _forked(run, order, Path(folder))
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


def _forked(run: Callable[[dict[str, Any], HeardPoints], int], order: dict[str, Any], folder: Path) -> int:
    child = os.fork()
    if not child:
        heard = folder / f"{os.getpid()}.json"
        heard.write_text("[]")
        os._exit(run(order, HeardPoints(heard)))
    return child
