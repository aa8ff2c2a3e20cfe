"""A day and night of a world: who acts when, which job the clock runs when, and the checks at the end.

Whoever has something to say about every night adds a function to `CHECKS`: it is given the night and returns what is
wrong, each with the words that a person needs.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

from sandbox.cfs.audit import audit
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
    settlement_files,
    slip_invoices,
    slips,
)
from sandbox.world.closing import days_are_the_span
from sandbox.world.mistakes import MISTAKES, Mistake
from sandbox.world.model.compare import differences, learn_fees
from sandbox.world.model.journals import learn_feedback
from sandbox.world.model.settlements import forget_lock, learn_settlements
from sandbox.world.model.slips import learn_cheques, learn_slip_run
from sandbox.world.model.statements import learn_statements
from sandbox.world.model.undo import undo_of
from sandbox.world.world import World
from sandbox.world.world_night import WorldNight

A_NIGHT = "a night"
_ONE_DAY = timedelta(days=1)
# 2: a run that was killed had done it already.
_DONE = (0, 2)
_MEDDLES = 0.25
_MONDAY = 1
_PARKED_FEES = (
    "SELECT payload ->> 'invoice_number' AS number FROM pay_jobs.outbox WHERE kind = 'nsf_fee' AND state = 'dead'"
)


Step = Callable[[WorldNight], None]
Check = Callable[[WorldNight], Iterable[str]]


def pass_night(world: World, checks: Iterable[Check] | None = None) -> WorldNight:
    """Let the day of the clock pass and the night after it, and look at the end at everything that is checked.

    Without checks of one's own verify looks as well, while the next day passes: `verifier.found()` waits for it.
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
        night.problems += [f"the night before: {one}" for one in world.verifier.found()]
        world.verifier.begin()
    for check in CHECKS if checks is None else checks:
        night.problems += check(night)
    world.model.chronicle.note(A_NIGHT)
    world.parts.cfs.simulator.calls.clear()
    return night


def model_agrees(night: WorldNight) -> Iterator[str]:
    """Everything stands where the model says."""
    world = night.world
    return differences(world.model, world.slips, world.tables, askew=world.faults.askew)


def books_balance(night: WorldNight) -> list[str]:
    """The books of CFS balance."""
    return [f"CFS: {one}" for one in audit(night.world.books).violations]


def nothing_waits(night: WorldNight) -> Iterator[str]:
    """Every message was delivered, but for a second look at a fee, which may be for the next day's runs."""
    query = (
        "SELECT id, kind, state, last_error FROM pay_jobs.outbox WHERE state IN ('pending', 'dead')"
        " AND NOT (kind = 'look_for_second_fee' AND state = 'pending' AND next_attempt_on > :since) ORDER BY id"
    )
    for row in night.world.tables.rows(query, since=night.world.clock() - _ONE_DAY):
        yield f"message {row.id} ({row.kind}) is {row.state}: {row.last_error}"


def others_heard(night: WorldNight) -> Iterator[str]:
    """The events that were published are those that had to be, each once."""
    folder = night.world.parts.folder / "events"
    heard: Counter[str] = Counter()
    for path in sorted(folder.glob("*.json")):
        event = json.loads(path.read_text())
        data = event["data"]
        about = data.get("accountId") or data.get("itemId") or data.get("id")
        kind = event["type"].rpartition(".")[2]
        heard[f"{kind} {data.get('statusCode') or data.get('amount') or ''} of {about}"] += 1
        path.unlink()
    expected = Counter(f"{kind} of {about}" for kind, about in night.world.model.told)
    night.world.model.told.clear()
    yield from (f"nobody was told: {one}" for one in (expected - heard).elements())
    yield from (f"somebody was told what is not so: {one}" for one in (heard - expected).elements())


