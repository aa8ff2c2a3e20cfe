from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from connectors.outbox import Channel, NewMessage, enqueue
from database.engine import Database
from tests.outbox_fixtures import NOW, keep, kept, note, states


def test_messages_are_kept_in_the_order_they_were_given(database: Database) -> None:
    names = [f"message-{number}" for number in range(5_000)]

    assert keep(database, (note(name) for name in names)) == 5_000

    assert list(states(database)) == names
    assert set(states(database).values()) == {"pending"}


def test_a_known_idempotency_key_is_not_kept_again(database: Database) -> None:
    keep(database, [note("lock-1", amount="30.00")])

    assert keep(database, [note("lock-1", amount="99.00"), note("lock-2"), note("lock-2")]) == 1

    assert kept(database, "lock-1")["payload"] == {"amount": "30.00"}


def test_a_transaction_that_rolls_back_sends_no_message(database: Database) -> None:
    with pytest.raises(RuntimeError), database.begin() as session:
        enqueue(session, [note("never")])
        raise RuntimeError

    assert states(database) == {}


def test_amounts_and_dates_become_exact_text(database: Database) -> None:
    payload = {"fee": Decimal("30.00"), "on": date(2026, 11, 5), "parts": [{"of": Decimal("0.10")}], "none": None}
    keep(database, [NewMessage(Channel.CFS, "nsf_fee", "account-1", "fee-1", payload)])

    assert kept(database, "fee-1")["payload"] == {
        "fee": "30.00",
        "on": "2026-11-05",
        "parts": [{"of": "0.10"}],
        "none": None,
    }


def test_a_float_is_refused(database: Database) -> None:
    with pytest.raises(TypeError, match="float has no exact form"):
        keep(database, [note("fee-1", amount=0.1)])


def test_a_message_without_a_key_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="idempotency_key"):
        keep(database, [note("")])


def test_the_run_and_the_moment_are_kept(database: Database) -> None:
    with database.begin() as session:
        enqueue(session, [note("lock-1")], run_id=42, created_on=NOW)

    assert (kept(database, "lock-1")["run_id"], kept(database, "lock-1")["created_on"]) == (42, NOW)


def test_an_unknown_channel_is_refused_by_the_database(database: Database) -> None:
    with database.begin() as session, pytest.raises(Exception, match="outbox_channel_check"), session.begin_nested():
        session.execute(
            text(
                "INSERT INTO pay_jobs.outbox (channel, kind, ordering_key, idempotency_key, payload)"
                " VALUES ('fax', 'k', 'o', 'i', '{}')"
            )
        )
