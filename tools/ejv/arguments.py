"""The arguments of the ejv tools."""

from dataclasses import dataclass

from jobs.parameters import require_reason


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
