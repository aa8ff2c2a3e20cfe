"""What needs attention about one thing that a batch of feedback is about, in words."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from jobs.run.outcome import Reject

_RULES = {
    "unknown_journal": "the journal is not of this batch in ejv_headers",
    "no_journal_header": "the file has no JH line for the journal",
    "unknown_link": "the journal has no link to it in ejv_links",
    "unknown_invoice": "there is no such invoice",
    "unknown_disbursement": "there is no such partner disbursement",
    "unknown_item": "there is no such routing slip, refund or link",
    "no_item_header": "the item has no IH line",
    "not_uploaded": "the routing slip does not wait for an answer",
    "refused_after_acceptance": "CGI refuses now what it accepted before; nothing was changed. Ask CAS which is right",
    "accepted_after_refusal": (
        "CGI accepts now what was refused or voided before; nothing was changed. It may be in a newer batch too: "
        "look for a double charge"
    ),
    "incomplete": "its readable lines do not add up to our amount; nothing was changed",
}
_TWICE = {
    "paid": (
        "it was {before} before this charge was accepted, with {earlier} CAD on other receipts, so it was taken a "
        "second time. Have one of the two paid back"
    ),
    "charged": (
        "it was {before} and had been paid before this charge was accepted, so it was taken a second time. A refund "
        "that was asked for is not this one: have the charge paid back"
    ),
    "refunded": (
        "it was REFUNDED before this reversal was accepted, so it was paid back a second time. Ask the ministry for "
        "one of the two"
    ),
    "partially_refunded": (
        "it was {before} before this answer came, so it was paid back a second time. Ask the ministry for one of "
        "the two"
    ),
}
_MOVED_TWICE = (
    "it was {before} before this answer came, by another batch or by hand. Compare the batches it was in, and have one "
    "of them paid back"
)
_BOOKED = {
    "overpaid": (
        "taken a second time",
        "{earlier} CAD had been received for it before, and the charge was booked beside it. Have the excess paid back",
    ),
    "never_charged": (
        "paid back though never taken",
        "its charge was refused, yet its reversal was accepted. It is REFUNDED; ask the ministry for the money",
    ),
    "other_direction": (
        "moved the other way",
        "the lines move the money against the direction of our row of partner_disbursements. Ask CAS which is right",
    ),
    "still_paid": (
        "taken back from the partner though paid",
        "its disbursement was reversed, and the invoice is PAID. Find out who asked for it, and pay the partner again",
    ),
    "given_up": (
        "moved though given up",
        "the invoice is {invoice}, and no job takes this back. Have it corrected by hand",
    ),
    "not_uploaded": (
        "paid though not sent",
        "it was {before} before this answer came; it is booked, so that no second payment is made. Find out why",
    ),
}


def findings(row: Row[Any], where: str) -> Iterator[Reject]:
    """Return what needs attention about a row of list_to_check.sql."""
    journal = f" journal {row.journal}" if row.journal is not None else ""
    line = f" line {row.at_line}" if row.at_line is not None else ""
    place = f"{where}{journal}{line}"
    subject = f"invoice {row.subject}" if row.subject == str(row.invoice_id) else row.subject or f"link {row.link_id}"
    what = f"{subject}, {row.amount} CAD"
    if row.outcome == "rejected":
        yield Reject(place, row.rule.replace("_", " "), f"{what}: {_RULES[row.rule]}")
    elif not row.is_accepted:
        left = f". It was {row.status_before} before and stays so" if row.rule == "settled_before" else ""
        yield Reject(place, "refused by CGI", f"{what}: {row.message}{left}")
    else:
        yield from (Reject(place, reason, f"{what}: {detail}") for reason, detail in _about_accepted(row))


def _about_accepted(row: Row[Any]) -> Iterator[tuple[str, str]]:
    facts = {"before": row.status_before, "earlier": row.earlier, "invoice": row.invoice_status}
    if row.rule == "settled_before":
        yield "moved a second time", _TWICE.get(row.effect, _MOVED_TWICE).format(**facts)
    elif row.effect == "charged":
        yield (
            "charged though given up",
            f"the invoice is {row.status_before}; receipt and payment were written, its status stays. {_way_back(row)}",
        )
    elif row.effect == "returned":
        yield (
            "paid back though not asked for",
            f"the invoice is {row.status_before}; payment and link were written, its status stays. Find out who asked "
            "for it, and have the ministry pay again what it owes",
        )
    elif row.rule in _BOOKED:
        reason, detail = _BOOKED[row.rule]
        yield reason, detail.format(**facts)
    if row.is_header_refused:
        yield (
            "accepted though the batch was refused",
            "its own lines were all accepted, so it is booked as made. Ask CAS whether it went out before anything is "
            "sent again",
        )
    if row.amount != (row.expected if row.expected is not None else row.amount):
        yield "another amount", f"accepted, but our tables say {row.expected} CAD"
    if row.is_undated and row.outcome == "applied":
        yield (
            "no effective date",
            f"its date cannot be read, so {row.effective_date}, the day of this run, was taken. Ask CAS for the day",
        )


def _way_back(row: Row[Any]) -> str:
    if row.status_before == "REFUND_REQUESTED":
        return "The next payment batch pays it back"
    return "It has to be paid back"
