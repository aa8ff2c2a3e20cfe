"""A situation is one thing that happened, or several one after the other to the same thing."""

from sandbox.world.chronicle import Chronicle, Situation
from sandbox.world.situations import AWAITED, WEAKNESS

LATE_BOUNCE = Situation("a bounce after a refund", ("refund of *", "bounce"))


def test_a_situation_of_several_steps_is_reached_where_they_happen_in_order_to_one_thing() -> None:
    chronicle = Chronicle([LATE_BOUNCE, Situation("a bounce", ("bounce",))])

    chronicle.note("bounce", "invoice 1")
    chronicle.note("refund of PAD", "invoice 1", "account 7")
    chronicle.note("bounce", "invoice 2")
    chronicle.note("bounce", "invoice 1")
    chronicle.note("bounce", "invoice 1")

    assert chronicle.situations() == [
        {"situation": LATE_BOUNCE.name, "times": 1, "source": ""},
        {"situation": "a bounce", "times": 4, "source": ""},
    ]


def test_a_world_waits_for_150_situations_60_of_them_known_weaknesses() -> None:
    names = {one.name for one in AWAITED}
    weaknesses = [one for one in AWAITED if one.source.startswith(WEAKNESS)]

    assert len(names) == len(AWAITED) >= 150
    assert len(weaknesses) >= 60
