"""`check`: what should have happened and did not."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.errors import ExitCode, PayJobsError, UsageError
from config.log_setup import configure_log, get_log
from config.schedule import Schedule, read_schedule
from config.settings import PodSettings, read
from database.errors import explain
from jobs.commands.ledger_commands import ledger_connection
from jobs.commands.schedule_commands import environment_option, file_option
from jobs.files_for_people import write_whole
from jobs.parameters import NEW_FILE_OR_STDOUT, STDOUT
from jobs.run import ledger
from jobs.run.bare_run import start_bare_run
from jobs.run.context import system_clock
from jobs.run.locks import RunLock
from jobs.run.outcome import Reject, Table
from jobs.run.result import print_json
from jobs.terminal import show_table, whatever_is_shown
from jobs.watch.check import Finding, judge_runs, serve_instants
from jobs.watch.check_files import AnswerProbe, earliest, expected_files, judge_all_files, judge_answers
from jobs.watch.check_lengths import judge_lengths
from jobs.watch.entries import entries_of, read_runs
from jobs.watch.notice import tell_failure
from jobs.watch.pings import Pings, pings_of

if TYPE_CHECKING:
    from jobs.watch.metrics import MetricsProbe

_WEB_ADDRESS = re.compile(r"https?://[^/\s]+", re.IGNORECASE)
NAME = "check"
_REACHES_BACK = timedelta(days=31)  # after an outage


def check_command(
    use_sandbox: Callable[[], None],
    jobs: Sequence[str],
    *,
    probes: Sequence["MetricsProbe"] = (),
    answer_probes: Mapping[str, AnswerProbe],
    clock: Callable[[], datetime] = system_clock,
) -> click.Command:
    """Return the command that raises the absence alarm.

    jobs           the names of the jobs this installation has
    probes         what the jobs know that is worth a figure for Prometheus
    answer_probes  what is still without the answer that the schedule awaits under this name
    """

    @click.command(
        NAME,
        help="Show what is missing, late, lost, failed or held: runs by the schedule, files by the calendar. Exit 3 if"
        " anything is.\n\nExamples:\n\n  python3 invoke_jobs.py check --hours 48\n\n"
        "  python3 invoke_jobs.py check --metrics -",
    )
    @click.option("--hours", default=26, show_default=True, type=click.IntRange(1, 24 * 60), help="How far back.")
    @click.option("--ping", metavar="URL", help="Tell a dead man's switch: URL/start, URL, URL/fail.")
    @click.option(
        "--tell", is_flag=True, help="Tell people by the notice webhook or mail, and the `check` of PAY_JOBS_PINGS."
    )
    @click.option(
        "--metrics",
        type=NEW_FILE_OR_STDOUT,
        help="Also write metrics for Prometheus to this file; - prints them and nothing else.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.option("--sandbox", is_flag=True, help="Check the sandbox.")
    @environment_option
    @file_option
    def check(
        *, hours: int, ping: str | None, tell: bool, metrics: Path | None, as_json: bool, sandbox: bool,
        environment: str | None, file: Path,
    ) -> int:  # fmt: skip
        if metrics == STDOUT and as_json:
            raise UsageError("--metrics - and --json both print on stdout: choose one, or name a file for the figures.")
        if ping is not None and not _WEB_ADDRESS.match(ping):
            raise UsageError("--ping must be a web address, like https://host/path.")
        configure_log()
        log = get_log(job=NAME)
        pings = pings_of(NAME, log=log) if tell and ping is None else Pings(ping, log=log)
        pings.start()
        try:
            schedule = read_schedule(environment, file)
            if sandbox:
                use_sandbox()
            with ledger_connection() as connection, verdict_kept(connection, hours=hours, tell=tell) as verdict:
                now = clock()
                window = timedelta(hours=hours)
                begin = now - window
                if verdict.is_kept and (last := last_verdict(connection)) and last < begin:
                    begin = max(last - window, now - _REACHES_BACK)  # what was open then has come to its end since
                findings = verdict.findings = find_all(connection, schedule, jobs, answer_probes, now=now, begin=begin)
                figures = b""
                if metrics is not None:
                    from jobs.watch.metrics import metrics_text

                    entries = schedule.enabled_jobs(jobs)
                    figures = metrics_text(connection, entries, len(findings), probes, now=now)
        except PayJobsError as error:
            pings.failure(f"the check could not be done: {error}")
            raise
        code = _tell(findings, pings, log=log, tell=tell)
        if metrics is not None and metrics != STDOUT:
            write_whole(metrics, lambda path: path.write_bytes(figures))
        with whatever_is_shown():
            if metrics == STDOUT:
                sys.stdout.write(figures.decode())
            else:
                _show(findings, as_json=as_json)
        return code

    return check


@dataclass
class CheckFindings:
    """What a check found, once it has."""

    findings: Sequence[Finding] = ()
    is_kept: bool = False


def last_verdict(connection: Connection) -> datetime | None:
    """Return when a check of the clock ended for the last time: what happened since, nobody has looked at."""
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


def _tell(findings: Sequence[Finding], pings: Pings, *, log: Any, tell: bool) -> ExitCode:
    """Tell monitors and people, before anything is shown, and return how the check ends."""
    if not findings:
        pings.success("everything that was due has happened")
        return ExitCode.DONE
    said = "\n".join(f"{one.kind}: {one.what}: {one.detail}" for one in findings)
    pings.failure(said)
    if tell:
        same = "|".join(sorted({f"{one.kind} {one.what}" for one in findings}))
        happened = f"{len(findings)} not as they should be"
        tell_failure(NAME, f"{said}\nMore: python3 invoke_jobs.py check", log=log, happened=happened, same=same)
    return ExitCode.ATTENTION


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


def _show(findings: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        code = ExitCode.ATTENTION if findings else ExitCode.DONE
        print_json("check", {"findings": [asdict(one) for one in findings]}, code=code)
    elif findings:
        rows = [(one.kind.upper(), one.what, one.detail, one.do) for one in findings]
        show_table(Table("Not as it should be", ("what", "of", "found", "next"), rows))
    else:
        click.echo("Everything that was due has happened.")
