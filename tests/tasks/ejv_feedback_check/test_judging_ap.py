"""What becomes of each item of an AP batch: its own lines against our rows and against what was answered before."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import RowMapping, text

from database.sql import statements
from tests.ejv_factory import NOW, EjvBooks
from tests.tasks.ejv_feedback_check.staged import stage_lines

sql = statements("tasks.ejv_feedback_check")
MONDAY, TUESDAY, TODAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
BAD: dict[str, Any] = {"code": "3001", "message": "BAD"}
WAITING = {"REFUND": "REFUND_UPLOADED", "EFT_REFUND": "UPLOADED", "NON_GOV_DISBURSEMENT": "UPLOADED"}
SLIPS, EFT, PARTNER = TYPES = tuple(WAITING)
Line = dict[str, Any]


def item(subject: str = "1001", amount: object = 30, **changes: Any) -> Line:
    """Return the IH line of an item."""
    return {"record": "IH", "subject": subject, "amount": amount, "effective_date": MONDAY, **changes}


def more(record: str = "IL", subject: str = "1001", **changes: Any) -> Line:
    """Return another line of an item."""
    return {"record": record, "subject": subject, **changes}


def given(books: EjvBooks, kind: str, status: str | None = None) -> None:
    """Let slips, EFT refunds and a partner's invoices have the same numbers, those of batch 100 this status."""
    account = books.account()
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    slip, refund, link = (status if one == kind and status else waits for one, waits in WAITING.items())
    with books.together():
        for number, amount in (("1001", 30), ("1002", 7), ("1003", 5)):
            books.add("routing_slips", number=number, status=slip, refund_amount=amount)
            books.add("eft_refunds", id=int(number), short_name_id=name, refund_amount=amount + 1,
                      refund_method="CHEQUE", disbursement_status_code=refund)  # fmt: skip
            books.invoice(account, int(number), str(amount + 2), "PAID")
        for batch, journal, links in ((100, 10, (1001, 1002)), (200, 20, (1001, 1003))):
            books.batch(batch, kind)
            books.journal(batch, journal, [("invoice", number) for number in links], partner_code="VS")
        books.change("UPDATE ejv_links SET disbursement_status_code = :link WHERE ejv_header_id = 10", link=link)


def answered(books: EjvBooks, batch: int, *lines: Line, file: str = "FIRST", ordinal: int = 1) -> None:
    """Let an earlier file have answered a batch with these lines."""
    digest = sha256(file.encode()).hexdigest()
    known = books.rows("SELECT id FROM pay_jobs.inbound_files WHERE sha256 = :digest", digest=digest)
    new = {"source": "CGI", "name": file, "sha256": digest, "size_bytes": 1, "state": "applied", "received_on": NOW}
    id_ = known[0][0] if known else books.add("pay_jobs.inbound_files", **new)
    books.add("pay_jobs.feedback_batches", file_id=id_, ordinal=ordinal, batch_type="AP", batch_number=batch,
              first_line=1, last_line=9, state="applied")  # fmt: skip
    for number, line in enumerate(lines, 100 * ordinal):
        values = {"code": "0000", "message": "", "outcome": "applied", "rule": "", "batch_number": batch, **line}
        names = ", ".join(values)
        holders = ", ".join(f":{name}" for name in values)
        books.change(f"INSERT INTO pay_jobs.feedback_lines (file_id, line, {names}) VALUES (:file, :at, {holders})",
                     file=id_, at=number, **values)  # fmt: skip


def judge(books: EjvBooks, lines: list[Line], kind: str, **batch: Any) -> list[RowMapping]:
    """Return what is decided of each item of batch 100, in the order of the file."""
    with books.database.begin() as session:
        stage_lines(session, lines)
        how = {"is_refused": False, "today": TODAY, "batch_status": "UPLOADED", "is_voided": False, **batch}
        sql.run(session, "resolve_ap", batch=100, file_type=kind, **how)
        return list(session.execute(text("SELECT * FROM feedback_items ORDER BY line")).mappings())


def told(books: EjvBooks, lines: list[Line], kind: str, **batch: Any) -> list[tuple[str, str]]:
    """Return outcome and rule of each item."""
    return [(row["outcome"], row["rule"]) for row in judge(books, lines, kind, **batch)]


@pytest.mark.parametrize(("kind", "expected"), [("REFUND", 30), ("EFT_REFUND", 31), ("NON_GOV_DISBURSEMENT", None)])
def test_an_item_is_the_row_of_its_number_in_the_table_of_its_batch(
    kind: str, expected: int | None, books: EjvBooks
) -> None:
    given(books, kind)
    found = judge(books, [item(amount=12), more(), more("NA"), more("IC"), item("1003", 7)], kind)
    row = found[0]
    slip = books.one("SELECT id FROM routing_slips WHERE number = '1001'")
    assert (row["slip_id"], row["eft_refund_id"], row["invoice_id"], row["link_id"], row["journal"]) == {
        "REFUND": (slip, None, None, None, None),
        "EFT_REFUND": (None, 1001, None, None, None),
        "NON_GOV_DISBURSEMENT": (None, None, 1001, 1001, 10),
    }[kind]
    assert (row["expected"], row["amount"], row["effective_date"], row["line"]) == (expected, 12, MONDAY, 3)
    rule = "unknown_item" if kind == "NON_GOV_DISBURSEMENT" else ""  # its link is in another batch
    assert [(one["subject"], one["rule"]) for one in found] == [("1001", ""), ("1003", rule)]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("subject", ["ABC", "1009", "9999999999"])
