"""What a step of an operation is, and how it can end other than done."""

from collections.abc import Callable
from dataclasses import dataclass, field

from config.errors import InputRefused, SourceUnavailable
from connectors.effects.change import Observation
from connectors.effects.clocks import LOOK_GOOD_FOR

Json = dict[str, object]


class AnswerLost(SourceUnavailable):
    """The change may have been made: the next run looks it up before it goes on."""


class ChangeRefused(InputRefused):
    """The change was refused and not made; the reason says what has to be corrected."""

    nothing_done = False  # what came before it stays

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class StateConflict(Exception):
    """What is outside and our books contradict each other, and the next run cannot tell which is right.

    theirs  what the system outside has
    ours    what our books say of it
    repair  what to put right on either side so that the next run can continue on its own
    """

    def __init__(self, *, theirs: str, ours: str, repair: str) -> None:
        super().__init__(theirs)
        self.theirs = theirs
        self.ours = ours
        self.repair = repair


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Step:
    """One request that changes something outside, or one check.

    kind, subject  what is done to what; together they name the step within its operation
    look           sees whether it is true already; raises StateConflict where it cannot come to be
    send           sends it and returns the answer for the journal; None for a check. Raises AnswerLost, ChangeRefused
    request        what is sent, for the journal
    forget         what a look may keep from the look before it is forgotten
    late           what there is now, where it was sent without its claim; None: what a look says
    good_for       seconds after which a look is too old to send it by
    is_findable    whether a look can find it once it is done; if not, a lost answer is for a person to find out
    """

    kind: str
    subject: str
    look: Callable[[], Observation[str]]
    send: Callable[[], Json] | None = None
    request: Json = field(default_factory=dict)
    forget: Callable[[], None] = _nothing
    late: Callable[[Json], str] | None = None
    good_for: float = LOOK_GOOD_FOR
    is_findable: bool = True

    def look_anew(self) -> Observation[str]:
        """Return what is there now, whatever was seen before."""
        self.forget()
        return self.look()
