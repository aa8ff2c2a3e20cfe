"""The partial credits that are half done, in the vocabulary of connectors/effects."""

from sqlalchemy.orm import Session

from connectors.effects import EffectState, PendingEffect
from database.sql import statements

sql = statements(__package__)
STATES = {
    "intended": EffectState.SENT,
    "parked": EffectState.LOST,
    "answered": EffectState.ANSWERED,
    "done": EffectState.DONE,
    "refused": EffectState.REFUSED,
    "not_made": EffectState.DROPPED,
}
_ASK = "Ask CAS for the memo; if there is none: --not-made instead of --memo"


def pending_credits(session: Session) -> list[PendingEffect]:
    """Return the partial credits that are asked for and not in our books, the oldest first."""
    return [
        PendingEffect(
            what="partial credit",
            subject=f"invoice {row.invoice_id}",
            state=STATES[row.state],
            since=row.created_on,
            amount=row.amount,
            why=_why(row.state, row.why, row.memo, row.run_id),
            command=f'repair pad-partial-credit {row.invoice_id} --memo {row.memo or "NUMBER"} --reason "..."',
        )
        for row in sql.run(session, "list_open_credits")
    ]


def _why(state: str, why: str | None, memo: str | None, run_id: int | None) -> str:
    if state == "answered":
        return f"CFS made credit memo {memo}; our books do not have it yet"
    if state == "parked":
        return f"{(why or 'the answer of CFS was lost').rstrip('.')}. {_ASK}"
    by = f" by run {run_id}" if run_id else ""
    return f"CFS was asked{by}, or was about to be. Once that run has ended: {_ASK}"
