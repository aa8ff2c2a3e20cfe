"""When to leave a system alone: after a few attempts in a row that it did not answer, as each may take a minute."""

import threading

from config.errors import SourceUnavailable

GIVE_UP_AFTER = 3


class AwayCounter:
    """Counts the attempts in a row that a system did not answer; any answer, good or bad, begins the count anew.

    give_up_after  how many make the system count as away; where several are asked at once one hiccup meets all of them
    It may be told from several threads.
    """

    def __init__(self, give_up_after: int = GIVE_UP_AFTER) -> None:
        self._give_up_after = give_up_after
        self._in_a_row = 0
        self._lock = threading.Lock()

    @property
    def is_away(self) -> bool:
        """Return whether there is no point in asking again."""
        return self._in_a_row >= self._give_up_after

    def note(self, error: Exception | None = None) -> None:
        """Count an attempt: the error it ended with, None where it succeeded."""
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if isinstance(error, SourceUnavailable) else 0
