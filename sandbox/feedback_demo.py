"""An evening at CGI for the demo: the batches that wait are answered, an invoice is refused, the newest is forgotten.

What the pay database says is outstanding was sent: its INBOX files go into the bucket. One more batch is sent, some
business days ago, of ministry invoices that wait. All but the newest are acknowledged and answered, in one FEEDBACK
file in the CGI directory. On the next evening the forgotten batch is answered, and a newer one is forgotten.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import psycopg2
from psycopg2 import extensions

from config.business_days import business_days_before, next_business_day
from config.business_time import BUSINESS_ZONE, business_date, naive_utc
from sandbox.cgi_files import FEEDER, REFUSAL, Cheque, VoucherBatch, VoucherLine, cheque_batch, journal_batch
from sandbox.object_store import ObjectStorePart
from sandbox.sftp_server import SftpPart
from sandbox.sql_files import statement

_SENT_INVOICES = 5
_SENT_BUSINESS_DAYS_AGO = 3
_PAYMENT_JOB = time(20, 1, 7)


@dataclass(frozen=True)
class DemoFeedback:
    """What was laid out: the batches that are answered, an invoice that is refused, and the batch that is forgotten."""

    answered: tuple[int, ...] = ()
    refused: int | None = None
    forgotten: int | None = None

    def in_words(self) -> str:
        """Return what came this evening."""
        if not self.answered:
            return "CGI has answered nothing this evening."
        numbers = " and ".join(f"batch {number}" for number in self.answered)
        refused = f"; of these it refuses invoice {self.refused}" if self.refused else ""
        return f"CGI has answered {numbers}{refused}."


def lay_out(database_url: str, sftp: SftpPart, store: ObjectStorePart, *, now: datetime) -> DemoFeedback:
    """Send another batch, and put the files where the pay jobs and CGI would."""
    batches = _outstanding(database_url, now)
    if not batches:
        return DemoFeedback()
    with closing(store.bucket()) as bucket:
        for batch in batches:
            bucket.put(f"cgi_processed/{batch.sent_as}", [batch.inbox()])
    *answered, forgotten = batches
    refused = next((batch.invoices[-1] for batch in answered if len(batch.invoices) > 1), None)
    directory = sftp.root("cgi") / "data"
    for batch in answered:
        (directory / batch.acknowledged_as).write_bytes(batch.ack())
    refusals = {str(refused): REFUSAL} if refused else {}
    if answered:
        name = f"FEEDBACK.F{FEEDER}.{now.astimezone(BUSINESS_ZONE):%Y%m%d%H%M%S}"
        (directory / name).write_bytes(b"".join(batch.feedback(refusals) for batch in answered))
    return DemoFeedback(tuple(batch.number for batch in answered), refused, forgotten.number)


def _outstanding(database_url: str, now: datetime) -> list[VoucherBatch]:
    """Send another batch, and return those that wait for an answer, it being the last."""
    connection = psycopg2.connect(database_url)
    try:
        with connection, connection.cursor() as cursor:
            _send(cursor, now)
            cursor.execute(statement("list_waiting_batches"))
            return [_batch(cursor, *row) for row in cursor.fetchall()]
    finally:
        connection.close()


def _send(cursor: extensions.cursor, now: datetime) -> None:
    """Send what the payment job would have sent some business days ago; each batch a second later than the last."""
    cursor.execute("SELECT count(*) FROM ejv_files")
    (sent_before,) = cursor.fetchone() or (0,)
    day = business_days_before(business_date(now), _SENT_BUSINESS_DAYS_AGO)
    local = datetime.combine(day, _PAYMENT_JOB, BUSINESS_ZONE) + timedelta(seconds=sent_before)
    created_on = naive_utc(local)
    stamp = datetime.combine(next_business_day(created_on.date()), created_on.time())
    values = {
        "created_on": created_on,
        "file_ref": f"INBOX.F{FEEDER}.{stamp:%Y%m%d%H%M%S}",
        "limit": _SENT_INVOICES,
    }
    cursor.execute(statement("send_journals"), values)


def _batch(cursor: extensions.cursor, number: int, file_type: str, sent_as: str, created_on: datetime) -> VoucherBatch:
    if file_type == "REFUND":
        cursor.execute(statement("list_cheques"))
        return cheque_batch(number, sent_as, created_on.date(), [Cheque(*row) for row in cursor.fetchall()])
    cursor.execute(statement("list_voucher_lines"), {"batch": number})
    return journal_batch(number, sent_as, created_on.date(), [VoucherLine(*row) for row in cursor.fetchall()])
