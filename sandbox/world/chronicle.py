"""What came up in a world: every thing that happened is counted, and so is every situation that is waited for.

Whoever acts, decides or strikes says so in words where it happens (`note`), with what it is about. A situation
(situations.py) is one such thing, or several that happened one after the other to the same invoice, account, slip,
batch or file.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Situation:
    """Something that a world must get into sometimes.

    steps   what has to happen to one thing, in this order: patterns of what is noted
    source  where it is told that this has gone wrong elsewhere, or may; a sheet of docs/specs with its section
    """

    name: str
    steps: tuple[str, ...]
    source: str = ""


@dataclass
class Chronicle:
    """What happened, and which situations were reached.

    happened  how often each thing was noted
    reached   how often each situation was reached, by name
    """

    awaited: Sequence[Situation] = ()
    happened: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    _steps: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _come_to: defaultdict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, what: str, *about: str) -> None:
        """Note that something happened to some things, each named with its kind, like `invoice 17`."""
        self.happened[what] += 1
        for number, step in self._steps_of(what):
            situation = self.awaited[number]
            if len(situation.steps) == 1:
                self.reached[situation.name] += 1
                continue
            for one in about:
                self._go_on(one, number, step)

    def situations(self) -> list[dict[str, Any]]:
        """Return every situation that is waited for, with how often it was reached."""
        return [{"situation": one.name, "times": self.reached[one.name], "source": one.source} for one in self.awaited]

    def _go_on(self, thing: str, number: int, step: int) -> None:
        come_to = self._come_to[thing]
        if come_to.get(number, 0) != step:
            return
        come_to[number] = step + 1
        if step + 1 == len(self.awaited[number].steps):
            self.reached[self.awaited[number].name] += 1
            del come_to[number]

    def _steps_of(self, what: str) -> list[tuple[int, int]]:
        """Return the situations of which this is a step, the last steps first: one note is one step of each."""
        if what not in self._steps:
            self._steps[what] = [
                (number, step)
                for number, situation in enumerate(self.awaited)
                for step in reversed(range(len(situation.steps)))
                if fnmatchcase(what, situation.steps[step])
            ]
        return self._steps[what]
