"""Deliveries in processes of their own (tests/forked_runs.py) that die before or after the effect of one message.

An order is {"moment": "before" or "after", "kind": "nsf_fee", "settings": {...}}.
"""

import os
from typing import Any

from config.settings import CfsSettings, DatabaseSettings
from connectors.cfs import CfsClient
from connectors.cfs_delivery import CfsDelivery
from database.engine import Database, make_engine
from tests.forked_runs import HeardPoints, die
from tests.outbox_fixtures import SetClock, send


def carry_out(order: dict[str, Any], _points: HeardPoints) -> int:
    """Carry out an order of the module's docstring and return the exit code."""
    os.environ.update(order["settings"])
    delivery = CfsDelivery(CfsClient(CfsSettings()), clock=SetClock())

    def deliver_and_die(message: Any) -> Any:
        if message.kind != order["kind"]:
            return delivery(message)
        if order["moment"] == "before":
            die()
        delivery(message)
        die()
        raise AssertionError("it is dead")

    send(Database(make_engine(DatabaseSettings(), application_name="victim")), deliver_and_die)
    return 0
