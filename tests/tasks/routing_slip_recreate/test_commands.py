"""What can be asked of the job: one slip, one kind, a dry run, the list; and several slips at once."""

import threading

import click
import pytest
from sqlalchemy import event

from config.errors import Interrupted, UsageError
from jobs.commands.cli import build_cli
from tasks.routing_slip_recreate import JOB
from tasks.routing_slip_recreate.arguments import Arguments
from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate import scenarios
from tools.slips.arguments import VoidArguments
from tools.slips.list_slips import list_slips

PARENT, CHILD, THIRD = scenarios.PARENT, scenarios.CHILD, scenarios.THIRD


def test_two_ways_to_decide_about_transactions_are_refused() -> None:
    with pytest.raises(UsageError, match="do not go together"):
        VoidArguments(PARENT, keep_all=True, cancel_all=True)


def test_one_slip_can_be_asked_for(slips: Slips) -> None:
    for number in (PARENT, THIRD):
        slips.deposit(number, "10.00")
        slips.set_status(number, "VOID")
    assert slips.dry_run().answer == "2 calls would be sent to CFS for 2 slips."
    slips.run(slip=THIRD)
    assert [slips.receipts()[one]["status"] for one in (PARENT, THIRD)] == ["open", "REV"]


def test_one_kind_of_work_can_be_asked_for(slips: Slips) -> None:
    slips.deposit(PARENT, "10.00")
    slips.deposit(THIRD, "10.00")
    slips.set_status(PARENT, "VOID")
    slips.correct(THIRD, "12.00")
    assert slips.run(slip=PARENT, only="correction").counts == {}
    outcome = slips.run(only="correction")
    assert (outcome.counts["slips_corrected"], outcome.counts["slips_voided"]) == (1, 0)


def test_a_slip_that_needs_no_work_is_reported_and_an_unknown_one_refused(slips: Slips) -> None:
    slips.deposit(PARENT, "10.00")
    assert slips.run(slip=PARENT).notes == [f"Slip {PARENT} needs no work."]
    with pytest.raises(UsageError, match="There is no routing slip '1'"):
        slips.run(slip="1")


@pytest.mark.parametrize("scenario", scenarios.SCENARIOS, ids=str)
def test_a_dry_run_shows_the_calls_and_sends_none(slips: Slips, scenario: scenarios.Scenario) -> None:
    scenario.prepare(slips)
    before, calls = slips.final_state(), len(slips.calls())
    (table,) = slips.dry_run(**scenario.arguments).tables
    assert len(table.rows) >= scenario.posts
    assert slips.final_state() == before
    assert all(one.startswith("GET") for one in slips.calls()[calls:])


def test_a_dry_run_after_a_kill_says_what_is_true_already(slips: Slips) -> None:
    scenarios.correction(slips)
    slips.run_killed_at("answered 1 reverse receipt")
    outcome = slips.dry_run()
    (table,) = outcome.tables
    assert outcome.answer == "4 calls would be sent to CFS for 1 slip."
    assert [(row[2], row[6]) for row in table.rows[:2]] == [(1, "already true: REV"), (2, "404")]


def test_the_list_shows_each_slip_in_work_its_step_and_what_blocks_it(slips: Slips) -> None:
    scenarios.correction(slips)
    slips.run_killed_at("intended 2 create receipt")
    slips.deposit(CHILD, "10.00", account="PENDING")
    slips.set_status(CHILD, "VOID")
    (table,) = list_slips(slips.context()).tables
    assert list(table.rows) == [
        (CHILD, "VOID", "void", "due", "none yet",
         f"waits for CREATE_CFS_ACCOUNTS: slip {CHILD} has no complete profile in CFS yet"),
        (PARENT, "CORRECTION", "correction", "sent", f"create receipt {PARENT}R2: sent", ""),
    ]  # fmt: skip


