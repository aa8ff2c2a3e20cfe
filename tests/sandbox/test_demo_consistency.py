"""What the demo data says in one table agrees with what it says in the others."""

from typing import Any

from psycopg2 import extensions


def _rows(connection: extensions.connection, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_the_lines_of_an_invoice_add_up_to_its_total_and_service_fee(demo: extensions.connection) -> None:
    wrong = _rows(
        demo,
        """SELECT invoices.id
             FROM invoices JOIN payment_line_items AS line ON line.invoice_id = invoices.id
            GROUP BY invoices.id
           HAVING sum(line.total + line.service_fees) <> invoices.total
               OR sum(line.service_fees) <> invoices.service_fees""",
    )

    assert wrong == []
    assert _rows(demo, "SELECT count(*) FROM invoices WHERE id NOT IN (SELECT invoice_id FROM payment_line_items)") == [
        (0,)
    ]


def test_some_invoices_have_one_line_and_some_two(demo: extensions.connection) -> None:
    counts = _rows(demo, "SELECT DISTINCT count(*) FROM payment_line_items GROUP BY invoice_id ORDER BY 1")

    assert counts == [(1,), (2,)]


def test_receipts_add_up_to_what_an_invoice_says_is_paid(demo: extensions.connection) -> None:
    wrong = _rows(
        demo,
        """SELECT invoices.id
             FROM invoices LEFT JOIN receipts ON receipts.invoice_id = invoices.id
            GROUP BY invoices.id
           HAVING coalesce(sum(receipt_amount::numeric), 0) <> coalesce(paid, 0)
               OR (invoice_status_code = 'PAID' AND (paid <> total OR payment_date IS NULL))""",
    )

    assert wrong == []


def test_completed_payments_add_up_to_the_paid_invoices_of_their_number(demo: extensions.connection) -> None:
    wrong = _rows(
        demo,
        """SELECT payment.id
             FROM payments AS payment
             JOIN invoice_references AS reference ON reference.invoice_number = payment.invoice_number
             JOIN invoices ON invoices.id = reference.invoice_id
            GROUP BY payment.id
           HAVING payment.paid_amount <> coalesce(sum(invoices.paid), 0)
               OR payment.invoice_amount <> sum(invoices.total)""",
    )

    assert wrong == []


def test_the_reference_of_an_invoice_matches_its_status(demo: extensions.connection) -> None:
    pairs = _rows(
        demo,
        """SELECT DISTINCT invoice_status_code, reference.status_code
             FROM invoices LEFT JOIN invoice_references AS reference ON reference.invoice_id = invoices.id""",
    )
    settled = {"PAID", "CREDITED", "REFUNDED", "REFUND_REQUESTED"}

    assert {reference for status, reference in pairs if status in settled} == {"COMPLETED"}
    assert {reference for status, reference in pairs if status == "SETTLEMENT_SCHED"} == {"ACTIVE"}
    assert {reference for status, reference in pairs if status == "CANCELLED"} == {None}
    assert {reference for status, reference in pairs if status == "APPROVED"} >= {"ACTIVE", None}


def test_only_invoices_that_can_be_trusted_are_approved(demo: extensions.connection) -> None:
    methods = _rows(demo, "SELECT DISTINCT payment_method_code FROM invoices WHERE invoice_status_code = 'APPROVED'")

    assert {method for (method,) in methods} == {"PAD", "EFT", "EJV", "INTERNAL"}


def test_an_invoice_is_collected_on_a_cfs_account_of_its_own_account_and_method(demo: extensions.connection) -> None:
    wrong = _rows(
        demo,
        """SELECT invoices.id
             FROM invoices LEFT JOIN cfs_accounts AS cfs ON cfs.id = invoices.cfs_account_id
            WHERE (cfs.account_id, cfs.payment_method) IS DISTINCT FROM (payment_account_id, payment_method_code)
              AND payment_method_code NOT IN ('EJV', 'DIRECT_PAY', 'DRAWDOWN')""",
    )

    assert wrong == []


def test_some_accounts_hold_invoices_of_the_method_they_had_before(demo: extensions.connection) -> None:
    pairs = _rows(
        demo,
        """SELECT DISTINCT account.payment_method, payment_method_code
             FROM invoices JOIN payment_accounts AS account ON account.id = payment_account_id""",
    )

    assert {("PAD", "EFT"), ("EFT", "PAD")} <= set(pairs)


def test_a_setting_that_ended_is_followed_by_another_the_next_day(demo: extensions.connection) -> None:
    lone = _rows(
        demo,
        """SELECT old.id FROM statement_settings AS old
            WHERE old.to_date IS NOT NULL
              AND NOT EXISTS (SELECT FROM statement_settings AS new
                               WHERE new.payment_account_id = old.payment_account_id
                                 AND new.frequency <> old.frequency
                                 AND new.from_date = old.to_date + 1)""",
    )

    assert lone == []
    assert _rows(demo, "SELECT count(*) > 10 FROM statement_settings WHERE to_date IS NOT NULL") == [(True,)]


def test_every_journal_link_belongs_to_an_invoice_of_the_journals_account(demo: extensions.connection) -> None:
    wrong = _rows(
        demo,
        """SELECT link.id
             FROM ejv_links AS link
             JOIN ejv_headers AS header ON header.id = ejv_header_id
             LEFT JOIN invoices ON invoices.id = link_id
            WHERE header.payment_account_id IS DISTINCT FROM invoices.payment_account_id
               OR invoices.payment_method_code <> 'EJV'""",
    )

    assert wrong == []
    assert _rows(demo, "SELECT DISTINCT disbursement_status_code FROM ejv_links ORDER BY 1 DESC LIMIT 1") == [
        ("UPLOADED",)
    ]


def test_a_slip_holds_its_invoices_and_a_parent_its_childs_money(demo: extensions.connection) -> None:
    wrong = _rows(
        demo,
        """SELECT slip.number
             FROM routing_slips AS slip
             LEFT JOIN routing_slips AS child ON child.parent_number = slip.number
             LEFT JOIN invoices ON invoices.routing_slip = slip.number
            WHERE slip.status = 'ACTIVE'
            GROUP BY slip.id, child.id
           HAVING slip.remaining_amount <> slip.total - coalesce(sum(invoices.total), 0) + coalesce(child.total, 0)""",
    )

    assert wrong == []
    assert _rows(demo, "SELECT count(*) FROM routing_slips WHERE parent_number IS NOT NULL") == [(5,)]


def test_a_slip_number_ends_in_its_check_digit(demo: extensions.connection) -> None:
    numbers = [number for (number,) in _rows(demo, "SELECT number FROM routing_slips")]

    for number in numbers:
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(number[:8])]
        assert (sum(n - 9 if n > 9 else n for n in doubled) + int(number[8])) % 10 == 0


def test_the_credit_of_an_account_is_that_of_its_credit_memos(demo: extensions.connection) -> None:
    wrong = _rows(
        demo,
        """SELECT account.id
             FROM payment_accounts AS account LEFT JOIN credits ON credits.account_id = account.id
            GROUP BY account.id
           HAVING pad_credit + ob_credit + eft_credit <> coalesce(sum(remaining_amount::numeric), 0)""",
    )

    assert wrong == []
    assert _rows(demo, "SELECT count(*) > 0 FROM credits") == [(True,)]
