"""verify beside the histories of other tests: what a job did may not make it say anything new.

Worlds that tests draw at random are odd from the start; what verify says of them before the first job is not a job's.
"""

from datetime import datetime
from zlib import crc32

import hypothesis

from config.business_time import business_date, naive_utc
from database.engine import Database
from tools.verify.arguments import Arguments
from tools.verify.catalogue import CATALOGUE
from tools.verify.task import asked_values, findings, snapshot

EVERY = 1 if hypothesis.settings.get_current_profile_name() == "soak" else 6

Said = dict[tuple[str, str], tuple[str, str]]


def is_asked_about(history: object) -> bool:
    """Return whether verify is asked about a history: every one in `make soak`, else one in six.

    Which ones follows from what is in them, so that verify is asked again when a history is played again.
    """
    return crc32(repr(history).encode()) % EVERY == 0


class InvariantWatch:
    """Asks verify about some of the histories."""

    def __init__(self, database: Database, *kinds: str) -> None:
        """Ask with the invariants whose codes begin like `kinds`."""
        self._database = database
        self._kinds = kinds
        self._is_due = False
        self._before: Said = {}

    def begin(self, now: datetime, history: object) -> None:
        """Note what verify says before the first job of a history."""
        self._is_due = is_asked_about(history)
        self._before = self._said(now) if self._is_due else {}

    def news(self, now: datetime) -> Said:
        """Return what verify says now, and did not say before: code and row, with what was expected and found."""
        if not self._is_due:
            return {}
        return {key: words for key, words in self._said(now).items() if key not in self._before}

    def _said(self, now: datetime) -> Said:
        return all_findings(self._database, now, self._kinds)


def all_findings(database: Database, now: datetime, kinds: tuple[str, ...] = ("",)) -> Said:
    """Return all that verify says, of the invariants whose codes begin like `kinds`."""
    said: Said = {}
    with snapshot(database) as session:
        values = asked_values(session, Arguments(), now=naive_utc(now), today=business_date(now))
        for invariant in CATALOGUE:
            if invariant.code.startswith(kinds):
                found = findings(session, invariant, values)
                said |= {(one.code, one.row): (one.expected, one.found) for one in found}
    return said
