"""The two identities and their tokens.

Source: docs/specs/cfs-api.md section 2. A token dies when this clock says so, whatever the client was told.
"""

import base64
import binascii
import secrets
import time

from sandbox.cfs.options import Options


class IssuedTokens:
    """Tokens given out, with whose they are and until when they are good."""

    def __init__(self) -> None:
        self._given: dict[str, tuple[str, float]] = {}

    def give(self, authorization: str, options: Options) -> str | None:
        """Return a token for whoever proves to be one of the two identities; None to anybody else."""
        try:
            name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        known = {options.paybc_id: ("PAYBC", options.paybc_secret), options.fas_id: ("FAS", options.fas_secret)}
        identity, expected = known.get(name, ("", ""))
        if not identity or secret != expected:
            return None
        token = secrets.token_urlsafe(24)
        self._given[token] = (identity, time.monotonic() + options.token_seconds)
        return token

    def identity_of(self, authorization: str) -> str | None:
        """Return whose token it is; None for one that is unknown or has expired."""
        identity, until = self._given.get(authorization.removeprefix("Bearer "), (None, 0))
        return identity if time.monotonic() < until else None

    def expire_all(self) -> None:
        """End every token at once."""
        self._given.clear()
