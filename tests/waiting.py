"""Waiting for what others do. Only a hang reaches the limit, so a slow machine fails no test."""

import time
from collections.abc import Callable

LIMIT_SECONDS = 200


def wait_until(condition: Callable[..., object], what: str) -> None:
    """Wait until something is true, or fail saying what did not happen."""
    end = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {LIMIT_SECONDS} s: {what}"
        time.sleep(0.02)
