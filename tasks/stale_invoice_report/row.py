"""One stuck invoice as a row of the report."""

import shlex
from typing import Any, NamedTuple

from tasks.stale_invoice_report.catalogue import Diagnosis, Turn
from tasks.stale_invoice_report.cutoffs import Moments
from tasks.stale_invoice_report.diagnose import is_weak
from tasks.stale_invoice_report.evidence import Evidence
from tasks.stale_invoice_report.facts import facts

_ENTRYPOINT = "python3 invoke_jobs.py "


class Row(NamedTuple):
    """The values in the order of columns.py; days and amounts as text, the same wherever a row is kept."""

    invoice_id: int
    account: str | None
    method: str
    status: str
    created_on: str
    age_days: int
    total: str
    paid: str
    code: str
    title: str
    turn: str
    confidence: str
    since_last: str
    cfs_number: str | None
    cfs_answer: str
    cfs_total: str | None
    cfs_due: str | None
    file: str | None
    batch: int | None
    gl_code: int | None
    routing_slip: str | None
    evidence: str
    action: str
    command: str

    @property
    def turn_rank(self) -> int:
        """Where it stands: the smaller, the worse."""
        return _RANK[self.turn]

    @property
    def is_stuck(self) -> bool:
        """Whether anybody must do anything."""
        return self.turn != Turn.NOBODY.words


_RANK = {turn.words: int(turn) for turn in Turn}


def make_row(e: Evidence, diagnosis: Diagnosis, when: Moments, *, is_known: bool) -> Row:
    """Put an invoice, its diagnosis and the evidence for it into a row.

    is_known  whether the report before this one had the invoice too
    """
    one = e.invoice
    learned = e.cfs if e.cfs is not None and e.cfs.is_there else None
    file = _file(e, diagnosis)
    batch = e.journal.batch if e.journal else None
    gl_code = e.journal.gl_code if e.journal else None
    values: dict[str, Any] = {
        "file": file, "batch": batch, "code": gl_code, "slip": one.slip_number, "invoice": one.id,
    }  # fmt: skip
    return Row(
        invoice_id=one.id,
        account=one.account,
        method=one.method,
        status=one.status,
        created_on=one.created_on.isoformat(),
        age_days=(when.today - one.created_on).days,
        total=str(one.total),
        paid=str(one.paid),
        code=diagnosis.code,
        title=diagnosis.title,
        turn=diagnosis.turn.words,
        confidence="weaker" if is_weak(diagnosis, e) else "sure",
        since_last="still there" if is_known else "new",
        cfs_number=e.cfs_number,
        cfs_answer=_answer(e),
        cfs_total=str(learned.total) if learned else None,
        cfs_due=str(learned.due) if learned else None,
        file=file,
        batch=batch,
        gl_code=gl_code,
        routing_slip=one.slip_number,
        evidence=facts(e),
        action=diagnosis.action,
        command=_command(_command_of(e, diagnosis), values),
    )


def _answer(e: Evidence) -> str:
    if e.cfs is None:
        return "not asked"
    return {True: "found", False: "not there", None: "no answer"}[e.cfs.is_there]


def _file(e: Evidence, diagnosis: Diagnosis) -> str | None:
    if e.journal is not None and diagnosis.code == "J8U":
        return e.journal.unread_file or e.journal.feedback_file
    if e.journal is not None:
        return (e.journal.feedback_file or e.journal.feedback_ref or e.journal.file_ref) or None
    if diagnosis.code == "P12":
        return e.settlement.waiting_file
    return e.settlement.file or e.settlement.waiting_file


def _command_of(e: Evidence, diagnosis: Diagnosis) -> str:
    """Give the command of a diagnosis; a settlement file that is merely waiting needs no replay."""
    if diagnosis.code == "P13" and e.invoice.method != "PAD":
        return 'repair pad-rejects --reason "TICKET: why" --dry-run'
    if diagnosis.code == "J8U" and e.journal is not None and e.journal.unread_command:
        return e.journal.unread_command
    if diagnosis.code != "P12" or e.settlement.waiting_state in {"held", "failed"}:
        return diagnosis.command
    return "PAD_RECONCILE" if e.settlement.waiting_state in {"stored", "received"} else ""


def _command(command: str, values: dict[str, Any]) -> str:
    """Give the command as it is typed, none where a value that it needs is not known.

    A name that a shell would read as more than a name is quoted: people paste what stands here.
    """
    if not command or any(value is None and f"{{{name}}}" in command for name, value in values.items()):
        return ""
    return _ENTRYPOINT + command.format(**{name: shlex.quote(str(value)) for name, value in values.items()})
