from contextlib import closing
from typing import Any

import psycopg2
import pytest

from config.errors import ExitCode
from jobs.job import Job
from tests.conftest import MakePayDatabase
from tests.jobs.conftest import RunJob
from tests.pay_database import PayDatabase
from tests.tools.hand_tools.conftest import Sql
from tools.explain import ACCOUNT, BATCH, FILE, INVOICE, SLIP
from tools.explain.meaning import meanings

LIFE = """
INSERT INTO payment_accounts (id, auth_account_id, name, payment_method, has_nsf_invoices)
VALUES (11, '1100', 'ACME', 'PAD', '2026-11-06 17:00');
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method, bank_account_number)
VALUES (11, 11, '5', '8', '9', 'FREEZE', 'PAD', '000111222333');
INSERT INTO statement_settings (id, frequency, payment_account_id, from_date) VALUES (1, 'WEEKLY', 11, '2026-01-01');
INSERT INTO routing_slips (id, number, status, total, remaining_amount, created_by, created_on, routing_slip_date,
                           payment_account_id)
VALUES (1, '206000010', 'ACTIVE', 100, 40, 'x', '2026-11-01', '2026-11-01', 11);
INSERT INTO routing_slips (id, number, status, total, created_by, created_on, routing_slip_date, parent_number)
VALUES (2, '206000028', 'LINKED', 50, 'x', '2026-11-02', '2026-11-02', '206000010');
INSERT INTO pay_jobs.slip_movements (slip, kind, before, amount, moved_on)
VALUES ('206000010', 'refunded', 7.50, -5, '2026-11-09');
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, refund, payment_method_code,
                      payment_account_id, cfs_account_id, payment_date, refund_date, routing_slip, disbursement_date)
VALUES (7, 'clerk', '2026-11-03 20:00', 'CREDITED', 31.50, 31.50, 31.50, 'PAD', 11, 11, '2026-11-05', '2026-11-07',
        '206000010', '2026-11-08');
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, created_on)
VALUES (7, 'REG00000007', '77', 'COMPLETED', '2026-11-04');
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
VALUES (7, 'PADRC1', '2026-11-05', 31.5);
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, invoice_amount,
                      payment_date, invoice_number, receipt_number, payment_account_id)
VALUES ('PAYBC', 'PAD', 'FAILED', 0, 31.50, '2026-11-05', 'REG00000007', 'PADRC1', 11);
INSERT INTO credits (cfs_identifier, is_credit_memo, amount, remaining_amount, account_id, created_on,
                     created_invoice_id)
VALUES ('CM1', true, 31.5, 31.5, 11, '2026-11-07', 7);
INSERT INTO refunds (invoice_id, requested_date, reason, status, type)
VALUES (7, '2026-11-07', 'asked', 'APPROVED', 'INVOICE');
INSERT INTO non_sufficient_funds (description, invoice_id, invoice_number) VALUES ('NSF', 7, 'REG00000007');
INSERT INTO statements (id, frequency, from_date, to_date, created_on, payment_account_id, notification_status_code)
VALUES (5, 'WEEKLY', '2026-11-01', '2026-11-07', '2026-11-08', 11, 'SKIP');
INSERT INTO statement_invoices (statement_id, invoice_id) VALUES (5, 7);
INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)
VALUES (4321, '2026-11-04', 'INBOX.F3535.20261104040107', 'UPLOADED', 'PAYMENT');
INSERT INTO ejv_headers (id, ejv_file_id, disbursement_status_code) VALUES (8801, 4321, 'UPLOADED');
INSERT INTO ejv_links (link_id, ejv_header_id, disbursement_status_code, link_type)
VALUES (7, 8801, 'UPLOADED', 'invoice');
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, applied_on)
VALUES ('CAS', 'BCR_PAYMENT_APPL_20261105.csv', repeat('0', 64), 1, 'applied', '2026-11-05', '2026-11-05');
INSERT INTO pay_jobs.settlement_rows
SELECT id, 2, NULL, 'applied', '', '', 'SETTLE_PAD', 'PADP', '', 'PADRC1', 5, '2026-11-05', 31.50, '8', 'INV',
       'REG00000007', 31.50, 0, 'Fully PAID', NULL, '00000000-0000-0000-0000-000000000000' FROM pay_jobs.inbound_files;
INSERT INTO payment_line_items (id, invoice_id, total, filing_fees, fee_schedule_id, line_item_status_code)
VALUES (70, 7, 30, 30, 1, 'ACTIVE');
UPDATE payment_line_items SET service_fees = 1.5, description = 'Annual report' WHERE id = 70;
INSERT INTO refunds_partial (id, payment_line_item_id, invoice_id, refund_type, refund_amount, created_on, created_by,
                             is_credit, status)
VALUES (55, 70, 7, 'BASE_FEES', 5, '2026-11-09', 'x', true, 'REFUND_PROCESSED');
INSERT INTO refunds (id, invoice_id, requested_date, status, type) VALUES (9, 7, '2026-11-09', 'DECLINED', 'INVOICE');
INSERT INTO refunds_partial (id, payment_line_item_id, invoice_id, refund_id, refund_type, refund_amount, created_on,
                             created_by, is_credit, status)
VALUES (56, 70, 7, 9, 'BASE_FEES', 3, '2026-11-09', 'x', true, 'REFUND_REQUESTED');
INSERT INTO ejv_links (link_id, ejv_header_id, disbursement_status_code, link_type)
VALUES (55, 8801, 'ERRORED', 'partial_refund');
INSERT INTO applied_credits (account_id, application_id, amount_applied, cfs_account, cfs_identifier, created_on,
                             invoice_amount, invoice_number, invoice_id)
VALUES (11, 900, 2.5, '8', 'CM0', '2026-11-05', 31.5, 'REG00000007', 7);
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)
VALUES ('CGI', 'FEEDBACK.F3535.20261106214512', repeat('1', 64), 1, 'applied', '2026-11-06');
INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line, state)
SELECT id, 1, 'GI', 4321, 1, 9, 'applied' FROM pay_jobs.inbound_files WHERE source = 'CGI';
INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, subject, side, amount, code, message, outcome)
SELECT id, 4, 4321, 'JD', '7-PR-55', 'C', 5, '2099', 'no such GL', 'applied' FROM pay_jobs.inbound_files
 WHERE source = 'CGI';
INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, code, message, outcome)
SELECT id, 1, 4321, 'BG', '', '', 'applied' FROM pay_jobs.inbound_files WHERE source = 'CGI';
UPDATE routing_slips SET refund_amount = 12.50, refund_status = 'PROCESSED' WHERE id = 1;
INSERT INTO refunds (routing_slip_id, requested_date, reason, status, type, gl_posted)
VALUES (1, '2026-11-09', 'moved away', 'APPROVED', 'ROUTING_SLIP', '2026-11-12');
INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)
VALUES (4400, '2026-11-10', 'INBOX.F3535.20261110040107', 'COMPLETED', 'REFUND');
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, applied_on)
VALUES ('CGI', 'FEEDBACK.F3535.20261110214512', repeat('2', 64), 1, 'applied', '2026-11-10', '2026-11-10');
INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line, state)
SELECT id, 1, 'AP', 4400, 1, 9, 'applied' FROM pay_jobs.inbound_files WHERE name = 'FEEDBACK.F3535.20261110214512';
INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, subject, code, message, outcome)
SELECT id, line, 4400, record, '206000010', code, message, 'applied'
  FROM pay_jobs.inbound_files, (VALUES (3, 'IH', '0000', ''), (4, 'IL', '0000', ''), (5, 'NA', '3001', 'NO ADDRESS'))
    AS said (line, record, code, message)
 WHERE name = 'FEEDBACK.F3535.20261110214512';
INSERT INTO pay_jobs.operations (kind, subject, state, amount, plan, command, why, reason)
VALUES ('partial credit', 'invoice 7', 'lost', 5.00, '{}', '-', 'no answer', 'ticket 9');
INSERT INTO pay_jobs.outbox (created_on, channel, kind, ordering_key, idempotency_key, payload, state)
VALUES ('2026-11-06', 'cfs', 'nsf_fee', 'account:11', 'k', '{"invoice_number": "REG00000007"}', 'delivered')
"""


