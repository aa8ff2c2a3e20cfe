"""The fuse inside the transaction of a file: measure it, hold it against the last of its kind, keep its figures."""

from datetime import date, timedelta

from config.usual import BOUNCED_AFTER, KNOWN, MISDATED_AFTER
from connectors.inbound.holds import HoldKind
from connectors.inbound.ledger import InboundFile
from database.sessions import Session
from database.sql import statements
from tasks.pad_reconcile.effects import SettlementEffects
from tasks.pad_reconcile.fuse import FileFigures, FuseVerdict, weigh
from tasks.pad_reconcile.staging import RowTotals

sql = statements(__package__)

_SATURDAY = 5
# Holds on a file of which some rows were applied: by another file of its name, or by another system.
_APPLIED_IN_PART = (HoldKind.CHANGED, HoldKind.PROCESSED)


def weigh_file(
    session: Session,
    file: InboundFile,
    totals: RowTotals,
    effects: SettlementEffects,
    *,
    today: date,
    released: frozenset[HoldKind],
) -> FuseVerdict:
    """Return what is far outside the usual about a file whose rows are applied; keep the figures of one that may stay.

    today     stands for the day of a file whose name holds none
    released  with the fuse released nothing is far outside
    """
    day = file.business_date or today
    kind = {"on_weekday": day.weekday() < _SATURDAY}
    bounced = len(effects.bounced)
    week = sql.run(session, "sum_settled", first_day=day - timedelta(days=BOUNCED_AFTER), day=day).scalar_one()
    here = FileFigures(
        rows=totals.rows,
        amount=totals.amount,
        frozen=sum(row.is_freezing for row in effects.bounced),
        bounced=bounced,
        repeated=effects.count("already_applied"),
        misdated=sql.run(
            session, "count_misdated", first_day=day - timedelta(days=MISDATED_AFTER), day=day
        ).scalar_one(),
        rejected=effects.count("rejected"),
        settled=max(week, totals.rows - bounced),
    )
    rows = sql.run(session, "list_usual_figures", **kind, known=KNOWN, days=BOUNCED_AFTER)
    before = [FileFigures(*tuple(row)) for row in rows]
    verdict = weigh(here, before, repeats_are_expected=not released.isdisjoint(_APPLIED_IN_PART))
    if HoldKind.FUSE in released:
        verdict = FuseVerdict(verdict.figures, [], verdict.known)
    if not verdict.beyond:
        sql.run(session, "keep_figures", file_id=file.id, **kind, **here._asdict())
    return verdict
