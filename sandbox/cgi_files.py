"""Writes the INBOX file of a batch, as the pay jobs send it, and what CGI answers: ACK and FEEDBACK.

Source: docs/specs/cgi-ejv-files.md sections 1, 3 and 6. Amounts are CAD with two places.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType

from config.business_days import next_business_day

FEEDER = "3535"
_DELIMITER = "\x1d"
_APRIL = 4
_ACCEPTED = "0000"
REFUSAL = "1117 THE RESPONSIBILITY CENTRE IS NOT OPEN FOR POSTING"
_SUPPLIER = f"{'700002':<9}001"
_CHEQUE_GL = "112100022300034000004000"


@dataclass(frozen=True)
class VoucherLine:
    """A part of an invoice in a journal: a credit to our GL (24 characters), and a debit to the account's.

    about        the flow-through, where it is not the invoice's id alone
    is_reversal  money goes back: the debit is ours
    """

    journal: int
    invoice: int
    amount: Decimal
    ours: str
    theirs: str
    account: str
    about: str = ""
    is_reversal: bool = False


@dataclass(frozen=True)
class Cheque:
    """The refund of a routing slip."""

    slip: str
    amount: Decimal
    payee: str
    street: str
    city: str
    postal_code: str


@dataclass(frozen=True)
class VoucherBatch:
    """A batch that was sent: type (GI or AP), record and body of each line between BH and BT, their total, and the
    invoices of its journals.
    """

    number: int
    sent_as: str
    sent_on: date
    kind: str
    lines: Sequence[tuple[str, str]]
    total: Decimal
    invoices: tuple[int, ...] = ()

    def inbox(self) -> bytes:
        """Return the file that was sent."""
        lines = [("BH", self._header()), *self.lines, ("BT", self._trailer())]
        text = "".join(f"{FEEDER}{self.kind}{record}{_DELIMITER}{body}{_DELIMITER}\n" for record, body in lines)
        return text.encode("ascii", "replace")

    @property
    def acknowledged_as(self) -> str:
        """The name of the ACK."""
        return self.sent_as.replace("INBOX", "ACK", 1)

    def ack(self) -> bytes:
        """Return the ACK."""
        return f"{self.sent_as} RECEIVED\n".encode()

    def feedback(self, refused: Mapping[str, str] = MappingProxyType({})) -> bytes:
        """Return the answer.

        refused  return code and message ("1117 NOT OPEN") of what is refused: a flow-through, whose debit lines are,
                 or one of its lines ("17/2" is the second); the number of a cheque; a journal's header ("JH 5"); or
                 BH, which is the whole batch
        """
        answered = [("BH", ""), *self.lines, ("BT", self._trailer())]
        text = f"{self.kind}BG...{self._header()}\n"
        lines_of: Counter[str] = Counter()
        for record, body in answered:
            about = body[198:].strip() if record == "JD" else ""
            lines_of[about] += 1
            said = refused.get(f"{about}/{lines_of[about]}") or refused.get(_subject(record, body), _ACCEPTED)
            code, _, message = said.partition(" ")
            text += f"{self.kind}{record}...{body}{code}{message:150}CGI\n"
        return text.encode("ascii", "replace")

    def _header(self) -> str:
        return f"{FEEDER}{_fiscal_year(self.sent_on)}{self.number:09}4010"

    def _trailer(self) -> str:
        return f"{FEEDER}{_fiscal_year(self.sent_on)}{self.number:09}{len(self.lines):015}{self.total:015.2f}"


def journal_batch(number: int, sent_as: str, sent_on: date, entries: Iterable[VoucherLine]) -> VoucherBatch:
    """Return a batch of journals; the entries come journal by journal."""
    lines: list[tuple[str, str]] = []
    invoices: dict[int, None] = {}
    total = Decimal("0.00")
    for journal, group in groupby(entries, key=lambda entry: entry.journal):
        of_journal = list(group)
        amount = sum((entry.amount for entry in of_journal), Decimal("0.00"))
        total += amount
        invoices |= dict.fromkeys(entry.invoice for entry in of_journal)
        lines.append(("JH", f"FI{journal:08}{f'FI{number:09}':25}{amount:015.2f}ACAD".ljust(264)))
        sides = [(entry, gl, side) for entry in of_journal for gl, side in _sides(entry)]
        lines += [("JD", _detail(entry, gl, side, nth, sent_on)) for nth, (entry, gl, side) in enumerate(sides, 1)]
    return VoucherBatch(number, sent_as, sent_on, "GI", lines, total, tuple(invoices))


def cheque_batch(number: int, sent_as: str, sent_on: date, cheques: Iterable[Cheque]) -> VoucherBatch:
    """Return an AP batch of routing slip refunds."""
    lines: list[tuple[str, str]] = []
    total = Decimal("0.00")
    for cheque in cheques:
        total += cheque.amount
        lines += _cheque_lines(cheque, _effective(sent_on))
    return VoucherBatch(number, sent_as, sent_on, "AP", lines, total)


def _sides(entry: VoucherLine) -> tuple[tuple[str, str], tuple[str, str]]:
    first, second = ("D", "C") if entry.is_reversal else ("C", "D")
    return (entry.ours, first), (entry.theirs, second)


def _subject(record: str, body: str) -> str:
    """Return what a line is refused by, if it is."""
    if record == "JD":
        return body[198:].strip() if body[97] == "D" else ""
    if record == "JH":
        return f"JH {int(body[2:10])}"
    return body[12:62].strip() if record == "IH" else record


def _detail(entry: VoucherLine, gl: str, side: str, nth: int, sent_on: date) -> str:
    about = entry.about or str(entry.invoice)
    tail = f"#{entry.invoice}"
    description = f"{entry.account[:100]:100}"[: 100 - len(tail)] + tail
    return (
        f"FI{entry.journal:08}{nth:05}{_effective(sent_on)}{gl}{'0' * 10}{'':16}{'':9}{entry.amount:015.2f}{side}"
        f"{description}{about:<110}"
    )


def _cheque_lines(cheque: Cheque, day: str) -> list[tuple[str, str]]:
    key, amount = f"{_SUPPLIER}{cheque.slip:50}", f"{cheque.amount:015.2f}"
    head = f"{key}{'':20}ST{day}GEN CHQ N78  {amount}CAD{day}{'Immediate':50}{'':76}"
    head += f"{f'REFUND_FAS_RS_{cheque.slip}'[:30]:30}{'':9}Y"
    line = f"{key}0001{'':4}{amount}D{_CHEQUE_GL}{'0' * 10}{'':16}{'':55}{day}".ljust(387) + "700002"
    address = f"{cheque.street[:40]:40}{'':80}{cheque.city[:25]:25}BC{cheque.postal_code[:10]:10}CA"
    return [
        ("IH", head.ljust(407)),
        ("IL", line.ljust(527)),
        ("NA", f"{key}{cheque.payee[:80]:80}{address}"),
    ]


def _effective(sent_on: date) -> str:
    return f"{next_business_day(sent_on):%Y%m%d}"


def _fiscal_year(day: date) -> int:
    return day.year + (day.month >= _APRIL)
