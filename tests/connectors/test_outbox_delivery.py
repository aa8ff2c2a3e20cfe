import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from config.errors import ConfigError, InputRefused, Interrupted, SourceRefused, SourceUnavailable
from connectors.away import GIVE_UP_AFTER
from connectors.outbox import Channel, DeliveryReport, Message
from connectors.outbox.delivery import MAX_ATTEMPTS, back_off
from connectors.outbox.model import Answer
from database.engine import Database
from database.sql import statements
from tests.outbox_fixtures import NOW, Receiver, SetClock, keep, kept, note, send, states


def test_messages_leave_in_the_order_they_were_written(database: Database) -> None:
    keep(database, [note("a1", "a"), note("b1", "b"), note("a2", "a"), note("b2", "b"), note("a3", "a")])
    receiver = Receiver()

    report = send(database, receiver)

    assert receiver.got == ["a1", "b1", "a2", "b2", "a3"]
    assert report == DeliveryReport(delivered=5)
    assert kept(database, "a1")["answer"] == {"taken": True}
    assert kept(database, "a1")["delivered_on"] == NOW


def test_a_delivered_message_does_not_leave_again(database: Database) -> None:
    keep(database, [note("a1")])
    receiver = Receiver()
    send(database, receiver)

    assert send(database, receiver) == DeliveryReport()
    assert receiver.got == ["a1"]


def test_a_message_that_fails_holds_back_its_followers_and_nobody_else(database: Database) -> None:
    keep(database, [note("a1", "a"), note("b1", "b"), note("a2", "a"), note("b2", "b")])
    receiver = Receiver({"a1": [SourceUnavailable("away")], "a2": [], "b1": [], "b2": []})

    report = send(database, receiver)

    assert receiver.got == ["b1", "b2"]
    assert (report.delivered, report.failed, report.waiting) == (2, 1, 2)
    assert kept(database, "a2")["attempts"] == 0


def test_what_was_held_back_leaves_in_order_once_its_head_got_through(database: Database) -> None:
    keep(database, [note("a1"), note("a2"), note("a3")])
    clock, receiver = SetClock(), Receiver()
    receiver.failures["a1"] = [SourceUnavailable("away"), SourceUnavailable("away")]

    send(database, receiver, clock)
    clock.forward(minutes=1)
    send(database, receiver, clock)
    clock.forward(minutes=2)
    send(database, receiver, clock)

    assert receiver.got == ["a1", "a2", "a3"]


def test_a_failed_message_waits_twice_as_long_each_time(database: Database) -> None:
    keep(database, [note("a1")])
    clock, receiver = SetClock(), Receiver()
    receiver.failures["a1"] = [SourceUnavailable("away")] * 3
    waits = []

    for _ in range(3):
        send(database, receiver, clock)
        due = kept(database, "a1")["next_attempt_on"]
        waits.append(due - clock.now)
        clock.now = due - timedelta(seconds=1)
        assert send(database, receiver, clock) == DeliveryReport(waiting=1)
        clock.now = due

    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert kept(database, "a1")["last_error"] == "away"
    assert send(database, receiver, clock).delivered == 1
    assert kept(database, "a1")["last_error"] is None


def test_the_longest_wait_is_two_hours_and_all_of_them_about_three_days() -> None:
    assert back_off(MAX_ATTEMPTS) == timedelta(hours=2)
    assert timedelta(days=2) < sum((back_off(one) for one in range(1, MAX_ATTEMPTS)), timedelta()) < timedelta(days=4)


def test_a_message_is_given_up_after_the_last_attempt(database: Database) -> None:
    keep(database, [note("a1"), note("a2")])
    clock, receiver = SetClock(), Receiver()
    receiver.failures["a1"] = [SourceUnavailable("away")] * MAX_ATTEMPTS
    reports = []

    for _ in range(MAX_ATTEMPTS):
        reports.append(send(database, receiver, clock))
        clock.forward(hours=2)

    assert [report.failed for report in reports] == [1] * (MAX_ATTEMPTS - 1) + [0]
    assert reports[-1].dead_letters[0].error == f"away Given up after {MAX_ATTEMPTS} attempts."
    assert states(database) == {"a1": "dead", "a2": "pending"}


