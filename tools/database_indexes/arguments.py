"""The arguments of `db check-indexes` and `db reindex`."""

from dataclasses import dataclass

from config.errors import UsageError


@dataclass(frozen=True)
class CheckArguments:
    """There are none."""


@dataclass(frozen=True)
class ReindexArguments:
    """One index or all broken ones, and why."""

    index: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise UsageError('--reason "..." must say why; it is kept in the ledger.')
