"""A settlement file for the demo: the day after the demo's week, with one bounce and one row nobody knows.

The pay database says what is open; the file goes into the SFTP directory of CAS, and the simulator of CFS is given the
site and invoice of the payment that bounces, so that stopping the pulls and charging the fee can be watched there.
"""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg2

from sandbox.cfs_part import CfsPart
from sandbox.sftp_server import SftpPart

FIRST_DAY = date(2022, 6, 27)
PAID_NUMBERS = 200
_HEADER = (
    "Record type", "Source Transaction Type", "Source Transaction Number", "Application Id", "Application Date",
    "Application amount", "Customer Account", "Target transaction type", "Target transaction Number",
    "Target Transaction Original amount", "Target Transaction Outstanding Amount", "Target transaction status",
    "Reversal Reason code", "Reversal reason description",
)  # fmt: skip
_OPEN_NUMBERS = """
SELECT reference.invoice_number, cfs.cfs_party, cfs.cfs_account, cfs.cfs_site, sum(invoice.total)
  FROM invoice_references AS reference
  JOIN invoices AS invoice ON invoice.id = reference.invoice_id
  JOIN cfs_accounts AS cfs ON cfs.id = invoice.cfs_account_id
 WHERE reference.status_code = %(status)s
   AND invoice.payment_method_code = 'PAD'
   AND invoice.invoice_status_code = %(invoice_status)s
   AND cfs.status = 'ACTIVE'
 GROUP BY reference.invoice_number, cfs.cfs_party, cfs.cfs_account, cfs.cfs_site
HAVING count(DISTINCT cfs.id) = 1
 ORDER BY reference.invoice_number
 LIMIT %(limit)s
"""


_OPEN_MEMOS = """
SELECT credit.cfs_identifier, cfs.cfs_party, cfs.cfs_account, cfs.cfs_site,
       CAST(credit.remaining_amount AS numeric(19,2))
  FROM credits AS credit
  JOIN cfs_accounts AS cfs ON cfs.account_id = credit.account_id
 WHERE credit.is_credit_memo
   AND credit.remaining_amount > 0
   AND cfs.payment_method = 'PAD'
   AND cfs.cfs_site IS NOT NULL
 ORDER BY credit.id
"""


def lay_out(database_url: str, sftp: SftpPart, cfs: CfsPart) -> str:
    """Put the file of the next day where CAS would, and give its name."""
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_OPEN_NUMBERS, {"status": "ACTIVE", "invoice_status": "APPROVED", "limit": PAID_NUMBERS})
            paid = cursor.fetchall()
            cursor.execute(_OPEN_NUMBERS, {"status": "COMPLETED", "invoice_status": "PAID", "limit": 1})
            bounced = cursor.fetchall()
            cursor.execute(_OPEN_MEMOS)
            memos = cursor.fetchall()
            cursor.execute("SELECT count(*) FROM cas_settlements WHERE file_name LIKE 'BCR_PAYMENT_APPL_%'")
            (files_before,) = cursor.fetchone() or (0,)
    finally:
        connection.close()
    sites = {row[3]: _site(*row[1:4]) for row in [*bounced, *memos]}
    cfs.admin.reset()
    cfs.admin.seed(
        sites=list(sites.values()),
        invoices=[
            {"site_number": site, "invoice_number": number, "total": str(total)}
            for number, _, _, site, total in bounced
        ],
        credit_memos=[
            {"site_number": site, "credit_memo_number": number, "amount": str(amount)}
            for number, _, _, site, amount in memos
        ],
    )
    day = FIRST_DAY + timedelta(days=files_before)
    name = f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv"
    (sftp.root("cas") / "upload" / name).write_bytes(_content(day, paid, bounced))
    return name


def _site(party: str, account: str, site: str) -> dict[str, str]:
    return {
        "party_number": party,
        "account_number": account,
        "site_number": site,
        "receipt_method": "BCR-PAD Daily",
    }


def _content(on: date, paid: list[tuple[Any, ...]], bounced: list[tuple[Any, ...]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(_HEADER)
    day = f"{on:%d-%b-%y}"
    for nth, (number, _party, account, _site, total) in enumerate(paid, 1):
        row = (
            "PADP",
            "BCR-PAD Daily",
            f"PADRC{nth:06d}",
            6000000 + nth,
            day,
            total,
            account,
            "INV",
            number,
            total,
            "0.00",
        )
        writer.writerow((*row, "Fully PAID", "", ""))
    for number, _party, account, _site, total in bounced:
        row = (
            "PADR",
            "BCR-PAD Daily",
            f"PADRC{on:%j}90001",
            int(f"6{on:%j}90001"),
            day,
            "0.00",
            account,
            "INV",
            number,
            total,
            total,
        )
        writer.writerow((*row, "Not PAID", "R001", "NON SUFFICIENT FUNDS"))
    amount = Decimal("31.50")
    row = (
        "PADP",
        "BCR-PAD Daily",
        f"PADRC{on:%j}90002",
        int(f"6{on:%j}90002"),
        day,
        amount,
        "899999",
        "INV",
        "REG99999999",
        amount,
        "0.00",
    )
    writer.writerow((*row, "Fully PAID", "", ""))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
