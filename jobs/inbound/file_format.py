"""What a job brings to the desk: the format of its files, and how one is applied."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from config.settings import SftpSettings
from connectors.inbound.ledger import InboundFile
from connectors.inbound.listing import WantedNames
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome


@dataclass(frozen=True)
class FileToApply:
    """A file, how to read its content, and why it is replayed if it is."""

    file: InboundFile
    content: AbstractContextManager[BinaryIO]
    reason: str | None = None


@dataclass(frozen=True)
class FileQueue:
    """The files to apply now, in order, and those held back by the first of them, which is not moved yet."""

    ready: list[InboundFile]
    held_back: list[InboundFile]


def _never_hold(_session: Session, _file: InboundFile) -> str | None:
    """Return None: nothing but its content speaks against a file."""
    return None


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
    why_hold      returns why a file must not be applied without a decision, None if it may
    find_key      returns the key of a file of that name that another service put into the bucket, None without one
    file_replays  whether the job's --file replays a file that is held or failed; else only `files replay` does
    """

    source: str
    noun: str
    names: WantedNames
    sftp: type[SftpSettings]
    queue: Callable[[Session], FileQueue]
    apply: Callable[[RunContext, FileToApply], Outcome]
    why_hold: Callable[[Session, InboundFile], str | None] = _never_hold
    find_key: Callable[[str], str | None] = _not_in_the_bucket
    file_replays: bool = False
