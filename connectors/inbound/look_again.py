"""Look again at the files that were archived in the last days: a sender that paused may have gone on writing.

An open file is written on wherever it was moved to, so no wait before the move can be long enough. What grew or
changed becomes a file of its own, held with the difference as the reason; the part that was taken is put aside, unless
it was applied already.
"""

import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.plurals import counted
from connectors.inbound.ledger import (
    InboundFile,
    LedgerRecord,
    confirm_archived,
    note_look,
    put_part_aside,
    recent_archives,
)
from connectors.inbound.move import holds
from connectors.inbound.take_in import Intake
from connectors.sftp import UNSAID, RemoteFile, SftpSession, join
from database.sessions import Session

WATCHED = timedelta(days=3)


@dataclass(frozen=True)
class ArchivedFile:
    """A file in the backup directory, under the name it has there."""

    file: InboundFile
    name: str

    @property
    def modified(self) -> int | None:
        """When it was last modified as its content was compared, None if the server did not say."""
        looked: int | None = self.file.details.get("looked", {}).get(self.name)
        return looked


def archived_since(session: Session, source: str, directory: str, since: datetime) -> list[ArchivedFile]:
    """Return what was moved out of a directory since an instant; of files under one name there, the newest."""
    found: dict[str, ArchivedFile] = {}
    for file in recent_archives(session, source, directory, since):
        names = [file.archived_as, *(repeat["archived_as"] for repeat in file.details.get("repeats", []))]
        found |= {name: ArchivedFile(file, name) for name in names if name is not None}
    return list(found.values())


@dataclass(frozen=True)
class ArchiveRecheck:
    """A look at what a poll moved from one directory of a server to another."""

    sftp: SftpSession
    intake: Intake
    directory: str
    backup: str

    def changed(self, archived: ArchivedFile) -> RemoteFile | None:
        """Return an archived file as it is now, if it is there and its size or time are not as they were noted."""
        found = self.sftp.stat(self._path(archived))
        if found is None or not found.is_regular or found.size == UNSAID:
            return None
        is_as_noted = (found.size, found.modified) == (archived.file.size_bytes, archived.modified)
        return None if is_as_noted else found

    def at(self, archived: ArchivedFile) -> InboundFile | None:
        """Compare an archived file with what was taken; return the new file where its sender went on writing."""
        path, part, found = self._path(archived), archived.file, self.changed(archived)
        if found is None:
            return None
        if found.size == part.size_bytes and holds(self.sftp, found, path, part.sha256):
            with self.intake.database.begin() as session:
                note_look(session, part, archived.name, found.modified)
            return None
        return self._take(archived, found, path)

    def _path(self, archived: ArchivedFile) -> str:
        return join(self.backup, archived.name)

    def _take(self, archived: ArchivedFile, found: RemoteFile, path: str) -> InboundFile:
        part = archived.file
        comparison = _ContentComparison(part)

        def settle(session: Session, recorded: LedgerRecord) -> LedgerRecord:
            """Note the new file as archived and put the part aside, in the transaction of the record."""
            whole = recorded.file
            if comparison.goes_on:
                why = f"its sender went on writing: file {whole.id} holds all of it, and more"
                put_part_aside(session, part, "ignored", why)
            else:
                put_part_aside(session, part, "held", f"its sender changed it after it was taken: see file {whole.id}")
            confirmed = confirm_archived(session, whole, self.intake.clock(), modified=found.modified)
            return LedgerRecord(confirmed, recorded.seen_before)

        return self.intake.keep(
            part.name,
            lambda: comparison.watch(self.sftp.read(path, size=found.size)),
            size=found.size,
            still_the_same=lambda: found.unchanged(self.sftp.stat(path)),
            remote_directory=self.directory,
            archived_as=archived.name,
            hold=lambda: comparison.difference,
            and_then=settle,
        ).file


class _ContentComparison:
    """What a file holds beyond a part that was taken before, found out as its content passes."""

    def __init__(self, part: InboundFile) -> None:
        self._part = part
        self._size = 0
        self._lines = 0
        self._digest = hashlib.sha256()

    def watch(self, chunks: Generator[bytes]) -> Generator[bytes]:
        """Pass chunks on."""
        self._size, self._lines, self._digest = 0, 0, hashlib.sha256()
        with closing(chunks):
            for chunk in chunks:
                known = max(0, min(len(chunk), self._part.size_bytes - self._size))
                self._digest.update(chunk[:known])
                self._lines += chunk.count(b"\n", known)
                self._size += len(chunk)
                yield chunk

    @property
    def goes_on(self) -> bool:
        """Return whether the content begins with the part."""
        return self._size > self._part.size_bytes and self._digest.hexdigest() == self._part.sha256

    @property
    def difference(self) -> str:
        """Return what is there beyond the part, or instead of it."""
        part = self._part
        before = f"file {part.id} ({part.state})"
        if self.goes_on:
            more = self._size - part.size_bytes
            return (
                f"its sender went on writing after it was taken: it begins with {before} and holds "
                f"{counted(more, 'byte')} more, {counted(self._lines, 'line end')} among them"
            )
        return (
            f"its sender changed it after it was taken: it has {counted(self._size, 'byte')} now, {before} had "
            f"{part.size_bytes}, and it does not begin with that"
        )
