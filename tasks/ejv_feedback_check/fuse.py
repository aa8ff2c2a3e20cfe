"""The fuse of a batch of feedback: weigh what it would stop and refuse against the last batches of its type."""

from decimal import Decimal

from config.plurals import counted
from config.usual import ENOUGH, KNOWN, REFUSED, REFUSED_SHARE, STOPPED
from database.sessions import Session
from database.sql import statements
from jobs.usual import ceiling, usual
from tasks.ejv_feedback_check.batch_result import BatchResult, FeedbackBatch

sql = statements(__package__)


class BatchFuseBlown(Exception):
    """What a batch would do is far outside the usual: its transaction is rolled back."""


def figures_of(result: BatchResult) -> dict[str, int]:
    """Return what is kept of a batch: its items, those that CGI refused, and the GL codes it stopped."""
    return {
        "items": sum(number for _, number, _ in result.effects),
        "refused": sum(number for what, number, _ in result.effects if what == "refused"),
        "stopped": len(set(result.stopped)),
    }


def weigh_batch(session: Session, batch: FeedbackBatch, result: BatchResult) -> None:
    """Raise BatchFuseBlown where a batch that was just applied stops or refuses far more than the usual."""
    here = figures_of(result)
    if here["stopped"] <= STOPPED.floor and here["refused"] <= REFUSED.floor:
        return
    before = [row._mapping for row in sql.run(session, "list_usual_batches", batch_type=batch.batch_type, known=KNOWN)]
    stopped = [Decimal(row["stopped"]) for row in before]
    refused = [Decimal(row["refused"]) for row in before]
    shares = [_share(row["refused"], row["items"]) for row in before]
    share = _share(here["refused"], here["items"])
    beyond = []
    if here["stopped"] > ceiling(STOPPED, stopped):
        codes = ", ".join(map(str, sorted(set(result.stopped))))
        beyond.append(f"GL codes it would stop {_beside(here['stopped'], stopped, ceiling(STOPPED, stopped))}: {codes}")
    if here["refused"] > ceiling(REFUSED, refused) and share > ceiling(REFUSED_SHARE, shares):
        limit = ceiling(REFUSED_SHARE, shares)
        beyond.append(
            f"items refused {_beside(here['refused'], refused, ceiling(REFUSED, refused))}, {share:.0%} of the batch "
            f"(limit {limit:.0%})"
        )
    if beyond:
        known = counted(len(before), "batch")
        against = (
            f"the last {known} of its type"
            if len(before) >= ENOUGH
            else f"plain limits, as only {known} of its type came before"
        )
        raise BatchFuseBlown(f"it is far outside the usual, weighed against {against}: {'; '.join(beyond)}")


def _beside(here: int, before: list[Decimal], limit: Decimal) -> str:
    middle = f"{usual(before)[0]:,f}" if before else "-"
    return f"{here} (usual {middle}, limit {limit:,f})"


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal(0)
