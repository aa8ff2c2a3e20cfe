"""The FTP poller: fetch what has arrived on an SFTP server, keep it, and move it to the backup directory.

A file is taken when it is complete, and in steps, from each of which the next poll can continue: stored in the
bucket and read back, recorded, moved, looked for where it was moved to. Only then is it `received`. Each file is
claimed with an advisory lock, so two polls at once share the work. What concerns one file is reported and does not
stop the others; a server that is away ends the poll. What is not complete stays where it is; what was moved in the
last days is looked at again, because its sender may have gone on writing.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

from config.errors import ConfigError, SourceRefused
from config.settings import SftpSettings
from connectors.inbound.claim import claim_file
from connectors.inbound.completeness import CompletenessCheck
from connectors.inbound.ledger import (
    InboundFile,
    LedgerRecord,
    confirm_archived,
    list_unarchived,
    note_repeat,
)
from connectors.inbound.listing import UntakenFile, choose
from connectors.inbound.look_again import WATCHED, ArchivedFile, ArchiveRecheck, archived_since
from connectors.inbound.move import holds, move
from connectors.inbound.take_in import Intake
from connectors.inbound.triggers import tidy_triggers
from connectors.inbound.unfinished import forget_unfinished
from connectors.sftp import (
    RemoteFile,
    RemoteFileChanged,
    RemoteFileMissing,
    SftpSession,
    connect_sftp,
    join,
)
from connectors.ssh_login import setting_name

_BUSY = "another poll is taking it"
_VANISHED = "it was in neither directory when the poll went on; its content is in the bucket"


@dataclass(frozen=True)
class PollReport:
    """What a poll found.

    received  ready to be applied (in a dry run: would be)
    known     the same content came before; archived, not to be applied
    held      needs a decision: other content under a known name, what its sender went on writing, what is cut off
    refused   names that are never touched, and why
    left      not taken this time, and why
    failed    could not be taken or moved, and why; needs attention
    """

    received: tuple[InboundFile, ...] = ()
    known: tuple[InboundFile, ...] = ()
    held: tuple[InboundFile, ...] = ()
    refused: tuple[UntakenFile, ...] = ()
    left: tuple[UntakenFile, ...] = ()
    failed: tuple[UntakenFile, ...] = ()

    @property
    def attention(self) -> bool:
        """Return whether anything needs attention."""
        return bool(self.held or self.refused or self.failed)


def poll(settings: SftpSettings, intake: Intake, *, sleep: Callable[[float], None] = time.sleep) -> PollReport:
    """Take every complete file that is wanted. In a dry run, return what would be taken and change nothing."""
    with connect_sftp(settings) as sftp:
        return _Poll(settings, intake, sftp, sleep).run()


@dataclass
class _Poll:
    """One poll, with what it has found so far."""

    settings: SftpSettings
    intake: Intake
    sftp: SftpSession
    sleep: Callable[[float], None]
    files: dict[str, list[InboundFile]] = field(default_factory=lambda: {"received": [], "known": [], "held": []})
    left: list[UntakenFile] = field(default_factory=list)
    failed: list[UntakenFile] = field(default_factory=list)

    @cached_property
    def completeness(self) -> CompletenessCheck:
        return CompletenessCheck(self.settings, self.intake, self.sftp, self.sleep, self.left, self.failed)

    def run(self) -> PollReport:
        if not self.intake.database.dry_run:
            self._finish_earlier()
            self._look_again()
        listing = self.sftp.list(self.settings.directory)
        choice = self.completeness.sized(choose(listing, self.intake.wanted))
        self.left += choice.left
        ready = [*choice.complete, *self.completeness.settled(choice.settling)]
        if ready and self.intake.store is not None:
            self.intake.store.check()
            self._sweep()
        for file in sorted(ready, key=lambda file: (str(self.intake.wanted.business_date(file.name)), file.name)):
            self.intake.stop_check()
            self._take(file)
        if not self.intake.database.dry_run:
            triggers = tidy_triggers(self.sftp, self.settings, self.intake, listing, self._free_name)
            self.left += triggers.left
            self.failed += triggers.failed
            with self.intake.database.begin() as session:
                there = {file.name for file in [*choice.complete, *choice.settling]}
                taken = {file.name for files in self.files.values() for file in files}
                forget_unfinished(session, self.intake.source, self.settings.directory, there - taken)
        return PollReport(
            received=tuple(self.files["received"]),
            known=tuple(self.files["known"]),
            held=tuple(self.files["held"]),
            refused=choice.refused,
            left=tuple(self.left),
            failed=tuple(self.failed),
        )

    def _take(self, file: RemoteFile) -> None:
        with self._claimed(file.name) as claim:
            if claim is None:
                self.left.append(UntakenFile(file.name, _BUSY))
                return
            try:
                now = self.sftp.stat(self._path(file.name))
                if now is None:
                    return  # another poll took it between our listing and our claim
                if not file.unchanged(now):
                    raise RemoteFileChanged(f"it changed after it was listed ({file.size} bytes, then {now.size})")
                if not self.completeness.waits(file):
                    recorded = self._keep(file)
                    self._archive(file, recorded, claim)
            except RemoteFileChanged as error:
                self.left.append(UntakenFile(file.name, str(error)))
            except SourceRefused as error:
                self.failed.append(UntakenFile(file.name, str(error)))

    def _look_again(self) -> None:
        """Look again at what was archived in the last days, and take what its sender went on writing."""
        directory = self.settings.directory
        look = ArchiveRecheck(self.sftp, self.intake, directory, self.settings.backup_directory)
        since = self.intake.clock() - WATCHED
        with self.intake.database.read() as session:
            archived = archived_since(session, self.intake.source, directory, since)
        for one in archived:
            self.intake.stop_check()
            try:
                grown = self._look_at(one, look)
            except RemoteFileChanged as error:
                reason = f"it is still being written though it was taken: {error}"
                self.failed.append(UntakenFile(one.file.name, reason))
            except SourceRefused as error:
                self.failed.append(UntakenFile(one.file.name, str(error)))
            else:
                if grown is not None:
                    self._report(grown)

    def _look_at(self, archived: ArchivedFile, look: ArchiveRecheck) -> InboundFile | None:
        """Return the new file where a sender went on writing; most stand as they were, which needs no claim to see."""
        if look.changed(archived) is None:
            return None
        with self._claimed(archived.file.name) as claim:
            return None if claim is None else look.at(archived)

    def _sweep(self) -> None:
        """Remove half-stored content that a poll left in the bucket when the bucket went away."""
        store, passing = self.intake.store, self.intake.passing
        if store is None or self.intake.database.dry_run:
            return
        for key in store.list(passing):
            with self._claimed(key.removeprefix(passing)) as claim:
                if claim is not None:
                    store.remove(key)

    def _keep(self, file: RemoteFile) -> LedgerRecord:
        path = self._path(file.name)
        return self.intake.keep(
            file.name,
            lambda: self.sftp.read(path, size=file.size),
            size=file.size,
            still_the_same=lambda: file.unchanged(self.sftp.stat(path)),
            remote_directory=self.settings.directory,
        )

    def _archive(self, file: RemoteFile, recorded: LedgerRecord, check_claim: Callable[[], None]) -> None:
        """Move a recorded file away, and note it; the name it gets was recorded before, unless it is a repeat."""
        kept, intake = recorded.file, self.intake
        repeat = recorded.seen_before and (kept.archived_as is None or kept.archived_on is not None)
        if intake.database.dry_run:
            if repeat:
                with intake.database.begin() as session:
                    kept = note_repeat(session, kept, intake.clock(), None)
            self._report(kept, repeat=repeat and recorded.file.state != "failed")
            return
        archived_as = kept.archived_as
        if repeat or archived_as is None:
            archived_as = self._free_name(intake.archive_name(file.name, kept.sha256, intake.clock()))
        intake.stop_check()
        check_claim()
        with intake.step("move"):
            target = join(self.settings.backup_directory, archived_as)
            moved = self._explained(lambda: move(self.sftp, file, self._path(file.name), target, kept.sha256))
        with intake.step("confirm"), intake.database.begin() as session:
            if repeat:
                kept = note_repeat(session, kept, intake.clock(), archived_as)
            else:
                kept = confirm_archived(session, kept, intake.clock(), modified=moved.modified)
        self._report(kept, repeat=repeat and recorded.file.state != "failed")

    def _free_name(self, name: str) -> str:
        """Return a name that is not taken in the backup directory, where the same file may have come before."""
        names = (name if number == 1 else f"{name}-{number}" for number in count(1))
        return next(free for free in names if not self.sftp.exists(join(self.settings.backup_directory, free)))

    def _explained(self, action: Callable[[], RemoteFile]) -> RemoteFile:
        try:
            return action()
        except RemoteFileMissing as error:
            if not self.sftp.exists(self.settings.backup_directory):
                raise ConfigError(
                    f"There is no backup directory {self.settings.backup_directory!r} on {self.settings.host} "
                    f"({setting_name(self.settings, 'backup_directory')}). What was stored stays in the bucket."
                ) from error
            raise

    def _finish_earlier(self) -> None:
        """Finish the files that an earlier poll recorded and did not confirm as moved."""
        with self.intake.database.read() as session:
            begun = list_unarchived(session, self.intake.source, self.settings.directory)
        for file in begun:
            with self._claimed(file.name) as claim:
                if claim is None:
                    continue
                target = join(self.settings.backup_directory, file.archived_as or "")
                moved = self.sftp.stat(target)
                if moved is not None and not self._is_content(moved, target, file):
                    self._put_back(target, file.name)
                    continue
                if moved is None and self.sftp.exists(self._path(file.name)):
                    continue  # it is taken again, recognised, and moved
                with self.intake.database.begin() as session:
                    reason = _VANISHED if moved is None else None
                    modified = None if moved is None else moved.modified
                    confirmed = confirm_archived(session, file, self.intake.clock(), modified=modified, reason=reason)
                self._report(confirmed)

    def _is_content(self, found: RemoteFile, path: str, file: InboundFile) -> bool:
        return found.size == file.size_bytes and holds(self.sftp, found, path, file.sha256)

    def _put_back(self, target: str, name: str) -> None:
        """Put back what took a file's place after it was read, and was moved by a poll that died."""
        try:
            self.sftp.rename(target, self._path(name))
        except SourceRefused as error:
            reason = f"{target} holds another file of this name, which was never read, and cannot be put back: {error}"
            self.failed.append(UntakenFile(name, reason))

    def _claimed(self, name: str) -> AbstractContextManager[Callable[[], None] | None]:
        return claim_file(self.intake.database, self.intake.source, name)

    def _report(self, file: InboundFile, *, repeat: bool = False) -> None:
        states = {"held"} if repeat else set(self.files)
        self.files[file.state if file.state in states else "known"].append(file)

    def _path(self, name: str) -> str:
        return join(self.settings.directory, name)
