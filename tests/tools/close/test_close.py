"""close as a person types it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.errors import ExitCode, UsageError
from connectors.effects import breaking_in
from jobs.run.result import RunResult
from tests.process_killed import ProcessKilled
from tests.tools.close.conftest import Close, Sql
from tools.close.arguments import Arguments

_BOOKS = """
INSERT INTO payment_accounts (id, auth_account_id, payment_method) VALUES (1, '1234', 'CC');
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id)
VALUES (31, 'x', '2026-11-04 20:00', 'CREATED', 30, 0, 'CC', 1),
       (32, 'x', '2026-11-05 20:00', 'CREATED', 20, 0, 'CC', 1),
       (33, 'x', '2026-11-06 06:30', 'CREATED', 5, 0, 'CC', 1)
"""
_PAID = """
UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = '2026-11-06 20:00' WHERE id = 31;
INSERT INTO receipts (id, invoice_id, receipt_number, receipt_date, receipt_amount)
VALUES (7, 31, 'CARD31', '2026-11-06 20:00', 30);
INSERT INTO payments (id, payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date,
                      receipt_number)
VALUES (7, 'PAYBC', 'CC', 'COMPLETED', 30, '2026-11-06 20:00', 'CARD31')
"""
_EFT_CREDIT = """
INSERT INTO eft_files (id, file_ref, created_on, status_code) VALUES (1, 'TDI17', now(), 'COMPLETED');
INSERT INTO eft_short_names (id, short_name, created_on, type) VALUES (1, 'S', now(), 'EFT');
INSERT INTO eft_credits (id, amount, remaining_amount, eft_file_id, short_name_id, created_on)
VALUES (1, 20, 0, 1, 1, now());
"""


def records(result: RunResult, key: str) -> list[dict[str, Any]]:
    return [record for table in result.outcome.tables if table.key == key for record in table.records()]


def amounts(result: RunResult) -> dict[str, Decimal]:
    return {one["figure"]: one["amount"] for one in records(result, "figures")}


@pytest.fixture
def recorded(close: Close, sql: Sql) -> None:
    """The 5th is recorded: 55.00 are owed at its end."""
    sql(_BOOKS)
    first = close(day=datetime(2026, 11, 5, tzinfo=UTC).date(), record=True, reason="first")
    assert first.exit_code is ExitCode.DONE, first.error
    assert amounts(first)["invoices.open_at_end"] == Decimal("55.00")


SIXTH = datetime(2026, 11, 6, tzinfo=UTC).date()


def test_before_a_day_is_recorded_there_are_movements_and_what_cannot_be_dated(close: Close, sql: Sql) -> None:
    sql(_BOOKS)

    closed = close(day=datetime(2026, 11, 5, tzinfo=UTC).date())

    assert closed.outcome.answer == "2026-11-05: the movements add up, 0.00 CAD unexplained; no balance is held."
    assert amounts(closed) == {"invoices.created": Decimal("25.00")}
    assert "No day before is recorded" in closed.outcome.notes[0]


def test_a_vancouver_day_is_closed_and_not_a_utc_day(recorded: None, close: Close, sql: Sql) -> None:
    sql(_PAID)

    closed = close(day=SIXTH)

    assert closed.exit_code is ExitCode.DONE
    assert amounts(closed) == {
        "invoices.open_at_start": Decimal("55.00"),
        "invoices.settled": Decimal("30.00"),
        "invoices.open_at_end": Decimal("25.00"),
        "money.others": Decimal("30.00"),
        "cards.receipts": Decimal("30.00"),
        "cards.payments": Decimal("30.00"),
    }


def test_what_leaves_without_a_dated_fact_is_unexplained_and_named(recorded: None, close: Close, sql: Sql) -> None:
    sql("UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE id = 32")

    closed = close(day=SIXTH)

    assert closed.exit_code is ExitCode.ATTENTION
    assert closed.outcome.answer == "2026-11-06 is not balanced: 20.00 CAD unexplained, in 1 row."
    [row] = records(closed, "unexplained")
    assert (row["row"], row["expected"], row["found"], row["next command"]) == (
        "invoice 32", Decimal("20.00"), Decimal("0.00"), "python3 invoke_jobs.py explain invoice 32",
    )  # fmt: skip


def test_a_cause_that_is_known_stands_beside_the_row(recorded: None, close: Close, sql: Sql) -> None:
    sql(
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE id = 32;"
        "INSERT INTO pay_jobs.known_findings (code, row, expected, found, reason)"
        " VALUES ('INV-PAID', 'invoice 32', 'paid 0', 'paid 20', 'ticket')"
    )

    [row] = records(close(day=SIXTH), "unexplained")

    assert row["cause"] == "verify INV-PAID: paid 20, expected paid 0"


def test_an_eft_payment_that_staff_took_back_is_the_cause_of_what_is_owed_again(
    recorded: None, close: Close, sql: Sql
) -> None:
    sql(
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE id = 32;"
        + _EFT_CREDIT
        + "INSERT INTO eft_credit_invoice_links (invoice_id, eft_credit_id, created_on, amount, status_code,"
        " receipt_number) VALUES (32, 1, now(), 20, 'REFUNDED', 'EFTCIL9')"
    )

    [row] = records(close(day=SIXTH), "unexplained")

    assert row["cause"] == "staff took its EFT payment EFTCIL9 back"


def test_an_eft_payment_that_staff_took_back_is_owed_again_from_the_day_they_asked(close: Close, sql: Sql) -> None:
    """The EFT job deletes its receipt and payment at 20:00; the day on which it was paid counts it still."""
    fifth = SIXTH - timedelta(days=1)
    sql(
        _BOOKS + ";" + _EFT_CREDIT + "UPDATE invoices SET payment_method_code = 'EFT', invoice_status_code = 'PAID',"
        " paid = total WHERE id = 32;"
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)"
        " VALUES (32, 'EFTCIL9', '2026-11-06 03:00', 20);"
        "INSERT INTO eft_credit_invoice_links (invoice_id, eft_credit_id, created_on, amount, status_code,"
        " receipt_number) VALUES (32, 1, '2026-11-05 22:00', 20, 'COMPLETED', 'EFTCIL9')"
    )
    assert amounts(close(day=fifth, record=True, reason="first"))["invoices.settled"] == Decimal(20)
    sql(
        "DELETE FROM receipts; UPDATE invoices SET invoice_status_code = 'APPROVED', paid = 0 WHERE id = 32;"
        "INSERT INTO eft_credit_invoice_links (invoice_id, eft_credit_id, created_on, amount, status_code,"
        " receipt_number) VALUES (32, 1, '2026-11-06 22:00', 20, 'REFUNDED', 'EFTCIL9')"
    )

    closed = close(day=SIXTH)

    assert (records(closed, "unexplained"), records(closed, "changed")) == ([], [])
    assert amounts(closed)["invoices.reopened"] == Decimal(20)
    assert records(close(day=fifth), "changed") == []


def test_whatever_is_known_of_a_row_is_its_cause(recorded: None, close: Close, sql: Sql) -> None:
    """A held file, an open message, a repair, and what the clock's last verification found."""
    sql(
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_method_code = 'PAD' WHERE id = 32;"
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, reason, received_on)"
        " VALUES ('CAS', 'F.csv', repeat('a', 64), 1, 'held', 'far from its kind', '2026-11-06 18:00Z');"
        "INSERT INTO pay_jobs.outbox (channel, kind, ordering_key, idempotency_key, payload, state, last_error)"
        " VALUES ('cfs', 'stop_pad', 'account:1', 'k', '{}', 'dead', 'HTTP 500');"
        "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, arguments, counts, progress)"
        " VALUES ('repair pad-invoice', '', 'done', 'x', '', '', jsonb_build_object('ids', jsonb_build_array(32)),"
        "         jsonb_build_object('invoices_repaired', 1), jsonb_build_object()),"
        " ('verify', '', 'attention', 'cronjob', '', '', jsonb_build_object(), jsonb_build_object(),"
        "  jsonb_build_object('findings', jsonb_build_array(jsonb_build_object("
        "  'code', 'INV-SETTLED', 'row', 'invoice 32', 'expected', 'a receipt', 'found', 'none'))))"
    )

    [row] = records(close(day=SIXTH), "unexplained")

    assert row["cause"].split("; ") == [
        "F.csv is held, and its rows are not applied: far from its kind",
        "message 1 (stop_pad) of its account is dead: HTTP 500",
        "repair pad-invoice wrote it in run 2",
        "verify INV-SETTLED: none, expected a receipt",
    ]


