"""Which rows of pay_jobs may go once they are old enough: the rule of each table, in one place.

The statement sql/old_<table>.sql chooses the rows by their key, at most `limit` of them, with the moment they are of. A
table stands before those that it points at.

Never pruned: inbound_files and settlement_figures (the same content again; the last 60 files of a kind), bounce_rows
(what a bounce can be taken back by), feedback_batches and cgi_files (which batch was answered by what), operations with
their steps, known_findings, notices, what `close` recorded with the rows that it needs of those our jobs overwrote
(kept_rows, slip_movements), and whatever is waiting, held or open.

Rows of files also stay from a year before the first day that `close` recorded: recorded days are counted again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import text

from database.sessions import Session

_FIRST_RECORDED = text("SELECT min(day) FROM pay_jobs.closed_days")
_A_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class PrunableTable:
    """A table, its key, what of it may go, how many are chosen at a time, and whether its rows are of files."""

    name: str
    key: tuple[str, ...]
    rule: str
    at_once: int = 20_000
    is_of_files: bool = False

    @property
    def has_places(self) -> bool:
        """Whether a part is looked for from the place of the part before: what stays is looked at once a run."""
        return self.is_of_files

    @property
    def place(self) -> str:
        """The expression of the place where the next part goes on."""
        return "max(place)" if self.has_places else "0"


TABLES = (
    PrunableTable(
        "outbox",
        ("id",),
        "delivered, or dropped by a person",
    ),
    PrunableTable(
        "run_rejects",
        ("run_id", "number"),
        "of a run that may go",
    ),
    PrunableTable(
        "job_runs",
        ("id",),
        "finished, not among the newest 1,000 of its job, not the last that went well of its command, and named by no "
        "open operation, message or file",
    ),
    PrunableTable(
        "stale_invoices",
        ("report_id", "invoice_id"),
        "of a report that may go",
    ),
    PrunableTable(
        "stale_reports",
        ("id",),
        "finished, and not among the newest 1,000 of its scope",
    ),
    PrunableTable(
        "cfs_differences",
        ("id",),
        "of a comparison that may go",
    ),
    PrunableTable(
        "cfs_comparisons",
        ("id",),
        "finished, and not the newest of its scope",
    ),
    PrunableTable(
        "cgi_mentions",
        ("cgi_file_id", "line", "kind", "number"),
        "of a file indexed long ago, and not about a batch or an AP item",
    ),
    PrunableTable(
        "settlement_rows",
        ("file_id", "line"),
        "of a CFS number of which every row is as old, came by PAD and settled it (no bounce, credit or reject), and "
        "whose invoices are settled; all rows of a number go together, so that what is left adds up for `verify`",
        at_once=5_000,
        is_of_files=True,
    ),
    PrunableTable(
        "feedback_lines",
        ("file_id", "line"),
        "of a batch of journals that CGI accepted and answered once and nobody voided, of which no link is open, no "
        "invoice is unpaid, and no invoice was in a journal since; all lines of a batch go together",
        at_once=2,
        is_of_files=True,
    ),
)


def last_moment(session: Session, table: PrunableTable, before: datetime) -> datetime:
    """Return the moment before which rows of a table may go."""
    first = session.execute(_FIRST_RECORDED).scalar_one() if table.is_of_files else None
    return before if first is None else min(before, datetime.combine(first, time.min, UTC) - _A_YEAR)
