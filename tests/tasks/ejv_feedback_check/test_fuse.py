"""A batch of feedback that refuses or stops far more than usual is held, and everything of it rolled back."""

import itertools
import json
from decimal import Decimal

import pytest

from config.errors import InputRefused, UsageError
from config.usual import KNOWN
from diagnosis.unread_feedback import unread_feedback
from tasks.ejv_feedback_check.batch_result import BatchResult, FeedbackBatch
from tasks.ejv_feedback_check.fuse import BatchFuseBlown, weigh_batch
from tests.ejv_factory import NOW, Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FEEDBACK, FeedbackOffice

ERROR = "1117 INVALID DISTRIBUTION ACCOUNT"


def _batch(office: FeedbackOffice, invoices: int, accounts: int) -> Batch:
    """Let accounts with a GL each have invoices in one batch, one journal an account."""
    books, each = office.books, invoices // accounts
    books.batch(100, "PAYMENT")
    journals = []
    for place in range(accounts):
        account = books.account()
        numbers = range(1000 + place * each, 1000 + (place + 1) * each)
        for number in numbers:
            books.invoice(account, number, "30.00")
        books.journal(100, 10 + place, [("invoice", number) for number in numbers], payment_account_id=account)
        journals.append((10 + place, [JournalPair(str(number), "30.00") for number in numbers]))
    return Batch(100, journals=journals)


def _refuse_debits(batch: Batch) -> dict[int | str, str]:
    """Return the refusal of every debit line: of BG, BH, then JH and two lines an invoice for each journal."""
    codes: dict[int | str, str] = {}
    line = 2
    for _, pairs in batch.journals:
        line += 1
        for _pair in pairs:
            line += 2
            codes[line] = ERROR
    return codes


@pytest.mark.parametrize(("invoices", "accounts", "words"), [
    (6, 6, "GL codes it would stop 6 (usual -, limit 5)"),
    (26, 1, "items refused 26 (usual -, limit 25), 100% of the batch (limit 30%)"),
])  # fmt: skip
def test_what_would_stop_or_refuse_too_much_is_held_until_the_fuse_is_released(
    invoices: int, accounts: int, words: str, office: FeedbackOffice
) -> None:
    batch = _batch(office, invoices, accounts)
    content = batch.feedback(_refuse_debits(batch))

    outcome = office.take_in(content)

    assert [one.reason for one in outcome.rejects] == ["held by the fuse"]
    assert words in outcome.rejects[0].detail
    assert outcome.rejects[0].command == (
        f'python3 invoke_jobs.py files replay --despite fuse {FEEDBACK} --reason "..."'
    )
    assert office.books.one("SELECT count(*) FROM distribution_codes WHERE stop_ejv") == 0
    assert office.books.one("SELECT count(*) FROM ejv_links WHERE disbursement_status_code = 'ERRORED'") == 0
    with pytest.raises(UsageError, match=r"is held by the fuse: .* --despite fuse"):
        office.run(replay=FEEDBACK, reason="ticket 1")

    office.run(replay=FEEDBACK, reason="CGI confirms", despite="fuse")
    assert office.books.one("SELECT count(*) FROM distribution_codes WHERE stop_ejv") == accounts
    assert office.states() == [(FEEDBACK, "applied")]


def test_what_the_fuse_holds_is_advised_to_be_replayed_and_never_to_be_applied_by_name(office: FeedbackOffice) -> None:
    batch = _batch(office, 6, 6)
    office.take_in(batch.feedback(_refuse_debits(batch)))
    command = f'files replay --despite fuse {FEEDBACK} --reason "..."'

    [row] = office.run(outstanding=True).tables[0].records()
    with pytest.raises(InputRefused) as error:
        office.run(rebuild=100, reason="ticket 1")

    assert (row["state"], row["command"]) == ("feedback stored, not applied", f"python3 invoke_jobs.py {command}")
    assert row["next"].endswith("ask CGI whether it is right; if it is:")
    assert command in str(error.value)
    assert "--file" not in str(error.value)
    with office.books.database.begin() as session:
        assert [file.command for file in unread_feedback(session, "ACK")] == [command]


