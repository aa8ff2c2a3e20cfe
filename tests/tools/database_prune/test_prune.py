"""db prune: what is old and needed by nothing open goes into archives, and nothing is lost."""

import ast
import gzip
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from itertools import cycle

import click
import pytest

from config.errors import ExitCode
from connectors.effects import breaking_in
from jobs.commands.artifacts_commands import artifacts
from jobs.commands.cli import build_cli, main
from jobs.commands.ledger_commands import show
from jobs.commands.outbox_commands import outbox
from jobs.run.stopping import StopRequest
from tests.process_killed import ProcessKilled
from tests.tools.database_prune.conftest import PrunedDatabase
from tools import TOOLS as TOOLS_BY_HAND
from tools.close import JOB as CLOSE
from tools.database_prune import ARCHIVES
from tools.database_prune.arguments import YEARS
from tools.database_prune.tables import TABLES
from tools.database_prune.task import _years_before
from tools.explain import TOOLS as EXPLAIN
from tools.verify import JOB as VERIFY

_LATE = {
    "show": ("", lambda: show),
    "artifacts": ("", lambda: artifacts),
    "outbox": ("", lambda: outbox),
}
CLI = build_cli((), tools=TOOLS_BY_HAND, use_sandbox=lambda: None, late=_LATE)
_INVOICE = next(job for job in EXPLAIN if job.name == "explain invoice")


def findings(database: PrunedDatabase) -> list[tuple[object, ...]]:
    """Return what verify finds."""
    result = database.run(VERIFY)
    assert result.failure is None
    return sorted(
        (record["code"], record["row"])
        for table in result.outcome.tables
        if table.title == "Findings"
        for record in table.records()
    )


def test_rows_of_each_table_move_into_archives_and_verify_finds_what_it_found_before(database: PrunedDatabase) -> None:
    found, before = findings(database), database.all_rows()

    done = database.prune()

    assert done.failure is None, done.error
    ((table,),) = [done.outcome.tables]
    pruned = {name: rows for name, rows, _ in table.rows}
    assert [name for name, rows in pruned.items() if not rows] == []
    assert {one.name: sum(database.archived(one.name).values()) for one in TABLES} == pruned
    assert database.all_rows() == before
    assert findings(database) == found
    assert database.prune().outcome.counts["rows_pruned"] == 0


def test_what_is_open_new_or_can_be_taken_back_stays(database: PrunedDatabase) -> None:
    database.prune()

    assert database.sql("SELECT kind FROM pay_jobs.outbox WHERE kind IN ('odd', 'open', 'new') ORDER BY 1") == [
        ("new",), ("open",),
    ]  # fmt: skip
    assert database.sql("SELECT count(*) FROM pay_jobs.outbox WHERE state IN ('delivered', 'dropped')") == [(1,)]
    assert database.sql("SELECT count(*) >= 1000 FROM pay_jobs.job_runs WHERE job = 'PAD_RECONCILE'") == [(True,)]
    assert database.sql("SELECT kind, number FROM pay_jobs.cgi_mentions WHERE kind <> 'batch' AND cgi_file_id ="
                        " (SELECT id FROM pay_jobs.cgi_files WHERE name = 'FEEDBACK.OLD')") == []  # fmt: skip
    assert database.sql(
        "SELECT count(*) FROM pay_jobs.bounce_rows AS kept"
        " WHERE (file_id, line) NOT IN (SELECT file_id, line FROM pay_jobs.settlement_rows)"
    ) == [(0,)]
    archived = [ast.literal_eval(row) for row in database.archived("settlement_rows")]
    assert {row["outcome"] for row in archived} <= {"applied", "already_applied", "skipped"}
    assert {row["record_type"] for row in archived} == {"PADP"}
    left = {number for (number,) in database.sql("SELECT target_number FROM pay_jobs.settlement_rows")}
    assert {row["target_number"] for row in archived} & left == set()


def test_rows_of_files_stay_from_a_year_before_the_first_day_that_close_recorded(database: PrunedDatabase) -> None:
    database.sql(
        "INSERT INTO pay_jobs.closed_days (day, is_first, unexplained_rows, unexplained, reason, recorded_on)"
        " VALUES ('2027-10-01', true, 0, 0, '', '2027-10-02')"
    )

    database.prune()

    pruned = {table for (table,) in database.sql("SELECT table_name FROM pay_jobs.archives")}
    assert pruned == {table.name for table in TABLES} - {"settlement_rows", "feedback_lines"}