def test_a_row_that_keeps_two_sides_apart_has_the_cause_of_what_it_is_about(
    recorded: None, close: Close, sql: Sql
) -> None:
    """The card of invoice 31 has a payment and no receipt; the cheques of a slip are not its deposit."""
    sql(
        _PAID + "; DELETE FROM receipts;"
        "UPDATE payments SET invoice_number = 'REG31';"
        "INSERT INTO invoice_references (invoice_id, invoice_number, status_code) VALUES (31, 'REG31', 'COMPLETED');"
        "INSERT INTO pay_jobs.known_findings (code, row, expected, found, reason)"
        " VALUES ('INV-SETTLED', 'invoice 31', 'a receipt', 'none', 'ticket'),"
        "        ('PAY-RECEIPTS', 'payment 7', '0', '30', 'ticket');"
        + _SLIPS.replace("2026-11-05", "2026-11-06") + "; UPDATE payments SET paid_amount = 59 WHERE id = 1;"
        "UPDATE routing_slips SET cas_mismatch = true"
    )  # fmt: skip

    causes = {
        (one["equation"], one["row"]): (one["cause"], one["next command"])
        for one in records(close(day=SIXTH), "unexplained")
        if one["equation"] not in {"invoices", "slips"}
    }

    assert causes == {
        ("cards", "payment 7"): (
            "verify PAY-RECEIPTS: 30, expected 0; invoice 31: verify INV-SETTLED: none, expected a receipt",
            "python3 invoke_jobs.py explain invoice 31",
        ),
        ("deposits", "slip 206000010"): (
            "its balance and CFS disagree (cas_mismatch)",
            "python3 invoke_jobs.py explain slip 206000010",
        ),
    }


