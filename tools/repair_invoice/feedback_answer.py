"""What CGI answered about one invoice of a batch, as the stored feedback file says it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from config.settings import CgiSettings
from connectors.object_store import ObjectMissing, ObjectStore
from database.sql import statements
from jobs.run.context import RunContext
from tasks.ejv_feedback_check.bucket_index import index_bucket
from tasks.ejv_feedback_check.feedback_lines import ACCEPTED, FeedbackLine
from tasks.ejv_feedback_check.file_index import FEEDBACK

sql = statements(__package__)

_ZERO = Decimal("0.00")


@dataclass
class FeedbackAnswer:
    """The lines of one feedback file about an invoice, and the headers above them.

    lines     detail lines of the invoice
    headers   the JH line of each journal, by its number
    accepted  what was accepted of each thing, by journal and flow-through: the sums of its credits and debits
    refusal   the first line that says no, in words
    """

    file: str
    lines: list[FeedbackLine] = field(default_factory=list)
    headers: dict[int, FeedbackLine] = field(default_factory=dict)
    accepted: dict[tuple[int | None, str], dict[str, Decimal]] = field(default_factory=dict)
    refusal: str | None = None

    @property
    def receipt(self) -> str | None:
        """The receipt number that the journal gives its invoices."""
        header = self.headers.get(self.lines[0].journal or 0)
        return header.receipt if header is not None else None

    @property
    def journal_name(self) -> str:
        """The name of the journal, which is the number of the invoice's reference."""
        return (self.receipt or "")[7:17]

    @property
    def amount(self) -> Decimal:
        """What was accepted, in CAD: the lower of debit and credit."""
        return min(sum((one.amount or _ZERO for one in self.lines if one.side == side), _ZERO) for side in "CD")

    @property
    def journal_amount(self) -> Decimal:
        """What was accepted of the whole journal, in CAD: what its payment is over."""
        journal = self.lines[0].journal
        return sum((min(sums.values()) for (of, _), sums in self.accepted.items() if of == journal), _ZERO)

    @property
    def is_reversal(self) -> bool:
        """Whether it pays back: the first line of a charge is a credit."""
        return min(self.lines, key=lambda one: (one.journal_line or 0, one.number)).side == "D"

    @property
    def effective(self) -> date | None:
        """The latest effective date of its lines, None where none can be read."""
        return max((one.effective for one in self.lines if one.effective is not None), default=None)


def feedback_answer(context: RunContext, store: ObjectStore, batch: int, invoice: int) -> FeedbackAnswer | None:
    """Return the first stored answer to a batch that has lines about the invoice, None if no stored file has one."""
    index_bucket(context, store, (f"{context.settings(CgiSettings).feedback_folder}/",))
    with context.database.read() as session:
        files = sql.run(session, "list_answers", batch=batch).all()
    for file in files:
        context.stop.check()
        try:
            with store.open(file.object_key) as stream:
                lines = (line for line, _ in FEEDBACK.lines(stream))
                answer = _read(FeedbackAnswer(file.name), _lines_of_batch(lines, batch), invoice)
        except ObjectMissing:
            continue
        if answer.lines:
            return answer
    return None


def _lines_of_batch(lines: Iterator[FeedbackLine], batch: int) -> Iterator[FeedbackLine]:
    is_inside = False
    for line in lines:
        if line.record == "BG":
            is_inside = line.batch == batch
        if is_inside:
            yield line
            if line.record == "BT":
                return


def _read(answer: FeedbackAnswer, lines: Iterator[FeedbackLine], invoice: int) -> FeedbackAnswer:
    refused: list[FeedbackLine] = []
    for line in lines:
        if line.record not in {"BH", "JH", "JD"} or line.fault:
            continue
        if line.code != ACCEPTED:
            refused.append(line)
        if line.record == "JH" and line.journal is not None:
            answer.headers[line.journal] = line
        elif line.record == "JD" and line.about is not None:
            sums = answer.accepted.setdefault((line.journal, line.subject), {"C": _ZERO, "D": _ZERO})
            sums[line.side] += line.amount or _ZERO
            if (line.about.form, line.about.invoice_id) == ("INVOICE", invoice):
                answer.lines.append(line)
    for line in refused:
        answer.accepted.pop((line.journal, line.subject), None)
    about = {(line.journal, line.subject) for line in answer.lines}
    journals = {journal for journal, _ in about}
    for line in refused:
        is_header = line.record == "BH" or (line.record == "JH" and line.journal in journals)
        if is_header or (line.journal, line.subject) in about:
            answer.refusal = f"{answer.file} line {line.number} refused it: {line.code} {line.message}".rstrip()
            break
    return answer
