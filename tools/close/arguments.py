"""The arguments of `close`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from config.business_time import month_of
from config.errors import UsageError
from database.closing.period import Period
from jobs.parameters import require_reason

_YEAR = re.compile(r"[1-9]\d{3}")


@dataclass(frozen=True)
class Arguments:
    """Which days are closed, which figure is opened, and whether the day is recorded."""

    day: date | None = None
    month: date | None = None
    year: str | None = None
    open_figure: str | None = None
    xlsx_file: Path | None = None
    html_file: Path | None = None
    record: bool = False
    mail: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse two spans, a year that is none, and a record of more than a day or without its reason."""
        if sum(one is not None for one in (self.day, self.month, self.year)) > 1:
            raise UsageError("Name a day, a month or a year: close 2026-11-05, --month 2026-11, or --year 2026.")
        if self.year and not _YEAR.fullmatch(self.year):
            raise UsageError(f"{self.year!r} is not a year: expected yyyy, like 2026.")
        if self.xlsx_file and self.html_file and self.xlsx_file.absolute() == self.html_file.absolute():
            raise UsageError("--xlsx and --html name the same file.")
        if self.record:
            require_reason(self.reason)
            if self.month or self.year or self.open_figure:
                raise UsageError("--record keeps days: it goes with none of --month, --year and --open.")
            if self.day is None and (self.xlsx_file or self.html_file):
                raise UsageError("--record without a day may record several: --xlsx and --html go with one day.")
        elif self.reason is not None or self.mail:
            raise UsageError("--reason and --mail belong to --record: a closing that is not kept needs neither.")

    @property
    def reads_only(self) -> bool:
        """Whether nothing is kept."""
        return not self.record

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings this way of working cannot do without; the object store is used where it is set up."""
        return ("MailSettings",) if self.mail else ()

    def period(self, today: date) -> Period:
        """Return the days to close: yesterday where none are named. Raises UsageError where none of them is over."""
        yesterday = today - timedelta(days=1)
        if self.year:
            first, last = date(int(self.year), 1, 1), date(int(self.year), 12, 31)
        elif self.month:
            first, last = month_of(self.month)
        else:
            first = last = self.day or yesterday
        if first > yesterday:
            asked = (
                f"No day of {self.year or f'{self.month:%B %Y}'} is over"
                if self.year or self.month
                else (f"{first} is not over yet")
            )
            raise UsageError(f"{asked}: the last day that can be closed is {yesterday}.")
        return Period(first, min(last, yesterday))
