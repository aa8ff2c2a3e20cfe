"""What is stuck: the newest report of all invoices, its trend, whose turn it is, and its invoices."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from console.page import Page, PageContext
from database.sql import statements
from diagnosis.catalogue import DIAGNOSES, ActionOwner, Diagnosis
from tasks.stale_invoice_report.metrics import ALL
from tasks.stale_invoice_report.page.charts import trend_line
from tasks.stale_invoice_report.report_store import FinishedReport, newest_report, trend
from tasks.stale_invoice_report.tallies import Tally

sql = statements(__package__)

SHOWN = 50
UNKNOWN = DIAGNOSES["U"]


@dataclass(frozen=True)
class Share:
    """The invoices of one diagnosis; `width` is its part of the largest amount that is stuck, in thousandths."""

    code: str
    diagnosis: Diagnosis
    tally: Tally
    width: int


def page(context: PageContext) -> Page:
    """Return the page of what is stuck."""
    report = newest_report(context.session, ALL)
    if report is None:
        return Page("stuck.html", "Stuck invoices", {"report": None})
    past = trend(context.session, ALL)
    asked = context.asked("code", sorted(report.by_diagnosis))
    after = context.number("after")
    rows = sql.run(
        context.session, "list_stuck", report=report.id, code=asked or None, after=after or 0, limit=SHOWN + 1
    ).all()
    values = {
        "report": report,
        "turns": _turns(report),
        "past": past,
        "drawn": Markup(trend_line(past)) if len(past) > 1 else None,  # noqa: S704 - shapes and numbers of ours
        "most": max(one.stuck for one in past),
        "rows": [(row.invoice_id, row.code, row.total, _known(row.code).turn.words) for row in rows[:SHOWN]],
        "codes": sorted(code for code in report.by_diagnosis if _known(code).turn is not ActionOwner.NOBODY),
        "asked": asked,
        "first": after is not None,
        "last": rows[SHOWN - 1].invoice_id if len(rows) > SHOWN else None,
    }
    return Page("stuck.html", "Stuck invoices", values)


def _turns(report: FinishedReport) -> list[tuple[ActionOwner, Tally, list[Share]]]:
    """Return the diagnoses by whose turn it is, the most urgent first, each turn with its sum."""
    stuck = [tally.amount for code, tally in report.by_diagnosis.items() if _known(code).turn is not ActionOwner.NOBODY]
    largest = max(stuck, default=Decimal(0)) or Decimal(1)
    by_turn: dict[ActionOwner, list[Share]] = defaultdict(list)
    for code, tally in sorted(report.by_diagnosis.items(), key=lambda one: -one[1].amount):
        known = _known(code)
        by_turn[known.turn].append(Share(code, known, tally, min(1000, max(4, int(1000 * tally.amount / largest)))))
    return [
        (
            turn,
            Tally(sum(one.tally.count for one in shares), sum((one.tally.amount for one in shares), Decimal(0))),
            shares,
        )
        for turn, shares in sorted(by_turn.items())
    ]


def _known(code: str) -> Diagnosis:
    return DIAGNOSES.get(code, UNKNOWN)
