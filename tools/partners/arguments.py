"""The arguments of `partners`."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """Which accounts, of which month, and where they are written."""

    month: date
    partner: str | None = None
    gl: int | None = None
    xlsx_file: Path | None = None
    html_file: Path | None = None

    def __post_init__(self) -> None:
        if self.xlsx_file and self.html_file and self.xlsx_file.absolute() == self.html_file.absolute():
            raise UsageError("--xlsx and --html name the same file.")
