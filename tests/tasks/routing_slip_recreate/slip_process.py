"""One run of the job in a process of its own, which can be told to kill itself at a point.

python -m tests.tasks.routing_slip_recreate.slip_process '{"database": "postgresql://...", "cfs": "http://...", ...}'
"""

import json
import os
import signal
import sys

from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from jobs.run.context import RunContext
from jobs.run.progress import Progress
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import CfsAdmin, RunningCfs
from tests.cfs_fixtures import connect
from tests.pay_books import QUIET
from tests.routing_slip_factory import NOW
from tests.typed import run_slips


def main() -> None:
    """Run as the command line says."""
    wanted = json.loads(sys.argv[1])

    def checkpoint(name: str) -> None:
        if name == wanted["kill_at"]:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = make_engine(DatabaseSettings(url=SecretStr(wanted["database"])), application_name="slip process")
    context = RunContext(
        job="ROUTING_SLIP_RECREATE",
        database=Database(engine),
        clock=lambda: NOW,
        log=QUIET,
        progress=Progress(QUIET, terminal=False),
        stop=StopRequest(),
        run_id=1,
    )
    running = RunningCfs(wanted["cfs"], CfsAdmin(wanted["cfs"]), None)  # type: ignore[arg-type]
    with connect(running) as client:
        run_slips(context, wanted["arguments"], client, checkpoint=checkpoint)


if __name__ == "__main__":
    main()
