"""A day and night of a world: who acts when, which job the clock runs when, and the checks at the end."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

from sandbox.world.actors import (
    accounts,
    banks,
    card_payments,
    cas,
    cgi,
    cheques,
    create_invoices,
    customers,
    eft,
    journals,
    operators,
    refunds,
    send_notifications,
    slip_invoices,
    slips,
)
from sandbox.world.mistakes import MISTAKES, Mistake
from sandbox.world.model.compare import learn_fees
from sandbox.world.model.journals import learn_feedback
from sandbox.world.model.slips import learn_cheques, learn_slip_run
from sandbox.world.model.statements import learn_statements
from sandbox.world.night_checks import AT_ONCE, Check, begin_to_look
from sandbox.world.settlement_steps import settle, settle_what_came_late
from sandbox.world.world import World
from sandbox.world.world_night import WorldNight

A_NIGHT = "a night"
_ONE_DAY = timedelta(days=1)
_MEDDLES = 0.25
_MONDAY = 1

Step = Callable[[WorldNight], None]


def pass_night(world: World, checks: Iterable[Check] | None = None) -> WorldNight:
    """Let the day of the clock pass and the night after it, and look at the end at everything that is checked.

    Without checks of one's own much of it is looked at while the next day passes: `meanwhile.found()` waits for it.
    """
    night = WorldNight(world, world.clock.today)
    for day, steps in ((night.day, DAY), (night.day + _ONE_DAY, NIGHT)):
        for at, step in steps:
            world.clock.move_to(day, at)
            try:
                step(night)
            except AssertionError as error:  # of an actor or the model: a job left what cannot be
                night.problems.append(f"at {at} nothing could go on: {error}")
                return night
    if checks is None:
        night.problems += world.meanwhile.found()
        begin_to_look(night)
    for check in AT_ONCE if checks is None else checks:
        night.problems += check(night)
    world.model.chronicle.note(A_NIGHT)
    world.parts.cfs.simulator.calls.clear()
    return night


def _statements(night: WorldNight) -> None:
    learn_statements(night.world.model, night.day)
    night.run("GENERATE_STATEMENTS")


def _close(night: WorldNight) -> None:
    """The day is closed: everything in it adds up to the cent. Of Mondays a report is kept as well."""
    with nullcontext() if night.day.isoweekday() == _MONDAY else _no_store():
        result = night.run("close", record=True, mail=True, reason="by the clock")
    night.problems += [
        f"close: {record}"
        for table in result.outcome.tables
        if table.key == "unexplained"
        for record in table.records()
    ]


@contextmanager
def _no_store() -> Iterator[None]:
    """Let the jobs know of no object store."""
    before = dict(os.environ)
    for name in [one for one in before if one.startswith("MINIO_")]:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(before)


def _slips(night: WorldNight) -> None:
    world = night.world
    if night.stands_still("ROUTING_SLIP_RECREATE", "away", concurrency=1):
        return
    learn_slip_run(world.model, world.slips, world.clock.stored)
    night.run("ROUTING_SLIP_RECREATE", exits=(0, 3), concurrency=1)
    _learn_fees(night)


def _learn_fees(night: WorldNight) -> None:
    night.problems += learn_fees(night.world.model, night.world.tables)


def _feedback(night: WorldNight) -> None:
    world = night.world
    world.unread |= cgi.answer(world)
    if not night.stands_still("EJV_FEEDBACK_CHECK", "sftp", "store"):
        _read_feedback(night)


def _read_feedback(night: WorldNight) -> None:
    """Everything that CGI has put and no run has read yet is read."""
    world = night.world
    answered, world.unread = world.unread, {}
    codes = {
        one.id: world.partners[one.product].code
        for one in world.model.invoices.values()
        if one.product in world.partners
    }
    for batch in world.model.batches:
        if batch.number in answered and batch.file_type == "REFUND":
            learn_cheques(world.model, world.slips, batch.cheques, answered[batch.number])
            batch.is_answered = True
        elif batch.number in answered:
            learn_feedback(world.model, batch, answered[batch.number], codes)
    world.clock.let_pass(900)
    operators.read_files(night, "EJV_FEEDBACK_CHECK", exits=(0, 3))


def _meddle(night: WorldNight) -> None:
    """Operators type now and then what nothing asked them for: it must change nothing, but for what waited anyway."""
    draws = night.world.chance.of("meddling", night.day)
    possible = {what: typed for what, mistake in TYPED.items() if (typed := mistake(night, draws)) is not None}
    if possible and draws.happens(_MEDDLES):
        what = draws.one_of(list(possible))
        night.world.model.chronicle.note(f"operators type {what} though nothing asks for it")
        possible[what]()


def _on_weekdays(step: Step) -> Step:
    return lambda night: step(night) if night.day.isoweekday() < 6 else None


def _at_weekends(step: Step) -> Step:
    return lambda night: step(night) if night.day.isoweekday() >= 6 else None


def _by(actor: Callable[[World], None]) -> Step:
    return _unless_without(actor.__name__, lambda night: actor(night.world))


def _unless_without(actor: str, step: Step) -> Step:
    name = actor.replace("_", "-")
    if name not in ACTORS:
        ACTORS.append(name)
    return lambda night: step(night) if name not in night.world.without else None


def _job(job: str, *, exits: Collection[int] = (0,), **values: Any) -> Step:
    def step(night: WorldNight) -> None:
        night.run(job, exits=exits, **values)

    return step


TYPED: dict[str, Mistake] = MISTAKES | {
    "EJV_FEEDBACK_CHECK": lambda night, _draws: partial(_read_feedback, night),
    "ROUTING_SLIP_RECREATE": lambda night, _draws: partial(_slips, night),
}
# Whoever acts beside the jobs, as `--without` names them.
ACTORS: list[str] = []
# Local times; docs/specs/schedules.md section 2.
DAY: list[tuple[str, Step]] = [
    ("03:00", _by(cas.pass_the_night)),
    ("03:10", _by(banks.receive_bank_payments)),
    ("03:20", _by(eft.tell_of_wires)),
    ("07:00", _on_weekdays(_job("STALE_INVOICE_REPORT", exits=(0, 3)))),
    ("08:01", _by(send_notifications.send_notifications)),
    ("08:45", _on_weekdays(settle)),
    ("09:00", _unless_without("correct_codes", operators.correct_codes)),
    ("09:30", _by(accounts.open_accounts)),
    ("09:40", _by(customers.buy)),
    ("11:30", _on_weekdays(settle_what_came_late)),
    ("12:00", _unless_without("meddle", _meddle)),
    ("12:30", _by(slips.count_deposits)),
    ("13:00", _by(slips.spend_and_work)),
    ("13:30", _by(card_payments.pay_what_bounced)),
    ("14:00", _by(refunds.ask_for_refunds)),
    ("15:30", _job("PAD_RECONCILE", sync_all_credits=True)),
    ("16:00", _by(accounts.change_settings)),
    ("16:10", _by(accounts.switch_methods)),
    ("16:30", _slips),
    ("17:45", _at_weekends(settle)),
    ("19:00", _by(create_invoices.create_invoices)),
    ("19:05", _by(slip_invoices.create_slip_invoices)),
    ("19:08", _by(cheques.send_cheque_batch)),
    ("19:10", _by(journals.send_partner_batch)),
    ("20:00", _by(eft.apply_deposits)),
    ("20:00", _by(eft.take_payments_back)),
    ("20:01", _by(journals.send_payment_batch)),
    ("20:30", _slips),
    ("21:00", _by(refunds.ask_for_refunds)),
    ("21:45", _feedback),
    ("23:45", _by(refunds.confirm_card_refunds)),
    ("23:55", lambda _night: None),
]
# Of the next day, before anything else happens in it.
NIGHT: list[tuple[str, Step]] = [("01:01", _statements), ("02:00", _close), ("02:00", _learn_fees)]
