"""An access token that renews itself: kept until shortly before it ends, and asked for anew once it was refused."""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from config.masking import register_secret

UNSAID_LIFETIME = 300
LONGEST_LIFETIME = 24 * 3600
MARGIN = 60
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


@dataclass(frozen=True)
class Token:
    """An access token and how many seconds it is good for."""

    value: str
    lifetime: float

    def __repr__(self) -> str:
        return "Token(***)"


class KeptToken:
    """One token; threads that need a new one wait for the first that fetches it.

    fetch  asks for a token
    clock  seconds that only go forward
    """

    def __init__(self, fetch: Callable[[], Token], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Token | None = None
        self._until = 0.0

    def current(self) -> str:
        """Return a token that is good for some time yet. Raises what the fetch raises."""
        with self._lock:
            if self._kept is None or self._clock() >= self._until:
                asked = self._clock()
                self._kept = self._fetch()
                self._until = asked + self._kept.lifetime - min(MARGIN, self._kept.lifetime / 5)
            return self._kept.value

    def forget(self, value: str) -> None:
        """Drop a token that was refused, unless another thread has already replaced it."""
        with self._lock:
            if self._kept is not None and self._kept.value == value:
                self._kept = None


def read_token(answer: bytes) -> Token:
    """Return the token in the answer of a token server (RFC 6749, section 5.1), and make it known as a secret.

    Raises ValueError, without what the answer holds, where there is none.
    """
    try:
        said = json.loads(answer)
        return new_token(said["access_token"], float(said.get("expires_in") or UNSAID_LIFETIME))
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ValueError("it holds no access token") from None


def new_token(value: object, lifetime: float) -> Token:
    """Return a token and make it known as a secret. Raises ValueError where it cannot stand in a header."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value) or not lifetime > 0:
        raise ValueError("it holds no access token")
    register_secret(value)
    return Token(value, min(lifetime, LONGEST_LIFETIME))
