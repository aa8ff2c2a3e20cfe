"""The tool as the command line runs it: settings, exit codes, and what the ledger keeps."""

from decimal import Decimal

import pytest

from config.errors import ExitCode
from jobs.run.stopping import StopRequest
from tests.jobs.conftest import RunJob, quiet, run_job
from tests.tools.repair_partial_credit.conftest import CreditDesk
from tools.repair_partial_credit import JOB

__all__ = ["quiet", "run_job"]
ASKED = {"invoice": 7, "lines": ("70=5.00",), "memo": None, "not_made": False, "reason": "ticket 4711"}


@pytest.fixture
def database_url(desk: CreditDesk) -> str:
    """The database of the desk."""
    return desk.books.database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def settings(desk: CreditDesk, database_url: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a run by hand, with CFS."""
    for name in ("JOB_COMPLETION_INDEX", "JOB_COMPLETION_COUNT", "PAY_JOBS_TRIGGER", "PAY_JOBS_BUILD", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (desk.cfs.environment() | {"DATABASE_URL": database_url, "HOSTNAME": "pod-7"}).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_lost_answer_ends_with_3_and_the_named_memo_with_0(run_job: RunJob, desk: CreditDesk) -> None:
    desk.cfs.admin.order_faults({"kind": "lost_answer", "method": "POST", "path": "/cms/"})

    lost = run_job(JOB, **ASKED)
    again = run_job(JOB, **ASKED)
    adopted = run_job(JOB, **(ASKED | {"lines": (), "memo": "20001"}))

    codes = (lost.exit_code, again.exit_code, adopted.exit_code)
    assert codes == (ExitCode.ATTENTION, ExitCode.ATTENTION, ExitCode.DONE)
    assert desk.memos() == {"20001": Decimal("-5.00")}
    assert desk.books.rows("SELECT DISTINCT reason FROM pay_jobs.job_runs") == [("ticket 4711",)]
    assert desk.books.rows("SELECT run_id, state FROM pay_jobs.operations") == [(adopted.run_id, "done")]


def test_a_run_that_was_asked_to_stop_begins_nothing(run_job: RunJob, desk: CreditDesk) -> None:
    stop = StopRequest()
    stop.request()

    result = run_job(JOB, stop=stop, **ASKED)

    assert (result.status, result.exit_code) == ("interrupted", ExitCode.FAILED)
    assert (desk.memos(), desk.journal()) == ({}, [])


def test_an_amount_that_is_too_much_is_a_usage_error(run_job: RunJob, desk: CreditDesk) -> None:
    result = run_job(JOB, **(ASKED | {"lines": ("70=99.00",)}))

    assert result.exit_code == ExitCode.USAGE
    assert "has only 20.00 CAD left" in (result.error or "")
