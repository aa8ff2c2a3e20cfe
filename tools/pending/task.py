"""`pending`: one table of what is half done outside, each with the command that goes on with it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from config.command_line import typed
from connectors.effects import EffectState, PendingEffect, pending_operations
from connectors.outbox.pending import pending_messages
from database.sessions import Session
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table

SOURCES: tuple[Callable[[Session], list[PendingEffect]], ...] = (
    pending_messages,
    pending_operations,
)
_COLUMNS = ("what", "subject", "state", "since", "amount", "why", "command")


@dataclass(frozen=True)
class Arguments:
    """The states to show; all of them where none is named."""

    states: tuple[str, ...] = ()


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """List what is half done outside, of the states that were asked for."""
    with context.database.begin_snapshot() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        effects = pending_effects(session)
    return _outcome([one for one in effects if not arguments.states or one.state.value in arguments.states])


def pending_effects(session: Session) -> list[PendingEffect]:
    """Return everything that is half done outside, the oldest first."""
    found = [effect for source in SOURCES for effect in source(session)]
    return sorted(found, key=lambda one: one.since)


def _outcome(effects: list[PendingEffect]) -> Outcome:
    counts = Counter(one.state.value for one in effects)
    total = sum((one.amount for one in effects if one.amount is not None), Decimal("0.00"))
    by_state = ", ".join(f"{counts[state]:,} {state.value}" for state in EffectState if counts[state])
    rows = [(one.what, one.subject, one.state, one.since, one.amount, one.why, typed(one.command)) for one in effects]
    return Outcome(
        answer=f"{by_state}; the known amounts total {total:,} CAD." if effects else "Nothing is half done outside.",
        counts=counts,
        tables=[Table("Half done outside (UTC)", _COLUMNS, rows, "pending")],
    )
