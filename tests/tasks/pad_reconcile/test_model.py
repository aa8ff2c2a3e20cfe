"""The job does what the rules in plain Python do, for any rows on a small world of accounts, invoices and credits."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.pay_database import PayDatabase
from tests.settlement_factory import NOW, Line, SettlementBooks, on_account, settlement_csv
from tests.tasks.pad_reconcile import model
from tests.tasks.pad_reconcile.both_books import BothBooks, expected, found
from tests.tasks.pad_reconcile.model_rows import read_row
from tests.tools.verify.watch import InvariantWatch

ON_ONE_DATABASE = settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink such files takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ACCOUNTS = {"800101": ("PAD", "ACTIVE"), "800102": ("PAD", "FREEZE"), "800103": ("ONLINE_BANKING", "ACTIVE")}
NUMBERS = ("REG1", "REG2", "REG3", "REG4")
RECEIPTS = ("S1", "S2", "S3", "M1", "M2")
AMOUNTS = ("0.00", "5.00", "10.01", "25.00", "40.00")
DAYS = ("04-Nov-26", "05-Nov-26", "06-Nov-26")
FILES = [f"BCR_PAYMENT_APPL_2026110{day}.csv" for day in (5, 6, 7, 8)]
STATES = st.sampled_from(
    [("APPROVED", "ACTIVE"), ("PAID", "COMPLETED"), ("CREDITED", "ACTIVE"), ("CREDITED", "COMPLETED"),
     ("APPROVED", "CANCELLED"), ("SETTLEMENT_SCHED", "ACTIVE"), ("APPROVED", "ACTIVE")]
)  # fmt: skip
INVOICES = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(sorted(ACCOUNTS)), st.sampled_from(AMOUNTS[1:]), STATES,
              st.booleans()),
    min_size=1, max_size=7,
)  # fmt: skip
PAYMENTS = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(["FAILED", "COMPLETED"]), st.sampled_from(RECEIPTS),
              st.integers(3, 7), st.sampled_from(["PAD", "PAD", "ONLINE_BANKING", "CC"]),
              st.sampled_from(["0.00", "0.00", "25.00"])),
    max_size=2, unique_by=lambda payment: payment[0],
)  # fmt: skip
MEMOS = st.lists(
    st.tuples(st.sampled_from(["M1", "M2"]), st.sampled_from(sorted(ACCOUNTS))),
    max_size=2,
    unique_by=lambda memo: memo,
)


def _lines(records: tuple[str, ...], statuses: tuple[str, ...], accounts: tuple[str, ...]) -> st.SearchStrategy[Line]:
    return st.builds(
        lambda record, source, amount, account, number, status, left, application, day: Line(
            record, source, amount, account, number, status, "40.00", left, application=application, day=day
        ),
        st.sampled_from(records),
        st.sampled_from(RECEIPTS),
        st.sampled_from(AMOUNTS),
        st.sampled_from(accounts),
        st.sampled_from((*NUMBERS, "REG404")),
        st.sampled_from(statuses),
        st.sampled_from(AMOUNTS),
        st.sampled_from(("", *map(str, range(1, 9)))),
        st.sampled_from(DAYS),
    )


ON_ACCOUNT = st.builds(
    lambda record, source, amount, account, application: Line(
        record, source, amount, account, source, "On Account", "25.00", target="RECEIPT", application=application
    ),
    st.sampled_from(["ONAC", "BOLP", "PADP"]),
    st.sampled_from(RECEIPTS),
    st.sampled_from(AMOUNTS),
    st.sampled_from((*ACCOUNTS, "800999")),
    st.sampled_from(("", "1", "2", "3")),
)
PAD_ACCOUNTS = ("800101", "800101", "800102")
ANY_LINE = st.one_of(
    _lines(("PADP",), ("Fully PAID", "Fully PAID", "Not PAID"), PAD_ACCOUNTS),
    _lines(("PADR", "PAYR"), ("Not PAID", "Partially PAID", "Fully PAID"), PAD_ACCOUNTS),
    _lines(("BOLP",), ("Fully PAID", "Partially PAID"), ("800103",)),
    _lines(("CMAP",), ("Fully PAID", "Partially PAID"), PAD_ACCOUNTS),
    _lines(
        ("PADP", "PADR", "BOLP", "EFTP", "ONAC", "ONAP", "CMAP", "DRWP", "ADJS", "DM"),
        ("Fully PAID", "Not PAID", "Partially PAID", "On Account", ""),
        (*ACCOUNTS, "800999"),
    ),
    ON_ACCOUNT,
)
ROWS = st.lists(ANY_LINE, min_size=1, max_size=10)


OLD_PARTS = (("5001", "10.01"), ("5002", "5.00"))  # as the service before us wrote them, by Application Id
OWED_WHOLE = [Line("BOLP", "M2", "40.00", "800103", "REG3", "Partially PAID", "40.00", "5.00", application="3")]
OWED_NOTHING = [replace(OWED_WHOLE[0], outstanding="0.00")]
TWO_INVOICES = [("REG1", "800101", total, ("APPROVED", "ACTIVE"), False) for total in ("25.00", "5.00")]
PAID_BY_TWO = [Line("PADP", "S1", "25.00", "800101", "REG1"), Line("PADP", "S2", "5.00", "800101", "REG1")]
ONE_BY_ONE = [
    Line("PADR", source, "0.00", "800101", "REG1", status, "30.00", left)
    for source, status, left in (("S1", "Partially PAID", "25.00"), ("S2", "Not PAID", "30.00"))
]
ONE_INVOICE = [("REG1", "800101", "40.00", ("APPROVED", "ACTIVE"), False)]
PART_AND_REST = [
    Line("BOLP", "S2", "15.00", "800101", "REG1", "Partially PAID", "40.00", "25.00", application="7"),
    on_account("S2", "800101", "5.00", application="8"),
    Line("BOLP", "S1", "25.00", "800101", "REG1", original="40.00", application="9"),
]
PART_BOUNCES_FIRST, PART_BOUNCES_LAST = (
    [Line("PAYR", source, "0.00", "800101", "REG1", status, "40.00", left)
     for source, status, left in bounces]
    for bounces in (
        [("S2", "Partially PAID", "15.00"), ("S1", "Not PAID", "40.00")],
        [("S1", "Partially PAID", "25.00"), ("S2", "Not PAID", "40.00")],
    )
)  # fmt: skip
PAID_IN_OLD_PARTS = [("REG1", "800101", "40.00", ("APPROVED", "ACTIVE"), True)]
OLD_PARTS_BOUNCE = [
    Line("ONAC", "M2", "5.00", "800101", "REG1", "Partially PAID", "40.00", "19.99", application="8"),
    *(Line("PADR", source, "0.00", "800101", "REG1", "Partially PAID", "40.00", left, application=application)
      for source, left, application in (("S1", "30.00", "1"), ("S2", "35.00", "2"))),
]  # fmt: skip
OLD_PAYMENT = [("REG1", "COMPLETED", "S1", 3, "ONLINE_BANKING", "0.00")]
REST_OF_OURS = [Line("BOLP", "S2", "24.99", "800101", "REG1", original="40.00")]
OLD_PART_BOUNCES_FIRST, REST_BOUNCES_FIRST = (
    [Line("PADR", source, "0.00", "800101", "REG1", status, "40.00", left) for source, status, left in bounces]
    for bounces in (
        [("S1", "Not PAID", "40.00"), ("S2", "Partially PAID", "30.00")],
        [("S2", "Not PAID", "40.00"), ("S1", "Partially PAID", "10.00")],
    )
)
PAID_BY_PAD_AND_BANK = [
    PART_AND_REST[0],
    *(Line("PADP", source, amount, "800101", "REG1", original="40.00") for source, amount in
      (("S1", "20.00"), ("S3", "5.00"))),
]  # fmt: skip
PAD_BOUNCES = [
    Line("PADR", source, "0.00", "800101", "REG1", "Partially PAID", "40.00", left, application=application)
    for source, left, application in (("S1", "20.00", "1"), ("S1", "20.00", "2"), ("S3", "25.00", "3"))
]


@pytest.fixture(scope="module")
def small(shared_database: PayDatabase) -> SettlementBooks:
    return SettlementBooks(shared_database)


@pytest.fixture(scope="module")
def watch(small: SettlementBooks) -> InvariantWatch:
    # Each line says that its number is over 40.00, whatever its invoices cost: no payment could fit them.
    kinds = ("INV", "PAY-MISSING", "PAY-OPEN", "PAY-FAILED", "PAY-TWICE", "REC", "CRE", "NSF", "FILE", "HIS")
    return InvariantWatch(small.database, *kinds)


@pytest.mark.slow
@given(INVOICES, PAYMENTS, MEMOS, st.lists(ROWS, min_size=1, max_size=2))
@example([("REG3", "800103", "5.00", ("APPROVED", "ACTIVE"), True)], [], [], [OWED_WHOLE])
@example([("REG3", "800103", "5.00", ("APPROVED", "ACTIVE"), True)], [], [], [OWED_NOTHING])
@example(TWO_INVOICES, [], [], [PAID_BY_TWO, ONE_BY_ONE])
@example(ONE_INVOICE, [], [], [PART_AND_REST, PART_BOUNCES_FIRST])
@example(ONE_INVOICE, [], [], [[*PART_AND_REST, *PART_BOUNCES_LAST]])
@example(ONE_INVOICE, [], [], [[PART_AND_REST[0]], PART_BOUNCES_FIRST])
@example(ONE_INVOICE, [], [], [[PART_AND_REST[0], PART_AND_REST[2]], PART_BOUNCES_FIRST])
@example(ONE_INVOICE, [], [], [[PART_AND_REST[0], PART_AND_REST[2]], PART_BOUNCES_LAST])
@example(PAID_IN_OLD_PARTS, [], [], [OLD_PARTS_BOUNCE])
@example(ONE_INVOICE, [], [], [PAID_BY_PAD_AND_BANK, PAD_BOUNCES])
@example(ONE_INVOICE, [], [], [[*PAID_BY_PAD_AND_BANK, *PAD_BOUNCES]])
@example(PAID_IN_OLD_PARTS, OLD_PAYMENT, [], [REST_OF_OURS, OLD_PART_BOUNCES_FIRST])
@example(PAID_IN_OLD_PARTS, OLD_PAYMENT, [], [[*REST_OF_OURS, *REST_BOUNCES_FIRST]])
@ON_ONE_DATABASE
def test_files_do_what_the_rules_say(
    small: SettlementBooks,
    watch: InvariantWatch,
    invoices: list[tuple[str, str, str, tuple[str, str], bool]],
    payments: list[tuple[str, str, str, int, str, str]],
    memos: list[tuple[str, str]],
    files: list[list[Line]],
) -> None:
    world = _fill(small, invoices, payments, memos)
    watch.begin(NOW, (invoices, payments, memos, files))

    for name, lines in zip(FILES, [*files, *files], strict=False):
        before = world.copy()
        rows = [*(line.fields() for line in lines), ("ADJS", name)]  # else the same rows would be the same file
        content = settlement_csv(rows)
        outcome = small.apply(content=content, name=name)
        judged = world.apply([read_row(row) for row in rows])

        assert small.outcomes(name) == [f"{one.outcome}:{one.rule}" if one.rule else one.outcome for one in judged]
        assert found(small) == expected(world)
        assert outcome.counts["rows_read"] == len(lines) + 1
        _check_invariants(before, world, judged)

    assert _applied_twice(small) == []
    odd = {(code, f"invoice {id_}") for code in ("INV-PAID", "PAY-MISSING") for id_ in _paid_with_less(world)}
    odd |= {("INV-OPEN", f"invoice {id_}") for id_ in _paid_in_part_with_all_or_nothing(world)}
    assert set(watch.news(NOW)) <= odd


def test_the_first_rows_of_a_world_are_the_same_on_both_sides(small: SettlementBooks) -> None:
    """The simplest world of all, so that a failure of the one above is not the first to be read."""
    world = _fill(small, [("REG1", "800101", "25.00", ("APPROVED", "ACTIVE"), True)], [], [])
    lines = [Line("PADP", "S1", "25.00", "800101", "REG1")]
    content = settlement_csv(lines)

    small.apply(content=content)
    world.apply([read_row(line.fields()) for line in lines])

    assert found(small) == expected(world)
    assert world.invoices[0].status == "PAID"


def _fill(
    books: SettlementBooks,
    invoices: list[tuple[str, str, str, tuple[str, str], bool]],
    payments: list[tuple[str, str, str, int, str, str]],
    memos: list[tuple[str, str]],
) -> model.PadModel:
    """Put the same things into the pay database and into the model."""
    both = BothBooks(books)
    accounts = {cfs: both.account(cfs, method, status) for cfs, (method, status) in ACCOUNTS.items()}
    for number, cfs, total, (status, reference), has_receipt in invoices:
        id_ = both.invoice(accounts[cfs], number, total, status, reference, ACCOUNTS[cfs][0])
        if reference == "COMPLETED" and has_receipt:
            both.receipt(id_, "S1", total)
        if reference == "ACTIVE" and has_receipt:
            for part, amount in OLD_PARTS:
                both.receipt(id_, part, amount)
    for number, status, receipt, day, method, kept in payments:
        both.payment(accounts["800101"], number, status, receipt, day, method, kept)
    for identifier, cfs in memos:
        both.credit(accounts[cfs], identifier)
    return both.model


def _check_invariants(before: model.PadModel, after: model.PadModel, judged: list[model.JudgedRow]) -> None:
    final = {one.id: one.status for one in before.invoices if one.status in model.FINAL}
    assert {one.id: one.status for one in after.invoices if one.id in final} == final
    if not any(one.kind == "BOUNCE" and one.outcome == "applied" for one in judged):
        applied = [one for one in judged if one.outcome == "applied" and one.kind in model.INCOMING]
        whole = [one for one in applied if one.rule != "credit_applied"]
        received = sum(one.amount for one in after.receipts) - sum(one.amount for one in before.receipts)
        money = sum(one.row.amount for one in whole)
        credited = sum(amount for _, _, amount, *_ in after.applied)
        assert money <= received <= money + credited, "only a memo's application is a receipt without a row of money"
    was_paid = {one.id for one in before.invoices if one.status == "PAID"}
    receipted = {one.invoice for one in after.receipts}
    assert {one.id for one in after.invoices if one.status == "PAID"} - was_paid <= receipted


def _paid_with_less(world: model.PadModel) -> set[int]:
    """Return the invoices that a file called paid with another amount than it brought."""
    received: dict[int, Decimal] = defaultdict(Decimal)
    for receipt in world.receipts:
        received[receipt.invoice] += receipt.amount
    return {one.id for one in world.invoices if one.paid != received[one.id]}


def _paid_in_part_with_all_or_nothing(world: model.PadModel) -> set[int]:
    """Return the invoices that a file called paid in part while it said that all of them, or nothing, is owed."""
    return {one.id for one in world.invoices if one.status == "PARTIAL_PAID" and not 0 < one.paid < one.total}


def _applied_twice(books: SettlementBooks) -> list[Any]:
    """Return the contents of rows that were applied more than once."""
    return books.rows(
        "SELECT content_hash FROM pay_jobs.settlement_rows WHERE outcome = 'applied' GROUP BY content_hash"
        " HAVING count(*) > 1"
    )
