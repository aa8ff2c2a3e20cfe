"""The arguments of GENERATE_STATEMENTS, and which of them go together."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from config.errors import UsageError

Mode = Literal["night", "day", "range", "gaps", "fill"]
_LOOK_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Arguments:
    """What was typed. `day` is the last day to be covered (docs/specs/statements.md section 1)."""

    day: date | None = None
    account: str | None = None
    first: date | None = None
    last: date | None = None
    gaps: bool = False
    fill_gaps: bool = False
    since: date | None = None
    until: date | None = None
    only_account: str | None = None
    parallel: int = 1

    def __post_init__(self) -> None:
        chosen = [name for name, given in self._modes().items() if given]
        if len(chosen) > 1:
            raise UsageError(f"{' and '.join(chosen)} do not go together: choose one.")
        if (self.first is None) != (self.last is None):
            raise UsageError("--from and --to go together, like --from 2022-06-20 --to 2022-06-25.")
        if self.first and self.last and self.first > self.last:
            raise UsageError(f"--from {self.first} is after --to {self.last}.")
        if (self.since or self.until) and not (self.gaps or self.fill_gaps):
            raise UsageError("--since and --until say where to look for gaps: add --gaps or --fill-gaps.")
        if self.since and self.until and self.since > self.until:
            raise UsageError(f"--since {self.since} is after --until {self.until}.")
        if self.account and self.only_account and self.account != self.only_account:
            raise UsageError(f"Two accounts are named, {self.account} and {self.only_account}: name one.")

    def _modes(self) -> dict[str, bool]:
        return {
            "a date": self.day is not None,
            "--from/--to": self.first is not None or self.last is not None,
            "--gaps": self.gaps,
            "--fill-gaps": self.fill_gaps,
        }

    @property
    def mode(self) -> Mode:
        """Which of the five ways of working was asked for."""
        if self.gaps:
            return "gaps"
        if self.fill_gaps:
            return "fill"
        if self.first is not None:
            return "range"
        return "day" if self.day is not None else "night"

    @property
    def reads_only(self) -> bool:
        """Whether it only says what is missing."""
        return self.gaps

    @property
    def auth_account(self) -> str | None:
        """The auth account id the work is limited to."""
        return self.account if self.account is not None else self.only_account

    def days(self, today: date) -> list[date]:
        """Return the days whose statements are to be made; each must be over."""
        yesterday = today - timedelta(days=1)
        first = self.day or self.first or yesterday
        last = self.day or self.last or yesterday
        if last > yesterday:
            raise UsageError(f"{last} is not over yet: the last day that can be covered is {yesterday}.")
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def window(self, today: date) -> tuple[date, date]:
        """Return the first and the last day in which gaps are looked for."""
        until = self.until or today - timedelta(days=2)
        since = self.since or until - _LOOK_BACK
        if until >= today:
            raise UsageError(
                f"--until {until} is not over yet: the last day that can be covered is {today - timedelta(days=1)}."
            )
        if since > until:
            raise UsageError(f"--since {since} is after {until}, the last day looked at.")
        return since, until
