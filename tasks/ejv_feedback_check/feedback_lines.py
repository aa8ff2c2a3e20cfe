"""The lines of a FEEDBACK file, read by position.

Return code and message are the 154 characters before the constant `CGI` at the end, wherever that is: lines come in
whose flow-through is shorter than 110. Source: docs/specs/cgi-ejv-files.md section 6.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tasks.ejv_feedback_check.file_lines import decoded
from tasks.ejv_feedback_check.flow_through import FlowThrough, read_flow_through

ACCEPTED = "0000"
JOURNAL_TYPES = ("GI", "GA")
BATCH_TYPES = (*JOURNAL_TYPES, "AP")
COUNTED = {"GI": ("JH", "JD"), "GA": ("JH", "JD"), "AP": ("IH", "IL", "NA", "IC")}
MAX_NUMBER = 2**31 - 1
_RECORDS = {"BG", "BH", "JH", "JD", "IH", "IL", "NA", "IC", "BT"}
_END = "CGI"
_FILLING = b" \t\r\x1d"
TAIL = 157
CODE = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,14}\.\d{2}", re.ASCII)
_JOURNAL = re.compile(r"..(\d{8})", re.ASCII)
_DETAIL = re.compile(
    r".{9}([0-9]{8})([0-9]{5})([0-9]{8}).{59}([0-9]{12}\.[0-9]{2})([CD]).{91,99}#([1-9][0-9]{0,8})\6 *",
    re.DOTALL | re.ASCII,
)


class FeedbackLine(NamedTuple):
    """One line. `fault` says why it cannot be read; the other values then mean nothing.

    subject  flow-through of a JD line, AP invoice number of the AP lines
    receipt  of a JH line: the receipt number that the pay tables know it by
    amount   of a BT line: the control total
    """

    number: int
    record: str
    fault: str = ""
    batch: int | None = None
    feeder: str = ""
    journal: int | None = None
    journal_line: int | None = None
    effective: date | None = None
    amount: Decimal | None = None
    side: str = ""
    subject: str = ""
    about: FlowThrough | None = None
    receipt: str = ""
    control_count: int | None = None
    code: str = ""
    message: str = ""


def read_line(number: int, raw: bytes) -> FeedbackLine:
    """Read one line of a feedback file."""
    text = decoded(raw).rstrip()
    record = text[2:4]
    if record == "JD" and (line := _plain_detail(number, text)) is not None:
        return line
    if text[:2] not in BATCH_TYPES or record not in _RECORDS:
        return FeedbackLine(number, "??", f"it begins with {text[:4]!r}, which is not a known record type")
    if record == "BG":
        return _batch_line(number, record, text)
    if not text.endswith(_END) or len(text) < TAIL + 7:
        return FeedbackLine(
            number, record, f"it does not end with return code, message and {_END!r} ({len(text)} characters)"
        )
    code, message, body = text[-TAIL : -TAIL + 4], text[-TAIL + 4 : -len(_END)].strip(), text[:-TAIL]
    if record == "BT":
        return _batch_line(number, record, body, code, message)
    if not CODE.fullmatch(code):
        return FeedbackLine(number, record, f"there is no return code 154 characters before the end (found {code!r})")
    if record == "JD":
        return _detail(number, raw, body, code, message)
    if record == "JH":
        return _header(number, body, code, message)
    if record == "BH":
        return FeedbackLine(number, record, code=code, message=message)
    return _ap_line(number, record, body, code, message)


def _batch_line(number: int, record: str, body: str, code: str = "", message: str = "") -> FeedbackLine:
    batch = _digits(body[15:24])
    if batch is None:
        return FeedbackLine(number, record, f"there is no batch number at 15 to 24 (found {body[15:24]!r})")
    if record == "BG":
        return FeedbackLine(number, record, batch=batch, feeder=body[7:11].strip())
    count, amount = _digits(body[24:39]), read_amount(body[39:54])
    if count is None or amount is None:
        return FeedbackLine(number, record, f"there are no control count and total at 24 to 54 (found {body[24:54]!r})")
    return FeedbackLine(number, record, batch=batch, control_count=count, amount=amount, code=code, message=message)


def _header(number: int, body: str, code: str, message: str) -> FeedbackLine:
    journal, batch, amount = _journal(body[7:17]), _digits(body[19:28]), read_amount(body[42:57])
    if journal is None or batch is None or amount is None:
        return FeedbackLine(
            number, "JH", f"journal, batch name or total at 7 to 57 cannot be read (found {body[7:57]!r})"
        )
    receipt = body[:42].strip()
    return FeedbackLine(
        number, "JH", batch=batch, journal=journal, amount=amount, receipt=receipt, code=code, message=message
    )


def _plain_detail(number: int, text: str) -> FeedbackLine | None:
    """Read a detail line the quick way: one of an invoice, all fields where they belong, as nearly every line is."""
    end = len(text) - TAIL
    found = _DETAIL.fullmatch(text, 0, end)
    if found is None or text[:2] not in JOURNAL_TYPES or text[-3:] != _END or found.end(5) != 105:
        return None
    journal, line, day, amount, side, subject = found.groups()
    code, effective = text[end : end + 4], read_day(day)
    if code != ACCEPTED and not CODE.fullmatch(code):
        return None
    if effective is None or found.start(6) + len(subject) != 205:
        return None
    about = FlowThrough("INVOICE", int(subject))
    message = text[end + 4 : -3].strip()
    return FeedbackLine(
        number, "JD", "", None, "", int(journal), int(line), effective, Decimal(amount), side, subject, about, "", None,
        code, message,
    )  # fmt: skip


def _detail(number: int, raw: bytes, body: str, code: str, message: str) -> FeedbackLine:
    journal, line, amount, side = _journal(body[7:17]), _digits(body[17:22]), read_amount(body[89:104]), body[104:105]
    effective = read_day(body[22:30])
    if journal is None or line is None or amount is None or side not in {"C", "D"}:
        found = f"{body[7:22]!r} and {body[89:105]!r}"
        return FeedbackLine(number, "JD", f"journal, line, amount or side cannot be read (found {found})")
    subject, about = body[205:].strip(), read_flow_through(body[205:].strip())
    if not body.isascii():
        subject, about = _counted_in_bytes(raw) or (subject, about)
    if about is None:
        return FeedbackLine(
            number, "JD", f"the flow-through names no invoice (found {subject[:40]!r})", journal=journal, code=code
        )
    return FeedbackLine(
        number, "JD", "", None, "", journal, line, effective, amount, side, subject, about, "", None, code, message
    )


def _counted_in_bytes(raw: bytes) -> tuple[str, FlowThrough] | None:
    """Read the flow-through of a line with accents whose positions count bytes, None if they do not.

    They do where what stands before it ends as every description does: with # and the number again. Where they count
    characters, fewer digits stand there than in what is read.
    """
    description, rest = raw[:205], raw[205 : len(raw.rstrip(_FILLING)) - TAIL]
    subject = decoded(rest).strip()
    about = read_flow_through(subject)
    if about is None or not decoded(description).rstrip().endswith((f"#{about.invoice_id}", f"#{subject}")):
        return None
    return subject, about


def _ap_line(number: int, record: str, body: str, code: str, message: str) -> FeedbackLine:
    subject = body[19:69].strip()
    if not subject:
        return FeedbackLine(number, record, "there is no invoice number at 19 to 69")
    if record != "IH":
        return FeedbackLine(number, record, subject=subject, code=code, message=message)
    amount = read_amount(body[112:127])
    if amount is None:
        return FeedbackLine(number, record, f"the total at 112 to 127 cannot be read (found {body[112:127]!r})")
    return FeedbackLine(
        number, record, subject=subject, amount=amount, effective=read_day(body[130:138]), code=code, message=message
    )


def _digits(text: str) -> int | None:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()) or int(digits) > MAX_NUMBER:
        return None
    return int(digits)


def read_amount(text: str) -> Decimal | None:
    """Return an amount in CAD, None where it cannot be read."""
    digits = text.strip()
    return Decimal(digits) if _AMOUNT.fullmatch(digits) else None


def _journal(text: str) -> int | None:
    found = _JOURNAL.fullmatch(text)
    return int(found[1]) if found else None


@cache
def read_day(text: str) -> date | None:
    """Return a day written without separators, None where it cannot be read."""
    if not (text.isascii() and text.isdecimal() and len(text) == 8):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date without a time
    except ValueError:
        return None
