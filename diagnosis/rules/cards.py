"""Card payments, direct or against a CFS invoice (section 5.5).

PayBC is not asked: what only it knows is left to the jobs that do ask it.
"""

from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import Evidence
from diagnosis.rules.rule import Rule, Rules, is_learned, is_owing, is_paid


def _was_asked_back_lately(e: Evidence, when: Cutoffs) -> bool:
    return e.card is not None and e.card.refund_asked is not None and e.card.refund_asked >= when.two_days_before


DIRECT_CREATED: Rules = (
    Rule("D1", lambda e, _when: e.card is not None and e.card.receipt is not None),
    Rule("D2", lambda _e, _when: True),
)

DIRECT_REFUND: Rules = (
    Rule("D3", lambda e, _when: e.card is not None and bool(e.card.refund_error)),
    Rule("D5", _was_asked_back_lately),
    Rule("D4", lambda _e, _when: True),
)

CARD_ON_INVOICE: Rules = (
    Rule("C1", lambda e, _when: is_paid(e)),
    Rule("C2", lambda e, _when: is_owing(e)),
    Rule("C1-C2?", lambda e, _when: e.cfs_number is not None and not is_learned(e)),
)
