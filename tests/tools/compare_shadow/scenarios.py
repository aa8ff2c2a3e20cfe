"""For each decision what the reference leaves where ours leaves another value, and where that shows.

Source of what the reference leaves: docs/specs, the section that the line of the decision names. Ours is as our jobs
leave it (worlds of test_decisions.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReferenceLeft:
    """What the reference leaves: statements that make its rows of ours, and the columns that then differ."""

    statements: tuple[str, ...]
    places: frozenset[str]


def _left(places: str, *statements: str) -> ReferenceLeft:
    return ReferenceLeft(statements, frozenset(places.split()))


def _unpaid(invoice: int, state: str = "APPROVED") -> tuple[str, ...]:
    """Return what takes back that an invoice was paid."""
    return (
        f"UPDATE invoices SET invoice_status_code = '{state}', paid = 0, payment_date = NULL WHERE id = {invoice}",
        f"UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = {invoice}",
        f"DELETE FROM receipts WHERE invoice_id = {invoice}",
    )


def _still_paid(invoice: int, receipt: str) -> tuple[str, ...]:
    """Return what leaves an invoice paid that bounced."""
    return (
        f"UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE id = {invoice}",
        f"UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = {invoice}",
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)"
        f" SELECT id, '{receipt}', total, '2026-11-04' FROM invoices WHERE id = {invoice}",
    )


_INVOICE = "invoices.invoice_status_code invoices.paid invoices.payment_date invoice_references.status_code receipts"
_BOUNCE = "invoices.invoice_status_code invoices.paid invoice_references.status_code receipts"

REFERENCE: dict[str, ReferenceLeft] = {
    "D-PAD-01": _left(
        "invoices.invoice_status_code",
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = '2026-11-09'"
        " WHERE id = 1239001",
    ),
    "D-PAD-02": _left(
        "non_sufficient_funds.description",
        "UPDATE non_sufficient_funds SET description = NULL WHERE description IS NOT NULL",
    ),
    "D-PAD-03": _left("invoices.paid", "UPDATE invoices SET paid = total WHERE id = 1239002"),
    "D-PAD-04": _left(
        f"{_INVOICE} payments cas_settlements.processed_on",
        *_unpaid(1239004),
        "DELETE FROM payments WHERE receipt_number = 'PADRC0204'",
        "UPDATE cas_settlements SET processed_on = NULL WHERE file_name = 'BCR_PAYMENT_APPL_20261113.csv'",
    ),
    "D-PAD-05": _left(
        "cas_settlements",
        "INSERT INTO cas_settlements (file_name, received_on, processed_on)"
        " VALUES ('BCR_PAYMENT_APPL_20261114_2.csv', '2026-11-14', '2026-11-14')",
    ),
    "D-PAD-06": _left(_BOUNCE, *_still_paid(1239006, "PADRC0206")),
    "D-PAD-07": _left(
        "payments",
        "INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number,"
        " receipt_number, paid_amount, payment_account_id)"
        " SELECT 'PAYBC', 'PAD', 'COMPLETED', 'REG01239007', 'PADRC0207', 70, payment_account_id FROM invoices"
        " WHERE id = 1239007",
    ),
    "D-PAD-08": _left(
        "receipts invoices.invoice_status_code invoices.paid",
        "UPDATE receipts SET receipt_number = 'PADRC0208' WHERE invoice_id = 1239008",
        "UPDATE invoices SET invoice_status_code = 'PARTIAL_PAID', paid = 30 WHERE id = 1239108",
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)"
        " VALUES (1239108, '108', 30, '2026-11-12'), (1239208, '208', 20, '2026-11-12')",
    ),
    "D-PAD-09": _left(
        "receipts receipts.receipt_amount",
        "DELETE FROM receipts WHERE invoice_id = 1239009 AND receipt_number = '20609'",
        "UPDATE receipts SET receipt_amount = 80 WHERE invoice_id = 1239009",
    ),
    "D-PAD-10": _left("receipts.receipt_amount", "UPDATE receipts SET receipt_amount = 15 WHERE invoice_id = 1239010"),
    "D-PAD-11": _left(
        "receipts payments.paid_amount",
        "DELETE FROM receipts WHERE invoice_id = 1239011 AND receipt_number = 'PADRC0211'",
        "UPDATE payments SET paid_amount = 60 WHERE invoice_number = 'REG01239011'",
    ),
    "D-PAD-12": _left("invoices.paid", "UPDATE invoices SET paid = 40 WHERE id = 1239012"),
    "D-PAD-13": _left(
        f"{_BOUNCE} cfs_accounts.status payment_accounts.has_nsf_invoices payments.payment_status_code"
        " payments.paid_amount",
        "UPDATE cfs_accounts SET status = 'FREEZE' WHERE cfs_account = '800213'",
        "UPDATE payment_accounts SET has_nsf_invoices = '2026-11-12'"
        " WHERE id = (SELECT account_id FROM cfs_accounts WHERE cfs_account = '800213')",
        "UPDATE invoices SET invoice_status_code = 'SETTLEMENT_SCHED', paid = 0 WHERE id = 1239013",
        "UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = 1239013",
        "DELETE FROM receipts WHERE invoice_id = 1239013",
        "UPDATE payments SET payment_status_code = 'FAILED', paid_amount = 0 WHERE invoice_number = 'REG01239013'",
    ),
    "D-PAD-14": _left(_INVOICE, *_unpaid(1239014, "SETTLEMENT_SCHED")),
    "D-PAD-15": _left("payments", "DELETE FROM payments WHERE receipt_number = 'OBRC0216'"),
    "D-PAD-16": _left(
        "payments payments.payment_method_code",
        "DELETE FROM payments WHERE receipt_number = 'CARD16'",
        "UPDATE payments SET payment_method_code = 'CC' WHERE receipt_number = 'PADRC0216'",
    ),
    "D-PAD-17": _left(
        "invoices.invoice_status_code invoices.paid invoice_references.status_code cfs_accounts.status"
        " payment_accounts.has_nsf_invoices invoices invoice_references"
        " payment_line_items non_sufficient_funds cfs_accounts_history payment_accounts_history"
        " cfs_accounts.version payment_accounts.version",
        "UPDATE cfs_accounts SET status = 'ACTIVE', version = version - 1 WHERE cfs_account = '800217'",
        "DELETE FROM cfs_accounts_history WHERE cfs_account = '800217'",
        "UPDATE payment_accounts SET has_nsf_invoices = NULL, version = version - 1"
        " WHERE id = (SELECT account_id FROM cfs_accounts WHERE cfs_account = '800217')",
        "DELETE FROM payment_accounts_history"
        " WHERE id = (SELECT account_id FROM cfs_accounts WHERE cfs_account = '800217')",
        *(
            f"DELETE FROM {table} WHERE {column} = (SELECT invoice_id FROM non_sufficient_funds"
            " WHERE invoice_number = 'REG01239017')"
            for table, column in (
                ("invoice_references", "invoice_id"),
                ("payment_line_items", "invoice_id"),
                ("invoices", "id"),
            )
        ),
        "DELETE FROM non_sufficient_funds WHERE invoice_number = 'REG01239017'",
        *_still_paid(1239017, "PADRC0317"),
    ),
    "D-PAD-18": _left(
        "payments.paid_amount", "UPDATE payments SET paid_amount = 30 WHERE receipt_number = 'PADRC0218'"
    ),
    "D-PAD-19": _left("payments", "DELETE FROM payments WHERE invoice_number = 'REGUT01239019'"),
    "D-PAD-20": _left(
        "credits credits.remaining_amount payment_accounts.pad_credit",
        "INSERT INTO credits (cfs_identifier, is_credit_memo, amount, remaining_amount, account_id, created_on)"
        " SELECT 'PADRC0220', false, 12, 12, account_id, '2026-11-12' FROM cfs_accounts WHERE cfs_account = '800220'",
        "UPDATE credits SET remaining_amount = 40 WHERE cfs_identifier = 'PADRC0320'",
        "UPDATE payment_accounts SET pad_credit = 52"
        " WHERE id = (SELECT account_id FROM cfs_accounts WHERE cfs_account = '800220')",
    ),
    "D-PAD-22": _left(
        "payments.payment_status_code",
        "UPDATE payments SET payment_status_code = 'FAILED' WHERE payment_status_code = 'DELETED'",
    ),
    "D-PAD-23": _left(
        "payments.paid_amount payments.payment_date",
        "UPDATE payments SET paid_amount = 20 WHERE receipt_number = 'OBRC0308'",
        "UPDATE payments SET payment_date = payment_date - interval '1 day' WHERE receipt_number = 'OBRC0208'",
    ),
    "D-PAD-21": _left(
        "credits.remaining_amount payment_accounts.pad_credit",
        "UPDATE credits SET remaining_amount = -5 WHERE cfs_identifier = '20621'",
        "UPDATE payment_accounts SET pad_credit = -5"
        " WHERE id = (SELECT account_id FROM cfs_accounts WHERE cfs_account = '800221')",
    ),
    "D-EJV-01": _left("ejv_files.completed_on", "UPDATE ejv_files SET completed_on = NULL"),
    "D-EJV-02": _left(
        "ejv_files.feedback_file_ref",
        "UPDATE ejv_files SET feedback_file_ref = NULL"
        " WHERE file_type IN ('REFUND', 'EFT_REFUND', 'NON_GOV_DISBURSEMENT')",
    ),
    "D-EJV-03": _left(
        "ejv_links.message",
        "UPDATE ejv_links SET message = substr(message, 6) WHERE message LIKE '2099 %' AND ejv_header_id < 51000",
    ),
    "D-EJV-04": _left("refunds_partial.gl_error", "UPDATE refunds_partial SET gl_error = 'ERRORED' WHERE id = 9502"),
    "D-EJV-05": _left(
        "refunds_partial.status", "UPDATE refunds_partial SET status = 'REFUND_PROCESSING' WHERE id = 9501"
    ),
    "D-EJV-06": _left(
        "payments.paid_amount payments.invoice_amount",
        "UPDATE payments SET paid_amount = 55, invoice_amount = 55 WHERE receipt_number LIKE '%00008802%'",
    ),
    "D-EJV-07": _left(
        "payments.payment_date refunds.gl_posted",
        "UPDATE payments SET payment_date = payment_date + interval '21:45' WHERE payment_method_code = 'EJV'",
        "UPDATE refunds SET gl_posted = gl_posted + interval '21:45'"
        " WHERE gl_posted IS NOT NULL AND type = 'ROUTING_SLIP'",
    ),
    "D-EJV-08": _left(
        "ejv_links.disbursement_status_code ejv_links.message ejv_headers.disbursement_status_code"
        " ejv_headers.message invoice_references.status_code",
        "UPDATE ejv_links SET disbursement_status_code = 'UPLOADED', message = NULL WHERE ejv_header_id = 50003",
        "UPDATE ejv_headers SET disbursement_status_code = 'UPLOADED', message = NULL WHERE id = 50003",
        "UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = 9003",
    ),
    "D-EJV-09": _left(
        "invoices.invoice_status_code",
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = '2026-11-18' WHERE id = 9004",
    ),
    "D-EJV-10": _left(
        f"{_INVOICE} payments ejv_files.disbursement_status_code ejv_headers.disbursement_status_code"
        " ejv_links.disbursement_status_code ejv_files.feedback_file_ref",
        *_unpaid(9210),
        "UPDATE ejv_files SET disbursement_status_code = 'UPLOADED', feedback_file_ref = NULL WHERE id = 510",
        "UPDATE ejv_headers SET disbursement_status_code = 'UPLOADED' WHERE id = 51010",
        "UPDATE ejv_links SET disbursement_status_code = 'UPLOADED' WHERE ejv_header_id = 51010",
        "DELETE FROM payments WHERE receipt_number LIKE '%FI00051010%'",
    ),
    "D-EJV-11": _left(
        "routing_slips.status", "UPDATE routing_slips SET status = 'REFUND_REJECTED' WHERE number = '206900111'"
    ),
    "D-EJV-12": _left(
        f"{_INVOICE} ejv_links.disbursement_status_code ejv_links.message",
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = '2026-11-18' WHERE id = 9212",
        "UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = 9212",
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)"
        " VALUES (9212, 'GIJH...FI00051012FI000000512', 30, '2026-11-18')",
        "UPDATE ejv_links SET disbursement_status_code = 'COMPLETED', message = NULL WHERE ejv_header_id = 51012",
    ),
    "D-EJV-13": _left(
        "invoices.disbursement_status_code invoices.disbursement_date invoices.disbursement_reversal_date",
        "UPDATE invoices SET disbursement_status_code = 'REVERSED', disbursement_reversal_date = disbursement_date,"
        " disbursement_date = NULL WHERE id = 1001",
    ),
    "D-EJV-14": _left(
        "invoices.invoice_status_code invoices.refund_date invoices.paid invoices.payment_date receipts",
        "UPDATE invoices SET invoice_status_code = 'REFUNDED', refund_date = '2026-11-18', paid = 0,"
        " payment_date = NULL WHERE id = 9214",
        "DELETE FROM receipts WHERE invoice_id = 9214",
    ),
    "D-EJV-15": _left(
        _INVOICE,
        "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = '2026-11-18' WHERE id = 9215",
        "UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = 9215",
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)"
        " VALUES (9215, 'GIJH...FI00051015FI000000515', 20, '2026-11-18')",
    ),
    "D-EJV-16": _left(
        "receipts receipts.receipt_amount invoices.payment_date",
        "DELETE FROM receipts WHERE invoice_id = 9216 AND receipt_number <> 'OLD9216'",
        "UPDATE receipts SET receipt_amount = 40 WHERE invoice_id = 9216",
        "UPDATE invoices SET payment_date = '2026-11-18' WHERE id = 9216",
    ),
    "D-EJV-17": _left(
        "refunds.gl_posted",
        "UPDATE refunds SET gl_posted = '2026-11-18 21:45' WHERE gl_posted = '2026-10-01 21:45'",
    ),
    "D-EJV-18": _left(
        "routing_slips.status routing_slips.refund_status refunds.gl_posted",
        "UPDATE routing_slips SET status = 'REFUND_PROCESSED', refund_status = 'PROCESSED' WHERE number = '206900118'",
        "UPDATE refunds SET gl_posted = '2026-11-18 21:45'"
        " WHERE routing_slip_id = (SELECT id FROM routing_slips WHERE number = '206900118')",
    ),
    "D-EJV-19": _left(
        "receipts.receipt_amount", "UPDATE receipts SET receipt_amount = receipt_amount + 5 WHERE invoice_id = 7600001"
    ),
    "D-EJV-20": _left(
        "invoice_references.status_code",
        "UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = 9218",
    ),
    "D-EJV-21": _left(
        "invoice_references.status_code",
        "UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = 9217",
    ),
    "D-SLIP-01": _left(
        "invoices.paid invoices.payment_date",
        "UPDATE invoices SET paid = total, payment_date = '2026-11-02' WHERE payment_method_code = 'INTERNAL'"
        " AND invoice_status_code = 'CREATED' AND routing_slip = '206000044'",
    ),
    "D-SLIP-02": _left(
        "cfs_accounts.status", "UPDATE cfs_accounts SET status = 'INACTIVE' WHERE cfs_account = '820201'"
    ),
    "D-SLIP-03": _left("invoices.paid", "UPDATE invoices SET paid = total WHERE id = 9303"),
    "D-SLIP-04": _left(
        "routing_slips.status routing_slips.cas_version_suffix",
        "UPDATE routing_slips SET status = 'CORRECTION', cas_version_suffix = 1 WHERE number = '206000010'",
    ),
    "D-SLIP-05": _left(
        "routing_slips.remaining_amount", "UPDATE routing_slips SET remaining_amount = 7 WHERE number = '206000203'"
    ),
    "D-SLIP-06": _left(_INVOICE, *_unpaid(9306, "CREATED")),
    "D-SLIP-07": _left("invoices.paid", "UPDATE invoices SET paid = 20 WHERE id = 9307"),
    "D-SLIP-08": _left(
        "payments.payment_status_code",
        "UPDATE payments SET payment_status_code = 'COMPLETED' WHERE receipt_number = '206000206'",
    ),
    "D-SLIP-09": _left(
        "receipts",
        "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)"
        " VALUES (9309, '206000205', 5, '2026-11-02')",
    ),
    "D-SLIP-10": _left("receipts", "DELETE FROM receipts WHERE receipt_number = '206000208L'"),
    "D-SLIP-11": _left(
        "routing_slips.cas_mismatch routing_slips.refund_amount routing_slips.remaining_amount",
        "UPDATE routing_slips SET cas_mismatch = true, refund_amount = 0, remaining_amount = 9"
        " WHERE number = '206000209'",
    ),
    "D-SLIP-12": _left(
        "routing_slips.refund_amount", "UPDATE routing_slips SET refund_amount = 9 WHERE number = '206000210'"
    ),
    "D-SLIP-13": _left(
        "invoices invoice_references routing_slips.remaining_amount",
        "DELETE FROM invoice_references WHERE invoice_id = 9313",
        "DELETE FROM invoices WHERE id = 9313",
        "UPDATE routing_slips SET remaining_amount = 30 WHERE number = '206000205'",
    ),
    "D-SLIP-14": _left(
        "invoices.invoice_status_code invoice_references.status_code receipts",
        "UPDATE invoices SET invoice_status_code = 'CREATED' WHERE id = 9314",
        "UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = 9314",
        "DELETE FROM receipts WHERE invoice_id = 9314",
    ),
    "D-STA-01": _left(
        "statements.payment_methods",
        "UPDATE statements SET payment_methods = 'PAD,CC' WHERE payment_methods = 'CC,PAD'",
    ),
    "D-STA-02": _left(
        "statements statement_invoices",
        "WITH second AS (INSERT INTO statements (frequency, from_date, to_date, created_on,"
        " statement_settings_id, payment_account_id, notification_status_code, payment_methods, is_empty)"
        " SELECT frequency, from_date, to_date, created_on, statement_settings_id, payment_account_id, 'SKIP',"
        " payment_methods, is_empty FROM statements WHERE payment_methods LIKE '%,%' LIMIT 1"
        " RETURNING id, payment_account_id)"
        " INSERT INTO statement_invoices (statement_id, invoice_id)"
        " SELECT second.id, invoice.id FROM second JOIN invoices AS invoice USING (payment_account_id)",
    ),
    "D-STA-03": _left(
        "statements.notification_status_code",
        "UPDATE statements SET notification_status_code = 'SKIP' WHERE notification_status_code = 'PENDING'",
    ),
    "D-STA-04": _left(
        "statements.is_empty statements.notification_status_code",
        "UPDATE statements SET is_empty = false, notification_status_code = 'PENDING'"
        " WHERE id = (SELECT max(id) FROM statements WHERE from_date = '2020-02-05')",
    ),
    "D-STA-05": _left(
        "statements statement_invoices",
        "DELETE FROM statement_invoices WHERE statement_id IN (SELECT id FROM statements WHERE to_date = '2020-03-01')",
        "DELETE FROM statements WHERE to_date = '2020-03-01'",
    ),
    "D-STA-06": _left(
        "statement_invoices statements.is_empty",
        "INSERT INTO statement_invoices (statement_id, invoice_id) SELECT weekly.id, listed.invoice_id"
        " FROM statements AS weekly, statements AS monthly JOIN statement_invoices AS listed"
        " ON listed.statement_id = monthly.id WHERE weekly.from_date = '2020-09-27' AND monthly.to_date = '2020-09-30'",
        "UPDATE statements SET is_empty = false WHERE from_date = '2020-09-27'",
    ),
    "D-STA-07": _left(
        "statement_invoices statements.is_empty statements.payment_methods",
        "DELETE FROM statement_invoices WHERE statement_id IN (SELECT id FROM statements WHERE to_date = '2020-10-10')",
        "UPDATE statements SET is_empty = true, payment_methods = 'EFT' WHERE to_date = '2020-10-10'",
    ),
    "D-STA-08": _left(
        "statements.payment_methods", "UPDATE statements SET payment_methods = 'EFT' WHERE to_date = '2020-10-17'"
    ),
}
