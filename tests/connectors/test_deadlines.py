"""Deadlines: what takes too long is broken off, whatever else is under way, and by one thread for all."""

import os
import threading
from contextlib import ExitStack

import pytest

from connectors.deadlines import broken_off_after

SOON = 0.05
LATE = 600.0
PATIENCE = 20.0


def test_what_takes_too_long_is_broken_off() -> None:
    broken_off = threading.Event()

    with broken_off_after(SOON, broken_off.set):
        assert broken_off.wait(PATIENCE)


def test_what_ends_in_time_is_left_alone() -> None:
    ended, later = threading.Event(), threading.Event()

    with broken_off_after(SOON, ended.set):
        pass
    with broken_off_after(2 * SOON, later.set):
        assert later.wait(PATIENCE)

    assert not ended.is_set()


def test_a_deadline_that_comes_before_a_known_one_is_kept() -> None:
    late, soon = threading.Event(), threading.Event()

    with broken_off_after(LATE, late.set), broken_off_after(SOON, soon.set):
        assert soon.wait(PATIENCE)

    assert not late.is_set()


def test_breaking_off_slowly_delays_no_other_deadline() -> None:
    may_go_on, broken_off = threading.Event(), threading.Event()

    with broken_off_after(SOON, lambda: wait(may_go_on)), broken_off_after(2 * SOON, broken_off.set):
        assert broken_off.wait(PATIENCE)
        may_go_on.set()


def test_what_ends_while_its_thread_begins_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, over, broken_off = threading.Event(), threading.Event(), threading.Event()

    class SlowThread(threading.Thread):
        def run(self) -> None:
            begun.set()
            wait(over)
            super().run()
            done.set()

    done = threading.Event()
    with broken_off_after(LATE, may_not_be):  # the thread that waits is there already
        monkeypatch.setattr("connectors.deadlines.threading.Thread", SlowThread)
        with broken_off_after(SOON, broken_off.set):
            assert begun.wait(PATIENCE)
        over.set()
        assert done.wait(PATIENCE)

    assert not broken_off.is_set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_where_no_thread_could_be_had_the_next_call_sees_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    failed, broken_off, also = threading.Event(), threading.Event(), threading.Event()

    class NoThread(threading.Thread):
        def start(self) -> None:
            failed.set()
            raise RuntimeError("can't start new thread")

    with ExitStack() as calls:
        calls.enter_context(broken_off_after(LATE, may_not_be))  # the thread that waits is there already
        with monkeypatch.context() as patched:
            patched.setattr("connectors.deadlines.threading.Thread", NoThread)
            calls.enter_context(broken_off_after(SOON, broken_off.set))
            assert failed.wait(PATIENCE)
            ended_with_it()
        calls.enter_context(broken_off_after(SOON, also.set))
        assert broken_off.wait(PATIENCE)
        assert also.wait(PATIENCE)


def test_all_calls_share_one_thread() -> None:
    with broken_off_after(LATE, may_not_be):
        before = threading.active_count()
        with ExitStack() as calls:
            for _ in range(100):
                calls.enter_context(broken_off_after(LATE, may_not_be))

            assert threading.active_count() == before


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_keeps_its_own_deadlines() -> None:
    with broken_off_after(LATE, may_not_be):
        child = os.fork()
        if not child:
            broken_off = threading.Event()
            with broken_off_after(SOON, broken_off.set):
                os._exit(0 if broken_off.wait(PATIENCE) else 1)

    assert os.waitpid(child, 0)[1] == 0


def may_not_be() -> None:
    raise AssertionError("broken off before its time")


def wait(event: threading.Event) -> None:
    event.wait(PATIENCE)


def ended_with_it() -> None:
    for one in threading.enumerate():
        if one.name == "deadlines":
            one.join(PATIENCE)
