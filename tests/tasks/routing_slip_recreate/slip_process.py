"""Runs of the job in processes of their own (tests/forked_runs.py), which can be told to kill themselves at a point.

An order is {"database": "postgresql://...", "cfs": "http://...", "kill_at": "...", "arguments": {...}}.
"""

from typing import Any

from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from jobs.run.context import RunContext
from jobs.run.progress import Progress
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import CfsAdmin, RunningCfs
from tests.cfs_fixtures import connect
from tests.forked_runs import HeardPoints, die
from tests.pay_books import QUIET
from tests.routing_slip_factory import NOW
from tests.typed import run_slips


def carry_out(order: dict[str, Any], _points: HeardPoints) -> int:
    """Carry out an order of the module's docstring and return the exit code."""

    def checkpoint(name: str) -> None:
        if name == order["kill_at"]:
            die()

    engine = make_engine(DatabaseSettings(url=SecretStr(order["database"])), application_name="slip process")
    context = RunContext(
        job="ROUTING_SLIP_RECREATE",
        database=Database(engine),
        clock=lambda: NOW,
        log=QUIET,
        progress=Progress(QUIET, terminal=False),
        stop=StopRequest(),
        run_id=1,
    )
    running = RunningCfs(order["cfs"], CfsAdmin(order["cfs"]), None)  # type: ignore[arg-type]
    with connect(running) as client:
        run_slips(context, order["arguments"], client, checkpoint=checkpoint)
    return 0
