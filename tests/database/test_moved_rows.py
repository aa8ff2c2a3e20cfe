"""What older versions of ours left in the database stands where the newest looks for it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text

from database import migrate
from tests.database.test_migrations import engine_of
from tests.old_schema import downgrade, run, upgrade_to

pytestmark = pytest.mark.slow
FILES = """
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, reason, run_id, details)
VALUES ('CAS', '{}', repeat('{}', 64), 1, '{}', '2026-11-05', '{}', 7, '{}')"""


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    made = engine_of(empty_database_url)
    yield made
    made.dispose()


def file(name: str, state: str, details: str, reason: str = "") -> str:
    return FILES.format(name, name[0], state, reason, details).replace('":', '"\\:')


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_what_was_still_to_be_done_for_settlement_files_is_open_in_the_journal(engine: Engine) -> None:
    upgrade_to(engine, "0021")
    run(
        engine,
        file("a", "applied", '{"credit_sync": "pending", "rejects": "pending", "released": [3]}'),
        file("b", "applied", '{"credit_sync": "done", "rejects": "none"}'),
        file("c", "applied", '{"credit_sync": "pending", "rejects": "rejects/c.csv"}'),
        file("d", "applied", '{"credit_sync": "done", "rejects": "pending"}'),
        file("e", "held", '{"hold": "late"}', "late"),
        file("f", "received", "{}"),
    )

    migrate.upgrade(engine)

    assert rows(engine, "SELECT kind, subject, state, plan, command, why, run_id, finished_on FROM pay_jobs.operations"
                        " ORDER BY why, kind") == [
        ("credit sync", "credit sync 1", "planned", {"file": 1}, "PAD_RECONCILE", "a", 7, None),
        ("reject report", "reject report 1", "planned", {"file": 1}, "PAD_RECONCILE", "a", 7, None),
        ("credit sync", "credit sync 3", "planned", {"file": 3}, "PAD_RECONCILE", "c", 7, None),
        ("reject report", "reject report 4", "planned", {"file": 4}, "PAD_RECONCILE", "d", 7, None),
    ]  # fmt: skip
    assert rows(engine, "SELECT name, details FROM pay_jobs.inbound_files ORDER BY name") == [
        ("a", {"released": [3]}), ("b", {}), ("c", {"rejects": "rejects/c.csv"}), ("d", {}), ("e", {"hold": "late"}),
        ("f", {}),
    ]  # fmt: skip


def test_what_is_to_be_done_for_settlement_files_is_marked_again_by_a_downgrade(engine: Engine) -> None:
    upgrade_to(engine, "0021")
    run(engine, file("a", "applied", '{"credit_sync": "pending", "rejects": "pending"}'))
    migrate.upgrade(engine)

    downgrade(engine, "0021")

    assert rows(engine, "SELECT details FROM pay_jobs.inbound_files") == [
        ({"credit_sync": "pending", "rejects": "pending"},)
    ]
    assert rows(engine, "SELECT * FROM pay_jobs.operations") == []


HOLDS = {
    "a": ("failed", "{}", "a row was refused", "failed"),
    "b": ("held", '{"cut_off": true}', "its last row is cut off", "cut off"),
    "c": ("held", "{}", "it is older than the newest applied file", "late"),
    "d": ("held", "{}", "no date (expected like BCR_PAYMENT_APPL_20261105.csv)", "late"),
    "e": ("held", "{}", "cas_settlements says that it was processed", "processed"),
    "f": ("held", "{}", "this content came as BCR_PAYMENT_APPL_20261104.csv", "ignored"),
    "1": ("held", "{}", "another file of this name was applied", "changed"),
    "2": ("held", "{}", "its sender replaced it", "changed"),
    "3": ("held", "{}", "words of a later day", "failed"),
}


def test_each_file_that_was_held_has_its_hold_by_name(engine: Engine) -> None:
    upgrade_to(engine, "0016")
    run(engine, *(file(name, state, details, why) for name, (state, details, why, _) in HOLDS.items()))

    migrate.upgrade(engine)

    assert dict(rows(engine, "SELECT name, details ->> 'hold' FROM pay_jobs.inbound_files")) == {
        name: hold for name, (*_, hold) in HOLDS.items()
    }


ROW = """
INSERT INTO pay_jobs.settlement_rows (file_id, line, outcome, kind, record_type, source_type, source_number,
                                      application_date, amount, customer_account, target_type, target_number,
                                      original_amount, outstanding_amount, status, content_hash)
