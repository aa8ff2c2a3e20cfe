"""Diagnose one invoice: the table of its payment method and status, then the first rule that holds."""

from diagnosis.catalogue import DIAGNOSES, Diagnosis
from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import Evidence
from diagnosis.rules.cards import CARD_ON_INVOICE, DIRECT_CREATED, DIRECT_REFUND
from diagnosis.rules.eft import EFT
from diagnosis.rules.journal_vouchers import EJV
from diagnosis.rules.online_banking import BANK_CREATED, BANK_SENT
from diagnosis.rules.pad import PAD_APPROVED, PAD_BOUNCED, PAD_UNSENT
from diagnosis.rules.routing_slips import SLIP_APPROVED, SLIP_CREATED
from diagnosis.rules.rule import Rules, first_match, is_learned

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
# Instead of the above, of what has no reference at all.
_UNSENT: dict[tuple[str, str], Rules] = {("PAD", "APPROVED"): PAD_UNSENT}
# What rests on an answer of CFS when it has one, and is less sure without.
_LEANS_ON_CFS = frozenset({"P9", "P12", "P12C", "P13"})


def diagnose(evidence: Evidence, when: Cutoffs) -> Diagnosis:
    """Return the diagnosis of an invoice; `U` where no rule holds."""
    table = evidence.invoice.method, evidence.invoice.status
    rules = _UNSENT.get(table) if evidence.invoice.was_never_sent else None
    return DIAGNOSES[first_match(rules or TABLES.get(table, ()), evidence, when) or "U"]


def is_weak(diagnosis: Diagnosis, evidence: Evidence) -> bool:
    """Return whether an answer of CFS could still change the diagnosis."""
    return diagnosis.weak or (diagnosis.code in _LEANS_ON_CFS and not is_learned(evidence))