def test_the_list_names_a_transaction_that_is_not_in_cfs_yet_by_the_number_that_the_job_gives_it(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.spend(PARENT, "30.00")
    slips.correct(PARENT, "120.00")
    (table,) = list_slips(slips.context()).tables
    assert "REG00000001 is APPROVED and not in CFS yet" in table.rows[0][-1]


def test_the_list_of_nothing_says_so(slips: Slips) -> None:
    assert list_slips(slips.context()).answer == "No slip is in progress."


def test_a_stop_request_ends_between_two_steps_and_the_next_run_continues(slips: Slips) -> None:
    scenarios.correction(slips)

    def stop(point: str) -> None:
        if point == "answered 1 reverse receipt":
            slips.stop.request()

    with pytest.raises(Interrupted):
        slips.run(checkpoint=stop)
    assert slips.events("slip.failed") == []
    assert slips.receipts()[PARENT]["status"] == "REV"
    assert f"{PARENT}R2" not in slips.receipts()
    slips.stop = type(slips.stop)()
    assert slips.run().counts["slips_corrected"] == 1


def test_a_fault_of_the_program_counts_more_than_that_the_run_was_stopped(slips: Slips) -> None:
    for number in (PARENT, CHILD, THIRD):
        slips.deposit(number, "10.00")
        slips.set_status(number, "VOID")

    def fail_and_stop(point: str) -> None:
        if point == "before 1 reverse receipt":
            slips.stop.request()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        slips.run(checkpoint=fail_and_stop)
    assert [one["family"] for one in slips.events("slip.failed")] == [PARENT]


def test_families_are_worked_at_once_up_to_the_bound_and_each_in_order(slips: Slips) -> None:
    for number in range(206000100, 206000108):
        slips.deposit(str(number), "10.00")
        slips.set_status(str(number), "VOID")
    together, most, lock = 0, 0, threading.Lock()

    def count(point: str) -> None:
        nonlocal together, most
        with lock:
            together += (point == "planned") - (point == "after closing")
            most = max(most, together)

    slips.cfs.admin.order_faults({"kind": "slow", "seconds": 1, "count": 4, "path": "reverse"})
    assert slips.run(concurrency=4, checkpoint=count).counts["slips_voided"] == 8
    assert 2 <= most <= 4


def test_a_dry_run_works_one_family_after_the_other_over_its_one_connection(slips: Slips) -> None:
    for number in range(206000100, 206000104):
        slips.deposit(str(number), "10.00")
        slips.set_status(str(number), "VOID")
    asked_by: set[str] = set()
    event.listen(
        slips.database.engine, "before_cursor_execute", lambda *_: asked_by.add(threading.current_thread().name)
    )

    slips.dry_run(concurrency=4)

    assert {one for one in asked_by if one.startswith("slips")} == {"slips_0"}


@pytest.mark.parametrize(
    ("only", "kinds"),
    [(None, {"link", "refund", "write_off"}), ("link", {"link"}), ("adjust", {"refund", "write_off"}), ("void", set())],
)
def test_a_kind_of_work_is_wanted_by_its_name_and_both_adjustments_by_one(only: str | None, kinds: set[str]) -> None:
    assert {kind for kind in ("link", "refund", "write_off") if Arguments(only=only).wants(kind)} == kinds


@pytest.mark.parametrize(("count", "is_taken"), [(0, False), (1, True), (12, True), (13, False)])
def test_up_to_twelve_slips_are_worked_at_once_and_eight_unless_said(count: int, is_taken: bool) -> None:
    command = build_cli((JOB,), use_sandbox=lambda: None, late={}).commands[JOB.name]
    assert command.make_context(JOB.name, []).params["concurrency"] == Arguments().concurrency == 8
    words = ["--concurrency", str(count)]
    if is_taken:
        assert command.make_context(JOB.name, words).params["concurrency"] == count
    else:
        with pytest.raises(click.BadParameter):
            command.make_context(JOB.name, words)


def test_the_help_says_how_many_slips_are_worked_at_once() -> None:
    command = build_cli((JOB,), use_sandbox=lambda: None, late={}).commands[JOB.name]

    assert "[default: 8; 1<=x<=12]" in command.get_help(click.Context(command))


def test_a_fault_of_the_program_in_one_family_is_raised_after_the_others_are_done(slips: Slips) -> None:
    for number in (PARENT, THIRD):
        slips.deposit(number, "10.00")
        slips.set_status(number, "VOID")
    slips.change("ALTER TABLE payments ADD CONSTRAINT c CHECK (payment_status_code <> 'FAILED') NOT VALID")
    try:
        slips.deposit(CHILD, "20.00")
        slips.bounce(CHILD)
        with pytest.raises(Exception, match="violates check constraint"):
            slips.run()
    finally:
        slips.change("ALTER TABLE payments DROP CONSTRAINT c")
    assert [slips.slip(one)["account"] for one in (PARENT, THIRD)] == ["INACTIVE"] * 2
    assert [(one["family"], "IntegrityError" in one["error"]) for one in slips.events("slip.failed")] == [(CHILD, True)]
    assert slips.run().counts["slips_nsf"] == 1
