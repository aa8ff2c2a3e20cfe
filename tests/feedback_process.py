"""Runs of EJV_FEEDBACK_CHECK that can be told to kill themselves at a step (tests/forked_runs.py).

An order is {"database": "...", "sftp": {...}, "store": {...}, "arguments": {...}, "kill_at": "after settle_links"}. A
step is a statement of apply or rebuild (`before write_receipts`), a state of a batch (`after batch held`), or a step of
sending.
"""

import functools
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

import tasks.ejv_feedback_check.apply_batch
import tasks.ejv_feedback_check.apply_file
import tasks.ejv_feedback_check.task
import tools.ejv.rebuild
from config.settings import CgiSettings, CgiSftpSettings, DatabaseSettings, ObjectStoreSettings
from connectors.effects import breaking_in
from database.engine import Database, make_engine
from tests.ejv_factory import EjvBooks
from tests.forked_runs import HeardPoints, die
from tests.typed import run_ejv

PARTS = tasks.ejv_feedback_check


def carry_out(order: dict[str, Any], _points: HeardPoints) -> int:
    """Carry out an order of the module's docstring and return the exit code."""
    step = _listen(order["kill_at"])
    database = Database(
        make_engine(DatabaseSettings(url=SecretStr(order["database"])), application_name="feedback process")
    )
    context = EjvBooks(database).context(
        {
            CgiSettings: CgiSettings(),
            CgiSftpSettings: CgiSftpSettings(**order["sftp"]),
            ObjectStoreSettings: ObjectStoreSettings(**order["store"]),
        }
    )
    with breaking_in(step):
        run_ejv(context, order["arguments"])
    return 0


def _listen(kill_at: str) -> Callable[[str], None]:
    """Let this process kill itself before or after one step; return what hears of the steps of an operation."""

    def step(name: str) -> None:
        if name == kill_at:
            die()

    def told(action: Callable[..., Any], name_of: Callable[..., str]) -> Callable[..., Any]:
        @functools.wraps(action)
        def wrapped(*values: Any, **named: Any) -> Any:
            name = name_of(*values)
            step(f"before {name}")
            answer = action(*values, **named)
            step(f"after {name}")
            return answer

        return wrapped

    steps: list[tuple[Any, str, Callable[..., str]]] = [
        (PARTS.apply_batch.sql, "run", lambda _session, name: name),
        (tools.ejv.rebuild.sql, "run", lambda _session, name: name),
        (PARTS.apply_file, "register_batches", lambda *_: "register"),
        (PARTS.apply_file, "set_batch_state", lambda _session, _id, state: f"batch {state}"),
        (PARTS.apply_file, "set_state", lambda *_: "file state"),
    ]
    for place, action, name_of in steps:
        setattr(place, action, told(getattr(place, action), name_of))
    return step
