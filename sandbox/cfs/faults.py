"""Faults on order: which call fails, and how.

Source: docs/specs/cfs-api.md section 8, item 7. A fault is addressed by method, path pattern, which matching call is
the first to fail and how many do.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """How a call fails."""

    ERROR_BEFORE = "error_before"  # refused with `status` and `reason`, nothing is done
    ERROR_AFTER = "error_after"  # done, then answered with `status`
    LOST_ANSWER = "lost_answer"  # done, then the connection is cut, or kept silent for `seconds`
    BARE_ANSWER = "bare_answer"  # done, then answered with `status` and an object without fields
    LATE_EFFECT = "late_effect"  # answered with `status` at once, done `seconds` later
    HELD_EFFECT = "held_effect"  # answered with `status` at once, done when the simulator lets go (Simulator.let_go)
    REFUSE_401 = "refuse_401"  # the token is not accepted, nothing is done
    SLOW = "slow"  # done, `seconds` later than usual


@dataclass
class Fault:
    """A fault on order.

    path     a regular expression that the end of the path must match, like `/rcpts/[^/]+/apply`
    nth      the first matching call it strikes, counted from the order
    count    how many calls it strikes; 0 for every one from then on
    seconds  of slowness, or of silence instead of a cut connection
    """

    kind: FaultKind
    method: str = ""
    path: str = ".*"
    nth: int = 1
    count: int = 1
    status: int = 500
    reason: str = ""
    seconds: float = 0
    seen: int = 0

    def __post_init__(self) -> None:
        re.compile(self.path)

    def strikes(self, method: str, path: str) -> bool:
        """Count a call, and say whether it is struck."""
        if self.method not in {"", method} or not re.search(f"(?:{self.path})$", path):
            return False
        self.seen += 1
        return self.seen >= self.nth and (not self.count or self.seen < self.nth + self.count)


@dataclass
class Faults:
    """All faults on order."""

    ordered: list[Fault] = field(default_factory=list)

    def for_call(self, method: str, path: str) -> tuple[float, Fault | None]:
        """Return how much slower a call shall be, and the fault that strikes it."""
        struck = [fault for fault in self.ordered if fault.strikes(method, path)]
        slower = sum(fault.seconds for fault in struck if fault.kind is FaultKind.SLOW)
        return slower, next((fault for fault in struck if fault.kind is not FaultKind.SLOW), None)
