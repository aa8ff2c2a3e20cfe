"""The points at which a process may die between two steps outside: one place where tests break in.

Outside tests a checkpoint does nothing. It follows a thread's context, as the last checks do.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_BREAK_IN: ContextVar[Callable[[str], None] | None] = ContextVar("what_breaks_in_at_a_checkpoint", default=None)


def checkpoint(name: str) -> None:
    """Pass a point at which the process may die."""
    break_in = _BREAK_IN.get()
    if break_in is not None:
        break_in(name)


@contextmanager
def breaking_in(at: Callable[[str], None]) -> Iterator[None]:
    """Call this with the name of every checkpoint that is passed; what it raises ends the work there."""
    token = _BREAK_IN.set(at)
    try:
        yield
    finally:
        _BREAK_IN.reset(token)