def test_a_method_that_is_filled_in_or_switched_later_changes_no_recorded_day(close: Close, sql: Sql) -> None:
    sql(
        _BOOKS + "; INSERT INTO credits (id, is_credit_memo, amount, remaining_amount, created_on)"
        " VALUES (4, true, 50, 50, '2026-11-05 20:00')"
    )
    fifth = SIXTH - timedelta(days=1)
    assert amounts(close(day=fifth, record=True, reason="first"))["credits.made"] == Decimal("50.00")

    sql("UPDATE credits SET cfs_site = '900101'; UPDATE invoices SET payment_method_code = 'PAD' WHERE id = 32")

    assert records(close(day=fifth), "changed") == []
    sql("UPDATE credits SET amount = 51, remaining_amount = 51")
    assert {one["row"] for one in records(close(day=fifth), "changed")} == {"credit 4 50.00", "credit 4 51.00"}


def test_what_happened_since_midnight_belongs_to_the_next_day(recorded: None, close: Close, sql: Sql) -> None:
    sql(_PAID.replace("2026-11-06 20:00", "2026-11-07 14:00"))

    closed = close(day=SIXTH)

    assert (closed.exit_code, amounts(closed)["invoices.open_at_end"]) == (ExitCode.DONE, Decimal("55.00"))


def test_a_refund_that_was_asked_for_is_told_as_one(recorded: None, close: Close, sql: Sql) -> None:
    sql(
        "UPDATE invoices SET invoice_status_code = 'CANCELLED', refund = 20, refund_date = '2026-11-06 21:00'"
        " WHERE id = 32;"
        "INSERT INTO refunds (invoice_id, status, type, requested_date)"
        " VALUES (32, 'APPROVAL_NOT_REQUIRED', 'INVOICE', '2026-11-06 21:00')"
    )

    closed = close(day=SIXTH)

    assert (closed.exit_code, amounts(closed)["invoices.cancelled"]) == (ExitCode.DONE, Decimal("20.00"))


def test_a_refund_that_needed_approval_moves_on_the_day_it_was_approved(recorded: None, close: Close, sql: Sql) -> None:
    sql(
        "INSERT INTO refunds (invoice_id, status, type, requested_date)"
        " VALUES (32, 'PENDING_APPROVAL', 'INVOICE', '2026-11-06 21:00')"
    )
    asked = close(day=SIXTH, record=True, reason="asked")
    assert amounts(asked)["invoices.open_at_end"] == Decimal("55.00")
    sql(
        "UPDATE refunds SET status = 'APPROVED', decision_date = '2026-11-07 21:00';"
        "UPDATE invoices SET invoice_status_code = 'CANCELLED', refund = 20, refund_date = '2026-11-07 21:00'"
        " WHERE id = 32"
    )

    approved = close(day=SIXTH + timedelta(days=1), at=datetime(2026, 11, 8, 20, tzinfo=UTC))

    assert (approved.exit_code, amounts(approved)["invoices.cancelled"]) == (ExitCode.DONE, Decimal("20.00"))
    assert records(close(day=SIXTH), "changed") == []


def test_a_charge_that_was_sent_again_is_paid_when_it_is_accepted_and_not_when_it_was_refused(
    recorded: None, close: Close, sql: Sql
) -> None:
    """Refused, then a refund was asked for, then the second batch was accepted: all under one effective date."""
    sql(
        "UPDATE invoices SET payment_method_code = 'EJV', invoice_status_code = 'REFUND_REQUESTED', paid = 30"
        " WHERE id = 31;"
        "INSERT INTO refunds (invoice_id, status, type, requested_date)"
        " VALUES (31, 'APPROVAL_NOT_REQUIRED', 'INVOICE', '2026-11-06 20:00');"
        "INSERT INTO ejv_files (id, created_on, file_ref, file_type, disbursement_status_code) VALUES"
        " (27, '2026-11-05', 'INBOX.1', 'PAYMENT', 'COMPLETED'), (29, '2026-11-05', 'INBOX.2', 'PAYMENT', 'COMPLETED');"
        "INSERT INTO ejv_headers (id, ejv_file_id) VALUES (44, 27), (48, 29);"
        "INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code)"
        " VALUES (31, 'invoice', 44, 'ERRORED'), (31, 'invoice', 48, 'COMPLETED');"
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on) VALUES"
        " ('CGI', 'FEEDBACK.1', repeat('a', 64), 1, 'applied', '2026-11-06 18:00Z');"
        "INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line,"
        " state, applied_on) SELECT max(id), batch, 'GA', batch, 1, 9, 'applied', CAST(at AS timestamptz)"
        " FROM pay_jobs.inbound_files, (VALUES (27, '2026-11-06 18:00Z'), (29, '2026-11-06 21:00Z')) AS of (batch, at)"
        " GROUP BY batch, at;"
        "INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, journal, subject, side, amount,"
        " effective_date, code, outcome)"
        " SELECT id, line, batch, record, journal, subject, side, 30, '2026-11-06', code, 'applied'"
        " FROM pay_jobs.inbound_files, (VALUES"
        "  (2, 27, 'JH', 44, NULL, NULL, '9001'), (3, 27, 'JD', 44, '31', 'C', '0000'),"
        "  (4, 27, 'JD', 44, '31', 'D', '0000'), (6, 29, 'JH', 48, NULL, NULL, '0000'),"
        "  (7, 29, 'JD', 48, '31', 'C', '0000'), (8, 29, 'JD', 48, '31', 'D', '0000'))"
        " AS said (line, batch, record, journal, subject, side, code);"
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)"
        " VALUES (31, 'GIFI00000048FI000000029', '2026-11-06', 30)"
    )

    closed = close(day=SIXTH)

    named = {one["row"] for one in records(closed, "unexplained")}
    told = amounts(closed)
    assert "invoice 31" not in named
    assert (told["invoices.refunded"], told["invoices.paid_late"]) == (Decimal("30.00"), Decimal("30.00"))


