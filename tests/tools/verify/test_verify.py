"""verify as a person types it, through the runner."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg2
import pytest

from config.errors import ExitCode, UsageError
from jobs.run.result import RunResult
from tests.dumps import dump
from tests.jobs.conftest import RunJob
from tools.verify import JOB
from tools.verify.arguments import Arguments
from tools.verify.catalogue import CATALOGUE

Sql = Callable[[str], None]
_PAID = """
INSERT INTO payment_accounts (id, auth_account_id, payment_method) VALUES (1, '1234', 'PAD'), (2, '5678', 'PAD');
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, payment_date)
VALUES (31, 'x', '2022-06-20 20:00', 'PAID', 30, 30, 'PAD', 1, '2022-06-21'),
       (32, 'x', '2022-06-22 20:00', 'PAID', 20, 20, 'PAD', 2, '2022-06-23');
INSERT INTO payment_line_items (invoice_id, filing_fees, fee_schedule_id, line_item_status_code, total)
SELECT id, total, (SELECT min(fee_schedule_id) FROM fee_schedules), 'ACTIVE', total FROM invoices;
INSERT INTO invoice_references (invoice_id, invoice_number, status_code)
SELECT id, 'REG' || id, 'COMPLETED' FROM invoices;
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT id, 'R' || id, payment_date, paid FROM invoices;
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number, invoice_amount,
                      paid_amount, payment_account_id, payment_date, receipt_number)
SELECT 'PAYBC', 'PAD', 'COMPLETED', 'REG' || id, total, paid, payment_account_id, payment_date, 'R' || id FROM invoices
 ORDER BY id
