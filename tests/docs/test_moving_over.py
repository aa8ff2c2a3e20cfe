"""docs/moving-over.md says of every job and setting of the reference what becomes of it, and is right about ours."""

import inspect
import re

import pytest

import config.settings
from config.schedule import read_schedule
from config.settings import Settings
from jobs.manifests.pods import object_name
from jobs.manifests.workloads import cron_jobs
from tasks import JOBS
from tasks.elsewhere import RUN_BY_PAYMENT_JOBS
from tests.docs.documents import read
from tools.moving_over.at_work import AT_WORK
from tools.moving_over.left_behind import LEFT_BEHIND

PAGE = read("docs/moving-over.md")
SHEET = read("docs/specs/schedules.md")
STAYS = "stays where it is"
NAME = re.compile(r"`([A-Z][A-Z0-9_]{2,})`")


def section(text: str, begins: str, ends: str) -> str:
    return text[text.index(begins) : text.index(ends)]


def rows(text: str) -> list[tuple[str, str]]:
    """Return the cells of the two columns of a table, one pair a row."""
    found = [line.strip("| ").split(" | ", 1) for line in text.splitlines() if line.startswith("| ")]
    return [(cells[0], cells[1]) for cells in found if not cells[0].startswith(("theirs", "line", "---"))]


JOB_ROWS = rows(section(PAGE, "## What moves", "## Settings"))
SETTING_ROWS = rows(section(PAGE, "## Settings", "Only here"))
OURS = {
    str(name)
    for kind in vars(config.settings).values()
    if inspect.isclass(kind) and issubclass(kind, Settings)
    for field in kind.model_fields.values()
    for name in getattr(field.validation_alias, "choices", [field.validation_alias])
}


def test_every_job_and_poller_of_the_reference_is_on_the_page() -> None:
    timetables = section(SHEET, "## 2. Job", "### 3.1")
    theirs = re.findall(r"^\| ([A-Z][A-Z_]+|\(notebook report\)) \|", timetables, re.MULTILINE)
    assert set(theirs) - {name.strip("`") for name, _ in JOB_ROWS} == set()


def test_what_stays_is_what_the_program_says_others_run() -> None:
    stays = {name.strip("`") for name, here in JOB_ROWS if here.startswith(STAYS) and name.startswith("`")}
    assert stays - {"GOOGLE_BUCKET_POLLER", "EFT_FTP_POLLER"} == set(RUN_BY_PAYMENT_JOBS)


@pytest.mark.parametrize(("theirs", "here"), [row for row in JOB_ROWS if not row[1].startswith(STAYS)])
def test_what_moves_goes_to_a_job_of_ours(theirs: str, here: str) -> None:
    assert here.strip("`") in {job.name for job in JOBS}, theirs


@pytest.mark.parametrize(("theirs", "here"), SETTING_ROWS)
def test_a_setting_is_said_to_be_the_same_where_ours_has_its_name(theirs: str, here: str) -> None:
    names = set(NAME.findall(theirs))
    assert names, theirs
    assert names <= OURS if here.startswith("same") else not names & OURS
    assert set(NAME.findall(here)) <= OURS


def test_every_setting_that_both_have_is_on_the_page() -> None:
    theirs = set(NAME.findall(section(SHEET, "### 3.2", "### 4.1")))
    listed = {name for names, _ in SETTING_ROWS for name in NAME.findall(names)}
    ours_alone = set(re.findall(r"`([A-Z_]+)`", " ".join(re.findall(r"^\| (.+) \| ours", SHEET, re.MULTILINE))))
    assert (theirs & OURS) - listed == ours_alone


def test_every_setting_of_the_reference_is_on_the_page_and_none_that_stays_is_read_here() -> None:
    theirs = {name for name in NAME.findall(section(SHEET, "### 3.2", "### 4.1")) if "_" in name}
    stays = set(NAME.findall(section(PAGE, "These belong to what stays", "## What must be off")))
    told = {name for names, _ in SETTING_ROWS for name in NAME.findall(names)}
    assert theirs - told - stays - OURS == {"SSL_CERT_FILE"}  # read by the HTTP client
    assert stays & (OURS | told) == set()


def test_no_job_of_ours_is_without_a_word_on_what_must_be_off_before() -> None:
    told = set(NAME.findall(section(PAGE, "## What must be off", "## The first week")))
    assert {job.name for job in JOBS if job.is_by_clock} <= told


def test_going_back_names_every_cron_job_that_runs_a_job_beside_the_one_of_its_name() -> None:
    schedule = read_schedule()
    jobs = {job.name for job in JOBS}
    beside = {
        cron_job
        for entry, job in schedule.jobs.items()
        for cron_job in cron_jobs(entry, job, schedule)
        if (ran := job.job or entry) in jobs and cron_job != object_name(ran)
    }

    told = set(re.findall(r"`([a-z0-9-]+)`", PAGE[PAGE.index("## Going back") :]))

    assert {"pad-reconcile-credits", "routing-slip-recreate-2"} <= beside <= told


def test_every_line_of_the_doctor_is_on_the_page_with_what_to_do() -> None:
    told = set(
        re.findall(r"`([^`]+)`", " ".join(line for line, _ in rows(section(PAGE, "| line", "## The first week"))))
    )
    outside = set(
        re.findall(r"\"([a-z ]+(?: files never applied|of \{source\}))\"", read("tools/moving_over/outside.py"))
    )
    lines = {one.format(source=source) for one in outside for source in ("CAS", "CGI")}
    assert told == {one.theirs for one in AT_WORK} | {one.what for one in LEFT_BEHIND} | lines | {"cannot look"}
