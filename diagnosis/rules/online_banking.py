"""Online banking: what customers pay at their bank and the settlement file brings back (section 5.5)."""

from diagnosis.rules.rule import Rule, Rules, is_in_cfs, is_missing, is_owing
from diagnosis.rules.settled import PAID_IN_CFS, REPLACED_OR_HALF_APPLIED, UNLEARNED_FILES, sent

BANK_CREATED: Rules = (
    Rule("O1", lambda e, _when: not e.invoice.takes_bank),
    Rule("P16", lambda e, _when: e.invoice.completed_number is not None),
    Rule("O2", lambda e, _when: e.invoice.active_number is None and is_in_cfs(e)),
    Rule("O5", lambda e, _when: e.invoice.active_number is None and is_missing(e)),
    Rule("O2-O5?", lambda e, _when: e.invoice.active_number is None),
)

BANK_SENT: Rules = (
    *PAID_IN_CFS,
    Rule("P8", sent(lambda e, _when: is_missing(e))),
    Rule("O4", sent(lambda e, when: is_owing(e) and e.invoice.created_at >= when.census_before)),
    Rule("O3", sent(lambda e, _when: is_owing(e))),
    *UNLEARNED_FILES,
    Rule("O3-P14?", sent(lambda _e, _when: True)),
    *REPLACED_OR_HALF_APPLIED,
)
