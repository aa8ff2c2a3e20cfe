"""What is held against the model, the books and the messages at the end of every night.

Whoever has something to say about every night adds a function to `AT_ONCE`, or to `MEANWHILE` where it only looks: it
is given the night and returns what is wrong, each with the words that a person needs.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import chain

from database.sessions import Session
from sandbox.cfs.audit import audit
from sandbox.world.closing import days_are_the_span
from sandbox.world.model.compare import differences
from sandbox.world.verifying import verify_finds
from sandbox.world.world_night import WorldNight

Check = Callable[[WorldNight], Iterable[str]]

_ONE_DAY = timedelta(days=1)


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
    untold = {line.number for file in [*night.world.kept_back, *night.world.early] for line in file.lines}
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


def begin_to_look(night: WorldNight, *, is_last: bool = False) -> None:
    """Begin with the checks that only look, and with verify; what they find is found `meanwhile`."""
    world = night.world

    def look(session: Session) -> Iterator[str]:
        with world.tables.seen_by(session):
            wrong = chain.from_iterable(check(night) for check in MEANWHILE)
            for problem in chain(wrong, verify_finds(session, world.clock, is_last=is_last)):
                yield f"after the night of {night.day}: {problem}"

    world.meanwhile.begin(look)


AT_ONCE: list[Check] = [nothing_waits, others_heard, months_are_their_days]
MEANWHILE: list[Check] = [model_agrees, books_balance, cfs_agrees]
