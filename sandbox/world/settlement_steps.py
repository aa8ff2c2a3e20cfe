"""The settlement files of a day of a world: what comes in the morning, and what is done about it at noon."""

from sandbox.world.actors import operators, settlement_files
from sandbox.world.model.compare import learn_fees
from sandbox.world.model.settlements import forget_lock, learn_settlements
from sandbox.world.model.undo import undo_of
from sandbox.world.world_night import DONE, WorldNight

_PARKED_FEES = (
    "SELECT payload ->> 'invoice_number' AS number FROM pay_jobs.outbox WHERE kind = 'nsf_fee' AND state = 'dead'"
)


def settle(night: WorldNight) -> None:
    """The files of the morning; what is held of them is put aside, and what comes late is replayed at noon."""
    world = night.world
    world.delivery = settlement_files.deliver(world)
    world.undos = {line.account: undo_of(world.model, line) for line in world.delivery.wrong}
    for file in world.delivery.applied:
        learn_settlements(world.model, file.lines, world.clock.stored)
    tells_of_something = world.delivery.reports or world.delivery.wrong
    operators.read_files(night, "PAD_RECONCILE", exits=(0, 3) if tells_of_something else (0,))
    _leave_fees_to_people(night)
    night.problems += learn_fees(world.model, world.tables)


def _leave_fees_to_people(night: WorldNight) -> None:
    """Nobody hears of the lock behind a fee of which CFS does not show whether it is charged.

    That is so after an attempt that failed, where CFS never heard of the bounce: nothing is due there, fee or no fee.
    """
    world = night.world
    parked = [row.number for row in world.tables.rows(_PARKED_FEES)]
    for line in world.delivery.wrong:
        if line.number in parked:
            forget_lock(world.model, line.account)
            world.model.chronicle.note("the fee of a wrong bounce is left to a person")


def settle_what_came_late(night: WorldNight) -> None:
    """What was written in the morning only begun, or came too late, is brought; operators do what the reports ask."""
    world, delivery = night.world, night.world.delivery
    for name in delivery.held:
        night.run("files ignore", exits=DONE, name=name, reason="CAS says that the first content is right")
    for file in [*delivery.later, *delivery.overtaken]:
        settlement_files.drop(world, file)
    if delivery.later:
        learn_settlements(world.model, delivery.later[0].lines, world.clock.stored)
        operators.read_files(night, "PAD_RECONCILE")
    if delivery.overtaken:
        night.run("PAD_RECONCILE", exits=(0, 3))
    for file in delivery.overtaken:
        learn_settlements(world.model, file.lines, world.clock.stored)
        operators.read_files(night, "files replay", exits=DONE, name=file.name, reason="late file, looked at")
    night.problems += learn_fees(world.model, world.tables)
    for account, undo in world.undos.items():
        now = world.clock.stored
        night.run("repair wrong-freeze", exits=DONE, account=world.model.owner_of(account).auth, reason="CAS was wrong")
        undo(now)
    world.undos = {}
