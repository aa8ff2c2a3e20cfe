"""Polls in processes of their own (tests/forked_runs.py), which can be told to kill themselves at a checkpoint.

An order is {"sftp": {...}, "store": {...}, "database": "postgresql://...", "kill_at": "..."}. The one point of a poll
that came to its end is the most memory it used, in kilobytes.
"""

import resource
from typing import Any

from pydantic import SecretStr

from config.settings import CasSftpSettings, DatabaseSettings, ObjectStoreSettings
from connectors.inbound.poll import poll
from connectors.inbound.take_in import Intake
from connectors.object_store import ObjectStore
from database.engine import Database, make_engine
from tests.forked_runs import HeardPoints, die
from tests.poll_fixtures import NOW, SETTLEMENT


def carry_out(order: dict[str, Any], points: HeardPoints) -> int:
    """Carry out an order of the module's docstring and return the exit code."""

    def kill_at(name: str) -> None:
        if name == order["kill_at"]:
            die()

    engine = make_engine(DatabaseSettings(url=SecretStr(order["database"])), application_name="poll process")
    intake = Intake(
        source="CAS",
        wanted=SETTLEMENT,
        database=Database(engine),
        store=ObjectStore(ObjectStoreSettings(**order["store"])),
        clock=lambda: NOW,
        checkpoint=kill_at,
    )
    poll(CasSftpSettings(**order["sftp"]), intake)
    points.note(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    return 0
