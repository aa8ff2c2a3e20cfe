"""The business time zone, from the pinned tzdata package, and the UTC bounds of business days.

A business day is a day in America/Vancouver (docs/specs/statements.md section 1). The rules come from the
`tzdata` package of the lock file and never from the machine's zone files: British Columbia stays on UTC-7 from
November 2026, and files older than release 2026b still say UTC-8.

>>> day_bounds(date(2026, 11, 1))
(datetime.datetime(2026, 11, 1, 7, 0), datetime.datetime(2026, 11, 2, 7, 0))
"""

import zoneinfo
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

zoneinfo.reset_tzpath(to=())

BUSINESS_ZONE_NAME = "America/Vancouver"
BUSINESS_ZONE = zoneinfo.ZoneInfo.no_cache(BUSINESS_ZONE_NAME)


def tzdata_version() -> str:
    """Return the release of the pinned tz database, like `2026.2`."""
    from importlib.metadata import version

    return version("tzdata")


def business_date(instant: datetime) -> date:
    """Return the business day an aware instant falls on."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(BUSINESS_ZONE).date()


def day_start(day: date) -> datetime:
    """Return the instant a business day begins, as the pay tables hold it: naive UTC."""
    midnight = datetime.combine(day, time.min, tzinfo=BUSINESS_ZONE)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def day_bounds(first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """Return the half-open interval of the business days `first` to `last`, both included, in naive UTC.

    Days of 23, 24 and 25 hours come out right because both midnights are taken from the zone.
    """
    return day_start(first), day_start((last or first) + timedelta(days=1))


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month that a day is in.

    >>> month_of(date(2024, 2, 10))
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def naive_utc(instant: datetime) -> datetime:
    """Return an aware instant as the pay tables hold it: UTC without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(UTC).replace(tzinfo=None)


def local_and_utc(instant: datetime) -> str:
    """Return an aware instant for people: in the business zone, and in UTC.

    >>> local_and_utc(datetime(2022, 6, 26, 8, 1, tzinfo=UTC))
    '2022-06-26 01:01:00 Vancouver (08:01:00 UTC)'
    >>> local_and_utc(datetime(2022, 6, 26, 3, 1, tzinfo=UTC))
    '2022-06-25 20:01:00 Vancouver (2022-06-26 03:01:00 UTC)'
    """
    local, utc = instant.astimezone(BUSINESS_ZONE), instant.astimezone(UTC)
    shown = f"{utc:%H:%M:%S}" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%M:%S}"
    return f"{local:%Y-%m-%d %H:%M:%S} Vancouver ({shown} UTC)"
