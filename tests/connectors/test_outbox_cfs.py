"""The changes in CFS that leave through the outbox, against the simulated CFS."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.errors import InputRefused
from connectors.cfs import CfsSite, InvoiceAdjustment, InvoiceBalance
from connectors.cfs_delivery import CfsDelivery, ChargeState, look_for_fee, new_nsf_fee, new_stop_pad
from connectors.outbox import Channel, Message, NewMessage
from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import SITE, connect, fresh_cfs, seed_site
from tests.outbox_fixtures import NOW, SetClock, keep, kept, note, send, states
from tests.waiting import wait_until

NUMBER = "REG07401364"
FEE = Decimal("30.00")
BEFORE = Decimal("131.50")
CHARGE = "BC Registries - NSF Charge"


OPENED: list[CfsDelivery] = []


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()
    while OPENED:
        OPENED.pop().close()


@pytest.fixture
def bounced(cfs: RunningCfs) -> RunningCfs:
    """A CFS with an invoice whose PAD payment bounced."""
    cfs.admin.reset()
    cfs.admin.seed(
        sites=[seed_site(SITE, "BCR-PAD Daily")],
        invoices=[{"site_number": SITE.site, "invoice_number": NUMBER, "total": BEFORE}],
    )
    return cfs


def nsf_fee(amount: Decimal = FEE, number: str = NUMBER) -> NewMessage:
    return new_nsf_fee(
        SITE,
        number,
        amount=amount,
        amount_due_before=BEFORE,
        original_total=BEFORE,
        ordering_key="account-11",
        idempotency_key=f"fee:{number}",
    )


def stop_pad(site: CfsSite = SITE) -> NewMessage:
    return new_stop_pad(site, ordering_key="account-11", idempotency_key="stop")


def delivery(cfs: RunningCfs, clock: SetClock | None = None, waited: list[float] | None = None) -> CfsDelivery:
    waits = [] if waited is None else waited
    OPENED.append(CfsDelivery(connect(cfs), clock=clock or SetClock(), wait=waits.append))
    return OPENED[-1]


def charges(cfs: RunningCfs) -> list[Any]:
    """Return the adjustments CFS has on the invoice."""
    adjustments = cfs.admin.state()["invoices"][NUMBER]["adjustments"]
    assert isinstance(adjustments, list)
    return adjustments


def receipt_method(cfs: RunningCfs) -> object:
    return cfs.admin.state()["sites"][SITE.site]["receipt_method"]


def test_a_bounce_stops_pad_and_charges_the_fee(database: Database, bounced: RunningCfs) -> None:
    keep(database, [stop_pad(), nsf_fee()])

    report = send(database, delivery(bounced))

    assert report.delivered == 2
    assert receipt_method(bounced) == "BCR-PAD Stop"
    assert [(one["amount"], one["activity_name"]) for one in charges(bounced)] == [("30.00", CHARGE)]
    assert kept(database, "stop")["answer"]["was"] == "BCR-PAD Daily"
    assert kept(database, f"fee:{NUMBER}")["answer"] == {
        "already": False,
        "fee": "30.00",
        "amount_due_seen": kept(database, f"fee:{NUMBER}")["answer"]["amount_due_seen"],
    }


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ([{"kind": "bare_answer", "method": "PUT", "status": 200}], "BCR-PAD Stop"),
        ([{"kind": "bare_answer", "method": "PUT", "status": 204}], "BCR-PAD Stop"),
        ([{"kind": "error_after", "method": "PUT", "status": 200}], "BCR-PAD Stop"),
        ([{"kind": "bare_answer", "path": "/sites/[^/]+/", "status": 200, "count": 0}], None),
        (
            [
                {"kind": "bare_answer", "method": "PUT", "status": 200},
                {"kind": "error_after", "method": "GET", "path": "/sites/[^/]+/", "status": 200, "nth": 2},
            ],
            None,
        ),
    ],
    ids=["no fields", "no content", "a page", "no fields anywhere", "a page when asked again"],
)
def test_a_site_that_was_set_holds_nothing_back_whatever_cfs_answers(
    database: Database, bounced: RunningCfs, faults: list[dict[str, object]], said: str | None
) -> None:
    keep(database, [stop_pad(), nsf_fee()])
    bounced.admin.order_faults(*faults)

    report = send(database, delivery(bounced))

    assert (report.delivered, report.failed, report.dead) == (2, 0, 0)
    assert (receipt_method(bounced), len(charges(bounced))) == ("BCR-PAD Stop", 1)
    assert kept(database, "stop")["answer"]["receipt_method"] == said


def test_a_site_that_cfs_says_it_set_and_did_not_is_tried_again(database: Database, bounced: RunningCfs) -> None:
    keep(database, [stop_pad()])
    bounced.admin.order_faults({"kind": "error_before", "method": "PUT", "status": 200})
    clock = SetClock()

    first = send(database, delivery(bounced, clock), clock)
    clock.forward(minutes=1)
    second = send(database, delivery(bounced, clock), clock)

    assert (first.failed, first.dead, second.delivered) == (1, 0, 1)
    assert receipt_method(bounced) == "BCR-PAD Stop"


def test_what_cfs_has_already_is_not_sent_again(database: Database, bounced: RunningCfs) -> None:
    keep(database, [stop_pad(), nsf_fee()])
    send(database, delivery(bounced))
    second = delivery(bounced)

    answers = [second(_as_message(new)) for new in (stop_pad(), nsf_fee())]

    assert [one.answer["already"] for one in answers] == [True, True]
    assert len(charges(bounced)) == 1
    assert len(bounced.admin.calls(method="PUT")) == 1


def test_an_answer_lost_on_the_fee_charges_it_once(database: Database, bounced: RunningCfs) -> None:
    keep(database, [nsf_fee(), note("lock", "account-11")])
    bounced.admin.order_faults({"kind": "lost_answer", "method": "POST", "path": "/adjs/"})
    clock = SetClock()

    first = send(database, {Channel.CFS: delivery(bounced, clock)}, clock)
    clock.forward(minutes=1)
    second = send(database, {Channel.CFS: delivery(bounced, clock)}, clock)

    assert (first.failed, first.waiting, second.delivered) == (1, 1, 1)
    assert len(charges(bounced)) == 1
    assert kept(database, f"fee:{NUMBER}")["answer"]["already"] is True
    assert states(database)["lock"] == "pending"


def test_an_error_after_the_fee_was_charged_charges_it_once(database: Database, bounced: RunningCfs) -> None:
    keep(database, [nsf_fee()])
    bounced.admin.order_faults({"kind": "error_after", "method": "POST", "path": "/adjs/"})
    clock = SetClock()

    send(database, delivery(bounced, clock), clock)
    clock.forward(minutes=1)

    assert send(database, delivery(bounced, clock), clock).delivered == 1
    assert len(charges(bounced)) == 1


def test_a_fee_that_takes_effect_after_its_error_is_charged_once(database: Database, bounced: RunningCfs) -> None:
    keep(database, [nsf_fee()])
    bounced.admin.order_faults({"kind": "late_effect", "method": "POST", "path": "/adjs/", "seconds": 3})
    clock = SetClock()

    send(database, delivery(bounced, clock), clock)
    assert charges(bounced) == []
    wait_until(lambda: charges(bounced), "the fee takes effect")
    clock.forward(minutes=1)
    send(database, delivery(bounced, clock), clock)

    assert len(charges(bounced)) == 1


def test_an_error_before_the_fee_was_charged_charges_it_at_the_next_attempt(
    database: Database, bounced: RunningCfs
) -> None:
    keep(database, [nsf_fee()])
    bounced.admin.order_faults({"kind": "error_before", "method": "POST", "path": "/adjs/", "status": 500})
    clock = SetClock()

    send(database, delivery(bounced, clock), clock)
    assert charges(bounced) == []
    clock.forward(minutes=1)
    send(database, delivery(bounced, clock), clock)

    assert len(charges(bounced)) == 1
    assert kept(database, f"fee:{NUMBER}")["answer"]["already"] is False


def test_an_attempt_of_a_moment_ago_is_left_to_settle(bounced: RunningCfs) -> None:
    waited: list[float] = []
    clock = SetClock(NOW + timedelta(seconds=4))

    delivery(bounced, clock, waited)(_as_message(nsf_fee(), begun_before=NOW))
    assert waited == [6]

    clock.forward(hours=1)
    delivery(bounced, clock, waited)(_as_message(nsf_fee(), begun_before=NOW))
    assert waited == [6]


def test_a_fee_that_cfs_refuses_is_for_a_person(database: Database, bounced: RunningCfs) -> None:
    keep(database, [nsf_fee()])
    bounced.admin.order_faults(
        {"kind": "error_before", "method": "POST", "path": "/adjs/", "status": 400, "reason": "Period is closed."}
    )

    report = send(database, delivery(bounced))

    assert "Period is closed." in report.dead_letters[0].error
    assert charges(bounced) == []


def test_an_invoice_or_site_that_cfs_does_not_have_is_for_a_person(database: Database, bounced: RunningCfs) -> None:
    nowhere = CfsSite(SITE.party, SITE.account, "999999")
    keep(database, [nsf_fee(number="REG00000001")])
    with pytest.raises(InputRefused, match=r"no site 999999 .* PAD was not stopped"):
        delivery(bounced)(_as_message(stop_pad(nowhere)))

    report = send(database, delivery(bounced))

    assert "CFS has no invoice REG00000001" in report.dead_letters[0].error


def test_cfs_that_is_down_keeps_everything_waiting(database: Database, bounced: RunningCfs) -> None:
    keep(database, [stop_pad(), nsf_fee()])
    bounced.admin.set_options(availability="cfs_down")
    clock = SetClock()

    assert send(database, delivery(bounced, clock), clock).waiting == 2
    bounced.admin.set_options(availability="open")
    clock.forward(minutes=1)

    assert send(database, delivery(bounced, clock), clock).delivered == 2
    assert len(charges(bounced)) == 1


def test_refused_credentials_of_cfs_lose_nothing(database: Database, bounced: RunningCfs) -> None:
    keep(database, [stop_pad()])
    bounced.admin.order_faults({"kind": "refuse_401", "count": 0})

    report = send(database, delivery(bounced))

    assert (report.failed, report.dead, report.waiting, len(report.refusals)) == (1, 0, 1, 1)


def test_an_undecided_fee_is_never_sent_a_second_time(bounced: RunningCfs) -> None:
    """The customer paid a part meanwhile, and CFS lists no adjustments: neither amount fits."""
    bounced.admin.seed(
        receipts=[
            {
                "site_number": SITE.site,
                "receipt_number": "R1",
                "receipt_amount": Decimal("50.00"),
                "applied_to": [NUMBER],
            }
        ]
    )

    with pytest.raises(InputRefused, match=r"cannot be told.*81\.5.* due .*expected 131\.50 .*, 161\.50 with it"):
        delivery(bounced)(_as_message(nsf_fee(), begun_before=NOW - timedelta(hours=1)))
    assert charges(bounced) == []

    delivery(bounced)(_as_message(nsf_fee(), begun_before=None))
    assert len(charges(bounced)) == 1


@pytest.mark.parametrize(
    ("adjustments", "adjusted", "due", "expected"),
    [
        pytest.param([(CHARGE, "30.00")], "30.00", "161.50", ChargeState.YES, id="the fee is listed"),
        pytest.param([(CHARGE, "30.00")], None, "0.00", ChargeState.YES, id="the fee is listed and paid"),
        pytest.param([(CHARGE, "30.00"), (CHARGE, "30.00")], "60.00", "191.50", ChargeState.TWICE, id="listed twice"),
        pytest.param([(CHARGE, "30.00"), (CHARGE, "-30.00")], "0.00", "131.50", ChargeState.NO, id="taken back"),
        pytest.param(
            [(CHARGE, "30.00"), (CHARGE, "-30.00"), (CHARGE, "30.00")],
            "30.00",
            "161.50",
            ChargeState.YES,
            id="taken back, and charged once more",
        ),
        pytest.param([(CHARGE, "25.00")], "25.00", "156.50", ChargeState.UNCLEAR, id="another fee is listed"),
        pytest.param([("Write Off", "-5.00")], "-5.00", "126.50", ChargeState.NO, id="only another adjustment"),
        pytest.param([(None, "30.00")], "30.00", "161.50", ChargeState.YES, id="listed without its activity"),
        pytest.param([(None, "5.00")], "5.00", "136.50", ChargeState.UNSEEN, id="another one without its activity"),
        pytest.param([], "30.00", "0.00", ChargeState.YES, id="the adjusted amount is the fee"),
        pytest.param([], None, "161.50", ChargeState.YES, id="the amount due is the one before plus fee"),
        pytest.param([], None, "131.50", ChargeState.NO, id="the amount due is the one before"),
        pytest.param([], "0", "131.50", ChargeState.NO, id="nothing adjusted"),
        pytest.param([], "5.00", "131.50", ChargeState.UNSEEN, id="adjusted by something else"),
        pytest.param([], None, "0.00", ChargeState.UNSEEN, id="paid meanwhile"),
        pytest.param([], None, "200.00", ChargeState.UNSEEN, id="owing more than the fee explains"),
    ],
)
def test_an_invoice_says_whether_the_fee_is_charged(
    adjustments: list[tuple[str | None, str]], adjusted: str | None, due: str, expected: ChargeState
) -> None:
    invoice = InvoiceBalance(
        invoice_number=NUMBER,
        amount_due=Decimal(due),
        amount_adjusted=None if adjusted is None else Decimal(adjusted),
        adjustments=tuple(InvoiceAdjustment(Decimal(amount), activity, None) for activity, amount in adjustments),
    )

    assert look_for_fee(invoice, fee=FEE, due_before=BEFORE) is expected


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "thirty"}, r"'thirty' as 'amount' \(expected like 30.00\)"),
        ({"amount": "30.001"}, r"'30.001' as 'amount'"),
        ({"amount": "0.00"}, "not a positive amount"),
        ({"amount": 30}, "lacks the text 'amount'"),
        ({"site": ""}, "lacks the text 'site'"),
        ({"invoice_number": None}, "lacks the text 'invoice_number'"),
    ],
)
def test_a_payload_that_is_not_as_agreed_is_for_a_person(
    bounced: RunningCfs, changes: dict[str, Any], said: str
) -> None:
    message = _as_message(nsf_fee())
    wrong = Message(**{**message.__dict__, "payload": {**message.payload, **changes}})

    with pytest.raises(InputRefused, match=said):
        delivery(bounced)(wrong)
    assert charges(bounced) == []


def test_an_unknown_call_is_for_a_person(bounced: RunningCfs) -> None:
    message = _as_message(stop_pad())

    with pytest.raises(InputRefused, match="no CFS call 'close_account'"):
        delivery(bounced)(Message(**{**message.__dict__, "kind": "close_account"}))


def _as_message(new: NewMessage, begun_before: Any = None) -> Message:
    payload = {name: str(value) if isinstance(value, Decimal) else value for name, value in new.payload.items()}
    attempts = 1 if begun_before is None else 2
    return Message(
        1, NOW, new.channel, new.kind, new.ordering_key, new.idempotency_key, payload, attempts, begun_before
    )
