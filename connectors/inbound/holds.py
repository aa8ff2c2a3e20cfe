"""Why a file is held: the kinds of holds, each of which is released by itself."""

from enum import StrEnum
from typing import NamedTuple


class HoldKind(StrEnum):
    """What stands against applying a file, as people type it."""

    FUSE = "fuse"  # what it would do is far outside the usual
    DATE = "date"  # its name holds no day, or one that has not come yet
    LATE = "late"  # a newer file was applied
    CHANGED = "changed"  # it has the name of another file, or goes on where one ended
    FAILED = "failed"  # it could not be read or applied
    FAULTS = "faults"  # some of it is damaged; only what can be read is applied, by its job
    PROCESSED = "processed"  # another system began or processed a file of its name
    IGNORED = "ignored"  # its content was put aside before
    CUT_OFF = "cut off"  # it ends in the middle of a line; never released


RELEASABLE = tuple(kind.value for kind in HoldKind if kind not in {HoldKind.CUT_OFF, HoldKind.FAULTS})


_SAID = {
    HoldKind.FUSE: "held by the fuse",
    HoldKind.DATE: "held for the date in its name",
    HoldKind.LATE: "held as late",
    HoldKind.CHANGED: "held as changed",
    HoldKind.FAILED: "failed",
    HoldKind.FAULTS: "held for what is damaged in it",
    HoldKind.PROCESSED: "held as processed elsewhere",
    HoldKind.IGNORED: "held as content that was ignored",
    HoldKind.CUT_OFF: "held as cut off",
}


def in_words(kind: HoldKind) -> str:
    """Return which hold stands, as part of a sentence.

    >>> in_words(HoldKind.LATE)
    'held as late'
    """
    return _SAID[kind]


class Hold(NamedTuple):
    """One hold, and why in words."""

    kind: HoldKind
    reason: str
