"""EFT: the customer has months to pay; what is stuck is what was paid and not taken in (section 5.4).

F4 stands before F1, which would hide it: an invoice that CFS never got is not in order because nobody paid it yet.
"""

from datetime import datetime

from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import Evidence
from diagnosis.rules.rule import Rule, Rules


def _pending_since(e: Evidence) -> datetime | None:
    return e.eft.pending_since if e.eft is not None else None


def _is_left_pending(e: Evidence, when: Cutoffs) -> bool:
    since = _pending_since(e)
    return since is not None and since < when.one_day_before


def _is_applied(e: Evidence, _when: Cutoffs) -> bool:
    return e.eft is not None and e.eft.is_completed and e.eft.pending_since is None


def _was_not_sent(e: Evidence, when: Cutoffs) -> bool:
    had = e.invoice.active_number or e.invoice.bundle_number or e.invoice.completed_number
    return not had and e.invoice.created_at < when.one_day_before


def _is_overdue(e: Evidence, when: Cutoffs) -> bool:
    return e.invoice.overdue_at is not None and e.invoice.overdue_at < when.now


def _goes_on(e: Evidence, when: Cutoffs) -> bool:
    return _pending_since(e) is not None or (e.invoice.status == "APPROVED" and not _is_overdue(e, when))


EFT: Rules = (
    Rule("F2", _is_left_pending),
    Rule("F3", _is_applied),
    Rule("F4", _was_not_sent),
    Rule("F5", lambda e, when: _pending_since(e) is None and e.invoice.status == "APPROVED" and _is_overdue(e, when)),
    Rule("F1", _goes_on),
)
