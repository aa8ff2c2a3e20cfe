"""Judge one invoice: the table of its payment method and status, then the first rule that holds."""

from tasks.stale_invoice_report.card_rules import CARD_ON_INVOICE, DIRECT_CREATED, DIRECT_REFUND
from tasks.stale_invoice_report.catalogue import DIAGNOSES, Diagnosis
from tasks.stale_invoice_report.cutoffs import Moments
from tasks.stale_invoice_report.eft_rules import EFT
from tasks.stale_invoice_report.ejv_rules import EJV
from tasks.stale_invoice_report.evidence import Evidence
from tasks.stale_invoice_report.rule import Rules, first_match, is_learned
from tasks.stale_invoice_report.settled_rules import BANK_CREATED, BANK_SENT, PAD_APPROVED, PAD_BOUNCED
from tasks.stale_invoice_report.slip_rules import SLIP_APPROVED, SLIP_CREATED

TABLES: dict[tuple[str, str], Rules] = {
    ("PAD", "APPROVED"): PAD_APPROVED,
    ("PAD", "SETTLEMENT_SCHED"): PAD_BOUNCED,
    ("EJV", "APPROVED"): EJV,
    ("EJV", "REFUND_REQUESTED"): EJV,
    ("EFT", "APPROVED"): EFT,
    ("EFT", "OVERDUE"): EFT,
    ("INTERNAL", "APPROVED"): SLIP_APPROVED,
    ("INTERNAL", "CREATED"): SLIP_CREATED,
    ("ONLINE_BANKING", "CREATED"): BANK_CREATED,
    ("ONLINE_BANKING", "SETTLEMENT_SCHED"): BANK_SENT,
    ("ONLINE_BANKING", "PARTIAL_PAID"): BANK_SENT,
    ("DIRECT_PAY", "CREATED"): DIRECT_CREATED,
    ("DIRECT_PAY", "REFUND_REQUESTED"): DIRECT_REFUND,
    ("CC", "CREATED"): CARD_ON_INVOICE,
}
# What rests on an answer of CFS when it has one, and is less sure without.
_LEANS_ON_CFS = frozenset({"P9", "P12", "P13"})


def diagnose(evidence: Evidence, when: Moments) -> Diagnosis:
    """Give the diagnosis of an invoice; `U` where no rule holds."""
    rules = TABLES.get((evidence.invoice.method, evidence.invoice.status), ())
    return DIAGNOSES[first_match(rules, evidence, when) or "U"]


def is_weak(diagnosis: Diagnosis, evidence: Evidence) -> bool:
    """Say whether an answer of CFS could still change the diagnosis."""
    return diagnosis.weak or (diagnosis.code in _LEANS_ON_CFS and not is_learned(evidence))
