"""What goes into the outbox, what a handler is given, and what a delivery found."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from config.errors import InputRefused

Answer = dict[str, Any]
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "outbox.pay-jobs.sbc-pay")


class Channel(StrEnum):
    """Through which door a message leaves."""

    CFS = "cfs"
    EVENT = "event"
    MAIL = "mail"


@dataclass(frozen=True)
class NewMessage:
    """A message to be kept for delivery.

    kind             what it is: a CFS call, an event type, a sort of mail
    ordering_key     messages of one key, as a rule an account, leave in the order they were written
    idempotency_key  what makes it this message and no other; a second one with the same key is not kept
    payload          JSON; a Decimal or a date becomes text
    """

    channel: Channel
    kind: str
    ordering_key: str
    idempotency_key: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """A message as its handler gets it.

    attempts     this one included
    begun_before when an earlier attempt was begun whose end is not known or that failed; None: it was never sent
    """

    id: int
    created_on: datetime
    channel: str
    kind: str
    ordering_key: str
    idempotency_key: str
    payload: Mapping[str, Any]
    attempts: int
    begun_before: datetime | None

    @property
    def stable_id(self) -> str:
        """Return what a receiver knows a repeat by: a UUID made from the idempotency key."""
        return str(uuid.uuid5(NAMESPACE, self.idempotency_key))

    def text(self, name: str) -> str:
        """Return a text of the payload. Raises InputRefused if it is missing."""
        value = self.payload.get(name)
        if not isinstance(value, str) or not value:
            raise InputRefused(f"the payload of {self.kind} lacks the text '{name}'")
        return value


@dataclass(frozen=True)
class LaterMessage:
    """A message that is kept with the mark of another one, and leaves some time after it."""

    message: NewMessage
    after: timedelta


@dataclass(frozen=True)
class DeliveryNote:
    """What a handler says of a message that was delivered, where an answer alone is not enough.

    attention  what needs attention; the message is delivered all the same
    later      what is to be looked at again
    """

    answer: Answer
    attention: str = ""
    later: tuple[LaterMessage, ...] = ()


Handler = Callable[[Message], Answer | DeliveryNote]


@dataclass(frozen=True)
class DeadLetter:
    """A message that no further attempt will help; it holds back what follows on its key."""

    id: int
    channel: str
    kind: str
    error: str


@dataclass(frozen=True)
class DeliveryReport:
    """What a delivery did.

    delivered    messages that reached their receiver
    failed       attempts that failed and will be repeated
    dead         messages given up in this delivery; `dead_letters` names them
    attention    what needs attention in messages that were delivered: id and words
    waiting      messages that are still to be delivered, whatever holds them
    refusals     systems that refused us altogether, in words
    away         channels that were given up for now because nothing on them got through
    earlier_dead messages that earlier deliveries gave up and no person has looked after yet
    """

    delivered: int = 0
    failed: int = 0
    dead: int = 0
    waiting: int = 0
    dead_letters: tuple[DeadLetter, ...] = ()
    attention: tuple[tuple[int, str], ...] = ()
    refusals: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    earlier_dead: int = 0