def cfs_agrees(night: WorldNight) -> Iterator[str]:
    """What is settled has nothing due in CFS; a bounce stopped the pulls and charged one fee; deposits have left what
    they must.
    """
    books, model = night.world.books, night.world.model
    untold = {line.number for file in night.world.kept_back for line in file.lines}
    for invoice in model.invoices.values():
        reference = invoice.reference("COMPLETED")
        in_cfs = books.invoices.get(reference.number) if reference else None
        if in_cfs and in_cfs.amount_due and in_cfs.invoice_number not in untold:
            yield f"invoice {invoice.id} is settled, and CFS says that {in_cfs.amount_due} is due on {reference}"
    for account in model.accounts.values():
        profile = account.profiles.get("PAD")
        pulls = books.sites[profile.site].receipt_method if profile else None
        if profile and pulls != ("BCR-PAD Stop" if account.status == "FREEZE" else "BCR-PAD Daily"):
            yield f"account {account.auth} is {account.status}, and CFS pulls by {pulls}"
    for number, fee in model.fees.items():
        charged = [] if fee.slip else [one.amount for one in books.invoices[number].adjustments]
        if sum(charged) != (0 if fee.slip else fee.total):
            yield f"{number}: CFS must have one fee of {fee.total}, and has {charged}"
    for slip in night.world.slips.values():
        receipt = books.receipts.get(slip.receipt)
        if receipt is None or receipt.unapplied_amount != slip.free:
            yield f"slip {slip.number}: CFS must have {slip.free} left on {slip.receipt}, and has {receipt}"


def months_are_their_days(night: WorldNight) -> Iterator[str]:
    """A month that is over came to what its days were recorded with."""
    if (night.day + _ONE_DAY).day == 1:
        yield from days_are_the_span(night.world, night.day.replace(day=1), night.day)


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


def _settlements(night: WorldNight) -> None:
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


def _settlements_at_noon(night: WorldNight) -> None:
    """What was written in the morning only begun, or came too late, is brought; operators do what the reports ask."""
    world, delivery = night.world, night.world.delivery
    for name in delivery.held:
        night.run("files ignore", exits=_DONE, name=name, reason="CAS says that the first content is right")
    for file in [*delivery.later, *delivery.overtaken]:
        settlement_files.drop(world, file)
    if delivery.later:
        learn_settlements(world.model, delivery.later[0].lines, world.clock.stored)
        operators.read_files(night, "PAD_RECONCILE")
    if delivery.overtaken:
        night.run("PAD_RECONCILE", exits=(0, 3))
    for file in delivery.overtaken:
        learn_settlements(world.model, file.lines, world.clock.stored)
        operators.read_files(night, "files replay", exits=_DONE, name=file.name, reason="late file, looked at")
    night.problems += learn_fees(world.model, world.tables)
    for account, undo in world.undos.items():
        now = world.clock.stored
        night.run(
            "repair wrong-freeze", exits=_DONE, account=world.model.owner_of(account).auth, reason="CAS was wrong"
        )
        undo(now)
    world.undos = {}


def _slips(night: WorldNight) -> None:
    world = night.world
    if night.stands_still("ROUTING_SLIP_RECREATE", "away", concurrency=1):
        return
    learn_slip_run(world.model, world.slips, world.clock.stored)
    night.run("ROUTING_SLIP_RECREATE", exits=(0, 3), concurrency=1)
    night.problems += learn_fees(world.model, world.tables)


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
    ("08:45", _on_weekdays(_settlements)),
    ("09:00", _unless_without("correct_codes", operators.correct_codes)),
    ("09:30", _by(accounts.open_accounts)),
    ("09:40", _by(customers.buy)),
    ("11:30", _on_weekdays(_settlements_at_noon)),
    ("12:00", _unless_without("meddle", _meddle)),
    ("12:30", _by(slips.count_deposits)),
    ("13:00", _by(slips.spend_and_work)),
    ("13:30", _by(card_payments.pay_what_bounced)),
    ("14:00", _by(refunds.ask_for_refunds)),
    ("15:30", _job("PAD_RECONCILE", sync_all_credits=True)),
    ("16:00", _by(accounts.change_settings)),
    ("16:10", _by(accounts.switch_methods)),
    ("16:30", _slips),
    ("17:45", _at_weekends(_settlements)),
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
NIGHT: list[tuple[str, Step]] = [("01:01", _statements), ("02:00", _close)]
CHECKS: list[Check] = [
    model_agrees,
    books_balance,
    cfs_agrees,
    nothing_waits,
    others_heard,
    months_are_their_days,
]
