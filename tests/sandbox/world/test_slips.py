"""What staff do to routing slips, and what CREATE_INVOICES makes of it while a job of ours could not work."""

from decimal import Decimal

from sandbox.world.actors.accounts import settle_in
from sandbox.world.actors.slip_invoices import create_slip_invoices
from sandbox.world.actors.slips import balance, change, deposit, let_bounce, link
from sandbox.world.night import DAY
from sandbox.world.night_checks import cfs_agrees, model_agrees
from sandbox.world.pay_api import make_invoice
from sandbox.world.world import WorldParts, open_world
from sandbox.world.world_night import WorldNight
from tests.sandbox.world.test_nights import FIRST

work_slips = dict(DAY)["20:30"]


def test_a_transaction_that_needs_a_linked_slip_waits_until_the_link_is_worked(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        parent, child = deposit(world, Decimal("1.00")), deposit(world, Decimal("500.00"))
        child.status, child.parent = "LINKED", parent.number
        change(world, child, status="LINKED", parent_number=parent.number)
        balance(world, parent, Decimal("500.00"))
        invoice = make_invoice(world, world.chance.of("test"), account=parent.account, profile=parent.profile_id,
                               method="INTERNAL", status="APPROVED", slip=parent.number)  # fmt: skip

        create_slip_invoices(world)

        assert (invoice.status, invoice.receipts) == ("APPROVED", [])
        assert not invoice.reference("ACTIVE", "COMPLETED")


def test_a_transaction_of_a_slip_whose_bounce_was_worked_is_taken_for_paid_and_then_owed_again(
    parts: WorldParts,
) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        slip = deposit(world, Decimal("500.00"))
        invoice = make_invoice(world, world.chance.of("test"), account=slip.account, profile=slip.profile_id,
                               method="INTERNAL", status="APPROVED", slip=slip.number)  # fmt: skip
        balance(world, slip, -invoice.total)
        slip.status, slip.remaining = "NSF", -invoice.total
        change(world, slip, status="NSF", remaining_amount=slip.remaining)
        night = WorldNight(world, FIRST)
        work_slips(night)

        create_slip_invoices(world)
        assert (invoice.status, invoice.receipts) == ("PAID", [])
        work_slips(night)

        assert invoice.status == "CREATED"
        assert [*model_agrees(night), *cfs_agrees(night), *night.problems] == []


def test_a_slip_that_a_linked_one_paid_for_bounces_again_and_is_charged_a_second_fee(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        draws, night = world.chance.of("test"), WorldNight(world, FIRST)
        slip = deposit(world, Decimal("500.00"))
        invoice = make_invoice(world, draws, account=slip.account, profile=slip.profile_id, method="INTERNAL",
                               status="APPROVED", slip=slip.number)  # fmt: skip
        balance(world, slip, -invoice.total)
        create_slip_invoices(world)
        for staff in (let_bounce, link, let_bounce, link):
            staff(world, slip, draws)
            work_slips(night)
            assert [*model_agrees(night), *cfs_agrees(night), *night.problems] == []

        assert [one.total for one in world.model.fees.values()] == [Decimal("30.00")] * 2
        assert (slip.status, invoice.status) == ("ACTIVE", "PAID")


def test_what_was_done_to_a_slip_was_done_on_the_day_of_the_world(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        slip = deposit(world, Decimal("10.00"))
        slip.status = "NSF"
        change(world, slip, status="NSF", remaining_amount=Decimal(0))

        WorldNight(world, FIRST).run("ROUTING_SLIP_RECREATE", concurrency=1)

        (operation,) = world.tables.rows("SELECT changed_on, finished_on FROM pay_jobs.operations")
        assert (operation.changed_on, operation.finished_on) == (world.clock(), world.clock())


def test_what_staff_do_to_a_slip_after_our_job_was_not_left_so_by_our_job(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        slip = deposit(world, Decimal("10.00"))
        change(world, slip, status="NSF", remaining_amount=Decimal(0))
        night = WorldNight(world, FIRST)
        night.run("ROUTING_SLIP_RECREATE", concurrency=1)

        world.clock.move_to(FIRST, "17:00")
        change(world, slip, status="REFUND_AUTHORIZED")
        night.run("verify", only=("SLIP-STATE",))

    assert night.problems == []


def test_of_a_void_that_our_job_has_not_worked_all_is_left_still(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        slip = deposit(world, Decimal("10.00"))
        change(world, slip, status="VOID")
        night = WorldNight(world, FIRST)
        night.run("verify", only=("SLIP-LEFT",))
        night.run("ROUTING_SLIP_RECREATE", concurrency=1)
        night.run("verify", only=("SLIP-LEFT",))
        change(world, slip, remaining_amount=Decimal("10.00"))
        night.run("verify", only=("SLIP-LEFT",))

    (problem,) = night.problems
    assert "VOID, 10.00 left" in problem