def test_what_a_retry_cannot_help_is_dead_at_once_and_holds_its_key(database: Database) -> None:
    keep(database, [note("a1", "a"), note("a2", "a"), note("b1", "b")])
    receiver = Receiver()
    receiver.failures["a1"] = [InputRefused("no such site")]

    report = send(database, receiver)

    assert receiver.got == ["b1"]
    assert [(letter.kind, letter.error) for letter in report.dead_letters] == [("test.noted", "no such site")]
    assert (report.delivered, report.dead, report.waiting) == (1, 1, 1)
    later = send(database, receiver)
    assert (later.dead, later.earlier_dead, later.waiting) == (0, 1, 1)


def test_a_handler_that_breaks_holds_its_own_key_only(database: Database) -> None:
    keep(database, [note("a1", "a"), note("b1", "b")])
    receiver = Receiver()
    receiver.failures["a1"] = [KeyError("nothing")]

    report = send(database, receiver)

    assert receiver.got == ["b1"]
    assert "KeyError" in report.dead_letters[0].error
    assert "fault of the program" in report.dead_letters[0].error


@pytest.mark.parametrize("problem", [SourceRefused("token refused"), ConfigError("no such address")])
def test_refused_credentials_rest_the_channel_and_lose_nothing(database: Database, problem: Exception) -> None:
    keep(database, [note("a1", "a"), note("b1", "b"), note("c1", "c", Channel.MAIL)])
    receiver = Receiver()
    receiver.failures["a1"] = [problem]

    report = send(database, receiver)

    assert receiver.got == ["c1"]
    assert states(database) == {"a1": "pending", "b1": "pending", "c1": "delivered"}
    assert str(problem) in report.refusals[0]
    assert kept(database, "b1")["attempts"] == 0


def test_a_system_that_is_away_is_not_asked_for_every_message(database: Database) -> None:
    names = [f"k{number}" for number in range(10)]
    keep(database, [*(note(name, name, Channel.CFS) for name in names), note("mail", "mail", Channel.MAIL)])
    receiver = Receiver()
    for name in names:
        receiver.failures[name] = [SourceUnavailable("away")]

    report = send(database, receiver)

    assert (report.failed, report.delivered, report.waiting, report.away) == (GIVE_UP_AFTER, 1, 10, ("cfs",))
    assert receiver.got == ["mail"]


def test_the_next_delivery_begins_with_messages_that_were_not_tried(database: Database) -> None:
    names = [f"k{number}" for number in range(GIVE_UP_AFTER + 2)]
    keep(database, (note(name, name) for name in names))
    receiver = Receiver()
    for name in names[:GIVE_UP_AFTER]:
        receiver.failures[name] = [SourceUnavailable("this one only")] * 5

    send(database, receiver)
    send(database, receiver)

    assert receiver.got == names[GIVE_UP_AFTER:]


def test_a_channel_without_a_handler_stays_and_holds_its_key(database: Database) -> None:
    keep(database, [note("fee", "a", Channel.CFS), note("lock", "a"), note("other", "b")])
    receiver = Receiver()

    send(database, {Channel.EVENT: receiver})
    assert receiver.got == ["other"]

    send(database, {Channel.EVENT: receiver, Channel.CFS: receiver})
    assert receiver.got == ["other", "fee", "lock"]


def test_a_limit_ends_a_delivery_early(database: Database) -> None:
    keep(database, [note("a1"), note("a2"), note("a3")])
    receiver = Receiver()

    assert send(database, receiver, limit=2) == DeliveryReport(delivered=2, waiting=1)
    assert receiver.got == ["a1", "a2"]


def test_a_stop_ends_a_delivery_between_two_messages(database: Database) -> None:
    keep(database, [note("a1"), note("a2")])
    receiver = Receiver()

    def stop_after_one() -> None:
        if receiver.got:
            raise Interrupted("asked to stop")

    with pytest.raises(Interrupted):
        send(database, receiver, stop_check=stop_after_one)

    assert states(database) == {"a1": "delivered", "a2": "pending"}


