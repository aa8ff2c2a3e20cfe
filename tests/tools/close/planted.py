"""Invoices of a partner that went their way, as many as asked for, and what is planted among them.

Invoice 1,000,001 and on: made on the 3rd; four of five are paid on the 4th by EFT and disbursed on the 10th, each
fifth is owed. All in November 2026.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.ejv_factory import EjvBooks
from tests.tools.partners.deals import PARTNER, PartnerBooks

FIRST = 1_000_001
BATCH = 90_000
REFUNDS, LOST, DOUBLED, CELLS = 71, 20, 5, 30
MADE, PAID, QUIET = date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 5)

_BOOKS = (
    """
    INSERT INTO invoices (id, created_by, created_on, payment_account_id, corp_type_code, total, service_fees,
                          payment_method_code, invoice_status_code, paid, payment_date, disbursement_status_code,
                          disbursement_date)
    SELECT id, 'API', '2026-11-03 20:00', :account, :partner, 11.5, 1.5, 'EFT',
           CASE WHEN is_paid THEN 'PAID' ELSE 'APPROVED' END, CASE WHEN is_paid THEN 11.5 ELSE 0 END,
           CASE WHEN is_paid THEN CAST('2026-11-04 20:00' AS timestamp) END, CASE WHEN is_paid THEN 'COMPLETED' END,
           CASE WHEN is_paid THEN CAST('2026-11-10' AS timestamp) END
      FROM (SELECT id, id % 5 <> 0 AS is_paid FROM generate_series(:first, :last) AS id) AS made
    """,
    """
    INSERT INTO payment_line_items (invoice_id, filing_fees, total, service_fees, line_item_status_code,
                                    fee_distribution_id, fee_schedule_id)
    SELECT id, 10, 10, 1.5, 'ACTIVE', :gl, (SELECT min(fee_schedule_id) FROM fee_schedules)
      FROM generate_series(:first, :last) AS id
    """,
    """
    INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
    SELECT id, 'EFTCIL' || id, '2026-11-04 20:00', 11.5 FROM generate_series(:first, :last) AS id WHERE id % 5 <> 0
    """,
    """
    INSERT INTO partner_disbursements (target_id, target_type, amount, partner_code, is_reversal, status_code,
                                       created_on, feedback_on)
    SELECT id, 'invoice', 10, :partner, false, CASE WHEN id % 5 <> 0 THEN 'COMPLETED' ELSE 'WAITING_FOR_JOB' END,
           '2026-11-03 20:00', CASE WHEN id % 5 <> 0 THEN CAST('2026-11-10' AS timestamp) END
      FROM generate_series(:first, :last) AS id
    """,
    """
    INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code)
    SELECT id, 'invoice', :batch, 'COMPLETED' FROM generate_series(:first, :last) AS id WHERE id % 5 <> 0
    """,
)
_REFUND = (
    "UPDATE invoices SET invoice_status_code = 'CREDITED', refund = 11.5, refund_date = '2026-11-12' WHERE id = :id",
    "INSERT INTO refunds (invoice_id, status, type, requested_date)"
    " VALUES (:id, 'APPROVAL_NOT_REQUIRED', 'INVOICE', '2026-11-12 20:00')",
    "INSERT INTO partner_disbursements (target_id, target_type, amount, partner_code, is_reversal, status_code,"
    " created_on) VALUES (:id, 'invoice', 10, :partner, true, 'WAITING_FOR_JOB', '2026-11-12 20:00')",
)
_GIVEN_BACK = (
    "UPDATE invoices SET disbursement_status_code = 'REVERSED', disbursement_reversal_date = '2026-11-16'"
    " WHERE id = :id",
    "UPDATE partner_disbursements SET status_code = 'REVERSED', feedback_on = '2026-11-16'"
    " WHERE target_id = :id AND is_reversal",
    "INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code)"
    " VALUES (:id, 'invoice', :batch + 1, 'COMPLETED')",
)
_AGAIN = (
    "INSERT INTO partner_disbursements (target_id, target_type, amount, partner_code, is_reversal, status_code,"
    " created_on) VALUES (:id, 'invoice', 10, :partner, true, 'WAITING_FOR_JOB', '2026-11-17 20:00')"
)
_LOSE = "DELETE FROM partner_disbursements WHERE target_id = :id"
# A cell of an invoice, or of its receipt; those of the second half are of invoices that are owed.
_CELLS_OF_PAID = (
    "UPDATE receipts SET receipt_amount = receipt_amount + 1 WHERE invoice_id = :id",
    "UPDATE receipts SET receipt_date = receipt_date - interval '1 day' WHERE invoice_id = :id",
    "UPDATE invoices SET created_on = created_on - interval '1 day' WHERE id = :id",
)
_CELLS_OF_OWED = (
    "UPDATE invoices SET total = total + 1 WHERE id = :id",
    "UPDATE invoices SET paid = 1 WHERE id = :id",
    "UPDATE invoices SET invoice_status_code = 'PAID' WHERE id = :id",
)


@dataclass(frozen=True)
class Planted:
    """The invoices that something was done to, by what."""

    refunds: tuple[int, ...]
    lost: tuple[int, ...]
    doubled: tuple[int, ...]
    cells: tuple[int, ...]


def fill(partner: PartnerBooks, count: int) -> None:
    """Write the invoices, all as they should be."""
    books = partner.books
    for batch in (BATCH, BATCH + 1):
        books.batch(batch, "DISBURSEMENT", f"INBOX.F3535.{batch:014}")
        books.journal(batch, batch, [], partner_code=PARTNER)
    values = {"first": FIRST, "last": FIRST + count - 1, "account": partner.account, "gl": partner.gl[0]}
    for statement in _BOOKS:
        books.change(statement, partner=PARTNER, batch=BATCH, **values)
    books.change("ANALYZE")


def plant(books: EjvBooks, count: int) -> Planted:
    """Do something to invoices that lie far apart, each once."""
    paid, owed = _spread(count, is_owed=False), _spread(count, is_owed=True)
    planted = Planted(
        tuple(next(paid) for _ in range(REFUNDS)),
        tuple(next(paid) for _ in range(LOST)),
        tuple(next(paid) for _ in range(DOUBLED)),
        (*(next(paid) for _ in range(CELLS // 2)), *(next(owed) for _ in range(CELLS // 2))),
    )
    for invoice in planted.refunds:
        _run(books, invoice, *_REFUND)
    for invoice in planted.lost:
        _run(books, invoice, _LOSE)
    for invoice in planted.doubled:
        _run(books, invoice, *_REFUND, *_GIVEN_BACK, _AGAIN)
    for nth, invoice in enumerate(planted.cells[: CELLS // 2]):
        _run(books, invoice, _CELLS_OF_PAID[nth % 3])
    for nth, invoice in enumerate(planted.cells[CELLS // 2 :]):
        _run(books, invoice, _CELLS_OF_OWED[nth % 3])
    return planted


def _spread(count: int, *, is_owed: bool) -> Iterator[int]:
    """Return invoices that are owed, or that are paid, at equal distances."""
    wanted = [one for one in range(FIRST, FIRST + count) if (one % 5 == 0) is is_owed]
    many = REFUNDS + LOST + DOUBLED + CELLS
    step = max(len(wanted) // many, 1)
    return iter(wanted[::step])


def _run(books: EjvBooks, invoice: int, *statements: str) -> None:
    for statement in statements:
        named = {"partner": PARTNER, "batch": BATCH, "id": invoice}
        books.change(statement, **{name: value for name, value in named.items() if f":{name}" in statement})
