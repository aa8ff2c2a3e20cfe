"""Read JD lines of a FEEDBACK file that follow one another column by column: nearly all lines of nearly every file.

A line is plain if it is ASCII and about an invoice, and each of its values can be read. The others are read by
feedback_lines.py, which has the rules of the format; a line that is plain here reads the same there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import compress, groupby
from operator import itemgetter, ne

from connectors.formats.remembered_texts import RememberedTexts
from tasks.ejv_feedback_check import feedback_lines
from tasks.ejv_feedback_check.feedback_lines import JOURNAL_TYPES, FeedbackLine, read_line

_FEWEST = 4
_TAIL = feedback_lines.TAIL
_RECORDS = {kind + "JD": kind for kind in JOURNAL_TYPES}


@dataclass(frozen=True)
class PlainDetails:
    """JD lines of one batch type that follow one another, column by column, each value as `str` gives that of a line.

    raw      the lines as they came
    subject  the number of the invoice
    """

    batch_type: str
    raw: Sequence[bytes]
    line: Sequence[str]
    journal: Sequence[str]
    journal_line: Sequence[str]
    effective: Sequence[str]
    amount: Sequence[str]
    side: Sequence[str]
    subject: Sequence[str]
    code: Sequence[str]
    message: Sequence[str]

    def each(self) -> Iterator[tuple[FeedbackLine, str]]:
        """Return each line by itself, with its batch type."""
        return ((read_line(int(number), raw), self.batch_type) for number, raw in zip(self.line, self.raw, strict=True))

    def last(self) -> FeedbackLine:
        """Return the last line."""
        return read_line(int(self.line[-1]), self.raw[-1])

    def days(self) -> set[date]:
        """Return the effective dates."""
        return set(map(date.fromisoformat, set(self.effective)))

    def sums(self) -> Iterator[tuple[int, str, Decimal]]:
        """Return journal, side and amount; the amounts of a journal's side add up to those of its lines."""
        for (journal, side, amount), count in Counter(zip(self.journal, self.side, self.amount, strict=True)).items():
            yield int(journal), side, Decimal(amount) * count

    def mentions(self, before: FeedbackLine | None) -> "DetailMentions":
        """Return what the lines mention, less what is about the same as the line before."""
        things = list(zip(self.journal, self.subject, strict=True))
        first = (str(before.journal), before.subject) if before is not None else None
        is_new = list(map(ne, things, [first, *things]))
        kept = (list(compress(texts, is_new)) for texts in (self.line, self.subject, self.amount))
        return DetailMentions(*kept)


@dataclass(frozen=True)
class DetailMentions:
    """The invoices that plain lines are about, column by column."""

    line: Sequence[str]
    number: Sequence[str]
    amount: Sequence[str]


class DetailReader:
    """Finds the plain lines in pieces of a file."""

    def __init__(self) -> None:
        self._numbers = RememberedTexts(int)
        self._days = RememberedTexts(feedback_lines.read_day)
        self._amounts = RememberedTexts(feedback_lines.read_amount)
        self._codes = RememberedTexts(lambda text: text if feedback_lines.CODE.fullmatch(text) else None)

    def split(self, numbered: Sequence[tuple[int, bytes]]) -> Iterator[PlainDetails | tuple[int, bytes]]:
        """Return numbered lines in their order, those that are plain and follow one another in one."""
        for record, group in groupby(numbered, lambda line: line[1][:4]):
            lines = list(group)
            kind = _RECORDS.get(record.decode("latin-1"))
            plain = self._read(kind, lines) if kind is not None and len(lines) >= _FEWEST else None
            if plain is not None:
                yield plain
            else:
                yield from lines

    def _read(self, kind: str, numbered: Sequence[tuple[int, bytes]]) -> PlainDetails | None:
        """Return the lines as columns, None where one of them is not plain."""
        raw = list(map(itemgetter(1), numbered))
        together = b"\n".join(raw)
        if not together.isascii() or b"\0" in together:
            return None
        texts = together.decode("ascii").split("\n")
        if {text[-3:] for text in texts} != {"CGI"}:
            return None
        journals, places = [text[9:17] for text in texts], [text[17:22] for text in texts]
        sides, subjects = [text[104:105] for text in texts], [text[205:-_TAIL].strip() for text in texts]
        if not "".join(journals + places).isdecimal() or not set(sides) <= {"C", "D"}:
            return None
        if not "".join(subjects).isdecimal() or not all(0 < len(one) < 10 and one[0] != "0" for one in subjects):
            return None
        days = self._days.of(text[22:30] for text in texts)
        amounts = self._amounts.of(text[89:104] for text in texts)
        codes = self._codes.of(text[-_TAIL : 4 - _TAIL] for text in texts)
        if None in days or None in amounts or None in codes:
            return None
        return PlainDetails(
            batch_type=kind,
            raw=raw,
            line=[str(number) for number, _ in numbered],
            journal=self._numbers.of(journals),
            journal_line=self._numbers.of(places),
            effective=days,
            amount=amounts,
            side=sides,
            subject=subjects,
            code=codes,
            message=[text[4 - _TAIL : -3].strip() for text in texts],
        )
