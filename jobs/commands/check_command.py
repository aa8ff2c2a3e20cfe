"""`check`: what should have happened and did not."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.errors import ExitCode, PayJobsError, UsageError
from config.log_setup import configure_log, get_log
from config.schedule import read_schedule
from jobs.commands.pay_database import pay_connection
from jobs.commands.schedule_commands import environment_option, file_option
from jobs.files_for_people import write_whole
from jobs.parameters import NEW_FILE_OR_STDOUT, STDOUT, json_option, sandbox_option
from jobs.run.context import system_clock
from jobs.run.outcome import Table
from jobs.run.result import print_json
from jobs.terminal import show_table, whatever_is_shown
from jobs.watch.check import Finding
from jobs.watch.check_files import AnswerProbe
from jobs.watch.notice import tell_failure
from jobs.watch.pings import Pings, pings_of
from jobs.watch.verdict import NAME, find_all, looked_at_since, verdict_kept

if TYPE_CHECKING:
    from jobs.watch.metrics import MetricsProbe

_WEB_ADDRESS = re.compile(r"https?://[^/\s]+", re.IGNORECASE)


def check_command(
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
    @json_option
    @sandbox_option
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
            with (
                pay_connection(NAME, sandbox=sandbox) as connection,
                verdict_kept(connection, hours=hours, tell=tell) as verdict,
            ):
                now = clock()
                begin = looked_at_since(connection, timedelta(hours=hours), now=now, is_kept=verdict.is_kept)
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


def _show(findings: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        code = ExitCode.ATTENTION if findings else ExitCode.DONE
        print_json("check", {"findings": [asdict(one) for one in findings]}, code=code)
    elif findings:
        rows = [(one.kind.upper(), one.what, one.detail, one.do) for one in findings]
        show_table(Table("Not as it should be", ("what", "of", "found", "next"), rows))
    else:
        click.echo("Everything that was due has happened.")
