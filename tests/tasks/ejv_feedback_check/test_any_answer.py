"""Whatever a PAYMENT batch is answered, in whatever state its invoices are: what is written is what a model expects.

The model knows the rules of section 7.2 by what happened to the money: taken, given back, or neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jobs.run.outcome import Outcome
from tests.ejv_factory import NOW, Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.tools.verify.watch import InvariantWatch

DAY, BEFORE = datetime(2026, 11, 18), datetime(2026, 10, 1)
OWED = ("APPROVED", "CREATED", "OVERDUE", "PARTIAL_PAID", "SETTLEMENT_SCHED")
STATUSES = (*OWED, "PAID", "REFUND_REQUESTED", "REFUNDED", "CREDITED", "CANCELLED", "MANUALLY_REFUNDED", "DELETED")
PAYMENT = """
SELECT coalesce(sum(paid_amount), 0), coalesce(sum(invoice_amount), 0) FROM payments WHERE receipt_number = :receipt
"""
ERROR = "1117 INVALID DISTRIBUTION ACCOUNT"


@dataclass(frozen=True)
class AnsweredInvoice:
    """An invoice of the batch: how it stands, what its lines are, and how they are answered.

    paid_on   it has a payment date
    receipts  "card": money came another way; "own": the journal's receipt is there already
    """

    status: str
    method: str
    amount: str
    is_reversal: bool
    paid_on: bool
    receipts: frozenset[str]
    is_refused: bool
    is_first_line: bool


@dataclass
class ExpectedInvoice:
    """The state of an invoice afterwards, and what is reported."""

    status: str
    receipts: list[tuple[str, Decimal]]
    payment_date: datetime | None
    refund_date: datetime | None
    reference: str
    told: list[str] = field(default_factory=list)
    counts: Decimal = Decimal(0)


THINGS = st.builds(
    AnsweredInvoice,
    status=st.sampled_from(STATUSES),
    method=st.sampled_from(["EJV", "EJV", "DIRECT_PAY", "PAD"]),
    amount=st.sampled_from(["30.00", "12.50", "0.01"]),
    is_reversal=st.booleans(),
    paid_on=st.booleans(),
    receipts=st.frozensets(st.sampled_from(["card", "own"])),
    is_refused=st.sampled_from([False, False, False, True]),
    is_first_line=st.booleans(),
)
BATCHES = st.lists(st.lists(THINGS, min_size=1, max_size=6), min_size=1, max_size=3)


def model(thing: AnsweredInvoice, receipt: str, *, is_header_refused: bool) -> ExpectedInvoice:
    """Return what becomes of an invoice."""
    amount = Decimal(thing.amount)
    before = [(number, amount) for kind, number in (("card", "CARD"), ("own", receipt)) if kind in thing.receipts]
    paid_on = BEFORE if thing.paid_on else None
    left = ExpectedInvoice(thing.status, before, paid_on, None, "CANCELLED")
    if thing.is_refused or is_header_refused:
        left.told = ["refused by CGI"]
        was_charged = thing.paid_on or bool(thing.receipts)
        if thing.status == "REFUND_REQUESTED" and not was_charged:
            left.reference = "ACTIVE"
        elif thing.status == "REFUND_REQUESTED" and thing.method == "EJV":
            left.reference = "COMPLETED"
        return left
    left.reference = "COMPLETED"
    return _given_back(thing, left) if thing.is_reversal else _taken(thing, left, receipt)


def _taken(thing: AnsweredInvoice, left: ExpectedInvoice, receipt: str) -> ExpectedInvoice:
    is_booked, had_money = "own" in thing.receipts, thing.paid_on or "card" in thing.receipts
    if not is_booked:
        left.receipts = [*left.receipts, (receipt, Decimal(thing.amount))]
        left.counts = Decimal(thing.amount)
    if thing.status in OWED:
        left.status, left.payment_date = "PAID", DAY
        if "card" in thing.receipts and not is_booked:
            left.told = ["taken a second time"]
    elif not is_booked and (thing.status == "PAID" or had_money):
        left.told = ["moved a second time"]
    elif not is_booked:
        left.payment_date, left.told = DAY, ["charged though given up"]
    return left


def _given_back(thing: AnsweredInvoice, left: ExpectedInvoice) -> ExpectedInvoice:
    left.counts = Decimal(thing.amount)
    if thing.status == "REFUNDED":
        left.told = ["moved a second time"]
    elif thing.status == "REFUND_REQUESTED" and thing.method == "EJV":
        left.status, left.refund_date = "REFUNDED", DAY
    else:
        left.told = ["paid back though not asked for"]
        left.reference = "ACTIVE" if thing.status in OWED else "COMPLETED"
    return left


@settings(
    max_examples=20, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(journals=BATCHES, refused=st.sets(st.integers(0, 2), max_size=1), is_batch_refused=st.booleans())
def test_every_invoice_ends_as_its_money_went(
    journals: list[list[AnsweredInvoice]], refused: set[int], is_batch_refused: bool, office: FeedbackOffice
) -> None:
    books = office.books
    books.empty()
    batch, codes, expected = given_batch(books, journals, refused, is_batch_refused=is_batch_refused)
    watch = InvariantWatch(books.database, "EJV", "REC-JOURNAL", "PAY-JOURNAL", "DIS", "INV", "HIS", "FILE-WHOLE")
    watch.begin(NOW, (journals, refused, is_batch_refused))
    outcome = office.answer(batch, codes)
    reported = {f"invoice {number}" for number, one in expected.items() if one.told}
    # An invoice that bears the receipt of a journal without an answer is in no state that verify knows.
    booked_before = {
        f"invoice {1000 * (place + 1) + n}"
        for place, things in enumerate(journals)
        for n, thing in enumerate(things)
        if "own" in thing.receipts
    }
    said = {(code, row) for code, row in watch.news(NOW) if row not in reported | booked_before}
    assert {code for code, _ in said} <= ({"PAY-JOURNAL"} if booked_before else set())
    assert {number: found(books, number) for number in expected} == {
        number: (one.status, one.receipts, one.payment_date, one.refund_date, one.reference)
        for number, one in expected.items()
    }
    assert told_of(outcome, expected) == {number: one.told for number, one in expected.items()}
    for place, things in enumerate(journals):
        total = sum((expected[1000 * (place + 1) + n].counts for n in range(len(things))), Decimal(0))
        assert books.one(PAYMENT, receipt=receipt_of(place)) == (total, total)


def given_batch(
    books: EjvBooks, journals: Sequence[Sequence[AnsweredInvoice]], refused: set[int], *, is_batch_refused: bool
) -> tuple[Batch, dict[int | str, str], dict[int, ExpectedInvoice]]:
    """Fill the tables; return the batch, its codes by line, and what is expected of each invoice."""
    books.batch(100)
    codes: dict[int | str, str] = {2: "9001 BAD BATCH"} if is_batch_refused else {}
    written, expected, line = [], {}, 2
    for place, things in enumerate(journals):
        account, line = books.account(), line + 1
        is_refused = is_batch_refused or place in refused
        if place in refused:
            codes[line] = "2001 BAD JOURNAL"
        pairs = []
        for n, thing in enumerate(things):
            number = 1000 * (place + 1) + n
            given_invoice(books, account, number, thing, receipt_of(place))
            pairs.append(JournalPair(str(number), thing.amount, is_reversal=thing.is_reversal))
            if thing.is_refused:
                codes[line + (1 if thing.is_first_line else 2)] = ERROR
            line += 2
            expected[number] = model(thing, receipt_of(place), is_header_refused=is_refused)
        books.journal(100, 10 + place, [("invoice", int(pair.about)) for pair in pairs], payment_account_id=account)
        written.append((10 + place, pairs))
    return Batch(100, journals=written), codes, expected


def given_invoice(books: EjvBooks, account: int, number: int, thing: AnsweredInvoice, receipt: str) -> None:
    books.invoice(account, number, thing.amount, thing.status, payment_method_code=thing.method,
                  payment_date=BEFORE if thing.paid_on else None)  # fmt: skip
    for kind, name in (("card", "CARD"), ("own", receipt)):
        if kind in thing.receipts:
            books.add("receipts", invoice_id=number, receipt_number=name, receipt_amount=thing.amount)


def receipt_of(place: int) -> str:
    return f"GIJH...FI{10 + place:08}FI000000100"


def found(books: EjvBooks, number: int) -> tuple[Any, ...]:
    invoice = "SELECT invoice_status_code, payment_date, refund_date FROM invoices WHERE id = :n"
    status, payment_date, refund_date = books.one(invoice, n=number)
    receipts = books.rows(
        "SELECT receipt_number, CAST(receipt_amount AS numeric(19,2)) FROM receipts WHERE invoice_id = :n ORDER BY id",
        n=number,
    )
    reference = books.one("SELECT status_code FROM invoice_references WHERE invoice_id = :n", n=number)
    return status, receipts, payment_date, refund_date, reference


def told_of(outcome: Outcome, expected: dict[int, ExpectedInvoice]) -> dict[int, list[str]]:
    """Return the reasons that were told, by invoice."""
    return {
        number: [reject.reason for reject in outcome.rejects if f"invoice {number}," in reject.detail]
        for number in expected
    }
