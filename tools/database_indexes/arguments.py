"""The arguments of `db check-indexes` and `db reindex`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckArguments:
    """There are none."""


@dataclass(frozen=True)
class ReindexArguments:
    """One index or all broken ones, and why."""

    index: str | None = None
    reason: str = ""
