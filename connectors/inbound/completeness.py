"""Which of the listed files are complete: of known size, no longer growing, not empty, not cut off."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from config.settings import SftpSettings
from connectors.inbound.listing import SortedListing, UntakenFile
from connectors.inbound.take_in import Intake
from connectors.inbound.unfinished import UnfinishedFile, note_unfinished
from connectors.sftp import UNSAID, RemoteFile, SftpSession, join


@dataclass(frozen=True)
class CompletenessCheck:
    """Check the files of one directory; an incomplete one is named in `left`, or in `failed` if it needs attention."""

    settings: SftpSettings
    intake: Intake
    sftp: SftpSession
    sleep: Callable[[float], None]
    left: list[UntakenFile]
    failed: list[UntakenFile]

    def sized(self, choice: SortedListing) -> SortedListing:
        """Ask for the sizes that the listing leaves out; a file of unknown size needs attention."""
        asked = {file: self.sftp.stat(self._path(file.name)) for file in _unsized(choice)}
        for file, answer in asked.items():
            if answer is not None and answer.size == UNSAID:
                self.failed.append(
                    UntakenFile(file.name, f"{self.settings.host} does not say how large it is; it was left in place")
                )
        sized = {file: answer for file, answer in asked.items() if answer is not None and answer.size != UNSAID}

        def known(files: tuple[RemoteFile, ...]) -> tuple[RemoteFile, ...]:
            return tuple(sized.get(file, file) for file in files if file not in asked or file in sized)

        return replace(choice, complete=known(choice.complete), settling=known(choice.settling))

    def settled(self, files: tuple[RemoteFile, ...]) -> list[RemoteFile]:
        """Wait once, look again, and return the files that did not change."""
        if not files or not self.settings.settle_seconds:
            return list(files)
        self.sleep(self.settings.settle_seconds)
        again = {file.name: file for file in self.sftp.list(self.settings.directory)}
        unsized = [file.name for file in files if file.name in again and again[file.name].size == UNSAID]
        again |= {name: found for name in unsized if (found := self.sftp.stat(self._path(name))) is not None}
        for file in files:
            found = again.get(file.name)
            if found is not None and not file.unchanged(found):
                self.left.append(UntakenFile(file.name, f"it is still growing ({file.size} bytes, then {found.size})"))
        return [file for file in files if file.unchanged(again.get(file.name))]

    def waits(self, file: RemoteFile) -> bool:
        """Return whether a file is left because it is not complete; one that is cut off is taken after its time."""
        wanted = self.intake.wanted
        if wanted.is_empty(file.name, file.size):
            waiting = self._note_unfinished(file, "it is empty")
            said = f"it is empty, unchanged {_since(waiting)}"
            if waiting.is_overdue(self.intake.clock()):
                self.failed.append(UntakenFile(file.name, f"{said}. Ask the sender for the file"))
            else:
                self.left.append(UntakenFile(file.name, f"{said}; it is taken once it has content"))
            return True
        if not wanted.ends_in_line_end or not wanted.is_cut_off(
            self.sftp.ending(self._path(file.name), size=file.size)
        ):
            return False
        waiting = self._note_unfinished(file, "its last line has no end")
        if waiting.is_overdue(self.intake.clock()):
            return False
        self.left.append(
            UntakenFile(file.name, f"its last line has no end; it may still be growing, unchanged {_since(waiting)}")
        )
        return True

    def _note_unfinished(self, file: RemoteFile, reason: str) -> UnfinishedFile:
        now, directory = self.intake.clock(), self.settings.directory
        with self.intake.database.begin() as session:
            return note_unfinished(session, self.intake.source, directory, file, reason=reason, now=now)

    def _path(self, name: str) -> str:
        return join(self.settings.directory, name)


def _unsized(choice: SortedListing) -> list[RemoteFile]:
    return [file for file in [*choice.complete, *choice.settling] if file.size == UNSAID]


def _since(waiting: UnfinishedFile) -> str:
    return f"since {waiting.first_seen:%Y-%m-%d %H:%M} UTC"