def test_memos_before_and_after_the_money_of_an_invoice_are_both_taken_off(
    recorded: None, close: Close, sql: Sql
) -> None:
    """Section 7 B 4: `paid` has the memo that came before the money, and not the one that came after it."""
    sql(
        "UPDATE invoices SET invoice_status_code = 'PARTIAL_PAID', paid = 22 WHERE id = 31;"
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)"
        " VALUES (31, 'CARD31', '2026-11-06 20:00', 12);"
        "INSERT INTO applied_credits (cfs_identifier, cfs_account, credit_id, invoice_amount, amount_applied,"
        " application_id, invoice_id, invoice_number, created_on) VALUES"
        " ('M1', '1', NULL, 30, 10, 1, 31, 'REG31', '2026-11-06 19:00'),"
        " ('M2', '1', NULL, 30, 2, 2, 31, 'REG31', '2026-11-06 21:00')"
    )

    closed = close(day=SIXTH)

    assert "invoice 31" not in {one["row"] for one in records(closed, "unexplained")}
    assert amounts(closed)["invoices.open_at_end"] == Decimal("31.00")


def test_a_row_that_is_tried_again_leaves_the_payment_of_its_first_day_as_it_was(
    recorded: None, close: Close, sql: Sql
) -> None:
    """A receipt of 30.00 was booked on the 6th; its rejected row over 20.00, of the same file, on the 7th."""
    columns = (
        "file_id, line, outcome, rule, kind, record_type, source_type, source_number, application_id,"
        " application_date, amount, customer_account, target_type, target_number, original_amount,"
        " outstanding_amount, status, content_hash"
    )
    row = (
        "SELECT max(id), {line}, '{outcome}', '', 'SETTLE_ONE', 'BOLP', 'x', 'R1', {line},"
        " CAST('2026-11-06' AS date), {amount}, '800101', 'INV', 'REG{line}', {amount}, 0, 'Fully PAID',"
        " gen_random_uuid() FROM pay_jobs.inbound_files"
    )
    rejected = row.format(line=3, outcome="rejected", amount=20)
    sql(
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, applied_on) VALUES"
        " ('CAS', 'F', repeat('a', 64), 1, 'applied', '2026-11-06 18:00Z', '2026-11-06 18:00Z');"
        f"INSERT INTO pay_jobs.settlement_rows ({columns}) {row.format(line=2, outcome='applied', amount=30)};"
        f"INSERT INTO pay_jobs.settlement_rows ({columns}) {rejected};"
        "INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, cause, kept_on)"
        " SELECT 'settlement_rows', file_id, to_jsonb(tried), 'repair pad-rejects', '2026-11-07 18:00Z'"
        " FROM pay_jobs.settlement_rows AS tried WHERE line = 3;"
        "UPDATE pay_jobs.settlement_rows SET outcome = 'applied' WHERE line = 3;"
        "INSERT INTO payments (id, payment_system_code, payment_method_code, payment_status_code, paid_amount,"
        " payment_date, receipt_number)"
        " VALUES (5, 'PAYBC', 'ONLINE_BANKING', 'COMPLETED', 30, '2026-11-06', 'R1');"
        "INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, amount, cause, kept_on)"
        " SELECT 'payments', id, to_jsonb(payment), 20, 'F line 3', '2026-11-07 18:00Z'"
        " FROM payments AS payment WHERE id = 5;"
        "UPDATE payments SET paid_amount = 50 WHERE id = 5"
    )
    sides = {
        span: [amounts(closed).get(f"payments.{side}") for side in ("rows", "written")]
        for span, closed in {
            "6th": close(day=SIXTH),
            "7th": close(day=SIXTH + timedelta(days=1), at=datetime(2026, 11, 8, 20, 0, tzinfo=UTC)),
            "both": close(month=SIXTH, at=datetime(2026, 11, 8, 20, 0, tzinfo=UTC)),
        }.items()
    }

    assert sides == {"6th": [Decimal(30)] * 2, "7th": [Decimal(20)] * 2, "both": [Decimal(50)] * 2}


