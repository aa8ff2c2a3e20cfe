"""One run at a time: advisory locks that die with their holder."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from config.errors import AlreadyRunning, SourceUnavailable
from connectors.effects import ClaimLost
from jobs.run import ledger
from jobs.run.locks import RunLock, living_runs, lock_key, name_session
from jobs.run.shard import WHOLE, Shard, parse_shard
from tests.jobs.conftest import Open
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
JOB = "GENERATE_STATEMENTS"


def start(connection: Connection, shard: Shard = WHOLE, job: str = JOB) -> tuple[int, RunLock]:
    """Begin a run as the runner does, up to the point where it asks for its lock."""
    run_id = ledger.start(
        connection, job=job, arguments={}, command=job, shard=shard, triggered_by="cronjob", reason=None, pod="pod-7",
        version="1",
    )  # fmt: skip
    lock = RunLock(connection)
    lock.mark_alive(run_id)
    name_session(connection, f"pay-jobs run {run_id} of {job} (lock)")
    return run_id, lock


def take(connection: Connection, shard: str = "1/1", job: str = JOB) -> RunLock:
    """Begin a run and take its lock."""
    _, lock = start(connection, parse_shard(shard), job)
    lock.take(job, parse_shard(shard))
    return lock


def test_a_second_run_of_a_job_is_refused(open_session: Open) -> None:
    take(open_session())

    with pytest.raises(AlreadyRunning):
        take(open_session())


def test_the_refusal_says_who_holds_the_lock_and_since_when(open_session: Open) -> None:
    holder = open_session()
    run_id, lock = start(holder)
    lock.take(JOB, WHOLE)
    run = ledger.find(holder, run_id)
    pid = holder.scalar(text("SELECT pg_backend_pid()"))
    assert run is not None

    with pytest.raises(AlreadyRunning) as refused:
        take(open_session())

    assert str(refused.value) == (
        f"GENERATE_STATEMENTS is running already: run {run_id} in pod pod-7, database process {pid} from local socket, "
        f"since {run.started_on:%Y-%m-%d %H:%M:%S} UTC."
    )


def test_a_dry_run_that_holds_the_lock_is_named_as_one(open_session: Open) -> None:
    holder = open_session()
    name_session(holder, "pay-jobs GENERATE_STATEMENTS")
    RunLock(holder).take(JOB, WHOLE)

    with pytest.raises(AlreadyRunning, match=r"running already: pay-jobs GENERATE_STATEMENTS \(a dry run\), database"):
        take(open_session())


def test_another_job_runs_beside_it(open_session: Open) -> None:
    take(open_session())

    take(open_session(), job="PAD_RECONCILE")


def test_different_shards_run_beside_each_other(open_session: Open) -> None:
    for shard in ("1/3", "2/3", "3/3"):
        take(open_session(), shard)


def test_the_same_shard_is_refused_a_second_time(open_session: Open) -> None:
    take(open_session(), "2/3")

    with pytest.raises(AlreadyRunning, match="GENERATE_STATEMENTS shard 2/3 is running already: run "):
        take(open_session(), "2/3")


@pytest.mark.parametrize(("first", "second"), [("1/1", "2/3"), ("2/3", "1/1")])
def test_a_shard_and_a_whole_run_exclude_each_other(open_session: Open, first: str, second: str) -> None:
    take(open_session(), first)

    with pytest.raises(AlreadyRunning):
        take(open_session(), second)


@pytest.mark.parametrize(("first", "second"), [("1/2", "3/4"), ("3/4", "1/2"), ("1/2", "2/3")])
def test_shards_of_different_counts_exclude_each_other(open_session: Open, first: str, second: str) -> None:
    take(open_session(), first)

    with pytest.raises(AlreadyRunning) as refused:
        take(open_session(), second)

    assert f"GENERATE_STATEMENTS shard {second} cannot run beside shard {first} of run " in str(refused.value)


def test_after_a_release_the_next_run_may_begin(open_session: Open) -> None:
    first = open_session()
    take(first, "1/2").release()

    take(open_session(), "1/1")

    assert (
        first.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")) == 0
    )


def test_a_release_notices_that_the_lock_was_no_longer_held(open_session: Open) -> None:
    connection = open_session()
    lock = take(connection)
    connection.execute(text("SELECT pg_advisory_unlock_all()"))

    with pytest.raises(SourceUnavailable, match="was not held any more at the end of the run"):
        lock.release()


def test_before_a_commit_a_lost_connection_is_noticed(open_session: Open) -> None:
    connection = open_session()
    lock = take(connection)
    pid = connection.scalar(text("SELECT pg_backend_pid()"))
    open_session().execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with pytest.raises(SourceUnavailable, match="connection that holds the job's lock was lost"):
        lock.still_held()


def test_before_a_commit_a_session_that_was_reset_is_noticed(open_session: Open) -> None:
    connection = open_session()
    lock = take(connection)
    lock.still_held()
    connection.execute(text("SELECT pg_advisory_unlock_all()"))

    with pytest.raises(ClaimLost, match="holds 0 of its 2 advisory locks"):
        lock.still_held()


def test_a_run_lives_as_long_as_its_session(open_session: Open) -> None:
    connection, other = open_session(), open_session()
    run_id, _ = start(connection)
    assert living_runs(other, [run_id, run_id + 1]) == {run_id}

    connection.invalidate()
    connection.close()

    wait_until(lambda: living_runs(other, [run_id]) == set(), "the run is not alive")


@pytest.mark.slow
def test_a_lock_dies_with_its_holder_under_kill_9(open_session: Open, database_url: str) -> None:
    program = (
        "import sys, time\n"
        "from pydantic import SecretStr\n"
        "from config.settings import DatabaseSettings\n"
        "from database.engine import make_engine\n"
        "from jobs.run.locks import RunLock, open_lock_connection\n"
        "from jobs.run.shard import WHOLE\n"
        "engine = make_engine(DatabaseSettings(url=SecretStr(sys.argv[1])), application_name='holder')\n"
        f"RunLock(open_lock_connection(engine)).take('{JOB}', WHOLE)\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AlreadyRunning):
        take(open_session())

    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()

    wait_until(lambda: _may_run(open_session()), "the lock is free")


def test_keys_are_the_same_in_every_process_and_fit_a_bigint() -> None:
    assert lock_key("GENERATE_STATEMENTS") == lock_key("GENERATE_STATEMENTS")
    assert len({lock_key("run", number) for number in range(2000)}) == 2000
    assert all(0 <= lock_key("run", number) < 2**63 for number in range(2000))


def test_a_direct_connection_is_accepted(open_session: Open) -> None:
    assert open_session().scalar(text("SELECT 1")) == 1


def _may_run(connection: Connection) -> bool:
    try:
        RunLock(connection).take(JOB, WHOLE)
    except AlreadyRunning:
        return False
    return True
