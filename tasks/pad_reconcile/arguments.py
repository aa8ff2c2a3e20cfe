"""The arguments of PAD_RECONCILE, and which of them go together."""

from dataclasses import dataclass
from typing import Literal

from config.errors import UsageError

Mode = Literal["poll", "file", "replay", "retry", "sync", "list"]


@dataclass(frozen=True)
class Arguments:
    """What was typed."""

    file: str | None = None
    replay: str | None = None
    reason: str | None = None
    allow_late: bool = False
    retry_rejects: bool = False
    sync_all_credits: bool = False
    list_files: bool = False

    def __post_init__(self) -> None:
        modes = {
            "--file": self.file,
            "--replay": self.replay,
            "--retry-rejects": self.retry_rejects,
            "--sync-all-credits": self.sync_all_credits,
            "--list": self.list_files,
        }
        chosen = [name for name, given in modes.items() if given]
        if len(chosen) > 1:
            raise UsageError(f"{' and '.join(chosen)} do not go together: choose one.")
        if self.replay and not (self.reason or "").strip():
            raise UsageError('--replay needs --reason "...": who asked and why is kept in the ledger.')

    @property
    def mode(self) -> Mode:
        """Which way of working was asked for."""
        if self.file:
            return "file"
        if self.replay:
            return "replay"
        if self.retry_rejects:
            return "retry"
        if self.sync_all_credits:
            return "sync"
        return "list" if self.list_files else "poll"

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings this way of working cannot do without; a local file needs no SFTP."""
        needs = {
            "poll": ("CasSftpSettings", "ObjectStoreSettings", "CfsSettings", "EventSettings"),
            "file": ("ObjectStoreSettings", "CfsSettings", "EventSettings"),
            "replay": ("ObjectStoreSettings", "CfsSettings", "EventSettings"),
            "retry": ("CfsSettings", "EventSettings", "ObjectStoreSettings"),
            "sync": ("CfsSettings",),
            "list": (),
        }
        return needs[self.mode]
