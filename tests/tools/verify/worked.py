"""A pay database that the jobs worked on, with some of everything they write, and the same as it was before."""

import io
import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from config.settings import CgiSettings, EventSettings, Settings
from connectors.inbound.ledger import FileToRecord, record
from jobs.inbound.file_format import FileToApply
from sandbox.cfs.process import RunningCfs
from tasks.ejv_feedback_check.apply_file import apply_file
from tests.ejv_factory import Batch, EjvBooks, Item, JournalPair, example_batch, example_books
from tests.pay_database import DatabaseServer, PayDatabase
from tests.routing_slip_factory import Slips
from tests.settlement_factory import Account, Line, SettlementBooks, bounce, example, fill_example, on_account
from tests.statement_factory import StatementBooks

# The factories leave out what their own tests do not need.
_COMPLETE = (
    """INSERT INTO payment_line_items (invoice_id, filing_fees, fee_schedule_id, line_item_status_code, total,
                                       service_fees)
       SELECT id, total - coalesce(service_fees, 0), (SELECT min(fee_schedule_id) FROM fee_schedules), 'ACTIVE',
              total - coalesce(service_fees, 0), coalesce(service_fees, 0)
         FROM invoices
        WHERE id NOT IN (SELECT invoice_id FROM payment_line_items)""",
    """UPDATE payment_accounts SET auth_account_id = 'A' || id WHERE auth_account_id IS NULL""",
    """UPDATE invoices SET payment_date = created_on
        WHERE invoice_status_code IN ('PAID', 'REFUNDED', 'CREDITED') AND payment_date IS NULL""",
    """UPDATE invoices SET paid = total
        WHERE invoice_status_code IN ('PAID', 'REFUND_REQUESTED') AND coalesce(paid, 0) = 0""",
    """INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
       SELECT id, 'OLD' || id, payment_date, paid FROM invoices
        WHERE paid > 0 AND id NOT IN (SELECT invoice_id FROM receipts)""",
    """UPDATE receipts SET receipt_date = payment_date FROM invoices WHERE invoices.id = invoice_id""",
    """INSERT INTO refunds (invoice_id, status, type)
       SELECT id, 'APPROVAL_NOT_REQUIRED', 'INVOICE' FROM invoices WHERE invoice_status_code = 'REFUND_REQUESTED'""",
)


# What CFS would say of the credits.
_SYNCHRONISE = (
    """UPDATE credits
          SET remaining_amount = amount - coalesce((SELECT sum(amount_applied) FROM applied_credits
                                                     WHERE credit_id = credits.id), 0),
              cfs_site = coalesce(cfs_site, (SELECT cfs_site FROM cfs_accounts AS profile
                                              WHERE profile.account_id = credits.account_id LIMIT 1))""",
    """UPDATE payment_accounts
          SET (pad_credit, ob_credit) = (
                SELECT coalesce(sum(remaining_amount) FILTER (WHERE profile.payment_method = 'PAD'), 0),
                       coalesce(sum(remaining_amount) FILTER (WHERE profile.payment_method = 'ONLINE_BANKING'), 0)
                  FROM credits JOIN cfs_accounts AS profile ON profile.cfs_site = credits.cfs_site
                 WHERE credits.account_id = payment_accounts.id)
        WHERE id IN (SELECT account_id FROM credits)""",
)


@dataclass(frozen=True)
class WorkedDatabases:
    """The addresses of both databases."""

    before: str
    after: str


