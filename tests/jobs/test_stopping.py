"""SIGTERM and Ctrl-C ask a run to stop; a safe point obeys."""

import threading
import time

import pytest

from config.errors import Interrupted
from jobs.run.stopping import StopRequest
from tests.waiting import LIMIT_SECONDS


def test_a_safe_point_is_passed_while_nobody_asked() -> None:
    StopRequest().check()


def test_a_safe_point_stops_a_run_that_was_asked() -> None:
    stop = StopRequest()
    stop.request()

    assert stop.requested
    with pytest.raises(Interrupted, match="stopped at a safe point; what it committed stays"):
        stop.check()


def test_a_wait_ends_when_the_run_is_asked_to_stop() -> None:
    stop = StopRequest()
    threading.Timer(0.05, stop.request).start()
    began = time.monotonic()

    with pytest.raises(Interrupted):
        stop.wait(10 * LIMIT_SECONDS)

    assert time.monotonic() - began < LIMIT_SECONDS
