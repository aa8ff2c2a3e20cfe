"""How old a look is, by two clocks: one that cannot be set, and one that runs on while a machine is suspended."""

import time
from dataclasses import dataclass

LOOK_GOOD_FOR = 5.0  # seconds; as a rule a change leaves some hundredths of a second after its look


@dataclass(frozen=True)
class Clocks:
    """Both clocks at one moment, in seconds."""

    monotonic: float
    wall: float

    @classmethod
    def now(cls) -> "Clocks":
        """Return what both show now."""
        return cls(time.monotonic(), time.time())

    def seconds_until(self, later: "Clocks") -> float:
        """Return how long it was until then, by the clock that says more.

        >>> Clocks(10.0, 500.0).seconds_until(Clocks(11.0, 620.0))
        120.0
        >>> Clocks(10.0, 500.0).seconds_until(Clocks(17.0, 440.0))
        7.0
        """
        return max(later.monotonic - self.monotonic, later.wall - self.wall)
