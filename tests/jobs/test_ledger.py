"""The ledger tells the truth about every run, also about those whose processes vanished."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from config.errors import AlreadyRunning
from jobs.run import ledger
from jobs.run.locks import RunLock
from jobs.run.outcome import Reject
from jobs.run.shard import WHOLE, Shard
from tests.jobs.conftest import Open
from tests.waiting import wait_until

REJECT = Reject("line 7", "unknown invoice", "REG1", "python3 invoke_jobs.py explain invoice 1", Decimal("8.50"))
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%job_runs%'"
)


def started(connection: Connection, job: str = "A_JOB", shard: Shard = WHOLE, command: str = "A_JOB 1") -> int:
    return ledger.start(
        connection, job=job, arguments={"day": "2022-06-25", "password": "canary-9"}, command=command, shard=shard,
        triggered_by="hand:olive", reason="ticket 7", pod="pod-7", version="1+abc",
    )  # fmt: skip


def aged(connection: Connection, run_id: int) -> None:
    """Let a run have begun a minute ago."""
    connection.execute(
        text("UPDATE pay_jobs.job_runs SET started_on = started_on - interval '1 minute' WHERE id = :id"),
        {"id": run_id},
    )


def status(connection: Connection, run_id: int) -> str:
    run = ledger.find(connection, run_id)
    assert run is not None
    return run.status


def test_a_run_is_written_with_all_that_was_asked(open_session: Open) -> None:
    connection = open_session()

    run = ledger.find(connection, started(connection, shard=Shard(3, 16)))

    assert run is not None
    assert (run.job, run.command, run.shard_number, run.shard_count) == ("A_JOB", "A_JOB 1", 3, 16)
    assert (run.status, run.triggered_by, run.reason, run.pod, run.version) == (
        "starting", "hand:olive", "ticket 7", "pod-7", "1+abc",
    )  # fmt: skip
    assert run.arguments["day"] == "2022-06-25"


def test_secrets_among_the_arguments_are_masked(open_session: Open) -> None:
    connection = open_session()

    run = ledger.find(connection, started(connection, command="A_JOB --token=canary-9"))

    assert run is not None
    assert (run.arguments["password"], run.command) == ("***", "A_JOB --token=***")


def test_a_finished_run_has_its_outcome(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)

    ledger.finish(connection, run_id, status="attention", exit_code=3, counts={"rows": 7}, rejects=[REJECT] * 2,
                  artifacts=["s3://bucket/a"], notes=["one file waits"])  # fmt: skip

    run = ledger.find(connection, run_id)
    assert run is not None
    assert (run.status, run.exit_code, run.counts, run.rejects, run.artifacts) == (
        "attention", 3, {"rows": 7}, 2, ["s3://bucket/a"],
    )  # fmt: skip
    assert run.notes == ["one file waits"]
    assert run.seconds is not None
    assert run.seconds >= 0


def test_rejects_are_kept_with_their_run_in_order_and_masked(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)
    secret = Reject("line 8", "refused", "password=canary-9")

    ledger.finish(connection, run_id, status="attention", exit_code=3, counts={}, rejects=[REJECT, secret])

    assert ledger.rejects_of(connection, run_id) == [REJECT, Reject("line 8", "refused", "password=***")]


def test_of_many_rejects_the_first_are_kept_and_all_are_counted(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)

    rejects = [REJECT] * (ledger.KEPT_REJECTS + 1)
    ledger.finish(connection, run_id, status="attention", exit_code=3, counts={}, rejects=rejects)

    run = ledger.find(connection, run_id)
    assert run is not None
    assert (run.rejects, len(ledger.rejects_of(connection, run_id))) == (len(rejects), ledger.KEPT_REJECTS)


def test_runs_are_found_by_how_they_ended_since_when_and_who_started_them(open_session: Open) -> None:
    connection = open_session()
    by_hand, by_clock, lost = (started(connection) for _ in range(3))
    connection.execute(text("UPDATE pay_jobs.job_runs SET triggered_by = 'cronjob' WHERE id = :id"), {"id": by_clock})
    ledger.finish(connection, by_hand, status="done", exit_code=0, counts={})
    ledger.finish(connection, by_clock, status="failed", exit_code=1, counts={})
    aged(connection, lost)
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    def found(**asked: Any) -> list[int]:
        return [run.id for run in ledger.newest(connection, **asked)]

    assert (found(by_clock=True), found(by_clock=False)) == ([by_clock], [lost, by_hand])
    assert (found(status="done"), found(status="lost"), found(status="running")) == ([by_hand], [lost], [])
    assert found(status="failed", by_clock=False) == found(since=tomorrow) == []


def test_a_run_whose_session_lives_is_running(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)
    RunLock(connection).mark_alive(run_id)
    ledger.mark_running(connection, run_id)

    assert status(open_session(), run_id) == "running"
    assert ledger.mark_lost(open_session(), "A_JOB") == []


def test_a_run_whose_session_has_gone_shows_as_lost_before_anybody_marked_it(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)
    ledger.mark_running(connection, run_id)

    assert status(connection, run_id) == "lost"
    assert [run.status for run in ledger.newest(connection)] == ["lost"]
    assert connection.scalar(text("SELECT status FROM pay_jobs.job_runs")) == "running"


def test_lost_runs_are_marked_once_and_given_with_what_they_had_finished(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)
    ledger.mark_running(connection, run_id)
    ledger.record_progress(connection, run_id, {"last_period": "DAILY 2022-06-25"})

    lost = ledger.mark_lost(connection, "A_JOB")

    assert [(run.id, run.progress) for run in lost] == [(run_id, {"last_period": "DAILY 2022-06-25"})]
    assert ledger.mark_lost(connection, "A_JOB") == []
    marked = ledger.find(connection, run_id)
    assert marked is not None
    assert (marked.status, marked.error) == (
        "lost", "The process vanished without a word (killed, evicted, or out of memory).",
    )  # fmt: skip


def test_what_a_lost_run_found_stays_with_it(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)
    ledger.mark_running(connection, run_id)
    ledger.keep_rejects(connection, [REJECT], run_id=run_id)
    ledger.keep_rejects(connection, [REJECT], run_id=run_id)

    ledger.mark_lost(connection, "A_JOB")

    assert ledger.rejects_of(connection, run_id) == [REJECT, REJECT]
    lost = ledger.find(connection, run_id)
    assert lost is not None
    assert lost.rejects == 2


def test_a_run_that_ends_keeps_its_rejects_once_in_their_order(open_session: Open) -> None:
    connection = open_session()
    run_id, first = started(connection), Reject("line 1", "first")
    ledger.keep_rejects(connection, [REJECT], run_id=run_id)

    ledger.finish(connection, run_id, status="attention", exit_code=3, counts={}, rejects=[first, REJECT])

    assert ledger.rejects_of(connection, run_id) == [first, REJECT]


def test_a_run_that_failed_after_it_found_something_keeps_what_it_found(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)
    ledger.keep_rejects(connection, [REJECT], run_id=run_id)

    ledger.finish(connection, run_id, status="failed", exit_code=1, counts={}, error="CFS is away.")

    failed = ledger.find(connection, run_id)
    assert failed is not None
    assert (failed.rejects, ledger.rejects_of(connection, run_id)) == (1, [REJECT])


def test_a_run_is_not_marked_lost_while_a_transaction_of_it_is_open(open_session: Open, engine: Engine) -> None:
    connection = open_session()
    run_id = started(connection)
    ledger.mark_running(connection, run_id)
    connection.execute(text("SET lock_timeout = '50ms'"))

    with engine.begin() as work:
        ledger.hold(work, run_id)
        ledger.record_progress(connection, run_id, {"file": 1})
        with pytest.raises(AlreadyRunning, match=f"A_JOB run {run_id} in pod pod-7 has lost its lock, but a transac"):
            ledger.mark_lost(connection, "A_JOB")

    assert [run.id for run in ledger.mark_lost(connection, "A_JOB")] == [run_id]


def test_a_run_that_comes_to_its_end_while_it_is_looked_at_is_not_marked_lost(
    open_session: Open, engine: Engine
) -> None:
    connection, other = open_session(), open_session()
    run_id = started(connection)
    ledger.mark_running(connection, run_id)

    with ThreadPoolExecutor() as pool:
        with engine.begin() as ending:
            ending.execute(text("UPDATE pay_jobs.job_runs SET status = 'done'"))
            marked = pool.submit(ledger.mark_lost, other, "A_JOB")
            wait_until(lambda: connection.scalar(WAITING), "it waits")
        assert marked.result() == []

    assert status(connection, run_id) == "done"


def test_a_run_that_was_starting_a_moment_ago_is_given_the_benefit(open_session: Open) -> None:
    connection = open_session()
    run_id = started(connection)
    assert ledger.mark_lost(connection, "A_JOB") == []

    aged(connection, run_id)

    assert [run.id for run in ledger.mark_lost(connection, "A_JOB")] == [run_id]


def test_a_run_of_another_job_is_not_marked(open_session: Open) -> None:
    connection = open_session()
    ledger.mark_running(connection, started(connection, "OTHER_JOB"))

    assert ledger.mark_lost(connection, "A_JOB") == []


def test_the_newest_runs_come_first_and_no_more_than_asked_for(open_session: Open) -> None:
    connection = open_session()
    runs = [started(connection, job) for job in ("A_JOB", "OTHER_JOB", "A_JOB")]

    assert [run.id for run in ledger.newest(connection)] == runs[::-1]
    assert [run.id for run in ledger.newest(connection, limit=1)] == [runs[2]]
    assert [run.id for run in ledger.newest(connection, job="A_JOB")] == [runs[2], runs[0]]


def test_a_run_that_is_not_there(open_session: Open) -> None:
    assert ledger.find(open_session(), 42) is None


@pytest.mark.parametrize("status", ["done", "attention", "failed", "interrupted", "locked", "lost"])
def test_a_run_that_ended_keeps_its_status(open_session: Open, status: str) -> None:
    connection = open_session()
    run_id = started(connection)
    ledger.finish(connection, run_id, status=status, exit_code=0, counts={}, rejects=[], artifacts=[], error=None)
    aged(connection, run_id)

    assert ledger.mark_lost(connection, "A_JOB") == []
    assert globals()["status"](connection, run_id) == status
