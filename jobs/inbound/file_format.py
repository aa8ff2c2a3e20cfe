"""What a job brings to the desk: the format of its files, and how one is applied."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from config.settings import SftpSettings
from connectors.inbound.holds import Hold, HoldKind
from connectors.inbound.ledger import InboundFile
from connectors.inbound.listing import WantedNames
from database.sessions import Session
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome


@dataclass(frozen=True)
class FileToApply:
    """A file, how to read its content; why it is replayed if it is, and which holds on it were released."""

    file: InboundFile
    content: AbstractContextManager[BinaryIO]
    reason: str | None = None
    released: frozenset[HoldKind] = frozenset()

    @property
    def details(self) -> dict[str, list[HoldKind]]:
        """What the ledger keeps of this attempt, however it ends: the holds that stay released."""
        return {"released": sorted(self.released)}

    @property
    def details_applied(self) -> dict[str, object]:
        """What the ledger keeps of it once it is applied: why it was replayed as well."""
        return self.details | ({"replayed": self.reason} if self.reason else {})


@dataclass(frozen=True)
class FileQueue:
    """The files to apply now, in order, and those held back by the first of them, which is not moved yet."""

    ready: list[InboundFile]
    held_back: list[InboundFile]


def _never_hold(_session: Session, _file: InboundFile) -> list[Hold]:
    """Return nothing: only its content can speak against a file."""
    return []


def _not_in_the_bucket(_name: str) -> str | None:
    """Return None: only this job puts its files into the bucket."""
    return None


@dataclass(frozen=True)
class FileFormat:
    """A kind of inbound file.

    source        whose files they are, as the ledger names it
    noun          what people call one, like `settlement file`
    names         the names that are taken
    sftp          the settings of the server they come from
    queue         returns the files to apply, in order
    apply         applies one file, or notes in the ledger why it cannot be applied
    why_hold      returns what stands against applying a file without a decision, the gravest first
    find_key      returns the key of a file of that name that another service put into the bucket, None without one
    file_replays  whether the job's --file replays a file that is held or failed; else only `files replay` does
    """

    source: str
    noun: str
    names: WantedNames
    sftp: type[SftpSettings]
    queue: Callable[[Session], FileQueue]
    apply: Callable[[RunContext, FileToApply], Outcome]
    why_hold: Callable[[Session, InboundFile], list[Hold]] = _never_hold
    find_key: Callable[[str], str | None] = _not_in_the_bucket
    file_replays: bool = False
