"""The operations on slips that are half done, in the vocabulary of connectors/effects."""

from sqlalchemy.orm import Session

from connectors.effects import EffectState, PendingEffect
from database.sql import statements

sql = statements(__package__)
STEP_STATES = {
    "intended": EffectState.SENT,
    "lost": EffectState.LOST,
    "refused": EffectState.REFUSED,
    "done": EffectState.ANSWERED,
    "already_true": EffectState.ANSWERED,
}


def pending_operations(session: Session) -> list[PendingEffect]:
    """Return the operations in progress with the step each is at, the oldest first."""
    return [
        PendingEffect(
            what=f"slip {row.kind.replace('_', ' ')}",
            subject=f"slip {row.slip}",
            state=state_of(row.state, row.step_state),
            since=row.created_on,
            amount=row.amount,
            why=_why(row.step, row.step_state, row.why),
            command=f"ROUTING_SLIP_RECREATE --slip {row.slip}",
        )
        for row in sql.run(session, "list_open_operations")
    ]


def state_of(operation: str, step: str | None) -> EffectState:
    """Return the state of an operation in progress: that of the step noted last. A parked one needs a decision.

    >>> state_of("running", "intended").value, state_of("parked", "done").value, state_of("parked", "lost").value
    ('sent', 'refused', 'lost')
    """
    state = STEP_STATES[step] if step is not None else EffectState.PLANNED
    if operation == "parked" and state is not EffectState.LOST:
        return EffectState.REFUSED
    return state


def _why(step: str | None, state: str | None, why: str | None) -> str:
    at = f"{step}: {(state or '').replace('_', ' ')}" if step else "no step was taken yet"
    return f"{at}. {why}" if why else at
