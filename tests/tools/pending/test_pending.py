import re
from collections.abc import Callable, Iterator

import click
import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from config.errors import ExitCode
from connectors.effects import OPEN_STATES, EffectState, PendingEffect
from connectors.outbox import operator_actions
from connectors.outbox import pending as outbox
from connectors.outbox.delivery import MAX_ATTEMPTS
from database.sessions import Session
from jobs.commands.cli import build_cli, main
from tests.json_output import read_json, rows_of
from tools.pending import JOB

HALF_DONE = """
INSERT INTO pay_jobs.outbox (created_on, channel, kind, ordering_key, idempotency_key, payload, state, attempts,
                             begun_on, last_error)
VALUES ('2026-11-01 10:00Z', 'cfs', 'nsf_fee', 'account:11', 'a', '{"amount": "30.00"}', 'dead', 1, now(), 'refused'),
       ('2026-11-01 10:01Z', 'event', 'lock', 'account:11', 'b', '{"amount": {}}', 'pending', 0, NULL, NULL),
       ('2026-11-01 10:02Z', 'mail', 'statement', 'account:12', 'c', '{}', 'delivered', 1, now(), NULL),
       ('2026-11-01 10:03Z', 'mail', 'statement', 'account:13', 'd', '{}', 'dropped', 1, now(), NULL);
INSERT INTO payment_accounts (id, auth_account_id) VALUES (11, '1100');
INSERT INTO routing_slips (id, number, status, total, remaining_amount, created_by, created_on, routing_slip_date,
                           payment_account_id)
VALUES (1, '206000010', 'CORRECTION', 100, 40, 'x', '2026-11-01', '2026-11-01', 11),
       (2, '206000028', 'REFUND_AUTHORIZED', 100, 40, 'x', '2026-11-01', '2026-11-01', 11);
INSERT INTO pay_jobs.operations (kind, subject, state, amount, plan, command, why, created_on)
VALUES ('slip correction', 'slip 206000010', 'lost', 100, '{}', 'ROUTING_SLIP_RECREATE --slip 206000010', NULL,
        '2026-11-02 10:00Z'),
       ('slip write_off', 'slip 206000028', 'refused', 40, '{}', 'ROUTING_SLIP_RECREATE --slip 206000028',
        'CFS says: no.', '2026-11-02 10:01Z'),
       ('slip void', 'slip 206000036', 'done', 30, '{}', '-', NULL, '2026-11-02 10:02Z');
INSERT INTO pay_jobs.operation_steps (operation_id, kind, subject, number, state, request, found, sent_on)
SELECT id, 'reverse receipt', '206000010', 1, 'lost', '{}', 'open', now() FROM pay_jobs.operations
 WHERE subject = 'slip 206000010';
INSERT INTO pay_jobs.operations (kind, subject, state, amount, plan, command, why, created_on)
VALUES ('partial credit', 'invoice 7', 'lost', 5.00, '{}', 'repair pad-partial-credit 7 --memo NUMBER --reason "..."',
        'Ask CAS.', '2026-11-03 10:00Z'),
       ('partial credit', 'invoice 8', 'answered', 6.50, '{}',
        'repair pad-partial-credit 8 --memo 20001 --reason "..."', NULL, '2026-11-03 10:01Z'),
       ('partial credit', 'invoice 9', 'dropped', 7.50, '{}', '-', NULL, '2026-11-03 10:02Z');
INSERT INTO pay_jobs.operation_steps (operation_id, kind, subject, number, state, request, found, answer, attempts)
SELECT id, 'create credit memo', 'for invoice 7', 1, 'lost', '{}', '', '{"error": "no answer."}', 1
  FROM pay_jobs.operations WHERE subject = 'invoice 7';
INSERT INTO pay_jobs.operations (kind, subject, state, amount, plan, command, created_on)
VALUES ('resubmission', 'batch 4321', 'sent', 250.25, '{}', 'EJV_FEEDBACK_CHECK', '2026-11-04 10:00Z'),
       ('resubmission', 'batch 4322', 'done', 1.00, '{"new_name": "INBOX.F4"}', '-', '2026-11-04 10:00Z')
"""

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def execute(database_url: str) -> Iterator[Callable[[str], None]]:
    """Runs a statement."""
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor.execute
    connection.close()


