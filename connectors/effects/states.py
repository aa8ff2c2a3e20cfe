"""The states of an effect outside: of an operation in the journal, and of a message in the outbox where it is shown."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class EffectState(StrEnum):
    """How far an effect is.

    planned   written down; nothing has left
    sent      it has left, or may have; whether it arrived is not known yet
    answered  the receiver has done it; our books do not have it yet
    lost      the answer was lost: look before it is sent again
    refused   the receiver refused it, or its state contradicts our books
    done      the receiver has done it, and our books have it
    dropped   given up; it is not sent any more
    """

    PLANNED = "planned"
    SENT = "sent"
    ANSWERED = "answered"
    LOST = "lost"
    REFUSED = "refused"
    DONE = "done"
    DROPPED = "dropped"


OPEN_STATES = frozenset(EffectState) - {EffectState.DONE, EffectState.DROPPED}


@dataclass(frozen=True)
class PendingEffect:
    """An effect that is half done.

    what     the kind of effect: an outbox message, a correction of a slip, a partial credit, a resubmission
    subject  the message, slip, invoice or batch
    since    when it was written down
    amount   in CAD, None where it is not known
    why      the step it is at, and what holds it up
    command  what to type next
    """

    what: str
    subject: str
    state: EffectState
    since: datetime
    amount: Decimal | None
    why: str
    command: str
