"""What predicates ask of a difference."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from tools.compare_shadow.merging import ShadowDifference

Predicate = Callable[[ShadowDifference], bool]
Change = tuple[str | None, str | None]


@dataclass(frozen=True)
class ShadowDecision:
    """A decision: its id, what it explains, and whether only in things that the evidence names.

    is_whole  it excuses all that a file, a batch, a row or a step did, or did not do: then the evidence must name all
              that a row is about which one side lacks, and what ours has there is held against `verify`
    """

    id: str
    explains: Predicate
    on_evidence: bool = False
    is_whole: bool = False


def is_at(difference: ShadowDifference, *places: str) -> bool:
    """Return whether the values of one of some columns differ, each given as table.column."""
    return f"{difference.table}.{difference.column}" in places


def is_change(difference: ShadowDifference, place: str, changes: Collection[Change]) -> bool:
    """Return whether a column differs in one of some ways, each given as theirs and ours."""
    return is_at(difference, place) and (difference.theirs, difference.ours) in changes


def has_changed(difference: ShadowDifference, column: str, changes: Collection[Change]) -> bool:
    """Return whether both have the row, and one of its columns differs in one of some ways."""
    if difference.their_row is None or difference.our_row is None:
        return False
    return (difference.their_row[column], difference.our_row[column]) in changes


def value(difference: ShadowDifference, column: str) -> tuple[str | None, str | None]:
    """Return what each has in another column of the row, None where the row is missing."""
    return tuple(None if row is None else row[column] for row in (difference.their_row, difference.our_row))  # type: ignore[return-value]


def is_more(one: str | None, other: str | None) -> bool:
    """Return whether an amount is larger than another; none is nothing."""
    return Decimal(one or 0) > Decimal(other or 0)


def is_something(amount: str | None) -> bool:
    """Return whether an amount is there and above zero."""
    return is_more(amount, "0")


def mirrored(difference: ShadowDifference) -> ShadowDifference:
    """Return the difference as it would be with the sides changed."""
    return replace(
        difference,
        theirs=difference.ours,
        ours=difference.theirs,
        their_row=difference.our_row,
        our_row=difference.their_row,
    )
