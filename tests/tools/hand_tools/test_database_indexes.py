import threading

import psycopg2
import pytest
from sqlalchemy import Engine

from config.errors import ExitCode
from tests.jobs.conftest import RunJob
from tests.tools.hand_tools.conftest import Sql
from tools.database_indexes import CHECK, REINDEX
from tools.database_indexes.duplicates import find_duplicates
from tools.database_indexes.indexes import fault, list_indexes, outside_transactions

INDEX = "ix_invoices_created_on"


def broken_unique_index(sql: Sql) -> None:
    """Leave an index that a concurrent build could not finish: two rows have the same key."""
    sql("CREATE TABLE public.thing (id integer, name text)")
    sql("INSERT INTO public.thing VALUES (1, 'twice'), (2, 'twice'), (3, 'once')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        sql("CREATE UNIQUE INDEX CONCURRENTLY ux_thing_name ON public.thing (name)")


def test_sound_indexes_need_nobody(run_job: RunJob) -> None:
    result = run_job(CHECK)

    assert result.exit_code == ExitCode.DONE, result.error
    assert result.outcome.counts["indexes_checked"] > 100


def test_what_amcheck_finds_is_reported(engine: Engine, sql: Sql) -> None:
    """The embedded server has no amcheck; a function that says the same stands for its verdict."""
    sql(
        "CREATE FUNCTION bt_index_check(index regclass, heapallindexed boolean) RETURNS void LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'index \"%\" contains unexpected zero page at block 8311', index"
        " USING ERRCODE = 'index_corrupted'; END $$"
    )
    with outside_transactions(engine) as connection:
        (index,) = [one for one in list_indexes(connection) if one.plain == INDEX]

        assert fault(connection, index, deep=True) == f'index "{INDEX}" contains unexpected zero page at block 8311'
        assert fault(connection, index, deep=False) is None


def test_without_amcheck_it_says_what_it_cannot_see(run_job: RunJob) -> None:
    assert "amcheck is not installed" in run_job(CHECK).outcome.notes[0]


def test_an_invalid_index_is_found_with_the_command_that_mends_it(run_job: RunJob, sql: Sql) -> None:
    broken_unique_index(sql)

    result = run_job(CHECK)

    assert result.exit_code == ExitCode.ATTENTION
    (reject,) = result.outcome.rejects
    assert (reject.where, "db reindex --index ux_thing_name" in reject.command) == ("public.ux_thing_name", True)


def test_a_named_index_is_rebuilt(run_job: RunJob, sql: Sql) -> None:
    before = sql("SELECT pg_relation_filenode(%s)", (INDEX,))

    result = run_job(REINDEX, index=INDEX, reason="ticket 1")

    assert result.outcome.counts["indexes_rebuilt"] == 1
    assert sql("SELECT pg_relation_filenode(%s)", (INDEX,)) != before


def test_a_rebuild_waits_for_a_transaction_that_is_longer_than_others_wait_for_locks(
    run_job: RunJob, settings: pytest.MonkeyPatch, database_url: str
) -> None:
    settings.setenv("DATABASE_LOCK_TIMEOUT", "0.2")
    other = psycopg2.connect(database_url)
    other.cursor().execute("UPDATE invoices SET total = total")
    ends = threading.Timer(1.0, other.rollback)
    ends.start()

    result = run_job(REINDEX, index=INDEX, reason="ticket 1")

    ends.join()
    other.close()
    assert result.exit_code == ExitCode.DONE, result.error
    assert run_job(CHECK).exit_code == ExitCode.DONE


def test_a_dry_run_only_names_what_it_would_build(run_job: RunJob, sql: Sql) -> None:
    before = sql("SELECT pg_relation_filenode(%s)", (INDEX,))

    result = run_job(REINDEX, dry_run=True, index=INDEX, reason="ticket 1")

    assert result.outcome.tables[0].rows[0][0] == f"public.{INDEX}"
    assert sql("SELECT pg_relation_filenode(%s)", (INDEX,)) == before


def test_duplicate_keys_are_listed_and_nothing_is_removed(run_job: RunJob, sql: Sql) -> None:
    broken_unique_index(sql)

    result = run_job(REINDEX, reason="ticket 1")

    assert result.exit_code == ExitCode.ATTENTION
    assert "Nothing was removed" in result.outcome.rejects[0].detail
    assert [(key, rows) for key, rows, _ in result.outcome.tables[-1].rows] == [("twice", 2)]
    assert sql("SELECT count(*) FROM public.thing") == [(3,)]


@pytest.mark.parametrize(
    ("key", "listed"),
    [
        pytest.param("(name) WHERE state <> ALL ('{done,dropped}')", "a:b", id="partial"),
        pytest.param("(lower(name), (state || ':x')) WHERE state <> 'done'", "(a:b,open:x)", id="expressions"),
        pytest.param("(name) INCLUDE (id) WHERE state = 'open'", "a:b", id="included"),
    ],
)
def test_only_rows_that_the_index_has_are_duplicates(run_job: RunJob, sql: Sql, key: str, listed: str) -> None:
    sql("CREATE TABLE public.thing (id integer, name text, state text)")
    sql("INSERT INTO public.thing VALUES (1, 'b', 'done'), (2, 'b', 'done'), (3, 'a:b', 'open'), (4, 'a:b', 'open')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        sql(f"CREATE UNIQUE INDEX CONCURRENTLY ux_thing ON public.thing {key}")

    result = run_job(REINDEX, reason="ticket 1")

    assert result.exit_code == ExitCode.ATTENTION, result.error
    assert [(key, rows) for key, rows, _ in result.outcome.tables[-1].rows] == [(listed, 2)]


def test_every_unique_index_can_be_asked_for_its_duplicates(engine: Engine) -> None:
    with outside_transactions(engine) as connection:
        unique = [one for one in list_indexes(connection) if one.is_unique]

        assert [one.name for one in unique if find_duplicates(connection, one)] == []


def test_a_build_that_failed_leaves_nothing_behind(run_job: RunJob, sql: Sql) -> None:
    broken_unique_index(sql)
    run_job(REINDEX, reason="ticket 1")

    assert sql("SELECT count(*) FROM pg_class WHERE relname ~ '_cc(new|old)'") == [(0,)]


def test_what_a_killed_build_left_behind_is_removed_by_the_next_run(
    run_job: RunJob, sql: Sql, database_url: str
) -> None:
    sql("CREATE TABLE public.thing (name text)")
    sql("CREATE INDEX ix_thing_name ON public.thing (name)")
    with psycopg2.connect(database_url) as writer, writer.cursor() as cursor:
        cursor.execute("INSERT INTO public.thing VALUES ('x')")
        sql("SET statement_timeout = '200ms'")
        with pytest.raises(psycopg2.errors.QueryCanceled):
            sql("REINDEX INDEX CONCURRENTLY ix_thing_name")
        sql("SET statement_timeout = 0")
    writer.close()
    assert [reject.where for reject in run_job(CHECK).outcome.rejects] == ["public.ix_thing_name_ccnew"]

    result = run_job(REINDEX, reason="ticket 1")

    assert (result.exit_code, result.outcome.counts["leftovers_removed"]) == (ExitCode.DONE, 1)
    assert sql("SELECT count(*) FROM pg_class WHERE relname ~ '^ix_thing_name'") == [(1,)]


def test_once_the_duplicate_is_gone_the_index_is_built(run_job: RunJob, sql: Sql) -> None:
    broken_unique_index(sql)
    sql("DELETE FROM public.thing WHERE id = 2")

    result = run_job(REINDEX, reason="ticket 1")

    assert result.exit_code == ExitCode.DONE, result.error
    assert sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ux_thing_name'::regclass") == [(True,)]


def test_an_unknown_index_is_refused(run_job: RunJob) -> None:
    assert "no index 'nope'" in (run_job(REINDEX, index="nope", reason="x").error or "")
