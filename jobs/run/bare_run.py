"""The row of a command that is a run without a task: it takes no lock, and is written in the transaction at hand."""

import socket
from typing import Any

from sqlalchemy import Connection

from config.settings import PodSettings
from jobs.run import ledger
from jobs.run.shard import WHOLE


def start_bare_run(
    connection: Connection,
    pod: PodSettings,
    *,
    job: str,
    command: str,
    arguments: dict[str, Any],
    reason: str | None = None,
) -> int:
    """Write its row and return its id; `ledger.finish` completes it."""
    return ledger.start(
        connection,
        job=job,
        arguments=arguments,
        command=command,
        shard=WHOLE,
        triggered_by=pod.triggered_by,
        reason=reason,
        pod=pod.hostname or socket.gethostname(),
        version=pod.version,
    )
