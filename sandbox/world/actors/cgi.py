"""CGI takes the batches of an evening, acknowledges them, and answers: the same evening, or the next.

Source: docs/specs/cgi-ejv-files.md sections 1 and 6.
"""

from sandbox.cgi_files import FEEDER, REFUSAL
from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ModelBatch
from sandbox.world.world import World

_LATE, _REFUSES_BATCH, _REFUSES_ITEM, _ONE_FILE, _ACKNOWLEDGES = 0.1, 0.03, 0.06, 0.7, 0.8


def answer(world: World) -> dict[int, frozenset[str]]:
    """Put the answers of the evening where the jobs look, and return what each batch has refused."""
    draws = world.chance.of("CGI", world.clock.today)
    waiting = [one for one in world.model.batches if not (one.is_answered or one.number in world.unread)]
    answered: dict[int, frozenset[str]] = {}
    contents: list[bytes] = []
    for batch in waiting:
        sent = world.sent[batch.number]
        if not sent.is_acknowledged and draws.happens(_ACKNOWLEDGES):
            _drop(world, sent.batch.acknowledged_as, sent.batch.ack())
            sent.is_acknowledged = True
        if draws.happens(_LATE) and sent.batch.sent_on == world.clock.today:
            world.model.chronicle.note("CGI answers a day later")
            continue
        refused = _refused(batch, draws)
        contents.append(sent.batch.feedback(dict.fromkeys(refused, REFUSAL)))
        answered[batch.number] = refused
    world.model.chronicle.note(f"CGI answers {len(contents)} batches in an evening")
    for content in [b"".join(contents)] if contents and draws.happens(_ONE_FILE) else contents:
        _drop(world, f"FEEDBACK.F{FEEDER}.{world.clock.stored:%Y%m%d%H%M%S}", content)
        world.clock.let_pass(1)
    return answered


def _refused(batch: ModelBatch, draws: RandomDraws) -> frozenset[str]:
    if draws.happens(_REFUSES_BATCH):
        return frozenset({"BH"})
    return frozenset(draws.some_of([*(item.about for item in batch.items), *batch.cheques], _REFUSES_ITEM))


def _drop(world: World, name: str, content: bytes) -> None:
    (world.parts.sftp.root("cgi") / "data" / name).write_bytes(content)
