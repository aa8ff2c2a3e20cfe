"""The states of an invoice, in the sets that rules are about; a statement takes one as `<<name>>`.

Where two sets are nearly the same, the comment says what keeps them apart. Source: docs/specs/invoice-lifecycle.md.
"""

# The money went back to the customer, or is on its way.
REFUNDED = frozenset({"REFUND_REQUESTED", "REFUNDED", "CREDITED", "MANUALLY_REFUNDED"})

# Removed by its user: it has no date of its own, and only updated_on says when.
REMOVED = frozenset({"DELETED", "DELETE_ACCEPTED"})

# Taken back before it was charged.
WITHDRAWN = REMOVED | {"CANCELLED"}

# Not on a bill of BC Online: WITHDRAWN, or not sent to it yet.
UNBILLED = WITHDRAWN | {"CREATED"}

# Nothing is owed any more: money that comes for it, or a partial refund, is recorded and does not change its state.
FINAL = REFUNDED | WITHDRAWN | {"CHARGEBACK", "GL_UPDATED_REFUND"}

# A slip owes it no more; while a refund is requested the slip is still to be corrected. Slips have no states of cards.
FINAL_FOR_SLIPS = (REFUNDED - {"REFUND_REQUESTED"}) | WITHDRAWN

# Something has still to happen to it.
UNFINISHED = frozenset({"APPROVED", "CREATED", "SETTLEMENT_SCHED", "PARTIAL_PAID", "OVERDUE", "REFUND_REQUESTED"})

SETS = {
    "refunded": REFUNDED,
    "removed": REMOVED,
    "withdrawn": WITHDRAWN,
    "unbilled": UNBILLED,
    "final": FINAL,
    "final_for_slips": FINAL_FOR_SLIPS,
    "unfinished": UNFINISHED,
}


def as_sql(name: str) -> str:
    """Return a set as the list after IN: `'CANCELLED', 'DELETED'`."""
    return ", ".join(f"'{state}'" for state in sorted(SETS[name]))