def test_a_figure_opens_to_its_rows(recorded: None, close: Close, sql: Sql) -> None:
    sql(_PAID)

    opened = close(day=SIXTH, open_figure="invoices.settled")

    assert opened.outcome.answer == "invoices.settled of 2026-11-06: 1 row, 30.00 CAD."
    assert records(opened, "rows") == [
        {"day": SIXTH, "method": "CC", "row": "receipt 7", "amount": Decimal("30.00"),
         "from": "receipts 7"}
    ]  # fmt: skip


def test_a_figure_that_there_is_not_is_refused_with_the_nearest_and_those_of_the_day(
    recorded: None, close: Close
) -> None:
    refused = close(day=SIXTH, open_figure="invoices.setled")

    assert refused.exit_code is ExitCode.USAGE
    assert (
        "There is no figure 'invoices.setled'. Did you mean invoices.settled? 2026-11-06 has: invoices.open_at_start, "
        "invoices.open_at_end." in str(refused.error)
    )
    assert close(day=SIXTH, open_figure="invoices.settled").outcome.answer == (
        "invoices.settled of 2026-11-06: 0 rows, 0.00 CAD."
    )


def test_a_day_before_anything_was_says_so(close: Close) -> None:
    assert close(day=SIXTH).outcome.answer == "2026-11-06: nothing moved, and no day before is recorded."


def test_a_month_or_year_of_which_no_day_is_over_is_refused_by_its_name(close: Close) -> None:
    last = "the last day that can be closed is 2026-11-06."
    assert f"No day of December 2026 is over: {last}" in str(close(month=SIXTH.replace(month=12)).error)
    assert f"No day of 2027 is over: {last}" in str(close(year="2027").error)


def test_days_are_recorded_one_after_the_other(recorded: None, close: Close) -> None:
    later = datetime(2026, 11, 9, 19, 0, tzinfo=UTC)
    gap = close(at=later, day=later.replace(day=8).date(), record=True, reason="no")
    again = close(at=later, day=later.replace(day=5).date(), record=True, reason="no")

    assert "close 2026-11-06 --record --reason" in str(gap.error)
    assert "the last recorded day is 2026-11-05" in str(again.error)


def test_recording_without_a_day_takes_each_since_the_last(recorded: None, close: Close) -> None:
    two_days_later = datetime(2026, 11, 8, 19, 0, tzinfo=UTC)
    caught_up = close(at=two_days_later, record=True, reason="catch up")

    assert caught_up.outcome.answer == (
        "2026-11-06 is balanced: 0.00 CAD unexplained. 2026-11-07 is balanced: 0.00 CAD unexplained."
    )
    assert close(at=two_days_later, record=True, reason="again").outcome.answer == (
        "Nothing to record: every day that is over is recorded."
    )


def test_a_dry_run_records_nothing(close: Close, sql: Sql, recorded: None) -> None:
    from config.errors import ExitCode as Code
    from jobs.lifecycle.runner import RunRequest, execute
    from jobs.run.stopping import StopRequest
    from tools.close import JOB

    values = {"day": SIXTH, "record": True, "reason": "dry"}
    dry = execute(
        JOB,
        RunRequest(values, "close", True),
        clock=lambda: datetime(2026, 11, 7, 19, 0, tzinfo=UTC),
        stop=StopRequest(),
    )

    assert dry.exit_code is Code.DONE
    assert close(day=SIXTH, record=True, reason="now for good").exit_code is Code.DONE


def test_a_dry_run_shows_the_first_of_several_days_that_would_be_recorded(recorded: None, close: Close) -> None:
    dry = close(at=datetime(2026, 11, 9, 19, 0, tzinfo=UTC), dry_run=True, record=True, reason="catch up")

    assert (dry.exit_code, dry.error) == (ExitCode.DONE, None)
    assert dry.outcome.answer == "2026-11-06 is balanced: 0.00 CAD unexplained."
    assert "2 more days would be recorded after it, to 2026-11-08." in dry.outcome.notes


def test_a_day_that_is_not_over_is_refused(close: Close) -> None:
    assert "2026-11-07 is not over yet: the last day that can be closed is 2026-11-06." in str(
        close(day=datetime(2026, 11, 7, tzinfo=UTC).date()).error
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"day": SIXTH, "month": SIXTH}, "Name a day, a month or a year"),
        ({"year": "26"}, "'26' is not a year"),
        ({"year": "0000"}, "'0000' is not a year"),
        ({"record": True}, "--reason"),
        ({"record": True, "reason": "x", "month": SIXTH}, "--record keeps days"),
        ({"reason": "x"}, "--reason and --mail belong to --record"),
    ],
)
def test_what_does_not_go_together_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("'", ".")):
        Arguments(**values)


def test_the_page_is_40_lines_and_its_first_is_the_verdict(
    recorded: None, close: Close, capsys: pytest.CaptureFixture[str]
) -> None:
    from jobs.run.result import show

    show(close(day=SIXTH), as_json=False)
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == "2026-11-06 is balanced: 0.00 CAD unexplained."
    assert len(lines) <= 40


