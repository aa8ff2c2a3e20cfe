"""The argument of `explain`: what is to be explained."""

from dataclasses import dataclass

from config.errors import UsageError

_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Arguments:
    """What was typed."""

    subject: str

    def __post_init__(self) -> None:
        if not self.subject.strip():
            raise UsageError("Say what is to be explained; --help shows an example.")

    def number(self, what: str) -> int:
        """Return the subject as an id. Raises UsageError if it is none."""
        text = self.subject.strip()
        if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= _LARGEST_ID:
            raise UsageError(f"{text!r} is no {what}: expected a whole number from 1 to {_LARGEST_ID}.")
        return int(text)
