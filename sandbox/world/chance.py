"""The one source of chance in a world.

Each actor draws from a stream of its own a day: an actor that is left out, or draws once more, changes nothing of what
the others do.
"""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")


class RandomDraws:
    """A stream of chance."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # a text is hashed the same way on every machine

    def happens(self, share: float) -> bool:
        """Return whether something happens that happens in this share of cases."""
        return self._random.random() < share

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[self._random.randrange(len(things))]

    def some_of(self, things: Sequence[T], share: float) -> list[T]:
        """Return those that are met by chance, in their order."""
        return [thing for thing in things if self.happens(share)]

    def number(self, least: int, most: int) -> int:
        """Return a whole number between two, both included."""
        return self._random.randint(least, most)

    def amount(self, least: str, most: str) -> Decimal:
        """Return an amount in CAD between two, both included, to the cent."""
        low, high = (int(Decimal(bound) * 100) for bound in (least, most))
        return Decimal(self._random.randint(low, high)).scaleb(-2)


class SeededChance:
    """All chance of a world, from its seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, actor: str, *when: object) -> RandomDraws:
        """Return the stream of an actor for a day, or for whatever else is named."""
        return RandomDraws(" ".join(map(str, (self.seed, actor, *when))))
