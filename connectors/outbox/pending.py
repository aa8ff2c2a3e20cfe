"""The messages of the outbox that are not delivered, in the vocabulary of connectors/effects."""

from config.command_line import in_short
from connectors.effects import EffectState, PendingEffect
from connectors.outbox.delivery import MAX_ATTEMPTS
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


def pending_messages(session: Session) -> list[PendingEffect]:
    """Return what is undelivered or was given up, the oldest first."""
    return [
        PendingEffect(
            what=f"{row.channel} message {row.kind}",
            subject=f"message {row.id} ({row.ordering_key})",
            state=state_of(row.state, attempts=row.attempts, is_begun=row.is_begun),
            since=row.created_on,
            amount=row.amount,
            why=_why(row.last_error, row.blocked_by),
            command=_command(row.id, row.state, row.blocked_by),
        )
        for row in sql.run(session, "list_open_messages")
    ]


def state_of(state: str, *, attempts: int, is_begun: bool) -> EffectState:
    """Return the state of a message; one given up after its last attempt was never answered.

    >>> state_of("pending", attempts=0, is_begun=False).value, state_of("dead", attempts=1, is_begun=True).value
    ('planned', 'refused')
    """
    if state == "delivered":
        return EffectState.DONE
    if state == "dropped":
        return EffectState.DROPPED
    if state == "dead":
        return EffectState.LOST if attempts >= MAX_ATTEMPTS else EffectState.REFUSED
    return EffectState.SENT if is_begun else EffectState.PLANNED


def _why(error: str | None, blocked_by: int | None) -> str:
    if blocked_by is not None:
        return f"waits for message {blocked_by}, the earlier one of its key"
    return error or "waits for its delivery"


def _command(number: int, state: str, blocked_by: int | None) -> str:
    if blocked_by is not None:
        return f"outbox show {blocked_by}"
    return in_short("outbox retry", number, reason=True) if state == "dead" else f"outbox show {number}"
