"""Any mixture of deposits, links, corrections, spending, bounces, voids, refunds, faults and deaths ends in order.

Held after every step: no deposit is open in CFS twice. Held after every undisturbed run: nothing is left to do, each
deposit is open in CFS once or was given up, CFS has applied what our receipts say, and the balance is what CFS has
left, less what is still to be collected.
"""

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config.errors import SourceUnavailable
from connectors.cfs.errors import CfsCredentialsRefused
from jobs.run.outcome import Reject
from tests.process_killed import ProcessKilled
from tests.routing_slip_factory import Slips
from tests.tools.verify.watch import all_findings, is_asked_about

NUMBERS = ("206000010", "206000028", "206000036", "206000044")
AMOUNTS = st.integers(1, 20_000).map(lambda cents: str(Decimal(cents) / 100))
ANY = st.integers(0, 1_000_000)
CHANGES = r"(rcpts/|reverse|apply|adjustment|invs/|creditbalance/)"


class SlipHistoryMachine(RuleBasedStateMachine):
    slips: Slips
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.slips.empty()
        self.made: list[str] = []
        self.bounced: set[str] = set()
        self.settled = True

    def rows(self) -> list[dict[str, Any]]:
        return self.slips.records(
            "SELECT slip.*, EXISTS (SELECT 1 FROM routing_slips AS child WHERE child.parent_number = slip.number)"
            " AS is_parent, coalesce((SELECT sum(total) FROM invoices WHERE routing_slip = slip.number"
            " AND invoice_status_code IN ('APPROVED', 'PAID', 'CREATED')), 0) AS spent,"
            " EXISTS (SELECT 1 FROM invoices WHERE routing_slip = slip.number) AS has_invoices,"
            " EXISTS (SELECT 1 FROM invoices WHERE routing_slip = slip.number"
            " AND invoice_status_code = 'REFUND_REQUESTED') AS is_refunding"
            " FROM routing_slips AS slip ORDER BY id"
        )

    def pick(self, chance: int, *statuses: str, **wanted: bool) -> dict[str, Any] | None:
        fitting = [
            row
            for row in self.rows()
            if row["status"] in statuses and all(bool(row[name]) is value for name, value in wanted.items())
        ]
        return fitting[chance % len(fitting)] if fitting else None

    @precondition(lambda self: len(self.made) < len(NUMBERS))
    @rule(total=AMOUNTS)
    def deposit(self, total: str) -> None:
        self.made.append(NUMBERS[len(self.made)])
        self.slips.deposit(self.made[-1], total)

    @initialize(total=AMOUNTS)
    def begin(self, total: str) -> None:
        self.deposit(total)
        self.deposit("77.00")
        self.slips.spend(self.made[1], "33.00")
        self.slips.create_invoices()

    @rule(chance=ANY, share=st.integers(1, 100), at_night=st.booleans())
    def spend(self, chance: int, share: int, at_night: bool) -> None:
        row = self.pick(chance, "ACTIVE", "CORRECTION", parent_number=False)
        if row and row["remaining_amount"] > 0:
            cents = max(1, int(row["remaining_amount"] * share))
            self.slips.spend(row["number"], str(Decimal(cents) / 100))
        if at_night and self.settled:
            self.create_invoices()

    @rule(chance=ANY)
    def ask_back(self, chance: int) -> None:
        paid = self.slips.records(
            "SELECT id FROM invoices WHERE invoice_status_code = 'PAID' AND corp_type_code = 'CP'"
        )
        if paid and self.settled:
            self.slips.refund_transaction(paid[chance % len(paid)]["id"])

    def create_invoices(self) -> None:
        if not self.pick_any("CORRECTION", "VOID"):
            self.slips.create_invoices()

    def pick_any(self, *statuses: str) -> bool:
        """Whether a slip of these waits for the job."""
        return any(
            row["status"] in statuses and self.slips.slip(row["number"])["account"] == "ACTIVE" for row in self.rows()
        )

    @rule(chance=ANY)
    def link(self, chance: int) -> None:
        child = self.pick(chance, "ACTIVE", parent_number=False, is_parent=False, has_invoices=False)
        parent = self.pick(chance, "ACTIVE", "NSF", parent_number=False)
        if child and parent and child["number"] != parent["number"]:
            self.slips.link(child["number"], parent["number"])

    @rule(chance=ANY)
    def correct(self, chance: int) -> None:
        row = self.pick(chance, "ACTIVE", "COMPLETE", "CORRECTION", parent_number=False)
        if row and row["number"] not in self.bounced:
            least = max(row["total"] - row["remaining_amount"], Decimal("0.01"))
            self.slips.correct(row["number"], str(least + Decimal(chance % 5000) / 100))

    @rule(chance=ANY)
    def bounce(self, chance: int) -> None:
        row = self.pick(chance, "ACTIVE", "COMPLETE", parent_number=False)
        if row and row["number"] not in self.bounced:
            self.bounced.add(row["number"])
            self.slips.bounce(row["number"])

    @rule(chance=ANY)
    def void(self, chance: int) -> None:
        row = self.pick(chance, "ACTIVE", parent_number=False, has_invoices=False)
        if row:
            self.slips.set_status(row["number"], "VOID")

    @rule(chance=ANY, status=st.sampled_from(["REFUND_AUTHORIZED", "WRITE_OFF_AUTHORIZED"]))
    def authorize(self, chance: int, status: str) -> None:
        row = self.pick(chance, "ACTIVE", parent_number=False, is_refunding=False)
        if row and row["remaining_amount"] > 0:
            self.slips.set_status(row["number"], status)

    @rule(chance=ANY, keep=st.booleans())
    def void_with_transactions(self, chance: int, keep: bool) -> None:
        row = self.pick(chance, "ACTIVE", "COMPLETE", parent_number=False, has_invoices=True, is_refunding=False)
        if row and self.settled and row["number"] not in self.bounced:
            self.slips.run()
            self.slips.create_invoices()
            self.slips.run(void=row["number"], reason="x", keep_all=keep, cancel_all=not keep)
            self.bounced.add(row["number"])

    @rule(nth=st.integers(1, 12))
    def run_that_dies(self, nth: int) -> None:
        left = nth

        def checkpoint(_name: str) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise ProcessKilled

        with contextlib.suppress(ProcessKilled):
            self.slips.run(checkpoint=checkpoint)
        self.settled = False

    @rule(nth=st.integers(1, 5), kind=st.sampled_from(["lost_answer", "error_before", "error_after", "refuse_401"]))
    def run_with_a_fault(self, nth: int, kind: str) -> None:
        self.slips.cfs.admin.order_faults({"kind": kind, "method": "POST", "path": CHANGES, "nth": nth})
        # A second 401 in a row ends the run: the first one is of a token that this CFS never gave.
        with contextlib.suppress(SourceUnavailable, CfsCredentialsRefused):
            self.slips.run()
        self.slips.cfs.admin.order_faults()
        self.settled = False

    @rule()
    def run(self) -> None:
        outcome = self.slips.run()
        self.done.update(outcome.counts)
        assert [one for one in outcome.rejects if not (self.is_too_little(one) or self.is_untold(one))] == []
        self.settled = not self.slips.records(
            "SELECT 1 AS n FROM pay_jobs.operations WHERE state NOT IN ('refused', 'done', 'dropped')"
        )
        assert self.settled
        if not outcome.rejects and not outcome.counts["slips_waiting"]:
            self.everything_agrees()

    def is_too_little(self, told: Reject) -> bool:
        """Whether a slip is told to leave a part of its transactions due, and its family does owe something."""
        (family,) = {row["parent_number"] or row["number"] for row in self.rows() if row["number"] == told.where}
        owes = any(row["remaining_amount"] < 0 for row in self.rows() if row["number"] == family)
        return told.detail.startswith("the deposit does not cover") and owes

    def is_untold(self, told: Reject) -> bool:
        """Whether a slip is told to have children of which the balance cannot tell which came after its bounce."""
        unlinked = [
            row["total"]
            for row in self.rows()
            if row["parent_number"] == told.where and self.slips.slip(row["number"])["account"] == "ACTIVE"
        ]
        sums = [sum(some) for count in range(len(unlinked) + 1) for some in combinations(unlinked, count)]
        return "does not tell which" in told.detail and len(set(sums)) < len(sums)

    def teardown(self) -> None:
        """Let the morning come: whatever happened, it ends in order."""
        for _ in range(3):
            self.run()
            self.create_invoices()
        self.run()
        if is_asked_about([(row["number"], row["status"], row["total"]) for row in self.rows()]):
            self.nothing_is_wrong()

    def nothing_is_wrong(self) -> None:
        kinds = ("SLIP", "PAY-SLIP", "INV-PAID", "INV-OPEN", "INV-SE", "NSF-INVOICE", "HIS")
        unasked = {("SLIP-STATUS", "a request in refunds")}  # the factory authorizes without asking first
        said = all_findings(self.slips.database, datetime.now(UTC), kinds)
        assert {(code, words[0]) for (code, _), words in said.items()} <= unasked

    @invariant()
    def no_deposit_is_open_twice(self) -> None:
        found = Counter(number[:9] for number, one in self.slips.receipts().items() if one["status"] == "open")
        assert all(count == 1 for count in found.values()), found
        assert self.slips.cfs.admin.books()["violations"] == []

    def everything_agrees(self) -> None:
        receipts = self.slips.receipts()
        applied = {
            (number, invoice): Decimal(amount)
            for number, one in receipts.items()
            for invoice, amount in one["applied"].items()
        }
        final = {f"REG{one['id']:08d}" for one in self.slips.records("SELECT id FROM invoices WHERE invoice_status_code"
                                                                    " IN ('REFUNDED', 'CANCELLED')")}  # fmt: skip
        assert {key: amount for key, amount in self.slips.our_receipts().items() if key[1] not in final} == applied
        for row in self.rows():
            if row["parent_number"] is None:
                self.family_agrees(row, receipts, applied)

    def family_agrees(self, row: dict[str, Any], receipts: dict[str, Any], applied: dict[Any, Decimal]) -> None:
        numbers = self.slips.live_numbers(row["number"])
        held = [receipts[one] for one in numbers if one in receipts and receipts[one]["status"] == "open"]
        if row["status"] in {"ACTIVE", "COMPLETE"} and row["number"] not in self.bounced:
            assert len(held) == len(numbers)
            assert sum(Decimal(one["amount"]) for one in held) == self.totals(row["number"])
        balance = sum((Decimal(one["unapplied"]) for one in held), Decimal(0))
        due = self.slips.due()
        invoices = self.slips.records("SELECT id, invoice_status_code AS status, total FROM invoices"
                                   " WHERE routing_slip = :n", n=row["number"])  # fmt: skip
        for invoice in invoices:
            number = f"REG{invoice['id']:08d}"
            if invoice["status"] == "APPROVED":
                balance -= invoice["total"]
            elif invoice["status"] == "CREATED" and row["status"] != "VOID":
                balance -= Decimal(due[number])
            elif invoice["status"] == "REFUND_REQUESTED":
                balance += sum((amount for key, amount in applied.items() if key[1] == number), Decimal(0))
        assert row["remaining_amount"] == balance, row

    def totals(self, number: str) -> Decimal:
        found = self.slips.record(
            "SELECT sum(total) AS t FROM routing_slips WHERE number = :n OR parent_number = :n", n=number
        )
        return Decimal(found["t"])