@pytest.mark.parametrize(("dies_at", "is_recorded"), [("stored", False), ("recorded", True)])
def test_a_day_is_recorded_with_the_mail_of_its_verdict_or_not_at_all(
    recorded: None, close: Close, settings: pytest.MonkeyPatch, tmp_path: Path, dies_at: str, is_recorded: bool
) -> None:
    settings.setenv("NOTIFY_API_URL", tmp_path.as_uri())
    settings.setenv("IT_OPS_EMAIL", "ops@example.org")

    def die(name: str) -> None:
        if name == dies_at:
            raise ProcessKilled

    with breaking_in(die), pytest.raises(ProcessKilled):
        close(record=True, mail=True, reason="the clock")
    assert list(tmp_path.rglob("*.json")) == []

    again = close(record=True, mail=True, reason="the clock, again")

    assert again.exit_code is ExitCode.DONE, again.error
    assert ("Nothing to record" in again.outcome.answer) == is_recorded
    [mail] = tmp_path.rglob("*.json")
    assert "2026-11-06 is balanced" in mail.read_text()


_SLIPS = """
INSERT INTO payment_accounts (id, payment_method) VALUES (5, 'CASH'), (6, 'CHEQUE');
INSERT INTO cfs_accounts (account_id, payment_method, status) VALUES (5, 'INTERNAL', 'ACTIVE'),
                                                               (6, 'INTERNAL', 'ACTIVE');
INSERT INTO routing_slips (id, number, payment_account_id, status, total, remaining_amount, created_by, created_on,
                           routing_slip_date)
VALUES (1, '206000010', 5, 'ACTIVE', 100, 100, 'x', '2026-11-05 20:00', '2026-11-05');
INSERT INTO payments (id, payment_system_code, payment_method_code, payment_status_code, receipt_number, paid_amount,
                      is_routing_slip)
VALUES (1, 'FAS', 'CASH', 'COMPLETED', '206000010', 60, true), (2, 'FAS', 'CHEQUE', 'COMPLETED', '206000010', 40, true)
"""
_SLIP_DAY = """
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, routing_slip)
VALUES (41, 'x', '2026-11-06 20:00', 'APPROVED', 30, 0, 'INTERNAL', 5, '206000010');
UPDATE routing_slips SET remaining_amount = 70 WHERE id = 1;
INSERT INTO routing_slips (id, number, payment_account_id, status, total, remaining_amount, created_by, created_on,
                           routing_slip_date)
VALUES (2, '206000028', 6, 'ACTIVE', 25, 25, 'x', '2026-11-06 21:00', '2026-11-06');
INSERT INTO payments (id, payment_system_code, payment_method_code, payment_status_code, receipt_number, paid_amount,
                      is_routing_slip)
VALUES (3, 'FAS', 'CHEQUE', 'COMPLETED', '206000028', 25, true)
"""


@pytest.fixture
def slips_recorded(close: Close, sql: Sql) -> None:
    """The 5th is recorded: 100.00 are left on one routing slip, of cash and a cheque."""
    sql(_SLIPS)
    first = close(day=datetime(2026, 11, 5, tzinfo=UTC).date(), record=True, reason="first")
    assert (first.exit_code, amounts(first)["slips.open_at_end"]) == (ExitCode.DONE, Decimal(100)), first.error


def test_what_is_left_on_slips_is_their_deposits_less_what_was_spent(
    slips_recorded: None, close: Close, sql: Sql
) -> None:
    sql(_SLIP_DAY)

    closed = close(day=SIXTH)

    assert closed.exit_code is ExitCode.DONE
    found = amounts(closed)
    assert [found[f"slips.{name}"] for name in ("open_at_start", "deposited", "cheques", "spent", "open_at_end")] == [
        Decimal(100), Decimal(25), Decimal(25), Decimal(30), Decimal(95),
    ]  # fmt: skip


def test_a_slip_that_changed_without_a_dated_fact_is_named(slips_recorded: None, close: Close, sql: Sql) -> None:
    sql("UPDATE routing_slips SET remaining_amount = 99.5 WHERE id = 1")

    [row] = records(close(day=SIXTH), "unexplained")

    assert (row["row"], row["unexplained"], row["next command"]) == (
        "slip 206000010", Decimal("0.50"), "python3 invoke_jobs.py explain slip 206000010",
    )  # fmt: skip


def test_a_deposit_that_is_not_its_cheques_is_named(slips_recorded: None, close: Close, sql: Sql) -> None:
    sql(_SLIP_DAY + "; UPDATE payments SET paid_amount = 24 WHERE id = 3")

    [row] = records(close(day=SIXTH), "unexplained")

    assert (row["equation"], row["row"], row["unexplained"]) == ("deposits", "slip 206000028", Decimal(1))


