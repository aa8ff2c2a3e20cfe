"""The processes a scheduler starts: one a run, in a session of its own, ended kindly at first."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.errors import ExitCode

KILL_AFTER_SECONDS = 30.0


@dataclass(frozen=True)
class ProcessEnd:
    """How a process ended; a negative code names the signal that killed it.

    not_started  why there was none
    """

    exit_code: int
    over_deadline: bool = False
    not_started: str | None = None


class ChildProcesses:
    """The processes that are running now; any thread may start one and wait for it."""

    def __init__(self, program: Sequence[str]) -> None:
        self._program = tuple(program)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(self, words: Sequence[str], environment: Mapping[str, str], deadline_seconds: float) -> ProcessEnd | None:
        """Run one process to its end; None if no more are started."""
        with self._lock:
            if self._closed:
                return None
            try:
                process = subprocess.Popen(
                    [*self._program, *words],
                    env={**os.environ, **environment},
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                return ProcessEnd(ExitCode.FAILED, not_started=str(error))
            self._running.add(process)
        try:
            return ProcessEnd(process.wait(deadline_seconds))
        except subprocess.TimeoutExpired:
            return ProcessEnd(self._end(process), over_deadline=True)
        finally:
            with self._lock:
                self._running.discard(process)

    def count(self) -> int:
        """Return how many are running."""
        return len(self._running)

    def close(self) -> None:
        """Start no more."""
        with self._lock:
            self._closed = True

    def terminate(self) -> None:
        """Ask all to stop at their next safe point."""
        for process in list(self._running):
            process.terminate()

    def kill(self) -> None:
        """End all at once."""
        for process in list(self._running):
            process.kill()

    def _end(self, process: "subprocess.Popen[bytes]") -> int:
        process.terminate()
        try:
            return process.wait(KILL_AFTER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
