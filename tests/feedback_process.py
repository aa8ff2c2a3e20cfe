"""One run of EJV_FEEDBACK_CHECK in a process of its own, which can be told to kill itself at a step.

    python -m tests.feedback_process '{"database": "...", "sftp": {...}, "store": {...}, "arguments": {...},
                                       "kill_at": "after settle_links"}'

A step is a statement of apply (`before write_receipts`), a state of a batch (`after held`), or a step of sending.
"""

import functools
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

import tasks.ejv_feedback_check.apply
import tasks.ejv_feedback_check.one_file
import tasks.ejv_feedback_check.resubmit
import tasks.ejv_feedback_check.task
from config.settings import CgiSettings, CgiSftpSettings, DatabaseSettings, ObjectStoreSettings
from database.engine import Database, make_engine
from tasks.ejv_feedback_check.arguments import Arguments
from tests.ejv_factory import EjvBooks


def main() -> None:
    """Run as the command line says."""
    wanted = json.loads(sys.argv[1])
    kill_at = wanted["kill_at"]

    def step(name: str) -> None:
        if name == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def told(action: Callable[..., Any], name_of: Callable[..., str]) -> Callable[..., Any]:
        @functools.wraps(action)
        def wrapped(*values: Any, **named: Any) -> Any:
            name = name_of(*values)
            step(f"before {name}")
            answer = action(*values, **named)
            step(f"after {name}")
            return answer

        return wrapped

    parts = tasks.ejv_feedback_check
    steps: list[tuple[Any, str, Callable[..., str]]] = [
        (parts.apply, "run_sql", lambda _session, _package, name: name),
        (parts.one_file, "register_batches", lambda *_: "register"),
        (parts.one_file, "set_batch_state", lambda _session, _id, state: f"batch {state}"),
        (parts.one_file, "set_state", lambda *_: "file state"),
    ]
    for place, action, name_of in steps:
        setattr(place, action, told(getattr(place, action), name_of))
    for module in (parts.resubmit, parts.task):
        module.send = functools.partial(module.send, checkpoint=lambda name: step(f"sent {name}"))  # type: ignore[attr-defined]
    database = Database(
        make_engine(DatabaseSettings(url=SecretStr(wanted["database"])), application_name="feedback process")
    )
    context = EjvBooks(database).context(
        {
            CgiSettings: CgiSettings(),
            CgiSftpSettings: CgiSftpSettings(**wanted["sftp"]),
            ObjectStoreSettings: ObjectStoreSettings(**wanted["store"]),
        }
    )
    parts.task.run(context, Arguments(**wanted["arguments"]))


if __name__ == "__main__":
    main()
