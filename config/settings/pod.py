"""The pod that a run lives in."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field

from config.settings.base import Settings
from config.version import VERSION

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _log_level(value: str) -> str:
    level = value.strip().upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"{value!r} is no level of the log: expected one of {', '.join(LOG_LEVELS)}")
    return level


LogLevel = Annotated[str, AfterValidator(_log_level)]


class PodSettings(Settings):
    """The pod a run lives in; everything has a default outside a cluster."""

    completion_index: int | None = Field(None, validation_alias="JOB_COMPLETION_INDEX", ge=0)
    completion_count: int | None = Field(None, validation_alias="JOB_COMPLETION_COUNT", ge=1)
    hostname: str = Field("", validation_alias="HOSTNAME")
    cluster: str = Field("", validation_alias="KUBERNETES_SERVICE_HOST", description="set by Kubernetes in each pod")
    trigger: str = Field("hand", validation_alias="PAY_JOBS_TRIGGER", description="cronjob, scheduler or hand")
    claim: str = Field("", validation_alias="PAY_JOBS_CLAIM", description="what the scheduler started the run for")
    operator: str = Field("", validation_alias=AliasChoices("PAY_JOBS_OPERATOR", "SUDO_USER", "USER"))
    build: str = Field("", validation_alias="PAY_JOBS_BUILD", description="the image's revision")
    log_level: LogLevel | None = Field(
        None, validation_alias="LOG_LEVEL", description="default INFO for jobs, WARNING for hand tools"
    )

    @property
    def is_by_hand(self) -> bool:
        """Whether a person started it, and not the clock."""
        return self.trigger == "hand"

    @property
    def triggered_by(self) -> str:
        """Return what started it, and for a person who it was."""
        return f"{self.trigger}:{self.operator}" if self.operator and self.is_by_hand else self.trigger

    @property
    def version(self) -> str:
        """Return the version of the program, with the revision of its image."""
        return f"{VERSION}+{self.build}" if self.build else VERSION
