"""The arguments of `compare bcol`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arguments:
    """The export, and how its columns are called."""

    file: Path
    key_column: str = "KEY"
    amount_column: str = "AMOUNT"
    date_column: str = "DATE"
    date_format: str = "%Y-%m-%d"
