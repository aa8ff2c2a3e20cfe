"""The reports in pay_jobs: what each found, for the next one to compare itself with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from database.copy import copy_pieces, encode_columns
from database.sessions import Session
from database.sql import statements
from tasks.stale_invoice_report.report_row import EarlierRow, ReportRow
from tasks.stale_invoice_report.tallies import Tallies, Tally

sql = statements(__package__)

KEPT = 3
TREND = 30


@dataclass(frozen=True)
class StoredReport:
    """A report under way, and the finished one of the same scope before it."""

    id: int
    before: int | None
    before_on: datetime | None


@dataclass(frozen=True)
class ResolvedInvoices:
    """What was stuck in the report before and is no longer."""

    count: int
    amount: Decimal


@dataclass(frozen=True)
class EarlierFigures:
    """The figures of an earlier report."""

    on: datetime
    stuck: int
    amount: Decimal
    by_method: dict[str, int]


def begin_report(session: Session, *, run_id: int | None, scope: str, as_of: datetime) -> StoredReport:
    """Begin a report; what a killed one of this scope left is forgotten."""
    session.execute(
        text("DELETE FROM pay_jobs.stale_reports WHERE scope = :scope AND finished_on IS NULL"), {"scope": scope}
    )
    before = sql.run(session, "find_report_before", scope=scope).one_or_none()
    made: int = sql.run(session, "begin_report", run_id=run_id, scope=scope, as_of=as_of).scalar_one()
    return StoredReport(made, before.id if before else None, before.finished_on if before else None)


def known_before(session: Session, report: StoredReport, ids: list[int]) -> dict[int, EarlierRow]:
    """Return which of the invoices the report before had, and how."""
    if report.before is None:
        return {}
    known = sql.run(session, "find_known", before=report.before, ids=ids)
    return {row.invoice_id: EarlierRow(row.is_stuck, row.surely_stuck) for row in known}


def keep_rows(
    session: Session, report: StoredReport, rows: list[ReportRow], *, before: Mapping[int, EarlierRow]
) -> None:
    """Keep what was found of a page.

    before  how the report before had what may be left in doubt
    """
    if not rows:
        return
    columns = {
        "report_id": str(report.id),
        "invoice_id": [str(row.invoice_id) for row in rows],
        "code": [row.code for row in rows],
        "is_stuck": [str(row.is_stuck) for row in rows],
        "surely_stuck": [str(_surely_stuck(row, before.get(row.invoice_id))) for row in rows],
        "total": [row.total for row in rows],
    }
    copy_pieces(session, "pay_jobs.stale_invoices", list(columns), [encode_columns(list(columns.values()))])


def _surely_stuck(row: ReportRow, before: EarlierRow | None) -> bool:
    return before.surely_stuck if before is not None and row.confidence == "weaker" else row.is_stuck


def finish_report(
    session: Session, report: StoredReport, tallies: Tallies, *, finished_on: datetime
) -> ResolvedInvoices:
    """Write the figures, and return what is gone since the report before."""
    values: dict[str, Any] = {
        "id": report.id,
        "before": report.before,
        "keep": KEPT - 1,
        "finished_on": finished_on,
        "stuck": tallies.stuck.count,
        "waiting": tallies.waiting.count,
        "stuck_amount": tallies.stuck.amount,
        "by_method": _json(tallies.by_method),
        "by_diagnosis": _json(tallies.by_diagnosis),
    }
    row = sql.run(session, "finish_report", **values).one()
    return ResolvedInvoices(row.gone, row.amount)


def trend(session: Session, scope: str) -> list[EarlierFigures]:
    """Return the figures of the newest reports of a scope, the oldest first."""
    rows = sql.run(session, "list_trend", scope=scope, most=TREND).all()
    return [
        EarlierFigures(
            row.finished_on,
            row.stuck,
            row.stuck_amount,
            {method: one["count"] for method, one in row.by_method.items()},
        )
        for row in reversed(rows)
    ]


@dataclass(frozen=True)
class FinishedReport:
    """The figures of a finished report; `by_diagnosis` has how many and over what amount, by code."""

    id: int
    run_id: int | None
    on: datetime
    stuck: int
    waiting: int
    amount: Decimal
    by_diagnosis: dict[str, Tally]


def newest_report(session: Session, scope: str) -> FinishedReport | None:
    """Return the newest finished report of a scope, None where there is none."""
    row = sql.run(session, "list_trend", scope=scope, most=1).one_or_none()
    if row is None:
        return None
    found = {code: Tally(int(one["count"]), Decimal(one["amount"])) for code, one in row.by_diagnosis.items()}
    return FinishedReport(row.id, row.run_id, row.finished_on, row.stuck, row.waiting, row.stuck_amount, found)


def _json(tallies: dict[str, Tally]) -> str:
    return json.dumps({name: {"count": one.count, "amount": str(one.amount)} for name, one in tallies.items()})
