"""The arguments of the slips tools."""

from dataclasses import dataclass

from config.errors import UsageError


@dataclass(frozen=True)
class SlipListArguments:
    """The slip to show; None for all that are in progress."""

    slip: str | None = None


@dataclass(frozen=True)
class VoidArguments:
    """The slip to void, and what happens to its transactions."""

    slip: str
    plan: str | None = None
    cancel_all: bool = False
    keep_all: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        choices = {"--plan": self.plan, "--cancel-all": self.cancel_all, "--keep-all": self.keep_all}
        chosen = [name for name, given in choices.items() if given]
        if len(chosen) > 1:
            raise UsageError(f"{' and '.join(chosen)} do not go together: choose one.")

    @property
    def decided(self) -> bool:
        """Whether it was said what to do with the transactions."""
        return bool(self.plan or self.cancel_all or self.keep_all)
