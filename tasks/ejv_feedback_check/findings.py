"""What needs attention about one thing that a batch of feedback is about, in words."""

from collections.abc import Iterable, Iterator

from config.command_line import typed
from jobs.run.outcome import Reject
from tasks.ejv_feedback_check.batch_result import ItemToCheck

_BY_HAND = (
    "stays REFUND_PROCESSING: a part of its invoice was paid back, and EJV_PAYMENT would send that again with it. The "
    "pay team has this part paid back by hand, and makes it REFUND_PROCESSED"
)
_CHEQUE = ". A cheque went out: have AP stop it, or correct the slip by hand"
_CLOSED_PERIOD = "0703"
_SIDES = {"C": "credit", "D": "debit"}
_CREDIT_FIRST = {"paid", "charged", "disbursed"}
_RULES = {
    "unknown_journal": "the journal is not of this batch in ejv_headers",
    "no_journal_header": "the file has no JH line for the journal",
    "unknown_link": "the journal has no link to it in ejv_links",
    "unknown_invoice": "there is no such invoice",
    "other_invoice": "what it names is of another invoice; nothing was changed. Ask CAS which is meant",
    "unknown_disbursement": "there is no such partner disbursement",
    "unknown_item": "there is no such routing slip, refund or link",
    "no_item_header": "the item has no IH line",
    "not_uploaded": "the slip is {before}, expected REFUND_UPLOADED; nothing was changed",
    "refused_after_acceptance": "CGI refuses now what it accepted before; nothing was changed. Ask CAS which is right",
    "accepted_after_refusal": (
        "CGI accepts now what was refused or voided before; nothing was changed. It may be in a newer batch too: "
        "look for a double charge"
    ),
    "paid_in_part": f"it was refused or voided before, and {_BY_HAND}",
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
_LEFT = {
    "settled_before": ". It was {before} before and stays so",
    "in_newer_batch": ". A newer batch has it, so it is left to the answer to that",
    "paid_in_part": f". It {_BY_HAND}",
    "open_in_part": (
        ". It stays REFUND_PROCESSING while a part of its invoice is at CGI, perhaps this one in an older batch: "
        "EJV_PAYMENT would send that again. Do not pay it back by hand, it may be sent again once that is answered or "
        "its batch voided"
    ),
}
_NOTHING_OWED = (
    ". Its refund is asked for and nothing was charged: the pay team closes it as CANCELLED. Until then its active "
    "reference keeps it out of the payment batches, which would pay it back"
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


def findings(item: ItemToCheck, where: str, batch: int) -> Iterator[Reject]:
    """Return what needs attention about an item, with the command that tells its whole life."""
    command = typed("explain invoice", item.invoice_id) if item.invoice_id else typed("explain batch", batch)
    yield from (Reject(place, reason, detail, command, item.amount) for place, reason, detail in _findings(item, where))


def _findings(item: ItemToCheck, where: str) -> Iterator[tuple[str, str, str]]:
    journal = f" journal {item.journal}" if item.journal is not None else ""
    line = f" line {item.at_line}" if item.at_line is not None else ""
    place = f"{where}{journal}{line}"
    subject = (
        f"invoice {item.subject}" if item.subject == str(item.invoice_id) else item.subject or f"link {item.link_id}"
    )
    what = f"{subject}, {item.amount} CAD"
    if item.outcome == "rejected":
        cheque = _CHEQUE if item.rule == "not_uploaded" and item.is_accepted else ""
        rule = _RULES[item.rule].format(before=item.status_before)
        yield place, item.rule.replace("_", " "), f"{what}: {rule}{cheque}"
    elif not item.is_accepted:
        left = _LEFT.get(item.rule, "").format(before=item.status_before)
        owed = _NOTHING_OWED if item.was_never_charged else ""
        yield place, "refused by CGI", f"{what}: {item.message}{_refused_gl(item)}{left}{owed}"
    else:
        yield from ((place, reason, f"{what}: {detail}") for reason, detail in _about_accepted(item))


def _refused_gl(item: ItemToCheck) -> str:
    """Return which GL CGI refused: the first line has ours in a payment, and the partner's in a disbursement."""
    if item.refused_sides is None:
        return ""
    if item.message.startswith(_CLOSED_PERIOD):
        return ". The period of its date was closed, and nothing is wrong with the GL: a new batch has a new date"
    if len(item.refused_sides) > 1:
        return f", on both sides{_codes(gl for gls in item.gls.values() for gl in gls)}"
    is_first = item.refused_sides == ("C" if item.effect in _CREDIT_FIRST else "D")
    is_to_partner = item.effect in {"disbursed", "reversed"}
    other = "the partner" if is_to_partner else "the ministry"
    owner = other if is_first == is_to_partner else "BC Registries"
    return f", on the {_SIDES[item.refused_sides]} line, with the GL of {owner}{_codes(item.gls.get(owner, ()))}"


def _codes(gls: Iterable[str]) -> str:
    """Return the GL codes that may be meant, as our tables hold them."""
    shown = ", or ".join(gls)
    return f" ({shown})" if shown else ""


def _about_accepted(item: ItemToCheck) -> Iterator[tuple[str, str]]:
    facts = {"before": item.status_before, "earlier": item.earlier, "invoice": item.invoice_status}
    if item.rule == "settled_before":
        yield "moved a second time", _TWICE.get(item.effect, _MOVED_TWICE).format(**facts)
    elif item.effect == "charged":
        yield (
            "charged though given up",
            f"the invoice is {item.status_before}; receipt and payment were written, its status was kept. "
            f"{_way_back(item)}",
        )
    elif item.effect == "returned":
        yield (
            "paid back though not asked for",
            f"the invoice is {item.status_before}; payment and link were written, its status was kept. Find out who "
            "asked for it, and have the ministry pay again what it owes",
        )
    elif item.rule in _BOOKED:
        reason, detail = _BOOKED[item.rule]
        yield reason, detail.format(**facts)
    if item.is_header_refused:
        yield (
            "accepted though the batch was refused",
            "its own lines were all accepted, so it is booked as made. Ask CAS whether it went out before anything is "
            "sent again",
        )
    if item.amount != (item.expected if item.expected is not None else item.amount):
        yield "another amount", f"accepted, but our tables say {item.expected} CAD"
    if item.is_undated and item.outcome == "applied":
        yield (
            "no effective date",
            f"its date cannot be read, so {item.effective_date}, the day of this run, was taken. Ask CAS for the day",
        )


def _way_back(item: ItemToCheck) -> str:
    if item.status_before == "REFUND_REQUESTED":
        return "The next payment batch pays it back"
    return "It has to be paid back"