@pytest.fixture
def pending(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types `pending`, and returns its exit code and what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def typed(*words: str) -> tuple[int, str]:
        code = main(build_cli((JOB,), use_sandbox=lambda: None, late={}), ["pending", *words])
        return code, capsys.readouterr().out

    return typed


def test_everything_half_done_is_in_one_table(execute: Callable[[str], None], pending: Typed) -> None:
    execute(HALF_DONE)

    code, shown = pending("--json")

    rows = [
        (
            one["what"],
            one["subject"].split(" (")[0],
            one["state"],
            one["amount"],
            one["command"].removeprefix("python3 invoke_jobs.py "),
        )
        for one in rows_of(read_json(shown), "pending")
    ]
    message = int(rows[0][1].split()[-1])
    assert code == 0
    assert rows == [
        ("cfs message nsf_fee", f"message {message}", "refused", "30.00", f'outbox retry {message} --reason "..."'),
        ("event message lock", f"message {message + 1}", "planned", None, f"outbox show {message}"),
        ("slip correction", "slip 206000010", "lost", "100.00", "ROUTING_SLIP_RECREATE --slip 206000010"),
        ("slip write off", "slip 206000028", "refused", "40.00", "ROUTING_SLIP_RECREATE --slip 206000028"),
        ("partial credit", "invoice 7", "lost", "5.00", 'repair pad-partial-credit 7 --memo NUMBER --reason "..."'),
        ("partial credit", "invoice 8", "answered", "6.50", 'repair pad-partial-credit 8 --memo 20001 --reason "..."'),
        ("resubmission", "batch 4321", "sent", "250.25", "EJV_FEEDBACK_CHECK"),
    ]


def test_every_command_is_typed_as_it_stands(execute: Callable[[str], None], pending: Typed) -> None:
    execute(HALF_DONE)

    _, shown = pending("--json")

    commands = [one["command"] for one in rows_of(read_json(shown), "pending")]
    assert len(commands) == 7
    assert all(command.startswith("python3 invoke_jobs.py ") for command in commands)


def test_the_table_names_the_step_the_cause_and_the_total(execute: Callable[[str], None], pending: Typed) -> None:
    execute(HALF_DONE)

    _, shown = pending()

    words = " ".join(shown.split())
    assert "reverse receipt" in words
    assert "1 planned, 1 sent, 1 answered, 2 lost, 2 refused; the known amounts total 431.75 CAD." in words


def test_one_state_can_be_chosen(execute: Callable[[str], None], pending: Typed) -> None:
    execute(HALF_DONE)

    _, shown = pending("--state", "lost", "--state", "answered", "--json")

    found = read_json(shown)
    assert found["counts"] == {"lost": 2, "answered": 1}
    assert rows_of(found, "pending")[1]["why"] == "create credit memo for invoice 7: lost (no answer). Ask CAS."


def test_each_open_state_can_be_chosen() -> None:
    [option] = JOB.parameters

    assert isinstance(option.type, click.Choice)
    assert option.type.choices == tuple(state.value for state in EffectState if state in OPEN_STATES)


def test_where_nothing_is_half_done_no_run_is_noted(execute: Callable[[str], None], pending: Typed) -> None:
    code, shown = pending()

    assert (code, shown.splitlines()[0]) == (0, "Nothing is half done outside.")
    execute("DO $$ BEGIN IF EXISTS (SELECT FROM pay_jobs.job_runs) THEN RAISE 'a run was noted'; END IF; END $$")


def test_it_cannot_write(pending: Typed, execute: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    def writes(session: Session) -> list[PendingEffect]:
        session.execute(text("DELETE FROM pay_jobs.outbox"))
        return []

    execute(HALF_DONE)
    monkeypatch.setattr("tools.pending.task.SOURCES", (writes,))

    assert pending()[0] == ExitCode.USAGE
    execute("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pay_jobs.outbox) THEN RAISE 'it wrote'; END IF; END $$")


@pytest.mark.parametrize(
    ("table", "known"),
    [
        ("outbox", set(operator_actions.STATES)),
        ("operations", set(EffectState)),
    ],
)
def test_every_state_a_journal_can_have_has_its_word(database_url: str, table: str, known: set[str]) -> None:
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass",
            (f"pay_jobs.{table}",),
        )
        (allowed,) = (rule for (rule,) in cursor.fetchall() if rule.startswith("CHECK ((state = ANY"))
    connection.close()

    assert set(re.findall(r"'(\w+)'::text", allowed)) == known


@given(attempts=st.integers(0, MAX_ATTEMPTS + 5), is_begun=st.booleans())
def test_a_message_is_open_until_it_is_delivered_or_dropped(attempts: int, is_begun: bool) -> None:
    read = {one: outbox.state_of(one, attempts=attempts, is_begun=is_begun) for one in operator_actions.STATES}

    assert {one for one, state in read.items() if state in OPEN_STATES} == {"pending", "dead"}
    assert (read["dead"] is EffectState.LOST) == (attempts >= MAX_ATTEMPTS)
