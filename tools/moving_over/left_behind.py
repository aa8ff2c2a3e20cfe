"""What the system of before left undone in the pay tables, and what of ours is half done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from config.command_line import typed
from config.plurals import counted
from database.sql import statements
from jobs.watch.doctor_check import Check

sql = statements(__package__)


@dataclass(frozen=True)
class Leftover:
    """One kind of row that was left undone.

    what       the name of the line
    statement  counts them: number, examples
    noun       what they are, in the singular, and `means`, what is the matter with them
    note       what else is to be known of them
    do         the next command
    """

    what: str
    statement: str
    noun: str
    means: str
    note: str
    do: str

    def __call__(self, connection: Connection, _now: datetime) -> Iterator[Check]:
        """Tell how many there are, with some of them."""
        found = sql.run(connection, self.statement).one()
        if found.number:
            more = found.number - len(found.examples)
            examples = ", ".join(found.examples) + (f" and {more:,} more" if more else "")
            said = f"{counted(found.number, self.noun)} {self.means}: {examples}. {self.note}"
            yield Check(self.what, "warning", said, self.do)
        else:
            yield Check(self.what, "ok", "none")


LEFT_BEHIND = (
    Leftover(
        "settlement files half applied",
        "count_begun_settlements",
        "settlement file",
        "begun by the old worker and not finished",
        "The old worker skips such a file for ever; ours holds it.",
        "Put the file (folder ar/ of the bucket) into the directory of CAS, and when it is held: "
        + typed("files replay", "NAME", reason=True),
    ),
    Leftover(
        "bounces half booked",
        "count_half_bounces",
        "number",
        "with a row in non_sufficient_funds and a PAD payment that is still completed",
        "The old worker died in the middle; the next bounce row of the number repairs it.",
        typed("verify"),
    ),
    Leftover(
        "batches without an answer",
        "count_open_batches",
        "batch",
        "sent to CGI without an answer",
        "CGI has not answered, or its answer was never read.",
        typed("ejv outstanding"),
    ),
    Leftover(
        "batches half read",
        "count_half_read_batches",
        "batch",
        "naming a feedback file, and not completed",
        "Reading it was not finished.",
        "Fetch the file from the bucket; lines already applied are left alone: "
        + typed("EJV_FEEDBACK_CHECK --file", "/tmp/NAME"),  # noqa: S108 - where a pod can write
    ),
    Leftover(
        "slips under way",
        "count_slips_under_way",
        "routing slip",
        "to be linked, voided, bounced or corrected, waiting or left in the middle",
        "The first run looks in CFS before it sends anything.",
        typed("ROUTING_SLIP_RECREATE --dry-run"),
    ),
    Leftover(
        "slips set aside",
        "count_mismatched_slips",
        "routing slip",
        "with cas_mismatch",
        "The old job found a difference, and never touches it again.",
        typed("slips list"),
    ),
    Leftover(
        "half done by ours",
        "count_open_operations",
        "operation",
        "begun outside by a run of ours",
        "The old system does not know of it.",
        typed("pending"),
    ),
)