def test_an_item_that_is_none_of_ours_is_rejected_beside_one_that_is(subject: str, kind: str, books: EjvBooks) -> None:
    given(books, kind)
    assert told(books, [item(subject), item()], kind) == [("rejected", "unknown_item"), ("applied", "")]


def test_an_item_is_told_by_all_its_lines(books: EjvBooks) -> None:
    given(books, "REFUND")
    lines = [
        item(amount=10),
        item(amount=20, effective_date=TUESDAY),
        more(code="3002", message="WORSE"),
        more("NA", **BAD),
        {"record": "BT", "code": "9999"},
        more(amount=5, effective_date=TODAY, fault="it cannot be read", **BAD),
    ]
    (row,) = judge(books, lines, "REFUND")
    assert (row["amount"], row["effective_date"], row["line"], row["refused_line"]) == (Decimal(30), TUESDAY, 3, 5)
    assert (row["is_accepted"], row["message"], row["outcome"]) == (False, "3001 BAD", "applied")


def test_an_item_without_its_header_is_rejected(books: EjvBooks) -> None:
    given(books, "REFUND")
    assert told(books, [more(), more("NA")], "REFUND") == [("rejected", "no_item_header")]


@pytest.mark.parametrize(
    ("kind", "status", "batch", "accepted", "refused"),
    [
        (SLIPS, "REFUND_UPLOADED", "UPLOADED", ("applied", ""), ("applied", "")),
        (SLIPS, "REFUND_REQUESTED", "UPLOADED", ("applied", "not_uploaded"), ("rejected", "not_uploaded")),
        (SLIPS, "REFUND_AUTHORIZED", "UPLOADED", ("applied", "not_uploaded"), ("rejected", "not_uploaded")),
        (SLIPS, "ACTIVE", "UPLOADED", ("rejected", "not_uploaded"), ("rejected", "not_uploaded")),
        (SLIPS, "REFUND_PROCESSED", "UPLOADED", ("already_applied", "settled_before"),
         ("rejected", "refused_after_acceptance")),
        (SLIPS, "REFUND_PROCESSED", "COMPLETED", ("already_applied", "same_answer"),
         ("rejected", "refused_after_acceptance")),
        (SLIPS, "REFUND_REJECTED", "UPLOADED", ("rejected", "accepted_after_refusal"),
         ("already_applied", "same_answer")),
        (EFT, "ACKNOWLEDGED", "UPLOADED", ("applied", ""), ("applied", "")),
        (EFT, "COMPLETED", "UPLOADED", ("already_applied", "settled_before"), ("rejected", "refused_after_acceptance")),
        (EFT, "COMPLETED", "ERRORED", ("already_applied", "same_answer"), ("rejected", "refused_after_acceptance")),
        (EFT, "ERRORED", "UPLOADED", ("rejected", "accepted_after_refusal"), ("already_applied", "same_answer")),
        (PARTNER, "UPLOADED", "UPLOADED", ("applied", ""), ("applied", "")),
        (PARTNER, "COMPLETED", "UPLOADED", ("already_applied", "same_answer"),
         ("rejected", "refused_after_acceptance")),
        (PARTNER, "ERRORED", "UPLOADED", ("rejected", "accepted_after_refusal"), ("already_applied", "same_answer")),
    ],
)  # fmt: skip
def test_an_item_is_judged_by_how_it_stands(
    kind: str, status: str, batch: str, accepted: tuple[str, str], refused: tuple[str, str], books: EjvBooks
) -> None:
    given(books, kind, status)
    assert told(books, [item(), item("1002", **BAD)], kind, batch_status=batch) == [accepted, refused]


@pytest.mark.parametrize(
    ("status", "accepted", "refused"),
    [
        ("REFUND_UPLOADED", ("rejected", "accepted_after_refusal"), ("already_applied", "same_answer")),
        ("REFUND_AUTHORIZED", ("rejected", "accepted_after_refusal"), ("already_applied", "same_answer")),
        ("REFUND_PROCESSED", ("already_applied", "same_answer"), ("rejected", "refused_after_acceptance")),
    ],
)
def test_a_voided_batch_moves_nothing_any_more(
    status: str, accepted: tuple[str, str], refused: tuple[str, str], books: EjvBooks
) -> None:
    given(books, SLIPS, status)
    voided = {"is_voided": True, "batch_status": "ERRORED"}
    assert told(books, [item(), item("1002", **BAD)], SLIPS, **voided) == [accepted, refused]


ACCEPTED: Line = {"record": "IH", "subject": "1001"}
REFUSED: Line = {"record": "NA", "subject": "1001", "code": "3001"}


@pytest.mark.parametrize(
    ("before", "accepted", "refused"),
    [
        ([ACCEPTED], ("already_applied", "same_answer"), ("rejected", "refused_after_acceptance")),
        ([ACCEPTED, REFUSED], ("rejected", "accepted_after_refusal"), ("already_applied", "same_answer")),
        ([ACCEPTED | {"outcome": "rejected"}], ("applied", ""), ("applied", "")),
        ([ACCEPTED | {"subject": "1003"}], ("applied", ""), ("applied", "")),
    ],
)
def test_what_this_batch_was_told_of_an_item_before_holds(
    before: list[Line], accepted: tuple[str, str], refused: tuple[str, str], books: EjvBooks
) -> None:
    given(books, SLIPS)
    answered(books, 100, *before)
    answered(books, 200, REFUSED, ordinal=2)
    answered(books, 200, REFUSED, file="SECOND")
    assert told(books, [item()], SLIPS) == [accepted]
    assert told(books, [item(**BAD)], SLIPS) == [refused]