@pytest.mark.parametrize(
    "by_the_api",
    [
        "UPDATE routing_slips SET status = 'CORRECTION', total = 130, remaining_amount = 130 WHERE id = 1;"
        "UPDATE payments SET paid_amount = 90 WHERE id = 1",
        "UPDATE routing_slips SET status = 'NSF', remaining_amount = 0 WHERE id = 1",
    ],
)
def test_what_the_api_counts_at_once_moves_a_slip_on_the_day_our_job_booked_it(
    slips_recorded: None, close: Close, sql: Sql, by_the_api: str
) -> None:
    sql(by_the_api)

    closed = close(day=SIXTH)

    assert (closed.exit_code, amounts(closed)["slips.open_at_end"]) == (ExitCode.DONE, Decimal(100))


_FEE = """
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, routing_slip, corp_type_code)
VALUES (41, 'x', '2026-11-05 22:00', 'CREATED', 30, 0, 'INTERNAL', 5, '206000010', 'BCR');
"""
_FEE_IN_CFS = "INSERT INTO invoice_references (invoice_id, invoice_number, status_code) VALUES (41, 'REG41', 'ACTIVE')"


def given_a_slip_that_lives_on_a_linked_one(sql: Sql) -> None:
    """The deposit of 100.00 bounced; of the 130.00 that were linked since, 40.00 are left."""
    sql(_SLIPS)
    sql(
        "UPDATE payments SET payment_status_code = 'FAILED';"
        "UPDATE cfs_accounts SET status = CASE account_id WHEN 5 THEN 'FREEZE' ELSE 'INACTIVE' END;"
        "UPDATE routing_slips SET remaining_amount = 40;"
        "INSERT INTO routing_slips (id, number, parent_number, payment_account_id, status, total, remaining_amount,"
        "                           created_by, created_on, routing_slip_date)"
        " VALUES (2, '206000028', '206000010', 6, 'LINKED', 130, 0, 'x', '2026-11-05 21:00', '2026-11-05');"
        "INSERT INTO payments (id, payment_system_code, payment_method_code, payment_status_code, receipt_number,"
        "                      paid_amount, is_routing_slip)"
        " VALUES (3, 'FAS', 'CHEQUE', 'COMPLETED', '206000028', 130, true)"
    )


@pytest.mark.parametrize(
    ("remaining", "unexplained"),
    [
        ("-190", [("slip 206000010", Decimal("40.00"), Decimal("-60.00"))]),
        ("-90", []),
    ],
)
def test_what_the_api_takes_off_twice_at_a_second_bounce_is_unexplained_until_staff_put_it_back(
    remaining: str, unexplained: list[tuple[str, Decimal, Decimal]], close: Close, sql: Sql
) -> None:
    """The API takes off the slip's own deposit of 100.00 a second time, with the linked 130.00; staff put it back."""
    given_a_slip_that_lives_on_a_linked_one(sql)
    sql(
        "INSERT INTO pay_jobs.slip_movements (slip, kind, amount, moved_on)"
        " VALUES ('206000010', 'bounced', -100, '2026-11-04 20:00Z'), ('206000010', 'linked', 130, '2026-11-05 20:00Z')"
    )
    close(day=datetime(2026, 11, 5, tzinfo=UTC).date(), record=True, reason="first")

    sql(f"UPDATE routing_slips SET status = 'NSF', remaining_amount = {remaining} WHERE id = 1")
    closed = close(day=SIXTH)

    told = [(one["row"], one["expected"], one["found"]) for one in records(closed, "unexplained")]
    assert told == unexplained


def test_a_bounce_that_the_job_before_ours_worked_leaves_nothing_to_book_of_a_linked_slip(
    close: Close, sql: Sql
) -> None:
    """It let no payment of a linked slip fail."""
    given_a_slip_that_lives_on_a_linked_one(sql)
    sql(_FEE + "UPDATE routing_slips SET status = 'NSF', remaining_amount = -90 WHERE id = 1;" + _FEE_IN_CFS)

    closed = close(day=datetime(2026, 11, 5, tzinfo=UTC).date(), record=True, reason="first")

    assert amounts(closed)["slips.open_at_end"] == Decimal(-90)


@pytest.mark.parametrize(
    ("since", "remaining", "not_booked"),
    [
        ("", -30, 100),
        (_FEE_IN_CFS, -30, 0),
        ("UPDATE invoices SET invoice_status_code = 'CANCELLED'", 0, 0),
    ],
    ids=["half made", "in CFS", "waived"],
)
def test_a_bounce_that_the_job_before_ours_left_before_its_fee_was_in_cfs_moves_a_slip_on_the_day_our_job_booked_it(
    close: Close, sql: Sql, since: str, remaining: int, not_booked: int
) -> None:
    """A fee that was waived before it was in CFS is never made, so nothing is left to book."""
    sql(_SLIPS)
    sql(
        "UPDATE payments SET payment_status_code = 'FAILED';"
        "UPDATE cfs_accounts SET status = 'FREEZE' WHERE account_id = 5;"
        f"UPDATE routing_slips SET status = 'NSF', remaining_amount = {remaining};" + _FEE + since
    )
    first = close(day=datetime(2026, 11, 5, tzinfo=UTC).date(), record=True, reason="first")
    assert amounts(first).get("slips.open_at_end", 0) == remaining + not_booked

    if not_booked:
        sql(
            "INSERT INTO pay_jobs.slip_movements (slip, kind, amount, moved_on)"
            " VALUES ('206000010', 'bounced', -100, '2026-11-06 20:00Z')"
        )
    closed = close(day=SIXTH)

    assert (closed.exit_code, amounts(closed).get("slips.open_at_end", 0)) == (ExitCode.DONE, remaining)


