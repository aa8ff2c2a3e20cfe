"""An answer changes and locks what its batch is about, and nothing of the other batches beside it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from database.sessions import Session
from tests.ejv_factory import Batch, EjvBooks, Item, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.tasks.ejv_feedback_check.test_effects_ap import (
    EFT,
    PARTNER,
    SLIPS,
    given_eft_refunds,
    given_partner_invoices,
    given_slips,
)

_TABLES = {
    "ejv_files": "id",
    "ejv_headers": "id",
    "ejv_links": "id",
    "invoices": "id",
    "invoice_references": "id",
    "receipts": "id",
    "payments": "id",
    "refunds_partial": "id",
    "partner_disbursements": "id",
    "routing_slips": "id",
    "refunds": "id",
    "eft_refunds": "id",
    "distribution_codes": "distribution_code_id",
}
_ALL = " UNION ALL ".join(f"SELECT '{table}', {key}, to_jsonb(one)::text FROM {table} AS one"
                          for table, key in _TABLES.items())  # fmt: skip


def given_strangers(books: EjvBooks) -> None:
    """Let a batch of each type wait for its answer, and have a receipt and a payment of an earlier one."""
    account = books.account()
    books.batch(900, "PAYMENT")
    books.invoice(account, 9001, "30.00", payment_method_code="EJV")
    books.partial_refund(955, 9001, "5.00")
    books.partial_refund(1001, 9001, "5.00")  # the number of an invoice of ours
    books.invoice(account, 55, "30.00")  # and that of a partial refund
    books.journal(900, 90, [("invoice", 9001), ("partial_refund", 955)], payment_account_id=account)
    books.add("payments", payment_system_code="CGI", payment_method_code="EJV", payment_status_code="CREATED",
              receipt_number="FI00000090", paid_amount=1)  # fmt: skip
    books.add("receipts", invoice_id=9001, receipt_number="FI00000090", receipt_amount=1)
    books.batch(901, "DISBURSEMENT")
    books.invoice(account, 9011, "30.00", "PAID", disbursement_status_code="UPLOADED")
    books.add("partner_disbursements", amount="30.00", partner_code="VS", target_id=9011, target_type="invoice")
    books.add("partner_disbursements", amount="30.00", partner_code="VS", target_id=1001, target_type="invoice",
              status_code="WAITING_FOR_JOB")  # fmt: skip
    books.line_item(9011, "30.00", books.partner_gl()[0])
    books.partial_refund(966, 9011, "5.00")
    books.journal(901, 91, [("invoice", 9011), ("partial_refund", 966)], partner_code="VS")
    books.batch(902, "REFUND")
    books.add("refunds", routing_slip_id=books.add("routing_slips", number="206009999", refund_amount=5))
    books.batch(903, "EFT_REFUND")
    name = books.add("eft_short_names", short_name="STRANGER", type="EFT", is_generated=False)
    books.add("eft_refunds", id=977, short_name_id=name, refund_amount="12.25", refund_method="CHEQUE")
    books.batch(904, "NON_GOV_DISBURSEMENT")
    books.invoice(account, 9041, "30.00", "PAID", disbursement_status_code="UPLOADED")
    books.journal(904, 94, [("invoice", 9041)], partner_code="VS")


def given_charges(books: EjvBooks) -> None:
    """Let a batch charge, pay back, and pay back in part."""
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00")
    books.invoice(account, 1002, "20.00", "REFUND_REQUESTED", payment_date=datetime(2026, 10, 1))
    books.partial_refund(55, 1001, "5.00")
    books.journal(100, 10, [("invoice", 1001), ("invoice", 1002)], payment_account_id=account)
    books.journal(100, 11, [("partial_refund", 55)], payment_account_id=account)


def given_disbursements(books: EjvBooks) -> None:
    """Let a batch pay a partner for an invoice, and take a part of it back."""
    books.batch(100, "DISBURSEMENT")
    books.invoice(books.account(), 1001, "30.00", "PAID", disbursement_status_code="UPLOADED")
    books.line_item(1001, "30.00", books.partner_gl()[0])
    books.partial_refund(55, 1001, "5.00")
    for number, kind, amount in ((7, "invoice", "30.00"), (8, "partial_refund", "5.00")):
        books.add("partner_disbursements", id=number, amount=amount, partner_code="VS", target_type=kind,
                  target_id=1001 if kind == "invoice" else 55, is_reversal=kind != "invoice")  # fmt: skip
    books.journal(100, 10, [("invoice", 1001), ("partial_refund", 55)], partner_code="VS")


CHARGES = Batch(100, journals=[
    (10, [JournalPair("1001", "30.00"), JournalPair("1002", "20.00", is_reversal=True)]),
    (11, [JournalPair("1001-PR-55", "5.00", is_reversal=True)]),
])  # fmt: skip
DISBURSEMENTS = Batch(100, "GA", journals=[
    (10, [JournalPair("1001-7", "30.00"), JournalPair("1001-8-PR", "5.00", is_reversal=True)])])  # fmt: skip
NO_GL = "1117 INVALID DISTRIBUTION ACCOUNT"
CASES: dict[str, tuple[Callable[[EjvBooks], None], Batch, dict[int | str, str]]] = {
    "charges accepted": (given_charges, CHARGES, {}),
    "charges refused": (given_charges, CHARGES, {4: NO_GL, 6: NO_GL, 9: NO_GL}),
    "charges refused as a whole": (given_charges, CHARGES, {2: "9001 BAD BATCH"}),
    "one journal refused": (given_charges, CHARGES, {3: "9002 BAD JOURNAL"}),
    "disbursements accepted": (given_disbursements, DISBURSEMENTS, {}),
    "disbursements refused": (given_disbursements, DISBURSEMENTS, {4: NO_GL, 6: NO_GL}),
    "disbursements refused as a whole": (given_disbursements, DISBURSEMENTS, {2: "9001 BAD BATCH"}),
    "cheques of slips": (given_slips, SLIPS, {6: "3001 NO SUPPLIER"}),
    "EFT refunds": (given_eft_refunds, EFT, {6: "3001 NO SUPPLIER"}),
    "invoices of a partner without GL": (given_partner_invoices, PARTNER, {6: "3001 NO SUPPLIER"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_rows_of_other_batches_are_neither_changed_nor_locked(case: str, office: FeedbackOffice) -> None:
    given, batch, codes = CASES[case]
    books, database = office.books, office.books.database
    with books.together():
        given_strangers(books)
        theirs = set(books.rows(_ALL))
        given(books)
    ours = {row for row in books.rows(_ALL) if row not in theirs}
    locked: set[tuple[Any, ...]] = set()

    def look() -> None:
        with database.engine.connect() as beside:
            for table, key in _TABLES.items():
                free = _ids(beside, f"SELECT {key} FROM {table} FOR UPDATE SKIP LOCKED")
                locked.update((table, one) for one in _ids(beside, f"SELECT {key} FROM {table}") - free)

    database.before_commit = look
    office.answer(batch, codes)
    database.before_commit = lambda: None

    assert theirs <= set(books.rows(_ALL))
    assert locked <= {(table, key) for table, key, _ in ours}
    assert locked


def _ids(session: Session, query: str) -> set[Any]:
    return set(session.execute(text(query)).scalars())


def test_what_another_batch_was_told_of_an_item_is_no_answer_of_this_one(office: FeedbackOffice) -> None:
    given_slips(office.books)
    office.books.batch(99, "REFUND")
    office.answer(Batch(99, "AP", items=[Item("206000010", "12.25")]), {3: "3001 NO SUPPLIER"})
    office.books.change("UPDATE routing_slips SET status = 'REFUND_UPLOADED'")
    outcome = office.answer(SLIPS, name="FEEDBACK.F3535.20261118214512")
    assert "accepted after refusal" not in {one.reason for one in outcome.rejects}
    assert office.books.rows("SELECT status FROM routing_slips ORDER BY number") == [("REFUND_PROCESSED",)] * 2