def test_a_dry_run_delivers_nothing_and_says_what_waits(engine: Engine) -> None:
    database = Database(engine, dry_run=True)
    keep(database, [note("a1")])
    receiver = Receiver()

    assert send(database, receiver) == DeliveryReport(waiting=1)
    assert receiver.messages == []
    database.close()


def test_a_handler_is_told_that_an_earlier_attempt_was_begun(database: Database) -> None:
    keep(database, [note("a1")])
    clock, receiver = SetClock(), Receiver()
    receiver.failures["a1"] = [SourceUnavailable("answer lost")]

    send(database, receiver, clock)
    clock.forward(hours=1)
    send(database, receiver, clock)

    assert [(one.attempts, one.begun_before) for one in receiver.messages] == [(1, None), (2, NOW)]


def test_an_attempt_whose_process_died_can_be_taken_up_at_once(database: Database) -> None:
    keep(database, [note("a1")])
    receiver = Receiver()
    receiver.failures["a1"] = [KeyboardInterrupt()]

    with pytest.raises(KeyboardInterrupt):
        send(database, receiver)
    assert (kept(database, "a1")["state"], kept(database, "a1")["attempts"]) == ("pending", 1)

    assert send(database, receiver).delivered == 1
    assert receiver.messages[1].begun_before == NOW


def test_a_message_that_ends_every_process_is_given_up(database: Database) -> None:
    keep(database, [note("a1"), note("b1", "b")])
    receiver = Receiver()
    receiver.failures["a1"] = [KeyboardInterrupt() for _ in range(MAX_ATTEMPTS)]
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            send(database, receiver)

    report = send(database, receiver)

    assert report.dead_letters[0].error == f"It was begun {MAX_ATTEMPTS} times and never came to an end."
    assert receiver.got == ["b1"]


def test_an_error_is_kept_without_its_secrets(database: Database) -> None:
    keep(database, [note("a1")])
    receiver = Receiver()
    receiver.failures["a1"] = [InputRefused("refused with Authorization: Bearer abcdefghij and \x00 " + "x" * 5_000)]

    send(database, receiver)

    error = kept(database, "a1")["last_error"]
    assert "abcdefghij" not in error
    assert len(error) == 2_000


def test_two_deliverers_at_once_send_each_message_once_and_in_order(database: Database) -> None:
    keys = [f"k{number % 7}" for number in range(140)]
    keep(database, [note(f"{key}-{number:03}", key) for number, key in enumerate(keys)])
    got: list[str] = []

    def receive(message: Message) -> Answer:
        got.append(message.idempotency_key)
        return {}

    together = threading.Barrier(3)

    def work() -> None:
        together.wait()
        send(database, receive)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(database, receive)

    assert len(got) == len(set(got)) == 140
    for key in set(keys):
        own = [one for one in got if one.startswith(f"{key}-")]
        assert own == sorted(own)


def test_a_second_deliverer_leaves_alone_what_the_first_is_sending(database: Database) -> None:
    keep(database, [note("slow", "a"), note("after", "a"), note("other", "b")])
    sending, go_on = threading.Event(), threading.Event()
    first, second = Receiver(), Receiver()

    def receive_slowly(message: Message) -> Answer:
        if message.idempotency_key == "slow":
            sending.set()
            assert go_on.wait(10)
        return first(message)

    thread = threading.Thread(target=send, args=(database, receive_slowly))
    thread.start()
    assert sending.wait(10)
    send(database, second)
    go_on.set()
    thread.join()

    assert (first.got, second.got) == (["slow", "after"], ["other"])


def test_a_full_outbox_that_was_never_analysed_is_not_read_whole_for_each_message(database: Database) -> None:
    keep(database, (note(f"m{number}", f"k{number % 900}") for number in range(3_000)))
    claim = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statements('connectors.outbox')['claim'].text}"

    with database.begin() as session:
        session.execute(text("SET LOCAL enable_sort = off"))
        values = {"after": 0, "now": NOW, "channels": list(Channel), "only_begun": False}
        (plan,) = session.execute(text(claim), values).scalar_one()

    assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 100
