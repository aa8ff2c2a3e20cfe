"""The arguments of `compare shadow`."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """The databases, from which day on, and where the page is written."""

    theirs: SecretStr
    ours: SecretStr
    theirs_again: SecretStr | None = None
    since: date | None = None
    html_file: Path | None = None

    def __post_init__(self) -> None:
        addresses = [address.get_secret_value() for _, address in self.addresses()]
        if len(set(addresses)) < len(addresses):
            raise UsageError(
                "Two of --theirs, --ours and --theirs-again are the same database: it would agree with itself."
            )

    def addresses(self) -> list[tuple[str, SecretStr]]:
        """Return each address with the option it was typed for, theirs and ours first."""
        typed = {"--theirs": self.theirs, "--ours": self.ours, "--theirs-again": self.theirs_again}
        return [(option, address) for option, address in typed.items() if address is not None]
