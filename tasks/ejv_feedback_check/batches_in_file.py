"""What a feedback or inbox file holds, before anything is done with it: its batches, and what is wrong with them.

A batch runs from its BG line to its BT line. Its lines are held against the control count and total of BT and the
totals of its JH lines; a batch that is damaged or does not add up has faults, each with its line.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tasks.ejv_feedback_check.detail_columns import DetailMentions, PlainDetails
from tasks.ejv_feedback_check.feedback_lines import ACCEPTED, COUNTED, JOURNAL_TYPES, FeedbackLine

MAX_FAULTS = 200
NO_BATCH = "it holds no batch of feedback (no line begins with GIBG, GABG or APBG)"
_ZERO = Decimal("0.00")


class LineFault(NamedTuple):
    """What is wrong with a line; line 0 is the file as a whole."""

    line: int
    text: str


class Mention(NamedTuple):
    """A number that a line is about, for the index: batch, journal, invoice, disbursement, refund or ap.

    Of journal lines that follow one another and are about the same thing, the first stands for all (`continues`).
    """

    line: int
    kind: str
    number: str
    amount: Decimal | None


@dataclass
class JournalInFile:
    """A journal of a batch: what its header says, and what its lines add up to on either side."""

    line: int
    total: Decimal
    sums: dict[str, Decimal] = field(default_factory=lambda: {"C": _ZERO, "D": _ZERO})


@dataclass
class BatchInFile:
    """A batch in a file."""

    ordinal: int
    batch_type: str
    number: int | None
    feeder: str
    first_line: int
    last_line: int
    faults: list[LineFault] = field(default_factory=list)
    header_code: str = ""
    counted: int = 0
    items: int = 0
    total: Decimal = _ZERO
    journals: dict[int, JournalInFile] = field(default_factory=dict)

    def blame(self, line: int, text: str) -> None:
        """Note a fault; a file that is all faults fills no memory."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(LineFault(line, text))

    def expects(self, details: PlainDetails) -> bool:
        """Return whether the lines are of the batch's type, and of journals that began."""
        return self.batch_type == details.batch_type and all(int(one) in self.journals for one in set(details.journal))


@dataclass
class BatchesInFile:
    """The batches of a file. `outside` are the lines that belong to none."""

    batches: list[BatchInFile] = field(default_factory=list)
    outside: list[LineFault] = field(default_factory=list)
    effective: set[date] = field(default_factory=set)
    lines: int = 0

    @property
    def fault(self) -> str | None:
        """Why the file was not read to its end, None if every line of it is in a batch without faults."""
        if not self.batches:
            return NO_BATCH
        faults = [*self.outside, *(fault for batch in self.batches for fault in batch.faults)]
        first = min(faults, default=None)
        return f"line {first.line}: {first.text}" if first is not None else None

    def read(
        self,
        pieces: Iterable[tuple[FeedbackLine, str] | PlainDetails],
        keep: Callable[[FeedbackLine | PlainDetails], None] = lambda _lines: None,
    ) -> Iterator[Mention | DetailMentions]:
        """Take the lines in, hand those of batches on, and return what they mention.

        pieces  a line with its batch type, or plain ones that follow one another
        """
        batch: BatchInFile | None = None
        before: FeedbackLine | None = None
        for piece in pieces:
            if isinstance(piece, PlainDetails) and batch is not None and batch.expects(piece):
                self.lines = batch.last_line = int(piece.line[-1])
                keep(piece)
                self._take_details(batch, piece)
                yield piece.mentions(before)
                before = piece.last()
                continue
            for line, batch_type in piece.each() if isinstance(piece, PlainDetails) else (piece,):
                self.lines = line.number
                if line.record == "BG":
                    if batch is not None:
                        _close(batch, line.number)
                    batch = self._begin(line, batch_type)
                if batch is None:
                    self._note_outside(line)
                    continue
                batch.last_line = line.number
                keep(line)
                self._take(batch, line, batch_type)
                if line.about is None or not continues(before, line):
                    yield from _mentions(line)
                before = line
                if line.record == "BT":
                    batch = None
        if batch is not None:
            _close(batch, None)

    def _begin(self, line: FeedbackLine, batch_type: str) -> BatchInFile:
        number = None if line.fault else line.batch
        batch = BatchInFile(len(self.batches) + 1, batch_type, number, line.feeder, line.number, line.number)
        self.batches.append(batch)
        return batch

    def _note_outside(self, line: FeedbackLine) -> None:
        if len(self.outside) < MAX_FAULTS:
            self.outside.append(LineFault(line.number, line.fault or f"a {line.record} line outside any batch"))

    def _take_details(self, batch: BatchInFile, details: PlainDetails) -> None:
        batch.counted += len(details.line)
        batch.items += len(details.line)
        self.effective |= details.days()
        for journal, side, amount in details.sums():
            batch.journals[journal].sums[side] += amount

    def _take(self, batch: BatchInFile, line: FeedbackLine, batch_type: str) -> None:
        if line.fault:
            batch.blame(line.number, line.fault)
        elif batch_type != batch.batch_type:
            batch.blame(line.number, f"a {batch_type} line in a {batch.batch_type} batch")
        if line.record in COUNTED[batch.batch_type] or line.record == "??":
            batch.counted += 1
        if line.fault:
            return
        if line.effective is not None:
            self.effective.add(line.effective)
        if line.record == "BH":
            batch.header_code = line.code
        elif line.record == "JH":
            _take_journal(batch, line)
        elif line.record == "JD":
            _take_detail(batch, line)
        elif line.record == "IH":
            batch.items += 1
            batch.total += line.amount or _ZERO
        elif line.record == "BT":
            _check(batch, line)


