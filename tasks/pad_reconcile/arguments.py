"""The arguments of PAD_RECONCILE."""

from dataclasses import dataclass

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """One named file, all open credits, or neither to poll."""

    file: str | None = None
    allow_late: bool = False
    sync_all_credits: bool = False

    def __post_init__(self) -> None:
        if self.sync_all_credits and self.file:
            raise UsageError("--sync-all-credits applies no file: leave out --file.")

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings that are needed; a named file needs no SFTP, and the credits need CFS alone."""
        if self.sync_all_credits:
            return ("CfsSettings",)
        applying = ("ObjectStoreSettings", "CfsSettings", "EventSettings")
        return applying if self.file else (*applying, "CasSftpSettings")
