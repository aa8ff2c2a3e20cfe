"""Two copies of one pay database, apart in what each decision speaks of.

Ours is as our jobs leave it, theirs as the sheets say (scenarios.py).
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.ejv_factory import Batch, EjvBooks, Item, JournalPair
from tests.pay_database import DatabaseServer
from tests.settlement_factory import Line, SettlementBooks, bounce, on_account
from tests.statement_factory import StatementBooks
from tests.tools.compare_shadow.copies import change
from tests.tools.compare_shadow.scenarios import REFERENCE
from tests.tools.verify.worked import answer, make_worked
from tools.compare_shadow.arguments import Arguments
from tools.compare_shadow.decisions import decision_for
from tools.compare_shadow.evidence import Evidence, gather_evidence
from tools.compare_shadow.merging import ShadowDifference
from tools.compare_shadow.reading import one_snapshot
from tools.compare_shadow.tables import TABLES
from tools.compare_shadow.task import ShadowFindings, compared

_REFUSED = "2099 REFUSED"
_DAY = "12-Nov-26"


@dataclass(frozen=True)
class ShadowWorlds:
    """Two copies compared: what differs, each with the decision that explains it, and what decisions rest on."""

    theirs: str
    ours: str
    differences: list[tuple[ShadowDifference, str | None]]
    evidence: Evidence


@pytest.fixture(scope="package")
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture(scope="package")
def worlds_apart(server: DatabaseServer, template: str, cfs: RunningCfs) -> Iterator[ShadowWorlds]:
    ours = make_worked(server, template, cfs).after
    _work_more(ours)
    name = f"shadow_{uuid.uuid4().hex[:8]}"
    theirs = server.create(name, urlsplit(ours).path.strip("/"))
    change(theirs, *(statement for left in REFERENCE.values() for statement in left.statements))
    arguments = Arguments(SecretStr(theirs), SecretStr(ours))
    with one_snapshot(*arguments.addresses()[0]) as first, one_snapshot(*arguments.addresses()[1]) as second:
        evidence = gather_evidence(first, second, None)
        counts = ShadowFindings()
        found = [one for table in TABLES for one in compared([first, second], table, None, counts, lambda: None)]
    yield ShadowWorlds(theirs, ours, [(one, decision_for(one, evidence)) for one in found], evidence)
    server.drop(name)


def _work_more(address: str) -> None:
    """Let our jobs work what the first nights had nothing of."""
    database = Database(make_engine(DatabaseSettings(url=SecretStr(address)), application_name="tests", pooled=False))
    _refuse_partial_refunds(EjvBooks(database))
    _refuse_a_batch_and_charge_what_was_credited(EjvBooks(database))
    _answer_unusually(EjvBooks(database))
    _settle_final_invoices(SettlementBooks(database))
    _settle_unusually(SettlementBooks(database))
    _make_statements_twice(StatementBooks(database))
    _make_statements_unusually(StatementBooks(database))
    _work_slips_unusually(EjvBooks(database))
    database.close()


def _refuse_partial_refunds(books: EjvBooks) -> None:
    account = books.account(name="Ministry of Parts")
    for number in (9001, 9002):
        books.invoice(account, number, "40.00", "PAID", paid="40.00")
    books.partial_refund(9501, 9001, "5.00")
    books.batch(500, "PAYMENT", "INBOX.F3535.20261119040107")
    books.journal(500, 50001, [("partial_refund", 9501)], payment_account_id=account)
    answer(
        books, Batch(500, journals=[(50001, [JournalPair("9001-PR-9501", "5.00", is_reversal=True)])]), {5: _REFUSED}
    )
    books.partial_refund(9502, 9002, "5.00", "REFUND_PROCESSED")
    row = books.add(
        "partner_disbursements", amount="5.00", partner_code="VS", is_reversal=True, target_id=9502,
        target_type="partial_refund",
    )  # fmt: skip
    books.batch(501, "DISBURSEMENT", "INBOX.F3535.20261119040108")
    books.journal(501, 50002, [("partial_refund", 9502)], partner_code="VS")
    answer(
        books, Batch(501, journals=[(50002, [JournalPair(f"9002-{row}-PR", "5.00", is_reversal=True)])]), {4: _REFUSED}
    )


def _refuse_a_batch_and_charge_what_was_credited(books: EjvBooks) -> None:
    account = books.account(name="Ministry of Batches")
    books.invoice(account, 9003, "30.00")
    books.invoice(account, 9004, "35.00", "CREDITED", refund_date="2026-11-15")
    for number, journal, invoice in ((502, 50003, 9003), (503, 50004, 9004)):
        _send(books, account, number, journal, invoice)
    answer(books, Batch(502, journals=[(50003, [JournalPair("9003", "30.00")])]), {"BH": "9001 BAD"})
    answer(books, Batch(503, journals=[(50004, [JournalPair("9004", "35.00")])]), {})


def _send(books: EjvBooks, account: int, batch: int, journal: int, *invoices: int) -> None:
    books.batch(batch, "PAYMENT", f"INBOX.F3535.20261119040{batch}")
    books.journal(batch, journal, [("invoice", one) for one in invoices], payment_account_id=account)


def _answer_unusually(books: EjvBooks) -> None:
    account = books.account(name="Ministry of Answers")
    states = {
        9210: "APPROVED", 9212: "APPROVED", 9214: "REFUND_REQUESTED", 9215: "APPROVED", 9216: "PAID",
        9217: "REFUND_REQUESTED", 9218: "REFUND_REQUESTED",
    }  # fmt: skip
    refused_at = {9212: 6, 9217: 5, 9218: 5}
    for invoice, status in states.items():
        paid = {"paid": "20.00", "payment_date": "2026-11-02"} if status == "PAID" or invoice == 9218 else {}
        books.invoice(account, invoice, "31.50" if invoice == 9212 else "20.00", status, **paid)
        number, journal = 500 + invoice % 100, 51000 + invoice % 100
        _send(books, account, number, journal, invoice)
        pairs = [JournalPair(str(invoice), "20.00", is_reversal=invoice in {9215, 9218})]
        if invoice == 9212:
            pairs = [JournalPair("9212", "30.00"), JournalPair("9212", "1.50")]
        if invoice in {9216, 9218}:
            books.add("receipts", invoice_id=invoice, receipt_number=f"OLD{invoice}", receipt_amount="20.00",
                      receipt_date="2026-11-02")  # fmt: skip
        codes = {refused_at[invoice]: _REFUSED} if invoice in refused_at else {}
        answer(books, Batch(number, journals=[(journal, pairs)]), codes)  # type: ignore[arg-type]
    for slip_number, refused in (
        ("206900111", [{}, {3: _REFUSED}]),
        ("206900117", [{}]),
        ("206900118", [{5: _REFUSED}]),
    ):
        slip = books.add("routing_slips", number=slip_number, refund_amount="12.00", total="12.00", remaining_amount=0,
                         payment_account_id=account)  # fmt: skip
        if slip_number == "206900117":
            books.add("refunds", routing_slip_id=slip, gl_posted="2026-10-01")
        books.add("refunds", routing_slip_id=slip)
        batch = 600 + int(slip_number) % 100
        books.batch(batch, "REFUND", f"INBOX.F3535.20261119040{batch}")
        for codes in refused:
            answer(books, Batch(batch, "AP", items=[Item(slip_number, "12.00")]), codes)  # type: ignore[arg-type]


def _settle_final_invoices(books: SettlementBooks) -> None:
    account = books.account("800198")
    books.paid_invoice(account, "REG01239002", "25.00", "PADRC0098", id=1239002)
    books.change("UPDATE invoices SET invoice_status_code = 'CREDITED', refund_date = '2026-11-05' WHERE id = 1239002")
    books.apply(
        bounce("PADRC0098", "800198", "REG01239002", "25.00", day="10-Nov-26"), name="BCR_PAYMENT_APPL_20261110.csv"
    )
    account = books.account("800199")
    books.invoice(account, "REG01239001", "20.00", id=1239001, status="CREDITED")
    books.apply(
        Line("PADP", "PADRC0099", "20.00", "800199", "REG01239001", day="09-Nov-26"),
        name="BCR_PAYMENT_APPL_20261109.csv",
    )


def _settle_unusually(books: SettlementBooks) -> None:
    """Let a file tell of what each decision about settlement is about; the numbers end like the decision's id."""
    pads = {n: books.account(f"8002{n:02}") for n in (4, 7, 8, 9, 10, 11, 13, 16, 17, 18, 19, 20, 21)}
    banks = {n: books.account(f"8002{n:02}", "ONLINE_BANKING") for n in (12, 14, 15)}
    frozen = books.account("800206", status="FREEZE", frozen_since=books.now)
    for n, total in ((4, "24.00"), (10, "15.00"), (18, "50.00"), (9, "80.00")):
        books.invoice(pads[n], f"REG012390{n:02}", total, id=1239000 + n)
    for n in (12, 15, 14):
        books.invoice(banks[n], f"REG012390{n}", "90.00", id=1239000 + n, method="ONLINE_BANKING",
                      status="SETTLEMENT_SCHED")  # fmt: skip
    books.invoice(pads[7], "REG01239007", "70.00", id=1239007, status="PAID", reference="CANCELLED", paid="70.00")
    books.reference(1239007, "REG1239007-C", "COMPLETED", consolidated=True)
    books.invoice(pads[19], "REGUT01239019", "19.00", id=1239019)
    books.credit(pads[9], "20609", "25.00")
    books.credit(pads[21], "20621", "30.00", remaining="10.00")
    books.change("UPDATE payment_accounts SET pad_credit = 10 WHERE id = :id", id=pads[21].id)
    books.credit(pads[20], "PADRC0320", "40.00", memo=False, remaining="0.00")
    books.paid_invoice(frozen, "REG01239006", "40.00", "PADRC0206", id=1239006)
    books.paid_invoice(pads[8], "REG01239008", "40.00", "PADRC0208", id=1239008)
    books.receipt(1239008, "OLD8", "20.00")
    for n in (108, 208):
        books.invoice(pads[8], f"REG01239{n}", "90.00", id=1239000 + n, method="ONLINE_BANKING",
                      status="SETTLEMENT_SCHED")  # fmt: skip
    books.invoice(pads[11], "REG01239011", "100.00", id=1239011, status="PAID", reference="COMPLETED", paid="100.00")
    books.receipt(1239011, "PADRC0111", "60.00")
    books.payment(pads[11], "REG01239011", "PADRC0111", "60.00")
    books.paid_invoice(pads[13], "REG01239013", "33.00", "PADRC0113", id=1239013)
    books.change("UPDATE payments SET payment_date = '2026-11-20' WHERE invoice_number = 'REG01239013'")
    books.invoice(pads[16], "REG01239016", "16.00", id=1239016, status="PAID", reference="COMPLETED", paid="16.00")
    books.receipt(1239016, "PADRC0216", "16.00")
    books.payment(pads[16], "REG01239016", "CARD16", "16.00", method="CC")
    books.paid_invoice(pads[17], "REG01239017", "17.00", "PADRC0317", id=1239017)
    books.payment(pads[17], "REG01239017", "PADRC0217", "0.00", status="FAILED")
    books.change("UPDATE payments SET payment_date = '2026-11-08' WHERE receipt_number = 'PADRC0317'")
    bank = {"original": "90.00", "day": _DAY}
    books.apply(
        bounce("PADRC0206", "800206", "REG01239006", "40.00", day=_DAY),
        Line("PADP", "PADRC0207", "70.00", "800207", "REG01239007", day=_DAY),
        bounce("PADRC0208", "800208", "REG01239008", "40.00", day=_DAY),
        Line("BOLP", "OBRC0108", "30.00", "800208", "REG01239108", "Partially PAID", outstanding="60.00", **bank),
        Line("BOLP", "OBRC0208", "20.00", "800208", "REG01239208", "Partially PAID", outstanding="70.00", **bank),
        Line("BOLP", "OBRC0308", "70.00", "800208", "REG01239208", **bank),
        Line("CMAP", "20609", "25.00", "800209", "REG01239009", original="80.00", day=_DAY),
        Line("PADP", "PADRC0209", "55.00", "800209", "REG01239009", original="80.00", day=_DAY),
        Line("PADP", "PADRC0210", "0.00", "800210", "REG01239010", original="15.00", day=_DAY),
        Line("PADP", "PADRC0211", "40.00", "800211", "REG01239011", original="100.00", day=_DAY),
        Line("BOLP", "OBRC0212", "70.00", "800212", "REG01239012", "Partially PAID", outstanding="20.00", **bank),
        Line("BOLP", "OBRC0312", "40.00", "800212", "REG01239012", "Partially PAID", outstanding="50.00", **bank),
        bounce("PADRC0213", "800213", "REG01239013", "33.00", day=_DAY),
        Line("ONAP", "ONRC0214", "90.00", "800214", "REG01239014", day=_DAY),
        Line("BOLP", "OBRC0215", "40.00", "800215", "REG01239015", "Partially PAID", outstanding="50.00", **bank),
        Line("BOLP", "OBRC0216", "30.00", "800215", "REG01239015", "Partially PAID", outstanding="20.00", **bank),
        bounce("PADRC0216", "800216", "REG01239016", "16.00", day=_DAY),
        bounce("PADRC0317", "800217", "REG01239017", "17.00", day=_DAY),
        Line("PADP", "PADRC0218", "30.00", "800218", "REG01239018", original="50.00", day=_DAY),
        Line("PADP", "PADRC0318", "20.00", "800218", "REG01239018", original="50.00", day=_DAY),
        Line("PADP", "PADRC0219", "19.00", "800219", "REGUT01239019", day=_DAY),
        on_account("PADRC0220", "800220", "12.00", record="PADR", day=_DAY),
        name="BCR_PAYMENT_APPL_20261112.csv",
    )
    books.apply(
        Line("PADP", "PADRC0204", "24.00", "800204", "REG01239004", day="13-Nov-26"),
        name="BCR_PAYMENT_APPL_20261113.csv",
    )
    back = {"account": "800208", "owing": "90.00", "day": "15-Nov-26"}
    books.apply(
        bounce("OBRC0108", number="REG01239108", **back),
        bounce("OBRC0308", number="REG01239208", status="Partially PAID", outstanding="70.00", **back),
        bounce("OBRC0208", number="REG01239208", **back),
        name="BCR_PAYMENT_APPL_20261115.csv",
    )
    again = books.arrive(b"the same", "BCR_PAYMENT_APPL_20261114_2.csv")
    books.change("UPDATE pay_jobs.inbound_files SET state = 'known' WHERE id = :id", id=again.id)


