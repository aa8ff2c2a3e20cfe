"""What is usual, and what is far outside it. Values in, values out; the limits stand in config/usual.py.

>>> ceiling(FuseBounds(Decimal(25), Decimal(3), Decimal(25)), [Decimal(10)] * 10)
Decimal('30')
>>> ceiling(FuseBounds(Decimal(25), Decimal(3), Decimal(25)), [Decimal(100)])
Decimal('25')
"""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from config.usual import ENOUGH, MADS, FuseBounds


def usual(before: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Return the median of some figures and their MAD; both are 0 where there are none."""
    if not before:
        return Decimal(0), Decimal(0)
    middle = median(before)
    return middle, median([abs(one - middle) for one in before])


def ceiling(bounds: FuseBounds, before: Sequence[Decimal]) -> Decimal:
    """Return what a figure may reach, by those of the same kind before it."""
    if len(before) < ENOUGH:
        return bounds.plain
    middle, spread = usual(before)
    return max(bounds.floor, bounds.times * middle, middle + MADS * spread)
