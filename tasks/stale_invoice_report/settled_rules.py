"""PAD and online banking: what CFS collects and the settlement file brings back (sections 5.1 and 5.5)."""

from tasks.stale_invoice_report.cutoffs import Moments
from tasks.stale_invoice_report.evidence import Evidence
from tasks.stale_invoice_report.rule import (
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

_CONFIRMING = "PENDING_PAD_ACTIVATION"


def _unsent_with(*profiles: str | None) -> Condition:
    return lambda e, _when: e.invoice.was_never_sent and e.invoice.profile_status in profiles


def _unsent(condition: Condition) -> Condition:
    return lambda e, when: e.invoice.was_never_sent and condition(e, when)


def _sent(condition: Condition) -> Condition:
    return lambda e, when: e.invoice.active_number is not None and condition(e, when)


def _is_confirmed_late(e: Evidence, when: Moments) -> bool:
    return e.invoice.pad_activation is not None and e.invoice.pad_activation < when.today


def _is_young(e: Evidence, when: Moments) -> bool:
    return e.invoice.active_on is not None and e.invoice.active_on > when.settled_day


def _waits_in_a_file(e: Evidence, _when: Moments) -> bool:
    return e.settlement.waiting_file is not None


def _was_in_a_file(e: Evidence, _when: Moments) -> bool:
    return e.settlement.file is not None or e.settlement.payment == "COMPLETED"


def _has_failed_row(e: Evidence) -> bool:
    return e.settlement.outcome == "rejected"


PAID_IN_CFS: Rules = (
    Rule("P12", _sent(lambda e, when: is_paid(e) and _waits_in_a_file(e, when))),
    Rule("P13", _sent(lambda e, when: is_paid(e) and _was_in_a_file(e, when))),
    Rule("P14", _sent(lambda e, _when: is_paid(e))),
)
# Without an answer of CFS: a file that waits and a row that was rejected speak for themselves.
UNLEARNED_FILES: Rules = (
    Rule("P12", _sent(lambda e, when: not is_learned(e) and _waits_in_a_file(e, when))),
    Rule("P13", _sent(lambda e, _when: not is_learned(e) and _has_failed_row(e))),
)
END_OF_PAD: Rules = (
    Rule("P15", lambda e, _when: e.invoice.bundle_number is not None),
    Rule("P16", lambda e, _when: e.invoice.completed_number is not None and e.invoice.active_number is None),
)

PAD_APPROVED: Rules = (
    Rule("P1", _unsent_with("FREEZE")),
    Rule("P2", _unsent_with("PENDING", None)),
    Rule("P3L", lambda e, when: _unsent_with(_CONFIRMING)(e, when) and _is_confirmed_late(e, when)),
    Rule("P3", _unsent_with(_CONFIRMING)),
    Rule("P4", _unsent_with("INACTIVE")),
    Rule("P5", _unsent(lambda e, _when: has_right_total(e))),
    Rule("P6", _unsent(lambda e, _when: is_in_cfs(e))),
    Rule("P7", _unsent(lambda e, _when: is_missing(e))),
    Rule("P5-P7?", _unsent(lambda _e, _when: True)),
    Rule("P8", _sent(lambda e, _when: is_missing(e))),
    Rule("P9", _sent(lambda e, when: is_whole(e) and _is_young(e, when))),
    Rule("P10", _sent(lambda e, _when: is_whole(e) and is_owing(e))),
    Rule("P11", _sent(lambda e, _when: is_owing(e))),
    *PAID_IN_CFS,
    *UNLEARNED_FILES,
    Rule("P9", _sent(_is_young)),
    Rule("P10-P14?", _sent(lambda _e, _when: True)),
    *END_OF_PAD,
)

PAD_BOUNCED: Rules = (
    Rule("PN", lambda e, _when: e.settlement.bounce is not None),
    *PAID_IN_CFS,
    *UNLEARNED_FILES,
    Rule("P10-P14?", _sent(lambda e, _when: not is_learned(e))),
    *END_OF_PAD,
)

BANK_CREATED: Rules = (
    Rule("O1", lambda e, _when: not e.invoice.takes_bank),
    Rule("P16", lambda e, _when: e.invoice.completed_number is not None),
    Rule("O2", lambda e, _when: e.invoice.active_number is None and is_in_cfs(e)),
    Rule("O5", lambda e, _when: e.invoice.active_number is None and is_missing(e)),
    Rule("O2-O5?", lambda e, _when: e.invoice.active_number is None),
)

BANK_SENT: Rules = (
    *PAID_IN_CFS,
    Rule("P8", _sent(lambda e, _when: is_missing(e))),
    Rule("O4", _sent(lambda e, when: is_owing(e) and e.invoice.created_at >= when.census_before)),
    Rule("O3", _sent(lambda e, _when: is_owing(e))),
    *UNLEARNED_FILES,
    Rule("O3-P14?", _sent(lambda _e, _when: True)),
    *END_OF_PAD,
)
