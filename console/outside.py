"""What is half done outside, by cause: how many messages and operations, how much, since when, and what to type."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.effects import PendingEffect
from console.page import Page, PageContext
from jobs.run.causes import without_particulars
from tools.pending.task import pending_effects

EXAMPLES = 3
SHOWN = 40
_URGENT = ("refused", "lost", "answered", "sent", "planned")


@dataclass
class EffectCause:
    """Effects of one kind and state that stand for one reason; its words and command are those of the oldest."""

    what: str
    state: str
    why: str
    since: datetime
    command: str
    number: int = 0
    amount: Decimal | None = None
    examples: list[str] = field(default_factory=list)

    def add(self, effect: PendingEffect) -> None:
        """Count one more."""
        self.number += 1
        self.since = min(self.since, effect.since)
        if effect.amount is not None:
            self.amount = (self.amount or Decimal(0)) + effect.amount
        if len(self.examples) < EXAMPLES:
            self.examples.append(effect.subject)


def page(context: PageContext) -> Page:
    """Return the page of what is half done outside."""
    effects = pending_effects(context.session)
    causes = by_cause(effects)
    values = {
        "number": len(effects),
        "amount": sum((one.amount for one in effects if one.amount is not None), Decimal(0)),
        "causes": causes[:SHOWN],
        "more": len(causes) - SHOWN,
    }
    return Page("outside.html", "Half done outside", values)


def by_cause(effects: Iterable[PendingEffect]) -> list[EffectCause]:
    """Return the causes, the most urgent first, then the oldest."""
    found: dict[tuple[str, str, str], EffectCause] = {}
    for one in effects:
        key = (one.what, one.state.value, without_particulars(one.why))
        if key not in found:
            found[key] = EffectCause(one.what, one.state.value, one.why, one.since, one.command)
        found[key].add(one)
    return sorted(found.values(), key=lambda cause: (_URGENT.index(cause.state), cause.since))
