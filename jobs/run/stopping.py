"""SIGTERM and Ctrl-C: stop at the next safe point.

The signals are blocked and waited for by a thread, because Python runs no signal handler while a long SQL statement
keeps the main thread waiting. The thread then cancels what the database is doing until the process ends; a
transaction that was open rolls back whole. A second signal ends the process at once.
"""

import os
import signal
import threading
from collections.abc import Callable

from config.errors import Interrupted
from config.log_setup import get_log

_SIGNALS = {signal.SIGTERM, signal.SIGINT}
_CANCEL_EVERY = 0.25


class StopRequest:
    """Whether the run was asked to stop."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def requested(self) -> bool:
        """Whether somebody asked."""
        return self._asked.is_set()

    def request(self) -> None:
        """Ask the run to stop at its next safe point."""
        self._asked.set()

    def check(self) -> None:
        """Mark a safe point: raises Interrupted if the run was asked to stop."""
        if self.requested:
            raise Interrupted("The run was asked to stop, and stopped at a safe point; what it committed stays.")

    def wait(self, seconds: float) -> None:
        """Sleep, but wake and raise Interrupted when asked to stop."""
        self._asked.wait(seconds)
        self.check()


def watch_signals(stop: StopRequest, cancel: Callable[[], None]) -> None:
    """Ask the run to stop on SIGTERM and SIGINT, and cancel what the database is doing for it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    threading.Thread(target=_watch, args=(stop, cancel), name="signals", daemon=True).start()


def _watch(stop: StopRequest, cancel: Callable[[], None]) -> None:
    received = signal.sigwait(_SIGNALS)
    get_log().warning("run.stopping", signal=signal.Signals(received).name)
    stop.request()
    while not signal.sigtimedwait(_SIGNALS, _CANCEL_EVERY):
        cancel()
    os._exit(128 + received)
