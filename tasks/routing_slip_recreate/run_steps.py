"""Run the steps of one operation in order: look, and only what is not true yet is written down, sent and noted.

Killed at any point, the next run looks again at every step and goes on at the first that is not true
(docs/specs/routing-slips.md section 4). An answer that was lost is looked up before anything else is sent. Directly
before a step leaves, its journal is asked whether it is still this run's (connectors/effects).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.cfs import CfsOutcomeUnknown, CfsRejected
from connectors.effects import Observation, change, checked_by
from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.journal import OperationJournal
from tasks.routing_slip_recreate.steps.base import CfsStep, Json, StateConflict


@dataclass
class StepCounts:
    """How many steps were sent, and how many were true already."""

    sent: int = 0
    already_true: int = 0


def run_steps(
    steps: Sequence[CfsStep], view: CfsView, journal: OperationJournal, safe_point: Callable[[str], None]
) -> StepCounts:
    """Make every step true.

    safe_point  called with a name wherever the process may stop; raises to stop there
    Raises StateConflict where it needs attention, CfsUnavailable where the next run continues.
    """
    count = StepCounts()
    for number, step in enumerate(steps, start=1):
        name = f"{number} {step.kind}"
        safe_point(f"before {name}")
        seen = step.look(view)
        if seen.true:
            journal.mark(number, step, seen)
            count.already_true += 1
            continue
        assert step.send is not None, "a check is true, or it raises StateConflict"
        journal.intend(number, step, seen)
        safe_point(f"intended {name}")
        _send(step, step.send, view, journal)
        safe_point(f"answered {name}")
        count.sent += 1
    return count


def _send(step: CfsStep, send: Callable[[CfsView], Json], view: CfsView, journal: OperationJournal) -> None:
    def seen() -> Observation[str]:
        view.forget_old(*step.touches)
        found = step.look(view)
        return Observation(found.true, found.found, view.since(*step.touches))

    def send_now(_found: str) -> Json:
        view.begin()
        return send(view)

    try:
        with checked_by(journal.still_intended):
            observed, answer = change(seen, send_now, late=lambda _answer: _told_late(step, view))
    except CfsOutcomeUnknown as lost:
        journal.answer(step, "lost", {"error": str(lost)})
        view.forget(*step.touches)
        after = step.look(view)
        if not after.true:
            # CFS may still be at it: the next run looks again before it sends anything.
            raise
        journal.answer(step, "done", {"looked_up": after.found})
    except CfsRejected as refusal:
        view.forget(*step.touches)
        after = step.look(view)
        if not after.true:
            journal.answer(step, "refused", {"reason": refusal.reason, "found": after.found})
            raise StateConflict(
                cfs=f"no to '{step.kind} {step.subject}': {refusal.reason}; it has {after.found}",
                ours=f"'{step.kind} {step.subject}' is to be done",
                repair="remove what CFS gives as its reason",
            ) from refusal
        journal.answer(step, "done", {"looked_up": after.found, "refusal": refusal.reason})
    else:
        journal.answer(step, "done", {"looked_up": observed.found} if answer is None else answer)


def _told_late(step: CfsStep, view: CfsView) -> str:
    """Return what CFS has after a step that was sent without its claim, where that differs from one sending."""
    view.forget(*step.touches)
    try:
        step.look(view)
    except StateConflict as undecided:
        return f"It was '{step.kind} {step.subject}'. CFS says: {undecided.cfs}. We say: {undecided.ours}."
    return ""
