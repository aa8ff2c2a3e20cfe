"""The arguments of repair wrong-freeze."""

from dataclasses import dataclass

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """The file or the account, and why."""

    file: str | None = None
    account: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if bool(self.file) == bool(self.account):
            raise UsageError("Give --file NAME or --account ACCOUNT: one of the two.")
