"""The arguments of repair pad-partial-credit."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from config.errors import UsageError

FEE, SERVICE_FEE = "BASE_FEES", "SERVICE_FEES"
_LINE = re.compile(r"(?P<line>[1-9]\d{0,9})(?P<part>:service)?=(?P<amount>\d{1,10}(\.\d\d)?)", re.ASCII)


@dataclass(frozen=True)
class LineCredit:
    """What is to be credited of a line item: of its fee, or of its service fee (as refunds_partial names them)."""

    line: int
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class Arguments:
    """What was typed: lines for a new credit, or what became of one whose answer was lost."""

    invoice: int
    lines: tuple[str, ...] = ()
    memo: str | None = None
    not_made: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if sum((bool(self.lines), bool(self.memo), self.not_made)) != 1:
            raise UsageError(
                "Give --line LINE=AMOUNT (one or more), or --memo NUMBER, or --not-made: one of the three."
            )
        _ = self.wanted

    @cached_property
    def wanted(self) -> tuple[LineCredit, ...]:
        """What is to be credited, in the order it was typed. Raises UsageError where a line is not understood."""
        wanted = tuple(map(_parsed, self.lines))
        if len({(one.line, one.kind) for one in wanted}) < len(wanted):
            raise UsageError("A line is named twice: add its amounts up.")
        return wanted


def _parsed(text: str) -> LineCredit:
    found = _LINE.fullmatch(text.strip())
    amount = Decimal(found["amount"]).quantize(Decimal("0.01")) if found else Decimal(0)
    if found is None or not amount:
        raise UsageError(f"--line {text!r} is not understood: expected like 89=10.00, or 89:service=1.50.")
    return LineCredit(int(found["line"]), SERVICE_FEE if found["part"] else FEE, amount)
