"""What takes too long is broken off: one thread waits for the next deadline of all that is under way.

It sleeps until the earliest one it has heard of, and a later one does not wake it: a call that ends in time costs it
nothing. A process that is forked has a thread of its own with its first deadline.
"""

import heapq
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(order=True)
class _Deadline:
    at: float
    break_off: Callable[[], None] | None = field(compare=False)

    def come(self) -> None:
        """Break off, unless what is done is over since."""
        break_off = self.break_off
        if break_off is not None:
            break_off()


@contextmanager
def broken_off_after(seconds: float, break_off: Callable[[], None]) -> Iterator[None]:
    """Call `break_off`, in a thread of its own, where what is done within is not over after some seconds."""
    deadline = _Deadline(time.monotonic() + seconds, break_off)
    _watch.add(deadline)
    try:
        yield
    finally:
        deadline.break_off = None


class _Watch:
    """The deadlines that are still to come, and the thread that waits for them."""

    def __init__(self) -> None:
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self._heard = threading.Condition()
        self._deadlines: list[_Deadline] = []
        self._awake_at = math.inf
        self._thread: threading.Thread | None = None

    def add(self, deadline: _Deadline) -> None:
        with self._heard:
            heapq.heappush(self._deadlines, deadline)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._wait, name="deadlines", daemon=True)
                self._thread.start()
            elif deadline.at < self._awake_at:
                self._heard.notify()

    def _wait(self) -> None:
        with self._heard:
            while True:
                self._end_those_due()
                self._awake_at = self._deadlines[0].at if self._deadlines else math.inf
                self._heard.wait(min(self._awake_at - time.monotonic(), threading.TIMEOUT_MAX))

    def _end_those_due(self) -> None:
        while self._deadlines and self._deadlines[0].at <= time.monotonic():
            if self._deadlines[0].break_off is not None:
                threading.Thread(target=self._deadlines[0].come, name="break-off", daemon=True).start()
            heapq.heappop(self._deadlines)


_watch = _Watch()
