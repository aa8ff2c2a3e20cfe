"""Run the steps of one operation in order: look, and only what is not true yet is written down, sent and noted.

Killed at any point, the next run looks again at every step and goes on at the first that is not true. An answer that
was lost is looked up before anything else is sent. Directly before a step leaves, the journal is asked whether it is
still this run's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.effects.change import change
from connectors.effects.checkpoints import checkpoint
from connectors.effects.journal import Begin, OperationJournal
from connectors.effects.last_check import ClaimLost, LateEffect, checked_by
from connectors.effects.states import EffectState
from connectors.effects.steps import AnswerLost, ChangeRefused, Json, StateConflict, Step
from database.sessions import Session


@dataclass
class StepCounts:
    """How many steps were sent, and how many were true already."""

    sent: int = 0
    already_true: int = 0


def run_operation(
    begin: Begin,
    journal: OperationJournal,
    steps: Sequence[Step],
    close: Callable[[Session], list[str]],
    *,
    before_close: Callable[[], None] = lambda: None,
    safe_point: Callable[[str], None] = checkpoint,
) -> tuple[StepCounts, list[str]]:
    """Make every step true, then write what follows from them, in the transaction that closes the operation.

    close         writes the books, and returns what needs attention all the same: the operation's `why`
    before_close  reads outside what the books are written from, or stores what is to be kept
    safe_point    called with a name wherever the process may stop; raises to stop there
    What was noted is committed also where this raises, save where the operation is no longer this run's.
    """
    try:
        counts = run_steps(steps, journal, safe_point)
        before_close()
        safe_point("before closing")
        with begin() as session:
            notes = close(session)
            journal.close(session, why="; ".join(notes) or None)
    except (ClaimLost, LateEffect):
        raise
    except Exception:
        journal.save()
        raise
    checkpoint("after closing")
    return counts, notes


def run_steps(
    steps: Sequence[Step], journal: OperationJournal, safe_point: Callable[[str], None] = checkpoint
) -> StepCounts:
    """Make every step true.

    Raises StateConflict where it needs attention, SourceUnavailable where the next run continues.
    """
    counts = StepCounts()
    for number, step in enumerate(steps, start=1):
        name = f"{number} {step.kind}"
        safe_point(f"before {name}")
        seen = step.look()
        if seen.made:
            journal.mark(number, step, seen.found)
            counts.already_true += 1
            continue
        assert step.send is not None, "a check is true, or it raises StateConflict"
        journal.intend(number, step, seen.found)
        safe_point(f"intended {name}")
        _send(step, step.send, journal)
        safe_point(f"answered {name}")
        counts.sent += 1
    return counts


def _send(step: Step, send: Callable[[], Json], journal: OperationJournal) -> None:
    def send_now(_found: str) -> Json:
        reply = send()
        journal.note_sent()
        return reply

    def late(answer: Json) -> str:
        return step.late(answer) if step.late else _told_late(step)

    try:
        with checked_by(journal.still_sent):
            made = change(step.look, send_now, late=late, good_for=step.good_for)
    except AnswerLost as lost:
        journal.answer(step, EffectState.LOST, {"error": str(lost)})
        if not step.is_findable:
            raise
        after = step.look_anew()
        if not after.made:
            # It may still be on its way: the next run looks again before it sends anything.
            raise
        journal.answer(step, EffectState.ANSWERED, {"looked_up": after.found})
    except ChangeRefused as refusal:
        if not step.is_findable:
            journal.answer(step, EffectState.REFUSED, {"reason": refusal.reason})
            raise
        after = step.look_anew()
        if not after.made:
            journal.answer(step, EffectState.REFUSED, {"reason": refusal.reason, "found": after.found})
            raise StateConflict(
                theirs=f"no to '{step.kind} {step.subject}': {refusal.reason}; it has {after.found}",
                ours=f"'{step.kind} {step.subject}' is to be done",
                repair="remove the reason for the refusal",
            ) from refusal
        journal.answer(step, EffectState.ANSWERED, {"looked_up": after.found, "refusal": refusal.reason})
    else:
        seen, reply = made
        journal.answer(step, EffectState.ANSWERED, {"looked_up": seen.found} if reply is None else reply)


def _told_late(step: Step) -> str:
    """Return what there is after a step that was sent without its claim, where that differs from one sending."""
    try:
        step.look_anew()
    except StateConflict as undecided:
        return f"It was '{step.kind} {step.subject}'. They say: {undecided.theirs}. We say: {undecided.ours}."
    return ""
