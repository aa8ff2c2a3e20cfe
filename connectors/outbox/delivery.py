"""Deliver what waits in the outbox: at least once, and in order for each ordering key.

An attempt has two transactions. The first claims the message and notes that it was begun; the second holds it while
it is sent and writes how that went. A process killed between the two, or between the effect and its mark, leaves a
message that says it was begun: its handler looks before it repeats.

    the receiver took it          delivered
    SourceUnavailable             waits, twice as long each time; dead after MAX_ATTEMPTS
    SourceRefused, ConfigError    waits, and its channel rests for this delivery: the settings need attention
    InputRefused, any other       dead: the message needs attention, the run ends with 3
    ClaimLost, LateEffect         the delivery ends: this run has lost what it holds the message by

The hold of the second transaction is this run's claim on the message: it is asked once more directly before anything
leaves (connectors/effects), so that a process that stood still does not send what another one has sent meanwhile.

One key that fails never stops the others. A channel on which nothing gets through rests after a few messages
in a row: its system is away, and asking it for every message would take hours.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from config.errors import ConfigError, ExitCode, InputRefused, Interrupted, SourceRefused, SourceUnavailable
from config.masking import mask, mask_text
from connectors.away import AwayCounter
from connectors.effects import ClaimLost, LateEffect, checked_by
from connectors.outbox.enqueue import enqueue
from connectors.outbox.model import DeadLetter, DeliveryNote, DeliveryReport, Handler, Message
from database.engine import Database
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=2)
MAX_ATTEMPTS = 40  # at the waits above, about three days
MAX_ERROR = 2_000


def deliver(
    database: Database,
    handlers: Mapping[str, Handler],
    *,
    clock: Callable[[], datetime],
    stop_check: Callable[[], None],
    log: Any,
    limit: int | None = None,
    only_begun: bool = False,
) -> DeliveryReport:
    """Deliver every message that may leave now, in the order they were written.

    handlers    by channel; messages of other channels stay where they are, and hold their keys
    stop_check  called between messages; may raise Interrupted
    limit       how many attempts to make at most
    only_begun  leave what was never begun
    A dry run delivers nothing.
    """
    delivery = _Delivery(database, handlers, clock, log, only_begun)
    found = delivery.count_open()
    if database.dry_run or not found["waiting"]:
        return delivery.report(waiting=found["waiting"], earlier_dead=found["dead"])
    while limit is None or delivery.attempts < limit:
        stop_check()
        message = delivery.claim()
        if message is None:
            break
        delivery.attempt(message)
    return delivery.report(waiting=delivery.count_open()["waiting"], earlier_dead=found["dead"])


def back_off(attempts: int) -> timedelta:
    """Return how long a message waits after that many attempts.

    >>> [int(back_off(attempts).total_seconds()) for attempts in (1, 2, 3, 40)]
    [60, 120, 240, 7200]
    """
    doublings = min(attempts - 1, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


@dataclass(frozen=True)
class _Failure:
    """How an attempt failed: whether another one may help, and whether the channel is to rest."""

    error: str
    dead: bool
    unavailable: SourceUnavailable | None = None
    refused: bool = False


@dataclass
class _Delivery:
    """One pass over the outbox."""

    database: Database
    handlers: Mapping[str, Handler]
    clock: Callable[[], datetime]
    log: Any
    only_begun: bool
    attempts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    attention: list[tuple[int, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    _after: int = 0
    _systems: defaultdict[str, AwayCounter] = field(default_factory=lambda: defaultdict(AwayCounter))
    _resting: set[str] = field(default_factory=set)

    def claim(self) -> Message | None:
        """Begin an attempt at the next message that may leave."""
        channels = sorted(set(self.handlers) - self._resting)
        with self.database.begin() as session:
            session.execute(text("SET LOCAL enable_sort = off"))
            values = {"now": self.clock(), "channels": channels, "only_begun": self.only_begun}
            rows = sql.run(session, "claim", after=self._after, **values)
            row = rows.one_or_none()
        if row is None:
            return None
        message = Message(**row._mapping)
        self._after = message.id
        self.attempts += 1
        return message

    def attempt(self, message: Message) -> None:
        """Send a message that was claimed, and write how that went; another deliverer may have been faster."""
        with self.database.begin() as session:
            if sql.run(session, "hold", id=message.id, attempts=message.attempts).one_or_none() is None:
                return
            with checked_by(partial(_still_claimed, session, message)):
                sent = self._send(message)
            if isinstance(sent, _Failure):
                state = "dead" if sent.dead else "pending"
                due = None if sent.dead else self.clock() + back_off(message.attempts)
                sql.run(session, "mark_failed", id=message.id, state=state, next_attempt_on=due, error=sent.error)
            else:
                answer = json.dumps(mask(sent.answer), default=str)
                sql.run(session, "mark_delivered", id=message.id, now=self.clock(), answer=answer)
                for one in sent.later:
                    enqueue(session, [one.message], due=self.clock() + one.after)
        self._note(message, sent)

    def count_open(self) -> Mapping[str, int]:
        """Return how many messages are `waiting`, and how many `dead`."""
        with self.database.read() as session:
            return dict(sql.run(session, "count_open", channels=sorted(self.handlers)).one()._mapping)

    def report(self, *, waiting: int, earlier_dead: int) -> DeliveryReport:
        """Return what this pass did, and what is left."""
        return DeliveryReport(
            delivered=self.counts["delivered"],
            failed=self.counts["failed"],
            dead=len(self.dead_letters),
            waiting=waiting,
            dead_letters=tuple(self.dead_letters),
            attention=tuple(self.attention),
            refusals=tuple(self.refusals),
            away=tuple(self.away),
            earlier_dead=earlier_dead,
        )

    def _send(self, message: Message) -> DeliveryNote | _Failure:
        if message.attempts > MAX_ATTEMPTS:
            return _Failure(f"It was begun {MAX_ATTEMPTS} times and never came to an end.", dead=True)
        failure = _try(self.handlers[message.channel], message, self.log)
        if not isinstance(failure, _Failure):
            return failure
        error = mask_text(failure.error).replace("\x00", "")[:MAX_ERROR]
        if not failure.dead and message.attempts == MAX_ATTEMPTS:
            return replace(failure, error=f"{error} Given up after {MAX_ATTEMPTS} attempts.", dead=True)
        return replace(failure, error=error)

    def _note(self, message: Message, sent: DeliveryNote | _Failure) -> None:
        """Count and log an attempt, and let a channel rest that leads nowhere."""
        facts = {"message": message.id, "channel": message.channel, "kind": message.kind, "attempt": message.attempts}
        if not isinstance(sent, _Failure):
            self.counts["delivered"] += 1
            self._systems[message.channel].note()
            if sent.attention:
                self.attention.append((message.id, sent.attention))
                self.log.error("outbox.needs_attention", **facts, attention=sent.attention)
            self.log.debug("outbox.delivered", **facts)
            return
        if sent.dead:
            self.dead_letters.append(DeadLetter(message.id, message.channel, message.kind, sent.error))
            self.log.error("outbox.dead", **facts, error=sent.error)
        else:
            self.counts["failed"] += 1
            self.log.warning("outbox.failed", **facts, error=sent.error)
        self._systems[message.channel].note(sent.unavailable)
        if sent.refused:
            self.refusals.append(sent.error)
            self._rest(message.channel)
        elif self._systems[message.channel].is_away:
            self.away.append(message.channel)
            self._rest(message.channel)

    def _rest(self, channel: str) -> None:
        self._resting.add(channel)
        self.log.warning("outbox.channel_rests", channel=channel)


def _try(handler: Handler, message: Message, log: Any) -> DeliveryNote | _Failure:
    """Call a handler, and return its answer or what its error means."""
    try:
        said = handler(message)
        return said if isinstance(said, DeliveryNote) else DeliveryNote(said)
    except (Interrupted, ClaimLost, LateEffect):
        raise
    except SourceUnavailable as error:
        return _Failure(str(error), dead=False, unavailable=error)
    except (SourceRefused, ConfigError) as error:
        return _Failure(error.full_text, dead=False, refused=True)
    except InputRefused as error:
        return _Failure(str(error), dead=True)
    except Exception as error:
        # A message that its handler cannot cope with holds its own key, and never the run that finds it.
        log.exception("outbox.handler_broke", message=message.id, kind=message.kind, exit_code=int(ExitCode.ATTENTION))
        return _Failure(
            f"{type(error).__name__}: {error}. This is a fault of the program: report it with the log.", dead=True
        )


def _still_claimed(session: Session, message: Message) -> None:
    """Make sure that the transaction that holds the message is alive, and with it the lock on its row."""
    if sql.run(session, "hold", id=message.id, attempts=message.attempts).one_or_none() is None:
        raise ClaimLost(f"Outbox message {message.id} was taken by another delivery before it was sent.")
