"""A settlement file for the demo: the day after the demo's week, with one bounce and one row nobody knows.

The pay database says what is open; the file goes into the SFTP directory of CAS, and the simulator of CFS is given what
the file tells of: the money it pulled, and the payment that bounced, so that stopping the pulls and charging the fee
can be watched there.
"""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg2

from sandbox.cfs.process import CfsAdmin
from sandbox.sftp_server import SftpPart
from sandbox.sql_files import statement

FIRST_DAY = date(2022, 6, 27)
PAID_NUMBERS = 200
BOUNCED_FROM = 90000
UNKNOWN = 95000
_HEADER = (
    "Record type", "Source Transaction Type", "Source Transaction Number", "Application Id", "Application Date",
    "Application amount", "Customer Account", "Target transaction type", "Target transaction Number",
    "Target Transaction Original amount", "Target Transaction Outstanding Amount", "Target transaction status",
    "Reversal Reason code", "Reversal reason description",
)  # fmt: skip


def lay_out(database_url: str, sftp: SftpPart, cfs: CfsAdmin) -> str:
    """Put the file of the next day where CAS would, unless it lies there still, and return its name."""
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            numbers = statement("list_pad_numbers")
            cursor.execute(numbers, {"status": "ACTIVE", "invoice_status": "APPROVED", "limit": PAID_NUMBERS})
            paid = cursor.fetchall()
            cursor.execute(numbers, {"status": "COMPLETED", "invoice_status": "PAID", "limit": 1})
            bounced = cursor.fetchall()
            cursor.execute("SELECT count(*) FROM cas_settlements WHERE file_name LIKE 'BCR_PAYMENT_APPL_%'")
            (files_before,) = cursor.fetchone() or (0,)
    finally:
        connection.close()
    day = FIRST_DAY + timedelta(days=files_before)
    name = f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv"
    file = sftp.root("cas") / "upload" / name
    if not file.exists():
        file.write_bytes(_content(day, paid, bounced))
        _tell_cfs(cfs, day, paid, bounced)
    return name


def _tell_cfs(cfs: CfsAdmin, day: date, paid: list[tuple[Any, ...]], bounced: list[tuple[Any, ...]]) -> None:
    """Let CFS have pulled what is paid, and have lost again what bounced; the books know only what was open."""
    cfs.seed(
        invoices=[
            {"site_number": site, "invoice_number": number, "total": total} for number, _, _, site, total in bounced
        ],
        receipts=[
            {
                "site_number": site,
                "receipt_number": _receipt(day, nth),
                "receipt_amount": total,
                "payment_method": "BCR-PAD Daily",
                "receipt_date": day.isoformat(),
                "applied_to": [number],
                "is_reversed": nth > BOUNCED_FROM,
            }
            for nth, (number, _, _, site, total) in [*enumerate(paid, 1), *enumerate(bounced, BOUNCED_FROM + 1)]
        ],
    )


def _receipt(day: date, nth: int) -> str:
    return f"PADRC{day:%j}{nth:05d}"


def _content(on: date, paid: list[tuple[Any, ...]], bounced: list[tuple[Any, ...]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(_HEADER)
    day = f"{on:%d-%b-%y}"
    for nth, (number, _party, account, _site, total) in enumerate(paid, 1):
        row = (
            "PADP",
            "BCR-PAD Daily",
            _receipt(on, nth),
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
    for nth, (number, _party, account, _site, total) in enumerate(bounced, BOUNCED_FROM + 1):
        row = (
            "PADR",
            "BCR-PAD Daily",
            _receipt(on, nth),
            int(f"6{on:%j}{nth:05d}"),
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
        _receipt(on, UNKNOWN),
        int(f"6{on:%j}{UNKNOWN}"),
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