def test_a_dry_run_counts_the_rows_and_changes_nothing(database: PrunedDatabase) -> None:
    before = database.all_rows()

    would = database.prune(dry_run=True)
    counted = [rows for _, rows, _ in would.outcome.tables[0].rows]

    assert (would.exit_code, database.all_rows(), list(database.store.list(""))) == (ExitCode.DONE, before, [])
    assert would.outcome.answer.endswith("would be archived and deleted.")
    assert any("have rows of their own are not counted" in note for note in would.outcome.notes)
    done = {name: rows for name, rows, _ in database.prune().outcome.tables[0].rows}
    # What points at runs, reports and comparisons goes first, so a dry run sees those that it does not hold back.
    assert (
        dict(zip(done, counted, strict=True))
        | {name: done[name] for name in ("job_runs", "stale_reports", "cfs_comparisons")}
        == done
    )


def test_killed_at_each_step_of_each_part_nothing_is_lost_and_the_next_run_finishes(database: PrunedDatabase) -> None:
    before, struck = database.all_rows(), Counter[str]()
    for step in cycle(("written", "stored", "deleted", "committed")):
        try:
            with breaking_in(partial(die, step)):
                database.prune()
        except ProcessKilled:
            struck[step] += 1
            assert database.all_rows() == before
        else:
            break

    assert min(struck[step] for step in ("written", "stored", "deleted", "committed")) >= len(TABLES)
    assert database.prune().outcome.counts["rows_pruned"] == 0


def die(at: str, name: str) -> None:
    """End the process at a step."""
    if name == at:
        raise ProcessKilled


def test_an_archive_that_does_not_read_back_deletes_nothing(database: PrunedDatabase) -> None:
    before = database.all_rows()

    def spoil(name: str) -> None:
        if name == "stored":
            for key in list(database.store.list("archive/")):
                database.store.put(key, [gzip.compress(b"id\n1\n")])

    with breaking_in(spoil):
        failed = database.prune()

    assert (failed.exit_code, "does not read back" in (failed.error or "")) == (ExitCode.FAILED, True)
    assert database.sql("SELECT count(*) FROM pay_jobs.archives") == [(0,)]
    assert database.all_rows() == before


def test_rows_that_change_while_they_are_archived_stay_until_the_next_run(database: PrunedDatabase) -> None:
    def change(name: str) -> None:
        if name == "stored":
            database.sql("UPDATE pay_jobs.outbox SET attempts = 7 WHERE idempotency_key = 'odd 1'")

    with breaking_in(change):
        failed = database.prune()

    assert (failed.exit_code, "changed while" in (failed.error or "")) == (ExitCode.FAILED, True)
    assert database.sql("SELECT attempts FROM pay_jobs.outbox WHERE idempotency_key = 'odd 1'") == [(7,)]
    assert database.prune().failure is None
    assert any("'attempts': '7'" in row for row in database.archived("outbox"))


def test_a_stop_ends_between_two_parts_and_the_next_run_continues(database: PrunedDatabase) -> None:
    stop, before = StopRequest(), database.all_rows()

    with breaking_in(lambda name: stop.request() if name == "committed" else None):
        stopped = database.prune(stop=stop)

    assert stopped.status == "interrupted"
    assert database.sql("SELECT DISTINCT table_name FROM pay_jobs.archives") == [("outbox",)]
    assert database.prune().failure is None
    assert database.all_rows() == before


def test_explain_account_looks_for_archived_messages_by_our_own_number_as_well(database: PrunedDatabase) -> None:
    ((account, auth),) = database.sql(
        "SELECT id, auth_account_id FROM payment_accounts WHERE auth_account_id IS NOT NULL ORDER BY id LIMIT 1"
    )
    database.prune()

    explain_account = next(one for one in EXPLAIN if one.name == "explain account")
    (note,) = [one for one in database.run(explain_account, subject=auth).outcome.notes if "archived" in one]

    assert f"db archives --find {auth} --find account:{account}" in note


