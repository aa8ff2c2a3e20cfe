"""What operators type now and then though nothing asks for it, and that must change nothing."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ModelBatch
from sandbox.world.world_night import WorldNight

# What would be typed today; None where there is nothing to type it about.
Mistake = Callable[[WorldNight, RandomDraws], Callable[[], object] | None]
_ONE_DAY = timedelta(days=1)
_BY_MISTAKE = "typed by mistake"


def _typed(night: WorldNight, job: str, *, exits: Collection[int] = (0,), **values: Any) -> Callable[[], object]:
    return lambda: night.run(job, exits=exits, **values)


def _on_a_file(command: str) -> Mistake:
    def typed(night: WorldNight, draws: RandomDraws) -> Callable[[], object] | None:
        applied = [name for name in night.world.dropped if name.endswith(".csv")]
        return _typed(night, command, exits=(2,), name=draws.one_of(applied), reason=_BY_MISTAKE) if applied else None

    return typed


def _on_a_batch(command: str) -> Mistake:
    def typed(night: WorldNight, draws: RandomDraws) -> Callable[[], object] | None:
        answered = [one.number for one in night.world.model.batches if one.is_answered and not _waits(one)]
        if not answered:
            return None
        return _typed(night, command, exits=(2, 3), batch=draws.one_of(answered), reason=_BY_MISTAKE)

    return typed


def _waits(batch: ModelBatch) -> bool:
    """Return whether a batch has what is rightly set free: nothing takes up refused reversals and partner rows."""
    return any(
        one.share.status == "ERRORED" if one.share else one.is_reversal and one.invoice.disbursement == "ERRORED"
        for one in batch.items
    )


def _on_past_days(what: str) -> Mistake:
    def typed(night: WorldNight, draws: RandomDraws) -> Callable[[], object]:
        since, until = night.day - timedelta(days=draws.number(2, 9)), night.day - _ONE_DAY
        return lambda: night.run("GENERATE_STATEMENTS", exits=(0,), since=since, until=until, **{what: True})

    return typed


def _once_more(job: str, *, exits: Collection[int] = (0,), **values: Any) -> Mistake:
    return lambda night, _draws: _typed(night, job, exits=exits, **values)


def _close_once_more(night: WorldNight, draws: RandomDraws) -> Callable[[], object] | None:
    days = (night.day - night.world.first).days
    if not days:
        return None
    return _typed(night, "close", day=night.world.first + timedelta(days=draws.number(0, days - 1)))


def _repair_what_is_paid(night: WorldNight, draws: RandomDraws) -> Callable[[], object] | None:
    paid = [one.id for one in night.world.model.invoices.values() if one.method == "PAD" and one.status == "PAID"]
    if not paid:
        return None
    return _typed(night, "repair pad-invoice", exits=(0, 2, 3), ids=(draws.one_of(paid),), reason=_BY_MISTAKE)


def _unfreeze_what_is_active(night: WorldNight, draws: RandomDraws) -> Callable[[], object] | None:
    active = [one.auth for one in night.world.model.accounts.values() if (one.method, one.status) == ("PAD", "ACTIVE")]
    if not active:
        return None
    return _typed(night, "repair wrong-freeze", exits=(0, 2, 3), account=draws.one_of(active), reason=_BY_MISTAKE)


MISTAKES: dict[str, Mistake] = {
    "files replay": _on_a_file("files replay"),
    "files ignore": _on_a_file("files ignore"),
    "gaps": _on_past_days("gaps"),
    "fill_gaps": _on_past_days("fill_gaps"),
    "PAD_RECONCILE": _once_more("PAD_RECONCILE"),
    "verify": _once_more("verify"),
    "close": _close_once_more,
    "ejv resubmit": _on_a_batch("ejv resubmit"),
    "ejv rebuild": _on_a_batch("ejv rebuild"),
    "repair pad-invoice": _repair_what_is_paid,
    "repair wrong-freeze": _unfreeze_what_is_active,
    "db prune": _once_more("db prune", older_than=2, reason=_BY_MISTAKE),
}