def _make_statements_twice(books: StatementBooks) -> None:
    account = books.with_setting("DAILY", notified=True)
    for method in ("PAD", "CC"):
        books.invoice(account, "2026-11-10 10:00", method)
    books.generate(now="2026-11-11 01:01")
    books.generate("2026-11-10", now="2026-11-12 01:01")


def _make_statements_unusually(books: StatementBooks) -> None:
    """Leave the statements that our job makes of years ago."""
    twice, sunday, changed, switched = (books.account() for _ in range(4))
    for _ in range(2):
        books.statement(twice, "DAILY", "2020-02-05", "2020-02-05", empty=True)
    books.statement(sunday, "WEEKLY", "2020-03-01", "2020-03-01", invoices=[books.invoice(sunday, "2020-03-01 10:00")])
    listed = books.invoice(changed, "2020-09-28 10:00")
    books.statement(changed, "MONTHLY", "2020-09-01", "2020-09-30", invoices=[listed])
    books.statement(changed, "WEEKLY", "2020-09-27", "2020-10-03", empty=True)
    paid = books.invoice(switched, "2020-10-08 10:00")
    books.statement(switched, "WEEKLY", "2020-10-04", "2020-10-10", invoices=[paid])
    books.statement(switched, "WEEKLY", "2020-10-11", "2020-10-17", empty=True)
    books.interim(switched, "2020-10-18", "2020-10-20")


