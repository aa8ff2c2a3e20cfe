"""Which messages of the outbox are meant: by kind, and by the cause that keeps them, as `outbox list` shows both."""

from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import click
from sqlalchemy import Connection

from config.business_time import local_and_utc
from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted, is_or_are
from connectors.outbox import operator_actions as desk
from connectors.outbox.operator_actions import OutboxMessage
from jobs.parameters import MOST_ROWS
from jobs.run.causes import EXAMPLES, without_particulars
from jobs.run.outcome import Table

OPEN = ("pending", "dead")
KIND = click.option("--kind", help="Only messages of this kind.")
CAUSE = click.option(
    "--cause", help="Only messages whose last error contains this; words with digits in them are ignored."
)
COUNT = click.option(
    "--count",
    type=click.IntRange(1, MOST_ROWS),
    help="How many messages --kind and --cause match; with another number nothing is done.",
)


@dataclass(frozen=True)
class MessageChoice:
    """A kind and a cause, None where any will do."""

    kind: str | None = None
    cause: str | None = None

    @property
    def is_made(self) -> bool:
        """Whether anything is chosen."""
        return self.kind is not None or self.cause is not None

    def of(self, connection: Connection, *, states: Collection[str], limit: int | None = None) -> list[OutboxMessage]:
        """Return the messages in these states that are meant, all or the newest `limit` of them, the oldest first."""
        most = None if self.is_made else limit
        with closing(desk.iter_newest(connection, states=states, limit=most)) as newest:
            return list(islice(filter(self._means, newest), limit))[::-1]

    def options(self) -> list[str]:
        """Return the choice as it is typed."""
        kind = ["--kind", self.kind] if self.kind is not None else []
        return [*kind, *(["--cause", self.cause] if self.cause is not None else [])]

    def _means(self, message: OutboxMessage) -> bool:
        if self.kind is not None and message.kind != self.kind:
            return False
        return self.cause is None or without_particulars(self.cause).casefold() in cause_of(message).casefold()


def cause_of(message: OutboxMessage) -> str:
    """Return why a message is still here, without what differs from one to the next."""
    return without_particulars(message.last_error or "")


def chosen_ids(
    connection: Connection, choice: MessageChoice, *, verb: str, count: int | None, dry_run: bool
) -> list[int]:
    """Return the ids of the open messages that are meant, once how many there are was said.

    count  how many were expected; a dry run needs none
    Raises UsageError with the command to type where it was not said, or is another number by now.
    """
    ids = [one.id for one in choice.of(connection, states=OPEN)]
    if not ids:
        raise UsageError(f"No open message is meant; {typed('outbox list')} shows their kinds and causes.")
    if dry_run or count == len(ids):
        return ids
    found = f"{counted(len(ids), 'message')} {is_or_are(len(ids))} meant"
    if count is not None:
        found = f"--count says {count:,}, but {found} by now"
    command = typed(f"outbox {verb}", *choice.options(), "--count", len(ids), reason=True)
    raise UsageError(f"{found}; nothing was changed. To {verb} them: {command}")


@dataclass
class _MessageGroup:
    kind: str
    state: str
    cause: str
    oldest: datetime
    ids: list[int]


def causes_table(messages: Sequence[OutboxMessage]) -> Table:
    """Return messages by kind and cause, with the command that retries them; no rows where each is by itself."""
    groups: dict[tuple[str, str, str], _MessageGroup] = {}
    for one in messages:
        cause = cause_of(one)
        group = groups.setdefault(
            (one.kind, one.state, cause), _MessageGroup(one.kind, one.state, cause, one.created_on, [])
        )
        group.ids.append(one.id)
        group.oldest = min(group.oldest, one.created_on)
    rows = [_row(group) for group in groups.values()] if len(groups) < len(messages) else []
    columns = ("messages", "kind", "state", "cause", "oldest", "examples", "next")
    return Table("By kind and cause", columns, rows, "causes")


def _row(group: _MessageGroup) -> tuple[object, ...]:
    choice = MessageChoice(group.kind, group.cause or None)
    command = typed("outbox retry", *choice.options(), "--count", len(group.ids), reason=True)
    examples = ", ".join(map(str, group.ids[:EXAMPLES]))
    can_be_retried = group.state in OPEN
    oldest = local_and_utc(group.oldest)
    return len(group.ids), group.kind, group.state, group.cause, oldest, examples, command if can_be_retried else ""
