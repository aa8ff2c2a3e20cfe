"""Money that came in, went out and bounced, by payment method: added up from the figures of a closing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from jobs.run.outcome import Table
from tools.close.closing import ZERO, FigureTotal

PARTNERS = "partners"
ON_ACCOUNT = "on account"
USED_CREDIT = "CREDIT"  # it came in when it was left on account
_IN = ("money.rows", "money.on_account", "money.others", "journals.accepted", "slips.deposited",
       "partners.given_back")  # fmt: skip
_OUT = ("journals.paid_back", "partners.disbursed", "cheques.accepted")
_BOUNCED = ("bounces.receipts",)
_BY_PARTNER = ("partners.given_back", "partners.disbursed")


@dataclass(frozen=True)
class MethodMoney:
    """What came in, went out and bounced by one payment method, in CAD; partners are one method together."""

    method: str
    came_in: Decimal = ZERO
    went_out: Decimal = ZERO
    bounced: Decimal = ZERO

    def __add__(self, other: "MethodMoney") -> "MethodMoney":
        return MethodMoney(
            self.method,
            self.came_in + other.came_in,
            self.went_out + other.went_out,
            self.bounced + other.bounced,
        )


def money_by_method(figures: Iterable[FigureTotal]) -> list[MethodMoney]:
    """Return the methods by which money came, went or bounced, the largest sum first."""
    found: dict[str, MethodMoney] = {}
    for figure in figures:
        counts_as = _COUNTS_AS.get(figure.name)
        for method, total in figure.by_method:
            if counts_as is None or method == USED_CREDIT:
                continue
            name = PARTNERS if figure.name in _BY_PARTNER else method or ON_ACCOUNT
            found[name] = found.get(name, MethodMoney(name)) + counts_as(name, total.amount)
    return sorted(found.values(), key=lambda one: (-(one.came_in + one.went_out + one.bounced), one.method))


def in_all(methods: Iterable[MethodMoney]) -> MethodMoney:
    """Return the sums over all methods.

    >>> in_all([MethodMoney("PAD", Decimal("1.50")), MethodMoney("EJV", Decimal("2.00"))]).came_in
    Decimal('3.50')
    """
    return sum(methods, MethodMoney("in all"))


def method_table(figures: Iterable[FigureTotal]) -> Table:
    """Return money in and out by payment method; a screen shows it as a few lines of the page."""
    methods = money_by_method(figures)
    rows = [
        (one.method, one.came_in, one.went_out, one.bounced)
        for one in (*methods, *([in_all(methods)] if len(methods) > 1 else []))
    ]
    columns = ("method", "in", "out", "bounced")
    return Table("Money by payment method, in CAD", columns, rows, "money_by_method", is_shown=False, is_stored=True)


_COUNTS_AS: dict[str, Callable[[str, Decimal], MethodMoney]] = {
    **dict.fromkeys(_IN, lambda method, amount: MethodMoney(method, came_in=amount)),
    **dict.fromkeys(_OUT, lambda method, amount: MethodMoney(method, went_out=amount)),
    **dict.fromkeys(_BOUNCED, lambda method, amount: MethodMoney(method, bounced=amount)),
}
