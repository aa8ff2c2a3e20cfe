"""`console`: serve the web console until told to stop."""

import gc
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.log_setup import configure_log, get_log
from config.schedule import read_schedule
from config.settings import DatabaseSettings, PodSettings, read
from jobs.commands.schedule_commands import environment_option, file_option
from jobs.parameters import sandbox_option, use_sandbox
from jobs.run.context import system_clock
from jobs.terminal import say

if TYPE_CHECKING:
    from jobs.watch.metrics import MetricsProbe

PORT, MONITOR_PORT = 8080, 8081
_PORT = click.IntRange(0, 65535)


def console_command(
    jobs: Sequence[str],
    *,
    probes: Sequence["MetricsProbe"] = (),
    clock: Callable[[], datetime] = system_clock,
) -> click.Command:
    """Return the command that serves the console.

    jobs    the names of the jobs this installation has
    probes  what the jobs know that is worth a figure for Prometheus
    """

    @click.command(
        "console",
        help="Serve the read-only web console on this machine, for the proxy that says who looks; /healthz, /readyz and"
        " /metrics have a port of their own.\n\nExamples:\n\n  python3 invoke_jobs.py console --sandbox\n\n"
        "  python3 invoke_jobs.py console --port 8080 --local",
    )
    @click.option("--port", default=PORT, show_default=True, type=_PORT, help="The port of the pages; 0: any.")
    @click.option(
        "--monitor-port",
        default=MONITOR_PORT,
        show_default=True,
        type=_PORT,
        help="That of health and figures; 0: any.",
    )
    @click.option("--local", is_flag=True, help="Without the proxy: for the person at this machine, and nobody else.")
    @sandbox_option
    @environment_option
    @file_option
    def console(
        *, port: int, monitor_port: int, local: bool, sandbox: bool, environment: str | None, file: Path
    ) -> None:
        from console.app import Surroundings, console_app
        from console.monitor import monitor_app
        from console.reading import Reader
        from console.serve import ANYWHERE, OWN_MACHINE, open_port, serve

        configure_log(level=read(PodSettings).log_level or "INFO")
        log = get_log(job="console")
        schedule = read_schedule(environment, file)
        if sandbox:
            use_sandbox()
        alone = local or sandbox
        at = open_port(OWN_MACHINE, port, option="--port")
        monitor_at = open_port(OWN_MACHINE if alone else ANYWHERE, monitor_port, option="--monitor-port")

        def ready() -> None:
            say(f"The console is at http://{OWN_MACHINE}:{at.getsockname()[1]}/ (Ctrl-C ends it).")
            sys.stdout.flush()
            log.info("console.started", port=at.getsockname()[1], monitor_port=monitor_at.getsockname()[1])

        gc.freeze()  # what is loaded by now stays: no page waits while it is looked through once more
        with closing(Reader(read(DatabaseSettings))) as reader:
            pages = console_app(Surroundings(reader, schedule, jobs, clock, log, needs_person=not alone))
            serve(pages, at, monitor_app(reader, schedule, jobs, probes, clock), monitor_at, ready)
        log.info("console.stopped")

    return console
