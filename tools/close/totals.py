"""Figures, added up from rows of figure, payment method, rows and amount."""

from collections.abc import Iterable
from decimal import Decimal

from database.closing.figures import FIGURES, meaning
from tools.close.closing import FigureTotal, Total

_PLACES = {one.name: place for place, one in enumerate(FIGURES)}


def figure_totals(rows: Iterable[tuple[str, str, int, Decimal]]) -> tuple[FigureTotal, ...]:
    """Return the figures in the order of the catalogue, each with its payment methods in the order they came.

    >>> [one] = figure_totals([("money.rows", "PAD", 2, Decimal("3.50")), ("money.rows", "EFT", 1, Decimal("1.00"))])
    >>> one.total
    Total(rows=3, amount=Decimal('4.50'))
    """
    found: dict[str, list[tuple[str, Total]]] = {}
    for name, method, count, amount in rows:
        found.setdefault(name, []).append((method, Total(count, amount)))
    return tuple(FigureTotal(name, meaning(name), tuple(found[name])) for name in sorted(found, key=_place))


def _place(name: str) -> tuple[int, str]:
    """Return where a figure stands in the catalogue; those of one kind are in the order of their names."""
    place = _PLACES.get(name)
    return (_PLACES[f"{name.split('.', maxsplit=1)[0]}.*"] if place is None else place, name)
