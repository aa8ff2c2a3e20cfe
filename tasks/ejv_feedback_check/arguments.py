"""The arguments of EJV_FEEDBACK_CHECK."""

from dataclasses import dataclass

from config.errors import UsageError
from jobs.parameters import require_reason


@dataclass(frozen=True)
class Arguments:
    """One named file, or none to poll."""

    file: str | None = None
    despite_faults: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.despite_faults and not self.file:
            raise UsageError("--despite-faults needs --file NAME: it applies what can be read of one damaged file.")
        if self.despite_faults:
            require_reason(self.reason)

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings that are needed; a named file needs no SFTP."""
        stored = ("CgiSettings", "ObjectStoreSettings", "EventSettings")
        return stored if self.file else (*stored, "CgiSftpSettings")
