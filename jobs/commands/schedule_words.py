"""Say a schedule in words: what an expression means, and the nights on which clocks change."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cron_descriptor import Options, get_description

from config.cron import Cron, CronTimes, clock_changes
from jobs.run.outcome import Table

_NIGHTS = 2
_LOOK_AHEAD = timedelta(days=370)
_BEFORE, _AFTER = timedelta(hours=3), timedelta(hours=4)
_SHOWN = 14


def describe(cron: Cron) -> str:
    """Return an expression in words."""
    options = Options()
    options.use_24hour_time_format = True
    options.locale_code = "en_US"
    return f"{get_description(cron.text, options)}, {cron.zone} time."


def coming_runs(named: dict[str, CronTimes], after: datetime, count: int) -> Table:
    """Return the next runs of some jobs in the order of time, in local time and UTC."""
    rows: list[tuple[datetime, str, ZoneInfo]] = []
    for name, times in named.items():
        instants = times.coming(after)
        rows += [(next(instants), name, ZoneInfo(times.zone)) for _ in range(count)]
    shown = [
        (name, _local(instant, zone), f"{instant:%Y-%m-%d %H:%M}", zone.key)
        for instant, name, zone in sorted(rows, key=lambda row: row[:2])[:count]
    ]
    return Table("Coming runs", ("job", "local", "UTC", "zone"), shown, "coming")


def nights(cron: Cron, after: datetime) -> Iterator[tuple[str, Table]]:
    """Return the coming nights on which the clocks of the zone change, with the runs around each change."""
    zone = ZoneInfo(cron.zone)
    for change in clock_changes(cron.zone, after, after + _LOOK_AHEAD)[:_NIGHTS]:
        before = (change - timedelta(minutes=1)).astimezone(zone)
        then = change.astimezone(zone)
        forward = (then.utcoffset() or timedelta(0)) > (before.utcoffset() or timedelta(0))
        said = (
            f"{then:%A %Y-%m-%d}: {before + timedelta(minutes=1):%H:%M} {before:%Z} becomes {then:%H:%M %Z}, "
            f"an hour {'is left out' if forward else 'comes twice'}."
        )
        instants = cron.between(change - _BEFORE, change + _AFTER)
        rows = [(_local(instant, zone), f"{instant:%Y-%m-%d %H:%M}") for instant in instants[:_SHOWN]]
        yield said, Table(f"Runs around it ({len(instants)})", ("local", "UTC"), rows, "around")


def warnings(cron: Cron, after: datetime) -> list[str]:
    """Return what to know about an expression that is in order."""
    if not cron.in_changing_hours:
        return []
    changes = clock_changes(cron.zone, after, after + _LOOK_AHEAD)
    note = (
        "It names an hour between 01:00 and 03:00, the hours that clock changes skip or repeat. "
        "`schedule run` gives each scheduled instant exactly one run; a cluster's CronJob controller leaves a run in "
        "a skipped hour out and makes one in a repeated hour twice."
    )
    if changes:
        return [f"{note} Clocks in {cron.zone} change next on {changes[0].astimezone(ZoneInfo(cron.zone)):%Y-%m-%d}."]
    return [f"{note} In {cron.zone} no change is known for the coming year."]


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%a %Y-%m-%d %H:%M %z}"
