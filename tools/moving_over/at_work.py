"""Does the system of before still write? Recent rows that no run of ours can have written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row

from config.business_time import business_date, naive_utc
from config.command_line import typed
from config.plurals import counted
from database.sql import statements
from jobs.watch.doctor_check import Check

sql = statements(__package__)

RECENTLY = timedelta(days=2)


@dataclass(frozen=True)
class OldWriter:
    """A job of before, the job of ours in its place, and the statement that finds what only the old one can write.

    noun  what it writes, in the singular
    """

    theirs: str
    ours: str
    statement: str
    noun: str

    def __call__(self, connection: Connection, now: datetime) -> Iterator[Check]:
        """Tell what it wrote since yesterday: a failure where ours is at work too, else a warning."""
        since = now - RECENTLY
        values = {"since": naive_utc(since), "since_day": business_date(since)}
        found = sql.run(connection, self.statement, **values).one()
        if not found.number:
            yield Check(self.theirs, "ok", f"no {self.noun} in two days that another system wrote")
            return
        runs = sql.run(connection, "count_runs", job=self.ours, since=since).scalar_one()
        if runs:
            state, what = "failure", f"both systems are at work: {counted(runs, 'run')} of {self.ours} since then"
            do = f"Switch one off now: suspend {self.ours}, or stop {self.theirs}; then {typed('verify')}"
        else:
            state, what = "warning", f"the old system is at work, ours ({self.ours}) is not"
            do = f"Leave {self.ours} off until {self.theirs} is stopped and its last run has ended."
        yield Check(self.theirs, state, f"{_number(found, self.noun)}; {what}", do)


def _number(found: Row[tuple[int, str, object]], noun: str) -> str:
    newest = f" ({found.newest})" if found.newest else ""
    return f"{counted(found.number, noun)} in two days that no run of ours wrote, the last {found.at}{newest}"


AT_WORK = (
    OldWriter("CAS_FTP_POLLER", "PAD_RECONCILE", "find_other_settlements", "settlement file"),
    OldWriter("CGI_FTP_POLLER", "EJV_FEEDBACK_CHECK", "find_other_feedback", "feedback file"),
    OldWriter("ROUTING_SLIP", "ROUTING_SLIP_RECREATE", "find_other_slip_work", "closed or frozen slip account"),
    OldWriter("GENERATE_STATEMENTS of before", "GENERATE_STATEMENTS", "find_other_statements", "statement"),
)
