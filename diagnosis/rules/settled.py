"""Rules for what CFS collects and the settlement file brings back, shared by PAD and online banking (section 5.1)."""

from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import Evidence
from diagnosis.rules.rule import Condition, Rule, Rules, is_learned, is_paid


def sent(condition: Condition) -> Condition:
    """Return a condition that also asks for an active reference."""
    return lambda e, when: e.invoice.active_number is not None and condition(e, when)


def _waits_in_a_file(e: Evidence, _when: Cutoffs) -> bool:
    return e.settlement.waiting_file is not None


def _waits_in_a_part_of_a_file(e: Evidence, _when: Cutoffs) -> bool:
    return e.settlement.waiting_is_cut_off


def _was_in_a_file(e: Evidence, _when: Cutoffs) -> bool:
    trace = e.settlement
    has_row = trace.file is not None and (trace.bounce is None or has_failed_row(e))  # a bounce has a row of its own
    return has_row or trace.payment == "COMPLETED"


def has_failed_row(e: Evidence) -> bool:
    """Return whether a settlement row of its number was rejected."""
    return e.settlement.outcome == "rejected"


PAID_IN_CFS: Rules = (
    Rule("P12C", sent(lambda e, when: is_paid(e) and _waits_in_a_part_of_a_file(e, when))),
    Rule("P12", sent(lambda e, when: is_paid(e) and _waits_in_a_file(e, when))),
    Rule("P13", sent(lambda e, when: is_paid(e) and _was_in_a_file(e, when))),
    Rule("P14", sent(lambda e, _when: is_paid(e))),
)
# Without an answer of CFS: a file that waits and a row that was rejected speak for themselves.
UNLEARNED_FILES: Rules = (
    Rule("P12C", sent(lambda e, when: not is_learned(e) and _waits_in_a_part_of_a_file(e, when))),
    Rule("P12", sent(lambda e, when: not is_learned(e) and _waits_in_a_file(e, when))),
    Rule("P13", sent(lambda e, _when: not is_learned(e) and has_failed_row(e))),
)
REPLACED_OR_HALF_APPLIED: Rules = (
    Rule("P15", lambda e, _when: e.invoice.bundle_number is not None),
    Rule("P16", lambda e, _when: e.invoice.completed_number is not None and e.invoice.active_number is None),
)