def make_worked(server: DatabaseServer, template: str, cfs: RunningCfs) -> WorkedDatabases:
    """Make a pay database, let each job work on it, and return it with a copy of what it was."""
    name = f"worked_{uuid.uuid4().hex[:8]}"
    address = server.create(name, template)
    server.run(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    database = PayDatabase(address)
    settlement, journals = SettlementBooks(database), EjvBooks(database)
    slips = Slips.fresh(database, cfs)
    _make_slips(slips)
    accounts = _owe(settlement)
    batches = _send(journals)
    pay = StatementBooks(database)
    for frequency in ("DAILY", "WEEKLY", "MONTHLY"):
        pay.setting(pay.with_setting("DAILY", notified=True), frequency)
    pay.setting(_of_statements(accounts), "WEEKLY")
    for statement in _COMPLETE:
        settlement.change(statement)
    database.close()
    before = server.create(f"{name}_before", name)
    _settle(settlement, accounts)
    for batch, codes in batches:
        answer(journals, batch, codes)
    slips.run()
    pay.generate("2026-10-31", now="2026-11-01 01:01")
    pay.generate("2026-11-07", now="2026-11-08 01:01")
    slips.client.close()
    database.close()
    return WorkedDatabases(before, address)


def _of_statements(accounts: dict[str, Account]) -> Any:
    from tests.statement_factory import StatementAccount

    return StatementAccount(accounts["800101"].id, "unused")


def _owe(books: SettlementBooks) -> dict[str, Account]:
    """Owe what the files of two days settle."""
    accounts = fill_example(books)
    accounts["800107"] = books.account("800107")
    accounts["800108"] = books.account("800108")
    mine, other = accounts["800107"], accounts["800108"]
    for number, total in ((1236001, "20.00"), (1236002, "30.00"), (1236003, "5.50")):
        books.invoice(mine, "REG01236001", total, id=number)
    books.invoice(mine, "REG01236010", "45.00", id=1236010)
    books.credit(mine, "20456", "60.00")
    books.paid_invoice(other, "REG01236020", "60.00", "PADRC0020", id=1236020)
    books.paid_invoice(other, "REG01236021", "25.00", "PADRC0021", id=1236021)
    books.invoice(accounts["800104"], "REG01236030", "90.00", id=1236030, method="ONLINE_BANKING",
                  status="SETTLEMENT_SCHED")  # fmt: skip
    books.change("UPDATE credits SET cfs_site = (SELECT cfs_site FROM cfs_accounts AS profile"
                 " WHERE profile.account_id = credits.account_id LIMIT 1)")  # fmt: skip
    books.change("UPDATE payment_accounts SET pad_credit = (SELECT coalesce(sum(remaining_amount), 0) FROM credits"
                 " WHERE account_id = payment_accounts.id)")  # fmt: skip
    return accounts


def _settle(books: SettlementBooks, accounts: dict[str, Account]) -> None:
    books.apply(*example(*range(1, 10)))
    books.apply(
        Line("PADP", "PADRC0030", "55.50", "800107", "REG01236001", day="06-Nov-26"),
        Line(
            "CMAP",
            "20456",
            "15.00",
            "800107",
            "REG01236010",
            "Partially PAID",
            "45.00",
            "30.00",
            day="06-Nov-26",
            application="7000001",
        ),
        Line("PADP", "PADRC0031", "30.00", "800107", "REG01236010", original="45.00", day="06-Nov-26"),
        bounce("PADRC0020", "800108", "REG01236020", "60.00", day="06-Nov-26"),
        bounce(
            "PADRC0021", "800108", "REG01236021", "25.00", day="06-Nov-26", status="Partially PAID", outstanding="20.00"
        ),
        Line("BOLP", "OBRC0030", "40.00", "800104", "REG01236030", "Partially PAID", "90.00", "50.00", day="06-Nov-26"),
        on_account("OBRC0032", "800104", "12.00", day="06-Nov-26"),
        name="BCR_PAYMENT_APPL_20261106.csv",
    )
    books.apply(
        Line("BOLP", "OBRC0031", "50.00", "800104", "REG01236030", original="90.00", day="07-Nov-26"),
        name="BCR_PAYMENT_APPL_20261107.csv",
    )
    for statement in _SYNCHRONISE:
        books.change(statement)
    books.change("UPDATE pay_jobs.operations SET state = 'done', finished_on = now()")


def _send(books: EjvBooks) -> list[tuple[Batch, dict[int | str, str]]]:
    """Send a batch of each kind; return each with what CGI will say to it."""
    example_books(books)
    account = books.account(name="Ministry of Fees")
    fee, _ = books.partner_gl()
    books.batch(100, "DISBURSEMENT", "INBOX.F3535.20261118030107")
    links: list[tuple[str, int]] = []
    pairs = []
    for number in (1001, 1002, 1003, 1004):
        books.invoice(account, number, "30.00", "PAID", disbursement_status_code="UPLOADED", service_fees="1.50",
                      paid="30.00", payment_method_code="DIRECT_PAY")  # fmt: skip
        books.line_item(number, "28.50", fee)
        books.change("UPDATE payment_line_items SET service_fees = 1.50 WHERE invoice_id = :id", id=number)
        books.change("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = :id", id=number)
        links.append(("invoice", number))
    books.change(
        "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', disbursement_date = '2026-11-02' WHERE id = 1004"
    )
    pairs += [
        JournalPair("1001", "28.50"),
        JournalPair("1002", "28.50"),
        JournalPair("1004", "28.50", is_reversal=True),
    ]
    row = books.add("partner_disbursements", amount="28.50", partner_code="VS", is_reversal=False, target_id=1003,
                    target_type="invoice")  # fmt: skip
    pairs.append(JournalPair(f"1003-{row}", "28.50"))
    books.journal(100, 9910, links, partner_code="VS")
    books.batch(101, "REFUND", "INBOX.F3535.20261118030108")
    for slip_number, amount in (("206900010", "12.25"), ("206900028", "40.00")):
        slip = books.add("routing_slips", number=slip_number, refund_amount=amount, total=amount, remaining_amount=0,
                         payment_account_id=account)  # fmt: skip
        books.add("refunds", routing_slip_id=slip)
    books.batch(102, "EFT_REFUND", "INBOX.F3535.20261118030109")
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    for id_, amount, method in ((77, "12.25", "CHEQUE"), (78, "40.00", "EFT"), (79, "4.00", "CHEQUE")):
        books.add("eft_refunds", id=id_, short_name_id=name, refund_amount=amount, refund_method=method)
    books.batch(103, "NON_GOV_DISBURSEMENT", "INBOX.F3535.20261118030110")
    for number, amount in ((2001, "12.25"), (2002, "40.00")):
        books.invoice(account, number, amount, "PAID", disbursement_status_code="UPLOADED", paid=amount,
                      payment_method_code="DIRECT_PAY")  # fmt: skip
        books.change("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = :id", id=number)
    books.journal(103, 9911, [("invoice", 2001), ("invoice", 2002)], partner_code="BCA")
    refused = "2099 REFUSED"
    return [
        (example_batch(), {12: refused}),
        (Batch(100, journals=[(9910, pairs)]), {6: refused}),
        (Batch(101, "AP", items=[Item("206900010", "12.25"), Item("206900028", "40.00")]), {6: refused}),
        (Batch(102, "AP", items=[Item("77", "12.25"), Item("78", "40.00"), Item("79", "4.00")]), {9: refused}),
        (Batch(103, "AP", items=[Item("2001", "12.25"), Item("2002", "40.00")]), {6: refused}),
    ]


def answer(books: EjvBooks, batch: Batch, codes: dict[int | str, str]) -> None:
    """Apply CGI's answer to a batch.

    codes  as Batch.feedback takes them
    """
    content = batch.feedback(codes)
    name = f"FEEDBACK.F3535.202611172145{batch.number % 100:02}"
    new = FileToRecord("CGI", name, sha256(content).hexdigest(), len(content), None, None, books.clock())
    with books.database.begin() as session:
        file = record(session, new).file
    settings: dict[type[Settings], Settings] = {
        CgiSettings: CgiSettings(),
        EventSettings: EventSettings(publish_url="file:///nowhere"),
    }
    apply_file(books.context(settings), FileToApply(file, nullcontext(io.BytesIO(content))))


def _make_slips(slips: Slips) -> None:
    """Have one of each kind of work."""
    slips.deposit("206000010", "100.00", paid=["30.00", "20.00"])
    slips.correct("206000010", "120.00")
    slips.deposit("206000028", "50.00")
    slips.deposit("206000036", "70.00")
    slips.link("206000036", "206000028")
    slips.deposit("206000044", "80.00", paid=["25.00"])
    slips.bounce("206000044")
    slips.deposit("206000051", "60.00")
    slips.set_status("206000051", "VOID")
    slips.change("UPDATE routing_slips SET remaining_amount = 60 WHERE number = '206000051'")
    slips.deposit("206000069", "90.00", paid=["15.00"])
    slips.set_status("206000069", "REFUND_AUTHORIZED")
    slips.change("INSERT INTO refunds (routing_slip_id, status, type) SELECT id, 'APPROVED', 'ROUTING_SLIP'"
                 " FROM routing_slips WHERE number = '206000069'")  # fmt: skip
    slips.deposit("206000077", "33.00", paid=["3.00"])
    slips.set_status("206000077", "WRITE_OFF_AUTHORIZED")