def test_a_correction_that_was_booked_is_told_with_the_deposit_as_it_was_recorded(
    slips_recorded: None, close: Close, sql: Sql
) -> None:
    sql(
        "UPDATE routing_slips SET total = 130, remaining_amount = 130 WHERE id = 1;"
        "UPDATE payments SET paid_amount = 90 WHERE id = 1;"
        "INSERT INTO pay_jobs.slip_movements (slip, kind, before, amount, moved_on)"
        " VALUES ('206000010', 'corrected', 100, 30, '2026-11-06 22:00Z')"
    )

    closed = close(day=SIXTH)

    assert closed.exit_code is ExitCode.DONE
    assert (amounts(closed)["slips.corrected"], amounts(closed)["slips.open_at_end"]) == (Decimal(30), Decimal(130))
    # The day before is as it was recorded.
    assert close(day=datetime(2026, 11, 5, tzinfo=UTC).date()).exit_code is ExitCode.DONE


def test_what_was_overwritten_before_it_was_kept_is_listed_as_undated(close: Close, sql: Sql) -> None:
    sql(
        _BOOKS + ";"
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = 20, payment_date = '2026-11-06 20:00' WHERE id = 32;"
        "INSERT INTO payments (id, payment_system_code, payment_method_code, payment_status_code, payment_date,"
        " invoice_amount) VALUES (9, 'PAYBC', 'PAD', 'FAILED', '2026-11-06', 12.5);"
        "INSERT INTO credits (id, is_credit_memo, amount, remaining_amount, created_on)"
        " VALUES (4, true, 50, 45, '2026-11-01')"
    )

    closed = close(day=SIXTH)

    assert {name: amount for name, amount in amounts(closed).items() if name.startswith("undated")} == {
        "undated.bounced": Decimal("12.50"), "undated.paid": Decimal(20), "undated.credits": Decimal(5),
    }  # fmt: skip
    # They are no part of the day once it is recorded.
    assert close(day=SIXTH, record=True, reason="first").exit_code is ExitCode.DONE
    assert close(day=SIXTH).exit_code is ExitCode.DONE


def test_a_year_is_told_with_its_months(recorded: None, close: Close, sql: Sql) -> None:
    sql(_PAID)

    year = close(year="2026")

    [november] = records(year, "months")
    assert (november["month"], november["invoices made"], november["in"], november["days recorded"]) == (
        "2026-11", Decimal(55), Decimal(30), 1,
    )  # fmt: skip
    assert amounts(year)["invoices.settled"] == Decimal(30)


def test_what_cgi_answered_of_ap_batches_goes_out_by_partner_and_by_cheque(
    recorded: None, close: Close, sql: Sql
) -> None:
    sql(
        "UPDATE invoices SET corp_type_code = 'BCA' WHERE id = 31;"
        "INSERT INTO ejv_files (id, created_on, file_ref, file_type, disbursement_status_code) VALUES"
        " (17, '2026-11-05', 'INBOX.1', 'NON_GOV_DISBURSEMENT', 'COMPLETED'),"
        " (18, '2026-11-05', 'INBOX.2', 'REFUND', 'COMPLETED');"
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on) VALUES"
        " ('CGI', 'FEEDBACK.1', repeat('a', 64), 1, 'applied', '2026-11-06 20:00Z');"
        "INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line,"
        " state, applied_on) SELECT max(id), nth, 'AP', 16 + nth, 1, 9, 'applied', '2026-11-06 20:00Z'"
        " FROM pay_jobs.inbound_files, generate_series(1, 2) AS nth GROUP BY nth;"
        "INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, subject, amount, code, outcome)"
        " SELECT id, line, batch, record, subject, amount, code, 'applied' FROM pay_jobs.inbound_files, (VALUES"
        "  (3, 17, 'IH', '31', NULL, '0000'), (4, 17, 'IL', '31', 30, '0000'),"
        "  (6, 18, 'IH', '206000010', NULL, '0000'), (7, 18, 'IL', '206000010', 12.25, '0000'),"
        "  (8, 18, 'IH', '206000028', NULL, '0000'), (9, 18, 'IL', '206000028', 40, '9001'))"
        " AS said (line, batch, record, subject, amount, code)"
    )

    went = [
        (one["figure"], one["method"], one["amount"])
        for one in records(close(day=SIXTH), "by_method")
        if one["figure"].startswith(("partners", "cheques"))
    ]

    assert went == [
        ("cheques.accepted", "CHEQUE", Decimal("12.25")),
        ("cheques.refused", "CHEQUE", Decimal("40.00")),
        ("partners.disbursed", "BCA", Decimal("30.00")),
    ]
