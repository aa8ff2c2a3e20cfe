"""A run of a world under way, and what strikes it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.run.result import RunResult
from sandbox.world.chance import RandomDraws


class PodKilled(BaseException):
    """The pod is gone: nothing in it may catch this."""


@dataclass
class Pod:
    """A run under way: the points it came to, what strikes it, and at which of them.

    at  the kind of point and which of them; of checkpoints one is chosen when it is passed
    """

    name: str
    draws: RandomDraws
    stand_in: Callable[[], RunResult]
    kind: str | None = None
    at: tuple[str, int] = ("commit", 0)
    points: Counter[str] = field(default_factory=Counter)
    is_struck: bool = False
    is_dead: bool = False
    calls: Counter[str] = field(default_factory=Counter)
