"""`explain`: one function a subject; each tells its life, and of an open invoice what stands in its way."""

from config.command_line import typed
from database.pay.states import UNFINISHED
from diagnosis.cutoffs import cutoffs_at
from diagnosis.diagnose import is_weak
from diagnosis.diagnose_invoices import diagnose_invoices
from diagnosis.evidence_in_words import evidence_in_words
from diagnosis.gl_codes import gl_codes
from diagnosis.next_command import next_command
from diagnosis.read_evidence import read_invoices
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tools.explain.arguments import Arguments
from tools.explain.lives import account_life, batch_life, file_life, invoice_life, slip_life

_GL_COLUMNS = ("whose", "code", "GL")


def invoice(context: RunContext, arguments: Arguments) -> Outcome:
    """Tell the life of an invoice."""
    with context.database.read() as session:
        told = invoice_life(session, arguments)
        codes = gl_codes(session, [told.subject.id], today=context.today()) if told.subject.was_refused else []
    subject, outcome = told.subject, told.outcome
    if codes:
        rows = [(one.owner, one.code, one.gl) for one in codes]
        outcome.tables.append(
            Table("GL codes of its journals, one of them refused by CGI", _GL_COLUMNS, rows, "gl_codes")
        )
    outcome.notes += _diagnosis(context, subject.id)
    if subject.auth_account_id:
        outcome.notes.append(f"More: {typed('explain account', subject.auth_account_id)}")
    if subject.routing_slip:
        outcome.notes.append(f"More: {typed('explain slip', subject.routing_slip)}")
    return outcome


def _diagnosis(context: RunContext, number: int) -> list[str]:
    """Return what the report would say of an open invoice that is at least a day old; CFS is not asked."""
    with context.database.read() as session:
        found = [one for one in read_invoices(session, [number]) if one.status in UNFINISHED]
    if not found or found[0].created_at >= cutoffs_at(context.clock(), days=0).one_day_before:
        return []
    [(evidence, diagnosis)] = diagnose_invoices(context, found).diagnosed
    sure = " CFS was not asked, so this may change." if is_weak(diagnosis, evidence) else ""
    command = next_command(evidence, diagnosis)
    return [
        f"Diagnosis {diagnosis.code}: {diagnosis.title} {diagnosis.action}{sure}",
        f"Evidence: {evidence_in_words(evidence)}.",
        *([f"Next: {command}"] if command else []),
    ]


def account(context: RunContext, arguments: Arguments) -> Outcome:
    """Tell what there is to know about an account."""
    with context.database.read() as session:
        return account_life(session, arguments)


def slip(context: RunContext, arguments: Arguments) -> Outcome:
    """Tell the life of a routing slip."""
    with context.database.read() as session:
        return slip_life(session, arguments)


def batch(context: RunContext, arguments: Arguments) -> Outcome:
    """Tell the life of a journal voucher batch."""
    with context.database.read() as session:
        return batch_life(session, arguments)


def file(context: RunContext, arguments: Arguments) -> Outcome:
    """Tell what became of a file."""
    with context.database.read() as session:
        return file_life(session, arguments)
