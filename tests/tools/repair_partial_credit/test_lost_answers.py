"""Answers that are lost, and processes that die: never a second memo, and every way on ends in the same books."""

from collections.abc import Callable
from decimal import Decimal
from itertools import count

import pytest

from config.errors import ExitCode, UsageError
from tests.old_schema import written_before
from tests.process_killed import ProcessKilled
from tests.tools.repair_partial_credit.conftest import BOOKED, LINES, SITE, CreditDesk

LOST = {"kind": "lost_answer", "method": "POST", "path": "/cms/"}
WAITING = [(7, "INVOICE", "APPROVAL_NOT_REQUIRED", "ticket 4711", "pay-jobs", True, 0)]
NEVER_DONE = {"kind": "error_before", "method": "POST", "path": "/cms/", "status": 503}


def dying_before_the_books() -> Callable[[], None]:
    """Return what ends the process once CFS has answered, before the last of the ten transactions."""
    return _dying_before(10)


def dying_before_cfs_is_asked() -> Callable[[], None]:
    """Return what ends the process once the plan is written down, before the step is."""
    return _dying_before(4)


def _dying_before(transaction: int) -> Callable[[], None]:
    counted = count(1)

    def die() -> None:
        if next(counted) == transaction:
            raise ProcessKilled

    return die


def test_a_lost_answer_is_parked_with_the_two_ways_on(desk: CreditDesk) -> None:
    before = desk.state()
    desk.cfs.admin.order_faults(LOST)

    outcome = desk.run(*LINES)
    before["refunds"] = WAITING

    assert outcome.exit_code == ExitCode.ATTENTION
    (reject,) = outcome.rejects
    assert "a credit memo of 6.50 CAD (line 70 BASE_FEES 5.00, line 70 SERVICE_FEES 1.50)" in reject.detail
    assert "ask CAS for a memo there with the comment 'Partial credit " in reject.detail
    assert '7 --memo NUMBER --reason "..."' in reject.detail
    assert '7 --not-made --reason "..."' in reject.detail
    assert (desk.state(), desk.journal()) == (before, ["lost"])


def test_while_an_answer_is_lost_a_second_call_is_refused_with_the_account_of_it(desk: CreditDesk) -> None:
    desk.cfs.admin.order_faults(LOST)
    desk.run(*LINES)

    outcome = desk.run("71=1.00")

    assert outcome.exit_code == ExitCode.ATTENTION
    assert outcome.rejects[0].detail.startswith(
        "an earlier one is open, so no new one was begun: a credit memo of 6.50"
    )
    assert len(desk.memos()) == 1


def test_the_memo_a_person_names_is_adopted(desk: CreditDesk) -> None:
    desk.cfs.admin.order_faults(LOST)
    desk.run(*LINES)

    outcome = desk.run(memo="20001")

    assert outcome.exit_code == ExitCode.DONE
    assert (desk.state(), desk.journal(), len(desk.memos())) == (BOOKED, ["done"], 1)


def test_of_a_memo_that_was_used_meanwhile_only_the_rest_is_credit(desk: CreditDesk) -> None:
    desk.cfs.admin.order_faults(LOST)
    desk.run(*LINES)
    desk.cfs.admin.seed(invoices=[{"site_number": SITE.site, "invoice_number": "REG00000008", "total": "4.00"}])
    desk.cfs.admin.nightly(desk.books.now.date())

    desk.run(memo="20001")

    assert desk.state()["credits"] == [("20001", "900101", True, "6.5", "2.5", 7)]
    assert desk.state()["account"] == [(Decimal("2.50"),)]


@pytest.mark.parametrize(
    ("memo", "words"),
    [
        ("20999", "CFS has no credit memo 20999"),
        ("30001", r"30001 in CFS is for 6.51 \(expected 6.50\)"),
        ("30002", "30002 is known already, for invoice 7"),
    ],
)
def test_a_memo_that_cannot_be_it_is_not_adopted(desk: CreditDesk, memo: str, words: str) -> None:
    desk.cfs.admin.order_faults(LOST)
    desk.run(*LINES)
    seeded = [("30001", "6.51"), ("30002", "6.50")]
    desk.cfs.admin.seed(
        credit_memos=[{"site_number": SITE.site, "credit_memo_number": one, "amount": total} for one, total in seeded]
    )
    known = desk.books.credit(desk.account, "30002", "6.50")
    desk.books.change("UPDATE credits SET created_invoice_id = 7 WHERE id = :id", id=known)
    before = desk.state()

    with pytest.raises(UsageError, match=words):
        desk.run(memo=memo)

    assert (desk.state(), desk.journal()) == (before, ["lost"])


def test_what_was_not_made_can_be_begun_again(desk: CreditDesk) -> None:
    desk.cfs.admin.order_faults(NEVER_DONE)
    desk.run(*LINES)

    assert desk.state()["refunds"] == WAITING
    desk.run(not_made=True)
    assert desk.state()["refunds"] == []
    outcome = desk.run(*LINES)

    assert outcome.exit_code == ExitCode.DONE
    assert (desk.state(), desk.journal(), len(desk.memos())) == (BOOKED, ["dropped", "done"], 1)


