"""Take the content of one file in: into the bucket, verified, then into the ledger.

The content is streamed under a key of its own for files on their way, hashed as it passes, copied to the key that
holds its hash, read back, and recorded. Killed anywhere, the same call again comes to the same end. In a dry run
(of the database) the content is only hashed, and the row is rolled back with everything else.
"""

import codecs
import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.business_time import business_date
from config.errors import ConfigError, PayJobsError, UsageError
from connectors.inbound.ledger import FileToRecord, LedgerRecord, find_content, record, set_state
from connectors.inbound.listing import MAX_NAME, WantedNames, name_fault, printable
from connectors.object_store import CHUNK_SIZE, ObjectStore, StoredObject, object_key
from connectors.sftp import RemoteFileChanged, repeated
from database.engine import Database
from database.sessions import Session

CUT_OFF = (
    "its last line has no end: part of it may be missing, and nothing in it would show that. It is not applied as it "
    "is; ask the sender for the whole file"
)
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ROOM = 5  # for a number behind it, where the same file comes again


def _no_checkpoint(_name: str) -> None:
    """Nothing happens at a checkpoint, save in tests."""


@dataclass(frozen=True)
class Intake:
    """Where files of a source go. `store` may be None in a dry run; `checkpoint` hears of each step's ends."""

    source: str
    wanted: WantedNames
    database: Database
    store: ObjectStore | None
    clock: Callable[[], datetime]
    run_id: int | None = None
    stop_check: Callable[[], None] = lambda: None
    checkpoint: Callable[[str], None] = _no_checkpoint

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Call the checkpoint before and after a step."""
        self.checkpoint(f"before {name}")
        yield
        self.checkpoint(f"after {name}")

    def keep(
        self,
        name: str,
        read: Callable[[], Generator[bytes]],
        *,
        size: int,
        still_the_same: Callable[[], bool] = lambda: True,
        remote_directory: str | None = None,
        local_path: str | None = None,
        archived_as: str | None = None,
        hold: Callable[[], str | None] = lambda: None,
        and_then: Callable[[Session, LedgerRecord], LedgerRecord] = lambda _session, recorded: recorded,
    ) -> LedgerRecord:
        """Store a content and record it.

        read            yields the content from its beginning, each time it is called
        still_the_same  looks again whether the file is as it was before it was read
        archived_as     its name in the backup directory, where it lies there already
        hold            returns why it is held, once it was read
        and_then        is done in the same transaction as the record
        Raises RemoteFileChanged, and records nothing, if the file changed while it was read.
        """
        now = self.clock()
        passing = f"{self.passing}{name}"
        passed = _PassedBytes()
        try:
            with self.step("fetch"):
                content = repeated(lambda: self._fetch(passing, lambda: passed.watch(read())))
            if content.size != size or not still_the_same():
                raise RemoteFileChanged(f"{name} changed while it was read ({size} bytes, then {content.size}).")
            with self.step("copy"):
                key = self._final_key(name, content, now)
        finally:
            if not self.database.dry_run:
                with suppress(PayJobsError):  # the next intake of this name writes over it
                    self._store().remove(passing)
        cut_off = self.wanted.is_cut_off(passed.last) and not passed.has_other_line_ends
        reasons = [reason for reason in (hold(), CUT_OFF if cut_off else None) if reason]
        new = FileToRecord(
            source=self.source,
            name=name,
            sha256=content.sha256,
            size_bytes=content.size,
            object_key=key,
            business_date=self.wanted.business_date(name),
            received_on=now,
            run_id=self.run_id,
            remote_directory=remote_directory,
            archived_as=archived_as or self._archive_name(name, content.sha256, now, remote_directory),
            local_path=local_path if self.database.dry_run else None,
            hold="; ".join(reasons) or None,
            cut_off=cut_off,
        )
        with self.step("record"), self.database.begin() as session:
            return and_then(session, record(session, new))

    @property
    def passing(self) -> str:
        """What the keys of files on their way begin with."""
        return f"incoming/{self.source.lower()}/"

    def archive_name(self, name: str, sha256: str, now: datetime) -> str:
        """Return the name for the backup directory: the file's, the instant in UTC, and a part of its hash."""
        ending = f".{now:%Y%m%dT%H%M%S%fZ}.{sha256[:12]}".rstrip(".")
        return name.encode()[: MAX_NAME - len(ending) - _ROOM].decode(errors="ignore") + ending

    def _archive_name(self, name: str, sha256: str, now: datetime, remote_directory: str | None) -> str | None:
        if remote_directory is None or self.database.dry_run:
            return None
        return self.archive_name(name, sha256, now)

    def _fetch(self, key: str, read: Callable[[], Generator[bytes]]) -> StoredObject:
        with closing(read()) as chunks:
            if not self.database.dry_run:
                return self._store().put(key, self._interruptible(chunks))
            digest, size = hashlib.sha256(), 0
            for chunk in self._interruptible(chunks):
                digest.update(chunk)
                size += len(chunk)
            return StoredObject(key, size, digest.hexdigest())

    def _interruptible(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.stop_check()
            yield chunk

    def _final_key(self, name: str, content: StoredObject, now: datetime) -> str | None:
        with self.database.read() as session:
            known = find_content(session, self.source, content.sha256)
        if self.database.dry_run:
            return known.object_key if known else None
        store = self._store()
        if known is not None and known.object_key and store.size_of(known.object_key) == content.size:
            return known.object_key
        day = self.wanted.business_date(name) or business_date(now)
        return store.copy_verified(content, object_key(self.source, day, name, content.sha256)).key

    def _store(self) -> ObjectStore:
        if self.store is None:
            raise ConfigError("Files cannot be taken in without the object store; only a dry run can do without.")
        return self.store


class _PassedBytes:
    """The first and last bytes of what passes, and whether a line feed was among all."""

    def __init__(self) -> None:
        self.first = self.last = b""
        self.has_line_feed = False

    def watch(self, chunks: Generator[bytes]) -> Generator[bytes]:
        self.first = self.last = b""
        self.has_line_feed = False
        with closing(chunks):
            for chunk in chunks:
                self.first = (self.first + chunk[:2])[:2]
                self.last = (self.last + chunk[-2:])[-2:]
                self.has_line_feed = self.has_line_feed or b"\n" in chunk
                yield chunk

    @property
    def has_other_line_ends(self) -> bool:
        """Whether its lines end otherwise than is looked for: it is UTF-16, or they end in CR alone."""
        return self.first in _UTF_16_MARKS or (self.last.endswith(b"\r") and not self.has_line_feed)


def register_local(path: Path, intake: Intake) -> LedgerRecord:
    """Take a file of this machine in, by the same rules as one that was fetched.

    A file that a poll began with and did not finish becomes `received`: its content is in the bucket.
    """
    fault = name_fault(path.name)
    if fault is not None:
        raise UsageError(f"The name {printable(path.name)!r} cannot be taken: {fault}.")
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    if intake.wanted.is_empty(path.name, path.stat().st_size):
        raise UsageError(f"{path} is empty: there is nothing to take in.")
    recorded = intake.keep(
        path.name, lambda: _local_chunks(path), size=path.stat().st_size, local_path=str(path.resolve())
    )
    if recorded.file.state != "stored":
        return recorded
    with intake.database.begin() as session:
        return LedgerRecord(set_state(session, recorded.file.id, "received"), seen_before=True)


def _local_chunks(path: Path) -> Generator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_SIZE):
            yield chunk
