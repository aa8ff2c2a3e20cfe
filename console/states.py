"""The states that pages show: each has a sign of its own shape, a tone, and words; no state rests on its colour."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How urgent a state is; the style sheet has a colour for each."""

    BAD = "bad"
    CARE = "care"
    BUSY = "busy"
    GOOD = "good"
    QUIET = "quiet"


@dataclass(frozen=True)
class State:
    """A state as a page shows it; `sign` is the name of a shape in templates/signs.html."""

    words: str
    tone: Tone
    sign: str


_STATES = {
    # of a run, and of an instant of the schedule
    "done": State("done", Tone.GOOD, "check"),
    "attention": State("needs attention", Tone.CARE, "warning"),
    "failed": State("failed", Tone.BAD, "cross"),
    "lost": State("lost", Tone.BAD, "question"),
    "missed": State("missed", Tone.BAD, "ring"),
    "late": State("late", Tone.CARE, "clock"),
    "interrupted": State("stopped on request", Tone.CARE, "square"),
    "locked": State("another run was at work", Tone.QUIET, "bar"),
    "starting": State("starting", Tone.BUSY, "play"),
    "running": State("running", Tone.BUSY, "play"),
    "coming": State("to come", Tone.QUIET, "dot"),
    # of a file, and of its rows
    "stored": State("stored", Tone.BUSY, "play"),
    "received": State("waits", Tone.BUSY, "play"),
    "applied": State("applied", Tone.GOOD, "check"),
    "held": State("held", Tone.BAD, "pause"),
    "known": State("known already", Tone.QUIET, "bar"),
    "ignored": State("put aside", Tone.QUIET, "bar"),
    "missing": State("missing", Tone.BAD, "ring"),
    "unfinished": State("unfinished", Tone.CARE, "half"),
    "already_applied": State("applied before", Tone.QUIET, "bar"),
    "skipped": State("skipped by rule", Tone.QUIET, "bar"),
    "rejected": State("rejected", Tone.CARE, "warning"),
    "waiting": State("waits", Tone.BUSY, "play"),
    # of what is half done outside
    "planned": State("planned", Tone.QUIET, "dot"),
    "sent": State("sent", Tone.BUSY, "play"),
    "answered": State("answered", Tone.BUSY, "half"),
    "refused": State("refused", Tone.BAD, "cross"),
    # of a day of statements
    "complete": State("complete", Tone.GOOD, "check"),
    "partly": State("partly made", Tone.CARE, "half"),
    "none": State("nothing due", Tone.QUIET, "dot"),
    # of a closed day
    "balanced": State("balanced", Tone.GOOD, "check"),
    "unexplained": State("not explained", Tone.CARE, "warning"),
    # of a run that took unusually long or short
    "longer": State("longer than usual", Tone.CARE, "clock"),
    "shorter": State("shorter than usual", Tone.CARE, "clock"),
    "unknown": State("not known yet", Tone.QUIET, "dot"),
}


def state(name: str) -> State:
    """Return a state by its name; one that is not known here is shown by its name."""
    return _STATES.get(name, State(name, Tone.QUIET, "dot"))