def told(result: Any) -> list[str]:
    return [f"{what}: {detail}" for _, _, what, detail in result.outcome.tables[0].rows]


@pytest.fixture(scope="module")
def database(make_pay_database: MakePayDatabase) -> PayDatabase:
    """A pay database with one life in it: `explain` only reads."""
    made = make_pay_database("explain")
    with closing(psycopg2.connect(made.address)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(LIFE)
    return made


@pytest.fixture(scope="module")
def database_url(database: PayDatabase) -> str:
    return database.address


@pytest.mark.parametrize(
    "expected",
    [
        "created: by clerk",
        "reference made: CFS number REG00000007, PayBC 77, now COMPLETED",
        "settlement row applied: BCR_PAYMENT_APPL_20261105.csv line 2",
        "journal voucher made: PAYMENT batch 4321 (INBOX.F3535.20261104040107), journal 8801, now UPLOADED",
        "journal voucher made: PAYMENT batch 4321 (INBOX.F3535.20261104040107), journal 8801, partial refund 55,",
        "feedback line applied: FEEDBACK.F3535.20261106214512 line 4: code 2099, 5.00 C, no such GL",
        "credit applied: 2.5 CAD of CM0",
        "partial refund made: 5.00 CAD BASE_FEES, as credit, now REFUND_PROCESSED",
        "receipt: PADRC1, 31.50 CAD",
        "payment FAILED: PAD for REG00000007, 0.00 of 31.50 CAD",
        "credit made of it: CM1, 31.50 CAD, 31.50 left",
        "bounced: number REG00000007: NSF",
        "refund asked for: INVOICE, now APPROVED: asked",
        "on statement 5: WEEKLY 2026-11-01 to 2026-11-07",
        "partial credit lost: 5.00 CAD, because ticket 9",
        "outbox message made: cfs nsf_fee",
        "partner paid",
        "known to be paid (payment_date): 31.50 CAD",
        "known to be undone (refund_date): 31.50 CAD",
    ],
)
def test_the_life_of_an_invoice_tells(run_job: RunJob, expected: str) -> None:
    assert any(line.startswith(expected) for line in told(run_job(INVOICE, subject="7")))


def test_the_life_of_an_invoice_is_told_in_order_with_what_it_means(run_job: RunJob) -> None:
    result = run_job(INVOICE, subject="7")

    times = [row[0] for row in result.outcome.tables[0].rows if row[0]]
    assert result.exit_code == ExitCode.DONE
    assert times == sorted(times)
    assert any(note.startswith("CREDITED: ") for note in result.outcome.notes)
    assert "More: python3 invoke_jobs.py explain account 1100" in result.outcome.notes


def test_a_slip_whose_refund_is_refused_is_told_with_what_the_job_says_is_to_be_done(run_job: RunJob, sql: Sql) -> None:
    sql(
        "INSERT INTO payment_accounts (id, auth_account_id, payment_method) VALUES (99, NULL, 'INTERNAL');"
        "INSERT INTO cfs_accounts (id, account_id, status, payment_method) VALUES (99, 99, 'ACTIVE', 'INTERNAL');"
        "INSERT INTO routing_slips (id, number, status, total, remaining_amount, created_by, created_on,"
        "                           routing_slip_date, payment_account_id, cas_mismatch)"
        " VALUES (99, '206000093', 'REFUND_AUTHORIZED', 100, 40, 'x', '2026-11-01', '2026-11-01', 99, true)"
    )

    assert run_job(SLIP, subject="206000093").outcome.notes == [
        "Slip 206000093: its refund is refused: its balance and CFS disagreed: bring the two together to the cent, and "
        "clear cas_mismatch of the slip."
    ]


def test_an_invoice_that_cgi_refused_is_told_with_the_gl_codes_that_somebody_can_correct(
    run_job: RunJob, sql: Sql
) -> None:
    sql(
        "INSERT INTO payment_accounts (id, auth_account_id, payment_method) VALUES (98, '9800', 'EJV');"
        "INSERT INTO distribution_codes (distribution_code_id, client, responsibility_centre, service_line, stob,"
        "                                project_code, account_id, start_date, created_by, created_on)"
        " VALUES (981, '112', '32041', '35301', '1278', ' ', 98, '2020-01-01', 'x', '2020-01-01');"
        "INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,"
        "                      payment_account_id)"
        " VALUES (98, 'clerk', '2026-11-03 20:00', 'APPROVED', 31.50, 0, 'EJV', 98);"
        "INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)"
        " VALUES (4398, '2026-11-04', 'INBOX.F3535.20261104040198', 'COMPLETED', 'PAYMENT');"
        "INSERT INTO ejv_headers (id, ejv_file_id, disbursement_status_code) VALUES (8898, 4398, 'ERRORED');"
        "INSERT INTO ejv_links (link_id, ejv_header_id, disbursement_status_code, link_type)"
        " VALUES (98, 8898, 'ERRORED', 'invoice')"
    )

    tables = {one.key: one.rows for one in run_job(INVOICE, subject="98").outcome.tables}

    assert tables["gl_codes"] == [("the ministry", 981, "112.32041.35301.1278.?")]
    assert "gl_codes" not in {one.key for one in run_job(INVOICE, subject="7").outcome.tables}


@pytest.mark.parametrize(
    ("job", "subject", "expected"),
    [
        (
            ACCOUNT,
            "1100",
            ["CFS account FREEZE", "owes since", "statements WEEKLY", "invoices CREDITED", "credit open"],
        ),
        (
            SLIP,
            "206000010",
            [
                "slip made: 206000010, now ACTIVE",
                "child slip made: 206000028, now LINKED",
                "invoice made",
                "refund asked for: slip 206000010, now APPROVED, cheque of 2026-11-12: moved away",
                "refund PROCESSED: slip 206000010, 12.50 CAD handed over",
                "cheque line applied: FEEDBACK.F3535.20261110214512 line 3, REFUND batch 4400, slip 206000010: IH 0000",
                "cheque line applied: FEEDBACK.F3535.20261110214512 line 5, REFUND batch 4400, slip 206000010: NA 3001",
                "refunded: 5.00 CAD, slip 206000010; the 7.50 CAD before that were paid by AP, or written off",
            ],
        ),
        (
            BATCH,
            "4321",
            [
                "batch made",
                "batch UPLOADED",
                "journals UPLOADED: 1 journals, 2 links",
                "feedback applied",
                "line refused with 2099",
            ],
        ),
        (FILE, "BCR_PAYMENT_APPL_20261105.csv", ["file received: CAS file", "rows applied"]),
        (FILE, "INBOX.F3535.20261104040107", ["inbox file: of batch 4321, PAYMENT UPLOADED"]),
    ],
)
def test_other_subjects_are_explained(run_job: RunJob, job: Job, subject: str, expected: list[str]) -> None:
    lines = told(run_job(job, subject=subject))

    assert [start for start in expected if not any(line.startswith(start) for line in lines)] == []


def test_a_bank_account_number_is_never_told(run_job: RunJob) -> None:
    assert "000111222333" not in "\n".join(told(run_job(ACCOUNT, subject="1100")))


@pytest.mark.parametrize(
    ("job", "subject"), [(INVOICE, "8"), (ACCOUNT, "nobody"), (SLIP, "1"), (BATCH, "1"), (FILE, "x.csv")]
)
def test_a_subject_that_is_not_there_is_said(run_job: RunJob, job: Job, subject: str) -> None:
    result = run_job(job, subject=subject)

    assert result.exit_code == ExitCode.USAGE
    assert subject in (result.error or "")


@pytest.mark.parametrize("subject", ["99999999999", "0"])
def test_an_invoice_id_must_be_a_number_that_can_be_one(run_job: RunJob, subject: str) -> None:
    assert "expected a whole number from 1 to 2147483647." in (run_job(INVOICE, subject=subject).error or "")


@pytest.mark.parametrize("subject", ["REG00000008", "-1", "1.5", "²"])
def test_what_is_neither_id_nor_cfs_number_is_said(run_job: RunJob, subject: str) -> None:
    result = run_job(INVOICE, subject=subject)

    assert result.exit_code == ExitCode.USAGE
    assert "expected an id like 1234567, or a CFS number like REG01234567" in (result.error or "")


def test_an_invoice_can_be_named_by_its_cfs_number(run_job: RunJob) -> None:
    assert run_job(INVOICE, subject="reg00000007").outcome.tables[0].title.startswith("Invoice 7, CREDITED")


def test_of_a_cfs_number_that_invoices_share_all_are_named(run_job: RunJob, sql: Sql) -> None:
    sql(
        "INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, payment_method_code)"
        " SELECT id, 'x', now(), 'PAID', 1, 'PAD' FROM generate_series(50, 51) AS id"
    )
    sql(
        "INSERT INTO invoice_references (invoice_id, invoice_number, status_code)"
        " SELECT id, 'REG00000050', 'COMPLETED' FROM generate_series(50, 51) AS id"
    )

    result = run_job(INVOICE, subject="REG00000050")

    assert "2 invoices share the CFS number REG00000050: 50, 51. Name one of them." in (result.error or "")


def test_every_status_of_the_pay_database_has_a_meaning(sql: Sql) -> None:
    for (status,) in sql("SELECT code FROM invoice_status_codes"):
        (said,) = meanings(status=status, method="PAD", payment_date=None, refund_date=None, was_sent=False)
        assert said.startswith(f"{status}: ")
        assert "does not know" not in said


def test_moments_are_told_in_local_time_beside_utc_and_days_stay_days(run_job: RunJob) -> None:
    times = {what: (local, utc) for local, utc, what, _ in run_job(INVOICE, subject="7").outcome.tables[0].rows}

    assert times["created"] == ("2026-11-03 13:00:00", "2026-11-03 20:00:00")
    assert times["known to be paid (payment_date)"] == ("2026-11-05", None)
    assert times["bounced"] == (None, None)


def test_the_line_items_of_an_invoice_are_listed_with_what_can_still_be_credited(run_job: RunJob) -> None:
    result = run_job(INVOICE, subject="7")

    [line] = result.outcome.tables[1].records()
    assert (line["line"], line["description"], str(line["fee"]), str(line["service fee"])) == (
        70, "Annual report", "30.00", "1.50",
    )  # fmt: skip
    assert (str(line["refunded"]), str(line["left"])) == ("5.00", "0.00")  # it is CREDITED: nothing is left
    assert result.outcome.answer == "Invoice 7 is CREDITED: 31.50 CAD by PAD, 31.50 CAD paid, account 1100 (ACME)"


def test_receipts_that_are_not_what_was_paid_are_said(run_job: RunJob) -> None:
    notes = run_job(INVOICE, subject="7").outcome.notes

    said = "Receipts and applied credits come to 34.00 CAD, and `paid` is 31.50 CAD."
    assert f"{said} Whether that is right: verify --only INV-PAID." in notes


@pytest.mark.parametrize(("status", "is_told"), [("CREDITED", False), ("DELETED", True), ("CANCELLED", True)])
def test_money_that_came_for_a_withdrawn_invoice_is_said(status: str, is_told: bool, run_job: RunJob, sql: Sql) -> None:
    sql(f"UPDATE invoices SET invoice_status_code = '{status}' WHERE id = 7")
    try:
        notes = run_job(INVOICE, subject="7").outcome.notes
    finally:
        sql("UPDATE invoices SET invoice_status_code = 'CREDITED' WHERE id = 7")

    said = f"It is {status} and 34.00 CAD came for it all the same: they have to be given back."
    assert (said in notes) == is_told


def test_the_share_of_a_partner_is_told_and_what_of_it_is_to_be_taken_back(run_job: RunJob, sql: Sql) -> None:
    sql("UPDATE invoices SET disbursement_reversal_date = '2026-11-10 21:00' WHERE id = 7")
    sql(
        "INSERT INTO partner_disbursements (id, amount, created_on, feedback_on, processed_on, partner_code,"
        " is_reversal, status_code, target_id, target_type) VALUES"
        " (90, 30, '2026-11-04', '2026-11-05 22:00', '2026-11-04', 'VS', false, 'COMPLETED', 7, 'INVOICE'),"
        " (91, 5, '2026-11-09', NULL, NULL, 'VS', true, 'WAITING_FOR_JOB', 55, 'partial_refund')"
    )
    try:
        rows = run_job(INVOICE, subject="7").outcome.tables[0].rows
    finally:
        sql("DELETE FROM partner_disbursements")
        sql("UPDATE invoices SET disbursement_reversal_date = NULL WHERE id = 7")

    assert [(what, detail) for _, _, what, detail in rows if "share" in what] == [
        ("partner share due", "VS 30 CAD, now COMPLETED, sent 2026-11-04, answered 2026-11-05 (partner row 90)"),
        ("partner share to take back", "VS 5 CAD, now WAITING_FOR_JOB (partner row 91)"),
        ("partner share taken back", ""),
    ]


def test_a_receipt_under_the_number_of_a_memo_is_counted_once(run_job: RunJob, sql: Sql) -> None:
    sql("UPDATE receipts SET receipt_amount = 29 WHERE invoice_id = 7")
    sql("INSERT INTO receipts (invoice_id, receipt_number, receipt_amount) VALUES (7, 'CM0', 2.5)")
    try:
        assert not any("Receipts" in note for note in run_job(INVOICE, subject="7").outcome.notes)
    finally:
        sql("DELETE FROM receipts WHERE receipt_number = 'CM0'")
        sql("UPDATE receipts SET receipt_amount = 31.5 WHERE invoice_id = 7")


def test_a_batch_is_dated_when_it_was_completed_and_a_line_without_a_code_was_not_refused(
    run_job: RunJob, sql: Sql
) -> None:
    sql(
        "UPDATE ejv_files SET disbursement_status_code = 'COMPLETED', completed_on = '2026-11-06 22:00',"
        " feedback_file_ref = 'FEEDBACK.F3535.20261106214512'"
    )

    rows = run_job(BATCH, subject="4321").outcome.tables[0].rows

    assert (
        "2026-11-06 15:00:00",
        "2026-11-06 22:00:00",
        "batch COMPLETED",
        "feedback FEEDBACK.F3535.20261106214512",
    ) in rows
    assert [what for _, _, what, _ in rows if what.startswith("line")] == ["line refused with 2099"]
