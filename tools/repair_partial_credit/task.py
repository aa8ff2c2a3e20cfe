"""repair pad-partial-credit, told from top to bottom: note it, ask CFS, note the answer, write the books."""

import json

from config.business_time import naive_utc
from config.command_line import in_short
from config.errors import PayJobsError, UsageError
from config.settings import CfsSettings
from connectors.cfs import CfsClient
from connectors.effects import (
    AnswerLost,
    ClaimLost,
    EffectState,
    LateEffect,
    OperationJournal,
    close_operation,
    open_operation,
    run_steps,
)
from database.pay.history import keep_versions
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tools.repair_partial_credit.arguments import Arguments
from tools.repair_partial_credit.invoice import lock_invoice, open_refunds
from tools.repair_partial_credit.memo_step import MemoRequest, MemoTotalDiffers, memo_answer, other_total
from tools.repair_partial_credit.partial_credit import (
    PartialCredit,
    drop_unmade,
    find_credit,
    next_command,
    planned_credit,
    write_refund,
)
from tools.repair_partial_credit.plan import plan

sql = statements(__package__)


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Make a partial credit, or bring one to its end that was begun earlier."""
    with context.database.begin() as session:
        lock_invoice(session, arguments.invoice)
        credit = find_credit(session, arguments.invoice)
    with CfsClient(context.settings(CfsSettings), dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        if credit is None:
            return _begin(context, cfs, arguments)
        if credit.is_answered:
            return _go_on(context, credit, arguments)
        if arguments.not_made:
            return _let_go(context, credit, arguments)
        if arguments.memo:
            return _adopt(context, cfs, credit, arguments.memo)
        if credit.is_planned:
            return _ask_as_planned(context, cfs, credit, arguments)
    return Outcome(rejects=[_parked(credit, "an earlier one is open, so no new one was begun")])


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
    memo = f"a credit memo of {made.amount:,.2f} CAD for invoice {arguments.invoice}"
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
        outcome.answer = f"CFS would be asked for {memo}."
        return outcome
    context.stop.check()
    with context.database.begin() as session:
        made = plan(session, arguments.invoice, arguments.wanted, context.today())
        now = naive_utc(context.clock())
        refund = write_refund(session, arguments.invoice, reason=arguments.reason, run_id=context.run_id, now=now)
        open_operation(session, planned_credit(made, refund, arguments.reason), context.run_id)
        credit = find_credit(session, arguments.invoice)
    assert credit is not None
    outcome += _ask(context, cfs, credit)
    return outcome


def _ask_as_planned(context: RunContext, cfs: CfsClient, credit: PartialCredit, arguments: Arguments) -> Outcome:
    """Ask CFS for what an earlier run has planned, of which nothing has left, where the same is typed again."""
    if set(arguments.wanted) != set(credit.wanted):
        raise UsageError(
            f"Other lines are planned for invoice {credit.invoice_id}: {credit.story}, and nothing of it has left. "
            "Repeat its --line, or drop it with --not-made and begin again. Nothing was changed."
        )
    if context.dry_run:
        return Outcome(answer=f"CFS would be asked for what is planned: {credit.story}, and nothing of it has left.")
    return _told_as_earlier(credit, _ask(context, cfs, credit))


def _ask(context: RunContext, cfs: CfsClient, credit: PartialCredit) -> Outcome:
    """Ask CFS for the memo. What it refuses is dropped; an answer that was lost is left for a person."""
    journal = OperationJournal(context.database.begin, credit.operation, run_id=context.run_id)
    try:
        run_steps([MemoRequest(context, cfs, credit).step], journal)
    except (ClaimLost, LateEffect):
        raise  # the operation is no longer this run's to move on
    except AnswerLost as error:
        asked = _noted(context, journal, credit)
        context.log.error("partial_credit.parked", invoice=credit.invoice_id, error=str(error))
        why = str(error) if isinstance(error, MemoTotalDiffers) else f"the answer of CFS was lost ({error})"
        return Outcome(rejects=[_parked(asked, why)])
    except PayJobsError as error:
        with context.database.begin() as session:
            journal.open_in(session)
            drop_unmade(session, credit, why=str(error))
        raise
    return _answered(context, journal, credit)


def _adopt(context: RunContext, cfs: CfsClient, credit: PartialCredit, number: str) -> Outcome:
    """Take the memo the operator names for the one whose answer was lost, if CFS has it with that amount."""
    if credit.is_planned:
        raise UsageError(
            f"The partial credit of invoice {credit.invoice_id} was not asked of CFS yet, so no memo can be its own. "
            "Repeat its --line, or drop it with --not-made. Nothing was changed."
        )
    memo = cfs.get_credit_memo(credit.site, number)
    if memo is None:
        raise UsageError(f"CFS has no credit memo {number} on site {credit.site.site}. Nothing was changed.")
    if problem := other_total(credit, memo):
        raise UsageError(f"{problem} Nothing was changed.")
    with context.database.read() as session:
        known = sql.run(session, "find_known_memo", memo=number).one_or_none()
    if known is not None:
        raise UsageError(f"Credit memo {number} is known already, for {known.subject}. Nothing was changed.")
    journal = OperationJournal(context.database.begin, credit.operation, run_id=context.run_id)
    journal.answer(MemoRequest(context, cfs, credit).step, EffectState.ANSWERED, memo_answer(memo))
    return _answered(context, journal, credit)


def _answered(context: RunContext, journal: OperationJournal, credit: PartialCredit) -> Outcome:
    """Commit the answer by itself, whatever becomes of the books: only it has the number of the memo."""
    memo = journal.last_answer["credit_memo"]
    journal.advise(next_command(credit.invoice_id, str(memo)), f"CFS made credit memo {memo}")
    return _finish(context, _noted(context, journal, credit))


def _noted(context: RunContext, journal: OperationJournal, credit: PartialCredit) -> PartialCredit:
    """Commit what the journal noted of the answer, and return the credit as it is then."""
    with context.database.begin() as session:
        journal.open_in(session)
        found = find_credit(session, credit.invoice_id)
    assert found is not None
    return found


def _go_on(context: RunContext, credit: PartialCredit, arguments: Arguments) -> Outcome:
    """Finish one that died between the answer of CFS and our books; it begins nothing new."""
    if arguments.not_made or (arguments.memo and arguments.memo != credit.memo):
        raise UsageError(
            f"CFS has made the memo {credit.memo} for invoice {credit.invoice_id}. Run it with --memo {credit.memo}."
        )
    return _told_as_earlier(credit, _finish(context, credit))


def _told_as_earlier(credit: PartialCredit, end: Outcome) -> Outcome:
    if not end.counts["credits_made"]:
        return end
    outcome = Outcome(notes=[f"Finished what was begun earlier: {credit.story}. Nothing new was begun."])
    outcome += end
    return outcome


def _finish(context: RunContext, credit: PartialCredit) -> Outcome:
    """Write credit, parts, account credit and invoice, and close the operation: one transaction."""
    now, memo = naive_utc(context.clock()), credit.memo
    invoice_id, amount, remaining = credit.invoice_id, credit.amount, credit.remaining
    outcome = Outcome()
    with context.database.begin() as session:
        close_operation(session, credit.operation.id, run_id=context.run_id)
        invoice = lock_invoice(session, invoice_id)
        booked = {"memo": memo, "site": credit.site.site, "amount": amount, "remaining": remaining}
        sql.run(session, "insert_credit", account_id=invoice.account_id, invoice_id=invoice_id, now=now, **booked)
        refund_id = sql.run(session, "find_refund", id=credit.refund_id).scalar_one_or_none() or write_refund(
            session, invoice_id, reason=credit.operation.reason or "", run_id=credit.operation.run_id, now=now
        )
        others = open_refunds(session, invoice_id, refund_id)
        parts = json.dumps(credit.parts)
        sql.run(session, "insert_parts", parts=parts, invoice_id=invoice_id, refund_id=refund_id, now=now)
        keep_versions(session, "payment_accounts", [invoice.account_id], now)
        sql.run(session, "raise_account_credit", account_id=invoice.account_id, remaining=remaining)
        sql.run(session, "mark_invoice", id=invoice_id, amount=amount, now=now)
    outcome.rejects += [
        Reject(
            f"invoice {invoice_id}",
            "refunded meanwhile",
            f"it has {other.story}, while the memo {memo} of {amount} CAD was made: the account may be "
            "credited twice. Decline that refund, or ask CAS to cancel the memo",
        )
        for other in others
    ]
    if invoice.status != "PAID" or invoice.refund + amount > invoice.paid:
        said = (
            f"it became {invoice.status} with {invoice.refund} refunded while the memo {memo} of {amount} was "
            "made: the account may have been credited twice"
        )
        outcome.rejects.append(Reject(f"invoice {invoice_id}", "refunded meanwhile", said))
    outcome.answer = f"Invoice {invoice_id}: credit memo {memo} of {amount} CAD is in CFS and our books."
    outcome.counts["credits_made"] = 1
    context.log.info("partial_credit.done", invoice=invoice_id, memo=memo)
    return outcome


def _let_go(context: RunContext, credit: PartialCredit, arguments: Arguments) -> Outcome:
    """Close one of which the operator confirms that CFS did not make it."""
    with context.database.begin() as session:
        drop_unmade(session, credit, why=arguments.reason, run_id=context.run_id)
    return Outcome(notes=[f"Invoice {credit.invoice_id}: noted as not made: {credit.story}. A new one can be begun."])


def _parked(credit: PartialCredit, why: str) -> Reject:
    command = f"repair pad-partial-credit {credit.invoice_id}"
    made, not_made = (in_short(f"{command} {said}", reason=True) for said in ("--memo NUMBER", "--not-made"))
    detail = (
        f"{why}: {credit.story}. CFS chose its number, so it cannot be looked up from here. Wait some minutes, because "
        f"CFS may still be making it, then ask CAS for a memo there with the comment '{credit.comment}': if there "
        f"is one, {made}; if there is none, {not_made} and then begin again"
    )
    return Reject(f"invoice {credit.invoice_id}", "not known whether CFS made the memo", detail)
