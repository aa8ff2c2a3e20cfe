"""Staff count deposits into routing slips, link, correct and void them, let them bounce, and pay them back.

Source: docs/specs/routing-slips.md sections 1 and 2. A family is given one thing to do a day, and none while the last
is not done.
"""

from collections.abc import Callable
from decimal import Decimal

from sandbox.cfs.customers import create_account, create_party, create_site
from sandbox.cfs.receipts import create_receipt
from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ZERO, ModelPayment
from sandbox.world.model.slips import ModelSlip, in_hand, invoices_of
from sandbox.world.pay_api import add_payment, make_invoice, note_refund
from sandbox.world.world import World

Work = Callable[[World, ModelSlip, RandomDraws], None]
CASH = "BC REG Cash Equivalent"
_SPENDS, _AT_WORK = 0.35, 0.35
_SPENDS_AT_ONCE, _BY_MISTAKE = 0.6, 0.15


def count_deposits(world: World) -> None:
    """Let new slips come in, known to CFS at once."""
    draws = world.chance.of("slips", world.clock.today)
    for _ in range(draws.one_of((0, 0, 1, 1, 2)) if world.clock.today.isoweekday() < 6 else 0):
        world.clock.let_pass(60)
        deposit(world, draws.amount("20", "300"))


def deposit(world: World, total: Decimal) -> ModelSlip:
    """Count a deposit: a slip, its account, its profile in CFS and the receipt there."""
    number = _slip_number(len(world.slips) + 1)
    with world.tables.together():
        account = world.tables.add("payment_accounts", payment_method="CASH", name=f"Payer of {number}")
        party = create_party(world.books, f"BCR-{number}")
        cfs_account = create_account(world.books, party)
        site = create_site(world.books, party, cfs_account, {"site_name": number}).site_number
        profile = world.tables.add("cfs_accounts", account_id=account, payment_method="INTERNAL", status="ACTIVE",
                                   cfs_party=party, cfs_account=cfs_account, cfs_site=site)  # fmt: skip
        world.tables.add(
            "routing_slips",
            number=number,
            payment_account_id=account,
            status="ACTIVE",
            total=total,
            remaining_amount=total,
            created_by="staff",
            created_on=world.clock.stored,
            routing_slip_date=world.clock.today,
            cas_version_suffix=1,
            contact_name="A Payer",
            street="100 Example St",
            city="Victoria",
            postal_code="V8V0A0",
        )
        payment = ModelPayment(account, "CASH", "COMPLETED", None, number, ZERO, total)
        add_payment(world, payment, payment_system_code="FAS", is_routing_slip=True, invoice_amount=None)
    create_receipt(world.books, world.books.sites[site], number=number, date=world.clock.today.isoformat(),
                   amount=total, method=CASH)  # fmt: skip
    slip = ModelSlip(number, account, profile, site, world.clock.today, total, total, number, total)
    world.slips[number] = slip
    return slip


def spend_and_work(world: World) -> None:
    """Let clients spend from slips, and staff do one thing to some of them."""
    draws = world.chance.of("slip desk", world.clock.today)
    for slip in [one for one in world.slips.values() if one.parent is None]:
        if _is_unspent(world, slip) and draws.happens(_BY_MISTAKE):
            _do(world, slip, _void if _is_parent(world, slip) else link, draws)
        elif slip.status == "ACTIVE" and slip.remaining > ZERO and draws.happens(_SPENDS):
            _spend(world, slip, draws)
        elif _is_at_rest(world, slip) and draws.happens(_AT_WORK):
            _do(world, slip, draws.one_of(_WORK), draws)


def _do(world: World, slip: ModelSlip, work: Work, draws: RandomDraws) -> None:
    before = slip.status, slip.remaining
    work(world, slip, draws)
    if before != (slip.status, slip.remaining):
        world.model.chronicle.note(f"staff: {work.__name__.strip('_').replace('_', ' ')}", f"slip {slip.number}")


def change(world: World, slip: ModelSlip, **values: object) -> None:
    """Write on a slip what changed, and when, as the API does."""
    values["updated_on"] = world.clock.stored
    names = ", ".join(f"{name} = :{name}" for name in values)
    world.tables.run(f"UPDATE routing_slips SET {names} WHERE number = :number", number=slip.number, **values)


def balance(world: World, slip: ModelSlip, by: Decimal) -> None:
    """Change what can be spent; the API completes a slip that is used up, and opens it again."""
    slip.remaining += by
    if slip.status in {"ACTIVE", "COMPLETE"}:
        slip.status = "ACTIVE" if slip.remaining else "COMPLETE"
    change(world, slip, remaining_amount=slip.remaining, status=slip.status)


def _spend(world: World, slip: ModelSlip, draws: RandomDraws) -> None:
    """Make a transaction of what is left, or of a part of it."""
    most = min(slip.remaining / 4, Decimal(120)).quantize(Decimal("0.01"))
    if most < 6:
        return
    with world.tables.together():
        invoice = make_invoice(world, draws, account=slip.account, profile=slip.profile_id, method="INTERNAL",
                               status="APPROVED", slip=slip.number, most=str(most))  # fmt: skip
        balance(world, slip, -invoice.total)


def _is_unspent(world: World, slip: ModelSlip) -> bool:
    """Whether nothing was spent of a slip yet, and nothing of it waits for a job."""
    return _is_at_rest(world, slip) and not invoices_of(world.model, slip)


def _is_parent(world: World, slip: ModelSlip) -> bool:
    return any(one.parent == slip.number for one in world.slips.values())


