"""Cron expressions of one dialect, croniter's, and the instants they stand for.

What croniter, APScheduler and Kubernetes read differently is refused, so an accepted expression means one thing:
five fields of numbers, lists, ranges and steps; weekdays by name, from Monday to Saturday or Sunday by itself;
day-of-month or weekday, not both.

An expression speaks of the clock on the wall. Where clocks change, each scheduled instant comes exactly once:

    an hour that is left out     what was planned in it comes an hour later by the clock, at the same distance
    an hour that comes twice     what names its hours comes in the first of the two; what runs in every hour ("*")
                                 goes on in both

>>> Cron("1 1 * * *").next_after(datetime(2026, 11, 22, 12, tzinfo=UTC)).isoformat()
'2026-11-23T08:01:00+00:00'
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter
from croniter.croniter import CroniterError

from config.business_time import BUSINESS_ZONE_NAME

_FIELDS = ("minute", "hour", "day of month", "month", "weekday")
_NUMBERS = re.compile(r"(\*|\d+(-\d+)?)(/\d+)?(,(\*|\d+(-\d+)?)(/\d+)?)*")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat"]
_CHANGING_HOURS = {1, 2}
_REACH = timedelta(hours=4)
_LOOK_AHEAD = timedelta(days=366 * 9)


@dataclass(frozen=True)
class Cron:
    """A checked expression in a zone; ValueError says everything that is wrong with it."""

    text: str
    zone: str = BUSINESS_ZONE_NAME

    def __post_init__(self) -> None:
        problems = [*_problems(self.text), *_zone_problem(self.zone)]
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def every_hour(self) -> bool:
        """Whether it runs in every hour of a day, and so goes on in real time."""
        return _expanded(self.text)[1] == ["*"]

    @property
    def in_changing_hours(self) -> bool:
        """Whether it names an hour between 01:00 and 03:00, which zones with daylight saving skip or repeat."""
        return not self.every_hour and bool(_CHANGING_HOURS & {int(hour) for hour in _expanded(self.text)[1]})

    def between(self, after: datetime, until: datetime) -> list[datetime]:
        """Return the instants after one and up to another, in UTC, in order, each once."""
        zone = _zone(self.zone)
        day, last = ((moment.astimezone(zone) + reach).date() for moment, reach in ((after, -_REACH), (until, _REACH)))
        found: set[datetime] = set()
        while day <= last:
            found.update(_instants_of(self, day))
            day += timedelta(days=1)
        return sorted(instant for instant in found if after < instant <= until)

    def next_after(self, after: datetime) -> datetime:
        """Return the first instant after one, in UTC."""
        zone = _zone(self.zone)
        begin = after.astimezone(zone).replace(tzinfo=None) - _REACH
        best: datetime | None = None
        enough = begin + _LOOK_AHEAD
        for wall in self._walls(begin):
            if wall > enough:
                break
            found = [instant for instant in self.instants(wall) if instant > after]
            if best is None and found:
                enough = wall + _REACH
            best = min([*found, *([best] if best else [])], default=None)
        if best is None:
            raise ValueError(f"{self.text!r} has no instant in the nine years after {after:%Y-%m-%d}")
        return best

    def _walls(self, begin: datetime) -> Iterator[datetime]:
        walls = croniter(self.text, begin, ret_type=datetime)
        while True:
            try:
                yield walls.get_next(datetime)
            except CroniterError:
                return

    def instants(self, wall: datetime) -> set[datetime]:
        """Return the instants that one of its times on the wall stands for, in UTC."""
        zone = _zone(self.zone)
        first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        return {first, second} if second > first and self.every_hour else {first}


@dataclass(frozen=True)
class CronTimes:
    """Several expressions of one zone, read together: each of their instants comes once."""

    crons: tuple[Cron, ...]

    @property
    def zone(self) -> str:
        """The zone of them all."""
        return self.crons[0].zone

    def between(self, after: datetime, until: datetime) -> list[datetime]:
        """Return the instants after one and up to another, in UTC, in order, each once."""
        return sorted({instant for cron in self.crons for instant in cron.between(after, until)})

    def next_after(self, after: datetime) -> datetime:
        """Return the first instant after one, in UTC."""
        return min(cron.next_after(after) for cron in self.crons)

    def coming(self, after: datetime) -> Iterator[datetime]:
        """Return the instants after one, without end."""
        while True:
            after = self.next_after(after)
            yield after

    def __str__(self) -> str:
        return f"{', '.join(cron.text for cron in self.crons)} {self.zone}"


@lru_cache(maxsize=512)
def _instants_of(cron: Cron, day: date) -> frozenset[datetime]:
    """Return the instants of one day; what asks for the same days over and over need not count them again."""
    return frozenset(instant for wall in _walls_of(cron.text, day) for instant in cron.instants(wall))


def _walls_of(text: str, day: date) -> list[datetime]:
    """Return the times of one day on the wall."""
    midnight = datetime.combine(day, time.min)
    walls = croniter(text, midnight - timedelta(seconds=1), ret_type=datetime)
    following = midnight + timedelta(days=1)
    found: list[datetime] = []
    try:
        while (wall := walls.get_next(datetime)) < following:
            found.append(wall)
    except CroniterError:
        pass
    return found


def clock_changes(zone_name: str, after: datetime, until: datetime) -> list[datetime]:
    """Return the instants at which the clocks of a zone change, in UTC."""
    zone = _zone(zone_name)
    found, low = [], after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while low < until:
        high = low + timedelta(days=7)
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            found.append(_change(zone, low, high))
        low = high
    return [instant for instant in found if after < instant <= until]


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(second=0, microsecond=0)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _expanded(text: str) -> list[list[int | str]]:
    expanded: list[list[int | str]] = croniter(text).expanded
    return expanded


def _zone_problem(name: str) -> Iterator[str]:
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"{name!r} is no time zone: expected a name like America/Vancouver"


def _problems(text: str) -> Iterator[str]:
    fields = text.split()
    if len(fields) != len(_FIELDS):
        yield f"it has {len(fields)} fields, expected five (minute hour day-of-month month weekday)"
        return
    readable = True
    for name, value in zip(_FIELDS, fields, strict=True):
        for problem in _field_problems(name, value.lower()):
            readable = False
            yield problem
    if fields[2] != "*" and fields[4] != "*":
        yield "it sets both day of month and weekday: cron reads that as OR, APScheduler as AND; set one of them"
    if readable:
        try:
            croniter(text, datetime(2024, 1, 1)).get_next(datetime)  # noqa: DTZ001 - a time on the wall
        except CroniterError as error:
            yield f"{_without_itself(str(error), text)} (expected five fields: minute hour day-of-month month weekday)"


def _without_itself(said: str, text: str) -> str:
    """Return what the library says of an expression, which stands in front of it already."""
    without = said.replace(f"[{text}]", "it").replace("it is not acceptable, ", "a field is ")
    return without.replace("failed to find next date", "it names a day that no month has")


def _field_problems(name: str, value: str) -> Iterator[str]:
    if name == "weekday":
        yield from _weekday_problems(value)
        return
    if name == "month":
        value = re.sub("|".join(_MONTHS), lambda month: str(_MONTHS.index(month[0]) + 1), value)
    if not _NUMBERS.fullmatch(value):
        yield f"the {name} {value!r} is not made of numbers, lists, ranges and steps, which every reader knows"
        return
    for first, last in re.findall(r"(\d+)-(\d+)", value):
        if int(first) > int(last):
            yield f"the {name} {first}-{last} runs backwards: write it as a list of two ranges"


def _weekday_problems(value: str) -> Iterator[str]:
    if value == "*":
        return
    for part in value.split(","):
        first, _, last = part.partition("-")
        if part == "sun" or (part in _WEEKDAYS):
            continue
        if first in _WEEKDAYS and last in _WEEKDAYS:
            if _WEEKDAYS.index(first) >= _WEEKDAYS.index(last):
                yield f"the weekdays {part} run backwards: write them as a list"
            continue
        yield (
            f"the weekday {part!r} means different days to different readers: name them, mon to sat as a range, "
            "sun by itself, like mon-fri or sat,sun"
        )
