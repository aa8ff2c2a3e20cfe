"""PAD: what CFS collects and the settlement file brings back (section 5.1).

P0 stands before P7, which would blame CREATE_INVOICES before its first evening. A bounced invoice that CFS says is paid
is not waiting for the customer (PN).
"""

from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import Evidence
from diagnosis.rules.rule import (
    Condition,
    Rule,
    Rules,
    has_right_total,
    is_in_cfs,
    is_learned,
    is_missing,
    is_owing,
    is_paid,
    is_whole,
)
from diagnosis.rules.settled import PAID_IN_CFS, REPLACED_OR_HALF_APPLIED, UNLEARNED_FILES, sent

_CONFIRMING = "PENDING_PAD_ACTIVATION"


def _unsent_with(*profiles: str | None) -> Condition:
    return lambda e, _when: e.invoice.was_never_sent and e.invoice.profile_status in profiles


def _unsent(condition: Condition) -> Condition:
    return lambda e, when: e.invoice.was_never_sent and condition(e, when)


def _is_confirmed_late(e: Evidence, when: Cutoffs) -> bool:
    return e.invoice.pad_activation is not None and e.invoice.pad_activation < when.today


def _is_young(e: Evidence, when: Cutoffs) -> bool:
    return e.invoice.active_on is not None and e.invoice.active_on > when.settled_day


PAD_APPROVED: Rules = (
    Rule("P1", _unsent_with("FREEZE")),
    Rule("P2", _unsent_with("PENDING", None)),
    Rule("P3L", lambda e, when: _unsent_with(_CONFIRMING)(e, when) and _is_confirmed_late(e, when)),
    Rule("P3", _unsent_with(_CONFIRMING)),
    Rule("P4", lambda e, when: _unsent_with("INACTIVE")(e, when) and e.invoice.created_at < when.one_day_before),
    Rule("P5", _unsent(lambda e, _when: has_right_total(e))),
    Rule("P6", _unsent(lambda e, _when: is_in_cfs(e))),
    Rule("P0", _unsent(lambda e, when: e.invoice.created_at >= when.two_days_before)),
    Rule("P7", _unsent(lambda e, _when: is_missing(e))),
    Rule("P5-P7?", _unsent(lambda _e, _when: True)),
    Rule("P8", sent(lambda e, _when: is_missing(e))),
    Rule("P9", sent(lambda e, when: is_whole(e) and _is_young(e, when))),
    Rule("P10", sent(lambda e, _when: is_whole(e) and is_owing(e))),
    Rule("P11", sent(lambda e, _when: is_owing(e))),
    *PAID_IN_CFS,
    *UNLEARNED_FILES,
    Rule("P9", sent(_is_young)),
    Rule("P10-P14?", sent(lambda _e, _when: True)),
    *REPLACED_OR_HALF_APPLIED,
)

PAD_BOUNCED: Rules = (
    Rule("PN", lambda e, _when: e.settlement.bounce is not None and not is_paid(e)),
    *PAID_IN_CFS,
    *UNLEARNED_FILES,
    Rule("P10-P14?", sent(lambda e, _when: not is_learned(e))),
    *REPLACED_OR_HALF_APPLIED,
)
