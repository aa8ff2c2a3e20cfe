"""One stuck invoice as a row of the report."""

from typing import NamedTuple

from diagnosis.catalogue import ActionOwner, Diagnosis
from diagnosis.cutoffs import Cutoffs
from diagnosis.diagnose import is_weak
from diagnosis.evidence import Evidence
from diagnosis.evidence_in_words import evidence_in_words
from diagnosis.next_command import next_command, related_file


class ReportRow(NamedTuple):
    """The values in the order of columns.py; days and amounts as text, the same wherever a row is kept."""

    invoice_id: int
    account: str | None
    account_name: str | None
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
        return self.turn != ActionOwner.NOBODY.words


class EarlierRow(NamedTuple):
    """Whether an invoice was stuck in the report before this one, and in the last one that was sure of it."""

    is_stuck: bool
    surely_stuck: bool


_RANK = {turn.words: int(turn) for turn in ActionOwner}


def make_report_row(e: Evidence, diagnosis: Diagnosis, when: Cutoffs, *, before: EarlierRow | None) -> ReportRow:
    """Put an invoice, its diagnosis and the evidence for it into a row.

    before  None where it was not in the report before this one
    """
    one = e.invoice
    weak = is_weak(diagnosis, e)
    was_stuck = None if before is None else before.is_stuck if weak else before.surely_stuck
    learned = e.cfs if e.cfs is not None and e.cfs.is_there else None
    journal = e.journal
    waits = diagnosis.turn is ActionOwner.NOBODY
    return ReportRow(
        invoice_id=one.id,
        account=one.account,
        account_name=one.account_name,
        method=one.method,
        status=one.status,
        created_on=one.created_on.isoformat(),
        age_days=(when.today - one.created_on).days,
        total=str(one.total),
        paid=str(one.paid),
        code=diagnosis.code,
        title=diagnosis.title,
        turn=diagnosis.turn.words,
        confidence="weaker" if weak else "sure",
        since_last="still there" if was_stuck or (was_stuck is False and waits) else "new",
        cfs_number=e.cfs_number,
        cfs_answer=_answer(e),
        cfs_total=str(learned.total) if learned else None,
        cfs_due=str(learned.due) if learned else None,
        file=related_file(e, diagnosis),
        batch=journal.batch if journal else None,
        gl_code=journal.gl_code if journal else None,
        routing_slip=one.slip_number,
        evidence=evidence_in_words(e),
        action=diagnosis.action,
        command=next_command(e, diagnosis),
    )


def _answer(e: Evidence) -> str:
    if e.cfs is None:
        return "not asked"
    return {True: "found", False: "not there", None: "no answer"}[e.cfs.is_there]
