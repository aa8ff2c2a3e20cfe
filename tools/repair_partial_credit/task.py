"""repair pad-partial-credit, told from top to bottom: note it, ask CFS, note the answer, write the books."""

from decimal import Decimal
from functools import partial

from config.business_time import naive_utc
from config.errors import PayJobsError, UsageError
from config.settings import CfsSettings
from connectors.cfs import CfsClient, CfsOutcomeUnknown, CreditMemo
from connectors.effects import ClaimLost, LateEffect, Observation, change, checked_by
from database.pay.history import keep_versions
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tools.repair_partial_credit.arguments import Arguments
from tools.repair_partial_credit.invoice import lock_invoice, open_refunds
from tools.repair_partial_credit.journal import (
    PartialCredit,
    close_unmade,
    find_entry,
    intend,
    known_memos,
    move,
    still_intended,
    write_refund,
)
from tools.repair_partial_credit.plan import MemoPlan, plan

sql = statements(__package__)


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Make a partial credit, or bring one to its end that was begun earlier."""
    with context.database.begin() as session:
        lock_invoice(session, arguments.invoice)
        entry = find_entry(session, arguments.invoice)
    with CfsClient(context.settings(CfsSettings), dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        if entry is None:
            return _begin(context, cfs, arguments)
        if entry.state == "answered":
            return _go_on(context, entry, arguments)
        if arguments.not_made:
            return _let_go(context, entry, arguments)
        if arguments.memo:
            return _adopt(context, cfs, entry, arguments.memo)
    return Outcome(rejects=[_parked(entry, "an earlier one is open, so no new one was begun")])


def _begin(context: RunContext, cfs: CfsClient, arguments: Arguments) -> Outcome:
    """Make a new one. The plan is checked and noted in one transaction, before CFS hears of it."""
    if not arguments.lines:
        raise UsageError(
            f"Invoice {arguments.invoice} has no partial credit whose answer was lost: --memo and --not-made say what "
            "became of one. Nothing was changed."
        )
    with context.database.begin() as session:
        made = plan(session, arguments.invoice, arguments.wanted, context.today())
    if cfs.get_site(made.site) is None:
        raise UsageError(
            f"CFS does not have the site of invoice {arguments.invoice} ({made.site.path}): check the CFS profile in "
            "invoices.cfs_account_id, then ask CAS. Nothing was changed."
        )
    outcome = Outcome(tables=[made.table()])
    if not made.is_current:
        outcome.notes.append(
            f"The CFS profile of the invoice is INACTIVE: CFS uses the memo only for invoices on site {made.site.site}."
        )
    if made.shared:
        outcome.notes.append(
            f"{made.shared} CAD of it are a partner's fees. Nothing is taken back from the partner here: tell finance."
        )
    if context.dry_run:
        outcome.notes.append("CFS was not asked for the memo; without --dry-run it would be.")
        return outcome
    context.stop.check()
    with context.database.begin() as session:
        made = plan(session, arguments.invoice, arguments.wanted, context.today())
        now = naive_utc(context.clock())
        intend(session, made, reason=arguments.reason, run_id=context.run_id, now=now)
        entry = find_entry(session, arguments.invoice)
    assert entry is not None
    outcome += _ask(context, cfs, entry, arguments)
    return outcome


def _ask(context: RunContext, cfs: CfsClient, entry: PartialCredit, arguments: Arguments) -> Outcome:
    """Ask CFS for the memo. What it refuses is closed; an answer that was lost is parked.

    Directly before it is asked, the entry must still be this run's: a person may have said meanwhile that it was not
    made, and have begun another.
    """

    def look() -> Observation[MemoPlan]:
        """CFS cannot be asked for a memo whose number it chooses; the invoice can be judged once more.

        The API may have looked at it before our refund was there, and write its own after.
        """
        with context.database.begin() as session:
            made = plan(session, entry.invoice_id, arguments.wanted, context.today(), own_refund=entry.refund_id)
        return Observation(False, made)

    def send(now: MemoPlan) -> CreditMemo:
        return cfs.create_credit_memo(now.site, now.cfs_lines(), at=context.clock(), comments=entry.comment)

    try:
        with checked_by(lambda: still_intended(context.database, entry)):
            _, memo = change(look, send, late=partial(_told_late, context, entry))
    except (ClaimLost, LateEffect):
        raise  # the entry is no longer this run's to move on
    except CfsOutcomeUnknown as error:
        with context.database.begin() as session:
            move(session, entry, "parked", why=str(error))
        context.log.error("partial_credit.parked", invoice=entry.invoice_id, error=str(error))
        return Outcome(rejects=[_parked(entry, f"the answer of CFS was lost ({error})")])
    except PayJobsError as error:
        with context.database.begin() as session:
            close_unmade(session, entry, "refused", why=str(error))
        raise
    assert memo is not None, "a look never finds a memo"
    if problem := _differs(entry, memo):
        with context.database.begin() as session:
            move(session, entry, "parked", why=problem)
        return Outcome(rejects=[_parked(entry, problem)])
    return _answered(context, entry, memo)


def _told_late(context: RunContext, entry: PartialCredit, memo: CreditMemo) -> str:
    """Return which memos there are now: the one that was made too late, and those the journal knows of the invoice."""
    known = "; ".join(
        f"entry {row.id} is {row.state}" + (f" with memo {row.memo} of {row.amount} CAD" if row.memo else "")
        for row in known_memos(context.database, entry.invoice_id)
    )
    return (
        f"CFS made credit memo {memo.credit_memo_number} of {entry.amount} CAD for entry {entry.id} of invoice "
        f"{entry.invoice_id}. The journal says: {known}. If one of them stands for the same credit, ask CAS to "
        f"cancel one of the two; if none does, run it with --memo {memo.credit_memo_number}."
    )


def _adopt(context: RunContext, cfs: CfsClient, entry: PartialCredit, number: str) -> Outcome:
    """Take the memo the operator names for the one whose answer was lost, if CFS has it with that amount."""
    memo = cfs.get_credit_memo(entry.site, number)
    if memo is None:
        raise UsageError(f"CFS has no credit memo {number} on site {entry.cfs_site}. Nothing was changed.")
    if problem := _differs(entry, memo):
        raise UsageError(f"{problem} Nothing was changed.")
    with context.database.begin() as session:
        known = sql.run(session, "find_known_memo", memo=number).one_or_none()
    if known is not None:
        raise UsageError(f"Credit memo {number} is known already, for invoice {known.invoice_id}. Nothing was changed.")
    return _answered(context, entry, memo)


def _answered(context: RunContext, entry: PartialCredit, memo: CreditMemo) -> Outcome:
    with context.database.begin() as session:
        move(
            session,
            entry,
            "answered",
            memo=memo.credit_memo_number,
            remaining=memo.remaining_amount,
            run_id=context.run_id,
        )
    return _finish(context, entry, memo.credit_memo_number, memo.remaining_amount)


def _go_on(context: RunContext, entry: PartialCredit, arguments: Arguments) -> Outcome:
    """Finish one that died between the answer of CFS and our books; it begins nothing new."""
    assert entry.memo is not None and entry.remaining is not None
    if arguments.not_made or (arguments.memo and arguments.memo != entry.memo):
        raise UsageError(
            f"CFS has made the memo {entry.memo} for invoice {entry.invoice_id}. Run it with --memo {entry.memo}."
        )
    outcome = Outcome(notes=[f"Finished what was begun earlier: {entry.story}. Nothing new was begun."])
    outcome += _finish(context, entry, entry.memo, entry.remaining)
    return outcome


def _finish(context: RunContext, entry: PartialCredit, memo: str, remaining: Decimal) -> Outcome:
    """Write credit, parts, account credit and invoice, and close the entry: one transaction."""
    now = naive_utc(context.clock())
    outcome = Outcome()
    with context.database.begin() as session:
        move(session, entry, "done", of=("answered",), run_id=context.run_id)
        invoice = lock_invoice(session, entry.invoice_id)
        sql.run(session, "insert_credit", entry_id=entry.id, account_id=invoice.account_id, now=now)
        refund_id = sql.run(session, "find_refund", id=entry.refund_id).scalar_one_or_none() or write_refund(
            session, entry.invoice_id, reason=entry.reason, run_id=entry.run_id, now=now
        )
        others = open_refunds(session, entry.invoice_id, refund_id)
        sql.run(session, "insert_parts", entry_id=entry.id, refund_id=refund_id, now=now)
        keep_versions(session, "payment_accounts", [invoice.account_id], now)
        sql.run(session, "raise_account_credit", account_id=invoice.account_id, remaining=remaining)
        sql.run(session, "mark_invoice", id=entry.invoice_id, amount=entry.amount, now=now)
    outcome.rejects += [
        Reject(
            f"invoice {entry.invoice_id}",
            "refunded meanwhile",
            f"it has {other.story}, while the memo {memo} of {entry.amount} CAD was made: the account may be "
            "credited twice. Decline that refund, or ask CAS to cancel the memo",
        )
        for other in others
    ]
    if invoice.status != "PAID" or invoice.refund + entry.amount > invoice.paid:
        said = (
            f"it became {invoice.status} with {invoice.refund} refunded while the memo {memo} of {entry.amount} was "
            "made: the account may have been credited twice"
        )
        outcome.rejects.append(Reject(f"invoice {entry.invoice_id}", "refunded meanwhile", said))
    outcome.notes.append(
        f"Invoice {entry.invoice_id}: credit memo {memo} of {entry.amount} CAD is in CFS and our books."
    )
    outcome.counts["credits_made"] = 1
    context.log.info("partial_credit.done", invoice=entry.invoice_id, memo=memo)
    return outcome


def _let_go(context: RunContext, entry: PartialCredit, arguments: Arguments) -> Outcome:
    """Close one of which the operator confirms that CFS did not make it."""
    with context.database.begin() as session:
        close_unmade(session, entry, "not_made", why=arguments.reason, run_id=context.run_id)
    return Outcome(notes=[f"Invoice {entry.invoice_id}: noted as not made: {entry.story}. A new one can be begun."])


def _differs(entry: PartialCredit, memo: CreditMemo) -> str | None:
    total = abs(memo.total if memo.total is not None else memo.amount_due)
    if total == entry.amount:
        return None
    return f"Credit memo {memo.credit_memo_number} in CFS is over {total:.2f} (expected {entry.amount})."


def _parked(entry: PartialCredit, why: str) -> Reject:
    command = f"repair pad-partial-credit {entry.invoice_id}"
    detail = (
        f"{why}: {entry.story}. CFS chose its number, so it cannot be looked up from here. Wait some minutes, because "
        f"CFS may still be making it, then ask CAS for a memo there with the comment '{entry.comment}': if there "
        f'is one, {command} --memo NUMBER --reason "..."; if there is none, {command} --not-made --reason "..." and '
        "then begin again"
    )
    return Reject(f"invoice {entry.invoice_id}", "not known whether CFS made the memo", detail)
