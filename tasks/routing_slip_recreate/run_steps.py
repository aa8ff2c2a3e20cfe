"""Run the steps of one operation in order: look, and only what is not true yet is written down, sent and noted.

Killed at any point, the next run looks again at every step and goes on at the first that is not true
(docs/specs/routing-slips.md section 4). An answer that was lost is looked up before anything else is sent. Directly
before a step leaves, its journal is asked whether it is still this run's (connectors/effects).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.cfs import CfsOutcomeUnknown, CfsRejected
from connectors.effects import Observation, change, checked_by
from tasks.routing_slip_recreate.cfs_view import Look
from tasks.routing_slip_recreate.journal import Journal
from tasks.routing_slip_recreate.steps.base import Json, Step, Undecided


@dataclass
class Sent:
    """How many steps were sent, and how many were true already."""

    sent: int = 0
    already_true: int = 0


def run_steps(steps: Sequence[Step], look: Look, journal: Journal, safe_point: Callable[[str], None]) -> Sent:
    """Make every step true.

    safe_point  called with a name wherever the process may stop; raises to stop there
    Raises Undecided where a person has to look, CfsUnavailable where the next run will.
    """
    count = Sent()
    for number, step in enumerate(steps, start=1):
        name = f"{number} {step.kind}"
        safe_point(f"before {name}")
        seen = step.look(look)
        if seen.true:
            journal.mark(number, step, seen)
            count.already_true += 1
            continue
        assert step.send is not None, "a check is true, or Undecided"
        journal.intend(number, step, seen)
        safe_point(f"intended {name}")
        _send(step, step.send, look, journal)
        safe_point(f"answered {name}")
        count.sent += 1
    return count


def _send(step: Step, send: Callable[[Look], Json], look: Look, journal: Journal) -> None:
    def seen() -> Observation[str]:
        look.forget_old(*step.touches)
        found = step.look(look)
        return Observation(found.true, found.found, look.since(*step.touches))

    def send_now(_found: str) -> Json:
        look.begin()
        return send(look)

    try:
        with checked_by(journal.still_intended):
            observed, answer = change(seen, send_now, late=lambda _answer: _told_late(step, look))
    except CfsOutcomeUnknown as lost:
        journal.answer(step, "lost", {"error": str(lost)})
        look.forget(*step.touches)
        after = step.look(look)
        if not after.true:
            # CFS may still be at it: the next run looks again before it sends anything.
            raise
        journal.answer(step, "done", {"looked_up": after.found})
    except CfsRejected as refusal:
        look.forget(*step.touches)
        after = step.look(look)
        if not after.true:
            journal.answer(step, "refused", {"reason": refusal.reason, "found": after.found})
            raise Undecided(
                cfs=f"no to '{step.kind} {step.subject}': {refusal.reason}; it has {after.found}",
                ours=f"'{step.kind} {step.subject}' is to be done",
                repair="remove what CFS gives as its reason",
            ) from refusal
        journal.answer(step, "done", {"looked_up": after.found, "refusal": refusal.reason})
    else:
        journal.answer(step, "done", {"looked_up": observed.found} if answer is None else answer)


def _told_late(step: Step, look: Look) -> str:
    """Say what CFS has after a step that was sent without its claim, where that is not what one sending comes to."""
    look.forget(*step.touches)
    try:
        step.look(look)
    except Undecided as undecided:
        return f"It was '{step.kind} {step.subject}'. CFS says: {undecided.cfs}. We say: {undecided.ours}."
    return ""
