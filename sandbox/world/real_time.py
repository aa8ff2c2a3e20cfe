"""Real time decides nothing in a world: not whether a run looks once more, and no attempt waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import tenacity.nap
import urllib3.util.retry

from connectors.effects import clocks

# What was seen outside is as good as new whenever it is acted on: a slow machine must not look again.
_AGELESS = SimpleNamespace(monotonic=lambda: 0.0, time=lambda: 0.0)
# Nothing comes back while an attempt waits for the next.
_IMPATIENT = SimpleNamespace(sleep=lambda _seconds: None, time=time.time)
_TIMES: dict[Any, Any] = {clocks: _AGELESS, tenacity.nap: _IMPATIENT, urllib3.util.retry: _IMPATIENT}


@contextmanager
def no_real_time() -> Iterator[None]:
    """Let looks not age, and no attempt wait for the one before."""
    for module, stand_in in _TIMES.items():
        module.time = stand_in
    try:
        yield
    finally:
        for module in _TIMES:
            module.time = time