def test_a_usual_batch_leaves_its_figures(office: FeedbackOffice) -> None:
    batch = _batch(office, 6, 2)
    office.take_in(batch.feedback({5: ERROR}))
    (counts,) = office.books.rows("SELECT counts FROM pay_jobs.feedback_batches")
    assert {name: counts[0][name] for name in ("items", "refused", "stopped")} == {
        "items": 6, "refused": 1, "stopped": 1,
    }  # fmt: skip


def _told(books: EjvBooks, *, items: int, refused: int, stopped: int) -> str:
    """Return why the fuse holds a batch of these figures, '' where it does not."""
    effects = [("charged", items - refused, Decimal(0)), ("refused", refused, Decimal(0))]
    result = BatchResult("PAYMENT", effects=effects, stopped=[*range(stopped), *range(stopped)])
    with books.database.begin() as session:
        try:
            weigh_batch(session, FeedbackBatch(1, FEEDBACK, "GI", 9, "3535", 1, 9), result)
        except BatchFuseBlown as blown:
            return str(blown)
    return ""


@pytest.mark.parametrize(
    ("items", "refused", "stopped", "codes", "share"),
    [
        (100, 25, 5, False, False),
        (100, 25, 6, True, False),
        (26, 26, 5, False, True),
        (30, 25, 6, True, False),
        (100, 30, 0, False, False),  # exactly the share that is let pass
        (100, 31, 0, False, True),
        (90, 26, 6, True, False),
    ],
)
def test_a_figure_at_its_limit_is_let_pass_and_each_beyond_it_is_told(
    books: EjvBooks, items: int, refused: int, stopped: int, codes: bool, share: bool
) -> None:
    told = _told(books, items=items, refused=refused, stopped=stopped)
    assert ("GL codes" in told, "items refused" in told) == (codes, share)
    assert bool(told) == (codes or share)


def test_what_is_usual_is_that_of_applied_batches_of_the_type(books: EjvBooks) -> None:
    def before(count: int, items: int, refused: int, batch_type: str = "GI", state: str = "applied") -> None:
        for _ in range(count):
            number = next(numbers)
            books.add("pay_jobs.feedback_batches", file_id=file, ordinal=number, batch_type=batch_type, first_line=1,
                      batch_number=number, last_line=2, state=state,
                      counts=json.dumps({"items": items, "refused": refused, "stopped": 1}))  # fmt: skip

    file = books.add("pay_jobs.inbound_files", source="CGI", name=FEEDBACK, sha256="a" * 64, size_bytes=1,
                     state="applied", received_on=NOW)  # fmt: skip
    numbers = itertools.count(1)
    before(9, 0, 0)
    books.add("pay_jobs.feedback_batches", file_id=file, ordinal=999, batch_type="GI", batch_number=999, first_line=1,
              last_line=2, state="applied")  # fmt: skip # applied before figures were kept
    before(12, 100, 50, "AP")
    before(12, 100, 50, "GI", "held")
    assert "plain limits, as only 9 batches of its type came before" in _told(books, items=26, refused=26, stopped=0)
    before(1, 0, 0)
    told = _told(books, items=26, refused=26, stopped=6)
    assert "weighed against the last 10 batches of its type" in told
    assert "GL codes it would stop 6 (usual 1, limit 5): 0, 1, 2, 3, 4, 5" in told
    assert "items refused 26 (usual 0, limit 25), 100% of the batch (limit 20%)" in told
    before(10, 100, 20)
    assert "limit 70), 71% of the batch (limit 70%)" in _told(books, items=100, refused=71, stopped=0)
    before(10, 100, 20)
    assert _told(books, items=100, refused=60, stopped=0) == ""
    assert "limit 60), 61% of the batch (limit 60%)" in _told(books, items=100, refused=61, stopped=0)
    before(KNOWN, 100, 30)
    told = _told(books, items=100, refused=91, stopped=0)
    assert f"against the last {KNOWN} batches" in told and "(usual 30, limit 90), 91% of the batch (limit 90%)" in told
