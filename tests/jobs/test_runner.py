"""The life of a run, from its settings to its exit code."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.pool import Pool

from config.errors import (
    AlreadyRunning,
    ConfigError,
    ExitCode,
    FormatError,
    InputRefused,
    Interrupted,
    PayJobsError,
    SourceRefused,
    SourceUnavailable,
    UsageError,
)
from connectors.cfs import CfsRejected
from jobs.run import ledger
from jobs.run.context import RunContext
from jobs.run.locks import RunLock
from jobs.run.outcome import Outcome, Reject, Table
from jobs.run.result import show
from jobs.run.stopping import StopRequest
from tests.dumps import dump
from tests.jobs.conftest import NOW, RunJob, job_that

COUNT = text("SELECT count(*) FROM invoice_status_codes WHERE description = 'test'")


def add_code(context: RunContext, _arguments: Any = None) -> Outcome:
    """A task that writes one row."""
    with context.database.begin() as session:
        session.execute(text("INSERT INTO invoice_status_codes (code, description) VALUES ('T1', 'test')"))
        seen = session.execute(COUNT).scalar_one()
    outcome = Outcome()
    outcome.counts["codes_added"] = seen
    return outcome


def raising(error: Exception) -> Callable[..., Outcome]:
    """Return a task that writes a row and then fails inside the transaction."""

    def fail(context: RunContext, _arguments: Any) -> Outcome:
        with context.database.begin() as session:
            session.execute(text("INSERT INTO invoice_status_codes (code, description) VALUES ('T1', 'test')"))
            raise error

    return fail


def newest(engine: Engine) -> ledger.Run:
    """Return the last row of the ledger."""
    with engine.connect() as connection:
        return ledger.newest(connection)[0]


def codes(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(COUNT).scalar_one())


def test_a_run_costs_thirteen_statements_and_two_connections_with_one_statement_of_its_own(run_job: RunJob) -> None:
    statements, connections = [], []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    def connect(_raw: Any, _record: Any) -> None:
        connections.append("one")

    def look(context: RunContext, _arguments: Any) -> Outcome:
        with context.database.begin() as session:
            session.execute(COUNT)
        return Outcome()

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Pool, "connect", connect)
    try:
        run_job(job_that(look))
    finally:
        event.remove(Engine, "before_cursor_execute", count)
        event.remove(Pool, "connect", connect)

    assert (len(statements), len(connections)) == (13, 2), statements


def test_a_run_that_is_done_is_written_down_with_its_counts(run_job: RunJob, engine: Engine) -> None:
    result = run_job(job_that(add_code), day="2022-06-25")

    run = newest(engine)
    assert (result.exit_code, result.status, result.run_id) == (ExitCode.DONE, "done", run.id)
    assert (run.status, run.exit_code, run.counts, run.arguments) == (
        "done", 0, {"codes_added": 1}, {"day": "2022-06-25"},
    )  # fmt: skip
    assert (run.triggered_by, run.pod, run.command) == ("hand:olive", "pod-7", "A_JOB 2022-06-25")
    assert codes(engine) == 1


def test_a_run_of_the_cluster_says_so(run_job: RunJob, engine: Engine, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")
    settings.setenv("PAY_JOBS_BUILD", "2e8b153")

    run_job(job_that(add_code))

    assert (newest(engine).triggered_by, newest(engine).version.partition("+")[2]) == ("cronjob", "2e8b153")


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (SourceUnavailable("CFS is away."), 1, "failed"),
        (ConfigError("Wrong."), 2, "failed"),
        (FormatError("Wrong."), 3, "attention"),
        (RuntimeError("oops"), 1, "failed"),
    ],
)
def test_what_a_task_raises_becomes_exit_code_and_status_and_nothing_stays(
    run_job: RunJob, engine: Engine, error: Exception, code: int, status: str
) -> None:
    result = run_job(job_that(raising(error)))

    run = newest(engine)
    assert (int(result.exit_code), result.status) == (code, status)
    assert (run.exit_code, run.status, run.error) == (code, status, result.error)
    assert codes(engine) == 0


def test_an_error_of_ours_is_said_with_what_to_do_now(run_job: RunJob) -> None:
    result = run_job(job_that(raising(SourceUnavailable("CFS is away."))))

    assert result.error == "CFS is away. Nothing was lost: the next run tries again."


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (SourceUnavailable("CFS is away."), "CFS is away. Fill the gaps."),
        (
            ValueError("odd"),
            "ValueError: odd. This is a fault of the program: report it with the log above. Fill the gaps.",
        ),
        (SourceRefused("No."), "No. Check the credentials, the host key and the rights; trying again does not help."),
        (Interrupted("Stopped."), f"Stopped. {Interrupted.__doc__}"),
    ],
)
def test_a_failure_that_the_next_run_does_not_make_up_for_says_what_does(
    run_job: RunJob, error: Exception, expected: str
) -> None:
    assert run_job(job_that(raising(error), after_failure="Fill the gaps.")).error == expected


def test_a_fault_of_the_program_is_called_one(run_job: RunJob) -> None:
    result = run_job(job_that(raising(KeyError("amount"))))

    assert result.error is not None
    assert result.error.startswith("KeyError: 'amount'. This is a fault of the program: report it with the log above.")


def test_a_database_error_is_explained(run_job: RunJob) -> None:
    def divide(context: RunContext, _arguments: Any) -> Outcome:
        with context.database.begin() as session:
            session.execute(text("SELECT 1/0"))
        return Outcome()

    result = run_job(job_that(divide))

    assert result.exit_code == ExitCode.FAILED
    assert result.error is not None
    assert result.error.startswith("The database refused a statement: division by zero.")


def test_rejects_ask_for_a_person(run_job: RunJob, engine: Engine) -> None:
    result = run_job(job_that(lambda *_: Outcome(rejects=[Reject("line 7", "unknown invoice")])))

    assert (result.exit_code, result.status) == (ExitCode.ATTENTION, "attention")
    assert (newest(engine).rejects, newest(engine).exit_code) == (1, 3)


def test_a_dry_run_shows_what_would_change_and_leaves_no_trace(run_job: RunJob, database_url: str) -> None:
    before = dump(database_url)

    result = run_job(job_that(add_code), dry_run=True)

    assert dump(database_url) == before
    assert (result.outcome.counts, result.run_id, result.dry_run) == ({"codes_added": 1}, None, True)


def test_a_second_run_beside_the_first_gets_75_and_is_written_down(run_job: RunJob, engine: Engine) -> None:
    inner: list[Any] = []

    def run_another(context: RunContext, _arguments: Any) -> Outcome:
        inner.append(run_job(job_that(add_code)))
        return Outcome()

    outer = run_job(job_that(run_another))

    assert outer.exit_code == ExitCode.DONE
    assert (inner[0].exit_code, inner[0].status) == (ExitCode.LOCKED, "locked")
    assert f"A_JOB is running already: run {outer.run_id} in pod pod-7" in inner[0].error
    assert inner[0].error.endswith("run any other command again when that run is over.")
    with engine.connect() as connection:
        assert {run.id: run.status for run in ledger.newest(connection)} == {
            outer.run_id: "done", inner[0].run_id: "locked",
        }  # fmt: skip
    assert codes(engine) == 0


def test_after_a_run_the_lock_is_free(run_job: RunJob, engine: Engine) -> None:
    for error in (RuntimeError("oops"), SourceUnavailable("away")):
        run_job(job_that(raising(error)))

    assert run_job(job_that(add_code)).exit_code == ExitCode.DONE


def test_a_lost_run_is_reported_by_the_next_one_with_what_it_had_finished(run_job: RunJob, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, progress)"
                """ VALUES ('A_JOB', 'A_JOB 2022-06-24', 'running', 'cronjob', 'pod-6', '1', '{"last_period": "x"}')"""
            )
        )

    result = run_job(job_that(add_code))

    assert result.outcome.notes == [
        "An earlier run of this job was lost: run 1 (A_JOB 2022-06-24); it had finished last period x."
    ]
    with engine.connect() as connection:
        assert [run.status for run in ledger.newest(connection)] == ["done", "lost"]


def test_what_a_lost_run_found_needs_attention_after_the_next_one(run_job: RunJob, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "WITH run AS (INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version)"
                " VALUES ('A_JOB', 'A_JOB 2022-06-24', 'running', 'cronjob', 'pod-6', '1') RETURNING id)"
                " INSERT INTO pay_jobs.run_rejects (run_id, number, place, reason, detail, command)"
                " SELECT id, 1, 'line 7', 'no invoice', '', '' FROM run"
            )
        )

    result = run_job(job_that(add_code))

    assert result.exit_code == ExitCode.ATTENTION
    [reject] = result.outcome.rejects
    assert (reject.where, reject.command) == ("run 1", "python3 invoke_jobs.py show 1")
    assert reject.detail == "It was lost before it could tell: 1 thing needed attention then."


def lose_the_lock(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE '%of A_JOB (lock)' AND datname = current_database()"
            )
        )


def test_the_loss_of_the_lock_stops_the_commit_and_the_run_is_written_down_as_failed(
    run_job: RunJob, engine: Engine
) -> None:
    def lose_it(context: RunContext, _arguments: Any) -> Outcome:
        lose_the_lock(engine)
        return add_code(context)

    result = run_job(job_that(lose_it))

    assert result.exit_code == ExitCode.FAILED
    assert "The connection that holds the job's lock was lost" in str(result.error)
    assert codes(engine) == 0
    assert (newest(engine).status, newest(engine).exit_code, newest(engine).error) == ("failed", 1, result.error)


def test_a_lock_that_is_lost_after_the_last_commit_changes_nothing_about_what_was_done(
    run_job: RunJob, engine: Engine
) -> None:
    def lose_it(context: RunContext, _arguments: Any) -> Outcome:
        outcome = add_code(context)
        lose_the_lock(engine)
        return outcome

    assert run_job(job_that(lose_it)).status == "done"
    assert (newest(engine).status, newest(engine).counts) == ("done", {"codes_added": 1})


def test_a_run_that_another_one_has_marked_lost_changes_nothing_more(run_job: RunJob, engine: Engine) -> None:
    def be_given_up(context: RunContext, _arguments: Any) -> Outcome:
        with engine.begin() as connection:
            connection.execute(text("UPDATE pay_jobs.job_runs SET status = 'lost'"))
        return add_code(context)

    result = run_job(job_that(be_given_up))

    assert (result.exit_code, codes(engine)) == (ExitCode.FAILED, 0)
    assert f"Run {result.run_id} was marked lost by a later run of its job" in str(result.error)


def test_a_run_that_is_asked_to_stop_is_interrupted(run_job: RunJob, engine: Engine) -> None:
    stop = StopRequest()

    def ask_and_check(context: RunContext, _arguments: Any) -> Outcome:
        stop.request()
        context.stop.check()
        return add_code(context)

    result = run_job(job_that(ask_and_check), stop=stop)

    assert (result.exit_code, result.status, newest(engine).status) == (ExitCode.FAILED, "interrupted", "interrupted")
    assert codes(engine) == 0


def test_a_statement_that_is_cancelled_by_a_stop_is_an_interruption(run_job: RunJob, engine: Engine) -> None:
    stop = StopRequest()

    def wait(context: RunContext, _arguments: Any) -> Outcome:
        stop.request()
        ended = threading.Event()

        def cancel_until_it_ends() -> None:
            while not ended.wait(0.1):
                context.database.cancel()

        threading.Thread(target=cancel_until_it_ends).start()
        try:
            with context.database.begin() as session:
                session.execute(text("INSERT INTO invoice_status_codes (code, description) VALUES ('T1', 'test')"))
                session.execute(text("SELECT pg_sleep(20)"))
        finally:
            ended.set()
        return Outcome()

    result = run_job(job_that(wait), stop=stop)

    assert (result.exit_code, result.status) == (ExitCode.FAILED, "interrupted")
    assert "the transaction that was open was rolled back" in str(result.error)
    assert codes(engine) == 0


def test_progress_is_kept_in_the_ledger(run_job: RunJob, engine: Engine) -> None:
    def work(context: RunContext, _arguments: Any) -> Outcome:
        context.record_progress({"file": 3})
        raise SourceUnavailable("CFS is away.")

    run_job(job_that(work))

    assert newest(engine).progress == {"file": 3}


def test_a_task_is_given_its_clock_its_run_and_its_shard(run_job: RunJob) -> None:
    given: list[RunContext] = []

    def look(context: RunContext, _arguments: Any) -> Outcome:
        given.append(context)
        return Outcome()

    result = run_job(job_that(look), shard="3/16")

    [context] = given
    assert (context.clock(), str(context.today()), context.run_id, str(context.shard)) == (
        NOW, "2022-06-26", result.run_id, "3/16",
    )  # fmt: skip


def test_a_pod_of_an_indexed_job_gets_its_shard(run_job: RunJob, engine: Engine, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("JOB_COMPLETION_INDEX", "2")
    settings.setenv("JOB_COMPLETION_COUNT", "16")

    run_job(job_that(add_code))

    assert (newest(engine).shard_number, newest(engine).shard_count) == (3, 16)


def test_a_job_that_cannot_be_split_refuses_a_shard(run_job: RunJob, database_url: str) -> None:
    before = dump(database_url)

    result = run_job(job_that(add_code, shardable=False), shard="1/2")

    assert result.exit_code == ExitCode.USAGE
    assert "A_JOB cannot be split into shards; remove --shard." in str(result.error)
    assert dump(database_url) == before


def test_only_the_settings_that_the_job_needs_are_asked_for(run_job: RunJob) -> None:
    without, needing = job_that(add_code), job_that(add_code, needs=("CfsSettings",))

    assert run_job(without).exit_code == ExitCode.DONE
    assert "CFS_BASE_URL is missing" in str(run_job(needing).error)


def test_missing_settings_of_all_systems_are_one_error(run_job: RunJob, settings: pytest.MonkeyPatch) -> None:
    settings.delenv("DATABASE_URL")

    result = run_job(job_that(add_code, needs=("CfsSettings", "ObjectStoreSettings")))

    assert result.exit_code == ExitCode.USAGE
    for name in ("DATABASE_URL", "CFS_BASE_URL", "MINIO_ENDPOINT"):
        assert name in str(result.error)


PROMISED = {"job", "run_id", "status", "exit_code", "seconds", "counts", "rejects", "artifacts", "error"}


@pytest.mark.parametrize("error", [None, SourceUnavailable("away"), UsageError("wrong"), RuntimeError("oops")])
def test_json_is_exactly_one_object_with_the_promised_keys(
    run_job: RunJob, capsys: pytest.CaptureFixture[str], error: PayJobsError | None
) -> None:
    result = run_job(job_that(raising(error) if error else add_code))
    capsys.readouterr()

    show(result, as_json=True)

    [line] = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert said.keys() >= PROMISED
    assert (said["job"], said["status"], said["exit_code"]) == ("A_JOB", result.status, int(result.exit_code))


def test_json_holds_the_rows_of_tables_and_the_rejects_as_objects(
    run_job: RunJob, capsys: pytest.CaptureFixture[str]
) -> None:
    table, reject = Table("Found", ("a", "b"), [(1, "x"), (2, None)]), Reject("line 7", "unknown", "password=canary")
    result = run_job(job_that(lambda *_: Outcome(tables=[table], rejects=[reject])))
    capsys.readouterr()

    show(result, as_json=True)

    said = json.loads(capsys.readouterr().out)
    assert said["tables"] == [{"key": "rows", "title": "Found", "rows": [{"a": 1, "b": "x"}, {"a": 2, "b": None}]}]
    assert said["rejects"] == [
        {"where": "line 7", "reason": "unknown", "detail": "password=***", "command": "", "amount": None}
    ]


def test_people_read_the_result_on_stdout_and_the_error_on_stderr(
    run_job: RunJob, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run_job(job_that(raising(SourceUnavailable("CFS is away."))))
    capsys.readouterr()

    show(result, as_json=False)

    said = capsys.readouterr()
    assert said.out == f"A_JOB failed after {result.seconds:.1f} s [run {result.run_id}]\n"
    assert said.err == "Error: CFS is away. Nothing was lost: the next run tries again.\n"


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (lambda *_: Outcome(), r"A_JOB finished in 0\.\d s"),
        (lambda *_: Outcome(attention=True), r"A_JOB finished in 0\.\d s and needs attention"),
        (raising(InputRefused("Batch 7 is not sent again")), r"A_JOB refused: nothing was done"),
        (
            raising(CfsRejected("no", reason="no", status_code=400)),  # after other changes, it may be
            r"A_JOB failed after 0\.\d s and needs attention",
        ),
        (raising(SourceRefused("wrong key")), r"A_JOB failed after 0\.\d s and needs attention"),
        (raising(Interrupted("asked")), r"A_JOB stopped on request after 0\.\d s"),
        (raising(AlreadyRunning("another")), r"A_JOB did not run: another run is in progress"),
    ],
)
def test_the_last_line_tells_the_outcome_first(
    run_job: RunJob, capsys: pytest.CaptureFixture[str], task: Callable[..., Outcome], said: str
) -> None:
    result = run_job(job_that(task))
    capsys.readouterr()

    show(result, as_json=False)

    assert re.fullmatch(rf"{said}( \[run \d+\])?\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (lambda *_: Outcome(), r"A_JOB would finish \(dry run of 0\.\d s: nothing was changed\)\n"),
        (
            lambda *_: Outcome(counts=Counter(rows_applied=1200), attention=True),
            r"A_JOB would finish and need attention \(dry run of 0\.\d s: nothing was changed\)\. It would count:\n"
            r" +1,200  rows applied\n",
        ),
        (raising(Interrupted("asked")), r"A_JOB stopped on request after 0\.\d s \(dry run: nothing was changed\)\n"),
    ],
)
def test_a_dry_run_says_what_would_be(
    run_job: RunJob, capsys: pytest.CaptureFixture[str], task: Callable[..., Outcome], said: str
) -> None:
    result = run_job(job_that(task), dry_run=True)
    capsys.readouterr()

    show(result, as_json=False)

    assert re.fullmatch(said, capsys.readouterr().out)


def test_the_answer_comes_first_and_the_outcome_last(run_job: RunJob, capsys: pytest.CaptureFixture[str]) -> None:
    tables = [Table("Rows", ("a",), [("x",)]), Table("None", ("a",), [])]
    outcome = Outcome(answer="2 rows are late.", tables=tables, notes=["a note"])
    result = run_job(job_that(lambda *_: outcome))
    capsys.readouterr()

    show(result, as_json=False)

    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["2 rows are late.", ""]
    assert "a note" in said
    assert "None" not in said
    assert said[-1].startswith("A_JOB finished in ")


@pytest.mark.parametrize(("name", "events"), [("explain it", 0), ("A_JOB", 2)])
def test_a_hand_tool_logs_warnings_only(
    run_job: RunJob, capsys: pytest.CaptureFixture[str], name: str, events: int
) -> None:
    run_job(job_that(lambda *_: Outcome(), name=name))

    assert len(capsys.readouterr().err.splitlines()) == events


def test_a_failure_while_the_row_is_started_is_written_into_the_row(
    run_job: RunJob, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_lock: RunLock, run_id: int) -> None:
        raise ConfigError(f"Run {run_id} is marked alive by another session already.")

    monkeypatch.setattr(RunLock, "mark_alive", refuse)

    result = run_job(job_that(add_code))

    assert (newest(engine).status, newest(engine).exit_code, newest(engine).error) == ("failed", 2, result.error)
    assert codes(engine) == 0


def test_the_log_of_a_run_ends_with_exactly_one_run_finished(
    run_job: RunJob, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run_job(job_that(add_code))

    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [event["event"] for event in events] == ["run.started", "run.finished"]
    assert {event["run_id"] for event in events} == {result.run_id}
    assert (events[-1]["exit_code"], events[-1]["codes_added"]) == (0, 1)
