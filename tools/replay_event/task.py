"""replay-event, told from top to bottom."""

import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from config.errors import PayJobsError, SourceUnavailable, UsageError
from config.settings import EventSettings
from connectors.event_publisher import EventPublisher
from connectors.events import Topic, cloud_event
from connectors.outbox import Message
from database.archived import where_older_rows_are
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tools.replay_event.arguments import Arguments
from tools.replay_event.event import completed, event_in, new_id

LARGEST_BYTES = 1 << 20


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Find the event, complete it, show it, publish it."""
    topic, original = _from_outbox(context, arguments) if arguments.from_outbox else _from_text(arguments)
    event = completed(original, new_id(original, arguments.reason))
    outcome = Outcome(
        answer=f"{event['type']} {'would be' if context.dry_run else 'was'} published to {topic} as {event['id']}.",
        notes=[f"Topic {topic}, was id {original.get('id')}:", json.dumps(event, indent=2, ensure_ascii=False)],
    )
    if context.dry_run:
        return outcome
    publisher = EventPublisher(context.settings(EventSettings))
    try:
        answer = publisher.publish(topic, event, name=f"replay-{event['id']}")
    except SourceUnavailable as error:
        said = str(error).partition(". ")[0]
        raise PayJobsError(
            f"{said}: it is not known whether event {event['id']} was published. For the same reason it is sent under "
            "the same id, which receivers take once."
        ) from error
    finally:
        publisher.close()
    outcome.counts["events_published"] = 1
    outcome.notes.append(f"Published: {json.dumps(answer)}")
    context.log.info("event.replayed", topic=topic, type=event["type"], was=original.get("id"), reason=arguments.reason)
    return outcome


def _from_text(arguments: Arguments) -> tuple[str, dict[str, Any]]:
    assert arguments.file is not None and arguments.topic is not None
    if arguments.file == "-":
        content = sys.stdin.read(LARGEST_BYTES + 1)
    else:
        path = Path(arguments.file)
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
        content = path.read_text(encoding="utf-8", errors="replace")
    if len(content) > LARGEST_BYTES:
        raise UsageError("The text is larger than 1 MB: cut it down to the one message.")
    return arguments.topic, event_in(content, arguments.line_breaks)


def _from_outbox(context: RunContext, arguments: Arguments) -> tuple[str, dict[str, Any]]:
    with context.database.begin() as session:
        row = session.execute(
            text(
                "SELECT id, created_on, channel, kind, ordering_key, idempotency_key, payload, state"
                "  FROM pay_jobs.outbox WHERE id = :id"
            ),
            {"id": arguments.from_outbox},
        ).one_or_none()
        if row is None:
            unknown = f"There is no message {arguments.from_outbox} in the outbox: `outbox list` shows those there are."
            raise UsageError(" ".join([unknown, *where_older_rows_are(session, arguments.from_outbox)]))
    if row.channel != "event":
        raise UsageError(f"Message {row.id} is no event but {row.channel} {row.kind}: see `outbox retry`.")
    if row.state != "delivered":
        raise UsageError(
            f"Message {row.id} is {row.state}, not delivered: `outbox retry {row.id}` sends it under its own id."
        )
    message = Message(
        row.id, row.created_on, row.channel, row.kind, row.ordering_key, row.idempotency_key, row.payload, 1, None
    )
    topic = arguments.topic or context.settings(EventSettings).name_of(Topic(message.text("topic")))
    return topic, cloud_event(message)
