"""Rejects by their cause: what was refused 498 times for one reason is one line with a count and three examples."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from config.plurals import counted
from jobs.run.outcome import Reject, Table

EXAMPLES = 3
# From its first letter on, so that a word of a million letters is not read anew from each of them.
_WORD_WITH_A_DIGIT = re.compile(r"(?<!\S)\S*\d\S*")
COLUMNS = ("times", "why", "where", "CAD", "detail", "next")


@dataclass
class Cause:
    """Rejects that differ in numbers and names alone; its detail and command are those of the first."""

    reason: str
    detail: str
    command: str
    times: int = 0
    amount: Decimal | None = None
    examples: list[str] = field(default_factory=list)

    def add(self, reject: Reject) -> None:
        """Count one more."""
        self.times += 1
        if reject.amount is not None:
            self.amount = (self.amount or Decimal("0.00")) + reject.amount
        if len(self.examples) < EXAMPLES:
            self.examples.append(reject.where)

    def __str__(self) -> str:
        money = f", {self.amount:,} CAD" if self.amount is not None else ""
        times = f"{self.times:,} times, " if self.times > 1 else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.reason} ({times}{self.where}{money}){detail}"

    @property
    def where(self) -> str:
        """Return the first places, and how many more there are."""
        more = self.times - len(self.examples)
        return ", ".join([*self.examples, *([f"and {more:,} more"] if more else [])])


def without_particulars(said: str) -> str:
    """Return a text in which each word with a digit in it is alike: names, numbers, instants.

    >>> without_particulars("REG00000115: 8.50 CAD more than was open on 2022-06-20")
    '# # CAD more than was open on #'
    """
    return _WORD_WITH_A_DIGIT.sub("#", said)


def by_cause(rejects: Iterable[Reject]) -> list[Cause]:
    """Return the causes of some rejects, in the order in which they came."""
    found: dict[tuple[str, str], Cause] = {}
    for reject in rejects:
        key = (without_particulars(reject.reason), without_particulars(reject.detail))
        if key not in found:
            found[key] = Cause(reject.reason, reject.detail, reject.command)
        found[key].add(reject)
    return list(found.values())


def attention_table(rejects: Sequence[Reject], *, in_all: int | None = None) -> Table:
    """Return what needs attention, a row a cause.

    in_all  how many there are, where only the first of them are at hand
    """
    causes = by_cause(rejects)
    number = in_all or len(rejects)
    title = "Needs attention" if number == len(causes) else f"Needs attention: {counted(number, 'time')}"
    if number > len(rejects):
        title += f", by the causes of the first {len(rejects):,}"
    rows = [(one.times, one.reason, one.where, one.amount, one.detail, one.command) for one in causes]
    return Table(title, COLUMNS, rows, "attention")
