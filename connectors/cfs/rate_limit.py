"""A limit on calls per second, shared by the threads of a run."""

import threading
from collections.abc import Callable


class RateLimit:
    """Spread calls evenly: each takes the next free slot and waits for it.

    clock  seconds that only go forward
    sleep  waits that many seconds
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._interval = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = clock()

    def wait(self) -> None:
        """Wait until the caller's turn has come."""
        with self._lock:
            now = self._clock()
            slot = max(now, self._next)
            self._next = slot + self._interval
        if slot > now:
            self._sleep(slot - now)
