"""The desk: what happens to an inbound file between its arrival and its last state.

poll, take_in    a file comes from the SFTP server, from this machine or from the bucket: it is `received`
apply_waiting    every received file is applied in the order of its format; what speaks against one holds it
apply_named      one file is applied; a held or failed one is replayed where its format allows that
replay           a held or failed file is applied all the same, with a reason
ignore           a held or failed file is put aside, with a reason
"""

from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from connectors.inbound.content import open_content
from connectors.inbound.holds import HoldKind, in_words
from connectors.inbound.ledger import InboundFile, find_by_name, set_state
from connectors.inbound.poll import PollReport, poll
from connectors.inbound.take_in import Intake, register_local
from connectors.object_store import ObjectStore
from jobs.inbound.choose_file import (
    REPLAYABLE,
    SETTLED,
    check_release,
    file_in_question,
    file_to_replay,
    no_such_file,
    numbered,
)
from jobs.inbound.file_format import FileFormat, FileToApply
from jobs.inbound.poll_outcome import held_file, how_to_recover
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome


@dataclass(frozen=True)
class InboundDesk:
    """The desk for the files of one format, in one run."""

    context: RunContext
    store: ObjectStore
    format: FileFormat

    def poll(self) -> PollReport:
        """Take in every complete file that lies on the SFTP server."""
        return poll(self.context.settings(self.format.sftp), self._intake)

    def apply_waiting(self) -> Outcome:
        """Apply every file that is ready, in order, or hold it."""
        with self.context.database.read() as session:
            queue = self.format.queue(session)
        outcome = Outcome()
        outcome.notes += [
            f"{file.name} waits until {queue.held_back[0].name} can be moved." for file in queue.held_back[1:]
        ]
        if not queue.ready and not queue.held_back:
            outcome.notes.append(f"No {self.format.noun} is ready to be applied.")
        self.context.progress.begin(len(queue.ready))
        for file in queue.ready:
            self.context.stop.check()
            self.context.progress.step(file.name)
            outcome += self._apply_or_hold(file)
            self.context.record_progress({"last_file": file.name})
            self.context.progress.advance()
        return outcome

    def apply_named(self, name: str, *, reason: str | None = None) -> Outcome:
        """Apply one file of this machine, or one that is stored or lies in the bucket."""
        path = Path(name)
        is_local = path.is_file()
        file = register_local(path, self._intake).file if is_local else self._stored(name)
        if file is None:
            raise UsageError(
                f"There is no local file {name!r}, and no stored {self.format.noun} of that name; "
                "`files list` shows those there are."
            )
        if file.state == "received":
            return self._apply_or_hold(file)
        if file.state in SETTLED:
            because = f" ({file.reason})" if file.reason else ""
            return Outcome(notes=[f"{file.name} is {file.state}{because}: not applied again."])
        if file.state not in REPLAYABLE:
            raise UsageError(
                f"{file.name} was not moved to the backup directory yet: the next run of its job does that."
            )
        if self.format.file_replays and file.hold is not HoldKind.FUSE:
            return self._replay(file, reason)
        why = (file.reason or "see `files show`").removeprefix(f"{file.name}: ").rstrip(".")
        if not is_local:
            raise UsageError(f"{name} is {file.state}: {why}. {how_to_recover(file.name, file.hold)}")
        return Outcome(rejects=[held_file(file.name, why, file.hold, file.state)])

    def replay(self, name: str, *, reason: str, despite: str | None = None, file_id: int | None = None) -> Outcome:
        """Release the hold that stands on a file, and no other, and apply it where no other stands.

        despite  the hold as it was typed, None where none was
        file_id  which of several files of the name, None for the newest
        Raises UsageError for a file that is not held or failed, or not there, or whose hold is another.
        """
        file = file_to_replay(self._named(name, file_id), name)
        check_release(file, despite)
        return self._replay(file, reason)

    def ignore(self, name: str, *, reason: str, file_id: int | None = None) -> Outcome:
        """Put a file aside that nobody will apply, so that it no longer blocks anything.

        file_id  which of several files of the name, None for the newest that waits
        """
        file = self._stored(name) if file_id is None else self._named(name, file_id)[0]
        if file is None:
            raise no_such_file(name)
        is_from_the_bucket = file.state == "received" and file.remote_directory is None
        if file.state not in REPLAYABLE and not is_from_the_bucket:
            raise UsageError(
                f"{file.name} is {file.state}: only a file that is held or failed can be ignored"
                + (" (the next run of its job applies it)." if file.state in {"stored", "received"} else ".")
            )
        before = f"{file.state}: {file.reason}" if file.reason else file.state
        details = {"before_ignored": before[:2000]}
        with self.context.database.begin() as session:
            set_state(session, file.id, "ignored", reason=reason, run_id=self.context.run_id, details=details)
        self.context.log.info("file.ignored", file=file.name, file_id=file.id, reason=reason)
        said = "would be ignored" if self.context.dry_run else "is ignored from now on"
        outcome = Outcome(answer=f"{file.name} (file {file.id}) {said}. It was {before}.")
        outcome.counts["files_ignored"] += 1
        return outcome

    @property
    def _intake(self) -> Intake:
        context, kind = self.context, self.format
        return Intake(
            kind.source, kind.names, context.database, self.store, context.clock, context.run_id, context.stop.check
        )

    def _apply_or_hold(self, file: InboundFile) -> Outcome:
        return self._hold(file, frozenset()) or self._apply(file)

    def _replay(self, file: InboundFile, reason: str | None) -> Outcome:
        """Apply a file despite the hold that stands on it, unless another one stands as well."""
        released = file.released | ({file.hold} if file.hold is not None else set())
        self.context.log.info("file.replayed", file=file.name, was=file.state, hold=file.hold, reason=reason)
        return self._hold(file, released) or self._apply(file, reason, released)

    def _hold(self, file: InboundFile, released: frozenset[HoldKind]) -> Outcome | None:
        """Hold a file for the gravest of what stands against it and was not released; None where nothing does."""
        with self.context.database.read() as session:
            holds = [hold for hold in self.format.why_hold(session, file) if hold.kind not in released]
        if not holds:
            return None
        kind, reason = holds[0]
        details = {"released": sorted(released)}
        with self.context.database.begin() as session:
            set_state(session, file.id, "held", reason=reason, run_id=self.context.run_id, hold=kind, details=details)
        self.context.log.warning("file.held", file=file.name, hold=kind, reason=reason)
        return Outcome(rejects=[held_file(file.name, reason, kind, in_words(kind))])

    def _apply(
        self, file: InboundFile, reason: str | None = None, released: frozenset[HoldKind] = frozenset()
    ) -> Outcome:
        sftp = self.context.read_settings.get(self.format.sftp)
        settings = sftp if isinstance(sftp, self.format.sftp) else None
        content = open_content(file, store=self.store, sftp=settings)
        return self.format.apply(self.context, FileToApply(file, content, reason, released))

    def _named(self, name: str, file_id: int | None = None) -> list[InboundFile]:
        """Return the files of that name, the oldest first, or the one of that number. Raises UsageError without it."""
        with self.context.database.read() as session:
            files = find_by_name(session, self.format.source, name)
        return files if file_id is None else [numbered(files, name, file_id)]

    def _stored(self, name: str) -> InboundFile | None:
        """Return the file of that name that waits for something, from the bucket if need be; else the newest if any."""
        files = self._named(name)
        waiting = file_in_question(files)
        if waiting is not None:
            return waiting
        key = self.format.find_key(name)
        if key is not None:
            return self._take_from_bucket(name, key)
        return files[-1] if files else None

    def _take_from_bucket(self, name: str, key: str) -> InboundFile:
        file = self._intake.keep(name, lambda: self.store.read(key), size=self.store.size_of(key) or 0).file
        if file.state != "stored":
            return file
        with self.context.database.begin() as session:
            return set_state(session, file.id, "received")
