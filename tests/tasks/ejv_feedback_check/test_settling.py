"""What each statement writes of the items that were judged, one statement at a time on items made by hand."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from database.sessions import Session
from database.sql import statements
from tests.ejv_factory import EjvBooks
from tests.tasks.ejv_feedback_check.staged import stage_lines

sql = statements("tasks.ejv_feedback_check")
NOON = datetime(2026, 11, 18, 20, 0)
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
_COLUMNS = """
journal integer, subject text, form text, invoice_id integer, partner_id integer, refund_id integer, line integer,
refused_line integer, effective_date date, is_undated boolean, amount numeric(19,2), link_type text, link_id integer,
payment_account_id integer, partner_code text, invoice_status text, status_before text, expected numeric,
earlier numeric, receipt text, is_booked boolean, is_header_refused boolean, is_accepted boolean, message text,
effect text, outcome text, rule text, slip_id integer, eft_refund_id integer,
was_never_charged boolean, refused_sides text
"""
_ITEM: dict[str, Any] = {
    "journal": 10, "subject": "1001", "form": "INVOICE", "invoice_id": 1001, "line": 4, "effective_date": MONDAY,
    "is_undated": False, "amount": 30, "link_type": "invoice", "link_id": 1001, "payment_account_id": 1,
    "invoice_status": "APPROVED", "status_before": "APPROVED", "expected": 30, "earlier": 0, "receipt": "R10",
    "is_booked": False, "is_header_refused": False, "is_accepted": True, "effect": "paid", "outcome": "applied",
    "rule": "", "was_never_charged": False,
}  # fmt: skip


def judged(session: Session, *items: dict[str, Any]) -> None:
    """Let these be the items of the batch."""
    session.execute(text(f"CREATE TEMPORARY TABLE feedback_items ({_COLUMNS}) ON COMMIT DROP"))
    for one in items:
        values = _ITEM | one
        names = ", ".join(values)
        holders = ", ".join(f":{name}" for name in values)
        session.execute(text(f"INSERT INTO feedback_items ({names}) VALUES ({holders})"), values)


def run(books: EjvBooks, name: str, items: list[dict[str, Any]], /, **values: Any) -> list[tuple[Any, ...]]:
    """Run one statement on these items and return what it gives."""
    with books.database.begin() as session:
        judged(session, *items)
        found = sql.run(session, name, **values)
        return [tuple(row) for row in found] if found.returns_rows else []


LEFT_OUT: list[dict[str, Any]] = [{"outcome": "rejected"}, {"is_accepted": False}, {"is_booked": True}]


def test_a_journal_has_one_payment_over_what_was_accepted_of_it(books: EjvBooks) -> None:
    first, second = books.account(), books.account()
    books.add("payments", payment_system_code="PAYBC", payment_method_code="PAD", payment_status_code="COMPLETED",
              receipt_number="R10", paid_amount=7)  # fmt: skip
    items: list[dict[str, Any]] = [
        {"effective_date": TUESDAY, "amount": 30, "line": 9, "payment_account_id": second},
        {"effective_date": MONDAY, "amount": 5, "line": 8, "payment_account_id": first},
        {"receipt": "R11", "amount": 2, "line": 4},
        *LEFT_OUT,
    ]
    run(books, "write_payments", items, name="F", now=NOON)
    made = (
        "SELECT receipt_number, paid_amount::numeric(19,2), invoice_amount::numeric(19,2), payment_date::date,"
        " payment_account_id FROM payments WHERE payment_system_code = 'CGI' ORDER BY id"
    )
    assert books.rows(made) == [("R11", 2, 2, MONDAY, 1), ("R10", 35, 35, TUESDAY, first)]

    run(books, "write_payments", [{"amount": 30, "line": 9}, {"amount": 1, "line": 8}], name="F", now=NOON)
    assert books.rows(made)[1] == ("R10", 66, 66, TUESDAY, first)
    assert books.rows("SELECT (was ->> 'paid_amount')::numeric, amount, cause FROM pay_jobs.kept_rows") == [
        (35, 31, "F line 8")]  # fmt: skip
    assert books.one("SELECT paid_amount::numeric FROM payments WHERE payment_system_code = 'PAYBC'") == 7

    run(
        books,
        "write_payments",
        [{"receipt": f"R1{n}", "amount": n + 1, "line": n} for n in (0, 1, 2)],
        name="F",
        now=NOON,
    )
    amounts = "SELECT receipt_number, paid_amount::numeric FROM payments WHERE payment_system_code = 'CGI' ORDER BY 1"
    assert books.rows(amounts) == [("R10", 67), ("R11", 4), ("R12", 3)]


def test_a_payment_that_names_one_amount_grows_from_that(books: EjvBooks) -> None:
    for system, amount in (("CGI", 3), ("CGI", None)):
        books.add("payments", payment_system_code=system, payment_method_code="EJV", payment_status_code="COMPLETED",
                  receipt_number=f"R{amount}", paid_amount=amount)  # fmt: skip
    run(books, "write_payments", [{"receipt": "R3"}, {"receipt": "RNone"}], name="F", now=NOON)
    assert books.rows("SELECT paid_amount::numeric, invoice_amount::numeric FROM payments ORDER BY id") == [
        (33, 33), (30, 30)]  # fmt: skip


def test_an_invoice_has_one_receipt_of_a_journal_over_all_its_lines(books: EjvBooks) -> None:
    account = books.account()
    for number in (1001, 1002):
        books.invoice(account, number, "30.00")
    items: list[dict[str, Any]] = [
        {"amount": 10, "effective_date": TUESDAY, "line": 3},
        {"amount": 20, "effect": "charged", "line": 7},
        {"amount": 4, "receipt": "R11", "line": 5},
        {"amount": 5, "invoice_id": 1002, "line": 4},
        {"effect": "refunded"},
        {"effect": "returned"},
        *LEFT_OUT,
    ]
    run(books, "write_receipts", items)
    written = "SELECT invoice_id, receipt_number, receipt_amount, receipt_date::date FROM receipts ORDER BY id"
    assert books.rows(written) == [
        (1001, "R10", 30, TUESDAY), (1002, "R10", 5, MONDAY), (1001, "R11", 4, MONDAY)]  # fmt: skip


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([{}], ("PAID", MONDAY, 30, None)),
        ([{"effect": "charged"}], ("REFUND_REQUESTED", MONDAY, 30, None)),
        ([{"effect": "refunded"}], ("REFUNDED", None, 0, MONDAY)),
        ([{"effect": "refunded"}, {"line": 3}], ("REFUNDED", None, 0, MONDAY)),
        ([{"line": 6, "effective_date": TUESDAY}, {"line": 5}], ("PAID", MONDAY, 30, None)),
        ([{"effect": "returned"}], ("REFUND_REQUESTED", None, 0, None)),
        ([{"effect": "partially_refunded"}], ("REFUND_REQUESTED", None, 0, None)),
        ([{"rule": "settled_before"}], ("REFUND_REQUESTED", None, 0, None)),
        ([{"rule": "booked_before"}], ("REFUND_REQUESTED", None, 0, None)),
        ([{"rule": "overpaid"}], ("PAID", MONDAY, 30, None)),
        ([{"outcome": "rejected"}], ("REFUND_REQUESTED", None, 0, None)),
        ([{"is_accepted": False}], ("REFUND_REQUESTED", None, 0, None)),
    ],
)
def test_an_invoice_is_paid_or_refunded_by_what_was_accepted_of_it(
    books: EjvBooks, items: list[dict[str, Any]], found: tuple[Any, ...]
) -> None:
    account = books.account()
    for number in (1001, 1002):
        books.invoice(account, number, "30.00", "REFUND_REQUESTED", paid=0)
    run(books, "settle_invoices", items, now=NOON)
    assert books.rows("SELECT invoice_status_code, payment_date::date, paid::numeric, refund_date::date FROM invoices"
                      " ORDER BY id") == [found, ("REFUND_REQUESTED", None, 0, None)]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, "COMPLETED"),
        ({"is_accepted": False}, "CANCELLED"),
        ({"outcome": "rejected"}, "ACTIVE"),
        ({"link_type": "partial_refund"}, "ACTIVE"),
        ({"effect": "returned"}, "ACTIVE"),
        ({"effect": "returned", "invoice_status": "PAID"}, "COMPLETED"),
        ({"effect": "returned", "is_accepted": False}, "CANCELLED"),
    ],
)
def test_the_reference_in_force_is_closed_with_the_answer(books: EjvBooks, changes: dict[str, Any], found: str) -> None:
    account = books.account()
    for number in (1001, 1002):
        books.invoice(account, number, "30.00")
    books.add("invoice_references", invoice_id=1001, invoice_number="OLD", status_code="COMPLETED")
    run(books, "settle_references", [changes])
    assert books.rows("SELECT status_code FROM invoice_references ORDER BY id") == [
        (found,),
        ("ACTIVE",),
        ("COMPLETED",),
    ]


def test_a_link_is_closed_by_all_that_stand_for_it(books: EjvBooks) -> None:
    books.batch(100)
    books.journal(100, 10, [("invoice", number) for number in (1001, 1002, 1003, 1004)] + [("partial_refund", 1001)])
    books.journal(100, 11, [("invoice", 1001)])
    books.change("UPDATE ejv_links SET link_type = NULL WHERE link_id = 1002")
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE link_id = 1004")
    items: list[dict[str, Any]] = [
        {"is_accepted": True},
        {"is_accepted": False, "message": "2 LATER"},
        {"is_accepted": False, "message": "1 FIRST"},
        {"link_id": 1002},
        {"link_id": 1003, "outcome": "rejected"},
        {"link_id": 1004},
    ]
    run(books, "settle_links", items)
    assert books.rows(
        "SELECT ejv_header_id, link_id, disbursement_status_code, message FROM ejv_links ORDER BY id"
    ) == [
        (10, 1001, "ERRORED", "1 FIRST"),
        (10, 1002, "COMPLETED", None),
        (10, 1003, "UPLOADED", None),
        (10, 1004, "ERRORED", None),
        (10, 1001, "UPLOADED", None),
        (11, 1001, "UPLOADED", None),
    ]


@pytest.mark.parametrize(
    ("changes", "is_listed"),
    [
        ({}, False),
        ({"rule": "booked_before"}, False),
        ({"outcome": "already_applied", "rule": "same_answer", "is_accepted": False}, False),
        ({"outcome": "rejected", "rule": "unknown_link"}, True),
        ({"outcome": "already_applied", "rule": "settled_before"}, True),
        ({"is_accepted": False}, True),
        ({"is_header_refused": True}, True),
        ({"is_undated": True}, True),
        ({"amount": 29}, True),
        ({"expected": None}, False),
        ({"effect": "charged"}, True),
        ({"effect": "returned"}, True),
        ({"effect": "charged", "rule": "booked_before"}, False),
        ({"rule": "overpaid"}, True),
    ],
)
def test_only_what_needs_attention_is_listed(books: EjvBooks, changes: dict[str, Any], is_listed: bool) -> None:
    assert len(run(books, "list_to_check", [changes], limit=9)) == is_listed


def test_what_needs_attention_is_listed_in_the_order_of_the_file_up_to_a_limit(books: EjvBooks) -> None:
    silent: dict[str, Any] = {"line": None, "is_accepted": False}
    items: list[dict[str, Any]] = [silent | {"link_id": 8}, silent | {"link_id": 7}, {"line": 6, "amount": 1},
             {"line": 5, "refused_line": 9, "is_accepted": False}]  # fmt: skip
    found = run(books, "list_to_check", items, limit=3)
    assert [(row[0], row[3]) for row in found] == [(6, 1001), (9, 1001), (None, 7)]


@pytest.mark.parametrize(
    ("changes", "is_listed"),
    [
        ({}, True),
        ({"outcome": "rejected"}, False),
        ({"is_accepted": False}, False),
        ({"effect": "returned"}, False),
        ({"rule": "settled_before"}, False),
        ({"rule": "never_charged"}, True),
    ],
)
def test_an_event_follows_from_a_reversal_that_was_accepted(
    books: EjvBooks, changes: dict[str, Any], is_listed: bool
) -> None:
    account = books.account()
    for number in (1001, 1002):
        books.invoice(account, number, "30.00")
    found = run(books, "list_reversed", [{"effect": "refunded", **changes}])
    assert [row[0] for row in found] == [1001] * is_listed


def test_the_first_answer_of_a_batch_stays(books: EjvBooks) -> None:
    for number, status in ((100, "UPLOADED"), (101, "COMPLETED"), (102, "ERRORED"), (103, None), (104, "UPLOADED")):
        books.batch(number, disbursement_status_code=status, message="before")
    for number in (100, 101, 102, 103):
        run(books, "settle_batch", [], batch=number, is_refused=number == 103, refusal="", name="F", now=NOON)
    assert books.rows("SELECT disbursement_status_code, feedback_file_ref, message FROM ejv_files ORDER BY id") == [
        ("COMPLETED", "F", "before"),
        ("COMPLETED", None, "before"),
        ("ERRORED", None, "before"),
        ("ERRORED", "F", "before"),
        ("UPLOADED", None, "before"),
    ]


def test_what_was_left_open_is_counted_whole_and_shown_up_to_a_limit(books: EjvBooks) -> None:
    books.batch(100)
    books.batch(101)
    books.journal(101, 11, [("invoice", 1)])
    books.journal(100, 10, [("invoice", number) for number in (1, 2, 3, 4, 5)])
    books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 1")
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE link_id = 2")
    books.change("UPDATE ejv_links SET disbursement_status_code = NULL, link_type = NULL WHERE link_id = 3")
    found = run(books, "list_unanswered", [], batch=100, limit=2)
    assert found == [(10, "invoice", 3, 3), (10, "invoice", 4, 3)]


def test_amounts_add_up_by_what_happened(books: EjvBooks) -> None:
    items: list[dict[str, Any]] = [{}, {"amount": 5}, {"effect": "refunded", "amount": 2}, {"outcome": "rejected"}]
    assert {row[0]: row[2] for row in run(books, "sum_effects", items)} == {"paid": Decimal(35), "refunded": Decimal(2)}


DISBURSED: dict[str, Any] = {"effect": "disbursed"}
REVERSED: dict[str, Any] = {"effect": "reversed"}
REFUSED: dict[str, Any] = {"is_accepted": False, "refused_line": 9}
BY_HEADER: dict[str, Any] = {"is_accepted": False}


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([DISBURSED], ("COMPLETED", MONDAY, None)),
        ([DISBURSED | REFUSED], ("ERRORED", None, None)),
        ([DISBURSED | BY_HEADER], ("ERRORED", None, None)),
        ([REVERSED], ("REVERSED", None, MONDAY)),
        ([REVERSED | REFUSED], ("ERRORED", None, None)),
        ([REVERSED | BY_HEADER], ("COMPLETED", None, None)),
        ([DISBURSED, DISBURSED | {"line": 8, "effective_date": TUESDAY}], ("COMPLETED", TUESDAY, None)),
        ([DISBURSED, DISBURSED | REFUSED | {"line": 2}], ("ERRORED", None, None)),
        ([DISBURSED | {"rule": "settled_before"}], ("UPLOADED", None, None)),
        ([DISBURSED | {"outcome": "rejected"}], ("UPLOADED", None, None)),
        ([DISBURSED | {"link_type": "partial_refund"}], ("UPLOADED", None, None)),
    ],
)
def test_a_disbursement_is_settled_by_the_last_word_about_it(
    books: EjvBooks, items: list[dict[str, Any]], found: tuple[Any, ...]
) -> None:
    account = books.account()
    for number in (1001, 1002):
        books.invoice(account, number, "30.00", "PAID", disbursement_status_code="UPLOADED")
    run(books, "settle_disbursements", items, batch=5, now=NOON)
    assert books.rows("SELECT disbursement_status_code, disbursement_date::date, disbursement_reversal_date::date"
                      " FROM invoices ORDER BY id") == [found, ("UPLOADED", None, None)]  # fmt: skip


@pytest.mark.parametrize(
    ("batch", "kind", "link", "status", "found"),
    [
        (6, "DISBURSEMENT", ("invoice", 1001), "COMPLETED", "REVERSED"),
        (6, "DISBURSEMENT", (None, 1001), "ERRORED", "REVERSED"),
        (6, "NON_GOV_DISBURSEMENT", ("invoice", 1001), "COMPLETED", "REVERSED"),
        (6, "DISBURSEMENT", ("invoice", 1001), "UPLOADED", "COMPLETED"),
        (6, "DISBURSEMENT", ("invoice", 1002), "COMPLETED", "COMPLETED"),
        (6, "DISBURSEMENT", ("partial_refund", 1001), "COMPLETED", "COMPLETED"),
        (6, "PAYMENT", ("invoice", 1001), "COMPLETED", "COMPLETED"),
        (5, "DISBURSEMENT", ("invoice", 1001), "COMPLETED", "COMPLETED"),
        (4, "DISBURSEMENT", ("invoice", 1001), "COMPLETED", "COMPLETED"),
    ],
)
def test_the_later_of_two_batches_says_where_an_invoice_stands_though_its_answer_was_read_first(
    batch: int, kind: str, link: tuple[str | None, int], status: str, found: str, books: EjvBooks
) -> None:
    for number in (1001, 1002):
        books.invoice(books.account(), number, "30.00", "PAID", disbursement_status_code="REVERSED")
    books.journal(books.batch(batch, kind), 70, [link])
    books.change("UPDATE ejv_links SET disbursement_status_code = :status", status=status)

    run(books, "settle_disbursements", [DISBURSED], batch=5, now=NOON)

    assert books.rows("SELECT disbursement_status_code, disbursement_date::date FROM invoices ORDER BY id") == [
        (found, MONDAY), ("REVERSED", None)
    ]  # fmt: skip


SILENT: dict[str, Any] = {"form": "SILENT", "link_id": 1001, "partner_code": "VS", "partner_id": None}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"partner_id": 1}, ["COMPLETED", "UPLOADED", "UPLOADED", "UPLOADED", "WAITING_FOR_JOB"]),
        ({"partner_id": 1} | REFUSED, ["ERRORED", "UPLOADED", "UPLOADED", "UPLOADED", "WAITING_FOR_JOB"]),
        ({"partner_id": 2} | BY_HEADER, ["UPLOADED", "WAITING_FOR_JOB", "UPLOADED", "UPLOADED", "WAITING_FOR_JOB"]),
        ({"partner_id": 4}, ["UPLOADED", "UPLOADED", "UPLOADED", "REVERSED", "WAITING_FOR_JOB"]),
        (SILENT, ["COMPLETED", "UPLOADED", "UPLOADED", "UPLOADED", "WAITING_FOR_JOB"]),
        (SILENT | {"partner_code": "XX"}, ["UPLOADED", "UPLOADED", "COMPLETED", "UPLOADED", "WAITING_FOR_JOB"]),
        (SILENT | {"link_id": 1002}, ["UPLOADED", "COMPLETED", "UPLOADED", "UPLOADED", "WAITING_FOR_JOB"]),
        (SILENT | {"link_type": "partial_refund"}, ["UPLOADED", "UPLOADED", "UPLOADED", "REVERSED", "WAITING_FOR_JOB"]),
        ({"partner_id": 1, "rule": "settled_before"}, [*["UPLOADED"] * 4, "WAITING_FOR_JOB"]),
        ({"partner_id": 1, "outcome": "rejected"}, [*["UPLOADED"] * 4, "WAITING_FOR_JOB"]),
        ({"partner_id": None, "partner_code": "VS"}, [*["UPLOADED"] * 4, "WAITING_FOR_JOB"]),
    ],
)
def test_a_partner_row_is_settled_by_its_number_or_by_what_its_link_stands_for(
    books: EjvBooks, changes: dict[str, Any], found: list[str]
) -> None:
    books.batch(100, "DISBURSEMENT")
    books.journal(100, 10, [])
    for number, code, target, kind, status in (
        (1, "VS", 1001, "INVOICE", "UPLOADED"),
        (2, "VS", 1002, "invoice", "UPLOADED"),
        (3, "XX", 1001, "invoice", "UPLOADED"),
        (4, "VS", 1001, "partial_refund", "UPLOADED"),
        (5, "VS", 1001, "invoice", "WAITING_FOR_JOB"),
    ):
        books.add("partner_disbursements", id=number, amount="30.00", partner_code=code, target_id=target,
                  target_type=kind, status_code=status, is_reversal=number == 4)  # fmt: skip
    run(books, "settle_partner_disbursements", [changes], now=NOON)
    assert [status for (status,) in books.rows("SELECT status_code FROM partner_disbursements ORDER BY id")] == found
    accepted = [one for one in found if one in {"COMPLETED", "REVERSED"}]
    dated = books.rows("SELECT feedback_on::date FROM partner_disbursements WHERE feedback_on IS NOT NULL")
    assert dated == [(MONDAY,)] * len(accepted)


def test_journals_are_stopped_on_the_codes_in_force_of_the_accounts_that_were_refused(books: EjvBooks) -> None:
    account, other = books.account(), books.account()
    books.change("DELETE FROM distribution_codes WHERE account_id = ANY (:ids)", ids=[account, other])
    day = MONDAY.isoformat()
    codes = [
        books.add("distribution_codes", account_id=owner, start_date=start, end_date=end, stop_ejv=stopped)
        for owner, start, end, stopped in (
            (account, day, day, None),
            (account, "2020-01-01", None, True),
            (account, "2026-11-17", None, None),
            (account, "2020-01-01", "2026-11-15", None),
            (other, "2020-01-01", None, None),
        )
    ]
    found = run(books, "choose_account_gl", [
        {"payment_account_id": account, "refused_line": 9},
        {"payment_account_id": other},
        {"payment_account_id": other, "refused_line": 9, "outcome": "rejected"},
    ], today=MONDAY)  # fmt: skip
    assert found == [(codes[0], False), (codes[1], True)]


def test_a_partial_refund_that_is_done_gets_no_version_by_an_answer_that_comes_later(books: EjvBooks) -> None:
    books.invoice(books.account(), 1001, "30.00", "PAID")
    books.partial_refund(55, 1001, "5.00", "REFUND_PROCESSED")
    items: list[dict[str, Any]] = [{"refund_id": 55, "rule": "settled_before"}]

    assert run(books, "choose_partial_refunds", items, only_refused=False) == []
    run(books, "settle_partial_refunds", items, now=NOON)

    assert books.one("SELECT updated_on FROM refunds_partial") is None


def test_a_journal_is_settled_by_its_own_line_and_all_of_them_by_a_refused_batch(books: EjvBooks) -> None:
    for batch in (100, 101, 102):
        books.batch(batch)
    for number, batch, status in ((10, 100, "UPLOADED"), (11, 100, "UPLOADED"), (12, 100, "UPLOADED"),
                                  (13, 100, "COMPLETED"), (20, 101, "UPLOADED"), (30, 102, "UPLOADED")):  # fmt: skip
        books.journal(batch, number, [], disbursement_status_code=status, message="before")
    with books.database.begin() as session:
        session.execute(text("CREATE TEMPORARY TABLE feedback_staged (record text, journal integer, code text,"
                             " message text) ON COMMIT DROP"))  # fmt: skip
        session.execute(text("INSERT INTO feedback_staged VALUES ('JH', 10, '0000', ''), ('JH', 11, '9002', 'BAD'),"
                             " ('JD', 12, '0000', 'NO HEADER'), ('JH', 13, '9002', 'LATE')"))  # fmt: skip
        sql.run(session, "settle_headers", batch=100, is_refused=False, refusal="")
        sql.run(session, "settle_headers", batch=101, is_refused=True, refusal="9001 ALL")
    assert books.rows("SELECT id, disbursement_status_code, message FROM ejv_headers ORDER BY id") == [
        (10, "COMPLETED", "before"),
        (11, "ERRORED", "9002 BAD"),
        (12, "UPLOADED", "before"),
        (13, "COMPLETED", "before"),
        (20, "ERRORED", "9001 ALL"),
        (30, "UPLOADED", "before"),
    ]


def test_the_links_of_a_batch_are_counted_by_status_with_the_first_of_each(books: EjvBooks) -> None:
    books.batch(100)
    books.batch(101)
    books.journal(101, 11, [("invoice", 9)])
    books.journal(100, 10, [("invoice", number) for number in (1, 2, 3)])
    books.change("UPDATE ejv_links SET disbursement_status_code = NULL WHERE link_id = 3")
    first = books.one("SELECT id FROM ejv_links WHERE link_id = 1")
    found = sorted(run(books, "count_links", [], batch=100))
    assert found == [("UPLOADED", 2, first), ("none", 1, first + 2)]


@pytest.mark.parametrize(
    ("changes", "settled", "refused"),
    [
        ({}, ("REFUND_PROCESSED", MONDAY, None), None),
        ({"is_accepted": False, "message": "NO"}, ("REFUND_REQUESTED", None, "NO"), "NO"),
        ({"rule": "settled_before"}, ("REFUND_PROCESSED", None, "before"), None),
        (
            {"rule": "settled_before", "is_accepted": False, "message": "NO"},
            ("REFUND_PROCESSED", None, "before"),
            "NO",
        ),
        ({"outcome": "rejected", "is_accepted": False}, ("REFUND_PROCESSING", None, "before"), None),
    ],
)
def test_a_partial_refund_is_settled_where_it_was_answered_now(
    books: EjvBooks, changes: dict[str, Any], settled: tuple[Any, ...], refused: str | None
) -> None:
    books.invoice(books.account(), 1001, "30.00", "PAID")
    for number in (55, 56):
        books.partial_refund(number, 1001, "5.00")
    books.change("UPDATE refunds_partial SET gl_error = 'before'")
    item = {"link_type": "partial_refund", "link_id": 55, "refund_id": 55, **changes}
    items: list[dict[str, Any]] = [item, {"outcome": "rejected", "refund_id": 56, "link_id": 56}, {}]
    is_settled = settled[0] != "REFUND_PROCESSING"
    assert run(books, "choose_partial_refunds", items, only_refused=False) == [(55,)] * is_settled
    assert run(books, "choose_partial_refunds", items, only_refused=True) == [(55,)] * bool(refused)
    rows = "SELECT status, gl_posted::date, gl_error FROM refunds_partial ORDER BY id"
    run(books, "settle_partial_refunds", items, now=NOON)
    assert books.rows(rows) == [settled, ("REFUND_PROCESSING", None, "before")]
    books.change("UPDATE refunds_partial SET gl_error = 'before'")
    run(books, "note_refund_errors", items, now=NOON)
    assert [row[2] for row in books.rows(rows)] == [refused or "before", "before"]


def test_the_gl_of_a_partner_is_chosen_by_the_invoices_of_which_a_line_was_refused(books: EjvBooks) -> None:
    account = books.account()
    codes = {}
    for number in (1001, 1002, 1003, 1004):
        fee, codes[number] = books.partner_gl()
        books.invoice(account, number, "30.00")
        books.line_item(number, "30.00", fee)
    found = run(books, "choose_partner_gl", [
        {"invoice_id": 1001, "refused_line": 9},
        {"invoice_id": 1002},
        {"invoice_id": 1003, "refused_line": 9, "outcome": "rejected"},
    ])  # fmt: skip
    assert found == [(codes[1001], False)]


@pytest.mark.parametrize(
    ("lines", "outcomes", "is_rejected"),
    [
        ([{"fault": ""}], ["applied", "already_applied"], False),
        ([{"fault": ""}, {"fault": "short"}], ["applied"], True),
        ([{"fault": ""}], ["applied", "rejected"], True),
        ([], [], False),
    ],
)
def test_a_batch_has_something_to_reject_where_a_line_is_unreadable_or_an_item_unknown(
    lines: list[dict[str, Any]], outcomes: list[str], is_rejected: bool, books: EjvBooks
) -> None:
    with books.database.begin() as session:
        stage_lines(session, [{"record": "JD", **line} for line in lines])
        judged(session, *({"outcome": outcome} for outcome in outcomes))
        assert sql.run(session, "has_rejected_items").scalar_one() is is_rejected


def test_the_header_of_a_batch_that_refuses_comes_before_one_that_accepts(books: EjvBooks) -> None:
    lines = [
        {"record": "BH", "message": "FINE"},
        {"record": "JH", "code": "2001", "message": "NO JOURNAL"},
        {"record": "BH", "code": "9009", "message": "SHORT", "fault": "it is short"},
        {"record": "BH", "code": "9002", "message": "BAD"},
        {"record": "BH", "code": "9001", "message": "WORSE"},
    ]
    with books.database.begin() as session:
        stage_lines(session, lines)
        assert sql.run(session, "find_batch_header").one() == ("9002", "BAD")


def test_each_line_is_kept_with_what_became_of_its_thing(books: EjvBooks) -> None:
    lines: list[dict[str, Any]] = [
        {"record": "BH"},
        {"record": "JD", "journal": 10, "subject": "1001"},
        {"record": "JD", "journal": 11, "subject": "1001"},
        {"record": "JD", "journal": 10, "subject": "1002"},
        {"record": "JD", "journal": 10, "subject": "1001", "fault": "it is short"},
    ]
    with books.database.begin() as session:
        stage_lines(session, lines)
        judged(session, {"rule": "overpaid"}, {"journal": 11, "outcome": "rejected", "rule": "unknown_link"},
               {"subject": "1002", "outcome": "already_applied", "rule": "same_answer"})  # fmt: skip
        sql.run(session, "record_lines", file_id=7, batch=100)
    assert books.rows("SELECT line, outcome, rule FROM pay_jobs.feedback_lines ORDER BY line") == [
        (3, "applied", ""), (4, "applied", "overpaid"), (5, "rejected", "unknown_link"),
        (6, "already_applied", "same_answer"), (7, "rejected", "unreadable"),
    ]  # fmt: skip


def test_lines_are_forgotten_and_counted_from_the_first_of_their_batch_to_the_last(books: EjvBooks) -> None:
    for file, line, outcome in (
        (7, 1, "applied"),
        (7, 2, "applied"),
        (7, 3, "rejected"),
        (7, 4, "rejected"),
        (8, 2, "applied"),
    ):
        books.change("INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, outcome)"
                     " VALUES (:file, :line, 100, 'JD', :outcome)", file=file, line=line, outcome=outcome)  # fmt: skip
    batch = {"file_id": 7, "first": 2, "last": 3}
    assert sorted(run(books, "count_line_outcomes", [], **batch)) == [("applied", 1), ("rejected", 1)]
    run(books, "forget_lines", [], **batch)
    assert books.rows("SELECT file_id, line FROM pay_jobs.feedback_lines ORDER BY 1, 2") == [(7, 1), (7, 4), (8, 2)]


def test_an_ack_is_noted_on_its_batches_where_none_was_before(books: EjvBooks) -> None:
    for number, status, ack in ((100, "UPLOADED", None), (101, "COMPLETED", None), (102, "UPLOADED", "FIRST"),
                                (103, "UPLOADED", None)):  # fmt: skip
        books.batch(number, disbursement_status_code=status, ack_file_ref=ack)
    run(books, "acknowledge_batches", [], name="ACK", batches=[100, 101, 102])
    assert books.rows("SELECT disbursement_status_code, ack_file_ref FROM ejv_files ORDER BY id") == [
        ("ACKNOWLEDGED", "ACK"), ("COMPLETED", "ACK"), ("ACKNOWLEDGED", "FIRST"), ("UPLOADED", None)]  # fmt: skip


def test_the_end_of_an_indexed_file_is_noted_on_that_file(books: EjvBooks) -> None:
    files = [
        books.add("pay_jobs.cgi_files", object_key=key, name=key, kind="inbox", lines=0, indexed_on=NOON)
        for key in ("a", "b")
    ]
    run(books, "end_indexed_file", [], id=files[0], lines=9, fault="line 3: short", sha256="c" * 64)
    assert books.rows("SELECT lines, fault, sha256 FROM pay_jobs.cgi_files ORDER BY id") == [
        (9, "line 3: short", "c" * 64), (0, None, None)]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "slip", "refund"),
    [
        ({}, ("REFUND_PROCESSED", ("PROCESSED", MONDAY)), ("COMPLETED", MONDAY, "PROCESSED")),
        ({"is_accepted": False}, ("REFUND_REJECTED", (None, None)), ("ERRORED", None, None)),
        ({"outcome": "already_applied"}, ("REFUND_UPLOADED", (None, None)), ("UPLOADED", None, None)),
        ({"outcome": "rejected"}, ("REFUND_UPLOADED", (None, None)), ("UPLOADED", None, None)),
    ],
)
def test_a_cheque_is_settled_where_it_was_answered_now(
    books: EjvBooks, changes: dict[str, Any], slip: tuple[Any, ...], refund: tuple[Any, ...]
) -> None:
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    slips = [books.add("routing_slips", number=number, refund_amount=5) for number in ("1", "2")]
    for number, id_ in enumerate(slips, 77):
        books.add("refunds", routing_slip_id=id_)
        books.add("eft_refunds", id=number, short_name_id=name, refund_amount=5, refund_method="CHEQUE")
    books.add("refunds", routing_slip_id=slips[0], gl_posted=NOON)
    run(books, "settle_slips", [{"slip_id": slips[0], **changes}], now=NOON)
    run(books, "settle_eft_refunds", [{"eft_refund_id": 77, **changes}], now=NOON)
    status, (refund_status, posted) = slip
    assert books.rows("SELECT status, refund_status FROM routing_slips ORDER BY id") == [
        (status, refund_status), ("REFUND_UPLOADED", None)]  # fmt: skip
    assert books.rows("SELECT gl_posted::date FROM refunds ORDER BY id") == [(posted,), (None,), (NOON.date(),)]
    rows = "SELECT disbursement_status_code, disbursement_date, cheque_status FROM eft_refunds ORDER BY id"
    assert books.rows(rows) == [refund, ("UPLOADED", None, None)]


@pytest.mark.parametrize(("code", "refused"), [("5555", [(3, "5555 BAD")]), ("0000", []), ("    ", [])])
def test_a_trailer_refuses_where_it_has_another_code(
    code: str, refused: list[tuple[int, str]], books: EjvBooks
) -> None:
    with books.database.begin() as session:
        stage_lines(session, [{"record": "BT", "code": code, "message": "BAD"}])
        assert [tuple(row) for row in sql.run(session, "find_trailer_refusal")] == refused