def _work_slips_unusually(books: EjvBooks) -> None:
    """Leave what our job leaves of slips that were linked, bounced, corrected or refunded unusually."""
    _slip(books, "206000201", "LINKED", "slip link", state="refused")
    _slip(books, "206000203", "ACTIVE")
    _slip(books, "206000204", "LINKED", "slip link", parent="206000203")
    _slip(books, "206000205", "NSF", "slip nsf")
    _slip(books, "206000206", "LINKED", parent="206000205")
    _slip(books, "206000207", "ACTIVE", "slip correction")
    _slip(books, "206000208", "LINKED", parent="206000207")
    _slip(books, "206000209", "REFUND_AUTHORIZED", "slip refund", refund_amount=9)
    refunded = _slip(books, "206000210", "REFUND_AUTHORIZED", "slip refund", refund_amount=12)
    for _ in range(2):
        books.add("refunds", routing_slip_id=refunded)
    _slip(books, "206000211", "ACTIVE", "slip correction")
    _transaction(books, 9303, "206000203", "PAID", paid=19)
    _transaction(books, 9305, "206000203", "CREATED", corp_type_code="BCR")
    _transaction(books, 9306, "206000203", "PAID", paid=20, receipt="206000204L", payment_date="2026-11-18")
    _transaction(books, 9307, "206000010", "CREATED", paid=5)
    _transaction(books, 9309, "206000205", "REFUND_REQUESTED")
    _transaction(books, 9310, "206000207", "PAID", paid=20, receipt="206000208L", payment_date="2026-11-18")
    _transaction(books, 9313, "206000205", "CREATED", corp_type_code="BCR")
    _transaction(books, 9314, "206000211", "PAID", total="0.00", receipt="REG00009314")
    books.add("payments", payment_system_code="FAS", payment_method_code="CASH", payment_status_code="FAILED",
              receipt_number="206000206", is_routing_slip=True, paid_amount=20)  # fmt: skip


