"""Make one change outside: look, and send it unless it is there already."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from config.errors import SourceUnavailable
from connectors.effects.clocks import LOOK_GOOD_FOR, Clocks
from connectors.effects.last_check import ClaimLost, LateEffect, checked_by, last_checks

LOOKS = 3
Found = TypeVar("Found")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Observation(Generic[Found]):
    """What a look found.

    made   whether the change is there already
    since  when the oldest part of it was asked for; None: when the look began
    """

    made: bool
    found: Found
    since: Clocks | None = None


class _LookTooOld(Exception):
    """The look must be taken again before anything is sent."""


def change(
    look: Callable[[], Observation[Found]],
    send: Callable[[Found], Answer],
    *,
    late: Callable[[Answer], str],
    clocks: Callable[[], Clocks] = Clocks.now,
    good_for: float = LOOK_GOOD_FOR,
) -> tuple[Observation[Found], Answer | None]:
    """Make a change outside, once; return what was seen, and the answer, None where nothing had to be sent.

    look      raises where the change must not be made
    send      one request; its connector asks the last checks directly before it leaves
    late      looks once more where the claim is gone when the answer comes, and says which two effects there are now;
              nothing where there is one
    good_for  seconds after which a look is too old to send anything by
    Raises ClaimLost where another run may have taken over, LateEffect where it did and both have sent.
    """
    for _ in range(LOOKS):
        began = clocks()
        seen = look()
        if seen.made:
            return seen, None
        with checked_by(partial(_refuse_old_look, seen.since or began, clocks, good_for)):
            try:
                answer = send(seen.found)
            except _LookTooOld:
                continue
        _tell_if_late(partial(late, answer))
        return seen, answer
    raise SourceUnavailable(
        f"{LOOKS} looks in a row were more than {good_for:g} seconds old before the change could leave. "
        "Nothing was sent."
    )


def _refuse_old_look(since: Clocks, clocks: Callable[[], Clocks], good_for: float) -> None:
    if since.seconds_until(clocks()) > good_for:
        raise _LookTooOld


def _tell_if_late(late: Callable[[], str]) -> None:
    """Look at what there is now where the claim is gone by the time the answer is here."""
    try:
        last_checks()
    except ClaimLost as lost:
        both = late()
        if both:
            raise LateEffect(f"A change was sent while this run lost its claim, and is there twice. {both}") from lost
        raise
