"""Files that have come and are not complete: empty ones, and those that end in the middle of a line.

They stay where they are. `pay_jobs.unfinished_files` keeps how long each has been unchanged, by our own clock,
because a sender may set the time of a file as it likes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from database.sessions import Session
from database.sql import statements

if TYPE_CHECKING:
    from connectors.sftp import RemoteFile

sql = statements(__package__)

PATIENCE = timedelta(minutes=10)
POLLS = 3


@dataclass(frozen=True)
class UnfinishedFile:
    """Since when, and in how many polls, a file was seen as it is."""

    first_seen: datetime
    polls: int

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it has had its time."""
        return self.polls >= POLLS and now - self.first_seen >= PATIENCE


def note_unfinished(
    session: Session, source: str, directory: str, file: "RemoteFile", *, reason: str, now: datetime
) -> UnfinishedFile:
    """Note that a file was seen and is not complete, and return how long it has been so."""
    row = sql.run(
        session,
        "note_unfinished_file",
        source=source,
        remote_directory=directory,
        file_name=file.name,
        size_bytes=file.size,
        modified=file.modified,
        reason=reason,
        now=now,
    ).one()
    return UnfinishedFile(row.first_seen, row.polls)


def forget_unfinished(session: Session, source: str, directory: str, present: Iterable[str]) -> None:
    """Forget the files of a directory that are no longer there."""
    names = list(present)
    sql.run(session, "forget_unfinished_files", source=source, remote_directory=directory, names=names)
