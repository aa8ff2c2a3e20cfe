"""The time line: what ran, what should have and what will, as marks between the begin and the end of a window.

Values in, values out. Marks of one state that lie close together become one, so that 60 runs in a morning are a band
and the one that failed stands out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.business_time import BUSINESS_ZONE
from config.plurals import counted
from config.schedule import JobSchedule
from console.states import State, state
from jobs.run.ledger import Run
from jobs.watch.check import ServedInstants
from jobs.watch.entries import Entry

CLOSE = timedelta(minutes=45)
HOURS_A_TICK = 3
SIGN_WIDTH = 1.6  # per cent: a sign is 14 pixels wide, the line some 820
LETTER_WIDTH, NOW_WIDTH = 0.9, 3.0  # per cent, of the words on the axis
_ORDER = ("done", "coming")


@dataclass(frozen=True)
class Window:
    """What the time line covers."""

    begin: datetime
    now: datetime
    end: datetime

    def place(self, instant: datetime) -> float:
        """Return where an instant stands, in per cent from the left."""
        share = (instant - self.begin) / (self.end - self.begin)
        return round(100 * min(1.0, max(0.0, share)), 2)


@dataclass(frozen=True)
class Event:
    """Something at a time: `state` is the name of one in console/states.py, `run` its id where it is a run."""

    begin: datetime
    end: datetime
    state: str
    run: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """What is drawn: from x, so wide, both in per cent; `said` is what it is, in words."""

    x: float
    width: float
    name: str
    said: str
    href: str

    @property
    def state(self) -> State:
        """Its state as pages show it."""
        return state(self.name)

    @property
    def is_band(self) -> bool:
        """Whether it is drawn as a band: what went well, and what is to come."""
        return self.name in _ORDER


@dataclass(frozen=True)
class Tick:
    """A line on the axis; a major one starts a day. It has no words where they would run into others."""

    x: float
    words: str
    is_major: bool


def ticks(window: Window) -> list[Tick]:
    """Return the hours of the axis by the clock in the business zone; a day begins with its name."""
    local = window.begin.astimezone(BUSINESS_ZONE).replace(minute=0, second=0, microsecond=0)
    hours = (local + timedelta(hours=hour) for hour in range(1, 49))
    return [
        _tick(hour, window.place(hour), window.place(window.now))
        for hour in hours
        if hour.hour % HOURS_A_TICK == 0 and window.begin < hour < window.end
    ]


def _tick(hour: datetime, x: float, now: float) -> Tick:
    is_major = hour.hour == 0
    words = f"{hour:%a} {hour.day}" if is_major else f"{hour:%H}"
    room = len(words) * LETTER_WIDTH / 2
    is_free = room <= x <= 100 - room and abs(x - now) > room + NOW_WIDTH / 2
    return Tick(x, words if is_free else "", is_major)


def events_of(entry: Entry, served: ServedInstants, window: Window) -> list[Event]:
    """Return what happened to an entry of the schedule, and what is to come, in the order of time."""
    behind = {run.id: minutes for run, minutes in served.late.values()}
    missed = [
        Event(instant, instant, "missed") for hole in served.holes for instant in hole if not served.runs[instant]
    ]
    ran = [_event(run, window.now, behind.get(run.id)) for run in entry.runs if _is_shown(run, window)]
    return sorted([*ran, *missed, *coming(entry.job, window)], key=lambda event: event.begin)


def coming(job: JobSchedule, window: Window) -> list[Event]:
    """Return when a job is to run until the window ends."""
    return [Event(instant, instant, "coming") for instant in job.times.between(window.now, window.end)]


def events_by_hand(runs: Iterable[Run], window: Window) -> list[Event]:
    """Return runs that no entry of the schedule stands for, in the order of time."""
    return sorted((_event(run, window.now, None) for run in runs if _is_shown(run, window)), key=lambda one: one.begin)


def marks(events: Sequence[Event], window: Window) -> list[Mark]:
    """Return what is drawn of events: the bands first, so that what stands out lies above them."""
    drawn = sorted((_mark(group, window) for group in _groups(events)), key=lambda mark: mark.x)
    bands = [mark for mark in drawn if mark.is_band]
    return [*bands, *_side_by_side([mark for mark in drawn if not mark.is_band])]


def in_words(events: Sequence[Event]) -> str:
    """Return how many events there are of each state, the most urgent first, for those who do not see the line."""
    number: dict[str, int] = {}
    for event in events:
        number[event.state] = number.get(event.state, 0) + 1
    ranked = sorted(number, key=lambda name: (name in _ORDER, _ORDER.index(name) if name in _ORDER else 0, name))
    return ", ".join(f"{number[name]:,} {state(name).words}" for name in ranked) or "nothing"


def _is_shown(run: Run, window: Window) -> bool:
    return run.status != "locked" and (run.finished_on or window.now) >= window.begin and run.started_on <= window.end


def _event(run: Run, now: datetime, minutes_late: int | None) -> Event:
    is_late = minutes_late is not None and run.status == "done"
    note = f"{counted(minutes_late, 'minute')} late" if minutes_late is not None else ""
    return Event(run.started_on, run.finished_on or now, "late" if is_late else run.status, run.id, note)


def _groups(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Return the events of each state in groups that lie close together."""
    by_state: dict[str, list[Event]] = {}
    for event in events:
        group = by_state.setdefault(event.state, [])
        if group and event.begin - group[-1].end > CLOSE:
            yield group
            group = by_state[event.state] = []
        group.append(event)
    yield from by_state.values()


def _mark(group: Sequence[Event], window: Window) -> Mark:
    first, last = group[0], group[-1]
    x = window.place(first.begin)
    name = state(first.state).words
    what = name if len(group) == 1 else f"{len(group)} times {name}"
    when = _hour(first.begin) if len(group) == 1 else f"{_hour(first.begin)} to {_hour(last.begin)}"
    run = next((event.run for event in reversed(group) if event.run is not None), None)
    said = ", ".join(filter(None, (f"{what}, {when}", last.note, f"run {run}" if run else "")))
    return Mark(x, round(window.place(last.end) - x, 2), first.state, said, f"/runs/{run}" if run else "")


def _side_by_side(signs: Sequence[Mark]) -> Iterator[Mark]:
    """Return signs that do not hide one another: the later one gives way to the right."""
    free = 0.0
    for mark in signs:
        x = max(mark.x, free)
        yield replace(mark, x=round(x, 2), width=max(0.0, round(mark.width - (x - mark.x), 2)))
        free = x + SIGN_WIDTH


def _hour(instant: datetime) -> str:
    return f"{instant.astimezone(BUSINESS_ZONE):%a %H:%M}"
