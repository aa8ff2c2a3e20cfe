"""The access tokens of the two identities, kept until shortly before they expire.

Source: docs/specs/cfs-api.md section 2. Unlike the client described there, this one honours `expires_in`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from connectors.cfs.names import CfsCaller

UNSAID_LIFETIME = 300
MARGIN = 60


@dataclass(frozen=True)
class Token:
    """An access token and how many seconds it is good for."""

    value: str
    lifetime: int

    def __repr__(self) -> str:
        return "Token(***)"


class CallerTokens:
    """One token per identity; threads that need a new one wait for the first that fetches it.

    fetch  asks CFS for a token
    clock  seconds that only go forward
    """

    def __init__(self, fetch: Callable[[CfsCaller], Token], *, clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[CfsCaller, tuple[str, float]] = {}
        self._locks = {identity: threading.Lock() for identity in CfsCaller}

    def current(self, identity: CfsCaller) -> str:
        """Return a token that is good for some time yet."""
        with self._locks[identity]:
            value, until = self._kept.get(identity, ("", 0.0))
            if value and self._clock() < until:
                return value
            asked = self._clock()
            token = self._fetch(identity)
            usable = token.lifetime - min(MARGIN, token.lifetime / 5)
            self._kept[identity] = (token.value, asked + usable)
            return token.value

    def forget(self, identity: CfsCaller, value: str) -> None:
        """Drop a token that was refused, unless another thread has already replaced it."""
        with self._locks[identity]:
            if self._kept.get(identity, ("", 0.0))[0] == value:
                del self._kept[identity]
