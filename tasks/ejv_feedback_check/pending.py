"""The resubmissions that are half done, in the vocabulary of connectors/effects."""

from sqlalchemy.orm import Session

from connectors.effects import EffectState, PendingEffect
from database.sql import statements

sql = statements(__package__)
STATES = {
    "begun": EffectState.PLANNED,
    "data_sent": EffectState.SENT,
    "triggering": EffectState.SENT,
    "done": EffectState.DONE,
    "given_up": EffectState.DROPPED,
}
_STEPS = {
    "begun": "the data file is not known to be at CGI",
    "data_sent": "the data file is at CGI; its trigger was not sent",
    "triggering": "the data file is at CGI; its trigger was sent, or was about to be",
}


def pending_resubmissions(session: Session) -> list[PendingEffect]:
    """Return the resubmissions that are begun and not finished, the oldest first."""
    return [
        PendingEffect(
            what="resubmission",
            subject=f"batch {row.batch_number}",
            state=STATES[row.state],
            since=row.begun_on,
            amount=row.amount,
            why=f"{row.old_name} as {row.new_name} on {row.business_day}: {_STEPS[row.state]}",
            command="EJV_FEEDBACK_CHECK",
        )
        for row in sql.run(session, "list_open_resubmissions")
    ]
