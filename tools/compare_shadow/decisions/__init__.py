"""Which differences a line of docs/decisions explains: only where its predicate says so, and nothing by its words.

A decision is here if it speaks of rows, and a scenario of the tests shows its difference; its id stands before its
line. Some rest on evidence beside the difference itself: what our books know about the inputs (evidence.py).
"""

from tools.compare_shadow.decisions import feedback, settlements, slips, statements
from tools.compare_shadow.decisions.reading import ShadowDecision
from tools.compare_shadow.evidence import Evidence
from tools.compare_shadow.merging import ShadowDifference

PAGES = {
    "pad-reconcile.md": settlements.DECISIONS,
    "ejv-feedback-check.md": feedback.DECISIONS,
    "routing-slip-recreate.md": slips.DECISIONS,
    "generate-statements.md": statements.DECISIONS,
}
DECISIONS: dict[str, ShadowDecision] = {one.id: one for page in PAGES.values() for one in page}
WHOLE = tuple(id_ for id_, one in DECISIONS.items() if one.is_whole)
PAGE_OF = {one.id: page for page, decisions in PAGES.items() for one in decisions}


def decision_for(difference: ShadowDifference, evidence: Evidence) -> str | None:
    """Return the id of the decision that explains a difference, None where none does."""
    return next(
        (
            id_
            for id_, one in DECISIONS.items()
            if one.explains(difference)
            and (not one.on_evidence or evidence.speaks_of(id_, difference, whole=one.is_whole))
        ),
        None,
    )
