"""The pod that a run lives in."""

from config.settings.base import Settings, text, whole_number
from config.version import VERSION

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _log_level(value: str) -> str:
    level = value.strip().upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"{value!r} is no level of the log: expected one of {', '.join(LOG_LEVELS)}")
    return level


class PodSettings(Settings):
    """The pod a run lives in; everything has a default outside a cluster."""

    completion_index: int | None = whole_number("JOB_COMPLETION_INDEX", default=None, at_least=0)
    completion_count: int | None = whole_number("JOB_COMPLETION_COUNT", default=None, at_least=1)
    hostname: str = text("HOSTNAME", default="")
    cluster: str = text("KUBERNETES_SERVICE_HOST", default="")  # set by Kubernetes in each pod
    trigger: str = text("PAY_JOBS_TRIGGER", default="hand")  # cronjob, scheduler or hand
    claim: str = text("PAY_JOBS_CLAIM", default="")  # what the scheduler started the run for
    operator: str = text("PAY_JOBS_OPERATOR", "SUDO_USER", "USER", default="")
    build: str = text("PAY_JOBS_BUILD", default="")  # the image's revision
    log_level: str | None = text("LOG_LEVEL", default=None, check=_log_level)  # None: INFO for jobs, WARNING by hand

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
