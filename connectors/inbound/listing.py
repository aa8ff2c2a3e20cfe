"""Which entries of a directory are taken, left or refused. Values in, values out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from connectors.sftp import RemoteFile

MAX_NAME = 255


@dataclass(frozen=True)
class WantedNames:
    """The names a job takes.

    pattern           must match the whole name; a group `date` holds the business date as YYYYMMDD
    trigger_suffix    what the trigger file's name adds to the file's, like `.TRG`
    trigger_required  whether a file without its trigger waits; else it waits until it no longer grows
    may_be_empty      files whose name alone is information, like an ACK
    ends_in_line_end  whether a file is complete only where its last line has an end, because it has no trailer
    example           a name like those, for messages
    """

    pattern: re.Pattern[str]
    trigger_suffix: str = ""
    trigger_required: bool = True
    may_be_empty: re.Pattern[str] | None = None
    ends_in_line_end: bool = False
    example: str = ""

    def is_empty(self, name: str, size: int) -> bool:
        """Return whether a file of that size holds nothing, and its name alone is no information."""
        return size == 0 and not (self.may_be_empty and self.may_be_empty.fullmatch(name))

    def is_cut_off(self, ending: bytes) -> bool:
        """Return whether a file with these last bytes ends in the middle of a line; the end sign of DOS is none."""
        return self.ends_in_line_end and not ending.endswith((b"\n", b"\n\x1a"))

    def matches(self, name: str) -> bool:
        """Return whether this is the name of a file to take."""
        return self.pattern.fullmatch(name) is not None

    def business_date(self, name: str) -> date | None:
        """Return the date in a name, None where there is none or it is not a date."""
        found = self.pattern.fullmatch(name)
        if found is None or "date" not in self.pattern.groupindex or found["date"] is None:
            return None
        try:
            return datetime.strptime(found["date"], "%Y%m%d").date()  # noqa: DTZ007 - a date without a time
        except ValueError:
            return None

    def date_fault(self, name: str) -> str | None:
        """Return what is wrong with the date in a name, None where there is none, or nothing is wrong with it."""
        found = self.pattern.fullmatch(name)
        digits = found["date"] if found is not None and "date" in self.pattern.groupindex else None
        if digits is None or self.business_date(name) is not None:
            return None
        return f"{digits} in its name is not a date"

    def is_trigger(self, name: str) -> bool:
        """Return whether this is the name of a trigger of a file to take."""
        return (
            bool(self.trigger_suffix)
            and self.matches(name.removesuffix(self.trigger_suffix))
            and not (self.matches(name))
        )


@dataclass(frozen=True)
class UntakenFile:
    """A file that was not taken: its name, made printable, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class SortedListing:
    """A listing, sorted. `complete` have their trigger; `settling` must be seen not to grow."""

    complete: tuple[RemoteFile, ...] = ()
    settling: tuple[RemoteFile, ...] = ()
    refused: tuple[UntakenFile, ...] = ()
    left: tuple[UntakenFile, ...] = ()


def choose(listing: Iterable[RemoteFile], wanted: WantedNames) -> SortedListing:
    """Sort a listing; every entry that is not a trigger ends in exactly one of the four."""
    entries = list(listing)
    names = {entry.name for entry in entries}
    complete: list[RemoteFile] = []
    settling: list[RemoteFile] = []
    refused: list[UntakenFile] = []
    left: list[UntakenFile] = []
    for entry in entries:
        fault = name_fault(entry.name)
        if fault is not None:
            refused.append(UntakenFile(printable(entry.name), fault))
        elif wanted.is_trigger(entry.name):
            continue
        elif not wanted.matches(entry.name):
            left.append(UntakenFile(entry.name, _not_wanted(wanted)))
        elif not entry.is_regular:
            left.append(UntakenFile(entry.name, "it is a directory, a link or a special file"))
        elif not wanted.trigger_suffix:
            settling.append(entry)
        elif entry.name + wanted.trigger_suffix in names:
            complete.append(entry)
        elif wanted.trigger_required:
            left.append(UntakenFile(entry.name, f"its trigger {entry.name}{wanted.trigger_suffix} has not come yet"))
        else:
            settling.append(entry)
    return SortedListing(tuple(complete), tuple(settling), tuple(refused), tuple(left))


def _not_wanted(wanted: WantedNames) -> str:
    expected = f" (expected like {wanted.example})" if wanted.example else ""
    return f"no name of a file that this job takes{expected}"


def name_fault(name: str) -> str | None:
    """Return what is wrong with a name that comes from outside, None if it is one plain path segment.

    >>> name_fault("../../etc/passwd")
    'it has more than one path segment'
    >>> name_fault("FEEDBACK.F3535.20261118214012") is None
    True
    """
    if not name:
        return "it is empty"
    if any(0xDC80 <= ord(letter) <= 0xDCFF for letter in name):
        return "it is not UTF-8"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
        return f"it is longer than {MAX_NAME} bytes"
    if "/" in name or "\\" in name:
        return "it has more than one path segment"
    if not name.isprintable():
        return "it has control characters"
    if name.startswith("."):
        return "it begins with a dot"
    return None


def printable(name: str) -> str:
    """Return a name with everything escaped that a terminal or a log would choke on.

    >>> printable("a\\x1b[2J")
    'a\\\\x1b[2J'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in name
    )
