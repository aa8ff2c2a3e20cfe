"""The arguments of ROUTING_SLIP_RECREATE, and which of them go together."""

from dataclasses import dataclass

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """What was typed."""

    slip: str | None = None
    only: str | None = None
    concurrency: int = 8
    list_slips: bool = False
    void: str | None = None
    plan: str | None = None
    cancel_all: bool = False
    keep_all: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        choices = {"--plan": self.plan, "--cancel-all": self.cancel_all, "--keep-all": self.keep_all}
        chosen = [name for name, given in choices.items() if given]
        if self.void is None:
            if chosen or self.reason:
                raise UsageError(f"{(chosen or ['--reason'])[0]} belongs to --void NUMBER.")
            if self.list_slips and self.only:
                raise UsageError("--list shows all kinds of work; leave --only away.")
            return
        if self.slip or self.only or self.list_slips:
            raise UsageError("--void NUMBER works on that slip alone; leave --slip, --only and --list away.")
        if len(chosen) > 1:
            raise UsageError(f"{' and '.join(chosen)} do not go together: choose one.")

    @property
    def decided(self) -> bool:
        """Whether it was said what to do with the transactions of the slip to void."""
        return bool(self.plan or self.cancel_all or self.keep_all)

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings this way of working cannot do without; the list asks CFS nothing."""
        return () if self.list_slips else ("CfsSettings",)

    def wants(self, kind: str) -> bool:
        """Whether this kind of operation is asked for."""
        return self.only is None or kind == self.only or (self.only == "adjust" and kind in {"refund", "write_off"})
