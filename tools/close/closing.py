"""A closing: the figures of some days, the equations that hold them together, and the rows that break one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from database.closing.recheck import Change

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Total:
    """How many rows, and what they add up to, in CAD."""

    rows: int = 0
    amount: Decimal = ZERO

    def __add__(self, other: "Total") -> "Total":
        return Total(self.rows + other.rows, self.amount + other.amount)


@dataclass(frozen=True)
class FigureTotal:
    """A figure: in all, and by payment method (credits by site, disbursements by partner, settlement files by file)."""

    name: str
    meaning: str
    by_method: tuple[tuple[str, Total], ...]

    @property
    def total(self) -> Total:
        """Return the figure in all."""
        return sum((one for _, one in self.by_method), Total())


@dataclass(frozen=True)
class Remainder:
    """A row that keeps the two sides of an equation apart.

    equation  the name of the equation
    row       what it is about, as `invoice 31`
    expected  what one side says, in CAD; found: what the other does
    cause     why, where that is known
    next      what to type next, behind `python3 invoke_jobs.py`
    """

    equation: str
    row: str
    expected: Decimal
    found: Decimal
    cause: str
    next: str

    @property
    def amount(self) -> Decimal:
        """Return by how much the sides differ, in CAD."""
        return self.expected - self.found


@dataclass(frozen=True)
class Equation:
    """Two sides that must be equal: row by row, not only in all.

    left, right  what either side adds up to; None where no day before was recorded, and nothing can be held
    """

    name: str
    title: str
    left: Decimal | None
    right: Decimal | None
    remainders: tuple[Remainder, ...]


@dataclass(frozen=True)
class ClosedMonth:
    """A month of a closing.

    figures      what moved in it
    recorded     how many of its days are recorded
    unexplained  of those, in CAD, as it was kept
    """

    first: date
    figures: tuple[FigureTotal, ...]
    recorded: int
    unexplained: Decimal

    def of(self, name: str) -> Decimal:
        """Return what a figure comes to, in CAD."""
        return next((one.total.amount for one in self.figures if one.name == name), ZERO)


@dataclass(frozen=True)
class Closing:
    """The closing of a day, or of the days of a month or a year.

    undated      what cannot be dated, each with why; only where no day before was recorded
    recorded_on  when the last day was recorded; None where it is not
    changed      what recorded days among these count otherwise now
    months       of a year
    """

    first: date
    last: date
    figures: tuple[FigureTotal, ...]
    equations: tuple[Equation, ...]
    undated: tuple[str, ...] = ()
    recorded_on: datetime | None = None
    changed: tuple[Change, ...] = ()
    months: tuple[ClosedMonth, ...] = ()

    @property
    def remainders(self) -> tuple[Remainder, ...]:
        """Return every row that is unexplained."""
        return tuple(one for equation in self.equations for one in equation.remainders)

    @property
    def unexplained(self) -> Decimal:
        """Return what the unexplained rows come to, in CAD, whichever way each goes."""
        return sum((abs(one.amount) for one in self.remainders), ZERO)

    @property
    def is_balanced(self) -> bool:
        """Whether nothing is unexplained, and nothing changed since it was recorded."""
        return not self.remainders and not self.changed

    @property
    def title(self) -> str:
        """Return the days in words: a day, or from one to another."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def command(self) -> str:
        """Return the command that makes it, without the words of the entrypoint."""
        if self.first == self.last:
            return f"close {self.first}"
        return f"close --year {self.first:%Y}" if self.months else f"close --month {self.first:%Y-%m}"

    def figure(self, name: str) -> Total:
        """Return a figure in all; nothing where no row has it."""
        return next((one.total for one in self.figures if one.name == name), Total())

    def equation(self, name: str) -> Equation:
        """Return an equation by its name."""
        return next(one for one in self.equations if one.name == name)

    def methods(self) -> Iterator[tuple[str, str, Total]]:
        """Return each figure by payment method: figure, method, total."""
        for one in self.figures:
            for method, total in one.by_method:
                yield one.name, method, total