def _slip(
    books: EjvBooks, number: str, status: str, work: str | None = None, *, state: str = "done", **more: object
) -> int:
    account = books.add("payment_accounts", payment_method="CASH")
    books.add("cfs_accounts", account_id=account, cfs_account=f"82{number[-4:]}", payment_method="INTERNAL",
              status="ACTIVE")  # fmt: skip
    row = {"parent_number": more.pop("parent", None), "remaining_amount": 0, "cas_mismatch": False, **more}
    slip = books.add("routing_slips", number=number, status=status, total=20, payment_account_id=account, **row)
    if work is not None:
        books.change(
            "INSERT INTO pay_jobs.operations (kind, subject, state, plan, command)"
            " VALUES (:kind, :subject, :state, '{}', '')", kind=work, subject=f"slip {number}", state=state,
        )  # fmt: skip
    return slip


def _transaction(
    books: EjvBooks,
    number: int,
    slip: str,
    status: str,
    *,
    total: str = "20.00",
    receipt: str | None = None,
    **more: object,
) -> None:
    row = {"paid": 0, "corp_type_code": "CP", **more}
    account = books.one("SELECT payment_account_id FROM routing_slips WHERE number = :number", number=slip)
    books.invoice(account, number, total, status, payment_method_code="INTERNAL", routing_slip=slip, **row)
    books.change("UPDATE invoice_references SET status_code = CASE :status WHEN 'PAID' THEN 'COMPLETED'"
                 " ELSE 'ACTIVE' END"
                 " WHERE invoice_id = :id", status=status, id=number)  # fmt: skip
    if receipt is not None:
        books.add(
            "receipts",
            invoice_id=number,
            receipt_number=receipt,
            receipt_amount=Decimal(total),
            receipt_date="2026-11-18",
        )