VALUES (1, {}, '{}', '{}', 'PADP', 'PAD', 'S', '{}', {}, '{}', 'INV', 'REG1', 1, 0, 'PAID', gen_random_uuid())"""


def test_the_fuse_knows_what_earlier_files_did(engine: Engine) -> None:
    upgrade_to(engine, "0016")
    run(
        engine,
        file("a", "applied", "{}"),
        "UPDATE pay_jobs.inbound_files SET business_date = '2026-11-05'",
        ROW.format(2, "applied", "PAID", "2026-11-05", "10.00", "800101"),
        ROW.format(3, "applied", "BOUNCE", "2026-11-05", "0.50", "800102"),
        ROW.format(4, "applied", "BOUNCE", "2026-11-01", "0.25", "800102"),
        ROW.format(5, "already_applied", "PAID", "2026-10-01", "1.00", "800101"),
        ROW.format(6, "rejected", "PAID", "2026-11-06", "2.00", "800103"),
        file("b", "held", "{}", "late"),
        file("c", "applied", "{}"),
    )

    migrate.upgrade(engine)

    names = "file_id, on_weekday, rows, amount::text, frozen, bounced, repeated, misdated, rejected"
    assert rows(engine, f"SELECT {names} FROM pay_jobs.settlement_figures ORDER BY file_id") == [
        (1, True, 5, "13.75", 1, 2, 1, 2, 1),
        (3, True, 0, "0.00", 0, 0, 0, 0, 0),
    ]


def test_an_indexed_feedback_file_that_names_no_batch_is_faulty(engine: Engine) -> None:
    upgrade_to(engine, "0010")
    run(
        engine,
        "INSERT INTO pay_jobs.cgi_files (object_key, name, kind, lines, indexed_on) VALUES"
        " ('1', 'FEEDBACK.1', 'feedback', 3, now()), ('2', 'FEEDBACK.2', 'feedback', 3, now()),"
        " ('3', 'INBOX.1', 'inbox', 3, now())",
        "INSERT INTO pay_jobs.cgi_mentions (cgi_file_id, line, kind, number) VALUES (1, 1, 'batch', '7'),"
        " (2, 1, 'invoice', '31')",
    )

    migrate.upgrade(engine)

    assert rows(engine, "SELECT name, fault FROM pay_jobs.cgi_files ORDER BY id") == [
        ("FEEDBACK.1", None), ("FEEDBACK.2", "it names no batch"), ("INBOX.1", None),
    ]  # fmt: skip


def test_recorded_figures_of_settlement_files_are_told_by_file_and_together_again(engine: Engine) -> None:
    upgrade_to(engine, "0030")
    run(
        engine,
        file("a.csv", "applied", "{}"),
        file("b.csv", "applied", "{}"),
        "INSERT INTO pay_jobs.closed_days (day, is_first, unexplained_rows, unexplained, reason, recorded_on)"
        " VALUES ('2026-11-05', true, 0, 0, 'x', '2026-11-06')",
        "INSERT INTO pay_jobs.closed_figures (day, figure, method, rows, amount, digest, keys)"
        " SELECT CAST(day AS date), figure, '', cardinality(keys), amount, md5(array_to_string(keys, chr(10))), keys"
        "   FROM (VALUES ('2026-11-05', 'files.total', 30, ARRAY['file 1 12.50', 'file 2 17.50']),"
        "                ('2026-11-05', 'files.padp.applied', 30,"
        "                 ARRAY['a.csv line 2 10.00', 'a.csv line 3 2.50', 'b.csv line 2 17.50']),"
        "                ('2026-11-05', 'money.rows', 30, ARRAY['a.csv line 2 30.00']))"
        "     AS told (day, figure, amount, keys)",
    )
    told = (
        "SELECT figure, method, rows, amount, digest = md5(array_to_string(keys, chr(10))), keys"
        "  FROM pay_jobs.closed_figures ORDER BY figure, method"
    )
    before = rows(engine, told)

    migrate.upgrade(engine)

    assert [row[:5] for row in rows(engine, told)] == [
        ("files.padp.applied", "a.csv", 2, Decimal("12.50"), True),
        ("files.padp.applied", "b.csv", 1, Decimal("17.50"), True),
        ("files.total", "a.csv", 1, Decimal("12.50"), True),
        ("files.total", "b.csv", 1, Decimal("17.50"), True),
        ("money.rows", "", 1, Decimal("30.00"), True),
    ]
    downgrade(engine, "0030")
    assert rows(engine, told) == before
