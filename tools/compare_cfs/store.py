"""How far a comparison has come, in pay_jobs: the page that was compared and where the next begins are one commit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from database.copy import copy_rows
from database.sessions import Session
from database.sql import statements
from tools.compare_cfs.rules import CfsDifference

sql = statements(__package__)

STAGES = ("invoices", "unsent", "credits", "slips", "done")
GO_ON_FOR = timedelta(days=7)


@dataclass(frozen=True)
class CfsComparison:
    """A comparison under way. `position` is the last key of the stage that was compared."""

    id: int
    since: datetime
    until: datetime
    stage: str
    position: str
    compared: int
    unanswered: int
    sample: list[str] | None
    is_resumed: bool = False


def begin(session: Session, *, scope: str, since: datetime, until: datetime, now: datetime) -> CfsComparison:
    """Go on with the unfinished comparison of the same scope, unless it is old; else begin one."""
    found = sql.run(session, "find_unfinished", scope=scope, since=now - GO_ON_FOR).one_or_none()
    if found is not None:
        return CfsComparison(**found._mapping, is_resumed=True)
    made = sql.run(session, "begin_comparison", scope=scope, since=since, until=until, now=now).one()
    return CfsComparison(**made._mapping)


def keep_page(
    session: Session, comparison: CfsComparison, found: Iterable[CfsDifference], *, position: str, compared: int,
    unanswered: int,
) -> CfsComparison:  # fmt: skip
    """Keep what a page came to, and where the next begins."""
    columns = ("comparison_id", "kind", "number", "direction", "ours", "theirs", "detail")
    rows = ((comparison.id, one.kind, one.number, one.direction, one.ours, one.theirs, one.detail) for one in found)
    copy_rows(session, "pay_jobs.cfs_differences", columns, rows)
    return _change(
        session,
        comparison,
        position=position,
        compared=comparison.compared + compared,
        unanswered=comparison.unanswered + unanswered,
    )


def next_stage(session: Session, comparison: CfsComparison) -> CfsComparison:
    """Begin the next stage."""
    stage = STAGES[STAGES.index(comparison.stage) + 1]
    return _change(session, comparison, stage=stage, position="", sample=None)


def keep_sample(session: Session, comparison: CfsComparison, keys: list[str]) -> CfsComparison:
    """Keep which keys of the stage are compared."""
    return _change(session, comparison, sample=sorted(keys))


def finish(session: Session, comparison: CfsComparison, now: datetime) -> list[CfsDifference]:
    """Note that it is done, and return everything it found."""
    _change(session, comparison, finished_on=now)
    return [CfsDifference(**row._mapping) for row in sql.run(session, "list_differences", id=comparison.id)]


def _change(session: Session, comparison: CfsComparison, **values: Any) -> CfsComparison:
    changes = ", ".join(f"{name} = :{name}" for name in values)
    session.execute(
        text(f"UPDATE pay_jobs.cfs_comparisons SET {changes} WHERE id = :id"), {"id": comparison.id, **values}
    )
    known = {name: value for name, value in vars(comparison).items() if name not in values}
    return CfsComparison(**known, **{name: value for name, value in values.items() if name != "finished_on"})
