"""What is due for a family, in which order, and what it waits for: the rules alone, without a database or CFS."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.cfs import CfsSite
from connectors.effects import EffectState, Json
from tasks.routing_slip_recreate.family.due import due_for, nsf_is_due, untold_to_cfs
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipAccount, SlipFamily, SlipInvoice, SlipOperation
from tasks.routing_slip_recreate.journal import planned_operation
from tests.tasks.routing_slip_recreate.scenarios import CHILD, PARENT, THIRD

SITE = CfsSite("1", "2", "3")
OPEN, FROZEN = SlipAccount(1, "ACTIVE", SITE), SlipAccount(1, "FREEZE", SITE)
CLOSED, PENDING = SlipAccount(1, "INACTIVE", SITE), SlipAccount(1, "PENDING", None)
NO_SITE = SlipAccount(1, "ACTIVE", None)
PAYING: Json = {"steps": [{"kind": "create receipt"}, {"kind": "apply receipt"}]}


def slip(status: str = "ACTIVE", *, number: str = PARENT, remaining: str = "0.00", **more: Any) -> RoutingSlip:
    """Return a slip of 100.00 whose CFS account is open."""
    plain = RoutingSlip(number, status, Decimal(100), Decimal(remaining), None, 1, date(2026, 11, 22), 1, OPEN)
    return replace(plain, **more)


def child(number: str = CHILD, status: str = "LINKED", **more: Any) -> RoutingSlip:
    """Return a child of 100.00 that is to be linked."""
    return slip(status, number=number, parent=PARENT, **more)


def invoice(status: str, total: str = "30.00", *, known: bool = True, fee: bool = False) -> SlipInvoice:
    """Return a transaction that CFS knows."""
    plain = SlipInvoice(1, PARENT, status, Decimal(total), "REG00000001", 1 if known else None)
    return replace(plain, is_nsf_fee=True) if fee else plain


def work(
    kind: str, state: str = "planned", *, sent: bool = False, number: int = 1, plan: Json | None = None
) -> SlipOperation:
    """Return what the journal has of an operation."""
    return SlipOperation(number, PARENT, kind, EffectState(state), plan or {}, sent)


def due(parent: RoutingSlip, *children: RoutingSlip, named: str | None = None) -> list[tuple[str, str, str]]:
    """Return kind, slip, and whether it waits or is refused, of what is due."""
    return [
        (one.kind, one.slip.number, "refused" if one.refused else "waits" if one.waits_for else "")
        for one in due_for(SlipFamily(parent, children), named)
    ]


def own(parent: RoutingSlip, *children: RoutingSlip) -> list[tuple[str, str]]:
    """Return kind, and whether it waits or is refused, of what is due for the parent itself."""
    return [(kind, how) for kind, number, how in due(parent, *children) if number == PARENT]


FEE = invoice("CREATED", fee=True)
PAID_IN_PART = replace(invoice("CREATED"), receipts={f"{CHILD}L": Decimal(20)})


@pytest.mark.parametrize(
    ("linked", "named", "expected"),
    [
        (child(), None, ["link"]),
        (child(status="VOID"), None, []),
        (child(account=None), None, []),
        (child(account=CLOSED), None, []),
        (child(account=CLOSED), PARENT, []),
        (child(account=CLOSED), CHILD, ["link"]),
        (child(account=CLOSED, operations=(work("link"),)), None, ["link"]),
        (child(account=CLOSED, operations=(work("link", "refused"),)), None, []),
        (child(account=CLOSED, operations=(work("correction"),)), None, []),
        (child(operations=(work("link", "refused"),)), None, ["link"]),
    ],
)
def test_a_link_is_due_until_its_account_is_closed_and_nothing_is_begun(
    linked: RoutingSlip, named: str | None, expected: list[str]
) -> None:
    assert [kind for kind, _, _ in due(slip(), linked, named=named)] == expected


@pytest.mark.parametrize(
    ("parent", "linked", "how"),
    [
        (slip(), child(), ""),
        (slip(account=CLOSED), child(), "refused"),
        (slip(account=None), child(), "waits"),
        (slip(account=PENDING), child(), "waits"),
        (slip(account=NO_SITE), child(), "waits"),
        (slip(), child(account=PENDING), "waits"),
        (slip(), child(account=NO_SITE), "waits"),
        (slip(), child(account=SlipAccount(1, "PENDING", SITE)), "waits"),
    ],
)
def test_a_link_waits_for_both_profiles_and_is_refused_under_a_closed_parent(
    parent: RoutingSlip, linked: RoutingSlip, how: str
) -> None:
    assert due(parent, linked) == [("link", CHILD, how)]


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        (slip("VOID"), [("void", "")]),
        (slip("VOID", account=None), []),
        (slip("VOID", account=CLOSED), []),
        (slip("VOID", account=PENDING), [("void", "waits")]),
        (slip("VOID", invoices=(invoice("PAID"),)), [("void", "refused")]),
        (slip("VOID", operations=(work("void", "done"),)), []),
        (slip("VOID", operations=(work("void_transactions", "done"),)), []),
        (slip("VOID", operations=(work("correction", "done"), work("void", "dropped"))), [("void", "")]),
        (slip("HOLD", operations=(work("void_transactions"),)), [("void_transactions", "")]),
        (slip("VOID", operations=(work("void_transactions"),)), []),
        (slip("HOLD"), []),
        (slip("COMPLETE"), []),
    ],
)
def test_a_void_is_due_once_and_never_over_transactions(parent: RoutingSlip, expected: list[tuple[str, str]]) -> None:
    assert own(parent) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"account": CLOSED}, None),
        ({"account": PENDING}, "waits"),
        ({"invoices": (invoice("PAID"), invoice("CREATED"))}, ""),
        ({"invoices": (invoice("APPROVED"),)}, "waits"),
        ({"invoices": (invoice("APPROVED"),), "operations": (work("correction"),)}, "waits"),
        ({"invoices": (invoice("APPROVED"),), "operations": (work("correction", sent=True),)}, ""),
        ({"invoices": (invoice("APPROVED"),), "operations": (work("correction", "done", sent=True),)}, "waits"),
        ({"total": Decimal("0.01")}, ""),
        ({"total": Decimal(0)}, "refused"),
        ({"total": Decimal(0), "operations": (work("correction", sent=True),)}, ""),
    ],
)
def test_a_correction_waits_for_new_transactions_unless_it_is_under_way(
    changes: dict[str, Any], expected: str | None
) -> None:
    assert own(slip("CORRECTION", **changes)) == ([] if expected is None else [("correction", expected)])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"remaining": Decimal("0.01")}, ""),
        ({"remaining": Decimal(0)}, None),
        ({"remaining": Decimal(0), "operations": (work("refund"),)}, None),
        ({"remaining": Decimal(0), "operations": (work("refund", sent=True),)}, ""),
        ({"remaining": Decimal(0), "operations": (work("write_off", sent=True),)}, None),
        ({"cas_mismatch": True}, "refused"),
        ({"cas_mismatch": True, "operations": (work("refund", sent=True),)}, "refused"),
        ({"cas_mismatch": True, "remaining": Decimal(0)}, None),
        ({"account": PENDING}, "waits"),
        ({"invoices": (invoice("PAID"), invoice("CANCELLED"))}, ""),
        ({"invoices": (invoice("APPROVED"),)}, "waits"),
        ({"invoices": (invoice("CREATED"),)}, "refused"),
        ({"invoices": (invoice("CREATED"), invoice("APPROVED"))}, "refused"),
        ({"invoices": (invoice("CREATED"),), "operations": (work("refund", sent=True),)}, ""),
        ({"invoices": (invoice("REFUND_REQUESTED"),)}, "waits"),
        ({"invoices": (invoice("CREATED", known=False),)}, "refused"),
        ({"invoices": (invoice("CREATED", known=False, fee=True),)}, "refused"),
        ({"invoices": (invoice("APPROVED", known=False),)}, "waits"),
        ({"invoices": (invoice("CREATED", known=False),), "operations": (work("refund", sent=True),)}, ""),
    ],
)
def test_a_refund_waits_until_nothing_is_pending_and_is_due_while_something_is_left(
    changes: dict[str, Any], expected: str | None
) -> None:
    parent = slip("REFUND_AUTHORIZED", **{"remaining": Decimal(100), **changes})
    assert own(parent) == ([] if expected is None else [("refund", expected)])


def test_a_write_off_waits_for_what_its_children_have_pending() -> None:
    parent = slip("WRITE_OFF_AUTHORIZED", remaining="5.00")
    pending = child(account=CLOSED, invoices=(invoice("APPROVED"),))
    assert (own(parent), own(parent, pending)) == ([("write_off", "")], [("write_off", "waits")])


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({"account": OPEN}, True),
        ({"account": None}, False),
        ({"account": CLOSED}, False),
        ({}, False),
        ({"operations": (work("nsf"),)}, True),
        ({"operations": (work("nsf", "done"),)}, False),
        ({"operations": (work("nsf", "done"),), "invoices": (FEE, invoice("PAID"))}, True),
        ({"operations": (work("nsf", "done"),), "invoices": (FEE, PAID_IN_PART)}, True),
        ({"operations": (work("nsf", "done"),), "invoices": (invoice("CANCELLED", fee=True),)}, False),
        ({"operations": (work("nsf", "done"),), "invoices": ()}, False),
        ({"operations": (work("nsf", "dropped"),), "invoices": ()}, True),
        ({"invoices": (FEE, PAID_IN_PART), "remaining": Decimal(-60)}, True),
        ({"invoices": (FEE, replace(PAID_IN_PART, status="REFUNDED"))}, False),
        ({"operations": (work("correction"),)}, False),
        ({"invoices": ()}, True),
        ({"invoices": (invoice("CREATED", fee=True, known=False),)}, True),
        ({"invoices": (invoice("CREATED"),)}, True),
        ({"invoices": (invoice("CANCELLED", fee=True),)}, True),
        ({"invoices": (invoice("CANCELLED", fee=True),), "remaining": Decimal(0)}, False),
        ({"remaining": Decimal("-30.01")}, True),
        ({"invoices": (invoice("CANCELLED", fee=True),), "remaining": Decimal(-100)}, True),
        ({"invoices": (FEE, invoice("PAID"))}, True),
        ({"invoices": (FEE, invoice("CREATED"))}, True),
        ({"invoices": (FEE, invoice("CREATED")), "remaining": Decimal(-60)}, False),
        ({"invoices": (FEE, invoice("APPROVED")), "operations": (work("nsf", "done"),)}, False),
        ({"remaining": Decimal(0)}, True),
        ({"remaining": Decimal(0), "operations": (work("nsf", "done"),)}, False),
        ({"remaining": Decimal(0), "operations": (work("link", "done"), work("nsf", "dropped"))}, True),
    ],
)
def test_a_bounced_slip_is_at_rest_once_it_is_frozen_and_its_fee_is_taken(
    changes: dict[str, Any], is_due: bool
) -> None:
    at_rest = slip("NSF", remaining="-30.00", account=FROZEN, invoices=(FEE,))
    assert own(replace(at_rest, **changes)) == ([("nsf", "")] if is_due else [])


@pytest.mark.parametrize(
    ("link", "is_due"),
    [
        (work("link", "done", number=8), True),
        (work("link", "done", number=6), False),
        (work("link", "dropped", number=8), False),
        (work("void", "done", number=8), False),
    ],
)
def test_a_bounced_slip_is_looked_at_again_after_a_link_since_its_last_bounce(
    link: SlipOperation, is_due: bool
) -> None:
    worked = (work("nsf", "done", number=3), work("nsf", "done", number=7), work("correction", "done", number=9))
    parent = slip("NSF", remaining="-30.00", account=FROZEN, invoices=(FEE,), operations=worked)
    assert own(parent, child(account=CLOSED, operations=(link,))) == ([("nsf", "")] if is_due else [])


@pytest.mark.parametrize(
    ("link", "is_due"),
    [
        (work("link", "done", number=8, plan=PAYING), True),
        (work("link", "done", number=8, plan={"to_frozen": True}), True),
        (work("link", "done", number=8, plan={"to_frozen": False}), False),
        (work("link", "done", number=8, plan={"steps": [{"kind": "create receipt"}]}), False),
        (work("link", "done", number=8), False),
        (work("link", "dropped", number=8, plan=PAYING), False),
        (work("correction", "done", number=8, plan=PAYING), False),
    ],
)
def test_a_slip_whose_bounce_another_job_worked_is_looked_at_again_once_a_link_of_ours_has_paid(
    link: SlipOperation, is_due: bool
) -> None:
    parent = slip("NSF", remaining="-30.00", account=FROZEN, invoices=(FEE,))
    family = SlipFamily(parent, (child(account=CLOSED, operations=(link,)),))
    assert nsf_is_due(family) == is_due
    assert (family.half_made_fee is None) == is_due


UNKNOWN = invoice("CREATED", fee=True, known=False)


@pytest.mark.parametrize(
    ("parent", "is_told"),
    [
        (slip("NSF", account=FROZEN, invoices=(UNKNOWN,)), False),
        (slip("NSF", account=FROZEN, invoices=(UNKNOWN, PAID_IN_PART)), True),
        (slip("NSF", account=FROZEN, invoices=(UNKNOWN,), operations=(work("nsf", "done"),)), True),
        (slip("ACTIVE", account=FROZEN, invoices=(UNKNOWN,)), True),
        (slip("ACTIVE", account=FROZEN, invoices=(FEE,)), False),
        (slip("NSF", account=FROZEN, invoices=(invoice("CREATED", known=False),)), True),
        (slip("NSF", account=FROZEN, invoices=(invoice("APPROVED", known=False),)), False),
    ],
)
def test_what_is_owed_and_cfs_does_not_know_is_told_unless_it_is_the_fee_that_is_made_next(
    parent: RoutingSlip, is_told: bool
) -> None:
    assert bool(untold_to_cfs(SlipFamily(parent))) == is_told


NSF, LINK, LATER = ("nsf", PARENT, ""), ("link", CHILD, ""), ("link", THIRD, "")


@pytest.mark.parametrize(
    ("remaining", "totals", "expected"),
    [
        ("-60.00", ("50.00",), [LINK, NSF]),  # 30.00 are spent, 30.00 a fee: the balance holds nothing since the bounce
        ("-10.00", ("50.00",), [NSF, LINK]),
        ("-10.00", ("50.00", "20.00"), [LATER, NSF, LINK]),
        ("10.00", ("50.00", "20.00"), [NSF, LINK, LATER]),
        ("-10.00", ("50.00", "50.00"), [("nsf", PARENT, "refused"), LINK, LATER]),
        ("-10.01", ("50.00",), [("nsf", PARENT, "refused"), LINK]),
        ("-11.00", ("50.00",), [("nsf", PARENT, "refused"), LINK]),
        ("-9.00", ("50.00",), [("nsf", PARENT, "refused"), LINK]),
        ("-10.01", (), [NSF]),
    ],
)
def test_what_was_linked_to_pay_for_a_bounce_comes_after_it(
    remaining: str, totals: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    parent = slip("NSF", remaining=remaining, invoices=(invoice("PAID"), invoice("CREATED", fee=True)))
    children = [child(number, total=Decimal(total)) for number, total in zip((CHILD, THIRD), totals, strict=False)]
    assert due(parent, *children) == expected


def untold(parent: RoutingSlip, *children: RoutingSlip) -> str:
    """Return what a person is asked to do where the balance does not tell which of the children came since."""
    _, asked = due_for(SlipFamily(parent, children))[0].refused.split("to pay for it: ")
    return asked


BY_HAND = "link those that came before it by hand, in CFS and in the pay database"


@pytest.mark.parametrize(
    ("remaining", "children", "asked"),
    [
        ("-7.00", {CHILD: 100}, f"set the balance to 0.00 if none did; or to 100.00 if {CHILD} did"),
        (
            "-7.00",
            {CHILD: 100, THIRD: 100},
            f"set the balance to 0.00 if none did; or to 200.00 if {CHILD} and {THIRD} did; else {BY_HAND}",
        ),
        (
            "-7.00",
            {CHILD: 20, THIRD: 50},
            f"set the balance to 0.00 if none did; or to 20.00 if {CHILD} did; or to 50.00 if {THIRD} did; "
            f"else {BY_HAND}",
        ),
        ("100.00", {CHILD: 100, THIRD: 100}, f"no balance tells: {BY_HAND}"),
    ],
)
def test_a_person_is_told_which_balance_would_tell_what_was_linked_to_pay_for_a_bounce(
    remaining: str, children: dict[str, int], asked: str
) -> None:
    unlinked = (child(number, total=Decimal(total)) for number, total in children.items())
    assert untold(slip("NSF", remaining=remaining), *unlinked) == asked


def test_the_one_slip_that_is_linked_by_hand_came_before_the_bounce() -> None:
    parent = slip("NSF", remaining="100.00")
    assert due(parent, child(CHILD, account=CLOSED), child(THIRD)) == [NSF, LATER]


@pytest.mark.parametrize("remaining", ["800.00", "-7.00"])
def test_what_came_after_a_bounce_is_told_at_once_also_of_many_slips(remaining: str) -> None:
    begun = time.process_time()
    assert BY_HAND in untold(slip("NSF", remaining=remaining), *(child(str(number)) for number in range(16)))
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("account", [None, CLOSED, NO_SITE, PENDING])
def test_only_a_child_whose_receipt_may_live_can_have_been_linked_since(account: SlipAccount | None) -> None:
    parent = slip("NSF", remaining="50.00")
    assert own(parent, child(total=Decimal(50), account=account)) == [("nsf", "")]


def test_a_bounced_slip_without_a_profile_waits_for_it() -> None:
    assert own(slip("NSF", account=PENDING)) == [("nsf", "waits")]


def test_links_come_before_what_is_due_for_the_parent() -> None:
    assert due(slip("CORRECTION"), child()) == [LINK, ("correction", PARENT, "")]


@pytest.mark.parametrize("status", ["VOID", "ACTIVE", "LINKED"])
def test_only_a_bounced_slip_has_a_bounce_to_work(status: str) -> None:
    assert not nsf_is_due(SlipFamily(slip(status, account=FROZEN)))
    assert not nsf_is_due(SlipFamily(slip(status)))
    assert nsf_is_due(SlipFamily(slip("NSF")))


def test_only_the_deposit_of_a_child_whose_account_is_not_open_is_at_its_parents_site() -> None:
    children = [
        child(str(number), account=account) for number, account in enumerate((OPEN, FROZEN, CLOSED, NO_SITE, None))
    ]
    assert [one.number for one in SlipFamily(slip(), tuple(children)).linked] == ["2", "3"]


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("refund", "40.00"), ("write_off", "40.00"), ("link", "100"), ("correction", "100"), ("void", "100")],
)
def test_a_refund_is_about_what_is_left_and_all_other_work_about_the_deposit(kind: str, amount: str) -> None:
    assert str(planned_operation(slip(remaining="40.00"), kind, {}).amount) == amount


def test_the_command_of_a_slip_whose_number_has_a_blank_can_be_typed() -> None:
    planned = planned_operation(slip(number="RS 12/34636"), "refund", {})
    assert planned.command == "ROUTING_SLIP_RECREATE --slip 'RS 12/34636'"
