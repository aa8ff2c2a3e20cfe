"""The arguments of replay-event."""

from dataclasses import dataclass

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """What was typed.

    file         a path, or - for stdin
    line_breaks  "drop" or "keep" those inside the texts of a logged line, None to refuse them
    """

    file: str | None = None
    from_outbox: int | None = None
    topic: str | None = None
    reason: str = ""
    line_breaks: str | None = None

    def __post_init__(self) -> None:
        if (self.file is None) == (self.from_outbox is None):
            raise UsageError("Name a file with the logged line (or - for stdin), or --from-outbox ID: one of the two.")
        if self.file is not None and not self.topic:
            raise UsageError("A logged line does not say where it went: name the topic with --topic.")
