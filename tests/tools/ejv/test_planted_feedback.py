"""What CGI refuses for the form of a GL code was foretold in the evening before, and nothing else was."""

import io
import random
from contextlib import nullcontext
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from connectors.inbound.holds import HoldKind
from connectors.inbound.ledger import FileToRecord, record
from jobs.inbound.file_format import FileToApply
from tasks.ejv_feedback_check.apply_file import apply_file
from tests.ejv_factory import NOW, Batch, EjvBooks, JournalPair
from tests.pay_database import PayDatabase
from tools.ejv.preflight import preflight

CODES = 40
FEEDBACK = "FEEDBACK.F3535.20261118214512"
NAMES = ("client", "responsibility_centre", "service_line", "stob", "project_code")
GOOD = ("901", "11111", "22222", "3333", "4444444")
EVENING = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
_BAD_FORMS = (
    ("90", "111111", "22222", "3333", "4444444"),
    ("901", "1111", "22222", "33333", "4444444"),
    ("901", "11111", "22222", "STOB", "4444444"),
    ("901", "11111", "     ", "3333", "4444444"),
    ("901", "11111", "22 22", "3333", "4444444"),
    ("9.1", "11111", "22222", "3333", "4444444"),
    ("901", "11111", "22222", "3333", "44444-4"),
    ("901", "1111É", "22222", "3333", "4444444"),
    ("901", "11111", "22222", "333", "44444444"),
)


@pytest.fixture
def books(database: PayDatabase) -> EjvBooks:
    return EjvBooks(database)


def _is_refused(segments: tuple[str, ...]) -> bool:
    """CGI has a chart of accounts: it knows only what has all its segments, each of its own characters."""
    return segments != GOOD


def test_each_code_that_feedback_stops_for_its_form_was_foretold_and_no_other(books: EjvBooks) -> None:
    draw, segments_of = random.Random("planted"), {}
    books.clock = lambda: EVENING
    for number in range(1001, 1001 + CODES):
        segments = draw.choice((*_BAD_FORMS, *[GOOD] * 5))
        account = books.add("payment_accounts", payment_method="EJV", name=f"Ministry {number}")
        code = books.add("distribution_codes", account_id=account, name="GL", **dict(zip(NAMES, segments, strict=True)))
        books.add("invoices", id=number, payment_account_id=account, total="30.00", invoice_status_code="APPROVED")
        segments_of[code] = (account, number, segments)

    foretold = {int(one.where.split()[2]) for one in preflight(books.context()).rejects}

    books.clock = lambda: NOW
    _send_and_answer(books, list(segments_of.values()))
    stopped = {code for (code,) in books.rows("SELECT distribution_code_id FROM distribution_codes WHERE stop_ejv")}
    assert foretold == stopped == {code for code, (*_, segments) in segments_of.items() if _is_refused(segments)}
    assert 0 < len(stopped) < CODES


def _send_and_answer(books: EjvBooks, sent: list[tuple[int, int, tuple[str, ...]]]) -> None:
    """Send one journal an account in one batch, and apply CGI's answer, which the fuse is told to let pass."""
    books.batch(100)
    journals, codes = [], dict[int | str, str]()
    for place, (account, number, segments) in enumerate(sent):
        books.add("invoice_references", invoice_id=number, invoice_number=f"EJV{number:08}", status_code="ACTIVE")
        books.journal(100, 10 + place, [("invoice", number)], payment_account_id=account)
        journals.append((10 + place, [JournalPair(str(number), "30.00", theirs="".join(segments))]))
        if _is_refused(segments):
            codes[5 + 3 * place] = "1117 INVALID DISTRIBUTION ACCOUNT"  # BG, BH, then JH and two JD each
    content = Batch(100, journals=journals).feedback(codes)
    new = FileToRecord("CGI", FEEDBACK, sha256(content).hexdigest(), len(content), None, None, NOW)
    with books.database.begin() as session:
        file = record(session, new).file
    apply_file(books.context(), FileToApply(file, nullcontext(io.BytesIO(content)), None, frozenset({HoldKind.FUSE})))
