from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click
import pytest
from sqlalchemy import text

from config.errors import InputRefused, SourceUnavailable
from connectors.outbox import Channel, NewMessage
from connectors.outbox import operator_actions as desk
from connectors.outbox.operator_actions import OutboxMessage
from database.engine import Database
from jobs.commands import outbox_commands
from jobs.commands.cli import build_cli, main
from tests.json_output import read_json, rows_of
from tests.outbox_fixtures import NOW, Receiver, SetClock, keep, kept, note, send, states


@pytest.fixture
def run(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run `outbox ...` and return its exit code, what it printed, and what it said on stderr."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PAY_JOBS_OPERATOR", "ada")

    def command() -> click.Command:
        return outbox_commands.outbox

    def typed(*words: str) -> tuple[int, str, str]:
        cli = build_cli((), use_sandbox=lambda: None, late={"outbox": ("The outbox.", command)})
        code = main(cli, ["outbox", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return typed


@pytest.fixture
def outbox(database: Database) -> Database:
    """An outbox with a delivered message (1), a dead one (2) and its follower (3), and one that waits (4)."""
    keep(database, [note("done", "a"), note("refused", "b"), note("behind", "b"), note("waits", "c", Channel.CFS)])
    receiver = Receiver()
    receiver.failures["refused"] = [InputRefused("no such topic")]
    receiver.failures["waits"] = [SourceUnavailable("CFS is away")]
    send(database, receiver)
    return database


def ledger(database: Database) -> list[dict[str, Any]]:
    with database.begin() as session:
        rows = session.execute(text("SELECT * FROM pay_jobs.job_runs ORDER BY id"))
        return [dict(row._mapping) for row in rows]


def test_list_shows_what_is_not_delivered(outbox: Database, run: Any) -> None:
    code, shown, _ = run("list")

    assert code == 0
    assert "no such topic" in shown
    assert "CFS is away" in shown
    assert "done" not in shown
    assert "2 pending, 1 dead\n" in shown


def test_list_in_json_says_what_holds_a_message_back(outbox: Database, run: Any) -> None:
    _, shown, _ = run("list", "--json")

    listed = read_json(shown)
    assert [(one["id"], one["state"], one["blocked_by"]) for one in rows_of(listed, "messages")] == [
        (2, "dead", None),
        (3, "pending", 2),
        (4, "pending", None),
    ]
    assert listed["counts"] == {"dead": 1, "pending": 2}


def test_list_counts_the_states_it_shows(outbox: Database, run: Any) -> None:
    _, every_one, _ = run("list", "--state", "all")
    _, delivered, _ = run("list", "--state", "delivered")

    assert "2 pending, 1 delivered, 1 dead, 0 dropped\n" in every_one
    assert delivered.startswith("1 delivered\n")


def test_list_of_one_state(outbox: Database, run: Any) -> None:
    expected = {"dead": [2], "pending": [3, 4], "delivered": [1], "dropped": [], "all": [1, 2, 3, 4]}

    for state, ids in expected.items():
        _, shown, _ = run("list", "--state", state, "--json")
        assert [one["id"] for one in rows_of(read_json(shown), "messages")] == ids


def test_list_shows_the_newest_when_there_are_many(outbox: Database, run: Any) -> None:
    _, shown, _ = run("list", "--state", "all", "--limit", "2", "--json")

    assert [one["id"] for one in rows_of(read_json(shown), "messages")] == [3, 4]


def test_show_tells_everything_but_secrets(database: Database, run: Any) -> None:
    keep(database, [note("a1", said="Bearer abcdefghijk", bank_account_number="12345678", amount="30.00")])

    _, table, _ = run("show", "1")
    _, object_, _ = run("show", "1", "--json")

    assert rows_of(read_json(object_), "message")[0]["payload"] == {
        "said": "Bearer ***",
        "bank_account_number": "***",
        "amount": "30.00",
    }
    for shown in (table, object_):
        assert "30.00" in shown
        assert "abcdefghijk" not in shown
        assert "12345678" not in shown


def test_retry_lets_a_dead_letter_and_its_followers_leave(outbox: Database, run: Any) -> None:
    code, shown, _ = run("retry", "2", "--reason", "the topic is there now")

    assert (code, "1 message: will be delivered by the next run" in shown) == (0, True)
    row = kept(outbox, "refused")
    assert (row["state"], row["attempts"], row["next_attempt_on"]) == ("pending", 0, None)
    assert row["reason"] == "retry by ada: the topic is there now"
    receiver = Receiver()
    send(outbox, receiver)
    assert receiver.got == ["refused", "behind"]
    assert receiver.messages[0].begun_before == NOW


def test_retry_of_all_dead_letters(outbox: Database, run: Any) -> None:
    code, shown, _ = run("retry", "--all-dead", "--reason", "CFS is back", "--json")

    changed = read_json(shown)
    assert (code, changed["job"], [one["id"] for one in rows_of(changed, "messages")]) == (0, "outbox retry", [2])
    assert states(outbox) == {"done": "delivered", "refused": "pending", "behind": "pending", "waits": "pending"}

    _, shown, _ = run("retry", "--all-dead", "--reason", "CFS is back")
    assert shown == "There are no such messages.\n"


@pytest.fixture
def many(database: Database) -> Database:
    """An outbox with five dead messages: three of one kind and cause, one of another cause, one of another kind."""
    kinds = {"lock1": "lock", "lock2": "lock", "lock3": "lock", "lock4": "lock", "mail": "mail"}
    keep(database, [NewMessage(Channel.EVENT, kind, f"of {name}", name, {}) for name, kind in kinds.items()])
    receiver = Receiver()
    receiver.failures |= {name: [InputRefused(f"no such topic auth-{name[-1]}")] for name in kinds}
    receiver.failures["lock4"] = [InputRefused("the account is unknown")]
    send(database, receiver)
    return database


def test_the_same_cause_is_one_row_of_the_list_with_the_command_that_retries_it(many: Database, run: Any) -> None:
    _, shown, _ = run("list")

    assert "By kind and cause" in shown
    assert "outbox retry --kind lock --cause 'no such topic #'" in " ".join(shown.split())
    assert "--count 3" in shown


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_messages_are_chosen_by_kind_and_cause_once_how_many_was_said(many: Database, run: Any, verb: str) -> None:
    words = (verb, "--kind", "lock", "--cause", "no such topic auth-9", "--reason", "ticket 1")
    refused, _, asked = run(*words)
    wrong, _, other = run(*words, "--count", "2")
    states_before = sorted(states(many).values())
    code, shown, _ = run(*words, "--count", "3")

    assert (refused, wrong, states_before) == (2, 2, ["dead"] * 5)
    assert f"3 messages are meant; nothing was changed. To {verb} them: python3 invoke_jobs.py outbox {verb}" in asked
    assert "--count says 2, but 3 messages are meant by now" in other
    assert (code, shown.startswith("3 messages: ")) == (0, True)
    became = {"retry": "pending", "drop": "dropped"}[verb]
    assert list(states(many).values()) == [became, became, became, "dead", "dead"]


def test_the_newest_of_a_kind_are_listed_and_no_more_is_read_for_them(
    many: Database, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with many.begin() as session:
        session.execute(text("UPDATE pay_jobs.outbox SET state = 'delivered', delivered_on = now()"))
        session.execute(
            text("""
            INSERT INTO pay_jobs.outbox (channel, kind, ordering_key, idempotency_key, payload, state, delivered_on)
            SELECT 'event', 'lock', 'n', 'n' || n, '{}', 'delivered', now() FROM generate_series(1, 5000) AS n""")
        )
    read: list[int] = []

    def message(**row: Any) -> OutboxMessage:
        read.append(row["id"])
        return OutboxMessage(**row)

    monkeypatch.setattr(desk, "OutboxMessage", message)

    _, shown, _ = run("list", "--state", "all", "--kind", "lock", "--limit", "3", "--json")

    listed = [one["id"] for one in rows_of(read_json(shown), "messages")]
    assert (listed, sorted(read)) == (sorted(listed), listed)
    with many.begin() as session:
        newest = session.execute(text("SELECT id FROM pay_jobs.outbox ORDER BY id DESC LIMIT 3")).scalars().all()
    assert listed == newest[::-1]


def test_a_choice_and_ids_together_are_refused(many: Database, run: Any) -> None:
    for verb in ("retry", "drop"):
        code, _, said = run(verb, "1", "--kind", "lock", "--reason", "x")
        assert (code, "one of the" in said) == (2, True)
        code, _, said = run(verb, "--kind", "nobody", "--reason", "x")
        assert (code, "No open message is meant" in said) == (2, True)


def test_retry_of_a_message_that_waits_spares_it_the_wait(outbox: Database, run: Any) -> None:
    run("retry", "4", "--reason", "CFS is back")
    receiver = Receiver()

    send(outbox, receiver, SetClock(NOW + timedelta(seconds=1)))

    assert receiver.got == ["waits"]


def test_drop_lets_the_followers_move_on(outbox: Database, run: Any) -> None:
    code, shown, _ = run("drop", "2", "--reason", "charged by hand, ticket 4711")

    assert (code, "1 message: will not be sent; what follows on its key will move on" in shown) == (0, True)
    receiver = Receiver()
    send(outbox, receiver)
    assert receiver.got == ["behind"]
    assert kept(outbox, "refused")["reason"] == "drop by ada: charged by hand, ticket 4711"


def test_a_retry_and_a_drop_are_runs_in_the_ledger(outbox: Database, run: Any) -> None:
    run("retry", "2", "4", "--reason", "well again")
    run("drop", "2", "--reason", "not after all")

    retry, drop = ledger(outbox)
    assert (retry["job"], retry["status"], retry["exit_code"], retry["triggered_by"]) == (
        "OUTBOX",
        "done",
        0,
        "hand:ada",
    )
    assert retry["arguments"] == {"command": "retry", "ids": [2, 4]}
    assert retry["command"] == "outbox retry 2 4 --reason 'well again'"
    assert (retry["reason"], retry["counts"]) == ("well again", {"outbox_retry": 2})
    assert (drop["reason"], drop["finished_on"] is not None) == ("not after all", True)


def test_a_dry_run_changes_nothing_and_leaves_no_run(outbox: Database, run: Any) -> None:
    before = states(outbox)

    for verb in ("retry", "drop"):
        code, shown, _ = run(verb, "2", "--reason", "to see", "--dry-run")
        assert (code, "dry run: nothing was changed" in shown) == (0, True)

    assert states(outbox) == before
    assert ledger(outbox) == []


def test_wrong_input_is_refused_in_words_and_changes_nothing(outbox: Database, run: Any) -> None:
    before = states(outbox)
    wrong = {
        ("show", "99"): "There is no outbox message 99",
        ("show", "zero"): "'zero' cannot be used: expected a whole number, 1 or more.",
        ("retry", "2", "98", "99", "--reason", "x"): "There is no outbox message 98, 99",
        ("retry", "1", "2", "--reason", "x"): "1 is delivered. Nothing was changed.",
        ("drop", "1", "--reason", "x"): "Only a message that is dead or pending can be taken for drop; 1 is delivered",
        ("retry", "2"): "Missing option '--reason'",
        ("drop", "2", "--reason", "  "): '--reason "..." is blank',
        ("drop", "--reason", "x"): "Name the messages, or choose them",
        ("retry", "--reason", "x"): "Name the messages, say --all-dead",
        ("retry", "2", "--all-dead", "--reason", "x"): "one of the three",
        ("list", "--state", "lost"): "'lost' is not one of",
        ("retry", "0", "--reason", "x"): "0 cannot be used: expected a whole number, 1 or more.",
    }

    for words, said in wrong.items():
        code, shown, problem = run(*words)
        assert (words, code, shown) == (words, 2, "")
        assert said in problem

    assert states(outbox) == before
    assert ledger(outbox) == []


def test_a_dropped_message_stays_dropped(outbox: Database, run: Any) -> None:
    run("drop", "2", "--reason", "not wanted")

    code, _, problem = run("retry", "2", "--reason", "wanted after all")

    assert (code, "2 is dropped" in problem) == (2, True)


def test_help_shows_examples(run: Any) -> None:
    for verb in ("list", "show", "retry", "drop"):
        code, shown, _ = run(verb, "--help")
        assert code == 0
        assert f"python3 invoke_jobs.py outbox {verb}" in shown