def _is_at_rest(world: World, slip: ModelSlip) -> bool:
    """Whether nothing of the slip's family waits for a job."""
    family = [slip, *(one for one in world.slips.values() if one.parent == slip.number)]
    waiting = any(one.status in {"APPROVED", "REFUND_REQUESTED"} for one in invoices_of(world.model, *family))
    is_linking = any(one.status == "LINKED" and one.profile == "ACTIVE" for one in family)
    return slip.status in {"ACTIVE", "COMPLETE", "NSF"} and not waiting and not is_linking


def link(world: World, slip: ModelSlip, draws: RandomDraws) -> None:
    """Link another slip to this one; to one that bounced, a slip that pays for it."""
    if slip.status == "COMPLETE" or (slip.status == "NSF" and in_hand(world.slips, slip)):
        return
    if slip.status == "NSF":
        world.clock.let_pass(60)
        child = deposit(world, -slip.remaining + draws.amount("0", "50"))
    else:
        free = [one for one in world.slips.values() if one is not slip and _may_be_linked(world, one)]
        if not free:
            return
        child = draws.one_of(free)
    with world.tables.together():
        left, child.status, child.parent, child.remaining = child.remaining, "LINKED", slip.number, ZERO
        change(world, child, status="LINKED", parent_number=slip.number, remaining_amount=ZERO)
        balance(world, slip, left)
    if invoices_of(world.model, slip) and slip.status == "ACTIVE" and draws.happens(_SPENDS_AT_ONCE):
        for _ in range(draws.number(1, 4)):
            _spend(world, slip, draws)


def _may_be_linked(world: World, slip: ModelSlip) -> bool:
    is_free = slip.status == "ACTIVE" and slip.parent is None and not _is_parent(world, slip)
    return is_free and not invoices_of(world.model, slip)


def _correct(world: World, slip: ModelSlip, draws: RandomDraws) -> None:
    """Count again: any total that still covers what was spent of the deposit."""
    if slip.status == "NSF" or slip.has_bounced or slip.refunded:
        return
    applied = slip.total - slip.free
    least = max(applied, slip.total - slip.remaining, Decimal("0.01"))
    total = least + draws.amount("0", "80")
    if total == slip.total:
        return
    with world.tables.together():
        slip.remaining += total - slip.total
        slip.total, slip.status = total, "CORRECTION"
        change(world, slip, total=total, status="CORRECTION", remaining_amount=slip.remaining)
        world.tables.run("UPDATE payments SET paid_amount = :total WHERE receipt_number = :number AND is_routing_slip",
                         total=total, number=slip.number)  # fmt: skip
    for payment in world.model.payments:
        payment.paid = total if payment.receipt == slip.number else payment.paid


def let_bounce(world: World, slip: ModelSlip, _draws: RandomDraws) -> None:
    """The bank takes the deposits of a slip and those linked to it back.

    The API takes what bounced before off the balance again, which staff correct at once.
    """
    if slip.status == "NSF" or slip.refunded:
        return
    slip.status = "NSF"
    slip.remaining -= sum((one.total for one in in_hand(world.slips, slip)), ZERO)
    change(world, slip, status="NSF", remaining_amount=slip.remaining)


def _void(world: World, slip: ModelSlip, _draws: RandomDraws) -> None:
    """Give up a slip without transactions."""
    if slip.status == "ACTIVE" and not invoices_of(world.model, slip):
        slip.status = "VOID"
        change(world, slip, status="VOID")


def _pay_back(world: World, slip: ModelSlip, draws: RandomDraws) -> None:
    """Authorize a refund or a write-off of what is left."""
    if slip.status == "ACTIVE" and slip.remaining > 0 and not _owes(world, slip):
        slip.status = draws.one_of(("REFUND_AUTHORIZED", "REFUND_AUTHORIZED", "WRITE_OFF_AUTHORIZED"))
        change(world, slip, status=slip.status)
        refund = {"type": "ROUTING_SLIP", "status": "APPROVED", "requested_by": "staff"}
        world.tables.run(
            "INSERT INTO refunds (routing_slip_id, type, status, requested_by, requested_date)"
            " SELECT id, :type, :status, :requested_by, :now FROM routing_slips WHERE number = :number",
            number=slip.number, now=world.clock.stored, **refund,
        )  # fmt: skip


def _owes(world: World, slip: ModelSlip) -> bool:
    return any(one.status == "CREATED" for one in invoices_of(world.model, slip))


def _take_back(world: World, slip: ModelSlip, draws: RandomDraws) -> None:
    """Ask for the refund of a transaction: the balance is raised at once."""
    paid = [one for one in invoices_of(world.model, slip) if one.status == "PAID" and one.lines]
    if slip.status in {"ACTIVE", "COMPLETE"} and paid:
        invoice = draws.one_of(paid)
        with world.tables.together():
            note_refund(world, invoice)
            world.tables.change("invoices", invoice.id, invoice_status_code="REFUND_REQUESTED", refund=invoice.total)
            invoice.status, invoice.refund = "REFUND_REQUESTED", invoice.total
            balance(world, slip, invoice.total)


def _slip_number(nth: int) -> str:
    """Return nine digits, the last of which checks the others (section 1)."""
    digits = f"206{nth:05}"
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(digits)]
    return f"{digits}{-sum(one // 10 + one % 10 for one in doubled) % 10}"


_WORK: tuple[Work, ...] = (
    link, link, _correct, _correct, let_bounce, _void, _void, _pay_back, _pay_back, _take_back, _take_back,
)  # fmt: skip
