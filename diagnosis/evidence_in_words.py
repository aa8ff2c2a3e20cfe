"""The evidence of an invoice in words, in one line."""

from collections.abc import Iterator
from datetime import timedelta

from config.business_days import next_business_day
from diagnosis.evidence import Evidence, JournalVoucher, SettlementTrace
from diagnosis.rules.rule import is_owing

_MOST_DAYS = 3
_SETTLED_BY_FILE = {"PAD", "ONLINE_BANKING"}


def evidence_in_words(e: Evidence) -> str:
    """Return what is known of an invoice as short statements."""
    return "; ".join(_all(e))


def _all(e: Evidence) -> Iterator[str]:
    yield from _reference(e)
    if e.journal is not None:
        yield from _journal(e.journal)
    if e.slip is not None:
        yield from _slip(e)
    elif e.invoice.slip_number is not None:
        yield f"slip {e.invoice.slip_number} unknown"
    if e.cfs is not None:
        yield from _cfs(e)
    yield from _settlement(e.settlement)
    if not is_owing(e) and e.invoice.active_number and e.invoice.method in _SETTLED_BY_FILE:
        yield from _missing_files(e)
    if e.eft is not None:
        since = e.eft.pending_since
        yield (
            f"EFT {e.eft.pending_amount} of {e.invoice.total} linked, pending since {since:%Y-%m-%d}"
            if since
            else (f"EFT applied, receipt {e.eft.receipt or 'unknown'}" if e.eft.is_completed else "EFT link withdrawn")
        )
    if e.card is not None:
        yield f"receipt {e.card.receipt}" if e.card.receipt else "no receipt"
        if e.card.refund_error:
            yield f"refund refused: {e.card.refund_error}"


def _reference(e: Evidence) -> Iterator[str]:
    one = e.invoice
    for number, word in (
        (one.active_number, "ACTIVE"),
        (one.bundle_number, "ACTIVE (bundle)"),
        (one.completed_number, "COMPLETED"),
        (one.cancelled_number, "CANCELLED"),
    ):
        if number:
            since = f" since {one.active_on}" if word.startswith("ACTIVE") and one.active_on else ""
            yield f"reference {number} {word}{since}"
    if one.was_never_sent and one.method != "DIRECT_PAY":
        yield "no reference"
        if one.method not in {"EJV", "INTERNAL"}:
            yield f"{one.method} profile {one.profile_status or 'missing'}"
    elif one.method == "PAD" and one.profile_status not in {"ACTIVE", None}:
        yield f"PAD profile {one.profile_status}"
    if one.pad_activation and one.profile_status == "PENDING_PAD_ACTIVATION":
        yield f"activation on {one.pad_activation}"


def _cfs(e: Evidence) -> Iterator[str]:
    assert e.cfs is not None
    if e.cfs.is_there is None:
        yield "CFS gave no answer"
    elif not e.cfs.is_there:
        site = e.slip.site if e.slip is not None else e.invoice.site
        yield f"CFS does not have {e.cfs_number}{f' on site {site.site}' if site else ''}"
    else:
        yield f"CFS has {e.cfs_number}: total {e.cfs.total}, due {e.cfs.due}"
        if e.cfs.total != e.owed:
            yield f"ours {e.owed}"
        yield from _group(e)
    if e.collects_by:
        yield f"site collects by {e.collects_by}"


def _group(e: Evidence) -> Iterator[str]:
    if e.group is None or e.cfs is None or e.cfs.total == e.group.total:
        return
    members = e.group.members_making(e.cfs.total)
    if members:
        last = e.group.ids[members - 1]
        yield f"the {members} oldest of {len(e.group.ids)} (to invoice {last}) come to that total"
    else:
        yield f"no first part of its {len(e.group.ids)} invoices comes to that total"
    if e.group.has_expired_gl:
        yield "a line has a GL that is not in force"


def _settlement(found: SettlementTrace) -> Iterator[str]:
    if found.file:
        yield f"{found.file} line {found.line} {found.outcome}{f' ({found.detail})' if found.detail else ''}"
    if found.payment:
        yield f"payment {found.payment}"
    if found.bounce:
        yield f"bounced: {found.bounce}"
    if found.waiting_file:
        rows = "1 NSF row" if found.waiting_bounces == 1 else f"{found.waiting_bounces} NSF rows"
        which = f"file {found.waiting_id}, " if found.waiting_id is not None else ""
        yield f"in {found.waiting_file} ({which}{found.waiting_state}, {rows})"


def _missing_files(e: Evidence) -> Iterator[str]:
    """Return which settlement files are missing since the invoice was sent, or that none is; nothing if one has it."""
    found, sent_on = e.settlement, e.invoice.active_on
    if sent_on is None or found.file is not None or found.waiting_file is not None:
        return
    if found.first_file is None:
        yield "no settlement file is known at all"
    elif found.missing_count:
        shown = found.missing_days[:_MOST_DAYS]
        more = found.missing_count - len(shown)
        yield f"no settlement file known for {', '.join(map(str, shown))}{f' and {more} more' if more else ''}"
    elif found.first_file <= next_business_day(sent_on + timedelta(days=1)):
        yield f"a settlement file is known for every business day since {sent_on}"
    else:
        yield f"settlement files are known only since {found.first_file}"


def _journal(journal: JournalVoucher) -> Iterator[str]:
    if journal.batch is None:
        yield "no journal since its refund was asked for" if journal.refund_asked else "no journal"
    else:
        yield f"batch {journal.batch} ({journal.file_ref}) of {journal.file_made}: {journal.file_status}"
        yield f"link {journal.link_status}{f' ({journal.link_message})' if journal.link_message else ''}"
        applied = " (applied)" if journal.feedback_is_applied else ""
        yield f"feedback {journal.feedback_file or journal.feedback_ref or 'not found'}{applied}"
        if journal.unread_words and not journal.feedback_is_applied:
            yield f"not read: {journal.unread_words}"
    if journal.completed_batches > 1:
        yield f"completed in {journal.completed_batches} batches"
    if not journal.has_gl:
        yield "no GL in force"
    else:
        yield f"GL {journal.gl_code} client {journal.gl_client}{' STOPPED' if journal.is_stopped else ''}"


def _slip(e: Evidence) -> Iterator[str]:
    assert e.slip is not None
    yield f"slip {e.slip.number} {e.slip.status}, remaining {e.slip.remaining}, profile {e.slip.profile_status}"
    if e.slip.unapplied is not None:
        yield f"CFS has {e.slip.unapplied} unapplied on {len(e.slip.receipts)} receipts"
    if e.slip.cas_mismatch:
        yield "marked as mismatched with CAS"
    if e.slip.has_created_invoice:
        yield "has an invoice in CREATED"
