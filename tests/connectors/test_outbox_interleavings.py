"""Whatever fails, and whenever: each message arrives at least once, and in order for its key."""

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from config.errors import InputRefused, SourceRefused, SourceUnavailable
from connectors.outbox import Channel, Message
from connectors.outbox import operator_actions as desk
from connectors.outbox.model import Answer
from database.engine import Database
from tests.outbox_fixtures import SetClock, keep, note, send, states
from tests.process_killed import ProcessKilled

FATES = ("taken", "away", "taken, answer lost", "refused", "no rights", "killed before", "killed after")


class FatefulReceiver:
    """Keeps what arrives, and meets one fate after another."""

    def __init__(self, fates: list[str]) -> None:
        self.fates = fates
        self.arrived: list[str] = []

    def __call__(self, message: Message) -> Answer:
        fate = self.fates.pop(0) if self.fates else "taken"
        if fate in {"taken", "taken, answer lost", "killed after"}:
            self.arrived.append(message.idempotency_key)
        problems: dict[str, BaseException] = {
            "away": SourceUnavailable("away"),
            "taken, answer lost": SourceUnavailable("answer lost"),
            "refused": InputRefused("refused"),
            "no rights": SourceRefused("no rights"),
            "killed before": ProcessKilled(),
            "killed after": ProcessKilled(),
        }
        if fate in problems:
            raise problems[fate]
        return {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    written=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Channel))), min_size=1, max_size=8),
    fates=st.lists(st.sampled_from(FATES), max_size=12),
)
def test_each_message_arrives_at_least_once_and_in_order_for_its_key(
    database: Database, written: list[tuple[str, Channel]], fates: list[str]
) -> None:
    with database.begin() as session:
        session.execute(text("TRUNCATE pay_jobs.outbox"))
    names = [f"{key}{number}" for number, (key, _) in enumerate(written)]
    keep(database, [note(name, key, channel) for name, (key, channel) in zip(names, written, strict=True)])
    clock, receiver = SetClock(), FatefulReceiver(list(fates))

    for _ in range(len(fates) + len(names) + 1):
        try:
            send(database, receiver, clock)
        except ProcessKilled:
            continue
        clock.forward(hours=2)
        _look_after_the_dead(database)

    assert set(states(database).values()) == {"delivered"}
    arrived = defaultdict(list)
    for name in receiver.arrived:
        arrived[name[0]].append(int(name[1:]))
    assert set(receiver.arrived) == set(names)
    for numbers in arrived.values():
        assert numbers == sorted(numbers)


def _look_after_the_dead(database: Database) -> None:
    with database.engine.begin() as connection:
        if dead := desk.dead_ids(connection):
            desk.retry(connection, dead, "it is well again")
