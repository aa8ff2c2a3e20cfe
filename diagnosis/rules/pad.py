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


def _profile_is(*statuses: str | None) -> Condition:
    return lambda e, _when: e.invoice.profile_status in statuses


def _is_confirmed_late(e: Evidence, when: Cutoffs) -> bool:
    return e.invoice.pad_activation is not None and e.invoice.pad_activation < when.today


def _is_young(e: Evidence, when: Cutoffs) -> bool:
    return e.invoice.active_on is not None and e.invoice.active_on > when.settled_day


# An invoice without any reference has an end of its own; any other has none of these.
PAD_UNSENT: Rules = (
    Rule("P1", _profile_is("FREEZE")),
    Rule("P2", _profile_is("PENDING", None)),
    Rule("P3L", lambda e, when: e.invoice.profile_status == _CONFIRMING and _is_confirmed_late(e, when)),
    Rule("P3", _profile_is(_CONFIRMING)),
    Rule("P4", lambda e, when: e.invoice.profile_status == "INACTIVE" and e.invoice.created_at < when.one_day_before),
    Rule("P5", lambda e, _when: has_right_total(e)),
    Rule("P6", lambda e, _when: is_in_cfs(e)),
    Rule("P0", lambda e, when: e.invoice.created_at >= when.two_days_before),
    Rule("P7", lambda e, _when: is_missing(e)),
    Rule("P5-P7?", lambda _e, _when: True),
)

PAD_APPROVED: Rules = (
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
