"""The arguments of `verify`."""

from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from config.errors import UsageError
from jobs.parameters import require_reason
from tools.verify.catalogue import CATALOGUE


@dataclass(frozen=True)
class Arguments:
    """Which rows are looked at, against which invariants, and whether what is wrong is taken as known."""

    since: date | None = None
    days: int | None = None
    account: str | None = None
    only: tuple[str, ...] = ()
    list_only: bool = False
    baseline: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse a code that is not known, and a baseline of a part or without its reason."""
        if self.since and self.days:
            raise UsageError("--since and --days both say from which day on: name one of them.")
        codes = [one.code for one in CATALOGUE]
        for code in self.only:
            if code.upper() not in codes:
                near = get_close_matches(code.upper(), codes, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise UsageError(
                    f"There is no invariant {code!r}.{hint} All of them: python3 invoke_jobs.py verify --list"
                )
        if self.baseline:
            require_reason(self.reason)
            if self.since or self.days or self.account or self.list_only:
                raise UsageError(
                    "--baseline takes all that is wrong as known, or with --only all of some invariants: it goes with "
                    "none of --since, --days, --account and --list."
                )
        elif self.reason is not None:
            raise UsageError("--reason belongs to --baseline: a verification needs none.")

    @property
    def reads_only(self) -> bool:
        """Whether nothing is kept."""
        return not self.baseline

    def first_day(self, today: date) -> date | None:
        """Return the first day whose rows are looked at; None where all are."""
        return today - timedelta(days=self.days) if self.days else self.since

    @property
    def codes(self) -> frozenset[str]:
        """The codes that were asked for, all of them where none was named."""
        return frozenset(code.upper() for code in self.only) or frozenset(one.code for one in CATALOGUE)
