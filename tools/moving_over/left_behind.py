"""What the system of before left undone in the pay tables, and what of ours is half done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from config.command_line import typed
from database.sql import statements
from jobs.watch.doctor_check import Check

sql = statements(__package__)


@dataclass(frozen=True)
class Leftover:
    """One kind of row that was left undone.

    what       the name of the line
    statement  counts them: number, examples
    means      what they are, after their number
    do         the next command
    """

    what: str
    statement: str
    means: str
    do: str

    def __call__(self, connection: Connection, _now: datetime) -> Iterator[Check]:
        """Tell how many there are, with some of them."""
        found = sql.run(connection, self.statement).one()
        if found.number:
            examples = ", ".join(found.examples)
            more = ", ..." if found.number > len(found.examples) else ""
            yield Check(self.what, "warning", f"{found.number:,} {self.means}: {examples}{more}", self.do)
        else:
            yield Check(self.what, "ok", "none")


LEFT_BEHIND = (
    Leftover(
        "settlement files half applied",
        "count_begun_settlements",
        "that the old worker began and did not finish; it skips them for ever, ours holds them",
        "Put the file (folder ar/ of the bucket) into the directory of CAS, and when it is held: "
        + typed("files replay", "NAME", reason=True),
    ),
    Leftover(
        "bounces half booked",
        "count_half_bounces",
        "numbers with a row in non_sufficient_funds and a PAD payment that is still completed; the old worker died in "
        "the middle, and the next bounce row of the number repairs it",
        typed("verify"),
    ),
    Leftover(
        "batches without an answer",
        "count_open_batches",
        "journal and AP batches that CGI was sent and has not answered, or whose answer was not read",
        typed("ejv outstanding"),
    ),
    Leftover(
        "batches half read",
        "count_half_read_batches",
        "batches that name their feedback file and are not completed: reading it was not finished",
        "Fetch the file from the bucket; lines already applied are left alone: "
        + typed("EJV_FEEDBACK_CHECK --file", "/tmp/NAME"),  # noqa: S108 - where a pod can write
    ),
    Leftover(
        "slips under way",
        "count_slips_under_way",
        "routing slips that wait for a link, void, bounce or correction, or died in the middle of it; the first run "
        "looks in CFS for each before it sends",
        typed("ROUTING_SLIP_RECREATE --dry-run"),
    ),
    Leftover(
        "slips set aside",
        "count_mismatched_slips",
        "routing slips with cas_mismatch: the old job found a difference and never touches them again",
        typed("slips list"),
    ),
    Leftover(
        "half done by ours",
        "count_open_operations",
        "operations outside that a run of ours began; the old system does not know of them",
        typed("pending"),
    ),
)