def continues(before: FeedbackLine | None, line: FeedbackLine) -> bool:
    """Return whether a journal line is about the same as the one before it."""
    return (
        before is not None
        and line.record == before.record == "JD"
        and (line.journal, line.subject) == (before.journal, before.subject)
    )


def _take_journal(batch: BatchInFile, line: FeedbackLine) -> None:
    assert line.journal is not None and line.amount is not None
    if line.batch != batch.number:
        batch.blame(line.number, f"journal {line.journal} names batch {line.batch}, expected {batch.number}")
    if line.journal in batch.journals:
        batch.blame(line.number, f"journal {line.journal} began at line {batch.journals[line.journal].line} already")
        return
    batch.journals[line.journal] = JournalInFile(line.number, line.amount)


def _take_detail(batch: BatchInFile, line: FeedbackLine) -> None:
    assert line.journal is not None and line.amount is not None
    batch.items += 1
    journal = batch.journals.get(line.journal)
    if journal is None:
        batch.blame(line.number, f"journal {line.journal} has no JH line before its details")
        return
    journal.sums[line.side] += line.amount


def _check(batch: BatchInFile, trailer: FeedbackLine) -> None:
    """Hold a batch against its trailer, and its journals against their headers."""
    if trailer.batch != batch.number:
        batch.blame(trailer.number, f"BT names batch {trailer.batch}, BG names {batch.number}")
    if batch.header_code not in {"", ACCEPTED} and not batch.counted:
        return  # CGI refused the batch as a whole and repeats none of it
    if trailer.control_count != batch.counted:
        batch.blame(trailer.number, f"BT counts {trailer.control_count} lines, {batch.counted} are there")
    if batch.batch_type in JOURNAL_TYPES:
        batch.total = sum((journal.sums["D"] for journal in batch.journals.values()), _ZERO)
    if trailer.amount != batch.total:
        batch.blame(trailer.number, f"BT says {trailer.amount} CAD, the lines add up to {batch.total} CAD")
    for number, journal in batch.journals.items():
        if {journal.total, journal.sums["C"], journal.sums["D"]} != {journal.total}:
            batch.blame(
                journal.line,
                f"journal {number}: JH says {journal.total} CAD, its lines add up to {journal.sums['D']} CAD debit and "
                f"{journal.sums['C']} CAD credit",
            )
    batch.journals = {}


def _close(batch: BatchInFile, next_line: int | None) -> None:
    if next_line is None:
        where = f"the file ends at line {batch.last_line}"
    else:
        where = f"another batch begins at line {next_line}"
    batch.blame(batch.last_line, f"the batch has no BT line: {where}")


def _mentions(line: FeedbackLine) -> Iterator[Mention]:
    if line.fault:
        return
    if line.record in {"BG", "BT"}:
        yield Mention(line.number, "batch", str(line.batch), line.amount)
    elif line.record == "JH":
        yield Mention(line.number, "journal", str(line.journal), line.amount)
    elif line.about is not None:
        yield Mention(line.number, "invoice", str(line.about.invoice_id), line.amount)
        if line.about.partner_id is not None:
            yield Mention(line.number, "disbursement", str(line.about.partner_id), line.amount)
        if line.about.refund_id is not None:
            yield Mention(line.number, "refund", str(line.about.refund_id), line.amount)
    elif line.record == "IH":
        yield Mention(line.number, "ap", line.subject, line.amount)
