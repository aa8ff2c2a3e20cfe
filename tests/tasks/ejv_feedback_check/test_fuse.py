"""A batch of feedback that refuses or stops far more than usual is held, and everything of it rolled back."""

import pytest

from config.errors import UsageError
from tests.ejv_factory import Batch, JournalPair
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
    assert office.books.one("SELECT count(*) FROM distribution_codes WHERE stop_ejv") == 0
    assert office.books.one("SELECT count(*) FROM ejv_links WHERE disbursement_status_code = 'ERRORED'") == 0
    with pytest.raises(UsageError, match=r"is held by the fuse: .* --despite fuse"):
        office.run(replay=FEEDBACK, reason="ticket 1")

    office.run(replay=FEEDBACK, reason="CGI confirms", despite="fuse")
    assert office.books.one("SELECT count(*) FROM distribution_codes WHERE stop_ejv") == accounts
    assert office.states() == [(FEEDBACK, "applied")]


def test_a_usual_batch_leaves_its_figures(office: FeedbackOffice) -> None:
    batch = _batch(office, 6, 2)
    office.take_in(batch.feedback({5: ERROR}))
    (counts,) = office.books.rows("SELECT counts FROM pay_jobs.feedback_batches")
    assert {name: counts[0][name] for name in ("items", "refused", "stopped")} == {
        "items": 6, "refused": 1, "stopped": 1,
    }  # fmt: skip
