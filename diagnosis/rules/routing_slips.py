"""Routing slips: invoices that are paid from a deposit at the counter (section 5.3).

R3 to R5 need CFS; where it said nothing, a correction under way (R6) is still told from the rest.
"""

from diagnosis.evidence import Evidence
from diagnosis.rules.rule import Rule, Rules, is_in_cfs, is_learned, is_missing, is_owing, is_paid


def _slip_is(e: Evidence, *statuses: str) -> bool:
    return e.slip is not None and e.slip.status in statuses


def _profile_is(e: Evidence, *statuses: str | None) -> bool:
    return e.slip is not None and e.slip.profile_status in statuses


def _money_is_left(e: Evidence) -> bool:
    return e.slip is not None and e.slip.unapplied is not None and e.slip.unapplied > 0


def _nothing_is_left(e: Evidence) -> bool:
    return e.slip is not None and e.slip.unapplied is not None and e.slip.unapplied <= 0


def _is_unknown(e: Evidence) -> bool:
    return e.invoice.slip_number is not None and e.slip is None


SLIP_APPROVED: Rules = (
    Rule("R1", lambda e, _when: _profile_is(e, "PENDING", None)),
    Rule("R2", lambda e, _when: _profile_is(e, "INACTIVE")),
    Rule("R3", lambda e, _when: is_in_cfs(e) and is_owing(e) and _money_is_left(e)),
    Rule("R4", lambda e, _when: is_in_cfs(e) and is_owing(e) and _nothing_is_left(e)),
    Rule("R5", lambda e, _when: is_paid(e)),
    Rule("R6", lambda e, _when: _slip_is(e, "CORRECTION")),
    Rule("R7", lambda e, _when: _is_unknown(e)),
    Rule("R8", lambda e, _when: e.slip is not None and is_missing(e)),
    Rule("R3-R5?", lambda e, _when: e.slip is not None and (not is_learned(e) or e.slip.unapplied is None)),
)

SLIP_CREATED: Rules = (
    Rule("RN", lambda e, _when: _slip_is(e, "NSF", "VOID")),
    Rule("RH", lambda e, _when: _slip_is(e, "ACTIVE", "COMPLETE")),
    Rule("R6", lambda e, _when: _slip_is(e, "CORRECTION")),
    Rule("R7", lambda e, _when: _is_unknown(e)),
)
