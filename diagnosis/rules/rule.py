"""A table of rules: the first whose condition holds gives the diagnosis."""

from collections.abc import Callable
from typing import NamedTuple

from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import Evidence

Condition = Callable[[Evidence, Cutoffs], bool]


class Rule(NamedTuple):
    """A row of a table: the code it gives, and when."""

    code: str
    holds: Condition


Rules = tuple[Rule, ...]


def first_match(rules: Rules, evidence: Evidence, when: Cutoffs) -> str | None:
    """Return the code of the first rule that holds."""
    for code, holds in rules:
        if holds(evidence, when):
            return code
    return None


def is_learned(evidence: Evidence) -> bool:
    """Return whether CFS said of its number either what it has or that it is not there."""
    return evidence.cfs is not None and evidence.cfs.is_there is not None


def is_in_cfs(evidence: Evidence) -> bool:
    """Return whether CFS has its number."""
    return evidence.cfs is not None and evidence.cfs.is_there is True


def is_missing(evidence: Evidence) -> bool:
    """Return whether CFS said it has no such number."""
    return evidence.cfs is not None and evidence.cfs.is_there is False


def is_paid(evidence: Evidence) -> bool:
    """Return whether CFS has its number and nothing is due."""
    return evidence.cfs is not None and evidence.cfs.is_there is True and evidence.cfs.due == 0


def is_owing(evidence: Evidence) -> bool:
    """Return whether CFS has its number and something is due."""
    return evidence.cfs is not None and evidence.cfs.is_there is True and evidence.cfs.due > 0


def is_whole(evidence: Evidence) -> bool:
    """Return whether nothing of the CFS invoice is covered, and nothing was added to it."""
    return is_in_cfs(evidence) and evidence.cfs is not None and evidence.cfs.due == evidence.cfs.total


def has_right_total(evidence: Evidence) -> bool:
    """Return whether CFS has its number over the amount that we would send."""
    return is_in_cfs(evidence) and evidence.cfs is not None and evidence.cfs.total == evidence.owed
