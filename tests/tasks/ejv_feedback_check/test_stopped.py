"""A resubmission stands still while its sessions end and another run sends it: when it wakes CGI is given nothing."""

from typing import Any

import pytest

from config.errors import ExitCode
from tests.stopped_runs import CHECKED, STOPS, StoppableRuns, before_last_check, point_at
from tests.storage_fixtures import object_store_part, sftp_part
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.tasks.ejv_feedback_check.test_putting_right import BATCH, INBOX, given_batch
from tools.ejv import RESUBMIT

pytestmark = pytest.mark.slow
AGAIN: dict[str, Any] = {"batch": 100, "reason": "ticket 4711", "skip_wait": False, "closed_period": False}


@pytest.fixture
def runs(office: FeedbackOffice) -> StoppableRuns:
    url = office.books.database.engine.url.render_as_string(hide_password=False).replace("+psycopg2", "")
    settings = sftp_part().environment() | object_store_part().environment() | {"SFTP_SETTLE_SECONDS": "0"}
    return StoppableRuns(url, settings)


def given_the_batch(office: FeedbackOffice) -> None:
    office.books.empty()
    office.place.emptied()
    given_batch(office.books)
    office.sent(BATCH, INBOX)


def taken_by_cgi(office: FeedbackOffice) -> list[str]:
    """Let CGI take what lies there, and return its names."""
    there = office.place.uploaded()
    for name in there:
        (office.place.upload / name).unlink()
    return [name for name in there if not name.endswith(".part")]


def test_a_resubmission_that_wakes_before_its_last_check_sends_nothing(
    runs: StoppableRuns, office: FeedbackOffice
) -> None:
    given_the_batch(office)
    points = runs.run(RESUBMIT, **AGAIN).points
    last = len(points) - points[::-1].index(CHECKED)
    tried = [at for at in before_last_check(points[:last]) if at >= points.index("after a commit")]

    for at in [*tried[:: max(1, 8 // STOPS)], tried[-1]]:
        given_the_batch(office)
        stopped = runs.run(RESUBMIT, stop_at=point_at(points, at), **AGAIN)
        runs.end_sessions()
        # ATTENTION where the stopped run had noted that it sends the trigger: that a second is sent is told
        assert runs.run(RESUBMIT, **AGAIN).returncode in {ExitCode.DONE, ExitCode.ATTENTION}
        [data, trigger] = taken_by_cgi(office)
        assert trigger == f"{data}.TRG"
        woken = runs.wake(stopped)
        assert (woken.returncode != ExitCode.DONE, taken_by_cgi(office)) == (True, []), points[at]


def test_a_trigger_that_wakes_after_its_last_check_finds_its_file_taken(
    runs: StoppableRuns, office: FeedbackOffice
) -> None:
    """The other run has renamed the one file that both write aside, so the late rename has nothing to rename."""
    given_the_batch(office)
    points = runs.run(RESUBMIT, **AGAIN).points
    given_the_batch(office)
    stopped = runs.run(RESUBMIT, stop_at=(CHECKED, points.count(CHECKED)), **AGAIN)
    runs.end_sessions()
    runs.run(RESUBMIT, **AGAIN)
    taken_by_cgi(office)

    woken = runs.wake(stopped)

    assert (woken.returncode != ExitCode.DONE, taken_by_cgi(office)) == (True, [])
