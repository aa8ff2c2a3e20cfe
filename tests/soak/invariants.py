"""What holds in the pay tables whoever wrote last, each as the query that finds what breaks it."""

from sqlalchemy import text

from database.engine import Database

INVARIANTS = {
    "receipts over the invoice's total": """
        SELECT invoice.id, invoice.total, sum(CAST(receipt.receipt_amount AS numeric(19,2)))
          FROM invoices AS invoice JOIN receipts AS receipt ON receipt.invoice_id = invoice.id
         GROUP BY invoice.id
        HAVING sum(CAST(receipt.receipt_amount AS numeric(19,2))) > invoice.total""",
    "paid over the invoice's total": "SELECT id, paid, total FROM invoices WHERE paid > total",
    "two completed payments of one number": """
        SELECT invoice_number, count(*) FROM payments
         WHERE payment_status_code = 'COMPLETED' AND invoice_number IS NOT NULL
           AND payment_method_code <> 'ONLINE_BANKING'
         GROUP BY invoice_number HAVING count(*) > 1""",
    "two completed payments of one receipt": """
        SELECT receipt_number, invoice_number, count(*) FROM payments
         WHERE payment_status_code = 'COMPLETED' AND receipt_number IS NOT NULL
         GROUP BY receipt_number, invoice_number HAVING count(*) > 1""",
    "PAID without a receipt": """
        SELECT id FROM invoices
         WHERE invoice_status_code = 'PAID' AND NOT EXISTS (SELECT FROM receipts WHERE invoice_id = invoices.id)""",
    "a PAD profile is FREEZE if and only if a bounce is open with its fee": """
        SELECT account.id, string_agg(profile.status, ' '), count(bounce.id)
          FROM payment_accounts AS account
          JOIN cfs_accounts AS profile
            ON profile.account_id = account.id AND profile.payment_method = 'PAD' AND profile.status <> 'INACTIVE'
          LEFT JOIN LATERAL (
                 SELECT nsf.id FROM non_sufficient_funds AS nsf
                   JOIN invoices AS fee ON fee.id = nsf.invoice_id
                  WHERE fee.payment_account_id = account.id AND fee.invoice_status_code <> 'PAID'
               ) AS bounce ON true
         GROUP BY account.id
        HAVING bool_or(profile.status = 'FREEZE') <> (count(bounce.id) > 0)""",
    "a fee on a profile that is not in use": """
        SELECT fee.id, profile.status FROM non_sufficient_funds AS nsf
          JOIN invoices AS fee ON fee.id = nsf.invoice_id
          JOIN cfs_accounts AS profile ON profile.id = fee.cfs_account_id
         WHERE profile.status = 'INACTIVE' AND fee.invoice_status_code <> 'PAID'""",
    "two fees for one bounce": """
        SELECT invoice_number, count(*) FROM non_sufficient_funds GROUP BY invoice_number HAVING count(*) > 1""",
    "a version without its history": """
        SELECT 'cfs_accounts', id FROM cfs_accounts AS one
         WHERE version <> 1 + (SELECT count(*) FROM cfs_accounts_history AS old WHERE old.id = one.id)
         UNION ALL
        SELECT 'payment_accounts', id FROM payment_accounts AS one
         WHERE version <> 1 + (SELECT count(*) FROM payment_accounts_history AS old WHERE old.id = one.id)
         UNION ALL
        SELECT 'refunds_partial', id FROM refunds_partial AS one
         WHERE version <> 1 + (SELECT count(*) FROM refunds_partial_history AS old WHERE old.id = one.id)""",
}


def broken(database: Database, *left_out: str) -> list[str]:
    """Return what does not hold, each with the first rows that break it."""
    found = []
    with database.begin() as session:
        for name, query in INVARIANTS.items():
            rows = [] if name in left_out else session.execute(text(query)).fetchmany(3)
            if rows:
                found.append(f"{name}: {[tuple(row) for row in rows]}")
    return found
