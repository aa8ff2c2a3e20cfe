"""Feedback that came, or lies in the bucket or in CGI's directory, and was not read to its end.

Which batches it answers nobody knows. While there is any since a batch was sent, its answer may be among it: nobody
sends the batch again, voids it, or is advised to.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.command_line import in_short
from connectors.inbound.holds import HoldKind
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

_STAMP = re.compile(r"\.(\d{8})\d{6}(?!\d)", re.ASCII)


@dataclass(frozen=True)
class UnreadFile:
    """A file, and since when it may have been there; a name in the bucket is exact to a day or two."""

    name: str
    state: str
    reason: str | None
    came_on: datetime
    hold: str | None = None

    @property
    def is_in_the_directory(self) -> bool:
        """Return whether the last poll left it where its sender put it."""
        return self.state == "in the directory"

    @property
    def waits_for_a_poll(self) -> bool:
        """Return whether the next poll takes it: the last one left it where its sender put it, or could not move it."""
        return self.is_in_the_directory or self.state == "stored"

    @property
    def command(self) -> str:
        """The command that reads it."""
        return "EJV_FEEDBACK_CHECK" if self.waits_for_a_poll else command_to_apply(self.name, self.hold)

    @property
    def words(self) -> str:
        """Its name, state and reason, for a message."""
        return f"{self.name} ({self.state}{f': {self.reason}' if self.reason else ''})"


# What comes before the command that applies what is held, in words.
ASK_FIRST: dict[str, str] = {
    HoldKind.FUSE: "ask CGI whether it is right; if it is:",
    HoldKind.FAULTS: "ask CAS to send it again; or apply what can be read:",
}


def command_to_apply(name: str, hold: str | None) -> str:
    """Return the command that applies a feedback file; another would only hold again what is held."""
    if hold == HoldKind.FUSE:
        return in_short(f"files replay --despite {HoldKind.FUSE}", name, reason=True)
    if hold == HoldKind.FAULTS:
        return in_short("EJV_FEEDBACK_CHECK --despite-faults --file", name, reason=True)
    return in_short("EJV_FEEDBACK_CHECK --file", name)


def unread_feedback(session: Session, ack_prefix: str) -> list[UnreadFile]:
    """Return every feedback file of CGI that is known and not read to its end, the oldest first.

    ack_prefix  what the names of ACK files begin with, which answer nothing
    """
    rows = sql.run(session, "list_unread_feedback", ack=ack_prefix)
    files = [
        UnreadFile(row.name, row.state, row.reason, _came(row.name, row.state, row.came_on), row.hold) for row in rows
    ]
    return sorted(files, key=lambda file: (file.came_on, file.name))


def since(files: list[UnreadFile], sent: datetime) -> list[UnreadFile]:
    """Return the files that may answer what was sent at an instant (naive UTC)."""
    return [file for file in files if file.came_on >= sent.replace(tzinfo=UTC)]


def _came(name: str, state: str, noted: datetime) -> datetime:
    """Return when a file came at the latest; where another service put it into the bucket, by its name."""
    found = _STAMP.search(name) if state == "in the bucket" else None
    try:
        latest = datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=2) if found else noted
    except (ValueError, OverflowError):
        return noted
    return min(noted, latest)
