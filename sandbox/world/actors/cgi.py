"""CGI takes the batches of an evening, acknowledges them, and answers: the same evening, or the next.

Source: docs/specs/cgi-ejv-files.md sections 1 and 6.
"""

import codecs

from sandbox.cgi_files import FEEDER, REFUSAL
from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ModelBatch
from sandbox.world.world import World

_LATE, _REFUSES_BATCH, _REFUSES_JOURNAL, _REFUSES_ITEM, _REFUSES_LINE = 0.1, 0.03, 0.06, 0.05, 0.03
_ONE_FILE, _ACKNOWLEDGES, _MARKS, _COMES_AGAIN = 0.7, 0.8, 0.1, 0.05


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
            world.model.chronicle.note("CGI answers a day later", f"batch {batch.number}")
            continue
        refused = _refused(world, batch, draws)
        contents.append(sent.batch.feedback(dict.fromkeys(refused, REFUSAL)))
        answered[batch.number] = refused
    world.model.chronicle.note(f"CGI answers {len(contents)} batches in an evening")
    for content in [b"".join(contents)] if contents and draws.happens(_ONE_FILE) else contents:
        _drop_answer(world, content, draws)
    if world.answers and draws.happens(_COMES_AGAIN):
        world.model.chronicle.note("feedback of an earlier day comes under a new name")
        _drop_answer(world, draws.one_of(world.answers[-3:]), draws)
    return answered


def _drop_answer(world: World, content: bytes, draws: RandomDraws) -> None:
    """Put a FEEDBACK file where the jobs look; some begin with a byte order mark, some have a name in another case."""
    name = f"FEEDBACK.F{FEEDER}.{world.clock.stored:%Y%m%d%H%M%S}"
    if draws.happens(_MARKS) and not content.startswith(codecs.BOM_UTF8):
        world.model.chronicle.note("feedback begins with a byte order mark")
        content = codecs.BOM_UTF8 + content
    if draws.happens(_MARKS):
        world.model.chronicle.note("feedback has a name in another case")
        name = name.lower()
    world.answers.append(content)
    _drop(world, name, content)
    world.clock.let_pass(1)


def _refused(world: World, batch: ModelBatch, draws: RandomDraws) -> frozenset[str]:
    if draws.happens(_REFUSES_BATCH):
        return frozenset({"BH"})
    journals = list(dict.fromkeys(f"JH {item.journal}" for item in batch.items))
    lines = [f"{item.about}/{draws.number(1, 2)}" for item in batch.items if draws.happens(_REFUSES_LINE)]
    for _ in lines:
        world.model.chronicle.note("CGI refuses one line of an invoice")
    refused = draws.some_of([*(item.about for item in batch.items), *batch.cheques], _REFUSES_ITEM)
    return frozenset([*draws.some_of(journals, _REFUSES_JOURNAL), *refused, *lines])


def _drop(world: World, name: str, content: bytes) -> None:
    (world.parts.sftp.root("cgi") / "data" / name).write_bytes(content)
