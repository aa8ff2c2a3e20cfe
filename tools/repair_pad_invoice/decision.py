"""Decide from the diagnosis of a CFS number what repair does; nothing is read or written.

The diagnosis is that of STALE_INVOICE_REPORT. Only P13, a row that was not applied, can be repaired here.
"""

from dataclasses import dataclass
from enum import StrEnum

from database.pay.states import FINAL
from diagnosis.catalogue import ActionOwner
from diagnosis.evidence_in_words import evidence_in_words
from diagnosis.next_command import advice_in_words
from tools.repair_pad_invoice.cases import RepairCase, SettlementRowOutcome

_SETTLES = frozenset({"SETTLE_PAD", "SETTLE_CREDIT"})


class CaseAction(StrEnum):
    """What repair does with a case."""

    APPLY = "apply the row"
    NOTHING = "nothing to do"
    WAIT = "wait"
    ATTENTION = "needs attention"


@dataclass(frozen=True)
class CaseDecision:
    """What is done, and why in words."""

    action: CaseAction
    why: str


def decide(case: RepairCase) -> CaseDecision:
    """Return what to do with a case."""
    invoice = case.invoice
    if invoice.status == "PAID":
        paid = f" since {invoice.payment_date:%Y-%m-%d}" if invoice.payment_date else ""
        return CaseDecision(CaseAction.NOTHING, f"it is PAID{paid}")
    if invoice.status in FINAL:
        return CaseDecision(CaseAction.NOTHING, f"{invoice.status} is final and is not moved back to PAID")
    if case.diagnosed is None:
        return CaseDecision(
            CaseAction.ATTENTION, f"a PAD invoice is not expected to be {invoice.status}; see explain invoice"
        )
    diagnosis = case.diagnosed.diagnosis
    if invoice.site is None and diagnosis.weak and not invoice.was_never_sent:
        return CaseDecision(CaseAction.ATTENTION, "CFS was not asked: the CFS profile of the account is not complete")
    if diagnosis.turn is ActionOwner.NOBODY:
        return CaseDecision(CaseAction.WAIT, advice_in_words(*case.diagnosed))
    if diagnosis.code == "P13":
        return _unapplied_row(case)
    problem = f" Not all stored settlement files could be searched: {case.files_problem}." if case.files_problem else ""
    return CaseDecision(
        CaseAction.ATTENTION, f"{advice_in_words(*case.diagnosed)}{problem if diagnosis.code == 'P14' else ''}"
    )


def _unapplied_row(case: RepairCase) -> CaseDecision:
    """P13: CFS has its money, and its row was in a file that is processed."""
    rejected = [row for row in case.rows if row.outcome == "rejected"]
    unusable = [row for row in rejected if row.kind not in _SETTLES]
    if any(row.kind == "BOUNCE" for row in unusable):
        return CaseDecision(
            CaseAction.ATTENTION,
            f"CFS has its money, but a rejected row says that the payment bounced: {_listed(unusable)}. Applying it "
            "would freeze the account; ask CAS which is right",
        )
    if unusable:
        why = f"CFS has its money, but a rejected row cannot be applied as it is: {_listed(unusable)}; ask CAS for a "
        return CaseDecision(CaseAction.ATTENTION, f"{why}new file")
    if rejected:
        return CaseDecision(CaseAction.APPLY, f"CFS has its money; the row was rejected: {_listed(rejected)}")
    assert case.diagnosed is not None
    why = f"CFS has its money, and no row of its number was rejected: {evidence_in_words(case.diagnosed.evidence)}"
    return CaseDecision(CaseAction.ATTENTION, f"{why}; see explain invoice for what is missing")


def _listed(rows: list[SettlementRowOutcome]) -> str:
    return "; ".join(map(str, rows))
