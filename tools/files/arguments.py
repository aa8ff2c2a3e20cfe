"""The arguments of the files tools."""

from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from connectors.inbound.ledger import STATES
from tasks.ejv_feedback_check import JOB as EJV_FEEDBACK_CHECK
from tasks.pad_reconcile import JOB as PAD_RECONCILE
from tasks.pad_reconcile.file_queue import WANTED


@dataclass(frozen=True)
class FileListArguments:
    """The state to show; None for all."""

    state: str | None = None

    def __post_init__(self) -> None:
        if self.state is not None and self.state not in STATES:
            raise UsageError(f"There is no state {self.state!r}: choose one of {', '.join(STATES)}.")


@dataclass(frozen=True)
class FetchedFile:
    """A file by its name, and what it is written to."""

    name: str
    to: Path

    def __post_init__(self) -> None:
        if "/" in self.name:
            raise UsageError("Give the name of the file alone, as `files list` shows it.")


@dataclass(frozen=True)
class NamedFile:
    """A settlement or feedback file, why something is done with it, despite which hold, and which of its name."""

    name: str
    reason: str
    despite: str | None = None
    file_id: int | None = None

    @property
    def is_settlement(self) -> bool:
        """Return whether the name is that of a settlement file; else it is feedback."""
        return WANTED.matches(self.name)

    @property
    def lock(self) -> str:
        """The job that must not run meanwhile."""
        return (PAD_RECONCILE if self.is_settlement else EJV_FEEDBACK_CHECK).name
