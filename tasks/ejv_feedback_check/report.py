"""What became of a batch of feedback, in words for people, and the event that follows from a reversal."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from connectors.outbox import NewMessage
from connectors.payment_events import PaymentStatus, payment_event
from jobs.run.outcome import Outcome, Reject, Table
from tasks.ejv_feedback_check.apply_batch import Applied, Told

_RULES = {
    "unknown_journal": "the journal is not of this batch in ejv_headers",
    "no_journal_header": "the file has no JH line for the journal",
    "unknown_link": "the journal has no link to it in ejv_links",
    "unknown_invoice": "there is no such invoice",
    "unknown_disbursement": "there is no such partner disbursement",
    "unknown_item": "there is no such routing slip, refund or link",
    "no_item_header": "the item has no IH line",
    "not_uploaded": "the routing slip does not wait for an answer",
    "refused_after_acceptance": "CGI refuses now what it accepted before; nothing was changed. Ask CAS which holds",
    "accepted_after_refusal": (
        "CGI accepts now what was refused or voided before; nothing was changed. It may be in a newer batch too: "
        "look for a double charge"
    ),
    "incomplete": "its readable lines do not add up to the amount of ours; nothing was changed",
}


def outcome_of(applied: Applied, told: Told) -> Outcome:
    """Give counts, a table of what happened, and what a person must look at."""
    outcome = Outcome()
    outcome.counts.update({f"lines_{name}": number for name, number in sorted(applied.lines.items())})
    outcome.counts["lines_read"] = sum(applied.lines.values())
    outcome.counts.update({f"items_{what}": number for what, number, _ in applied.effects})
    where = f"{told.file_name} batch {told.number}"
    if applied.effects:
        outcome.tables.append(Table(f"{where} ({applied.file_type})", ("what", "items", "amount"), applied.effects))
    if applied.refusal:
        outcome.rejects.append(
            Reject(
                f"{where} line {told.first_line + 1}",
                "CGI refused the whole batch",
                f"{applied.refusal}. What it holds was set free for the next batch; find the cause before it runs",
            )
        )
    outcome.rejects += [_of_thing(row, where, applied) for row in applied.looked_at]
    outcome.rejects += [
        Reject(
            f"{where} journal {row.journal}", "not answered", f"the file has no line for {row.link_type} {row.link_id}"
        )
        for row in applied.unanswered
    ]
    if applied.unanswered and applied.unanswered[0].number > len(applied.unanswered):
        outcome.notes.append(f"{where}: {applied.unanswered[0].number} links in all are not answered.")
    if applied.stopped:
        codes = ", ".join(map(str, sorted(applied.stopped)))
        outcome.notes.append(
            f"{where}: journals are stopped on distribution code {codes}. Once the ministry confirmed the GL and it is "
            f'corrected: EJV_FEEDBACK_CHECK --unstop {min(applied.stopped)} --reason "..."'
        )
    return outcome


def reversal_events(applied: Applied, told: Told, *, with_dates: bool) -> Iterator[NewMessage]:
    """Return the event of each invoice that was refunded now, where its product hears of refunds."""
    for invoice in applied.reversed:
        event = payment_event(
            invoice,
            PaymentStatus.REVERSED,
            with_dates=with_dates,
            idempotency_key=f"reversed:{invoice.invoice_id}:{told.number}",
        )
        if event is not None:
            yield event


def _of_thing(row: Row[Any], where: str, applied: Applied) -> Reject:
    journal = f" journal {row.journal}" if row.journal is not None else ""
    line = f" line {row.at_line}" if row.at_line is not None else ""
    what = f"invoice {row.subject}" if row.subject == str(row.invoice_id) else row.subject or f"link {row.link_id}"
    place = f"{where}{journal}{line}"
    if row.outcome == "rejected":
        return Reject(place, row.rule.replace("_", " "), f"{what}, {row.amount} CAD: {_RULES[row.rule]}")
    if row.rule == "settled_before":
        return Reject(
            place,
            "moved a second time",
            f"{what}, {row.amount} CAD: it was {row.status_before} before this answer came, by another batch or by "
            "hand. Compare the batches it was in, and have one of them paid back",
        )
    if not row.is_accepted:
        return Reject(place, "refused by CGI", f"{what}, {row.amount} CAD: {row.message}")
    if row.effect == "charged":
        return Reject(
            place,
            "charged though given up",
            f"{what}, {row.amount} CAD: the invoice is {row.status_before}; receipt and payment were written, its "
            "status stays. It has to be paid back",
        )
    return Reject(
        place, "another amount", f"{what}: {row.amount} CAD accepted, {row.expected} CAD is what our tables say"
    )
