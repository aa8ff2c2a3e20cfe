"""The instants that tell stuck from young (docs/specs/invoice-lifecycle.md section 3).

PAD and journal vouchers get two business days, because nothing settles on a weekend; what is done every evening gets a
day. An abandoned card payment is looked for as long as the stale-payment job does, thirty days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from config.business_days import business_days_before
from config.business_time import BUSINESS_ZONE, business_date, day_start, naive_utc

STUCK_BUSINESS_DAYS = 2
CARD_DAYS = 30
_JOURNALS_LEAVE = time(20, 1)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cutoffs:
    """Instants as the pay tables hold them, naive UTC; what was made before one of them is old enough.

    journals_left  when the newest journal voucher run began
    settled_day    what CFS got on this day or before should have come back
    """

    today: date
    now: datetime
    census_before: datetime
    two_days_before: datetime
    one_day_before: datetime
    card_since: datetime
    journals_left: datetime
    settled_day: date

    def values(self) -> dict[str, datetime]:
        """Return the values that the choice of the stuck invoices takes."""
        return {
            "now": self.now,
            "census_before": self.census_before,
            "two_days_before": self.two_days_before,
            "one_day_before": self.one_day_before,
            "card_since": self.card_since,
        }


def cutoffs_at(clock_now: datetime, *, days: int, as_of: date | None = None) -> Cutoffs:
    """Return the cutoffs of a report that is made now, or as of the end of a day."""
    today = as_of or business_date(clock_now)
    now = day_start(today + _ONE_DAY) if as_of else naive_utc(clock_now)
    settled_day = business_days_before(today, STUCK_BUSINESS_DAYS)
    return Cutoffs(
        today=today,
        now=now,
        census_before=now - days * _ONE_DAY,
        two_days_before=day_start(settled_day + _ONE_DAY),
        one_day_before=now - _ONE_DAY,
        card_since=now - CARD_DAYS * _ONE_DAY,
        journals_left=_last(_JOURNALS_LEAVE, now),
        settled_day=settled_day,
    )


def local_day(stored: datetime) -> date:
    """Return the business day of an instant that a pay table holds."""
    return _day_of_hour(stored.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=8192)
def _day_of_hour(stored: datetime) -> date:
    """Return the business day of an hour: midnight is a whole hour of UTC, and asking the zone takes long."""
    return business_date(stored.replace(tzinfo=UTC))


def _last(at: time, now: datetime) -> datetime:
    """Return the newest instant before now at which the clock on the wall showed a time."""
    today = business_date(now.replace(tzinfo=UTC))
    instants = (
        datetime.combine(today - number * _ONE_DAY, at, tzinfo=BUSINESS_ZONE).astimezone(UTC).replace(tzinfo=None)
        for number in range(3)
    )
    return next(instant for instant in instants if instant <= now)
