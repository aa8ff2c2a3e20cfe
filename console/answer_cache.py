"""Answers that are kept for some minutes: what costs more than a page may, and changes once a night."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class CachedAnswer:
    """An answer, and when it was found."""

    value: Any
    on: datetime


class AnswerCache:
    """Answers by their key; one that is asked for by many at once is found once."""

    def __init__(self, lasts: timedelta) -> None:
        self._lasts = lasts
        self._kept: dict[Hashable, CachedAnswer] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, now: datetime, find: Callable[[], Any]) -> CachedAnswer:
        """Return the answer under a key, found anew where it is too old."""
        kept = self._kept.get(key)
        if kept is not None and now - kept.on < self._lasts:
            return kept
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or now - kept.on >= self._lasts:
                self._kept[key] = kept = CachedAnswer(find(), now)
            return kept
