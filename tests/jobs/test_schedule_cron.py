"""One cron dialect: what every reader reads alike is accepted, the rest refused; each instant comes exactly once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from config.cron import Cron, clock_changes

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)

# What each reader makes of an expression, from noon on Friday 2026-11-20 in UTC. Kubernetes reads with robfig/cron:
# weekdays count from Sunday = 0, ranges must ascend, day of month and weekday are joined by OR unless one is `*`.
READERS = [
    # expression        croniter            APScheduler         Kubernetes          ours
    ("0 2 * * 0", "2026-11-22 02:00", "2026-11-23 02:00", "2026-11-22 02:00", None),
    ("0 2 * * 1-5", "2026-11-23 02:00", "2026-11-21 02:00", "2026-11-23 02:00", None),
    ("0 2 * * 7", "2026-11-22 02:00", "refused", "refused", None),
    ("0 2 13 * mon", "2026-11-23 02:00", "2027-09-13 02:00", "2026-11-23 02:00", None),
    ("0 2 * * fri-mon", "2026-11-21 02:00", "refused", "refused", None),
    ("0 2 * * */2", "2026-11-21 02:00", "2026-11-22 02:00", "2026-11-21 02:00", None),
    ("0 22-2 * * *", "2026-11-20 22:00", "refused", "refused", None),
    ("0 2 L * *", "2026-11-30 02:00", "refused", "refused", None),
    ("0 2 * * mon#1", "2026-12-07 02:00", "2026-11-23 02:00", "refused", None),
    ("@daily", "2026-11-21 00:00", "refused", "2026-11-21 00:00", None),
    ("0 2 * * mon-fri", "2026-11-23 02:00", "2026-11-23 02:00", "2026-11-23 02:00", "2026-11-23 02:00"),
    ("0 2 * * sat,sun", "2026-11-21 02:00", "2026-11-21 02:00", "2026-11-21 02:00", "2026-11-21 02:00"),
    ("5/20 6-21 * * *", "2026-11-20 12:05", "2026-11-20 12:05", "2026-11-20 12:05", "2026-11-20 12:05"),
    ("0 0 1 jan *", "2027-01-01 00:00", "2027-01-01 00:00", "2027-01-01 00:00", "2027-01-01 00:00"),
]


def first(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


def croniter_reads(text: str) -> str:
    return first(croniter(text, FRIDAY).get_next(datetime))


def apscheduler_reads(text: str) -> str:
    try:
        return first(CronTrigger.from_crontab(text, UTC).get_next_fire_time(None, FRIDAY))
    except ValueError:
        return "refused"


def ours_reads(text: str) -> str | None:
    try:
        return first(Cron(text, "UTC").next_after(FRIDAY))
    except ValueError:
        return None


@pytest.mark.parametrize(("text", "by_croniter", "by_apscheduler", "by_kubernetes", "by_us"), READERS)
def test_an_expression_is_accepted_only_if_every_reader_reads_it_alike(
    text: str, by_croniter: str, by_apscheduler: str, by_kubernetes: str, by_us: str | None
) -> None:
    assert croniter_reads(text) == by_croniter
    assert apscheduler_reads(text) == by_apscheduler
    assert ours_reads(text) == by_us
    assert by_us is None or {by_croniter, by_apscheduler, by_kubernetes} == {by_us}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 1 * *", "has 4 fields"),
        ("60 * * * *", "out of range"),
        ("0 0 31 2 *", "it names a day that no month has"),
        ("0 0 1 * mon", "sets both day of month and weekday"),
        ("0 0 * * 5", "name them"),
        ("h * * * *", "not made of numbers"),
        ("", "has 0 fields"),
    ],
)
def test_a_refused_expression_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Cron(text)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        Cron("0 0 * * *", "America/Nowhere")


@pytest.mark.parametrize(
    ("zone", "day", "text", "local"),
    [
        # the night an hour is left out
        ("America/Toronto", "2027-03-14", "30 2 * * *", ["03:30-0400"]),
        ("America/Toronto", "2027-03-14", "30 1-3 * * *", ["01:30-0500", "03:30-0400"]),
        ("America/Toronto", "2027-03-14", "0 * * * *", ["00:00-0500", "01:00-0500", "03:00-0400", "04:00-0400"]),
        ("Europe/Berlin", "2027-03-28", "30 2 * * *", ["03:30+0200"]),
        # the night an hour comes twice
        ("America/Toronto", "2027-11-07", "30 1 * * *", ["01:30-0400"]),
        ("America/Toronto", "2027-11-07", "5 * * * *",
         ["00:05-0400", "01:05-0400", "01:05-0500", "02:05-0500", "03:05-0500", "04:05-0500"]),
        ("Europe/Berlin", "2027-10-31", "30 2 * * *", ["02:30+0200"]),
        # British Columbia stays on UTC-7 from November 2026: its last change was in March of that year
        ("America/Vancouver", "2026-03-08", "1 2 * * *", ["03:01-0700"]),
        ("America/Vancouver", "2026-11-01", "1 1 * * *", ["01:01-0700"]),
        ("America/Vancouver", "2027-03-14", "1 1 * * *", ["01:01-0700"]),
        ("America/Vancouver", "2027-11-07", "1 1 * * *", ["01:01-0700"]),
    ],
)  # fmt: skip
def test_in_a_night_on_which_clocks_change_each_scheduled_instant_comes_once(
    zone: str, day: str, text: str, local: list[str]
) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    until = datetime.fromisoformat(f"{day}T04:30").replace(tzinfo=ZoneInfo(zone))

    found = Cron(text, zone).between(midnight.astimezone(UTC) - timedelta(seconds=1), until)

    assert [f"{instant.astimezone(ZoneInfo(zone)):%H:%M%z}" for instant in found] == local


@pytest.mark.parametrize("zone", ["America/Toronto", "Europe/Berlin", "Australia/Lord_Howe", "America/Vancouver"])
def test_a_year_of_nights_has_a_run_each(zone: str) -> None:
    begin = datetime(2027, 1, 1, 12, tzinfo=UTC)

    found = Cron("30 1 * * *", zone).between(begin, begin + 365 * DAY)

    assert len(found) == 365
    assert len({instant.astimezone(ZoneInfo(zone)).date() for instant in found}) == 365


def test_the_changes_of_a_zone_are_found_to_the_minute() -> None:
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)

    assert [f"{change:%Y-%m-%dT%H:%M}" for change in clock_changes("Europe/Berlin", begin, end)] == [
        "2026-03-29T01:00", "2026-10-25T01:00", "2027-03-28T01:00", "2027-10-31T01:00",
    ]  # fmt: skip
    assert [f"{change:%Y-%m-%d}" for change in clock_changes("America/Vancouver", begin, end)] == ["2026-03-08"]


@given(
    minute=st.sampled_from(["*/5", "7", "1-50/7", "0,30"]),
    hour=st.sampled_from(["*", "6-21", "8-10,17-18", "1", "23"]),
    days=st.sampled_from(["* * *", "* * mon-fri", "* * sat,sun", "1,15 * *", "* 2,11 *"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)),
)
def test_away_from_clock_changes_we_and_croniter_agree(minute: str, hour: str, days: str, start: datetime) -> None:
    text, after = f"{minute} {hour} {days}", start.replace(tzinfo=UTC, second=0, microsecond=0)

    ours = Cron(text, "UTC").next_after(after)

    assert ours == croniter(text, after).get_next(datetime)
