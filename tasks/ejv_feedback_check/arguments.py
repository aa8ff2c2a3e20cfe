"""The arguments of EJV_FEEDBACK_CHECK, and which of them go together."""

from dataclasses import dataclass
from typing import Literal

from config.errors import UsageError

Mode = Literal["poll", "check", "file", "search", "resubmit", "rebuild", "ignore", "unstop"]
_WITH_A_REASON = ("resubmit", "rebuild", "ignore", "unstop")


@dataclass(frozen=True)
class Arguments:
    """What was typed."""

    no_poll: bool = False
    file: str | None = None
    despite_faults: bool = False
    search: tuple[str, ...] = ()
    index_bucket: bool = False
    resubmit: int | None = None
    even_if_closed: bool = False
    even_if_young: bool = False
    rebuild: int | None = None
    ignore: str | None = None
    unstop: int | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        chosen = [
            name
            for name, given in {
                "--no-poll": self.no_poll,
                "--file": self.file,
                "--search": self.search or self.index_bucket,
                "--resubmit": self.resubmit is not None,
                "--rebuild": self.rebuild is not None,
                "--ignore": self.ignore,
                "--unstop": self.unstop is not None,
            }.items()
            if given
        ]
        if len(chosen) > 1:
            raise UsageError(f"{' and '.join(chosen)} do not go together: choose one.")
        if self.even_if_closed and self.resubmit is None:
            raise UsageError("--even-if-closed goes with --resubmit only.")
        if self.even_if_young and self.resubmit is None and self.rebuild is None:
            raise UsageError("--even-if-young goes with --resubmit or --rebuild only.")
        if self.despite_faults and not self.file:
            raise UsageError("--despite-faults goes with --file only.")
        if (self.mode in _WITH_A_REASON or self.despite_faults) and not (self.reason or "").strip():
            what = "--despite-faults" if self.despite_faults else f"--{self.mode}"
            raise UsageError(f'{what} needs --reason "...": who asked and why is kept in the ledger.')

    @property
    def mode(self) -> Mode:
        """Which way of working was asked for."""
        if self.no_poll:
            return "check"
        if self.file:
            return "file"
        if self.search or self.index_bucket:
            return "search"
        if self.resubmit is not None:
            return "resubmit"
        if self.rebuild is not None:
            return "rebuild"
        if self.ignore:
            return "ignore"
        return "unstop" if self.unstop is not None else "poll"

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings this way of working cannot do without."""
        needs = {
            "poll": ("CgiSettings", "CgiSftpSettings", "ObjectStoreSettings", "EventSettings"),
            "check": ("CgiSettings",),
            "file": ("CgiSettings", "ObjectStoreSettings", "EventSettings"),
            "search": ("CgiSettings", "ObjectStoreSettings"),
            "resubmit": ("CgiSettings", "CgiSftpSettings", "ObjectStoreSettings"),
            "rebuild": ("CgiSettings", "CgiSftpSettings", "ObjectStoreSettings"),
            "ignore": ("CgiSettings", "ObjectStoreSettings"),
            "unstop": (),
        }
        return needs[self.mode]