def machine_of(slips: Slips, done: Counter[str]) -> type[SlipHistoryMachine]:
    return type("Bound", (SlipHistoryMachine,), {"slips": slips, "done": done})


def play(slips: Slips, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine_of(slips, Counter()),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.hypothesis
def test_a_few_histories_end_in_order(slips: Slips) -> None:
    play(slips, examples=4, steps=8)


@pytest.mark.hypothesis
@pytest.mark.slow
def test_many_histories_end_in_order(slips: Slips) -> None:
    play(slips, examples=15, steps=14)


def test_a_deposit_that_is_linked_to_a_bounced_slip_and_too_small_is_told(slips: Slips) -> None:
    history = machine_of(slips, Counter())()
    history.begin(total="0.01")
    history.bounce(chance=1)
    history.link(chance=1)

    told = slips.run().rejects

    assert [(one.where, one.detail) for one in told] == [
        (NUMBERS[0], "the deposit does not cover REG00000001: 32.99 of 33.00 are still due"),
        (NUMBERS[0], "the deposit does not cover REG00000002: 30.00 of 30.00 are still due"),
    ]
    assert all(history.is_too_little(one) for one in told)
    history.teardown()


@pytest.mark.parametrize(
    ("happening", "operation"),
    [
        (lambda history: history.link(1), "linked"),
        (lambda history: history.correct(1), "corrected"),
        (lambda history: history.bounce(0), "nsf"),
        (lambda history: history.void(0), "voided"),
        (lambda history: history.authorize(0, "REFUND_AUTHORIZED"), "refunded"),
        (lambda history: history.authorize(0, "WRITE_OFF_AUTHORIZED"), "written_off"),
    ],
    ids=["link", "correction", "nsf", "void", "refund", "write-off"],
)
def test_what_may_happen_in_a_history_is_work_for_the_job(
    slips: Slips, happening: Callable[[SlipHistoryMachine], None], operation: str
) -> None:
    done: Counter[str] = Counter()
    history = machine_of(slips, done)()
    history.begin("50.00")
    history.run()
    happening(history)
    history.run()
    assert done[f"slips_{operation}"] == 1
