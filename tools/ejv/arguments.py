"""The arguments of the ejv tools."""

import re
from dataclasses import dataclass

from config.errors import UsageError

_PART_ENDS = re.compile(r";|\.(?!\S)")
_CLEAR_STOP = re.compile(r"\s*clear\s+stop_ejv((?:(?:\s|,|\band\b)+\d{1,9}\b)*)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class OutstandingArguments:
    """`ejv outstanding` takes none."""


@dataclass(frozen=True)
class IndexArguments:
    """`ejv index` takes none."""


@dataclass(frozen=True)
class SearchArguments:
    """The invoices, batches and journals to find."""

    numbers: tuple[str, ...]


@dataclass(frozen=True)
class ResubmitArguments:
    """The batch to send again."""

    batch: int
    reason: str
    skip_wait: bool = False
    closed_period: bool = False


@dataclass(frozen=True)
class RebuildArguments:
    """The batch to void."""

    batch: int
    reason: str
    skip_wait: bool = False

    def __post_init__(self) -> None:
        codes_to_clear(self.reason)


def codes_to_clear(reason: str) -> set[int] | None:
    """Return the distribution codes whose stop a reason clears, the empty set for all of the batch, None for none.

    Raises UsageError where it mentions stop_ejv otherwise.

    >>> codes_to_clear("ticket 4711: November is closed; clear stop_ejv 1234 and 1235"), codes_to_clear("ticket 4711")
    ({1234, 1235}, None)
    """
    parts = [part for part in _PART_ENDS.split(reason) if "stop_ejv" in part.lower()]
    orders = [_CLEAR_STOP.fullmatch(part) for part in parts]
    named = [{int(code) for code in re.findall(r"\d+", order[1])} for order in orders if order]
    if len(named) < len(parts) or (any(named) and not all(named)):
        raise UsageError(
            "The reason mentions stop_ejv, and it is not clear whether the stop is to be cleared. To clear it, write "
            "'clear stop_ejv 1234', or 'clear stop_ejv' for all of the batch, as a part of its own, between "
            "semicolons or full stops, and not both. To leave it, do not mention stop_ejv."
        )
    return set().union(*named) if named else None


@dataclass(frozen=True)
class UnstopArguments:
    """The distribution code to clear."""

    code: int
    reason: str


@dataclass(frozen=True)
class PreflightArguments:
    """Nothing to choose."""
