"""What a run found and did, as the task hands it over."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from config.errors import ExitCode


def short_name(heading: str) -> str:
    """Return the name in --json of what people read under a heading.

    >>> short_name("CFS number"), short_name("made (UTC)"), short_name("")
    ('cfs_number', 'made_utc', 'value')
    """
    return re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_") or "value"


@dataclass(frozen=True)
class Reject:
    """Something that needs attention: where it is, what is wrong, what was expected.

    command  what to type next, "" where no command helps
    amount   the money it is about, in CAD, None where it is about none
    """

    where: str
    reason: str
    detail: str = ""
    command: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class Table:
    """Rows to show; in --json they come as objects keyed by column.

    key         its name in --json, which stays the same whatever the title says
    is_stored   whether the job has put all of them into the object store
    is_shown    whether people see it on a terminal; --json has it in any case
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    key: str = "rows"
    is_stored: bool = field(default=False, kw_only=True)
    is_shown: bool = field(default=True, kw_only=True)

    def iter_records(self) -> Iterator[dict[str, Any]]:
        """Return the rows as objects keyed by column, one by one."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def iter_json(self) -> Iterator[dict[str, Any]]:
        """Return the rows as --json has them: keyed by short names, like `cfs_number`, one by one."""
        names = [short_name(column) for column in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as objects keyed by column."""
        return list(self.iter_records())


@dataclass
class Outcome:
    """Counts, rejects, what was stored where, and what to show; outcomes of parts add up with `+=`.

    answer               the outcome in one line, in the words of whoever asked; people read it first
    artifacts            the keys of what was put into the object store
    attention            something besides the rejects needs attention
    attention_as_before  something does that needed it before and did not grow: the exit code is 3, but no alarm is due
    """

    answer: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attention: bool = False
    attention_as_before: bool = False

    def __iadd__(self, other: "Outcome") -> "Outcome":
        for name, value in other.counts.items():
            self.counts[name] += value
        self.rejects += other.rejects
        self.artifacts += other.artifacts
        self.tables += other.tables
        self.notes += other.notes
        self.attention = self.attention or other.attention
        self.answer = self.answer or other.answer
        self.attention_as_before = self.attention_as_before or other.attention_as_before
        return self

    @property
    def exit_code(self) -> ExitCode:
        """Return 3 where something needs attention, else 0."""
        return ExitCode.ATTENTION if self.is_news or self.attention_as_before else ExitCode.DONE

    @property
    def is_news(self) -> bool:
        """Return whether something needs attention that did not before."""
        return bool(self.rejects) or self.attention