"""


@pytest.fixture
def sql(database_url: str) -> Sql:
    """Run statements on a pay database with two paid invoices."""

    def run(statement: str) -> None:
        with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(_PAID)
    return run


def told(result: RunResult) -> list[dict[str, Any]]:
    """Return the findings, a record each."""
    return [record for table in result.outcome.tables if table.title == "Findings" for record in table.records()]


def test_nothing_is_wrong_where_nothing_is(run_job: RunJob, sql: Sql) -> None:
    found = run_job(JOB)

    assert (found.exit_code, found.outcome.answer) == (
        ExitCode.DONE, f"Nothing is wrong: {len(CATALOGUE)} invariants held.",
    )  # fmt: skip


def test_money_added_to_a_receipt_is_named_with_the_row_and_the_next_command(run_job: RunJob, sql: Sql) -> None:
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1000 WHERE invoice_id = 31")

    found = run_job(JOB)

    assert found.exit_code == ExitCode.ATTENTION
    assert told(found)[0] == {
        "code": "INV-PAID",
        "row": "invoice 31",
        "expected": "paid 1030.00: receipts 1030.00",
        "found": "paid 30.00",
        "next command": "python3 invoke_jobs.py explain invoice 31",
    }
    assert {one["code"] for one in told(found)} == {"INV-PAID", "PAY-RECEIPTS"}


@pytest.mark.parametrize(
    ("code", "before", "reason"),
    [
        (
            "INV-FINAL",  # a part was refunded, then the payment bounced
            "UPDATE invoices SET invoice_status_code = 'SETTLEMENT_SCHED', refund_date = '2022-06-22' WHERE id = 31",
            "UPDATE invoices SET refund = 5 WHERE id = 31",
        ),
        (
            "INV-PAID",  # what is left of a credited invoice that a memo had paid in part, after its bounce
            "UPDATE invoices SET invoice_status_code = 'CREDITED', paid = 0 WHERE id = 31;"
            "INSERT INTO applied_credits (cfs_identifier, cfs_account, credit_id, invoice_amount, amount_applied,"
            " application_id, invoice_id, invoice_number, created_on)"
            " VALUES ('R31', '1', NULL, 30, 30, 1, 31, 'REG31', '2022-06-21')",
            "UPDATE payments SET payment_status_code = 'FAILED' WHERE invoice_number = 'REG31'",
        ),
        (
            "INV-PAID",  # a memo before the money, which is in `paid`, and one since, which is not
            "UPDATE invoices SET total = 40, paid = 40 WHERE id = 31;"
            "INSERT INTO applied_credits (id, cfs_identifier, cfs_account, credit_id, invoice_amount, amount_applied,"
            " application_id, invoice_id, invoice_number, created_on)"
            " SELECT n, 'M' || n, '1', NULL, 40, 5 * n, n, 31, 'REG31', '2022-06-21' FROM generate_series(1, 2) AS n",
            "UPDATE applied_credits SET amount_applied = 15 - amount_applied",
        ),
        (
            "INV-ORDER",  # bought in the evening, which is the next day by UTC, and paid the same day
            "UPDATE invoices SET created_on = '2022-06-23 06:30' WHERE id = 31",
            "UPDATE invoices SET payment_date = '2022-06-22' WHERE id = 31",
        ),
        (
            "EJV-DAY",  # a partner's share that CGI refused with its batch, of an invoice that was given up then
            "INSERT INTO ejv_files (id, created_on, file_ref, file_type, disbursement_status_code)"
            " VALUES (27, '2022-06-21', 'INBOX.1', 'DISBURSEMENT', 'ERRORED');"
            "INSERT INTO partner_disbursements (id, amount, created_on, partner_code, is_reversal, status_code,"
            " target_id, target_type) VALUES (5, 30, '2022-06-20', 'VS', false, 'CANCELLED', 31, 'invoice');"
            "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)"
            " VALUES ('CGI', 'FEEDBACK.1', repeat('a', 64), 1, 'applied', '2022-06-22');"
            "INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line,"
            " state, applied_on) SELECT id, 1, 'GI', 27, 1, 9, 'applied', '2022-06-22' FROM pay_jobs.inbound_files;"
            "INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, journal, subject, side, amount,"
            " effective_date, code, outcome) SELECT id, line, 27, record, 44, subject, side, 30, '2022-06-22', code,"
            " 'applied' FROM pay_jobs.inbound_files, (VALUES (2, 'BH', NULL, NULL, '2099'),"
            " (4, 'JD', '31-5', 'C', '0000'), (5, 'JD', '31-5', 'D', '0000'))"
            " AS said (line, record, subject, side, code)",
            "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = 31",
        ),
        (
            "DIS-ROW",  # an invoice of a partner that is paid by rows, with its row
            "UPDATE corp_types SET has_partner_disbursements = (code = 'VS');"
            "INSERT INTO partner_disbursements (id, amount, created_on, partner_code, is_reversal, status_code,"
            " target_id, target_type) VALUES (5, 30, '2022-06-01', 'VS', false, 'COMPLETED', 3000, 'invoice');"
            "UPDATE invoices SET corp_type_code = 'VS', payment_method_code = 'EFT' WHERE id = 31",
            "INSERT INTO partner_disbursements (id, amount, created_on, partner_code, is_reversal, status_code,"
            " target_id, target_type) VALUES (6, 30, '2022-06-22', 'VS', false, 'WAITING_FOR_JOB', 31, 'INVOICE')",
        ),
        (
            "DIS-DATES",  # a partner's share that CGI refused, and accepted only after what gave it back
            "UPDATE invoices SET disbursement_status_code = 'COMPLETED', disbursement_date = '2022-06-27',"
            " disbursement_reversal_date = '2022-06-24' WHERE id = 31;"
            "INSERT INTO partner_disbursements (id, amount, created_on, partner_code, is_reversal, status_code,"
            " target_id, target_type) VALUES (5, 30, '2022-06-20', 'VS', false, 'COMPLETED', 31, 'invoice')",
            "INSERT INTO partner_disbursements (id, amount, created_on, partner_code, is_reversal, status_code,"
            " target_id, target_type) VALUES (6, 30, '2022-06-23', 'VS', true, 'REVERSED', 31, 'invoice')",
        ),
    ],
)
def test_what_ordinary_nights_leave_is_no_finding(
    run_job: RunJob, sql: Sql, code: str, before: str, reason: str
) -> None:
    sql(before)
    without = {one["row"] for one in told(run_job(JOB, only=(code,)))}
    sql(reason)
    found = {one["row"] for one in told(run_job(JOB, only=(code,)))}

    assert (without, found) == ({"partner disbursement 5" if code == "EJV-DAY" else "invoice 31"}, set())


@pytest.mark.parametrize(
    ("code", "fault", "row", "found"),
    [
        (
            "FILE-WHOLE",  # a hole in the ledger: the row of a file is gone
            "INSERT INTO pay_jobs.inbound_files (id, source, name, sha256, size_bytes, state, received_on)"
            " OVERRIDING SYSTEM VALUE VALUES (7, 'CAS', 'BCR_PAYMENT_APPL_20220621.csv', repeat('a', 64), 900,"
            " 'applied', now());"
            "INSERT INTO pay_jobs.settlement_figures VALUES (7, true, 2, 60, 0, 0, 0, 0, 0);"
            "INSERT INTO pay_jobs.settlement_rows (file_id, line, outcome, rule, kind, record_type, source_type,"
            " source_number, amount, customer_account, target_type, target_number, original_amount,"
            " outstanding_amount, status, content_hash)"
            " VALUES (7, 3, 'skipped', 'informational', 'SKIP', 'ADJS', '', '', 60, '', '', '', 0, 0, '',"
            " gen_random_uuid())",
            "file BCR_PAYMENT_APPL_20220621.csv",
            "1 of 2 rows",
        ),
        (
            "NSF-FEE",  # two fees of one freeze
            "INSERT INTO cfs_accounts (account_id, cfs_account, payment_method, status)"
            " VALUES (1, '800101', 'PAD', 'FREEZE');"
            "UPDATE invoices SET invoice_status_code = 'CREATED', paid = 0, payment_method_code = 'CC'"
            " WHERE payment_account_id = 1;"
            "INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,"
            " payment_account_id) VALUES (33, 'x', '2022-06-20', 'CREATED', 30, 0, 'CC', 1);"
            "INSERT INTO non_sufficient_funds (invoice_id, invoice_number) VALUES (31, 'REG1'), (33, 'REG1')",
            "account 1",
            "2",
        ),
    ],
)
def test_what_is_there_too_often_or_not_at_all_is_named(
    run_job: RunJob, sql: Sql, code: str, fault: str, row: str, found: str
) -> None:
    sql(fault)

    assert [(one["row"], one["found"]) for one in told(run_job(JOB, only=(code,)))] == [(row, found)]


@pytest.mark.parametrize(
    "taken_back",
    [
        "UPDATE eft_credit_invoice_links SET status_code = 'REFUNDED'",
        "INSERT INTO pay_jobs.settlement_rows SELECT (jsonb_populate_record(paid, jsonb_build_object("
        " 'line', 3, 'record_type', 'EFTR', 'outcome', 'skipped'))).* FROM pay_jobs.settlement_rows AS paid",
    ],
)
def test_an_eft_payment_that_staff_took_back_is_missed_no_longer(run_job: RunJob, sql: Sql, taken_back: str) -> None:
    sql(
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, applied_on)"
        " VALUES ('CAS', 'BCR_PAYMENT_APPL_20220622.csv', repeat('a', 64), 1, 'applied', now(), now());"
        "INSERT INTO pay_jobs.settlement_rows (file_id, line, record_type, source_type, source_number, target_type,"
        " target_number, customer_account, status, amount, original_amount, outstanding_amount, application_date, kind,"
        " outcome, content_hash) SELECT id, 2, 'EFTP', 'BC REG EFT Wire Cheque', 'EFTCIL9', 'INV', 'REG31', '1',"
        " 'PAID', 30, 30, 0, '2022-06-22', 'EFT_PAYMENT', 'applied', gen_random_uuid() FROM pay_jobs.inbound_files;"
        "INSERT INTO eft_files (id, file_ref, created_on, status_code) VALUES (1, 'TDI17', now(), 'COMPLETED');"
        "INSERT INTO eft_short_names (id, short_name, created_on, type) VALUES (1, 'S', now(), 'EFT');"
        "INSERT INTO eft_credits (id, amount, remaining_amount, eft_file_id, short_name_id, created_on)"
        " VALUES (1, 30, 0, 1, 1, now());"
        "INSERT INTO eft_credit_invoice_links (invoice_id, eft_credit_id, created_on, amount, status_code,"
        " receipt_number) VALUES (31, 1, now(), 30, 'COMPLETED', 'EFTCIL9')"
    )
    missed = told(run_job(JOB, only=("FILE-EFFECT",)))
    sql(taken_back)

    assert [one["row"] for one in missed] == ["file BCR_PAYMENT_APPL_20220622.csv line 2"]
    assert told(run_job(JOB, only=("FILE-EFFECT",))) == []


def test_it_writes_nothing(run_job: RunJob, sql: Sql, database_url: str) -> None:
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1000")
    before = dump(database_url)

    run_job(JOB)

    assert dump(database_url) == before


def test_what_the_clock_finds_stays_with_its_run_for_close_to_name(
    run_job: RunJob, sql: Sql, settings: pytest.MonkeyPatch, database_url: str
) -> None:
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1000 WHERE invoice_id = 31")
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")

    found = told(run_job(JOB))

    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT progress -> 'findings' FROM pay_jobs.job_runs")
        kept = cursor.fetchall()
    connection.close()
    assert kept == [([{name: one[name] for name in ("code", "row", "expected", "found")} for one in found],)]


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        ({"account": "5678"}, {"invoice 32"}),
        ({"since": "2022-06-22"}, {"invoice 32"}),
        ({"since": "2022-06-19"}, {"invoice 31", "invoice 32"}),
        ({"only": ("inv-lines",)}, set()),
    ],
)
def test_only_what_was_asked_for_is_shown(run_job: RunJob, sql: Sql, values: dict[str, Any], rows: set[str]) -> None:
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1")
    if "since" in values:
        values = values | {"since": date.fromisoformat(values["since"])}

    found = run_job(JOB, **values)

    assert {one["row"] for one in told(found) if one["code"] == "INV-PAID"} == rows


def test_an_account_that_is_not_there_is_refused(run_job: RunJob, sql: Sql) -> None:
    assert run_job(JOB, account="9").exit_code == ExitCode.USAGE


def test_what_was_taken_as_known_is_told_again_only_once_it_changes(run_job: RunJob, sql: Sql) -> None:
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1")

    taken = run_job(JOB, baseline=True, reason="left by the old system")
    after = run_job(JOB)
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1 WHERE invoice_id = 32")
    changed = run_job(JOB)

    assert taken.outcome.answer == "4 rows taken as known; each is told again once it changes."
    assert after.exit_code == ExitCode.DONE
    assert {one["row"] for one in told(changed)} == {"invoice 32", "payment 2"}


def test_a_baseline_replaces_the_one_before(run_job: RunJob, sql: Sql) -> None:
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1")
    run_job(JOB, baseline=True, reason="left by the old system")
    sql("UPDATE receipts SET receipt_amount = receipt_amount - 1")

    again = run_job(JOB, baseline=True, reason="put right since")

    assert again.outcome.answer == "0 rows taken as known; each is told again once it changes."


def test_a_dry_baseline_takes_nothing(run_job: RunJob, sql: Sql) -> None:
    sql("UPDATE receipts SET receipt_amount = receipt_amount + 1")

    run_job(JOB, dry_run=True, baseline=True, reason="to see how many")

    assert run_job(JOB).exit_code == ExitCode.ATTENTION


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"only": ("INV-PAD",)}, "Did you mean INV-PAID?"),
        ({"baseline": True}, '--reason "..." is blank'),
        ({"baseline": True, "reason": "x", "account": "1"}, "none of --since, --days, --account and --list"),
        ({"reason": "x"}, "--reason belongs to --baseline"),
    ],
)
def test_what_does_not_go_together_is_refused(values: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(why)):
        Arguments(**values)


def test_the_list_shows_every_invariant(run_job: RunJob, sql: Sql) -> None:
    (table,) = run_job(JOB, list_only=True).outcome.tables

    assert [row[0] for row in table.rows] == [one.code for one in CATALOGUE]


@pytest.mark.parametrize(("received", "is_told"), [("14:20", False), ("15:43", False), ("15:46", True)])
def test_a_file_may_be_received_a_little_after_it_was_applied_as_clocks_of_pods_differ(
    received: str, is_told: bool, run_job: RunJob, sql: Sql
) -> None:
    sql(
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, details, received_on, applied_on)"
        " VALUES ('CAS', 'a.csv', repeat('0', 64), 1, 'applied', jsonb_build_object('archived', true),"
        f" '2022-06-23 {received}Z', '2022-06-23 14:44Z');"
        "INSERT INTO cas_settlements (file_name, received_on, processed_on)"
        f" VALUES ('a.csv', '2022-06-23 {received}', '2022-06-23 14:44')"
    )

    assert bool(told(run_job(JOB, only=("FILE-CAS",)))) == is_told


@pytest.mark.parametrize(("second", "is_told"), [("14:20", False), ("13:45", False), ("13:43", True)])
def test_a_version_may_be_kept_a_little_before_the_one_before_it_as_clocks_of_pods_differ(
    second: str, is_told: bool, run_job: RunJob, sql: Sql
) -> None:
    times = ("2022-06-23 14:44", f"2022-06-23 {second}")
    for version, at in enumerate(times, 1):
        sql(
            "INSERT INTO payment_accounts_history (id, eft_enable, version, changed)"
            f" VALUES (1, false, {version}, '{at}');"
            f"UPDATE payment_accounts SET version = {version + 1} WHERE id = 1"
        )

    assert bool(told(run_job(JOB, only=("HIS-VERSION",)))) == is_told
