"""The arguments of `compare bcol`."""

from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """The export, and how its columns are called."""

    file: str
    key_column: str = "KEY"
    amount_column: str = "AMOUNT"
    date_column: str = "DATE"
    date_format: str = "%Y-%m-%d"

    def __post_init__(self) -> None:
        if not Path(self.file).is_file():
            raise UsageError(f"There is no file {self.file}.")
