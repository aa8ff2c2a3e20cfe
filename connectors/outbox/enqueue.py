"""Write messages into the outbox, in the transaction of the change they follow from."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from connectors.outbox.model import NewMessage
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

AT_ONCE = 2_000


def enqueue(
    session: Session,
    messages: Iterable[NewMessage],
    *,
    run_id: int | None = None,
    created_on: datetime | None = None,
    due: datetime | None = None,
) -> int:
    """Keep messages for delivery, in their order, and return how many were new.

    created_on  None: the moment of the database's clock
    due         when they may leave at the earliest; None: at once
    Order holds for messages that one transaction writes, and for transactions that follow one another; two
    transactions that write for the same key at the same time are in no order.
    """
    stream = iter(messages)
    new = 0
    while rows := [_row(message) for message in islice(stream, AT_ONCE)]:
        values = {"messages": json.dumps(rows), "run_id": run_id, "created_on": created_on, "due": due}
        new += sql.run(session, "enqueue", **values).rowcount
    return new


def _row(message: NewMessage) -> dict[str, Any]:
    for name in ("kind", "ordering_key", "idempotency_key"):
        if not getattr(message, name):
            raise ValueError(f"a message of the outbox needs its {name}")
    return {
        "channel": str(message.channel),
        "kind": message.kind,
        "ordering_key": message.ordering_key,
        "idempotency_key": message.idempotency_key,
        "payload": dict(_plain(message.payload.items())),
    }


def _plain(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in items:
        yield name, _plain_value(value)


def _plain_value(value: Any) -> Any:
    """Return a value as JSON holds it: amounts and dates as text, never a float."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return dict(_plain(value.items()))
    if isinstance(value, list | tuple):
        return [_plain_value(item) for item in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no exact form in a payload")
