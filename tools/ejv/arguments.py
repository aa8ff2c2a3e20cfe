"""The arguments of the ejv tools."""

import re
from dataclasses import dataclass

from config.errors import UsageError
from jobs.parameters import require_reason

_CLEAR_STOP = re.compile(
    r"(?:^|[;:.,])\s*clear\s+stop_ejv((?:(?:\s|,|\band\b)+\d{1,9}\b)*)\s*(?=$|[;:.,])", re.IGNORECASE
)


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

    def __post_init__(self) -> None:
        require_reason(self.reason)


@dataclass(frozen=True)
class RebuildArguments:
    """The batch to void."""

    batch: int
    reason: str
    skip_wait: bool = False

    def __post_init__(self) -> None:
        require_reason(self.reason)
        codes_to_clear(self.reason)


def codes_to_clear(reason: str) -> set[int] | None:
    """Return the distribution codes whose stop a reason clears, the empty set for all of the batch, None for none.

    Raises UsageError where it mentions stop_ejv otherwise.

    >>> codes_to_clear("ticket 4711: November is closed; clear stop_ejv 1234 and 1235"), codes_to_clear("ticket 4711")
    ({1234, 1235}, None)
    """
    orders = _CLEAR_STOP.findall(reason)
    if len(orders) != len(re.findall("stop_ejv", reason, re.IGNORECASE)):
        raise UsageError(
            "The reason mentions stop_ejv, and it is not clear whether the stop is to be cleared. To clear it, write "
            "'clear stop_ejv 1234', or 'clear stop_ejv' for all of the batch, as a part of its own: at the beginning "
            "or after a semicolon, colon, comma or full stop. To leave it, do not mention stop_ejv."
        )
    named = [{int(code) for code in re.findall(r"\d+", order)} for order in orders]
    if not named:
        return None
    return set().union(*named) if all(named) else set()


@dataclass(frozen=True)
class UnstopArguments:
    """The distribution code to clear."""

    code: int
    reason: str

    def __post_init__(self) -> None:
        require_reason(self.reason)


@dataclass(frozen=True)
class PreflightArguments:
    """Nothing to choose."""
