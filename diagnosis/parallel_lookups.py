"""Ask CFS many questions side by side with a bound, and stop asking when there is no point.

A question that fails is answered with its error, because the next one may succeed. When many in a row find CFS away,
or CFS refuses our identity, nothing more is asked.
"""

import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from config.errors import PayJobsError
from connectors.away import AwayCounter
from connectors.cfs import CfsCredentialsRefused

AT_ONCE = 8

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class ParallelLookups:
    """The questions of one run.

    stop_check     raises if the run was asked to stop
    asked          how many questions were sent
    failed         how many of those CFS gave no usable answer to
    first_failure  why the first of them failed
    given_up       why nothing is asked any more
    """

    def __init__(self, stop_check: Callable[[], None]) -> None:
        self.asked = 0
        self.failed = 0
        self.first_failure: PayJobsError | None = None
        self.given_up: PayJobsError | None = None
        self._stop_check = stop_check
        self._away = AwayCounter(AT_ONCE)
        self._lock = threading.Lock()

    def ask(self, keys: Iterable[Key], question: Callable[[Key], Answer]) -> dict[Key, Answer | PayJobsError]:
        """Return the answer to each question, asked once; what was no longer asked is not among them."""
        wanted = list(dict.fromkeys(keys))
        if not wanted or self.given_up is not None:
            return {}
        answers: dict[Key, Answer | PayJobsError] = {}
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="cfs") as pool:
            try:
                for key, answer in zip(wanted, pool.map(lambda one: self._tried(question, one), wanted), strict=True):
                    self._stop_check()
                    if answer is not None:
                        answers[key] = answer
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return answers

    def _tried(self, question: Callable[[Key], Answer], key: Key) -> Answer | PayJobsError | None:
        if self.given_up is not None:
            return None
        try:
            answer = question(key)
        except PayJobsError as error:
            self._note_failure(error)
            return error
        with self._lock:
            self.asked += 1
        self._away.note()
        return answer

    def _note_failure(self, error: PayJobsError) -> None:
        with self._lock:
            self.asked += 1
            self.failed += 1
            self.first_failure = self.first_failure or error
            self._away.note(error)
            if isinstance(error, CfsCredentialsRefused) or self._away.is_away:
                self.given_up = self.given_up or error
