"""`pending`: one table of what is half done outside, each with the command that goes on with it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal

import click
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config.settings import DatabaseSettings, read
from connectors.effects import OPEN_STATES, EffectState, PendingEffect, pending_operations
from connectors.outbox.pending import pending_messages
from database.engine import make_engine
from database.errors import explain
from database.sessions import Session
from jobs.run.outcome import Table
from jobs.run.result import print_json
from jobs.terminal import say, show_table, whatever_is_shown

SOURCES: tuple[Callable[[Session], list[PendingEffect]], ...] = (
    pending_messages,
    pending_operations,
)
_STATES = [state.value for state in EffectState if state in OPEN_STATES]
_COLUMNS = ("what", "subject", "state", "since", "CAD", "why", "next command")


def pending_effects(session: Session) -> list[PendingEffect]:
    """Return everything that is half done outside, the oldest first."""
    found = [effect for source in SOURCES for effect in source(session)]
    return sorted(found, key=lambda one: one.since)


def pending_command(use_sandbox: Callable[[], None]) -> click.Command:
    """Return the command `pending`."""

    @click.command(
        "pending",
        help="List what is half done outside, whatever made it: outgoing messages, steps on routing slips, partial "
        "credits, resubmissions. Reads only.\n\nplanned: nothing has left; sent: it has left or may have; answered: "
        "done outside, not yet in our books; lost: the answer was lost; refused: needs attention.\n\nExamples:\n\n"
        "  python3 invoke_jobs.py pending\n\n  python3 invoke_jobs.py pending --state lost --json",
    )
    @click.option("--state", "states", type=click.Choice(_STATES), multiple=True, help="Only this state. Repeatable.")
    @click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object on stdout.")
    @click.option("--sandbox", is_flag=True, help="Read the sandbox's database.")
    def pending(*, states: tuple[str, ...], as_json: bool, sandbox: bool) -> None:
        if sandbox:
            use_sandbox()
        with _snapshot() as session:
            found = pending_effects(session)
        chosen = [one for one in found if not states or one.state.value in states]
        with whatever_is_shown():
            _show(chosen, as_json=as_json)

    return pending


def _show(effects: Sequence[PendingEffect], *, as_json: bool) -> None:
    counts = Counter(one.state.value for one in effects)
    if as_json:
        print_json("pending", {"pending": [asdict(one) for one in effects]}, counts=counts)
        return
    if not effects:
        say("Nothing is half done outside.")
        return
    rows = [
        (one.what, one.subject, one.state, f"{one.since:%Y-%m-%d %H:%M}", one.amount, one.why, one.command)
        for one in effects
    ]
    total = sum((one.amount for one in effects if one.amount is not None), Decimal("0.00"))
    by_state = ", ".join(f"{counts[state]:,} {state}" for state in _STATES if counts[state])
    say(f"{by_state}; the known amounts total {total:,} CAD.")
    show_table(Table("Half done outside (UTC)", _COLUMNS, rows))


@contextmanager
def _snapshot() -> Iterator[Session]:
    """Read the pay database as it is at one moment. Errors come in our own words."""
    engine = make_engine(read(DatabaseSettings), application_name="pay-jobs pending", pooled=False)
    try:
        with engine.connect() as session:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield session
    except DBAPIError as error:
        raise explain(error) from error
