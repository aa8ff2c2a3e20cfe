"""The fuse: weigh what a settlement file would do against what the files of its kind did. Decided without any I/O.

Its kind are the files of weekdays, or those of weekends; what a holiday is need not be known. Where a count has a share
beside it, both must be far outside the usual: a large night has more of everything, and a tiny file a large share of
anything. What comes back was paid on days before, so bounces are a share of what the week before settled: neither a
busy night nor rows that make a wrong file larger hide them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from config import usual as limits
from config.usual import ENOUGH, FuseBounds
from jobs.usual import ceiling, usual

_CENT = Decimal("0.01")


class FileFigures(NamedTuple):
    """What a file holds and would do.

    amount    of all its rows, in CAD
    frozen    accounts it would freeze
    bounced   payments that came back
    repeated  rows that were applied before, from an earlier file or earlier in this one
    misdated  rows whose application date is not near the date in the name
    rejected  rows that cannot be applied
    settled   rows but bounces of the week before it, or of the file itself where these are more
    """

    rows: int
    amount: Decimal
    frozen: int
    bounced: int
    repeated: int
    misdated: int
    rejected: int
    settled: int


class WeighedFigure(NamedTuple):
    """One figure of a file beside the usual one and its limit, as people read them."""

    what: str
    here: str
    usual: str
    limit: str
    is_beyond: bool


@dataclass(frozen=True)
class FuseVerdict:
    """What became of the weighing.

    figures  all that were weighed
    beyond   what is far outside the usual, in words; empty where the file may be applied
    known    how many files of its kind it was held against
    """

    figures: list[WeighedFigure]
    beyond: list[str]
    known: int

    @property
    def reason(self) -> str:
        """Return why the file is held, in one sentence without its full stop."""
        against = (
            f"against the last {self.known} files of its kind"
            if self.known >= ENOUGH
            else f"against plain limits, as only {self.known} files of its kind are known"
        )
        return f"it is far outside the usual, weighed {against}: {'; '.join(self.beyond)}"


@dataclass(frozen=True)
class _Share:
    """The share that a figure has of something else, and its bounds."""

    what: str
    whole: Callable[[FileFigures], int]
    bounds: FuseBounds


@dataclass(frozen=True)
class _Harm:
    """A figure that does harm where it is far outside the usual, alone or with its share."""

    what: str
    value: Callable[[FileFigures], int | Decimal]
    bounds: FuseBounds
    share: _Share | None = None


def _of_rows(bounds: FuseBounds) -> _Share:
    return _Share("their share of the rows", lambda of: of.rows, bounds)


_OF_A_WEEK = _Share("their share of the payments of a week", lambda of: of.settled, limits.BOUNCED_SHARE)
_HARMS = (
    _Harm("rows", lambda of: of.rows, limits.ROWS),
    _Harm("total in CAD", lambda of: of.amount, limits.TOTAL),
    _Harm("accounts it would freeze", lambda of: of.frozen, limits.FROZEN, _OF_A_WEEK),
    _Harm("payments that come back", lambda of: of.bounced, limits.BOUNCED, _OF_A_WEEK),
    _Harm("rows applied before", lambda of: of.repeated, limits.REPEATED, _of_rows(limits.REPEATED_SHARE)),
    _Harm("rows of another day than the file's", lambda of: of.misdated, limits.MISDATED,
          _of_rows(limits.MISDATED_SHARE)),
    _Harm("rows rejected", lambda of: of.rejected, limits.REJECTED, _of_rows(limits.REJECTED_SHARE)),
)  # fmt: skip
_REPEATED = _HARMS[4]


def weigh(here: FileFigures, before: Sequence[FileFigures], *, repeats_are_expected: bool = False) -> FuseVerdict:
    """Return what is far outside the usual about a file.

    before                the last files of its kind that were applied
    repeats_are_expected  somebody decided to apply this file though rows of it were applied before
    """
    figures: list[WeighedFigure] = []
    beyond: list[str] = []
    for harm in _HARMS:
        if harm is _REPEATED and repeats_are_expected:
            continue
        number = _weigh_number(harm, here, before)
        parts = [number] if harm.share is None else [number, _weigh_share(harm, harm.share, here, before)]
        figures += parts
        if all(one.is_beyond for one in parts):
            beyond.append(", ".join(f"{one.what} {one.here} (usual {one.usual}, limit {one.limit})" for one in parts))
    return FuseVerdict(figures, beyond, len(before))


def _weigh_number(harm: _Harm, here: FileFigures, before: Sequence[FileFigures]) -> WeighedFigure:
    known = [Decimal(harm.value(one)) for one in before]
    limit, value = ceiling(harm.bounds, known), Decimal(harm.value(here))
    show = _as_amount if harm.what.endswith("CAD") else _as_count
    return WeighedFigure(harm.what, show(value), show(usual(known)[0]) if known else "-", show(limit), value > limit)


def _weigh_share(harm: _Harm, share: _Share, here: FileFigures, before: Sequence[FileFigures]) -> WeighedFigure:
    known = [_part(harm.value(one), share.whole(one)) for one in before]
    limit, value = ceiling(share.bounds, known), _part(harm.value(here), share.whole(here))
    middle = _as_share(usual(known)[0]) if known else "-"
    return WeighedFigure(share.what, _as_share(value), middle, _as_share(limit), value > limit)


def _part(part: int | Decimal, whole: int) -> Decimal:
    """Return a share of something, all where there is nothing to be a share of."""
    return Decimal(part) / whole if whole else Decimal(part > 0)


def _as_count(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _as_amount(value: Decimal) -> str:
    return f"{value.quantize(_CENT):,}"


def _as_share(value: Decimal) -> str:
    return f"{value * 100:.1f} %"
