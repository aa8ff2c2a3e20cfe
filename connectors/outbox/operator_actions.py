"""What an operator may do with messages of the outbox: show them, retry them, drop them."""

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from config.errors import UsageError
from database.archived import where_older_rows_are
from database.sql import statements

sql = statements(__package__)
STATES = ("pending", "delivered", "dead", "dropped")
_COUNT = text(
    "SELECT state, count(*) AS number FROM pay_jobs.outbox"
    " WHERE state = ANY (CAST(:states AS text[])) GROUP BY state ORDER BY state"
)
_AT_ONCE = 1000
_MAY = {"retry": ("dead", "pending"), "drop": ("dead", "pending")}


@dataclass(frozen=True)
class OutboxMessage:
    """A message as the outbox keeps it. `blocked_by` is the earlier message of its key that holds it back."""

    id: int
    state: str
    channel: str
    kind: str
    ordering_key: str
    idempotency_key: str
    created_on: datetime
    run_id: int | None
    attempts: int
    begun_on: datetime | None
    next_attempt_on: datetime | None
    delivered_on: datetime | None
    last_error: str | None
    reason: str | None
    blocked_by: int | None
    payload: dict[str, Any]
    answer: dict[str, Any] | None


def iter_newest(
    connection: Connection, *, states: Collection[str], limit: int | None = None
) -> Generator[OutboxMessage]:
    """Yield messages in these states, all or `limit` of them, the newest first; they are read as they are asked for."""
    values = {"ids": None, "states": list(states), "number": limit}
    options = {"yield_per": _AT_ONCE}
    with connection.execute(sql["list_messages"], values, execution_options=options) as rows:
        for row in rows:
            yield OutboxMessage(**row._mapping)


def find(connection: Connection, message_id: int) -> OutboxMessage:
    """Return one message. Raises UsageError if there is none of that id."""
    return _all_of(connection, [message_id])[0]


def count(connection: Connection, states: Collection[str]) -> dict[str, int]:
    """Return how many messages are in each of these states; those of open ones are in an index."""
    rows = connection.execute(_COUNT, {"states": list(states)})
    return {row.state: row.number for row in rows}


def dead_ids(connection: Connection) -> list[int]:
    """Return the ids of all dead letters."""
    rows = connection.execute(text("SELECT id FROM pay_jobs.outbox WHERE state = 'dead' ORDER BY id"))
    return list(rows.scalars())


def retry(connection: Connection, ids: Sequence[int], reason: str) -> list[OutboxMessage]:
    """Queue messages again, with all their attempts before them; return them as they were.

    When an attempt was begun before is kept, so that the handler still looks before it repeats.
    """
    return _change(connection, "retry", "state = 'pending', attempts = 0, next_attempt_on = NULL", ids, reason)


def drop(connection: Connection, ids: Sequence[int], reason: str) -> list[OutboxMessage]:
    """Drop messages for good, so that those behind them move on; return them as they were."""
    return _change(connection, "drop", "state = 'dropped', next_attempt_on = NULL", ids, reason)


def _change(connection: Connection, verb: str, setting: str, ids: Sequence[int], reason: str) -> list[OutboxMessage]:
    """Change all of the messages, or raise UsageError and change none; one that is being sent is waited for."""
    connection.execute(
        text("SELECT id FROM pay_jobs.outbox WHERE id = ANY (CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE"),
        {"ids": list(ids)},
    )
    messages = _all_of(connection, ids)
    allowed = _MAY[verb]
    wrong = [f"{one.id} is {one.state}" for one in messages if one.state not in allowed]
    if wrong:
        raise UsageError(
            f"Only a message that is {' or '.join(allowed)} can be taken for {verb}; {', '.join(wrong)}. "
            "Nothing was changed."
        )
    connection.execute(
        text(f"UPDATE pay_jobs.outbox SET {setting}, reason = :reason WHERE id = ANY (CAST(:ids AS bigint[]))"),
        {"ids": list(ids), "reason": reason},
    )
    return messages


def _all_of(connection: Connection, ids: Sequence[int]) -> list[OutboxMessage]:
    rows = connection.execute(sql["list_messages"], {"ids": list(ids), "states": None, "number": None}).all()
    found = [OutboxMessage(**row._mapping) for row in reversed(rows)]
    missing = sorted(set(ids) - {one.id for one in found})
    if missing:
        unknown = (
            f"There is no outbox message {', '.join(map(str, missing))}: `outbox list --state all` shows those there "
            "are. Nothing was changed."
        )
        raise UsageError(" ".join([unknown, *where_older_rows_are(connection, *missing)]))
    return found
