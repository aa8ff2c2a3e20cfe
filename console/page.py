"""What a page is given, and what it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from config.business_time import business_date
from config.schedule import Schedule
from console.answer_cache import AnswerCache
from database.sessions import Session

FIRST_YEAR, LAST_YEAR = 2015, 2099


class NotThere(Exception):
    """What a page is about does not exist."""


class BadQuestion(Exception):
    """The address asks for something that cannot be."""


@dataclass(frozen=True)
class PageContext:
    """One look of a person at a page: the database as it is at this moment, and what was asked.

    jobs    the names of the jobs this installation has
    person  who looks, as the proxy tells; "" on a machine of one's own
    """

    session: Session
    schedule: Schedule
    jobs: Sequence[str]
    now: datetime
    person: str
    path: Mapping[str, Any]
    query: Mapping[str, str]
    log: Any
    cache: AnswerCache

    @property
    def today(self) -> date:
        """The current business day."""
        return business_date(self.now)

    def asked(self, name: str, choices: Sequence[str] | None = None) -> str:
        """Return what the address says under a name, "" where it says nothing.

        Raises BadQuestion where it is none of the choices.
        """
        value = self.query.get(name, "").strip()
        if "\0" in value:
            raise BadQuestion(f"{name} holds a character that no text of the pay database has.")
        if value and choices is not None and value not in choices:
            raise BadQuestion(f"{name} is {value!r}; it can be {', '.join(choices)}.")
        return value

    def number(self, name: str) -> int | None:
        """Return a whole number that the address says under a name. Raises BadQuestion where it is none."""
        value = self.asked(name)
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise BadQuestion(f"{name} is {value!r}; it must be a whole number.")
        return int(value)


def day_of(said: str) -> date:
    """Return a day of an address, of the years that pages show. Raises BadQuestion where it is none."""
    try:
        asked = date.fromisoformat(said)
    except ValueError:
        raise BadQuestion(f"{said!r} is no day; expected like 2026-11-25.") from None
    return in_reach(asked)


def in_reach(asked: date) -> date:
    """Return a day. Raises BadQuestion where it is of no year that pages show."""
    if not FIRST_YEAR <= asked.year <= LAST_YEAR:
        raise BadQuestion(f"The year is {asked.year}; it can be {FIRST_YEAR} to {LAST_YEAR}.")
    return asked


@dataclass(frozen=True)
class Page:
    """A template with what it shows."""

    template: str
    title: str
    values: dict[str, Any] = field(default_factory=dict)
