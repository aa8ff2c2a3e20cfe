"""The arguments of ROUTING_SLIP_RECREATE."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Arguments:
    """Which slips and which kinds of work."""

    slip: str | None = None
    only: str | None = None
    concurrency: int = 8

    def wants(self, kind: str) -> bool:
        """Return whether this kind of operation is asked for."""
        return self.only is None or kind == self.only or (self.only == "adjust" and kind in {"refund", "write_off"})
