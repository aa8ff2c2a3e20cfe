"""What decides about a world from its first day on, and the shortest story that still shows what went wrong."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sandbox.world.faults import KINDS
from sandbox.world.night import ACTORS

NIGHTS_TO_SHRINK = 400
_VALUE = re.compile(r"[A-Z]*\d[\w.,:-]*")


@dataclass(frozen=True)
class Story:
    """A seed, how many nights from which day on, the kinds of faults, and the actors that do nothing."""

    seed: int
    nights: int
    first: date
    faults: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def command(self) -> str:
        """Return what plays it, behind `python3 invoke_jobs.py`."""
        faults = "" if not self.faults else f" --faults {'all' if self.faults == KINDS else ','.join(self.faults)}"
        without = "".join(f" --without {one}" for one in self.without)
        return f"sandbox simulate --seed {self.seed} --from {self.first} --nights {self.nights}{faults}{without}"


@dataclass(frozen=True)
class Ending:
    """After how many nights a story ended, and with what problems."""

    nights: int
    problems: list[str]


def shortest(story: Story, problem: str, play: Callable[[Story], Ending]) -> Story:
    """Leave out kinds of faults and actors, many at once and then fewer, as long as the like of a problem comes up.

    Each trial plays the story anew; after some hundred nights the shortest so far is returned.
    """
    left, names = NIGHTS_TO_SHRINK, [*story.faults, *ACTORS]
    size = len(names)
    while size:
        for first in range(0, len(names), size):
            trial = _left_out(story, names[first : first + size])
            if trial == story or left < trial.nights:
                continue
            ending = play(trial)
            left -= ending.nights
            if _kind(problem) in map(_kind, ending.problems):
                story = replace(trial, nights=ending.nights)
        size //= 2
    return story


def _left_out(story: Story, names: Sequence[str]) -> Story:
    return replace(
        story,
        faults=tuple(one for one in story.faults if one not in names),
        without=tuple(one for one in ACTORS if one in story.without or one in names),
    )


def _kind(problem: str) -> str:
    """Return a problem without what differs from world to world: numbers, amounts and days."""
    return _VALUE.sub("#", problem)