def test_archived_rows_are_found_by_a_word_and_explain_names_the_command(database: PrunedDatabase) -> None:
    ((invoice, number),) = database.sql(
        "SELECT reference.invoice_id, row.target_number FROM pay_jobs.settlement_rows AS row"
        " JOIN invoice_references AS reference ON reference.invoice_number = row.target_number"
        " WHERE row.record_type = 'PADP' AND row.outcome = 'applied' AND NOT EXISTS (SELECT FROM pay_jobs.bounce_rows"
        " AS kept WHERE kept.file_id = row.file_id AND kept.line = row.line) ORDER BY row.file_id, row.line LIMIT 1"
    )
    assert not any("archived" in note for note in database.run(_INVOICE, subject=str(invoice)).outcome.notes)
    database.prune()

    (note,) = [one for one in database.run(_INVOICE, subject=str(invoice)).outcome.notes if "archived" in one]
    found = database.run(ARCHIVES, find=(number,))

    assert f"db archives --find {invoice} --find {number}" in note
    assert any(
        f"target_number {number}" in row for _, table, row in found.outcome.tables[0].rows if table == "settlement_rows"
    )
    assert len(database.run(ARCHIVES).outcome.tables[0].rows) >= len(TABLES)


def test_close_says_of_a_day_whose_rows_are_archived_where_they_are(database: PrunedDatabase) -> None:
    days = [
        day
        for (day,) in database.sql(
            "SELECT DISTINCT CAST(applied_on AT TIME ZONE 'America/Vancouver' AS date)"
            " FROM pay_jobs.inbound_files WHERE state = 'applied'"
        )
    ]

    def closed() -> list[tuple[str, str | None]]:
        results = [database.run(CLOSE, day=day) for day in days]
        return [(one.outcome.answer, one.error) for one in results]

    before = closed()
    assert {error for _, error in before} == {None}
    database.prune()

    after = closed()

    said = " ".join(error for _, error in after if error)
    assert "cannot be closed: rows that were booked then are archived, and what is left would add up to less" in said
    assert said.endswith("in them: python3 invoke_jobs.py db archives --find WORD")
    for table in ("settlement_rows", "feedback_lines"):
        ((key,),) = database.sql(f"SELECT object_key FROM pay_jobs.archives WHERE table_name = '{table}' LIMIT 1")
        assert f"{key} ({table} of " in said
    assert [one for one, (_, error) in zip(before, after, strict=True) if error is None] == [
        one for one in after if one[1] is None
    ]


@pytest.mark.parametrize(
    ("words", "find"),
    [
        (("show", "987654"), "--find 987654"),
        (("artifacts", "get", "987654"), "--find 987654"),
        (("outbox", "show", "987654"), "--find 987654"),
        (("outbox", "retry", "987653", "987654", "--reason", "x"), "--find 987653 --find 987654"),
        (("replay-event", "--from-outbox", "987654", "--reason", "x"), "--find 987654"),
        (("ejv", "search", "987654"), "--find 987654"),
    ],
)
def test_what_is_not_found_any_more_is_told_with_the_command_that_looks_into_the_archives(
    database: PrunedDatabase,
    words: tuple[str, ...],
    find: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PUBSUB_PUBLISH_URL", "http://127.0.0.1:1/")

    def said() -> str:
        main(CLI, list(words))
        return " ".join("".join(capsys.readouterr()).split())

    before = said()
    database.prune()

    assert "may be archived" not in before
    assert f"may be archived. To look for them: python3 invoke_jobs.py db archives {find}" in said()


@pytest.mark.parametrize(("kind", "lines"), [("invoice", 4), ("partial_refund", 0)])
def test_the_lines_of_a_batch_stay_only_while_what_it_had_is_in_a_batch_that_is_not_old(
    kind: str, lines: int, database: PrunedDatabase
) -> None:
    database.sql(
        "INSERT INTO ejv_files (id, created_on, file_ref, file_type, disbursement_status_code)"
        " VALUES (111, '2040-11-01', 'INBOX.F3535.20401101030107', 'DISBURSEMENT', 'UPLOADED');"
        "INSERT INTO ejv_headers (id, ejv_file_id, disbursement_status_code) VALUES (9921, 111, 'UPLOADED');"
        "INSERT INTO ejv_links (ejv_header_id, link_type, link_id, disbursement_status_code)"
        f" VALUES (9921, '{kind}', 3001, 'UPLOADED')"
    )

    database.prune()

    ((left,),) = database.sql("SELECT count(*) FROM pay_jobs.feedback_lines WHERE batch_number = 110 AND record = 'JD'")
    assert left == lines


@pytest.mark.parametrize("text", ["1y", "7", "y", "-7y", "7 years", "100y"])
def test_years_are_typed_as_a_number_with_a_y(text: str) -> None:
    with pytest.raises(click.UsageError, match="expected like 7y"):
        YEARS.convert(text, None, None)


def test_years_before_a_leap_day_are_before_the_28th() -> None:
    assert _years_before(datetime(2028, 2, 29, 5, tzinfo=UTC), 7) == datetime(2021, 2, 28, 5, tzinfo=UTC)