@pytest.mark.parametrize("way", [{"memo": "20001"}, {"not_made": True}], ids=str)
def test_without_a_lost_answer_there_is_nothing_to_resolve(desk: CreditDesk, way: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="no partial credit whose answer was lost"):
        desk.run(**way)  # type: ignore[arg-type]


def test_once_cfs_has_answered_it_cannot_be_said_that_it_was_not_made(desk: CreditDesk) -> None:
    with pytest.raises(ProcessKilled):
        desk.run(*LINES, before_commit=dying_before_the_books())
    assert desk.journal() == ["answered"]

    with pytest.raises(UsageError, match="CFS has made the memo 20001"):
        desk.run(not_made=True)
    outcome = desk.run("71=10.00")

    assert outcome.notes[0].startswith("Finished what was begun earlier: a credit memo of 6.50 CAD")
    assert (desk.state(), len(desk.memos())) == (BOOKED, 1)


@pytest.fixture
def planned(desk: CreditDesk) -> CreditDesk:
    """A credit is planned, and CFS was not asked for it."""
    with pytest.raises(ProcessKilled):
        desk.run(*LINES, before_commit=dying_before_cfs_is_asked())
    assert (desk.journal(), desk.memos()) == (["planned"], {})
    return desk


def test_other_lines_than_those_that_are_planned_are_refused(planned: CreditDesk) -> None:
    with pytest.raises(UsageError, match=r"of 6\.50 CAD .* was planned on .* or drop it with --not-made"):
        planned.run("70=0.50", "70:service=1.50")

    assert (planned.journal(), planned.memos()) == (["planned"], {})


def test_the_lines_that_are_planned_are_asked_for_in_any_order(planned: CreditDesk) -> None:
    outcome = planned.run(*reversed(LINES))

    assert outcome.notes[0].startswith("Finished what was begun earlier: a credit memo of 6.50 CAD")
    assert (planned.state(), len(planned.memos())) == (BOOKED, 1)


def test_a_planned_credit_whose_answer_is_lost_is_not_told_as_finished(planned: CreditDesk) -> None:
    planned.cfs.admin.order_faults(LOST)

    outcome = planned.run(*LINES)

    assert [one.reason for one in outcome.rejects] == ["not known whether CFS made the memo"]
    assert "was asked of CFS on" in outcome.rejects[0].detail
    assert outcome.notes == []


def test_a_dry_run_says_that_nothing_of_a_planned_credit_has_left(planned: CreditDesk) -> None:
    outcome = planned.run(*LINES, dry_run=True)

    assert (outcome.exit_code, outcome.rejects) == (ExitCode.DONE, [])
    assert "CFS would be asked for what is planned: a credit memo of 6.50 CAD" in outcome.answer
    assert planned.memos() == {}


def test_a_planned_credit_that_is_given_up_is_told_as_planned(planned: CreditDesk) -> None:
    outcome = planned.run(not_made=True)

    assert "was planned on" in outcome.notes[0]
    assert planned.journal() == ["dropped"]


def test_a_refund_made_by_somebody_else_meanwhile_is_reported(desk: CreditDesk) -> None:
    with pytest.raises(ProcessKilled):
        desk.run(*LINES, before_commit=dying_before_the_books())
    desk.books.change("UPDATE invoices SET invoice_status_code = 'CREDITED', refund = 31.50")

    outcome = desk.run(*LINES)

    assert [reject.reason for reject in outcome.rejects] == ["refunded meanwhile"]
    assert desk.state()["account"] == [(Decimal("6.50"),)]


def test_an_entry_from_before_refunds_were_written_gets_its_refund_with_the_books(desk: CreditDesk) -> None:
    desk.cfs.admin.order_faults(LOST)
    desk.run(*LINES)
    desk.books.change("DELETE FROM refunds")
    desk.books.change("UPDATE pay_jobs.operations SET plan = plan || '{\"refund_id\": null}'")

    desk.run(memo="20001")

    assert desk.state() == BOOKED


@pytest.mark.parametrize(
    ("state", "memo"), [("intended", "NULL, NULL"), ("parked", "NULL, NULL"), ("answered", "'20001', 6.50")]
)
def test_a_credit_that_was_open_before_there_was_one_journal_is_finished(
    desk: CreditDesk, state: str, memo: str
) -> None:
    desk.cfs.admin.order_faults(LOST)
    desk.run(*LINES)
    for table in ("operation_steps", "operations"):
        desk.books.change(f"DELETE FROM pay_jobs.{table}")
    written_before(
        desk.books.database.engine,
        "0014",
        f"""
        INSERT INTO pay_jobs.partial_credits (invoice_id, state, amount, parts, cfs_party, cfs_account, cfs_site,
                                              memo, remaining, reason)
        SELECT 7, '{state}', 6.50, jsonb_build_array(
               jsonb_build_object('line', 70, 'kind', 'BASE_FEES', 'amount', '5.00', 'refund_id', id),
               jsonb_build_object('line', 70, 'kind', 'SERVICE_FEES', 'amount', '1.50', 'refund_id', id)),
               '500101', '800101', '900101', {memo}, 'ticket 4711'
          FROM refunds
        """,
    )

    desk.run(memo="20001")

    assert (desk.state(), desk.journal(), len(desk.memos())) == (BOOKED, ["done"], 1)
