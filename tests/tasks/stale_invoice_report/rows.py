"""Rows and a summary for the tests of what is written."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from diagnosis.catalogue import DIAGNOSES
from tasks.stale_invoice_report.report_row import ReportRow
from tasks.stale_invoice_report.report_store import EarlierFigures, ResolvedInvoices
from tasks.stale_invoice_report.sorted_rows import SortedRows
from tasks.stale_invoice_report.summary import ApprovedBacklog, Summary
from tasks.stale_invoice_report.tallies import Tallies

ON = datetime(2026, 11, 23, 15, tzinfo=UTC)


def row(invoice: int, code: str = "P14", **changes: Any) -> ReportRow:
    """Return a row with some values changed."""
    one = DIAGNOSES[code]
    values: dict[str, Any] = {
        "invoice_id": invoice, "account": "A1", "account_name": "Fraser Roofing LTD.", "method": "PAD",
        "status": "APPROVED", "created_on": "2026-10-05", "age_days": 49, "total": "100.00", "paid": "0.00",
        "code": code, "title": one.title, "turn": one.turn.words,
        "confidence": "sure", "since_last": "new", "cfs_number": f"REG{invoice:08}", "cfs_answer": "found",
        "cfs_total": "100.00", "cfs_due": "0.00", "file": None, "batch": None, "gl_code": None, "routing_slip": None,
        "evidence": "reference ACTIVE", "action": one.action, "command": "",
    }  # fmt: skip
    return ReportRow(**(values | changes))


def spool(rows: Iterable[ReportRow]) -> SortedRows:
    """Return rows as a report keeps them."""
    made = SortedRows()
    made.add(rows)
    return made


def summary(rows: Iterable[ReportRow], **changes: Any) -> Summary:
    """Return the summary of rows."""
    tallies = Tallies()
    tallies.add(rows)
    values: dict[str, Any] = {
        "made_on": ON,
        "today": date(2026, 11, 23),
        "days": 20,
        "scope": "method=* account=*",
        "census": (ApprovedBacklog("EJV", 1015, Decimal("98211.50"), date(2025, 2, 3)),),
        "tallies": tallies,
        "gone": ResolvedInvoices(4, Decimal("12.00")),
        "before_on": ON,
        "trend": tuple(EarlierFigures(ON, stuck, Decimal(stuck), {}) for stuck in (3, 5, 4)),
        "weaker": ("CFS was not asked (--no-cfs)",),
    }
    return Summary(**(values | changes))
