"""What a check finds, and its verdict: kept as a run, so that pages and metrics need not ask again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.errors import ExitCode
from config.schedule import Schedule
from config.settings import PodSettings, read
from database.errors import explain
from jobs.run import ledger
from jobs.run.bare_run import start_bare_run
from jobs.run.locks import RunLock
from jobs.run.outcome import Reject
from jobs.watch.check import Finding, judge_runs, serve_instants
from jobs.watch.check_files import AnswerProbe, earliest, expected_files, judge_all_files, judge_answers
from jobs.watch.check_lengths import judge_lengths
from jobs.watch.entries import entries_of, read_runs

NAME = "check"
_REACHES_BACK = timedelta(days=31)  # after an outage


def find_all(
    connection: Connection,
    schedule: Schedule,
    jobs: Sequence[str],
    answer_probes: Mapping[str, AnswerProbe],
    *,
    now: datetime,
    begin: datetime,
) -> list[Finding]:
    """Return everything that since an instant was not as the schedule has it."""
    begin = earliest(connection, begin, now)
    findings: list[Finding] = []
    runs = read_runs(connection, schedule, jobs, begin=begin)
    for one in entries_of(runs, schedule, jobs, begin=begin):
        served = serve_instants(one.command, one.job, one.runs, begin=begin, now=now)
        findings += judge_runs(one.name, one.command, one.job, one.runs, served, now=now)
        findings += judge_lengths(connection, one.name, one.job_name, one.command, begin=begin, now=now)
    findings += judge_all_files(connection, expected_files(connection, schedule, begin=begin, now=now), now=now)
    findings += judge_answers(connection, schedule.answers, answer_probes, now=now)
    return findings


@dataclass
class CheckFindings:
    """What a check found, once it has."""

    findings: Sequence[Finding] = ()
    is_kept: bool = False


def looked_at_since(connection: Connection, window: timedelta, *, now: datetime, is_kept: bool) -> datetime:
    """Return since when a check looks: one that is kept takes up what was open when the last one began."""
    begin = now - window
    last = _last_verdict(connection) if is_kept else None
    return max(last - window, now - _REACHES_BACK) if last and last < begin else begin


def _last_verdict(connection: Connection) -> datetime | None:
    """Return when the last check of the clock that came to its end began: what happened since, nobody has looked at."""
    query = "SELECT max(started_on) FROM pay_jobs.job_runs WHERE job = :job AND status IN ('done', 'attention')"
    last: datetime | None = connection.scalar(text(query), {"job": NAME})
    return last


@contextmanager
def verdict_kept(connection: Connection, *, hours: int, tell: bool) -> Iterator[CheckFindings]:
    """Keep what the check finds as a run where the clock started it: pages and metrics need not ask again."""
    verdict, pod = CheckFindings(), read(PodSettings)
    if pod.is_by_hand:
        yield verdict
        return
    command = f"{NAME} --tell" if tell else NAME
    ledger.mark_lost(connection, NAME)
    run_id = start_bare_run(connection, pod, job=NAME, command=command, arguments={"hours": hours})
    connection.commit()
    RunLock(connection).mark_alive(run_id)
    verdict.is_kept = True
    try:
        yield verdict
    except Exception as caught:
        error = explain(caught) if isinstance(caught, DBAPIError) else caught
        with suppress(SQLAlchemyError):
            connection.rollback()
            ledger.finish(connection, run_id, status="failed", exit_code=ExitCode.FAILED, counts={}, error=str(error))
            connection.commit()
        raise
    connection.rollback()
    found = [Reject(one.what, one.kind, one.detail, one.do) for one in verdict.findings]
    code = ExitCode.ATTENTION if found else ExitCode.DONE
    ledger.finish(
        connection,
        run_id,
        status="attention" if found else "done",
        exit_code=code,
        counts={"findings": len(found)},
        rejects=found,
    )
    connection.commit()
