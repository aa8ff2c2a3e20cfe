"""What a delivery of the outbox did, as a run tells it."""

from config.command_line import typed
from connectors.outbox import DeliveryReport
from jobs.run.outcome import Outcome, Reject


def outcome_of(report: DeliveryReport, *, last: bool) -> Outcome:
    """Return a report in the words and counts of a run; what still waits is said at the end."""
    outcome = Outcome()
    counts = {"delivered": report.delivered, "failed": report.failed, "dead": report.dead}
    for name, number in (counts | ({"waiting": report.waiting} if last else {})).items():
        if number:
            outcome.counts[f"outbox_{name}"] = number
    outcome.rejects += [
        Reject(f"outbox {letter.id}", letter.error, f"{letter.channel} {letter.kind}", typed("outbox show", letter.id))
        for letter in report.dead_letters
    ]
    outcome.rejects += [
        Reject(f"outbox {message}", words, "delivered", typed("outbox show", message))
        for message, words in report.attention
    ]
    outcome.rejects += [Reject("outbox", refusal, "the messages wait", typed("doctor")) for refusal in report.refusals]
    if last and report.waiting:
        away = f" ({', '.join(report.away)} cannot be reached)" if report.away else ""
        outcome.notes.append(
            f"{waiting_in_words(report)} in the outbox{away}; the next runs deliver what waits. `outbox list` shows it."
        )
    if not last and report.earlier_dead:
        messages = "1 message" if report.earlier_dead == 1 else f"{report.earlier_dead:,} messages"
        outcome.notes.append(
            f"Given up by earlier runs: {messages}. `outbox list --state dead` shows why; retry or drop each."
        )
    return outcome


def waiting_in_words(report: DeliveryReport) -> str:
    """Return how many messages are still to be delivered."""
    return "1 message waits" if report.waiting == 1 else f"{report.waiting:,} messages wait"
